/**
 * Takes runs of small logs into the case, a batch at a time: read and flushed by the ingest threads, then named in the store,
 * written to the database in one transaction, and put into the journal with one flush, in this order. What a crash leaves of a
 * batch is staged files or stored ones the database does not know; the next import begins there.
 */
import type { EvidenceId } from '../../domain/ids.ts'
import type { CustodyStatement } from '../../evidence/custody-journal.ts'
import type { Flushed } from '../../evidence/store.ts'
import { type FoundFile, SourceTrouble } from '../../sources/find-evidence.ts'
import { type Meter, stopIfAborted } from '../meter.ts'
import type { OpenCase } from '../open-case.ts'
import type { ItemImport } from './item-import.ts'
import {
  changedWhileRead,
  completeItem,
  copyTrouble,
  duplicateProblem,
  duplicateStatement,
  importedStatement,
  logProblem,
  logUnreadable,
  mostFrequent,
  problemsOfLog,
  type Stored,
  summaryOf,
  type TakenItem,
} from './item-rows.ts'
import type { BatchedLog, BatchReply } from './messages.ts'
import type { NotedProblems } from './noted-problems.ts'
import { smallLog } from './small-logs.ts'
import type { IngestThreads } from './threads.ts'

/** A batch ends with so many bytes or logs: small enough that the threads are never without one for long. */
const batchBytes = 4 << 20
const batchLogs = 48

type Batched = FoundFile & { readonly path: string }
type Whole = Extract<BatchedLog, { state: 'whole' }>
interface Asked {
  readonly file: Batched
  readonly source: string
  readonly target: string
}
interface Staged extends Asked {
  /** undefined: it could not be read, and why */
  readonly log: Whole | undefined
  readonly trouble: SourceTrouble | undefined
}

/** Whether a file goes into a batch. */
export const isSmallLog = (file: FoundFile): file is Batched =>
  file.kind === 'evtx' && file.path !== undefined && file.size <= smallLog

export class LogBatches {
  readonly #open: OpenCase
  readonly #threads: IngestThreads
  readonly #meter: Meter
  readonly #options: { readonly host?: string | undefined; readonly signal?: AbortSignal | undefined }
  readonly #noted: NotedProblems
  readonly #single: ItemImport

  /** @param single takes what has become too large for a batch */
  constructor(
    open: OpenCase,
    threads: IngestThreads,
    meter: Meter,
    options: { readonly host?: string | undefined; readonly signal?: AbortSignal | undefined },
    noted: NotedProblems,
    single: ItemImport,
  ) {
    this.#open = open
    this.#threads = threads
    this.#meter = meter
    this.#options = options
    this.#noted = noted
    this.#single = single
  }

  /**
   * Yields for each file, in order, once it is safe in the case.
   * @throws Cancelled, or Refusal when our own disk fails; the files before stay
   */
  async *take(files: readonly Batched[]): AsyncGenerator<TakenItem> {
    for (let from = 0; from < files.length; ) {
      from += yield* this.#takeUntilLarge(files.slice(from))
      const large = files[from++]
      if (large) yield await this.#single.take(large)
    }
  }

