/** Threads for an import that is about to begin: they start while the case is opened. */
import { statSync } from 'node:fs'
import { IngestThreads } from './ingest/threads.ts'

/**
 * Starts what the largest file of `paths`, or a folder of them, is likely to need. `importEvidence` takes and stops the threads;
 * whoever does not come that far stops them.
 */
export function readyIngest(paths: readonly string[]): IngestThreads {
  const threads = new IngestThreads()
  threads.warmUp(Math.max(0, ...paths.map(sizeOf)))
  return threads
}

/** Bytes of a file; 0 where there is none, for a folder, and for what is no log of its own. */
function sizeOf(path: string): number {
  if (!/\.evtx$/i.test(path)) return 0
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats?.isFile() ? stats.size : 0
}
