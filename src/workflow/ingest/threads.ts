/**
 * The ingest threads: one copies and hashes, the others parse just behind it, each its own segments of the log. One file at a
 * time; started when first needed. What they give does not depend on how many there are.
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { Cancelled } from '../../base/refusal.ts'
import { chunkSize } from '../../evtx/format.ts'
import { entryBeside } from '../beside.ts'
import { BatchQueue } from './batch-queue.ts'
import { LogJoin } from './log-join.ts'
import type {
  BatchReply,
  BatchRequest,
  CopyReply,
  CopyRequest,
  ParsedLog,
  ParseFailure,
  ParseReply,
  ParseRequest,
  SegmentReply,
  WarmUpRequest,
} from './messages.ts'
import { chunksPerSegment } from './packed.ts'
import { mostParsers, SharedState } from './shared-state.ts'
import { smallLog } from './small-logs.ts'

export class IngestThreads {
  #copier: Worker | undefined
  readonly #parsers: Worker[] = []
  readonly #asked: number | undefined
  readonly #headsOnly: boolean
  readonly #shared: SharedState
  #wanted = 1
  #isLast = false
  readonly #ending: Promise<number>[] = []

  /**
   * @param parsers how many threads parse one large log; chosen by its size when not given
   * @param headsOnly leaves out the values of large logs; for measuring
   */
  constructor(parsers?: number, headsOnly = false) {
    this.#asked = parsers
    this.#headsOnly = headsOnly
    this.#shared = SharedState.forParsers(Math.min(parsers ?? availableParallelism(), mostParsers))
  }

  /**
   * Starts what a log of `size` bytes needs: what there is to do meanwhile hides how long threads take to start.
   * @param source a log that is likely to come, to start with
   */
  warmUp(size = 0, source?: string): void {
    const [first] = this.#parseThreads(parsersFor(size, this.#asked))
    if (size > smallLog) this.#copyThread()
    const request: WarmUpRequest = { kind: 'warm-up', memory: this.#shared.memory, source: source ?? '' }
    if (source !== undefined) first?.postMessage(request)
  }

  #copyThread(): Worker {
    this.#copier ??= new Worker(entryBeside(import.meta.url, 'hash-worker'), {
      name: 'tasktrail copy and hash',
    })
    return this.#copier
  }

  #parseThreads(count: number): readonly Worker[] {
    while (this.#parsers.length < count)
      this.#parsers.push(
        new Worker(entryBeside(import.meta.url, 'parse-worker'), { name: 'tasktrail parse' }),
      )
    return this.#parsers.slice(0, count)
  }

  async stop(): Promise<void> {
    this.#shared.cancel()
    this.#endCopier()
    this.#endParsers()
    await Promise.all(this.#ending)
  }

  /** Whether the log that is taken next is the last: threads end with what they do for it, while the case is finished. */
  set isLast(isLast: boolean) {
    this.#isLast = isLast
  }
  #endCopier(): void {
    if (this.#copier) this.#ending.push(this.#copier.terminate())
    this.#copier = undefined
  }
  #endParsers(): void {
    for (const thread of this.#parsers.splice(0)) this.#ending.push(thread.terminate())
  }

  /** Prepares for the next file, expected to have `size` bytes. */
  begin(size: number): void {
    this.#wanted = parsersFor(size, this.#asked)
    this.#shared.begin(this.#wanted)
  }
  cancel(): void {
    this.#shared.cancel()
  }
  get blocksParsed(): number {
    return this.#shared.parsed
  }

  /**
   * Copies `source` over the empty file `target`, hashing what is written, for `parse` to read meanwhile. Without `target` it
   * is only read.
   */
  async copy(source: string, target: string | undefined): Promise<CopyReply> {
    const request: CopyRequest = { source, target, memory: this.#shared.memory }
    for await (const reply of messages<CopyReply>(this.#copyThread(), request)) {
      if (this.#isLast) this.#endCopier()
      return reply
    }
    throw new Cancelled()
  }

  /**
   * Parses the file that `copy` reads. Segments are handed over in file order, each once the one before was taken; their parts
   * are written to the file `pack` where there is one.
   */
  async parse(
    pack: string | undefined,
    onSegment: (reply: SegmentReply) => void,
  ): Promise<ParsedLog | { failed: ParseFailure }> {
    const parsers = this.#wanted
    const joining = new LogJoin(parsers, (reply, parser) => {
      onSegment(reply)
      this.#shared.segmentStored(parser)
    })
    await Promise.all(
      this.#parseThreads(parsers).map(async (thread, parser) => {
        const request: ParseRequest = {
          memory: this.#shared.memory,
          parser,
          parsers,
          pack,
          headsOnly: this.#headsOnly,
        }
        for await (const reply of messages<ParseReply>(thread, request)) {
          joining.take(reply, parser)
          if (reply.kind === 'failed') this.#shared.cancel()
          if (reply.kind !== 'segment') return
        }
        throw new Cancelled()
      }),
    )
    if (this.#isLast) this.#endParsers()
    return joining.result()
  }

  /**
   * Takes batches of small logs, on all threads at once; replies come in order. Whoever stops early, or calls `cancel`, gets the
   * threads back when they are through with the logs at hand.
   */
  async *batches(batches: readonly BatchRequest['files'][]): AsyncGenerator<BatchReply> {
    const count = Math.max(1, Math.min(this.#asked ?? availableParallelism(), batches.length, mostParsers))
    const queues = this.#parseThreads(count).map((thread) => new BatchQueue(thread))
    const underWay: Promise<BatchReply>[] = []
    this.#shared.begin(1)
    try {
      for (let number = 0; number < batches.length; number++) {
        const most = Math.min(batches.length, number + count * batchesEach)
        for (let next = underWay.length; next < most; next++)
          underWay.push(
            (queues[next % count] as BatchQueue).take({
              kind: 'batch',
              number: next,
              memory: this.#shared.memory,
              files: (batches[next] ?? []).map(({ source, target }) => ({ source, target })),
            }),
          )
        const reply = await (underWay[number] as Promise<BatchReply>)
        if (this.#isLast && number === batches.length - 1) this.#endParsers()
        yield reply
      }
    } finally {
      this.#shared.cancel()
      await Promise.allSettled(underWay)
      for (const queue of queues) queue.close()
    }
  }
}

/** How many batches of small logs may be with each thread: one that is read and one that waits. */
const batchesEach = 2

/**
 * How many threads a log is worth. A fresh thread is slow until its code is compiled, and one processor is busy with the copy:
 * below a quarter of a gigabyte a second parser on a machine of two costs more than it brings.
 */
function parsersFor(size: number, asked: number | undefined): number {
  const stretches = Math.ceil(size / (chunksPerSegment * chunkSize))
  const cores = availableParallelism()
  const chosen = asked ?? (size < 256 * 2 ** 20 ? cores - 1 : cores)
  return Math.max(1, Math.min(chosen, stretches, mostParsers))
}

/** Messages of a thread from now on; ends when the thread does, throws when it fails. */
async function* messages<T>(worker: Worker, request: unknown): AsyncGenerator<T> {
  const waiting: T[] = []
  let failure: Error | undefined
  let ended = false
  let wake = () => {}
  const onMessage = (reply: T) => {
    waiting.push(reply)
    wake()
  }
  const onError = (error: Error) => {
    failure = error
    wake()
  }
  const onExit = () => {
    ended = true
    wake()
  }
  worker.on('message', onMessage).on('error', onError).on('exit', onExit)
  try {
    worker.postMessage(request)
    for (;;) {
      const reply = waiting.shift()
      if (reply !== undefined) yield reply
      else if (failure) throw failure
      else if (ended) return
      else
        await new Promise<void>((resolve) => {
          wake = resolve
        })
    }
  } finally {
    worker.off('message', onMessage).off('error', onError).off('exit', onExit)
  }
}
