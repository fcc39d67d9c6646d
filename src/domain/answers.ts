/** The playbook's questions answered for one chain; shapes of design/cli.md, with exact times and locators. */
import type { AllowAnnotation } from './allow-list.ts'
import type { ChainKind, ChainPath, GapState, Mechanism } from './chain.ts'
import type { ChainId } from './ids.ts'
import type { Locator } from './locator.ts'
import type { BytePlace } from './task-entry.ts'
import type { FileTime } from './time.ts'
import type { LogonGroup, Trace } from './trace.ts'

export type AnswerWord = 'yes' | 'no' | 'unknown'

/** Telemetry that is not there, the kind of its absence, the sentence that says so, and what it would tell. */
export interface MissingTelemetry {
  readonly telemetry: string
  readonly state: GapState
  readonly why: string
  readonly wouldTell: string
}

/** What a statement rests on. Of very many records the first are named and the others counted: they stand in the timeline. */
export interface Cited {
  readonly citations: readonly Locator[]
  /** records beyond those named */
  readonly moreCitations?: number
  /** places in evidence that is no log: a registry key, a task file, a row of the service's list */
  readonly places?: readonly BytePlace[]
}

/** One answer. It has citations or missing telemetry, or both: never neither. */
export interface Answer extends Cited {
  readonly id: string
  /** the playbook's own words */
  readonly asks: string
  readonly answer: AnswerWord
  /** the answer in a few words: `administrative`, `20.3 ms`, `internal (private)` */
  readonly value: string | undefined
  readonly why: string
  readonly missing: readonly MissingTelemetry[]
  /** what the playbook's question gets wrong or leaves open; undefined when nothing */
  readonly correction?: string
}

export type Weight = 'malicious' | 'benign' | 'neutral'
export interface Reason extends Cited {
  readonly id: string
  readonly what: string
  readonly weighs: Weight
  /** one such reason decides by itself */
  readonly isStrong: boolean
}

export type Disposition = 'malicious-indicators' | 'suspicious' | 'expected' | 'undetermined'
export type RuleOutcome = 'escalate' | 'close' | 'neither'
export type EvidenceOutcome = 'escalate' | 'close' | 'cannot-decide'

/** The written rule and the evidence do not say the same. */
export interface Conflict extends Cited {
  readonly id: string
  /** what the playbook's rule says, and on which line */
  readonly rule: string
  /** what the evidence says */
  readonly evidence: string
  readonly why: string
}

/** What one log of a host can tell about the time of the chain. */
export interface CoverageLine {
  readonly host: string
  readonly channel: string
  /** covered: a record of it would be there; else the kind of absence */
  readonly state: 'covered' | GapState
  readonly why: string
  readonly from: FileTime | undefined
  readonly to: FileTime | undefined
  readonly records: number
  readonly provenance: string | undefined
  readonly audit:
    | { readonly subcategory: string; readonly setting: string; readonly source: string }
    | undefined
}

export interface NotCollected {
  readonly what: string
  readonly host: string
  readonly state: GapState
  readonly wouldTell: string
}

/** Account, address and host elsewhere and later: selections over the case, each record cited. */
export interface ChainContext {
  readonly earlierTaskWork: readonly Trace[]
  readonly systemsAccessed: readonly LogonGroup[]
  /** outbound traces of the host after the chain, those tied to it first; `tie` says how */
  readonly outbound: readonly { readonly trace: Trace; readonly tie: string | undefined }[]
  readonly transfers: readonly { readonly trace: Trace; readonly tie: string | undefined }[]
  readonly accountChanges: readonly { readonly trace: Trace; readonly tie: string | undefined }[]
  readonly services: readonly { readonly trace: Trace; readonly tie: string | undefined }[]
  /** what bounds left out, in words */
  readonly left: readonly string[]
}

export interface Ioc extends Cited {
  readonly type: string
  readonly value: string
  readonly context: string
  readonly first: FileTime | undefined
  readonly last: FileTime | undefined
}

export interface ChainAnswers {
  readonly chain: ChainId
  readonly host: string
  readonly time: FileTime
  readonly kind: ChainKind
  readonly path: ChainPath
  readonly task: string
  readonly conflicts: readonly Conflict[]
  readonly validation: readonly Answer[]
  readonly questions: readonly Answer[]
  readonly rule: {
    readonly outcome: RuleOutcome
    readonly why: string
    readonly conditions: readonly Answer[]
  }
  readonly evidence: {
    readonly mechanism: Mechanism
    readonly mechanismWhy: string
    readonly disposition: Disposition
    readonly outcome: EvidenceOutcome
    readonly why: string
    readonly reasons: readonly Reason[]
  }
  readonly escalation: readonly Answer[]
  readonly coverage: readonly CoverageLine[]
  readonly notCollected: readonly NotCollected[]
  readonly allowed: readonly AllowAnnotation[]
  readonly context: ChainContext
  readonly iocs: readonly Ioc[]
}
