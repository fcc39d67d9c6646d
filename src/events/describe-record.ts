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
const known: Readonly<Record<string, Words>> = {
  'service control manager/7036': (fields) =>
    `Service ${fields.text('param1') ?? '?'} is now ${fields.text('param2') ?? 'in an unrecorded state'}`,
  'service control manager/7045': (fields) =>
    `Service ${fields.text('ServiceName') ?? '?'} installed: ${fields.exact('ImagePath') ?? 'no path recorded'}`,
  'microsoft-windows-security-auditing/4776': (fields) =>
    list(
      `NTLM credentials of ${fields.text('TargetUserName') ?? 'an unnamed account'} checked`,
      fields.text('Workstation') && `from ${fields.text('Workstation')}`,
      outcome(fields.text('Status'), logonFailureMeaning),
    ),
  'microsoft-windows-security-auditing/4768': (fields) =>
    list(
      `Kerberos ticket (TGT) asked for by ${fields.text('TargetUserName') ?? 'an unnamed account'}`,
      from(fields.text('IpAddress')),
      outcome(fields.text('Status'), kerberosFailureMeaning),
    ),
  'microsoft-windows-security-auditing/4769': (fields) =>
    list(
      `Kerberos service ticket for ${fields.text('ServiceName') ?? 'an unnamed service'} asked for by ${fields.text('TargetUserName') ?? 'an unnamed account'}`,
      from(fields.text('IpAddress')),
      outcome(fields.text('Status'), kerberosFailureMeaning),
    ),
  'microsoft-windows-powershell/4104': (fields) => {
    const part = fields.text('MessageNumber')
    const total = fields.text('MessageTotal')
    const of = total !== undefined && total !== '1' ? ` ${part ?? '?'} of ${total}` : ''
    return `PowerShell script${of}: ${fields.raw('ScriptBlockText')?.trim() || 'no text recorded'}`
  },
  'microsoft-windows-terminalservices-remoteconnectionmanager/1149': (fields) =>
    list(
      `Remote Desktop connection of ${named(fields.text('Param2'), fields.text('Param1'))}`,
      from(fields.text('Param3')),
    ),
  'microsoft-windows-terminalservices-localsessionmanager/21': (fields) => session('logged on', fields),
  'microsoft-windows-terminalservices-localsessionmanager/24': (fields) => session('disconnected', fields),
  'microsoft-windows-terminalservices-localsessionmanager/25': (fields) => session('reconnected', fields),
}

function knownWords(record: EventRecord): string | undefined {
  const key = `${record.provider.toLowerCase()}/${record.eventId}`
  return Object.hasOwn(known, key) ? known[key]?.(new RecordFields(record)) : undefined
}

const session = (what: string, fields: RecordFields) =>
  list(
    `Terminal session ${fields.text('SessionID') ?? '?'} of ${fields.text('User') ?? 'an unnamed account'} ${what}`,
    from(fields.text('Address')),
  )
const list = (...parts: (string | undefined)[]) => parts.filter(Boolean).join(', ')
const from = (address: string | undefined) =>
  address === undefined ? undefined : `from ${normalAddress(address) ?? address}`
const named = (domain: string | undefined, name: string | undefined) =>
  name === undefined ? 'an unnamed account' : domain === undefined ? name : `${domain}\\${name}`

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
    if (value === '' || value === '-' || name === 'Binary') continue
    const text = boundedText(value, shownLength)
    shown.push(name.startsWith('#') ? text : `${boundedText(name, 40)} ${text}`)
  }
  return `${shortProvider(record.provider)} ${record.eventId}${shown.length ? `: ${shown.join(', ')}` : ''}`
}
