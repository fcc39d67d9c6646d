/** Events of the Security log, with the names, types and order of Microsoft's manifests. */
import type { EventSchema, FieldList, Provider } from '../evtx/schema.ts'

const auditing: Provider = {
  name: 'Microsoft-Windows-Security-Auditing',
  guid: '{54849625-5478-4994-A5BA-3E3B0328C30D}',
}
const eventLog: Provider = {
  name: 'Microsoft-Windows-Eventlog',
  guid: '{FC65DDD8-D6EF-4962-83D5-6E5CFE9CE148}',
}
const success = 0x8020000000000000n
const failure = 0x8010000000000000n

function audit(
  eventId: number,
  version: number,
  task: number,
  fields: FieldList,
  keywords = success,
): EventSchema {
  return {
    provider: auditing,
    channel: 'Security',
    eventId,
    version,
    level: 0,
    opcode: 0,
    task,
    keywords,
    shape: { kind: 'event-data' },
    fields,
  }
}

const subject: FieldList = [
  ['SubjectUserSid', 'sid'],
  ['SubjectUserName', 'string'],
  ['SubjectDomainName', 'string'],
  ['SubjectLogonId', 'hex64'],
]
const logon0: FieldList = [
  ...subject,
  ['TargetUserSid', 'sid'],
  ['TargetUserName', 'string'],
  ['TargetDomainName', 'string'],
  ['TargetLogonId', 'hex64'],
  ['LogonType', 'u32'],
  ['LogonProcessName', 'string'],
  ['AuthenticationPackageName', 'string'],
  ['WorkstationName', 'string'],
  ['LogonGuid', 'guid'],
  ['TransmittedServices', 'string'],
  ['LmPackageName', 'string'],
  ['KeyLength', 'u32'],
  ['ProcessId', 'pointer'],
  ['ProcessName', 'string'],
  ['IpAddress', 'string'],
  ['IpPort', 'string'],
]
const logon1: FieldList = [...logon0, ['ImpersonationLevel', 'string']]
const logonTail: FieldList = [
  ['TargetOutboundUserName', 'string'],
  ['TargetOutboundDomainName', 'string'],
  ['VirtualAccount', 'string'],
  ['TargetLinkedLogonId', 'hex64'],
  ['ElevatedToken', 'string'],
]
const started0: FieldList = [
  ...subject,
  ['NewProcessId', 'pointer'],
  ['NewProcessName', 'string'],
  ['TokenElevationType', 'string'],
  ['ProcessId', 'pointer'],
]
const started1: FieldList = [...started0, ['CommandLine', 'string']]
const service0: FieldList = [
  ...subject,
  ['ServiceName', 'string'],
  ['ServiceFileName', 'string'],
  ['ServiceType', 'hex32'],
  ['ServiceStartType', 'u32'],
  ['ServiceAccount', 'string'],
]
const caller: FieldList = [
  ['ClientProcessStartKey', 'u64'],
  ['ClientProcessId', 'u32'],
  ['ParentProcessId', 'u32'],
]
const taskCaller: FieldList = [...caller, ['RpcCallClientLocality', 'u32'], ['FQDN', 'string']]
const task = (content: string): FieldList => [...subject, ['TaskName', 'string'], [content, 'string']]
const bothVersions = (eventId: number, content: string): EventSchema[] => [
  audit(eventId, 0, 12804, task(content)),
  audit(eventId, 1, 12804, [...task(content), ...taskCaller]),
]
const share: FieldList = [
  ...subject,
  ['ObjectType', 'string'],
  ['IpAddress', 'string'],
  ['IpPort', 'string'],
  ['ShareName', 'string'],
  ['ShareLocalPath', 'string'],
]

