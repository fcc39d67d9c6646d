/** Threads for an import that is about to begin: they start while the case is opened. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { IngestThreads } from './ingest/threads.ts'

/**
 * Starts what the largest log of `paths`, or a folder of them, is likely to need. `importEvidence` takes and stops the threads;
 * whoever does not come that far stops them.
 */
export function readyIngest(paths: readonly string[]): IngestThreads {
  const threads = new IngestThreads()
  const logs = paths.flatMap(likelyLog).sort((a, b) => b.size - a.size)
  threads.warmUp(logs[0]?.size, logs[0]?.path)
  return threads
}

const isNamedLog = (name: string) => /\.evtx$/i.test(name)

/** A log, or the first of a folder; what cannot be looked at here is the import's to tell. */
function likelyLog(path: string): { readonly path: string; readonly size: number }[] {
  try {
    const stats = statSync(path)
    if (stats.isFile()) return isNamedLog(path) ? [{ path, size: stats.size }] : []
    const first = readdirSync(path).find(isNamedLog)
    return first === undefined ? [] : [{ path: join(path, first), size: statSync(join(path, first)).size }]
  } catch {
    return []
  }
}
