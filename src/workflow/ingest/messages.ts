import type { SegmentToStore } from '../../casefile/segments.ts'
import type { FileHeader } from '../../evtx/file-header.ts'
import type { EvtxProblem } from '../../evtx/problem.ts'
import type { LogSummary } from './log-summary.ts'
import type { TallyPart } from './log-tally.ts'
import type { SharedMemory } from './shared-state.ts'

export interface CopyRequest {
  readonly source: string
  /** undefined: the file is stored already, and only to be read */
  readonly target: string | undefined
  readonly memory: SharedMemory
}
export type CopyReply =
  | { readonly ok: true; readonly sha256: string; readonly size: number; readonly changed: boolean }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly writing: boolean }

export interface ParseRequest {
  readonly memory: SharedMemory
  /** this parser takes the segments `parser`, `parser + parsers`, … of the log */
  readonly parser: number
  readonly parsers: number
  /** file that takes the parts of segments; undefined: they are sent themselves */
  readonly pack: string | undefined
  /** records without their values */
  readonly headsOnly: boolean
}
export type ParseReply =
  | {
      readonly kind: 'segment'
      /** its number is the index of its first chunk */
      readonly segment: SegmentToStore
      /** false when tables were full before the 16 MiB were: more of the same stretch follows */
      readonly endsStretch: boolean
      readonly tally: TallyPart
      readonly problems: readonly EvtxProblem[]
      /** problems beyond the kept ones, by code */
      readonly moreProblems: Readonly<Record<string, number>>
    }
  | {
      readonly kind: 'done'
      /** undefined when the file cannot be read as a log; the problems say why */
      readonly header: FileHeader | undefined
      readonly problems: readonly EvtxProblem[]
    }
  | ({ readonly kind: 'failed' } & ParseFailure)

export interface ParseFailure {
  readonly message: string
  /** code of the operating system, when the pack file could not be written */
  readonly code?: string
}

export type SegmentReply = Extract<ParseReply, { kind: 'segment' }>

/** Sent to a thread that has nothing to do yet: the log it is likely to get. There is no reply. */
export interface WarmUpRequest {
  readonly kind: 'warm-up'
  readonly memory: SharedMemory
  readonly source: string
}

/** Several small logs, each with a new file in the store's staging folder to write it to. */
export interface BatchRequest {
  readonly kind: 'batch'
  readonly number: number
  /** only looked at for a stop */
  readonly memory: SharedMemory
  readonly files: readonly { readonly source: string; readonly target: string }[]
}
export type BatchedLog =
  | {
      /** written to its target and flushed */
      readonly state: 'whole'
      readonly sha256: string
      readonly size: number
      readonly changed: boolean
      readonly segments: readonly SegmentReply[]
      readonly parsed: ParsedLog
    }
  | { readonly state: 'untaken'; readonly code: string; readonly message: string; readonly writing: boolean }
  /** it has grown: to be taken by itself */
  | { readonly state: 'large' }
  | { readonly state: 'failed'; readonly message: string }
export interface BatchReply {
  readonly kind: 'batch'
  readonly number: number
  readonly logs: readonly BatchedLog[]
}

/** All of a log, joined. */
export interface ParsedLog {
  readonly summary: LogSummary | undefined
  readonly problems: readonly EvtxProblem[]
  readonly moreProblems: Readonly<Record<string, number>>
}
