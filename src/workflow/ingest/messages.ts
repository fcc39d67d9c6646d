import type { EvtxProblem } from '../../evtx/problem.ts'
import type { LogSummary } from './log-summary.ts'
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
}
export type ParseReply =
  | { readonly kind: 'segment'; readonly segment: PackedSegment; readonly problems: readonly EvtxProblem[] }
  | {
      readonly kind: 'done'
      /** undefined: not a log that can be read; the problems say why */
      readonly summary: LogSummary | undefined
      readonly problems: readonly EvtxProblem[]
      /** problems beyond the kept ones, by code */
      readonly moreProblems: Readonly<Record<string, number>>
    }
  | { readonly kind: 'failed'; readonly message: string }
