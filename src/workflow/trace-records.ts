/** Records the playbook asks for beside the chains, and what each says (windows.md §6, questions 2, 5 and 6). */
import { boundedText } from '../domain/describe.ts'
import { processId, sid } from '../domain/ids.ts'
import type { EventRecord } from '../domain/record.ts'
import type { Trace, TraceKind } from '../domain/trace.ts'
import { normalAddress } from '../events/addresses.ts'
import { describeRecord } from '../events/describe-record.ts'
import { RecordFields } from '../events/fields.ts'

export interface TraceQuestion {
  /** process ids of the chains' processes, decimal */
  readonly pids: ReadonlySet<string>
}
/** A recorded process id, hex or decimal, that belongs to a process of a chain. */
export const isChainPid = (asked: TraceQuestion, text: string): boolean => {
  const pid = text.length <= 12 ? processId(text) : undefined
  return pid !== undefined && asked.pids.has(String(pid))
}

const ids = (kind: TraceKind, ...numbers: readonly number[]): readonly (readonly [number, TraceKind])[] =>
  numbers.map((id) => [id, kind] as const)

const kinds: ReadonlyMap<string, ReadonlyMap<number, TraceKind>> = new Map([
  [
    'microsoft-windows-security-auditing',
    new Map([
      ...ids('task-work', 4698, 4699, 4700, 4701, 4702),
      ...ids('explicit-logon', 4648),
      ...ids('connection', 5156),
      ...ids('service', 4697),
      ...ids('account-change', 4720, 4722, 4723, 4724, 4725, 4726, 4738, 4767, 4781),
      ...ids('group-change', 4728, 4729, 4732, 4733, 4756, 4757),
    ]),
  ],
  ['microsoft-windows-sysmon', new Map(ids('connection', 3))],
  ['service control manager', new Map(ids('service', 7045))],
  ['microsoft-windows-terminalservices-clientactivexcore', new Map(ids('rdp-client', 1024, 1102))],
  ['microsoft-windows-winrm', new Map(ids('winrm-client', 6))],
  [
    'microsoft-windows-smbclient',
    new Map(ids('smb-client', 30803, 30804, 30805, 30806, 30807, 31001, 31010)),
  ],
  ['microsoft-windows-bits-client', new Map(ids('transfer', 3, 59, 60))],
  ['microsoft-windows-windows defender', new Map(ids('malware', 1006, 1015, 1116, 1117))],
])

/** @param provider in lower case */
export const traceKindOf = (provider: string, eventId: number): TraceKind | undefined =>
  kinds.get(provider)?.get(eventId)

/** The trace of a record of that kind; undefined when the record turns out to be none: an incoming connection. */
export function traceOf(kind: TraceKind, record: EventRecord): Trace | undefined {
  const fields = new RecordFields(record)
  if (kind === 'connection' && !isOutbound(fields)) return undefined
  const address = (...names: readonly string[]) => {
    const text = first(fields, ...names)
    return text === undefined ? undefined : (normalAddress(text) ?? undefined)
  }
  const subject = fields.account('Subject')
  const isChange = kind === 'account-change' || kind === 'group-change'
  const port = fields.number('DestPort') ?? fields.number('DestinationPort')
  return {
    kind,
    eventId: record.eventId,
    channel: record.channel,
    computer: record.computer,
    time: record.time,
    locator: record.locator,
    what: wordsOf(kind, record, fields),
    // 7045, RDP client and WinRM name nobody in their fields: System/Security does; of Sysmon that is its own service
    sid: subject.sid ?? (kind === 'connection' || kind === 'malware' ? undefined : sid(record.userSid)),
    account: named(subject.domain, subject.name) ?? first(fields, 'User', 'AccountName'),
    logonId: fields.logonId('SubjectLogonId'),
    pid: fields.processId('ProcessId') ?? fields.processId('ProcessID'),
    image: fields.exact('ProcessName') ?? fields.exact('Image') ?? fields.exact('Application'),
    server: serverOf(kind, fields),
    ip: kind === 'connection' ? address('DestAddress', 'DestinationIp') : undefined,
    port: port !== undefined && port > 0 && port <= 0xffff ? port : undefined,
    ownIp: kind === 'connection' ? address('SourceAddress', 'SourceIp') : undefined,
    subject: subjectOf(kind, fields),
    subjectSid: isChange ? sid(fields.raw('TargetSid')) : undefined,
  }
}

function wordsOf(kind: TraceKind, record: EventRecord, fields: RecordFields): string {
  if (kind === 'malware') {
    const place = first(fields, 'Path', 'Process Name')
    const acted = record.eventId === 1117 || record.eventId === 1007 ? 'acted on' : 'found'
    return boundedText(
      `Virus scanner ${acted} ${subjectOf(kind, fields) ?? 'a threat without a name'}${place ? ` (${place})` : ''}`,
    )
  }
  if (kind === 'transfer') {
    const act = record.eventId === 3 ? 'job made' : record.eventId === 59 ? 'began' : 'ended'
    const bytes = first(fields, 'bytesTransferred', 'fileLength', 'bytesTotal')
    const about = [subjectOf(kind, fields) ?? first(fields, 'name', 'jobTitle'), bytes && `${bytes} bytes`]
    return boundedText(`Background transfer ${act}: ${about.filter(Boolean).join(', ') || 'without a name'}`)
  }
  return describeRecord(record)
}

const first = (fields: RecordFields, ...names: readonly string[]): string | undefined => {
  for (const name of names) {
    const text = fields.text(name)
    if (text !== undefined) return text
  }
  return undefined
}

const named = (domain: string | undefined, name: string | undefined): string | undefined =>
  name === undefined ? undefined : domain === undefined ? name : `${domain}\\${name}`

function isOutbound(fields: RecordFields): boolean {
  const direction = fields.text('Direction')
  if (direction !== undefined) return direction === '%%14593'
  return fields.text('Initiated')?.toLowerCase() !== 'false'
}

function serverOf(kind: TraceKind, fields: RecordFields): string | undefined {
  switch (kind) {
    case 'explicit-logon':
      return fields.text('TargetServerName')
    case 'rdp-client':
      return fields.text('Value')
    case 'winrm-client':
      // `fs02/wsman?PSVersion=5.1`
      return /^(?:https?:\/\/)?([^/:?]{1,255})/.exec(fields.text('connection') ?? '')?.[1]
    case 'smb-client':
      return first(fields, 'ServerName', 'RemoteName')?.replace(/^\\+/, '')
    case 'connection':
      return fields.text('DestinationHostname')
    default:
      return undefined
  }
}

function subjectOf(kind: TraceKind, fields: RecordFields): string | undefined {
  switch (kind) {
    case 'task-work':
      return fields.exact('TaskName')
    case 'service':
      return fields.exact('ServiceName')
    case 'transfer':
      return first(fields, 'url', 'RemoteName', 'string2')
    case 'malware':
      return first(fields, 'Threat Name', 'ThreatName')
    case 'account-change':
    case 'group-change':
    case 'explicit-logon':
      return named(fields.text('TargetDomainName'), fields.text('TargetUserName'))
    default:
      return undefined
  }
}
