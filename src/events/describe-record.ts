/** One line for any record: the event's words when it has a type, a few known records by name, else provider, id and first values. */
import { boundedText, describeEvent } from '../domain/describe.ts'
import type { EventRecord } from '../domain/record.ts'
import { normalAddress } from './addresses.ts'
import { RecordFields } from './fields.ts'
import { kerberosFailureMeaning, logonFailureMeaning } from './meaning.ts'
import { typedEvent } from './typed-event.ts'

const shownValues = 4
const shownLength = 60

/** At most 400 characters; texts of the evidence stand in it unescaped. Never throws. */
export function describeRecord(record: EventRecord): string {
  const event = typedEvent(record)
  if (event) return describeEvent(event)
  return boundedText(knownWords(record) ?? plainWords(record))
}

type Words = (fields: RecordFields) => string
const anAccount = 'an unnamed account'
const target = (fields: RecordFields) => named(fields.text('TargetDomainName'), fields.text('TargetUserName'))

const security: Readonly<Record<number, Words>> = {
  4720: (fields) => `Account ${target(fields)} created`,
  4722: (fields) => `Account ${target(fields)} enabled`,
  4723: (fields) => `Password of ${target(fields)} changed by its owner`,
  4724: (fields) => `Password of ${target(fields)} reset`,
  4725: (fields) => `Account ${target(fields)} disabled`,
  4726: (fields) => `Account ${target(fields)} deleted`,
  4728: (fields) => memberAdded(fields),
  4732: (fields) => memberAdded(fields),
  4740: (fields) => `Account ${target(fields)} locked out`,
  4756: (fields) => memberAdded(fields),
  4768: (fields) =>
    list(
      `Kerberos ticket (TGT) asked for by ${fields.text('TargetUserName') ?? anAccount}`,
      from(fields.text('IpAddress')),
      outcome(fields.text('Status'), kerberosFailureMeaning),
    ),
  4769: (fields) =>
    list(
      `Kerberos service ticket for ${fields.text('ServiceName') ?? 'an unnamed service'} asked for by ${fields.text('TargetUserName') ?? anAccount}`,
      from(fields.text('IpAddress')),
      outcome(fields.text('Status'), kerberosFailureMeaning),
    ),
  4776: (fields) =>
    list(
      `NTLM credentials of ${fields.text('TargetUserName') ?? anAccount} checked`,
      fields.text('Workstation') && `from ${fields.text('Workstation')}`,
      outcome(fields.text('Status'), logonFailureMeaning),
    ),
}
const serviceControl: Readonly<Record<number, Words>> = {
  7036: (fields) =>
    `Service ${fields.text('param1') ?? '?'} is now ${fields.text('param2') ?? 'in an unrecorded state'}`,
  7040: (fields) =>
    `Start of service ${fields.text('param1') ?? '?'} changed from ${fields.text('param2') ?? '?'} to ${fields.text('param3') ?? '?'}`,
}
const known: Readonly<Record<string, Readonly<Record<number, Words>>>> = {
  'microsoft-windows-security-auditing': security,
  'service control manager': serviceControl,
  'microsoft-windows-eventlog': {
    1101: () => 'Audit events were lost',
    1105: () => 'The log was backed up by itself and started anew',
    1108: (fields) =>
      `An event could not be recorded: ${fields.text('PublisherID') ?? 'unnamed provider'} ${fields.text('EventID') ?? ''}`,
  },
  'microsoft-windows-kernel-power': { 41: () => 'Windows started again without having shut down' },
  'microsoft-windows-powershell': {
    4104: (fields) => {
      const total = fields.text('MessageTotal')
      const part =
        total !== undefined && total !== '1' ? ` ${fields.text('MessageNumber') ?? '?'} of ${total}` : ''
      return `PowerShell script${part}: ${fields.raw('ScriptBlockText')?.trim() || 'no text recorded'}`
    },
  },
  'microsoft-windows-terminalservices-remoteconnectionmanager': {
    1149: (fields) =>
      list(
        `Remote Desktop connection of ${named(fields.text('Param2'), fields.text('Param1'))}`,
        from(fields.text('Param3')),
      ),
  },
  'microsoft-windows-terminalservices-clientactivexcore': {
    1024: (fields) => `Remote Desktop client connects to ${fields.text('Value') ?? 'an unrecorded host'}`,
    1102: (fields) => `Remote Desktop client connects to ${fields.text('Value') ?? 'an unrecorded address'}`,
  },
  'microsoft-windows-remotedesktopservices-rdpcorets': {
    131: (fields) =>
      `Remote Desktop connection accepted from ${fields.text('ClientIP') ?? 'an unrecorded address'}`,
    140: (fields) =>
      `Remote Desktop logon refused, from ${fields.text('IPString') ?? 'an unrecorded address'}`,
  },
  'microsoft-windows-winrm': {
    169: (fields) =>
      `WinRM authenticated ${list(fields.text('username') ?? anAccount, fields.text('authenticationMechanism'))}`,
  },
  'microsoft-windows-terminalservices-localsessionmanager': {
    21: (fields) => session('logged on', fields),
    24: (fields) => session('disconnected', fields),
    25: (fields) => session('reconnected', fields),
  },
}

function knownWords(record: EventRecord): string | undefined {
  const provider = record.provider.toLowerCase()
  const words = Object.hasOwn(known, provider) ? known[provider]?.[record.eventId] : undefined
  return words?.(new RecordFields(record))
}

const memberAdded = (fields: RecordFields) =>
  `${fields.text('MemberSid') ?? fields.text('MemberName') ?? anAccount} added to group ${target(fields)}`
const session = (what: string, fields: RecordFields) =>
  list(
    `Terminal session ${fields.text('SessionID') ?? '?'} of ${fields.text('User') ?? anAccount} ${what}`,
    from(fields.text('Address')),
  )
const list = (...parts: (string | undefined)[]) => parts.filter(Boolean).join(', ')
const from = (address: string | undefined) =>
  address === undefined ? undefined : `from ${normalAddress(address) ?? address}`
const named = (domain: string | undefined, name: string | undefined) =>
  name === undefined ? anAccount : domain === undefined ? name : `${domain}\\${name}`

function outcome(status: string | undefined, meaning: (status: string) => string | undefined) {
  if (status === undefined) return undefined
  if (/^0x0+$/.test(status)) return 'granted'
  const told = meaning(status)
  return `refused: ${told === undefined ? status : `${status} ${told}`}`
}

/** `Microsoft-Windows-Servicing` → `Servicing` */
export const shortProvider = (provider: string): string =>
  provider.replace(/^Microsoft-Windows-/i, '') || 'Unnamed provider'

function plainWords(record: EventRecord): string {
  const shown: string[] = []
  for (let at = 0; at < record.names.length && shown.length < shownValues; at++) {
    const name = record.names[at] ?? ''
    const value = (record.values[at] ?? '').trim()
    // the subject is in the account and logon columns already
    if (value === '' || value === '-' || name === 'Binary' || name.startsWith('Subject')) continue
    const text = boundedText(value, shownLength)
    shown.push(name.startsWith('#') ? text : `${boundedText(name, 40)} ${text}`)
  }
  return `${shortProvider(record.provider)} ${record.eventId}${shown.length ? `: ${shown.join(', ')}` : ''}`
}
