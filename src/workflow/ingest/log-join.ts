/** Puts the segments that several parsers send back into file order, and joins their tallies into the summary of the log. */
import type { FileHeader } from '../../evtx/file-header.ts'
import type { EvtxProblem } from '../../evtx/problem.ts'
import { chunkCountProblem } from '../../evtx/read-log.ts'
import { summariseLog } from './log-summary.ts'
import { joinTallies, type TallyPart } from './log-tally.ts'
import type { ParsedLog, ParseFailure, ParseReply, SegmentReply } from './messages.ts'

export class LogJoin {
  readonly #onSegment: (reply: SegmentReply, parser: number) => void
  readonly #waiting: SegmentReply[][]
  readonly #done: boolean[]
  readonly #tallies: TallyPart[] = []
  readonly #more: Record<string, number> = {}
  #stretch = 0
  #selected = 0
  #chunks = 0
  #header: FileHeader | undefined
  #headerProblems: readonly EvtxProblem[] = []
  #failed: ParseFailure | undefined

  constructor(parsers: number, onSegment: (reply: SegmentReply, parser: number) => void) {
    this.#onSegment = onSegment
    this.#waiting = Array.from({ length: parsers }, () => [])
    this.#done = new Array<boolean>(parsers).fill(false)
  }

  take(reply: ParseReply, parser: number): void {
    if (reply.kind === 'failed') this.#failed ??= reply
    else if (reply.kind === 'segment') this.#waiting[parser]?.push(reply)
    else {
      this.#done[parser] = true
      if (parser === 0) {
        this.#header = reply.header
        this.#headerProblems = reply.problems
      }
    }
    if (this.#failed === undefined) this.#pass()
  }

  /** Hands on every segment whose turn has come. Stretch `n` of the log is parser `n` modulo their number's. */
  #pass(): void {
    for (;;) {
      const parser = this.#stretch % this.#waiting.length
      const reply = this.#waiting[parser]?.shift()
      if (!reply) {
        // a parser that is done has nothing of this stretch: the log ended before it
        if (!this.#done[parser] || this.#waiting.every((queue) => queue.length === 0)) return
        this.#stretch++
        continue
      }
      if (reply.endsStretch) this.#stretch++
      this.#tallies.push(reply.tally)
      this.#selected += reply.segment.selected
      this.#chunks += reply.tally.chunks.total
      for (const [code, count] of Object.entries(reply.moreProblems))
        this.#more[code] = (this.#more[code] ?? 0) + count
      this.#onSegment(reply, parser)
    }
  }

  result(): ParsedLog | { failed: ParseFailure } {
    if (this.#failed !== undefined) return { failed: this.#failed }
    const problems = [...this.#headerProblems]
    if (!this.#header) return { summary: undefined, problems, moreProblems: this.#more }
    const tally = joinTallies(this.#tallies)
    const wrong = chunkCountProblem(this.#header, tally.chunks.used, this.#chunks)
    if (wrong) problems.push(wrong)
    return { summary: summariseLog(this.#header, tally, this.#selected), problems, moreProblems: this.#more }
  }
}
