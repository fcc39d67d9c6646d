import type { FileHeader } from '../../evtx/file-header.ts'
import type { EvtxProblem } from '../../evtx/problem.ts'
import type { LogSummary } from './log-summary.ts'
import type { TallyPart } from './log-tally.ts'
import type { PackedSegment } from './packed.ts'

export interface CopyRequest {
  readonly source: string
  readonly target: string
  readonly shared: SharedArrayBuffer
}
export type CopyReply =
  | { readonly ok: true; readonly sha256: string; readonly size: number; readonly changed: boolean }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly writing: boolean }

export interface ParseRequest {
  /** the stored copy, which may still be growing behind `shared` */
  readonly path: string
  readonly shared: SharedArrayBuffer
  /** this parser takes the segments `parser`, `parser + parsers`, … of the log */
  readonly parser: number
  readonly parsers: number
}
export type ParseReply =
  | {
      readonly kind: 'segment'
      /** its number is the index of its first chunk */
      readonly segment: PackedSegment
      /** false when tables were full before the 16 MiB were: more of the same stretch follows */
      readonly endsStretch: boolean
      readonly tally: TallyPart
      readonly problems: readonly EvtxProblem[]
      /** problems beyond the kept ones, by code */
      readonly moreProblems: Readonly<Record<string, number>>
    }
  | {
      readonly kind: 'done'
      /** of the first parser only: undefined there when the file cannot be read as a log; the problems say why */
      readonly header: FileHeader | undefined
      readonly problems: readonly EvtxProblem[]
    }
  | { readonly kind: 'failed'; readonly message: string }

/** All of a log, joined. */
export interface ParsedLog {
  readonly summary: LogSummary | undefined
  readonly problems: readonly EvtxProblem[]
  readonly moreProblems: Readonly<Record<string, number>>
}
