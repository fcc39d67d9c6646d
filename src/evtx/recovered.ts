/**
 * Recovered records: whole records that are not live. They lie behind a chunk's free offset, or inside its live part where an
 * earlier use of the chunk shows through (`evtx.record.stale`). Whoever reads them must check the template id, which every
 * reader here does (trap 6), and must say that they are recovered.
 */
import { type ChunkHeader, framedSize, nextFramed } from './chunk.ts'
import type { ChunkView } from './chunk-view.ts'

/** A well-framed record of an earlier use of the chunk, as `walkRecords` reports it. */
export interface StalePlace {
  readonly offset: number
  readonly size: number
}

/**
 * Calls `onRecord(offset, size)` for each place of the chunk that may hold a recovered record, by offset. `onRecord` answers
 * whether it was one: behind one that was, the walk goes on at its end, else at the next possible start.
 * @param stale places `walkRecords` has passed over in this chunk
 */
export function walkRecovered(
  chunk: ChunkView,
  header: ChunkHeader,
  stale: readonly StalePlace[],
  onRecord: (offset: number, size: number) => boolean,
): void {
  for (const { offset, size } of stale) onRecord(offset, size)
  for (let at = nextFramed(chunk, header.free, chunk.size); at >= 0; ) {
    const size = framedSize(chunk, at, chunk.size)
    at = nextFramed(chunk, onRecord(at, size) ? at + size : at + 4, chunk.size)
  }
}
