/** The two ingest threads: one copies and hashes, one parses just behind it. One file at a time; started once per import. */
import { Worker } from 'node:worker_threads'
import { Cancelled } from '../../base/refusal.ts'
import { entryBeside } from '../beside.ts'
import type { CopyReply, CopyRequest, ParseReply, ParseRequest } from './messages.ts'
import { SharedState } from './shared-state.ts'

export class IngestThreads {
  readonly #copier: Worker
  readonly #parser: Worker
  readonly #shared = new SharedState()

  constructor() {
    this.#copier = new Worker(entryBeside(import.meta.url, 'hash-worker'), {
      name: 'tasktrail copy and hash',
    })
    this.#parser = new Worker(entryBeside(import.meta.url, 'parse-worker'), { name: 'tasktrail parse' })
  }

  async stop(): Promise<void> {
    this.#shared.cancel()
    await Promise.all([this.#copier.terminate(), this.#parser.terminate()])
  }

  /** Prepares the counters for the next file. */
  begin(): void {
    this.#shared.reset()
  }
  /** Says that the file to parse is whole already: nothing is being copied. */
  alreadyWhole(size: number): void {
    this.#shared.finish(size)
  }
  cancel(): void {
    this.#shared.cancel()
  }
  get blocksParsed(): number {
    return this.#shared.parsed
  }
  get blocksWritten(): number {
    return this.#shared.written
  }

  /** Copies `source` over the empty file `target`, hashing what is written. */
  async copy(source: string, target: string): Promise<CopyReply> {
    const request: CopyRequest = { source, target, shared: this.#shared.buffer }
    for await (const reply of messages<CopyReply>(this.#copier, request)) return reply
    throw new Cancelled()
  }

  /** Parses the stored file at `path`; each segment is handed over in order and must be taken before the next comes. */
  async parse(
    path: string,
    onSegment: (reply: Extract<ParseReply, { kind: 'segment' }>) => void,
  ): Promise<Exclude<ParseReply, { kind: 'segment' }>> {
    const request: ParseRequest = { path, shared: this.#shared.buffer }
    for await (const reply of messages<ParseReply>(this.#parser, request)) {
      if (reply.kind !== 'segment') return reply
      onSegment(reply)
      this.#shared.segmentStored()
    }
    throw new Cancelled()
  }
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
