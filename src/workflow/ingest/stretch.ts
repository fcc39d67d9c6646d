/** One stretch of a log on its way through the packer, chunk by chunk: gives a segment at its end, and earlier when tables are full. */
import type { SegmentToStore } from '../../casefile/segments.ts'
import type { ChunkView } from '../../evtx/chunk-view.ts'
import type { EvtxProblem } from '../../evtx/problem.ts'
import { LogTally } from './log-tally.ts'
import type { SegmentReply } from './messages.ts'
import type { Packer } from './packer.ts'

/** per segment of 16 MiB */
const maxProblems = 500

/** Closes the packer's segment `number`, whose last chunk is `lastChunk`. */
export type CloseSegment = (number: number, lastChunk: number) => SegmentToStore

export class Stretch {
  readonly #packer: Packer
  readonly #close: CloseSegment
  readonly #onSegment: (reply: SegmentReply) => void
  #start: number
  #hasEnded = false
  /** index of the next chunk */
  index: number

  /** @param first index of the first chunk; also the number of the segment */
  constructor(packer: Packer, first: number, close: CloseSegment, onSegment: (reply: SegmentReply) => void) {
    packer.tally = new LogTally()
    this.#packer = packer
    this.#close = close
    this.#onSegment = onSegment
    this.#start = first
    this.index = first
  }

  add(chunk: ChunkView): void {
    this.#packer.addChunk(chunk, this.index++)
    if (this.#packer.isFull) this.#endSegment(false)
  }

  /** Nothing is given for a stretch that has no chunk at all: the log ended before it. */
  end(): void {
    if (this.index > this.#start || this.#hasEnded) this.#endSegment(true)
  }

  #endSegment(endsStretch: boolean): void {
    const packer = this.#packer
    const segment = this.#close(this.#start, Math.max(this.#start, this.index - 1))
    const { kept, more } = bounded(packer.problems.splice(0))
    this.#start = this.index
    this.#hasEnded = true
    const tally = packer.tally.part()
    packer.tally = new LogTally()
    this.#onSegment({ kind: 'segment', segment, endsStretch, tally, problems: kept, moreProblems: more })
  }
}

/** Problems of one segment, bounded: a hostile log may have one per record. */
function bounded(problems: EvtxProblem[]): { kept: EvtxProblem[]; more: Record<string, number> } {
  const more: Record<string, number> = {}
  for (const problem of problems.slice(maxProblems)) more[problem.code] = (more[problem.code] ?? 0) + 1
  return { kept: problems.slice(0, maxProblems), more }
}

/** The packer's segment with its parts, as the database takes it. */
export function closeSegment(packer: Packer, number: number, lastChunk: number): SegmentToStore {
  const { systems, shapes, ...segment } = packer.endSegment(number, lastChunk)
  return { ...segment, systems: JSON.stringify(systems), shapes: JSON.stringify(shapes) }
}
