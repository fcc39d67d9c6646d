/** Record → event, by provider and event id. */
import type { WindowsEvent } from '../domain/event.ts'
import type { EventRecord } from '../domain/record.ts'
import { readConnection } from './connection.ts'
import { isTaskHistory, readTaskHistory } from './history.ts'
import { providers } from './kinds.ts'
import {
  readAuditPolicyChanged,
  readBoot,
  readClockSet,
  readLogCleared,
  readLogInterrupted,
  readTimeChanged,
} from './log.ts'
import { readExplicitLogon, readLogoff, readLogon, readLogonFailed, readPrivileges } from './logon.ts'
import {
  readProcessEnded,
  readProcessStarted,
  readServiceAnnounced,
  readServiceInstalled,
} from './processes.ts'
import { readShare } from './share.ts'
import { readSysmonFile, readSysmonNetwork, readSysmonProcess, readSysmonRegistry } from './sysmon.ts'
import { readTaskChanged } from './task.ts'

type Reader = (record: EventRecord) => WindowsEvent | undefined

const security: Readonly<Record<number, Reader>> = {
  4608: readBoot,
  4616: readTimeChanged,
  4624: readLogon,
  4625: readLogonFailed,
  4634: readLogoff,
  4647: readLogoff,
  4648: readExplicitLogon,
  4672: readPrivileges,
  4688: readProcessStarted,
  4689: readProcessEnded,
  4697: readServiceInstalled,
  4698: readTaskChanged,
  4699: readTaskChanged,
  4700: readTaskChanged,
  4701: readTaskChanged,
  4702: readTaskChanged,
  4719: readAuditPolicyChanged,
  5140: readShare,
  5145: readShare,
  5156: readConnection,
}
const sysmon: Readonly<Record<number, Reader>> = {
  1: readSysmonProcess,
  3: readSysmonNetwork,
  11: readSysmonFile,
  12: readSysmonRegistry,
  13: readSysmonRegistry,
}
const eventlog: Readonly<Record<number, Reader>> = {
  104: readLogCleared,
  1100: readLogInterrupted,
  1104: readLogInterrupted,
  1102: readLogCleared,
  6005: readBoot,
  6006: readBoot,
  6008: readBoot,
  6009: readBoot,
}
const kernelGeneral: Readonly<Record<number, Reader>> = { 1: readClockSet, 12: readBoot, 13: readBoot }
const serviceManager: Readonly<Record<number, Reader>> = { 7045: readServiceAnnounced }

/**
 * The typed meaning of a record; undefined when this product gives it none (`describeRecord` then speaks for it). Never throws:
 * a field that is missing or does not parse is absent, with its reason.
 */
export function typedEvent(record: EventRecord): WindowsEvent | undefined {
  return readerOf(record)?.(record)
}

function readerOf({ provider, eventId }: EventRecord): Reader | undefined {
  switch (providers.get(provider.toLowerCase())) {
    case 'security':
      return security[eventId]
    case 'task-scheduler':
      return isTaskHistory(eventId) ? readTaskHistory : undefined
    case 'sysmon':
      return sysmon[eventId]
    case 'eventlog':
      return eventlog[eventId]
    case 'kernel-general':
      return kernelGeneral[eventId]
    case 'service-manager':
      return serviceManager[eventId]
    default:
      return undefined
  }
}
