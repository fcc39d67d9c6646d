/** 4624, 4625, 4634, 4647, 4648, 4672: who opened and closed which logon session, from where. */
import { absent } from '../domain/absent.ts'
import type {
  ExplicitLogonEvent,
  LogoffEvent,
  LogonEvent,
  LogonFailedEvent,
  PrivilegesEvent,
} from '../domain/event.ts'
import { logonId } from '../domain/ids.ts'
import type { EventRecord } from '../domain/record.ts'
import { endpointOf } from './addresses.ts'
import { eventBase, RecordFields, unsigned, yesOrNo } from './fields.ts'

/** Logon types that come over a network: `-` for the address means "not told", not "there is none". */
const networkTypes = new Set([3, 8, 10, 12])

function noAddress(logonType: number | undefined) {
  return logonType !== undefined && !networkTypes.has(logonType)
    ? absent('not-applicable', `a logon of type ${logonType} has no source address`)
    : absent(
        'not-recorded',
        'Windows recorded no source address for this logon; the RPC bind inside a named pipe makes such logons',
      )
}

/** 4624: a logon session was opened. */
export function readLogon(record: EventRecord): LogonEvent {
  const fields = new RecordFields(record)
  const logonType = fields.number('LogonType')
  return {
    kind: 'logon',
    ...eventBase(record),
    ...endpointOf(fields, noAddress(logonType)),
    subject: fields.account('Subject'),
    subjectLogonId: fields.logonId('SubjectLogonId'),
    account: fields.account('Target'),
    logonId: fields.logonId('TargetLogonId'),
    linkedLogonId: linkedLogon(fields),
    logonType,
    logonProcess: fields.text('LogonProcessName'),
    authenticationPackage: fields.text('AuthenticationPackageName'),
    workstation: fields.text('WorkstationName'),
    logonGuid: fields.text('LogonGuid'),
    keyLength: fields.text('KeyLength'),
    elevated: fields.parsed('ElevatedToken', yesOrNo),
    callerProcessId: fields.processId('ProcessId'),
    callerProcess: fields.exact('ProcessName'),
  }
}

function linkedLogon(fields: RecordFields) {
  const linked = fields.parsed('TargetLinkedLogonId', logonId)
  return linked === '0x0'
    ? absent('not-applicable', 'the logon has no twin session with another token')
    : linked
}

/** 4625: a logon failed. */
export function readLogonFailed(record: EventRecord): LogonFailedEvent {
  const fields = new RecordFields(record)
  const logonType = fields.number('LogonType')
  return {
    kind: 'logon-failed',
    ...eventBase(record),
    ...endpointOf(fields, noAddress(logonType)),
    account: fields.account('Target'),
    logonType,
    status: fields.text('Status')?.toLowerCase(),
    subStatus: fields.text('SubStatus')?.toLowerCase(),
    workstation: fields.text('WorkstationName'),
  }
}

/** 4634 (session ended) and 4647 (a person asked to log off). */
export function readLogoff(record: EventRecord): LogoffEvent {
  const fields = new RecordFields(record)
  return {
    kind: 'logoff',
    ...eventBase(record),
    account: fields.account('Target'),
    logonId: fields.logonId('TargetLogonId'),
    logonType: fields.parsed('LogonType', unsigned),
  }
}

/** 4648, on the host where other credentials were used: `account` is whose, `subject` who used them. */
export function readExplicitLogon(record: EventRecord): ExplicitLogonEvent {
  const fields = new RecordFields(record)
  return {
    kind: 'explicit-logon',
    ...eventBase(record),
    ...endpointOf(fields, absent('not-recorded', 'Windows recorded no address for these credentials')),
    subject: fields.account('Subject'),
    subjectLogonId: fields.logonId('SubjectLogonId'),
    account: fields.account('Target'),
    targetServer: fields.text('TargetServerName'),
    targetService: fields.text('TargetInfo'),
    callerProcessId: fields.processId('ProcessId'),
    callerProcess: fields.exact('ProcessName'),
  }
}

/** 4672: the session holds privileges Windows calls special, as administrators and services do; usually just before its 4624. */
export function readPrivileges(record: EventRecord): PrivilegesEvent {
  const fields = new RecordFields(record)
  return {
    kind: 'privileges',
    ...eventBase(record),
    account: fields.account('Subject'),
    logonId: fields.logonId('SubjectLogonId'),
    privileges: fields.text('PrivilegeList')?.split(/\s+/) ?? [],
  }
}
