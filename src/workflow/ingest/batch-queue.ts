/** Batches of small logs that one thread works on; a reply is known by its number. */
import type { Worker } from 'node:worker_threads'
import { Cancelled } from '../../base/refusal.ts'
import type { BatchReply, BatchRequest } from './messages.ts'

export class BatchQueue {
  readonly #thread: Worker
  readonly #waiting = new Map<number, { resolve(reply: BatchReply): void; reject(error: Error): void }>()

  constructor(thread: Worker) {
    this.#thread = thread
    thread.on('message', this.#onMessage).on('error', this.#onError).on('exit', this.#onExit)
  }

  take(request: BatchRequest): Promise<BatchReply> {
    const reply = new Promise<BatchReply>((resolve, reject) => {
      this.#waiting.set(request.number, { resolve, reject })
    })
    // it may fail before its turn has come to be waited for
    reply.catch(() => undefined)
    this.#thread.postMessage(request)
    return reply
  }

  close(): void {
    this.#thread.off('message', this.#onMessage).off('error', this.#onError).off('exit', this.#onExit)
  }

  readonly #onMessage = (reply: BatchReply) => {
    this.#waiting.get(reply.number)?.resolve(reply)
    this.#waiting.delete(reply.number)
  }
  readonly #onError = (error: Error) => {
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
  readonly #onExit = () => this.#onError(new Cancelled())
}
