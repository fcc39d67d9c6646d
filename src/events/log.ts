/** What happened to the log, its policy, its clock and the machine: 1102, 104, 4719, 4616 and the boot events. */
import type {
  AuditPolicyChangedEvent,
  BootEvent,
  LogClearedEvent,
  LogInterruptedEvent,
  TimeChangedEvent,
} from '../domain/event.ts'
import { sid } from '../domain/ids.ts'
import type { EventRecord } from '../domain/record.ts'
import { eventBase, RecordFields } from './fields.ts'

/** 1102 is written to the log that was cleared (Security); 104 names it, and is empty here when it does not. */
export function readLogCleared(record: EventRecord): LogClearedEvent {
  const fields = new RecordFields(record)
  return {
    kind: 'log-cleared',
    ...eventBase(record),
    account: fields.account('Subject'),
    logonId: fields.logonId('SubjectLogonId'),
    clearedChannel: record.eventId === 1102 ? 'Security' : (fields.exact('Channel') ?? ''),
  }
}

/** 1100 and 1104 of the event log service. */
export const readLogInterrupted = (record: EventRecord): LogInterruptedEvent => ({
  kind: 'log-interrupted',
  ...eventBase(record),
  what: record.eventId === 1104 ? 'full' : 'stopped',
})

export function readAuditPolicyChanged(record: EventRecord): AuditPolicyChangedEvent {
  const fields = new RecordFields(record)
  return {
    kind: 'audit-policy-changed',
    ...eventBase(record),
    account: fields.account('Subject'),
    logonId: fields.logonId('SubjectLogonId'),
    // as host facts spell it: upper case, without braces
    subcategoryGuid: fields.text('SubcategoryGuid')?.replace(/[{}]/g, '').toUpperCase(),
    changes: fields.text('AuditPolicyChanges'),
  }
}

/** Kernel-General 1: the system clock was set. */
export function readClockSet(record: EventRecord): TimeChangedEvent {
  const fields = new RecordFields(record)
  return {
    kind: 'time-changed',
    ...eventBase(record),
    account: { sid: sid(record.userSid), name: undefined, domain: undefined },
    previousTime: fields.text('OldTime'),
    newTime: fields.text('NewTime'),
  }
}

/** 4616: version 0 has date and time in two fields and the host's own format, version 1 one UTC time. */
export function readTimeChanged(record: EventRecord): TimeChangedEvent {
  const fields = new RecordFields(record)
  const moment = (date: string, time: string) =>
    [fields.text(date), fields.text(time)].filter((part) => part !== undefined).join(' ') || undefined
  return {
    kind: 'time-changed',
    ...eventBase(record),
    account: fields.account('Subject'),
    previousTime: moment('PreviousDate', 'PreviousTime'),
    newTime: moment('NewDate', 'NewTime'),
  }
}

/**
 * Security 4608; Kernel-General 12 and 13; EventLog 6005, 6006, 6008, 6009. A boot starts logon ids anew, so one that any program
 * could have written to another log does not count.
 */
export function readBoot(record: EventRecord): BootEvent | undefined {
  if (!['', 'system', 'security'].includes(record.channel.toLowerCase())) return undefined
  return { kind: 'boot', ...eventBase(record), what: bootMeanings[record.eventId] ?? 'started' }
}

const bootMeanings: Readonly<Record<number, BootEvent['what']>> = {
  13: 'stopped',
  6006: 'stopped',
  6008: 'unexpected-stop',
}
