/** What one field of a record means in words, beside its raw value: tokens, logon types, access masks, status codes, hex process ids. */
import type { EventRecord } from '../domain/record.ts'
import {
  accessMeaning,
  logonFailureMeaning,
  logonTypeMeaning,
  resolveTokens,
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

/** Undefined when the value speaks for itself or its meaning is not known. */
export function fieldMeaning(record: EventRecord, name: string, value: string): string | undefined {
  if (value === '' || value === '-') return undefined
  if (value.includes('%%')) {
    const text = resolveTokens(value)
    return text === value ? undefined : text.replace(/\s+/g, ' ').trim()
  }
  if (name === 'LogonType') return logonTypeMeaning(Number(value))
  if (name === 'AccessMask') {
    const mask = Number(value)
    return Number.isFinite(mask) ? accessMeaning(mask).join(', ') : undefined
  }
  if (/^(Sub)?Status$/.test(name) && (record.eventId === 4625 || record.eventId === 4776))
    return logonFailureMeaning(value)
  if (name === 'ResultCode') return taskResultMeaning(value)
  if (/ProcessId$/i.test(name) && /^0x[0-9a-f]{1,8}$/i.test(value)) return `process ${Number(value)}`
  if (Object.hasOwn(wellKnownSids, value)) return wellKnownSids[value]
  return undefined
}
