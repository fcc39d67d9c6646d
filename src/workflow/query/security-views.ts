/** Sentinel's tables, filled from records. */
import { caseTables } from '../../kql/tables/index.ts'
import {
  absent,
  account,
  eventDataBag,
  eventDataXml,
  field,
  lastPart,
  levelName,
  number,
  numberField,
  type ReadCell,
  text,
  time,
} from './columns.ts'

export interface TableView {
  /** rows of the case that belong to the table; by log and provider alone, so that it is asked once for many */
  readonly holds: (channel: string, provider: string, eventId: number) => boolean
  readonly cells: Readonly<Record<string, ReadCell>>
}

const columnsOf = (name: string) => caseTables.find((table) => table.name === name)?.columns ?? []

/** events whose account is the one that logs on, not the one that asks */
const logonEvents = new Set([4624, 4625, 4634, 4647, 4672])

const mainAccount: ReadCell = (row) =>
  logonEvents.has(row.eventId) && row.field('TargetUserName') !== undefined
    ? account('TargetDomainName', 'TargetUserName')(row)
    : account('SubjectDomainName', 'SubjectUserName')(row)

const logonTypes: Readonly<Record<string, string>> = {
  '0': 'System',
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

/** as Windows titles them, for the events of this alert; of others the number alone */
const activities: Readonly<Record<number, string>> = {
  1102: 'The audit log was cleared.',
  4616: 'The system time was changed.',
  4624: 'An account was successfully logged on.',
  4625: 'An account failed to log on.',
  4634: 'An account was logged off.',
  4647: 'User initiated logoff.',
  4648: 'A logon was attempted using explicit credentials.',
  4672: 'Special privileges assigned to new logon.',
  4688: 'A new process has been created.',
  4689: 'A process has exited.',
  4697: 'A service was installed in the system.',
  4698: 'A scheduled task was created.',
  4699: 'A scheduled task was deleted.',
  4700: 'A scheduled task was enabled.',
  4701: 'A scheduled task was disabled.',
  4702: 'A scheduled task was updated.',
  4719: 'System audit policy was changed.',
  4720: 'A user account was created.',
  4732: 'A member was added to a security-enabled local group.',
  5140: 'A network share object was accessed.',
  5145: 'A network share object was checked to see whether client can be granted desired access.',
  5156: 'The Windows Filtering Platform has permitted a connection.',
}

const sentinelOnly = new Set(
  'TenantId SourceSystem SourceComputerId EventOriginId MG TimeCollected ManagementGroupName _ResourceId AzureDeploymentID Role ManagementGroupName Message RenderedDescription RawEventData'.split(
    ' ',
  ),
)

const system: Readonly<Record<string, ReadCell>> = {
  TimeGenerated: time,
  TimeCreated: time,
  Computer: text((row) => row.computer),
  Channel: text((row) => row.channel),
  EventLog: text((row) => row.channel),
  EventSourceName: text((row) => row.provider),
  Provider: text((row) => row.provider),
  Source: text((row) => row.provider),
  EventID: number((row) => row.eventId),
  Task: number((row) => row.record.task),
  EventCategory: number((row) => row.record.task),
  Level: text((row) => String(row.record.level)),
  EventLevel: number((row) => row.record.level),
  EventLevelName: levelName,
  EventRecordId: text((row) => String(row.segment.recordId(row.row))),
  Keywords: text((row) => row.record.keywords),
  Opcode: text((row) => String(row.record.opcode)),
  Version: number((row) => row.record.version),
  SystemProcessId: number((row) => row.record.processId),
  SystemThreadId: number((row) => row.record.threadId),
  SystemUserId: text((row) => row.record.userSid ?? ''),
  Correlation: text((row) => row.record.activityId ?? ''),
  UserName: text((row) => row.record.userSid ?? ''),
}

const securityOwn: Readonly<Record<string, ReadCell>> = {
  Account: mainAccount,
  AccountType: (row) => {
    const name = mainAccount(row)
    return name === null || name === '' ? name : String(name).endsWith('$') ? 'Machine' : 'User'
  },
  SubjectAccount: account('SubjectDomainName', 'SubjectUserName'),
  TargetAccount: account('TargetDomainName', 'TargetUserName'),
  TargetUser: field('TargetUserName'),
  Activity: text((row) => `${row.eventId}${activities[row.eventId] ? ` - ${activities[row.eventId]}` : ''}`),
  LogonTypeName: (row) => {
    const type = row.field('LogonType')
    if (type === undefined) return row.isCollected('LogonType') ? '' : null
    return logonTypes[type] ? `${type} - ${logonTypes[type]}` : type
  },
  LogonID: field('LogonId', 'LogonID'),
  Process: (row) => {
    const image = field('NewProcessName', 'ProcessName')(row)
    return image === null ? null : lastPart(String(image))
  },
  EventData: eventDataXml,
}

function cellsOf(name: string, own: Readonly<Record<string, ReadCell>>): Record<string, ReadCell> {
  return Object.fromEntries(
    columnsOf(name).map(({ name: column, type }) => {
      const known = own[column] ?? system[column]
      if (known) return [column, known]
      if (column === 'Type') return [column, text(() => name)]
      if (sentinelOnly.has(column)) return [column, absent]
      return [column, type === 'string' ? field(column) : numberField(column)]
    }),
  )
}

const isSecurity = (channel: string): boolean => channel.toLowerCase() === 'security'

export const securityViews: Readonly<Record<string, TableView>> = {
  SecurityEvent: { holds: isSecurity, cells: cellsOf('SecurityEvent', securityOwn) },
  WindowsEvent: {
    holds: () => true,
    cells: cellsOf('WindowsEvent', { EventData: eventDataBag, Data: eventDataBag }),
  },
  Event: {
    holds: () => true,
    cells: cellsOf('Event', { EventData: eventDataXml, ParameterXml: eventDataXml }),
  },
}
