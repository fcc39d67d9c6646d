import type { Field } from './absent.ts'
import type { LogonId, Sid } from './ids.ts'
import type { Locator } from './locator.ts'
import type { TaskReading } from './task.ts'
import type { FileTime } from './time.ts'

/** An account as one event names it. Identity is the SID; names are only claims. */
export interface Account {
  readonly sid: Sid | undefined
  readonly name: string | undefined
  readonly domain: string | undefined
}

interface EventBase {
  readonly eventId: number
  readonly version: number
  readonly provider: string
  readonly channel: string
  /** System/Computer, as recorded */
  readonly recordedComputer: string
  /** as recorded; while chains are made, put in the order of the record ids where the clock was set back */
  readonly time: FileTime
  /** the time as recorded, where `time` is not it */
  readonly recordedTime?: FileTime
  readonly locator: Locator
  /** System/Execution ProcessID: for TaskScheduler events the Schedule service's own svchost */
  readonly loggedByPid: number | undefined
}

/** A network address as recorded, with what it says: `-` and empty are absent, `::ffff:` unwrapped in `ip`. */
export interface Endpoint {
  readonly ip: Field<string>
  readonly port: Field<number>
}

export type WindowsEvent =
  | LogonEvent
  | LogonFailedEvent
  | LogoffEvent
  | ExplicitLogonEvent
  | PrivilegesEvent
  | ProcessStartedEvent
  | ProcessEndedEvent
  | ServiceInstalledEvent
  | TaskChangedEvent
  | ShareEvent
  | LogClearedEvent
  | LogInterruptedEvent
  | ConnectionEvent
  | AuditPolicyChangedEvent
  | TimeChangedEvent
  | TaskHistoryEvent
  | SysmonProcessEvent
  | SysmonNetworkEvent
  | SysmonFileEvent
  | SysmonRegistryEvent
  | BootEvent

