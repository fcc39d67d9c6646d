/** Sysmon 1, 3, 11, 12, 13. Process ids are decimal here, logon ids hex as everywhere. */
import type {
  SysmonFileEvent,
  SysmonNetworkEvent,
  SysmonProcessEvent,
  SysmonRegistryEvent,
} from '../domain/event.ts'
import type { EventRecord } from '../domain/record.ts'
import { normalAddress } from './addresses.ts'
import { eventBase, RecordFields } from './fields.ts'

export function readSysmonProcess(record: EventRecord): SysmonProcessEvent {
  const fields = new RecordFields(record)
  return {
    kind: 'sysmon-process',
    ...eventBase(record),
    pid: fields.processId('ProcessId'),
    processGuid: fields.text('ProcessGuid'),
    image: fields.exact('Image'),
    commandLine: fields.exact('CommandLine'),
    user: fields.text('User'),
    logonId: fields.logonId('LogonId'),
    parentPid: fields.processId('ParentProcessId'),
    parentProcessGuid: fields.text('ParentProcessGuid'),
    parentImage: fields.exact('ParentImage'),
    parentCommandLine: fields.exact('ParentCommandLine'),
    hashes: fields.text('Hashes'),
  }
}

export function readSysmonNetwork(record: EventRecord): SysmonNetworkEvent {
  const fields = new RecordFields(record)
  return {
    kind: 'sysmon-network',
    ...eventBase(record),
    pid: fields.processId('ProcessId'),
    image: fields.exact('Image'),
    user: fields.text('User'),
    initiated: initiatedOf(fields.text('Initiated')),
    protocol: fields.text('Protocol'),
    sourceIp: addressOf(fields, 'SourceIp'),
    sourcePort: portOf(fields, 'SourcePort'),
    destinationIp: addressOf(fields, 'DestinationIp'),
    destinationPort: portOf(fields, 'DestinationPort'),
  }
}

function initiatedOf(text: string | undefined): boolean | undefined {
  const token = text?.toLowerCase()
  return token === 'true' ? true : token === 'false' ? false : undefined
}

function addressOf(fields: RecordFields, name: string): string | undefined {
  const text = fields.text(name)
  return text === undefined ? undefined : normalAddress(text)
}

function portOf(fields: RecordFields, name: string): number | undefined {
  const port = fields.number(name)
  return port !== undefined && port > 0 && port <= 0xffff ? port : undefined
}

export function readSysmonFile(record: EventRecord): SysmonFileEvent {
  const fields = new RecordFields(record)
  return {
    kind: 'sysmon-file',
    ...eventBase(record),
    pid: fields.processId('ProcessId'),
    image: fields.exact('Image'),
    user: fields.text('User'),
    targetFilename: fields.exact('TargetFilename'),
  }
}

export function readSysmonRegistry(record: EventRecord): SysmonRegistryEvent {
  const fields = new RecordFields(record)
  return {
    kind: 'sysmon-registry',
    ...eventBase(record),
    pid: fields.processId('ProcessId'),
    image: fields.exact('Image'),
    user: fields.text('User'),
    eventType: fields.text('EventType'),
    targetObject: fields.exact('TargetObject'),
    details: fields.field('Details'),
  }
}
