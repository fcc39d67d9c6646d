/**
 * Rows as documents of the Elastic Common Schema, one JSON object a line, as Elasticsearch's bulk helpers and Filebeat take them.
 * What ECS has no field for stands under `winlog`, as Winlogbeat has it, and the citation under `tasktrail`.
 */
import { isIP } from 'node:net'
import type { EventRecord } from '../domain/record.ts'
import { type ExportRow, type ExportSource, exhibitsOf } from './source.ts'

/** Version of the schema the fields are taken from; a test compares them with Elastic's own list. */
export const ecsVersion = '9.4.0'

interface Kind {
  readonly category: readonly string[]
  readonly type: readonly string[]
  readonly action: string
  readonly outcome?: 'success' | 'failure'
}
const kind = (category: string, type: string, action: string, outcome?: Kind['outcome']): Kind => ({
  category: category.split(' '),
  type: type.split(' '),
  action,
  ...(outcome && { outcome }),
})

/** By provider and event id; whatever is not here is told without a category. */
const security: Readonly<Record<number, Kind>> = {
  1102: kind('configuration', 'deletion', 'audit-log-cleared', 'success'),
  4624: kind('authentication', 'start', 'logged-in', 'success'),
  4625: kind('authentication', 'start', 'logon-failed', 'failure'),
  4634: kind('authentication', 'end', 'logged-out', 'success'),
  4647: kind('authentication', 'end', 'logged-out', 'success'),
  4648: kind('authentication', 'start', 'logged-in-explicit'),
  4672: kind('iam', 'admin', 'logged-in-special', 'success'),
  4688: kind('process', 'start', 'created-process', 'success'),
  4689: kind('process', 'end', 'exited-process', 'success'),
  4697: kind('configuration', 'creation', 'service-installed', 'success'),
  4698: kind('configuration', 'creation', 'scheduled-task-created', 'success'),
  4699: kind('configuration', 'deletion', 'scheduled-task-deleted', 'success'),
  4700: kind('configuration', 'change', 'scheduled-task-enabled', 'success'),
  4701: kind('configuration', 'change', 'scheduled-task-disabled', 'success'),
  4702: kind('configuration', 'change', 'scheduled-task-updated', 'success'),
  4720: kind('iam', 'user creation', 'added-user-account', 'success'),
  4726: kind('iam', 'user deletion', 'deleted-user-account', 'success'),
  4728: kind('iam', 'group change', 'added-member-to-group', 'success'),
  4732: kind('iam', 'group change', 'added-member-to-group', 'success'),
  5140: kind('network file', 'access', 'network-share-accessed'),
  5145: kind('network file', 'access', 'network-share-object-checked'),
  5156: kind('network', 'connection allowed', 'windows-firewall-connection'),
}
const taskScheduler: Readonly<Record<number, Kind>> = {
  100: kind('process', 'start', 'task-started'),
  102: kind('process', 'end', 'task-completed'),
  106: kind('configuration', 'creation', 'task-registered'),
  107: kind('configuration', 'info', 'task-triggered'),
  110: kind('configuration', 'info', 'task-triggered'),
  129: kind('process', 'start', 'task-process-created'),
  140: kind('configuration', 'change', 'task-updated'),
  141: kind('configuration', 'deletion', 'task-deleted'),
  200: kind('process', 'start', 'action-started'),
  201: kind('process', 'end', 'action-completed'),
}
const kindOf = ({ provider, eventId }: ExportRow): Kind | undefined =>
  provider === 'Microsoft-Windows-Security-Auditing' || provider === 'Microsoft-Windows-Eventlog'
    ? security[eventId]
    : provider === 'Microsoft-Windows-TaskScheduler'
      ? taskScheduler[eventId]
      : undefined

const nothing = new Set(['', '-', '0x0'])

/** Values by name; a name that stands twice keeps the first, and all of them are in `winlog.event_data`. */
function fieldsOf(record: EventRecord): (name: string) => string | undefined {
  return (name) => {
    const value = record.values[record.names.indexOf(name)]
    return value === undefined || nothing.has(value) ? undefined : value
  }
}

