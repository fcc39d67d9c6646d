/** Records beside a chain that the playbook asks for: what the account, the address and the host did elsewhere and later. */
import type { LogonId, Sid } from './ids.ts'
import type { Locator } from './locator.ts'
import type { FileTime } from './time.ts'

export type TraceKind =
  /** 4698–4702, 106 with an account */
  | 'task-work'
  /** 4648: credentials used for another server */
  | 'explicit-logon'
  /** 5156, Sysmon 3: a connection of a process of the host */
  | 'connection'
  | 'rdp-client'
  | 'winrm-client'
  | 'smb-client'
  /** BITS 3, 59, 60 */
  | 'transfer'
  /** 4720, 4722–4726, 4738, 4767 */
  | 'account-change'
  /** 4728, 4732, 4756 and their removals */
  | 'group-change'
  /** 7045, 4697 */
  | 'service'
  /** Defender 1006, 1015, 1116, 1117 */
  | 'malware'

/** One such record. What it does not say is undefined. */
export interface Trace {
  readonly kind: TraceKind
  readonly eventId: number
  readonly channel: string
  readonly computer: string
  readonly time: FileTime
  readonly locator: Locator
  /** one line of plain words */
  readonly what: string
  /** who acted */
  readonly sid: Sid | undefined
  readonly account: string | undefined
  readonly logonId: LogonId | undefined
  readonly pid: number | undefined
  readonly image: string | undefined
  /** where to: server name as recorded, address, port */
  readonly server: string | undefined
  readonly ip: string | undefined
  readonly port: number | undefined
  /** address of the host itself, where the record names it */
  readonly ownIp: string | undefined
  /** what it was done to: task, account, group, service, file, threat */
  readonly subject: string | undefined
  readonly subjectSid: Sid | undefined
}

/** Network and remote-desktop logons of one account from one address on one host, folded. */
export interface LogonGroup {
  readonly computer: string
  readonly ip: string | undefined
  readonly sid: Sid | undefined
  readonly account: string | undefined
  readonly count: number
  readonly firstTime: FileTime
  readonly lastTime: FileTime
  readonly first: Locator
  readonly last: Locator
}

/** Selections over all hosts of a case, each in total order and bounded; `left` counts what the bound left out. */
export interface CaseTraces {
  readonly traces: readonly Trace[]
  readonly logons: readonly LogonGroup[]
  /** records of a kind that are in the case but not in `traces` */
  readonly left: Readonly<Partial<Record<TraceKind | 'logon', number>>>
}
