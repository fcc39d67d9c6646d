/** Events of Sysmon (schema of version 14 and later, which has the User fields). */
import type { EventSchema, FieldList, Provider } from '../evtx/schema.ts'

const sysmon: Provider = { name: 'Microsoft-Windows-Sysmon', guid: '{5770385F-C22A-43E0-BF4C-06F5698FFBD9}' }
export const sysmonChannel = 'Microsoft-Windows-Sysmon/Operational'

const event = (eventId: number, version: number, fields: FieldList): EventSchema => ({
  provider: sysmon,
  channel: sysmonChannel,
  eventId,
  version,
  level: 4,
  opcode: 0,
  task: eventId,
  keywords: 0x8000000000000000n,
  shape: { kind: 'event-data' },
  fields,
})
const rule: FieldList = [['RuleName', 'string']]
const process: FieldList = [
  ['UtcTime', 'string'],
  ['ProcessGuid', 'guid'],
  ['ProcessId', 'u32'],
  ['Image', 'string'],
]
const user: FieldList = [['User', 'string']]

export const sysmonSchemas: readonly EventSchema[] = [
  event(1, 5, [
    ...rule,
    ...process,
    ['FileVersion', 'string'],
    ['Description', 'string'],
    ['Product', 'string'],
    ['Company', 'string'],
    ['OriginalFileName', 'string'],
    ['CommandLine', 'string'],
    ['CurrentDirectory', 'string'],
    ...user,
    ['LogonGuid', 'guid'],
    ['LogonId', 'hex64'],
    ['TerminalSessionId', 'u32'],
    ['IntegrityLevel', 'string'],
    ['Hashes', 'string'],
    ['ParentProcessGuid', 'guid'],
    ['ParentProcessId', 'u32'],
    ['ParentImage', 'string'],
    ['ParentCommandLine', 'string'],
    ['ParentUser', 'string'],
  ]),
  event(3, 5, [
    ...rule,
    ...process,
    ...user,
    ['Protocol', 'string'],
    ['Initiated', 'boolean'],
    ['SourceIsIpv6', 'boolean'],
    ['SourceIp', 'string'],
    ['SourceHostname', 'string'],
    ['SourcePort', 'u16'],
    ['SourcePortName', 'string'],
    ['DestinationIsIpv6', 'boolean'],
    ['DestinationIp', 'string'],
    ['DestinationHostname', 'string'],
    ['DestinationPort', 'u16'],
    ['DestinationPortName', 'string'],
  ]),
  event(11, 2, [...rule, ...process, ['TargetFilename', 'string'], ['CreationUtcTime', 'string'], ...user]),
  event(12, 2, [...rule, ['EventType', 'string'], ...process, ['TargetObject', 'string'], ...user]),
  event(13, 2, [
    ...rule,
    ['EventType', 'string'],
    ...process,
    ['TargetObject', 'string'],
    ['Details', 'string'],
    ...user,
  ]),
]
