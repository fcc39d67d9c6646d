/** What timeline rows and filters show of a record. Cheap: by field name, without reading task XML. */
import { shareWords } from '../domain/describe.ts'
import type { LogonId } from '../domain/ids.ts'
import type { EventRecord } from '../domain/record.ts'
import { normalAddress } from './addresses.ts'
import { RecordFields } from './fields.ts'
import { type ProviderFamily, providers } from './kinds.ts'

export interface TimelineColumns {
  /** `DOMAIN\name` of the account that acts: the one that logs on for logons, else the subject; a SID when no name is recorded */
  readonly account?: string
  /** source address, or the other side's for network events; unwrapped and in one spelling */
  readonly address?: string
  /** full task path */
  readonly task?: string
  /** full path of the process the event is about */
  readonly process?: string
  /** `ADMIN$\Temp\x.tmp`, `IPC$\atsvc`, `C$` */
  readonly share?: string
  /** logon sessions the record names, each once, without 0x0 */
  readonly logonIds: readonly LogonId[]
}

const aboutTarget = new Set([4624, 4625, 4634, 4647, 4768, 4769, 4771, 4776, 4740])
const logonNames = ['SubjectLogonId', 'TargetLogonId', 'TargetLinkedLogonId', 'LogonId'] as const

/** Never throws; a column without a value is left out. */
export function timelineColumns(record: EventRecord): TimelineColumns {
  const fields = new RecordFields(record)
  const family = providers.get(record.provider.toLowerCase())
  const columns: { -readonly [Name in keyof TimelineColumns]: TimelineColumns[Name] } = {
    logonIds: logonIds(fields),
  }
  const account = accountOf(record, fields, family)
  const address = addressOf(record, fields, family)
  const task = fields.exact('TaskName')
  const taskProcess = family === 'task-scheduler' ? fields.exact('Path') : undefined
  const process =
    fields.exact('NewProcessName') ?? fields.exact('Image') ?? fields.exact('ProcessName') ?? taskProcess
  const share = shareOf(fields)
  if (account !== undefined) columns.account = account
  if (address !== undefined) columns.address = address
  if (task !== undefined && (family === 'security' || family === 'task-scheduler')) columns.task = task
  if (process !== undefined) columns.process = process
  if (share !== undefined) columns.share = share
  return columns
}

function logonIds(fields: RecordFields): readonly LogonId[] {
  const found = new Set<LogonId>()
  for (const name of logonNames) {
    const id = fields.logonId(name)
    if (id !== undefined && id !== '0x0') found.add(id)
  }
  return [...found]
}

function named(
  domain: string | undefined,
  name: string | undefined,
  sid: string | undefined,
): string | undefined {
  if (name === undefined) return sid
  return domain === undefined ? name : `${domain}\\${name}`
}

function accountOf(
  record: EventRecord,
  fields: RecordFields,
  family: ProviderFamily | undefined,
): string | undefined {
  if (family === 'task-scheduler') return fields.text('UserContext') ?? fields.text('UserName')
  if (family === 'sysmon') return fields.text('User')
  if (isRemoteDesktop(record)) {
    return record.eventId === 1149
      ? named(fields.text('Param2'), fields.text('Param1'), undefined)
      : fields.text('User')
  }
  const prefix = family === 'security' && aboutTarget.has(record.eventId) ? 'Target' : 'Subject'
  const { domain, name, sid } = fields.account(prefix)
  return named(domain, name, sid)
}

const isRemoteDesktop = (record: EventRecord) => /^microsoft-windows-terminalservices-/i.test(record.provider)

function addressOf(
  record: EventRecord,
  fields: RecordFields,
  family: ProviderFamily | undefined,
): string | undefined {
  const text = addressText(record, fields, family)
  return text === undefined ? undefined : normalAddress(text)
}

function addressText(
  record: EventRecord,
  fields: RecordFields,
  family: ProviderFamily | undefined,
): string | undefined {
  if (family === 'sysmon') {
    const initiated = fields.text('Initiated')?.toLowerCase() !== 'false'
    return fields.text(initiated ? 'DestinationIp' : 'SourceIp')
  }
  // 5156: only of outbound connections is it certain which side is the other one
  if (family === 'security' && record.eventId === 5156) {
    return fields.text('Direction') === '%%14593' ? fields.text('DestAddress') : undefined
  }
  if (isRemoteDesktop(record)) return fields.text(record.eventId === 1149 ? 'Param3' : 'Address')
  // `10.0.0.1:52202`, of UDP also `[10.0.0.1]:52202`
  return (
    fields.text('IpAddress') ??
    fields.text('IPString') ??
    fields.text('ClientIP')?.replace(/^\[?(.*?)\]?:\d{1,5}$/, '$1')
  )
}

function shareOf(fields: RecordFields): string | undefined {
  const share = fields.exact('ShareName')
  if (share === undefined) return undefined
  const target = fields.exact('RelativeTargetName')
  return target === undefined || target === '\\' ? shareWords(share) : `${shareWords(share)}\\${target}`
}
