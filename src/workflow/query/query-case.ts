/** A query on a case, in a thread of its own, and what the editor of a query asks. */
import { Worker } from 'node:worker_threads'
import { Cancelled, Refusal } from '../../base/refusal.ts'
import { analyse, complete, type KqlCompletion, type KqlDiagnostic, meaningAt } from '../../kql/microsoft.ts'
import { caseTables } from '../../kql/tables/index.ts'
import { entryBeside } from '../beside.ts'
import type { OpenCase } from '../open-case.ts'
import type { QueryJob, QueryReply } from './query-worker.ts'
import type { QueryRequest, QueryResult } from './run-query.ts'

export type { QueryCell, QueryRequest, QueryResult, QueryRow } from './run-query.ts'

/** Rows and the records they come from. Refuses at its place what is wrong or not supported; ends with `Cancelled` when asked to stop. */
export async function queryCase(
  open: Pick<OpenCase, 'dir'>,
  request: QueryRequest,
  signal?: AbortSignal,
): Promise<QueryResult> {
  if (signal?.aborted) throw new Cancelled()
  const stop = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(entryBeside(import.meta.url, 'query-worker'), { name: 'tasktrail query' })
  const cancel = () => Atomics.store(stop, 0, 1)
  signal?.addEventListener('abort', cancel, { once: true })
  const ended = Promise.withResolvers<QueryReply>()
  worker.once('message', (reply: QueryReply) => ended.resolve(reply))
  worker.once('error', ended.reject)
  worker.once('exit', () => ended.reject(new Error('the thread of the query ended early')))
  try {
    worker.postMessage({ ...request, dir: open.dir, stop } satisfies QueryJob)
    const reply = await ended.promise
    if (reply.kind === 'done') return reply.result
    if (reply.kind === 'cancelled') throw new Cancelled()
    if (reply.kind === 'refused') throw new Refusal(reply.code, reply.message, reply.remedy, reply.facts)
    throw new Error(reply.message)
  } finally {
    signal?.removeEventListener('abort', cancel)
    await worker.terminate()
  }
}

/** What Microsoft's parser finds wrong with a query against the tables of a case. */
export const checkQuery = (text: string): readonly KqlDiagnostic[] => analyse(text, caseTables).diagnostics

/** What may be written at a place of a query. */
export const completeQuery = (
  text: string,
  position: number,
): { readonly start: number; readonly length: number; readonly items: readonly KqlCompletion[] } =>
  complete(text, position, caseTables)

/** What stands at a place of a query, in words. */
export const describeQuery = (text: string, position: number): string | undefined =>
  meaningAt(text, position, caseTables)

/** The tables and columns a query may name. */
export const queryTables = () => caseTables
