/** 4688 and 4689 (processes), 4697 and 7045 (service installed). */
import { type Absent, absent, type Field } from '../domain/absent.ts'
import type { ProcessEndedEvent, ProcessStartedEvent, ServiceInstalledEvent } from '../domain/event.ts'
import { type LogonId, logonId, processId, sid } from '../domain/ids.ts'
import type { EventRecord } from '../domain/record.ts'
import { eventBase, RecordFields } from './fields.ts'

const noCommandLine: Absent = absent(
  'not-recorded',
  'CommandLine is empty: Windows fills it only when command lines are audited with process creation',
)
const sameLogon: Absent = absent('not-applicable', 'the process runs in the logon session of its creator')

/** 4688. `creatorPid` is the field ProcessId, which is the creator's process and not the new one. */
export function readProcessStarted(record: EventRecord): ProcessStartedEvent {
  const fields = new RecordFields(record)
  return {
    kind: 'process-started',
    ...eventBase(record),
    subject: fields.account('Subject'),
    subjectLogonId: fields.logonId('SubjectLogonId'),
    target: fields.account('Target'),
    targetLogonId: targetLogon(fields),
    pid: fields.processId('NewProcessId'),
    image: fields.exact('NewProcessName'),
    creatorPid: fields.processId('ProcessId'),
    parentImage: fields.field('ParentProcessName'),
    commandLine: fields.field('CommandLine', noCommandLine),
    tokenElevation: fields.text('TokenElevationType'),
    mandatoryLabel: fields.field('MandatoryLabel'),
  }
}

function targetLogon(fields: RecordFields): Field<LogonId> {
  const target = fields.parsed('TargetLogonId', logonId, sameLogon)
  return target === '0x0' ? sameLogon : target
}

export function readProcessEnded(record: EventRecord): ProcessEndedEvent {
  const fields = new RecordFields(record)
  return {
    kind: 'process-ended',
    ...eventBase(record),
    subject: fields.account('Subject'),
    subjectLogonId: fields.logonId('SubjectLogonId'),
    pid: fields.processId('ProcessId'),
    image: fields.exact('ProcessName'),
    exitStatus: fields.text('Status')?.toLowerCase(),
  }
}

export function readServiceInstalled(record: EventRecord): ServiceInstalledEvent {
  const fields = new RecordFields(record)
  return {
    kind: 'service-installed',
    ...eventBase(record),
    subject: fields.account('Subject'),
    subjectLogonId: fields.logonId('SubjectLogonId'),
    serviceName: fields.exact('ServiceName'),
    imagePath: fields.exact('ServiceFileName'),
    startType: fields.text('ServiceStartType'),
    serviceAccount: fields.text('ServiceAccount'),
    clientProcessId: fields.parsed('ClientProcessId', processId),
  }
}

const notByServiceManager: Absent = absent(
  'not-applicable',
  '7045 is written by the service manager, which does not record the calling process',
)

/** 7045: names its account only by the SID of the record itself, and no logon session. */
export function readServiceAnnounced(record: EventRecord): ServiceInstalledEvent {
  const fields = new RecordFields(record)
  return {
    kind: 'service-installed',
    ...eventBase(record),
    subject: { sid: sid(record.userSid), name: undefined, domain: undefined },
    subjectLogonId: undefined,
    serviceName: fields.exact('ServiceName'),
    imagePath: fields.exact('ImagePath'),
    startType: fields.text('StartType'),
    serviceAccount: fields.text('AccountName'),
    clientProcessId: notByServiceManager,
  }
}
