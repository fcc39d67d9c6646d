/** Tables shaped like Microsoft Defender's, filled from Windows' own records. What Defender alone sees is not collected. */

import { caseTables } from '../../kql/tables/index.ts'
import { filetimeStart, parseTime } from '../../kql/ticks.ts'
import { absent, field, lastPart, numberField, type ReadCell, text, time } from './columns.ts'
import type { TableView } from './security-views.ts'

const security = 'Microsoft-Windows-Security-Auditing'
const sysmon = 'Microsoft-Windows-Sysmon'
const is =
  (provider: string, ...events: readonly number[]) =>
  (_: string, by: string, event: number): boolean =>
    by === provider && events.includes(event)

const either =
  (first: ReadCell, second: ReadCell): ReadCell =>
  (row) =>
    row.provider === security ? first(row) : second(row)
const named =
  (cell: ReadCell): ReadCell =>
  (row) => {
    const path = cell(row)
    return path === null ? null : lastPart(String(path))
  }
/** `DOMAIN\name` of Sysmon, in two */
const userPart =
  (part: 0 | 1): ReadCell =>
  (row) => {
    const user = field('User')(row)
    if (user === null) return null
    const at = String(user).indexOf('\\')
    return part === 0 ? String(user).slice(0, Math.max(0, at)) : String(user).slice(at + 1)
  }

const shared: Readonly<Record<string, ReadCell>> = {
  Timestamp: time,
  TimeGenerated: time,
  DeviceName: text((row) => row.computer),
  ReportId: (row) => row.segment.recordId(row.row),
}

const image = either(field('NewProcessName'), field('Image'))
const parentImage = either(field('ParentProcessName'), field('ParentImage'))
const hash =
  (name: string): ReadCell =>
  (row) => {
    if (row.provider !== sysmon) return null
    const hashes = row.field('Hashes') ?? ''
    return new RegExp(`(?:^|,)${name}=([0-9A-Fa-f]+)`).exec(hashes)?.[1]?.toLowerCase() ?? ''
  }

const processes: Readonly<Record<string, ReadCell>> = {
  ...shared,
  ActionType: text(() => 'ProcessCreated'),
  FileName: named(image),
  FolderPath: image,
  ProcessId: either(numberField('NewProcessId'), numberField('ProcessId')),
  ProcessCommandLine: field('CommandLine'),
  ProcessIntegrityLevel: either(field('MandatoryLabel'), field('IntegrityLevel')),
  ProcessTokenElevation: either(field('TokenElevationType'), absent),
  ProcessCreationTime: (row) => {
    const own = row.provider === sysmon ? row.field('UtcTime') : undefined
    return (own ? parseTime(own) : undefined) ?? row.segment.time(row.row) + filetimeStart
  },
  AccountDomain: either(field('SubjectDomainName'), userPart(0)),
  AccountName: either(field('SubjectUserName'), userPart(1)),
  AccountSid: either(field('SubjectUserSid'), absent),
  LogonId: either(numberField('SubjectLogonId'), numberField('LogonId')),
  InitiatingProcessId: either(numberField('ProcessId'), numberField('ParentProcessId')),
  InitiatingProcessFileName: named(parentImage),
  InitiatingProcessFolderPath: parentImage,
  InitiatingProcessCommandLine: either(absent, field('ParentCommandLine')),
  SHA1: hash('SHA1'),
  SHA256: hash('SHA256'),
  MD5: hash('MD5'),
}

const defenderLogonTypes: Readonly<Record<string, string>> = {
  '2': 'Interactive',
  '3': 'Network',
  '4': 'Batch',
  '5': 'Service',
  '7': 'Unlock',
  '8': 'NetworkCleartext',
  '9': 'NewCredentials',
  '10': 'RemoteInteractive',
  '11': 'CachedInteractive',
}

const logons: Readonly<Record<string, ReadCell>> = {
  ...shared,
  ActionType: text((row) => (row.eventId === 4624 ? 'LogonSuccess' : 'LogonFailed')),
  LogonType: (row) => {
    const type = field('LogonType')(row)
    return type === null ? null : (defenderLogonTypes[String(type)] ?? String(type))
  },
  AccountDomain: field('TargetDomainName'),
  AccountName: field('TargetUserName'),
  AccountSid: field('TargetUserSid'),
  Protocol: field('AuthenticationPackageName'),
  FailureReason: field('FailureReason'),
  LogonId: numberField('TargetLogonId'),
  RemoteDeviceName: field('WorkstationName'),
  RemoteIP: field('IpAddress'),
  RemotePort: numberField('IpPort'),
  InitiatingProcessId: numberField('ProcessId'),
  InitiatingProcessFolderPath: field('ProcessName'),
  InitiatingProcessFileName: named(field('ProcessName')),
  InitiatingProcessAccountDomain: field('SubjectDomainName'),
  InitiatingProcessAccountName: field('SubjectUserName'),
  InitiatingProcessAccountSid: field('SubjectUserSid'),
  InitiatingProcessLogonId: numberField('SubjectLogonId'),
}

const actionTypes: Readonly<Record<number, string>> = {
  4697: 'ServiceInstalled',
  4698: 'ScheduledTaskCreated',
  4699: 'ScheduledTaskDeleted',
  4700: 'ScheduledTaskEnabled',
  4701: 'ScheduledTaskDisabled',
  4702: 'ScheduledTaskUpdated',
  7045: 'ServiceInstalled',
}

const events: Readonly<Record<string, ReadCell>> = {
  ...shared,
  ActionType: text((row) => actionTypes[row.eventId] ?? ''),
  AccountDomain: field('SubjectDomainName'),
  AccountName: field('SubjectUserName'),
  AccountSid: field('SubjectUserSid'),
  LogonId: numberField('SubjectLogonId'),
  ProcessId: numberField('ClientProcessId'),
  FolderPath: field('ServiceFileName', 'ImagePath'),
  FileName: named(field('ServiceFileName', 'ImagePath')),
  InitiatingProcessId: numberField('ClientProcessId'),
  InitiatingProcessParentId: numberField('ParentProcessId'),
  AdditionalFields: (row) => {
    const { names, values } = row.record
    const kept = names.flatMap((name, i) =>
      /^(TaskName|TaskContent|TaskContentNew|ServiceName|StartType|ServiceType)$/.test(name)
        ? [`${JSON.stringify(name)}:${JSON.stringify(values[i] ?? '')}`]
        : [],
    )
    return `{${kept.join(',')}}`
  },
}

const whole = (name: string, own: Readonly<Record<string, ReadCell>>): Record<string, ReadCell> =>
  Object.fromEntries(
    (caseTables.find((table) => table.name === name)?.columns ?? []).map(({ name: column }) => [
      column,
      own[column] ?? absent,
    ]),
  )

const isProcess = is(security, 4688)
const isSysmonProcess = is(sysmon, 1)
const isTaskEvent = is(security, 4697, 4698, 4699, 4700, 4701, 4702)
const isService = is('Service Control Manager', 7045)

export const deviceViews: Readonly<Record<string, TableView>> = {
  DeviceProcessEvents: {
    holds: (channel, provider, event) =>
      isProcess(channel, provider, event) || isSysmonProcess(channel, provider, event),
    cells: whole('DeviceProcessEvents', processes),
  },
  DeviceLogonEvents: { holds: is(security, 4624, 4625), cells: whole('DeviceLogonEvents', logons) },
  DeviceEvents: {
    holds: (channel, provider, event) =>
      isTaskEvent(channel, provider, event) || isService(channel, provider, event),
    cells: whole('DeviceEvents', events),
  },
}
