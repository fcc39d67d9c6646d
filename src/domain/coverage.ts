/** What the logs of a host can tell, and what was recorded at which time: absence is judged by this and never claims more. */
import type { ProvenanceClass } from './evidence.ts'
import type { Locator } from './locator.ts'
import type { FileTime } from './time.ts'

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
  readonly channels:
    | readonly {
        readonly name: string
        readonly enabled: boolean
        /** Circular, Retain or AutoBackup */
        readonly mode?: string
        /** bytes */
        readonly maxSize?: number
      }[]
    | undefined
  /** UTC ISO 8601: facts are stored as JSON */
  readonly collectedAt?: string
  /** how far the host's clock was ahead of the collector's, with the uncertainty of that measurement */
  readonly clock?: { readonly offsetMs: number; readonly uncertaintyMs: number }
  /** the host's own addresses */
  readonly addresses?: readonly string[]
  /** starts of Windows the collector asked for, UTC ISO 8601 */
  readonly boots?: readonly string[]
}

/** One channel of one host: `whole` may be asked for silence, everything else may not. */
export type ChannelState =
  | 'whole'
  | 'gaps'
  | 'filtered'
  | 'cleared'
  | 'undetermined'
  | 'disabled'
  | 'not-collected'

export type AuditState = 'on' | 'off' | 'unknown'
/** Where the setting comes from: the collected policy, changes of it (4719), both, records only this subcategory writes, or nothing. */
export type AuditSource = 'collected' | 'changes' | 'collected-and-changes' | 'records' | 'none'

/** Success auditing of one subcategory at one moment. */
export interface AuditRow {
  /** English name; the GUID is what counts */
  readonly subcategory: string
  readonly guid: string
  /** event ids it writes */
  readonly events: readonly number[]
  /** 0 none, 1 success, 2 failure, 3 both: when the host was looked at */
  readonly now: number | undefined
  /** at the moment asked about */
  readonly was: AuditState
  readonly source: AuditSource
  readonly why: string
  readonly citations: readonly Locator[]
}

/** A line of the coverage table: what was collected of a channel, and what it may be asked. */
export interface CoverageRow {
  readonly host: string
  readonly channel: string
  readonly state: ChannelState
  readonly why: string
  readonly from: FileTime | undefined
  readonly to: FileTime | undefined
  readonly records: number
  readonly missingRecordIds: bigint
  readonly problems: number
  readonly provenance: readonly ProvenanceClass[]
  readonly enabled: boolean | undefined
  /** Circular, Retain or AutoBackup, where collected */
  readonly mode: string | undefined
  readonly maxSize: number | undefined
  readonly evidenceIds: readonly string[]
  /** of the Security log: the subcategories chains ask for, at the moment asked about */
  readonly audit: readonly AuditRow[]
}

/** One change of the audit policy (4719). */
export interface PolicyChange {
  readonly time: FileTime
  readonly guid: string | undefined
  readonly subcategory: string
  /** undefined: this record does not say */
  readonly success: 'added' | 'removed' | undefined
  readonly failure: 'added' | 'removed' | undefined
  readonly locator: Locator
}

/** What broke a log's record: cleared (1102, 104), full (1104), service stopped (1100). */
export interface Interruption {
  readonly time: FileTime
  readonly channel: string
  readonly what: 'cleared' | 'full' | 'stopped'
  readonly locator: Locator
}

/** The clock of the host was set (4616, Kernel-General 1). */
export interface ClockJump {
  readonly time: FileTime
  /** milliseconds, forward above zero; undefined when the record does not give both times */
  readonly ms: number | undefined
  readonly locator: Locator
}

/** Everything coverage can say of one host; answers stand on it. */
export interface CoverageReport {
  readonly host: string
  readonly rows: readonly CoverageRow[]
  readonly policyChanges: readonly PolicyChange[]
  readonly interruptions: readonly Interruption[]
  readonly clock: {
    readonly offsetMs: number | undefined
    readonly uncertaintyMs: number | undefined
    readonly timeZone: string | undefined
    readonly utcOffsetMinutes: number | undefined
    readonly jumps: readonly ClockJump[]
  }
  /** starts of Windows as records tell them */
  readonly boots: readonly FileTime[]
}