/** ECS numbers are JSON numbers: what a double cannot hold exactly is left to `winlog`, where it is text. */
function exactNumber(text: string | undefined): number | undefined {
  const value = text === undefined ? Number.NaN : Number(text)
  return Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

function processOf(row: ExportRow, field: (name: string) => string | undefined) {
  if (row.eventId !== 4688 && row.eventId !== 4689) return undefined
  const started = row.eventId === 4688
  const executable = field(started ? 'NewProcessName' : 'ProcessName')
  const parent = started
    ? { executable: field('ParentProcessName'), pid: exactNumber(field('ProcessId')) }
    : undefined
  return given({
    executable,
    name: executable?.slice(executable.lastIndexOf('\\') + 1),
    pid: exactNumber(field(started ? 'NewProcessId' : 'ProcessId')),
    command_line: field('CommandLine'),
    parent: parent && given(parent),
  })
}

/** Without what is not known; undefined when nothing is. */
function given<T extends object>(value: T): Partial<T> | undefined {
  const known = Object.entries(value).filter(([, one]) => one !== undefined)
  return known.length === 0 ? undefined : (Object.fromEntries(known) as Partial<T>)
}

export function ecsDocument(row: ExportRow, exhibits: ReadonlyMap<string, string>): object {
  const { record, citation } = row
  const field = fieldsOf(record)
  const known = kindOf(row)
  const cut = row.account?.lastIndexOf('\\') ?? -1
  const name = row.account === null ? undefined : row.account.slice(cut + 1)
  const address = row.address?.replace(/%.*$/, '').replace(/^::ffff:/i, '') ?? ''
  const ip = isIP(address) ? address : undefined
  const user = given({
    name,
    domain: cut > 0 ? row.account?.slice(0, cut) : undefined,
    id: field('TargetUserSid') ?? field('SubjectUserSid') ?? record.userSid,
  })
  return {
    '@timestamp': row.time,
    message: row.what,
    ecs: { version: ecsVersion },
    event: given({
      kind: 'event',
      module: 'tasktrail',
      dataset: 'tasktrail.timeline',
      provider: row.provider,
      code: String(row.eventId),
      sequence: exactNumber(citation.recordId),
      category: known?.category,
      type: known?.type,
      action: known?.action,
      outcome: known?.outcome,
    }),
    host: { name: row.host, hostname: row.host.split('.')[0] },
    ...(user && { user }),
    ...(row.address !== null && {
      source: given({ address: row.address, ip, port: exactNumber(field('IpPort') ?? field('SourcePort')) }),
    }),
    ...(processOf(row, field) && { process: processOf(row, field) }),
    ...(given({ ip: ip && [ip], user: name && [name], hosts: [row.host] }) && {
      related: given({ ip: ip && [ip], user: name && [name], hosts: [row.host] }),
    }),
    ...(row.marks.length > 0 && { tags: row.marks.map((mark) => `tasktrail-${mark}`) }),
    ...(row.marks.includes('chain') && {
      threat: { framework: 'MITRE ATT&CK', technique: { id: ['T1053.005'], name: ['Scheduled Task'] } },
    }),
    winlog: {
      channel: row.channel,
      provider_name: row.provider,
      event_id: String(row.eventId),
      record_id: citation.recordId,
      computer_name: record.computer,
      version: record.version,
      ...(record.processId !== undefined && { process: { pid: record.processId } }),
      event_data: eventData(record),
    },
    tasktrail: {
      citation: { exhibit: exhibits.get(citation.evidenceId) ?? null, ...citation },
      marks: row.marks,
    },
  }
}

/** Every value, a repeated name as a list. Own keys only: a field may be called `__proto__`. */
function eventData(record: EventRecord): Readonly<Record<string, string | readonly string[]>> {
  const all = new Map<string, string[]>()
  for (const [index, name] of record.names.entries()) {
    const known = all.get(name)
    const value = record.values[index] ?? ''
    if (known) known.push(value)
    else all.set(name, [value])
  }
  return Object.fromEntries(
    [...all].map(([name, values]) => [name, values.length === 1 ? (values[0] as string) : values]),
  )
}

export function* ecsLines(source: ExportSource): Generator<string> {
  const exhibits = exhibitsOf(source)
  for (const row of source.rows()) yield `${JSON.stringify(ecsDocument(row, exhibits))}\n`
}
