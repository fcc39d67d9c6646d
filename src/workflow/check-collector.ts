/**
 * Holds the hashes a foreign collector wrote down against what was taken in: equal proves that the copy is the one it made,
 * different is a problem of its own. Nothing is concluded from files the collector gives no hash for.
 */
import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import type { EvidenceId } from '../domain/ids.ts'
import type { Problem } from '../domain/problem.ts'
import { copiedFiles, originalPath, pathKey } from '../sources/collector.ts'
import { openFileSource } from './file-source.ts'
import type { OpenCase } from './open-case.ts'

/** rows of one log that are looked at */
const mostRows = 2_000_000

export interface CollectorCheck {
  /** items whose hash is the one the collector wrote down */
  readonly equal: number
  readonly problems: readonly Problem[]
}

/** Checks the items `taken` against the logs among them. `note` stores a problem with the item it concerns. */
export function checkCollector(
  open: OpenCase,
  taken: ReadonlySet<string>,
  note: (item: number, problem: Problem) => void,
): CollectorCheck {
  const entries = open.casefile
    .evidence()
    .filter((entry) => entry.state === 'complete' && entry.sha256 !== null && taken.has(entry.sha256))
  const logs = entries.filter((entry) => entry.kind === 'collector-log')
  if (logs.length === 0) return { equal: 0, problems: [] }
  const items = new Map<string, (typeof entries)[number]>()
  for (const entry of entries) {
    const path = originalPath(entry.origin)
    if (path !== undefined && entry.kind !== 'collector-log') items.set(pathKey(path), entry)
  }
  const found: { item: number; problem: Problem }[] = []
  const equal = new Set<number>()
  for (const log of logs) {
    const source = openFileSource(open.store.pathOf(log.sha256 as EvidenceId))
    try {
      let rows = 0
      for (const copied of copiedFiles(source)) {
        if (++rows > mostRows) break
        const entry = items.get(copied.key)
        if (!entry?.sha256) continue
        const ours =
          copied.algorithm === 'sha256' ? entry.sha256 : sha1Of(open.store.pathOf(entry.sha256 as EvidenceId))
        if (ours === copied.hash) {
          equal.add(entry.item)
          continue
        }
        const problem: Problem = {
          code: 'collector.hash.differs',
          severity: 'error',
          evidenceId: entry.sha256,
          where: entry.origin,
          what: `The collector wrote down another ${copied.algorithm.toUpperCase()} for this file than it has: it was changed after it was collected, or the collector hashed a live file that moved on. Collect it again if you can; do not rely on it alone.`,
          facts: { collector: copied.hash, found: ours, log: log.name },
        }
        found.push({ item: entry.item, problem })
      }
    } finally {
      source.close()
    }
  }
  for (const { item, problem } of found) note(item, problem)
  return { equal: equal.size, problems: found.map(({ problem }) => problem) }
}

function sha1Of(path: string): string {
  const hash = createHash('sha1')
  const block = new Uint8Array(1 << 20)
  const file = openSync(path, 'r')
  try {
    for (;;) {
      const read = readSync(file, block, 0, block.length, null)
      if (read === 0) return hash.digest('hex')
      hash.update(block.subarray(0, read))
    }
  } finally {
    closeSync(file)
  }
}
