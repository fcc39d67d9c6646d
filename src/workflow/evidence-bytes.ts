/** A stretch of a stored item as it lies: what a citation of a file, a registry key or a row of a document points to. */
import { Refusal } from '../base/refusal.ts'
import type { EvidenceId } from '../domain/ids.ts'
import { openFileSource } from './file-source.ts'
import type { OpenCase } from './open-case.ts'

/**
 * @param from bytes from the start of the item; a stretch past its end is shorter, or empty
 * @param count bytes wanted
 * Refuses when the case holds no such item.
 */
export function evidenceBytes(open: OpenCase, evidenceId: string, from: number, count: number) {
  const entry = open.casefile.evidenceByHash(evidenceId)
  if (!entry)
    throw new Refusal(
      'evidence.item.unknown',
      `The case has no evidence item ${evidenceId.slice(0, 12)}.`,
      'Follow a citation of this case.',
    )
  const source = openFileSource(open.store.pathOf(evidenceId as EvidenceId))
  try {
    const start = Math.min(Math.floor(from), source.size)
    const into = new Uint8Array(Math.min(count, source.size - start))
    const filled = source.read(start, into)
    return {
      evidenceId,
      name: entry.name,
      kind: entry.kind,
      size: source.size,
      from: start,
      bytes: Buffer.from(into.subarray(0, filled)).toString('base64'),
    }
  } finally {
    source.close()
  }
}