/** 4624 */
export interface LogonEvent extends EventBase, Endpoint {
  readonly kind: 'logon'
  readonly subject: Account
  readonly subjectLogonId: LogonId | undefined
  readonly account: Account
  readonly logonId: LogonId | undefined
  readonly linkedLogonId: Field<LogonId>
  readonly logonType: number | undefined
  readonly logonProcess: string | undefined
  readonly authenticationPackage: string | undefined
  readonly workstation: string | undefined
  readonly logonGuid: string | undefined
  readonly keyLength: string | undefined
  readonly elevated: Field<boolean>
  readonly callerProcessId: number | undefined
  readonly callerProcess: string | undefined
}
/** 4625 */
export interface LogonFailedEvent extends EventBase, Endpoint {
  readonly kind: 'logon-failed'
  readonly account: Account
  readonly logonType: number | undefined
  readonly status: string | undefined
  readonly subStatus: string | undefined
  readonly workstation: string | undefined
}
/** 4634, 4647 */
export interface LogoffEvent extends EventBase {
  readonly kind: 'logoff'
  readonly account: Account
  readonly logonId: LogonId | undefined
  readonly logonType: Field<number>
}
/** 4648, on the source host */
export interface ExplicitLogonEvent extends EventBase, Endpoint {
  readonly kind: 'explicit-logon'
  readonly subject: Account
  readonly subjectLogonId: LogonId | undefined
  readonly account: Account
  readonly targetServer: string | undefined
  readonly targetService: string | undefined
  readonly callerProcessId: number | undefined
  readonly callerProcess: string | undefined
}
/** 4672 */
export interface PrivilegesEvent extends EventBase {
  readonly kind: 'privileges'
  readonly account: Account
  readonly logonId: LogonId | undefined
  readonly privileges: readonly string[]
}
/** 4688 */
export interface ProcessStartedEvent extends EventBase {
  readonly kind: 'process-started'
  readonly subject: Account
  readonly subjectLogonId: LogonId | undefined
  readonly target: Account
  readonly targetLogonId: Field<LogonId>
  readonly pid: number | undefined
  readonly image: string | undefined
  readonly creatorPid: number | undefined
  readonly parentImage: Field<string>
  readonly commandLine: Field<string>
  readonly tokenElevation: string | undefined
  readonly mandatoryLabel: Field<string>
}
/** 4689 */
export interface ProcessEndedEvent extends EventBase {
  readonly kind: 'process-ended'
  readonly subject: Account
  readonly subjectLogonId: LogonId | undefined
  readonly pid: number | undefined
  readonly image: string | undefined
  readonly exitStatus: string | undefined
}
/** 4697; 7045 of the service manager, which names no logon session */
export interface ServiceInstalledEvent extends EventBase {
  readonly kind: 'service-installed'
  readonly subject: Account
  readonly subjectLogonId: LogonId | undefined
  readonly serviceName: string | undefined
  readonly imagePath: string | undefined
  readonly startType: string | undefined
  readonly serviceAccount: string | undefined
  readonly clientProcessId: Field<number>
}
/** 4698 created, 4699 deleted, 4700 enabled, 4701 disabled, 4702 updated */
export interface TaskChangedEvent extends EventBase {
  readonly kind: 'task-created' | 'task-deleted' | 'task-enabled' | 'task-disabled' | 'task-updated'
  readonly account: Account
  readonly logonId: LogonId | undefined
  /** full path, `\folder\name`, as recorded */
  readonly taskPath: string
  /** raw TaskContent or TaskContentNew */
  readonly content: Field<string>
  /** the content read; undefined when there is none */
  readonly task: TaskReading | undefined
  /** version 1 events only; 0 means a remote caller */
  readonly clientProcessId: Field<number>
  readonly parentProcessId: Field<number>
  readonly clientProcessStartKey: Field<string>
  readonly rpcCallClientLocality: Field<number>
  readonly fqdn: Field<string>
}
/** 5140 (share connected) and 5145 (file or pipe checked) */
export interface ShareEvent extends EventBase, Endpoint {
  readonly kind: 'share-connected' | 'share-access'
  readonly account: Account
  readonly logonId: LogonId | undefined
  /** `\\*\IPC$` as recorded */
  readonly shareName: string | undefined
  readonly shareLocalPath: string | undefined
  /** `atsvc`, `Temp\x.tmp`, `\` for the root; 5140 has none */
  readonly relativeTarget: Field<string>
  readonly accessMask: number | undefined
}
/** 1102 (Security), 104 (System: any channel) */
export interface LogClearedEvent extends EventBase {
  readonly kind: 'log-cleared'
  readonly account: Account
  readonly logonId: LogonId | undefined
  /** channel that was cleared */
  readonly clearedChannel: string
}
/** 1100: the log service stopped, 1104: the Security log was full; what happened then was not recorded */
export interface LogInterruptedEvent extends EventBase {
  readonly kind: 'log-interrupted'
  readonly what: 'stopped' | 'full'
}
/** 5156: Windows let a connection through; source and destination as on the wire */
export interface ConnectionEvent extends EventBase {
  readonly kind: 'connection'
  readonly pid: number | undefined
  /** device path as recorded */
  readonly application: string | undefined
  readonly direction: 'inbound' | 'outbound' | undefined
  readonly sourceIp: string | undefined
  readonly sourcePort: number | undefined
  readonly destinationIp: string | undefined
  readonly destinationPort: number | undefined
}
/** 4719 */
export interface AuditPolicyChangedEvent extends EventBase {
  readonly kind: 'audit-policy-changed'
  readonly account: Account
  readonly logonId: LogonId | undefined
  readonly subcategoryGuid: string | undefined
  readonly changes: string | undefined
}
/** 4616; Kernel-General 1 */
export interface TimeChangedEvent extends EventBase {
  readonly kind: 'time-changed'
  readonly account: Account
  readonly previousTime: string | undefined
  readonly newTime: string | undefined
}
/** TaskScheduler/Operational 100–203 and 322–325 */
export interface TaskHistoryEvent extends EventBase {
  readonly kind: 'task-history'
  readonly what:
    | 'instance-started'
    | 'start-failed'
    | 'instance-completed'
    | 'instance-failed'
    | 'registered'
    | 'triggered'
    | 'run-on-demand'
    | 'terminated'
    | 'missed-start'
    | 'process-created'
    | 'updated'
    | 'deleted'
    | 'disabled'
    | 'action-started'
    | 'action-completed'
    | 'action-failed'
    | 'action-start-failed'
    | 'ignored'
    | 'queued'
    | 'other'
  readonly taskPath: string
  readonly userContext: string | undefined
  readonly instanceId: Field<string>
  /** 129: the new process; decimal in the log */
  readonly processId: Field<number>
  /** 200 v1, 201 v2, 202 v1: the task engine's own process */
  readonly enginePid: Field<number>
  readonly actionName: Field<string>
  readonly resultCode: Field<string>
  readonly processPath: Field<string>
}
/** Sysmon 1 */
export interface SysmonProcessEvent extends EventBase {
  readonly kind: 'sysmon-process'
  readonly pid: number | undefined
  readonly processGuid: string | undefined
  readonly image: string | undefined
  readonly commandLine: string | undefined
  readonly user: string | undefined
  readonly logonId: LogonId | undefined
  readonly parentPid: number | undefined
  readonly parentProcessGuid: string | undefined
  readonly parentImage: string | undefined
  readonly parentCommandLine: string | undefined
  readonly hashes: string | undefined
}
/** Sysmon 3 */
export interface SysmonNetworkEvent extends EventBase {
  readonly kind: 'sysmon-network'
  readonly pid: number | undefined
  readonly image: string | undefined
  readonly user: string | undefined
  readonly initiated: boolean | undefined
  readonly protocol: string | undefined
  readonly sourceIp: string | undefined
  readonly sourcePort: number | undefined
  readonly destinationIp: string | undefined
  readonly destinationPort: number | undefined
}
/** Sysmon 11 */
export interface SysmonFileEvent extends EventBase {
  readonly kind: 'sysmon-file'
  readonly pid: number | undefined
  readonly image: string | undefined
  readonly user: string | undefined
  readonly targetFilename: string | undefined
}
/** Sysmon 12, 13 */
export interface SysmonRegistryEvent extends EventBase {
  readonly kind: 'sysmon-registry'
  readonly pid: number | undefined
  readonly image: string | undefined
  readonly user: string | undefined
  readonly eventType: string | undefined
  readonly targetObject: string | undefined
  readonly details: Field<string>
}
/** Security 4608; System Kernel-General 12/13, EventLog 6005/6006/6008/6009: where logon ids start anew */
export interface BootEvent extends EventBase {
  readonly kind: 'boot'
  readonly what: 'started' | 'stopped' | 'unexpected-stop'
}
