import type { ChannelCoverage, HostFacts } from './coverage.ts'
import type { Account, WindowsEvent } from './event.ts'
import type { ChainId, LogonId } from './ids.ts'
import type { Locator } from './locator.ts'
import type { TaskDefinition } from './task.ts'
import type { FileTime } from './time.ts'

export type { ChannelCoverage, HostFacts } from './coverage.ts'

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
  | 'service-installed'
  | 'log-cleared'
export type LinkRule =
  | 'L1'
  | 'L2'
  | 'L3'
  | 'L4'
  | 'L5'
  | 'L6'
  | 'L7'
  | 'E1'
  | 'E2'
  | 'E3'
  | 'E4'
  | 'E5'
  | 'X1'
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
  /** what the judgement rests on: clearings, changes of policy or clock; mostly none */
  readonly citations: readonly Locator[]
}

export interface TriState {
  readonly answer: 'yes' | 'no' | 'unknown'
  readonly why: string
  readonly citations: readonly Locator[]
}

/** One proof of a run. Each says what it shows by itself; the answer cites all of them. */
export interface RunProof {
  readonly kind:
    | 'history'
    | 'process-of-history'
    | 'process-of-service'
    | 'process-like-action'
    | 'output-fetched'
  readonly grade: Strength
  /** `the task history records the run (129, 200)` */
  readonly proves: string
  /** what it does not show by itself; undefined when nothing is left open */
  readonly leaves: string | undefined
  readonly time: FileTime
  readonly citations: readonly Locator[]
}

/** One process below a run of the task. */
export interface ProcessNode {
  readonly locator: Locator
  readonly pid: number
  readonly image: string | undefined
  readonly commandLine: string | undefined
  readonly account: string | undefined
  readonly started: FileTime
  /** 4689; undefined when none is in the evidence */
  readonly ended: FileTime | undefined
  readonly endLocator: Locator | undefined
  /** 0: the task's own process */
  readonly depth: number
  /**
   * `node`: the process at this index started it; `service`: the Schedule service, proven; `svchost`: an svchost.exe that no
   * record names as the service; `outside`: its parent's start is not in the log
   */
  readonly parent:
    | { readonly kind: 'node'; readonly index: number }
    | {
        readonly kind: 'service' | 'svchost' | 'outside'
        readonly pid: number | undefined
        readonly image: string | undefined
      }
  /** `consistent`: fits in time and image, and nothing shows that the task started it */
  readonly standing: 'proven' | 'consistent'
  readonly rule: LinkRule
  readonly strength: Strength
  readonly why: string
}

/** Breadth first; parents stand before their children. */
export interface ProcessTree {
  readonly nodes: readonly ProcessNode[]
  /** depth or number of processes stopped it */
  readonly cut: boolean
}

/** A file the task's command names, handled over a share. */
export interface TaskFile {
  readonly what: 'payload-written' | 'output-read' | 'output-deleted'
  /** name as the command has it, in comparable form */
  readonly file: string
  readonly time: FileTime
  readonly ip: string | undefined
  readonly logonId: LogonId | undefined
  readonly accessMask: number | undefined
  readonly beforeTask: boolean
  readonly locator: Locator
}

/** X1: a record of the source host and the logon it made on the target. Joins two hosts, belongs to neither chain. */
export interface CrossHostLink {
  readonly rule: 'X1'
  readonly fromHost: string
  readonly toHost: string
  /** 4688, 4648, Sysmon 3 or 5156 of the source host, strongest first in `others` */
  readonly from: Locator
  readonly others: readonly Locator[]
  /** 4624 of the target */
  readonly to: Locator
  /** the chain of the source host that the record belongs to, when one does */
  readonly fromChain: ChainId | undefined
  readonly toChain: ChainId
  /** milliseconds from source to target after the measured difference of the clocks was taken out */
  readonly deltaMs: number
  /** how far the target's clock was ahead of the source's; undefined when nobody measured */
  readonly skewMs: number | undefined
  readonly uncertaintyMs: number | undefined
  readonly strength: Strength
  readonly fields: Readonly<Record<string, string>>
  readonly why: string
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
    /** SHA-256 of the actions in comparable form: what a site's allow-list names */
    readonly actionHash: string | undefined
    /** the definition the fields above come from */
    readonly definition: TaskDefinition | undefined
    /** every definition the records of this story carry, in order */
    readonly definitions: readonly {
      readonly eventId: number
      readonly time: FileTime
      readonly locator: Locator
      readonly definition: TaskDefinition
    }[]
  }
  readonly account: Account
  /** `sid`: a record of the act names the account by SID; `name`: by name only, which is a claim */
  readonly accountBasis: 'sid' | 'name' | undefined
  readonly source: {
    readonly ip: string | undefined
    readonly port: number | undefined
    readonly host: string | undefined
    /** `workstation`: the name the caller gave itself; `addresses`: collected from that host; `X1`: its own records of the call */
    readonly hostBasis: 'workstation' | 'addresses' | 'X1' | undefined
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
  /** records of other tasks the mechanism was concluded from, beside the chain's own */
  readonly mechanismBasis: readonly Locator[]
  readonly executed: TriState
  readonly deleted: TriState
  /** what shows the run, strongest first; empty unless `executed` is yes */
  readonly runs: readonly RunProof[]
  readonly tree: ProcessTree
  /** files the task's command names that were moved over a share, in order */
  readonly files: readonly TaskFile[]
  /** where the call came from and went on to, in the records of the other host; never steps of this chain */
  readonly cameFrom: readonly CrossHostLink[]
  readonly wentTo: readonly CrossHostLink[]
  readonly steps: readonly ChainStep[]
  readonly links: readonly ChainLink[]
  readonly gaps: readonly ChainGap[]
  readonly resembles: readonly {
    readonly tool: string
    readonly because: readonly string[]
    readonly differs: readonly string[]
  }[]
  /** known benign tasks it looks like (windows.md §5.5): annotates, never hides */
  readonly lookAlikes: readonly {
    readonly what: string
    readonly because: readonly string[]
    readonly differs: readonly string[]
  }[]
}

/** Everything `findChains` may know. Events come in total order; duplicates are already folded into `alsoAt`. */
export interface ChainInput {
  readonly events: readonly WindowsEvent[]
  /** records that are the same record in another file: locator key of the kept one → the others */
  readonly duplicates: ReadonlyMap<string, readonly Locator[]>
  readonly coverage: readonly ChannelCoverage[]
  readonly hosts: readonly HostFacts[]
}
