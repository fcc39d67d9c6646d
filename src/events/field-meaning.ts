/** What one field of a record means in words, beside its raw value: tokens, logon types, access masks, status codes, hex process ids. */
import type { EventRecord } from '../domain/record.ts'
import {
  accessMeaning,
  accountControlMeaning,
  encryptionTypeMeaning,
  isKnownObjectType,
  kerberosFailureMeaning,
  logonFailureMeaning,
  logonTypeMeaning,
  objectAccessMeaning,
  preAuthTypeMeaning,
  resolveTokens,
  systemErrorMeaning,
  taskResultMeaning,
} from './meaning.ts'

const wellKnownSids: Readonly<Record<string, string>> = {
  'S-1-0-0': 'nobody',
  'S-1-5-7': 'ANONYMOUS LOGON',
  'S-1-5-18': 'SYSTEM',
  'S-1-5-19': 'LOCAL SERVICE',
  'S-1-5-20': 'NETWORK SERVICE',
  'S-1-5-32-544': 'Administrators',
}

/** Providers whose tokens are those of the Security log's message file; a token of any other provider is its own. */
const tokenProviders = new Set([
  'Microsoft-Windows-Security-Auditing',
  'Microsoft-Windows-Eventlog',
  'Security',
])
/** what people and programs wrote: `%%1537` in a command line is no token */
const isFreeText = (name: string) => /CommandLine|TaskContent|(?<!Layer)Name$|Path$/.test(name)

function tokensMeaning(record: EventRecord, name: string, value: string): string | undefined {
  if (record.provider === 'Service Control Manager') {
    const code = /^%%(\d{1,10})$/.exec(value.trim())?.[1]
    return code === undefined ? undefined : systemErrorMeaning(code)
  }
  if (!tokenProviders.has(record.provider) || isFreeText(name)) return undefined
  const text = resolveTokens(value)
  return text === value ? undefined : text.replace(/\s+/g, ' ').trim()
}

/** An access mask means something else for each type of object. Shares and pipes (5140, 5145) are files. */
function maskMeaning(record: EventRecord, value: string): string | undefined {
  const mask = Number(value)
  if (!Number.isInteger(mask) || mask < 0 || mask > 0xffff_ffff) return undefined
  const field = (name: string) => record.values[record.names.indexOf(name)]
  const type = field('ObjectServer') === 'DS' ? 'DS' : field('ObjectType')
  const isFile = type === 'File' || record.eventId === 5140 || record.eventId === 5145
  const rights = isFile ? accessMeaning(mask) : objectAccessMeaning(type ?? '', mask)
  if (!isFile && !isKnownObjectType(type ?? '') && mask < 0x1_0000) return undefined
  return rights.length === 0 ? undefined : rights.join(', ')
}

function statusMeaning(eventId: number, value: string): string | undefined {
  if (eventId === 4625 || eventId === 4776) return logonFailureMeaning(value)
  return eventId >= 4768 && eventId <= 4773 ? kerberosFailureMeaning(value) : undefined
}

/** Undefined when the value speaks for itself or its meaning is not known. */
export function fieldMeaning(record: EventRecord, name: string, value: string): string | undefined {
  if (value === '' || value === '-') return undefined
  if (value.includes('%%')) return tokensMeaning(record, name, value)
  if (name === 'LogonType') return logonTypeMeaning(Number(value))
  if (name === 'AccessMask') return maskMeaning(record, value)
  if (/^(Sub)?Status$/.test(name)) return statusMeaning(record.eventId, value)
  if (name === 'TicketEncryptionType') return encryptionTypeMeaning(value)
  if (name === 'PreAuthType') return preAuthTypeMeaning(value)
  if (name === 'OldUacValue' || name === 'NewUacValue') {
    const flags = Number(value)
    return Number.isInteger(flags) ? accountControlMeaning(flags).join(', ') || undefined : undefined
  }
  if (/^(HResult|OperationError)$/i.test(name)) return systemErrorMeaning(value)
  if (name === 'ResultCode') return taskResultMeaning(value)
  if (/ProcessId$/i.test(name) && /^0x[0-9a-f]{1,8}$/i.test(value)) return `process ${Number(value)}`
  if (Object.hasOwn(wellKnownSids, value)) return wellKnownSids[value]
  return undefined
}