  /** @returns how many were taken; the next one has grown too large for a batch */
  async *#takeUntilLarge(files: readonly Batched[]): AsyncGenerator<TakenItem, number> {
    const batches: Asked[][] = batchesOf(files).map((batch) =>
      batch.map((file) => ({ file, source: file.path, target: this.#open.store.stagingPath() })),
    )
    this.#meter.say(`Reading ${files[0]?.name}`)
    let taken = 0
    let batch = 0
    try {
      for await (const reply of this.#threads.batches(batches)) {
        const asked = batches[batch++] ?? []
        const { staged, stop } = sorted(reply, asked)
        const done = await this.#store(staged.slice(0, this.#untilStopped(staged)))
        taken += done.length
        yield* done
        stopIfAborted(this.#options.signal)
        if (stop === 'large') return taken
        if (stop) throw stop
        if (reply.logs.length < asked.length) throw new Error('invariant broken: a batch came back short')
      }
      return taken
    } finally {
      // files of a batch that was cut short; those that have their final name are gone from here
      for (const { target } of batches.slice(Math.max(0, batch - 1)).flat())
        await this.#open.store.discard(target)
    }
  }

  /** Says which log is stored next, and stops at the one at which the operator did: those before it are stored. */
  #untilStopped(staged: readonly Staged[]): number {
    for (const [i, { file }] of staged.entries()) {
      this.#meter.say(`Reading ${file.name}`)
      if (this.#options.signal?.aborted) return i
    }
    return staged.length
  }

  /** Names, rows and journal lines of what was read, as one step each. */
  async #store(staged: readonly Staged[]): Promise<TakenItem[]> {
    const { casefile, store, custody } = this.#open
    const flushed = staged.flatMap(({ target, log }): Flushed[] =>
      log ? [{ path: target, id: log.sha256 as EvidenceId, size: log.size }] : [],
    )
    const already = [...(await store.placeFlushed(flushed))]
    const lines: CustodyStatement[] = []
    const taken: TakenItem[] = []
    casefile.begin()
    try {
      for (const one of staged) {
        taken.push(
          one.log ? this.#rows(one.file, one.log, already.shift() === true, lines) : this.#untaken(one),
        )
        this.#meter.add(one.file.size)
      }
      casefile.commit()
    } finally {
      casefile.rollback()
    }
    await custody.appendAll(lines)
    return taken
  }

  #untaken({ trouble }: Staged): TakenItem {
    const { problem } = trouble as SourceTrouble
    this.#noted.note(null, problem)
    return { sha256: undefined, problems: [problem] }
  }

  #rows(file: Batched, log: Whole, already: boolean, lines: CustodyStatement[]): TakenItem {
    const { casefile } = this.#open
    const stored: Stored = { id: log.sha256 as EvidenceId, size: log.size, already }
    const known = casefile.evidenceByHash(stored.id)
    if (known) {
      const problem = duplicateProblem(file, stored.id)
      this.#noted.note(known.item, problem)
      lines.push(duplicateStatement(file, stored.id))
      return { sha256: stored.id, problems: [problem] }
    }
    const host = this.#options.host ?? null
    const item = casefile.startItem({ name: file.name, origin: file.origin, kind: file.kind, host })
    for (const { segment } of log.segments) if (segment.rows > 0) casefile.insertSegment(item, segment)
    const problems = log.segments.flatMap((reply) =>
      reply.problems.map((one) => logProblem(one, file.origin)),
    )
    if (log.changed || log.size !== file.size) problems.push(changedWhileRead(file))
    problems.push(...problemsOfLog(log.parsed, file.origin))
    const { summary } = log.parsed
    completeItem(
      this.#open,
      item,
      stored,
      mostFrequent(summary?.computers) ?? host,
      problems,
      summaryOf(file, summary),
    )
    lines.push(importedStatement(file, stored))
    return { sha256: stored.id, problems: problems.map((problem) => ({ ...problem, evidenceId: stored.id })) }
  }
}

/** The logs of a reply that are told in the case, and what stopped at the one behind them. */
function sorted(
  reply: BatchReply,
  asked: readonly Asked[],
): { readonly staged: Staged[]; readonly stop: Error | 'large' | undefined } {
  const staged: Staged[] = []
  for (const [i, log] of reply.logs.entries()) {
    const one = asked[i] as Asked
    if (log.state === 'large') return { staged, stop: 'large' }
    if (log.state === 'failed') return { staged, stop: logUnreadable(one.file, log.message) }
    if (log.state === 'whole') staged.push({ ...one, log, trouble: undefined })
    else {
      const trouble = copyTrouble(log, one.file, one.target)
      if (!(trouble instanceof SourceTrouble)) return { staged, stop: trouble }
      staged.push({ ...one, log: undefined, trouble })
    }
  }
  return { staged, stop: undefined }
}

function batchesOf(files: readonly Batched[]): Batched[][] {
  const batches: Batched[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const file of files) {
    const last = batches[batches.length - 1]
    if (last && bytes + file.size <= batchBytes && last.length < batchLogs) {
      last.push(file)
      bytes += file.size
    } else {
      batches.push([file])
      bytes = file.size
    }
  }
  return batches
}