export const securitySchemas: readonly EventSchema[] = [
  audit(4608, 0, 12288, []),
  audit(4616, 1, 12288, [
    ...subject,
    ['PreviousTime', 'filetime'],
    ['NewTime', 'filetime'],
    ['ProcessId', 'pointer'],
    ['ProcessName', 'string'],
  ]),
  audit(4624, 0, 12544, logon0),
  audit(4624, 1, 12544, logon1),
  audit(4624, 2, 12544, [...logon1, ['RestrictedAdminMode', 'string'], ...logonTail]),
  audit(4624, 3, 12544, [
    ...logon1,
    ['RestrictedAdminMode', 'string'],
    ['RemoteCredentialGuard', 'string'],
    ...logonTail,
  ]),
  audit(
    4625,
    0,
    12544,
    [
      ...subject,
      ['TargetUserSid', 'sid'],
      ['TargetUserName', 'string'],
      ['TargetDomainName', 'string'],
      ['Status', 'hex32'],
      ['FailureReason', 'string'],
      ['SubStatus', 'hex32'],
      ['LogonType', 'u32'],
      ['LogonProcessName', 'string'],
      ['AuthenticationPackageName', 'string'],
      ['WorkstationName', 'string'],
      ['TransmittedServices', 'string'],
      ['LmPackageName', 'string'],
      ['KeyLength', 'u32'],
      ['ProcessId', 'pointer'],
      ['ProcessName', 'string'],
      ['IpAddress', 'string'],
      ['IpPort', 'string'],
    ],
    failure,
  ),
  audit(4634, 0, 12545, [
    ['TargetUserSid', 'sid'],
    ['TargetUserName', 'string'],
    ['TargetDomainName', 'string'],
    ['TargetLogonId', 'hex64'],
    ['LogonType', 'u32'],
  ]),
  audit(4647, 0, 12545, [
    ['TargetUserSid', 'sid'],
    ['TargetUserName', 'string'],
    ['TargetDomainName', 'string'],
    ['TargetLogonId', 'hex64'],
  ]),
  audit(4648, 0, 12544, [
    ...subject,
    ['LogonGuid', 'guid'],
    ['TargetUserName', 'string'],
    ['TargetDomainName', 'string'],
    ['TargetLogonGuid', 'guid'],
    ['TargetServerName', 'string'],
    ['TargetInfo', 'string'],
    ['ProcessId', 'pointer'],
    ['ProcessName', 'string'],
    ['IpAddress', 'string'],
    ['IpPort', 'string'],
  ]),
  audit(4672, 0, 12548, [...subject, ['PrivilegeList', 'string']]),
  audit(4688, 0, 13312, started0),
  audit(4688, 1, 13312, started1),
  audit(4688, 2, 13312, [
    ...started1,
    ['TargetUserSid', 'sid'],
    ['TargetUserName', 'string'],
    ['TargetDomainName', 'string'],
    ['TargetLogonId', 'hex64'],
    ['ParentProcessName', 'string'],
    ['MandatoryLabel', 'sid'],
  ]),
  audit(4689, 0, 13313, [
    ...subject,
    ['Status', 'hex32'],
    ['ProcessId', 'pointer'],
    ['ProcessName', 'string'],
  ]),
  audit(4697, 0, 12289, service0),
  audit(4697, 1, 12289, [...service0, ...caller]),
  ...bothVersions(4698, 'TaskContent'),
  ...bothVersions(4699, 'TaskContent'),
  ...bothVersions(4700, 'TaskContent'),
  ...bothVersions(4701, 'TaskContent'),
  ...bothVersions(4702, 'TaskContentNew'),
  audit(4719, 0, 13568, [
    ...subject,
    ['CategoryId', 'string'],
    ['SubcategoryId', 'string'],
    ['SubcategoryGuid', 'guid'],
    ['AuditPolicyChanges', 'string'],
  ]),
  audit(5140, 0, 12808, [...subject, ['IpAddress', 'string'], ['IpPort', 'string'], ['ShareName', 'string']]),
  audit(5140, 1, 12808, [...share, ['AccessMask', 'hex32'], ['AccessList', 'string']]),
  audit(5145, 0, 12811, [
    ...share,
    ['RelativeTargetName', 'string'],
    ['AccessMask', 'hex32'],
    ['AccessList', 'string'],
    ['AccessReason', 'string'],
  ]),
  {
    provider: eventLog,
    channel: 'Security',
    eventId: 1102,
    version: 0,
    level: 4,
    opcode: 0,
    task: 104,
    keywords: 0x4020000000000000n,
    shape: {
      kind: 'user-data',
      name: 'LogFileCleared',
      namespace: 'http://manifests.microsoft.com/win/2004/08/windows/eventlog',
    },
    fields: subject,
  },
]
