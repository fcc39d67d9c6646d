/** Thread that runs one query: SQLite answers without a pause, and nothing else should wait for it. */
import { userInfo } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { Cancelled, type Facts, Refusal } from '../../base/refusal.ts'
import { openCase } from '../open-case.ts'
import { type QueryRequest, type QueryResult, runQuery } from './run-query.ts'

export interface QueryJob extends QueryRequest {
  readonly dir: string
  /** set to 1 by whoever wants the work to end */
  readonly stop: Int32Array
}
export type QueryReply =
  | { readonly kind: 'done'; readonly result: QueryResult }
  | {
      readonly kind: 'refused'
      readonly code: string
      readonly message: string
      readonly remedy: string
      readonly facts: Facts
    }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly message: string }

async function answer({ dir, stop, ...request }: QueryJob): Promise<QueryReply> {
  const account = userInfo().username
  const open = await openCase(dir, {
    operator: { name: account, account, workstation: '' },
    access: 'read',
  })
  try {
    return { kind: 'done', result: runQuery(open, request, () => Atomics.load(stop, 0) !== 0) }
  } finally {
    open.close()
  }
}

function replyTo(error: unknown): QueryReply {
  if (error instanceof Cancelled) return { kind: 'cancelled' }
  if (error instanceof Refusal) {
    const { code, message, remedy, facts } = error
    return { kind: 'refused', code, message, remedy, facts }
  }
  return { kind: 'failed', message: error instanceof Error ? String(error.stack) : String(error) }
}

parentPort?.once('message', (job: QueryJob) => {
  void answer(job)
    .catch(replyTo)
    .then((reply) => parentPort?.postMessage(reply))
})
