import type { Account, WindowsEvent } from './event.ts'
import type { ProvenanceClass } from './evidence.ts'
import type { ChainId, LogonId } from './ids.ts'
import type { Locator } from './locator.ts'
import type { FileTime } from './time.ts'

/** Shapes of design/cli.md, with exact times and ids; `report/chains-json.ts` turns them into JSON. */
export type ChainKind =
  | 'task-created'
  | 'task-updated'
  | 'task-enabled'
  | 'task-disabled'
  | 'task-deleted'
  | 'task-ran'
export type ChainPath =
  | 'atsvc-pipe'
  | 'rpc-tcp'
  | 'local'
  | 'winrm'
  | 'wmi'
  | 'gpo'
  | 'service'
  | 'file-or-registry'
  | 'undetermined'
export type Mechanism = 'remote-confirmed' | 'remote-probable' | 'local' | 'machine-managed' | 'undetermined'
export type StepRole =
  | 'smb-logon'
  | 'rpc-logon'
  | 'other-logon'
  | 'privileges'
  | 'share-connected'
  | 'pipe-opened'
  | 'payload-written'
  | 'output-read'
  | 'output-deleted'
  | 'task-created'
  | 'task-updated'
  | 'task-enabled'
  | 'task-disabled'
  | 'task-deleted'
  | 'task-registered'
  | 'task-triggered'
  | 'task-started'
  | 'process-created'
  | 'task-finished'
  | 'process-started'
  | 'descendant-started'
  | 'process-ended'
  | 'log-cleared'
export type LinkRule = 'L1' | 'L2' | 'L3' | 'L4' | 'L5' | 'L6' | 'L7' | 'E1' | 'E2' | 'E3' | 'E4' | 'E5'
export type Strength = 'exact' | 'strong' | 'medium' | 'weak' | 'derived'
export type GapState =
  | 'expected-absent'
  | 'not-audited'
  | 'out-of-retention'
  | 'filtered-out'
  | 'log-cleared'
  | 'not-collected'
  | 'truly-absent'
  | 'unknown'

export interface ChainStep {
  readonly role: StepRole
  readonly eventId: number
  readonly time: FileTime
  readonly channel: string
  readonly computer: string
  readonly locator: Locator
  /** one line of plain words: `Pipe atsvc opened on IPC$` */
  readonly what: string
  /** facts a drawing needs: logonId, ip, port, pid, image, commandLine, parentPid, share, target */
  readonly facts: Readonly<Record<string, string>>
  /** same record found in other evidence items too */
  readonly alsoAt: readonly Locator[]
}

export interface ChainLink {
  readonly rule: LinkRule
  readonly from: Locator
  readonly to: Locator
  /** milliseconds from `from` to `to` */
  readonly deltaMs: number
  readonly strength: Strength
  /** fields compared, with the value both had */
  readonly fields: Readonly<Record<string, string>>
  /** why the strength is not higher, or what the link proves by itself */
  readonly why: string
}

export interface RejectedSource {
  readonly ip: string
  readonly port: number | undefined
  readonly logonId: LogonId | undefined
  readonly why: string
  readonly locator: Locator
  readonly time: FileTime
}

export interface ChainGap {
  /** what would be there: `4624 with an address for 0x5a419bc` */
  readonly expected: string
  readonly state: GapState
  readonly why: string
}

export interface TriState {
  readonly answer: 'yes' | 'no' | 'unknown'
  readonly why: string
  readonly citations: readonly Locator[]
}

export interface Chain {
  readonly id: ChainId
  readonly host: string
  readonly kind: ChainKind
  /** the record everything else is measured from */
  readonly anchor: Locator
  readonly time: FileTime
  readonly task: {
    readonly path: string
    readonly action: string | undefined
    readonly runAs: string | undefined
    readonly author: string | undefined
    readonly hidden: boolean | undefined
    readonly runLevel: string | undefined
    readonly trigger: string | undefined
  }
  readonly account: Account
  readonly source: {
    readonly ip: string | undefined
    readonly port: number | undefined
    readonly host: string | undefined
    readonly logonId: LogonId | undefined
    readonly basis: LinkRule | undefined
    readonly strength: Strength | undefined
    /** more than one candidate fits: all of them, strongest first */
    readonly candidates: readonly {
      readonly ip: string
      readonly port: number | undefined
      readonly logonId: LogonId | undefined
      readonly locator: Locator
    }[]
    readonly rejected: readonly RejectedSource[]
  }
  readonly taskLogonId: LogonId | undefined
  readonly path: ChainPath
  readonly mechanism: Mechanism
  readonly mechanismWhy: string
  readonly executed: TriState
  readonly deleted: TriState
  readonly steps: readonly ChainStep[]
  readonly links: readonly ChainLink[]
  readonly gaps: readonly ChainGap[]
  readonly resembles: readonly {
    readonly tool: string
    readonly because: readonly string[]
    readonly differs: readonly string[]
  }[]
}

/** What one log can tell: a chain's gaps are judged by it, and never claim more. */
export interface ChannelCoverage {
  readonly host: string
  readonly channel: string
  readonly evidenceId: string
  readonly from: FileTime
  readonly to: FileTime
  readonly records: number
  readonly provenance: ProvenanceClass
  /** EventRecordIDs missing between first and last */
  readonly missingRecordIds: bigint
  /** record ids of several logs are mixed: nothing shows that none is missing */
  readonly mixedRecordIds?: boolean
  readonly problems: number
  /** event ids present in it: shows that a subcategory was audited */
  readonly eventIds: readonly number[]
}

/** What `host.json` or a collector says of the host: audit policy, channels, clock. Absent when nobody collected it. */
export interface HostFacts {
  readonly host: string
  readonly evidenceId: string
  readonly timeZone: string | undefined
  /** minutes east of UTC at collection time */
  readonly utcOffsetMinutes: number | undefined
  readonly schedulePid: number | undefined
  /** subcategory GUID in upper case, without braces → 0 none, 1 success, 2 failure, 3 both */
  readonly auditPolicy: Readonly<Record<string, number>> | undefined
  readonly commandLineAudited: boolean | undefined
  readonly channels: readonly { readonly name: string; readonly enabled: boolean }[] | undefined
}

/** Everything `findChains` may know. Events come in total order; duplicates are already folded into `alsoAt`. */
export interface ChainInput {
  readonly events: readonly WindowsEvent[]
  /** records that are the same record in another file: locator key of the kept one → the others */
  readonly duplicates: ReadonlyMap<string, readonly Locator[]>
  readonly coverage: readonly ChannelCoverage[]
  readonly hosts: readonly HostFacts[]
}
