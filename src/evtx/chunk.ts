/** Chunk header and the framing of its records. Checksums are reported and never a reason to leave records out. */
import type { Platform } from './byte-source.ts'
import type { ChunkView } from './chunk-view.ts'
import { chunkHeaderSize, chunkSize, recordMagic, smallestRecord } from './format.ts'
import type { EvtxProblem } from './problem.ts'

export interface ChunkHeader {
  readonly state: 'used' | 'empty' | 'bad'
  readonly firstRecordId: bigint
  readonly lastRecordId: bigint
  readonly lastRecordOffset: number
  /** where live records end; validated to lie inside the bytes there are */
  readonly free: number
}

/** True when every byte is 0: space that was allocated and never written. */
function isBlank(chunk: ChunkView): boolean {
  const whole = chunk.size & ~3
  for (let at = 0; at < whole; at += 4) if (chunk.view.getUint32(at, true) !== 0) return false
  return allZero(chunk, whole, chunk.size)
}

const isChunkMagic = (view: DataView) =>
  view.getUint32(0, true) === 0x43666c45 && view.getUint32(4, true) === 0x006b6e68

/** The checksum of a chunk's header is right. @param bytes at least the header's 512 */
export function isChunkHeaderSound(bytes: Uint8Array, platform: Platform): boolean {
  const sum = platform.crc32(bytes.subarray(128, 512), platform.crc32(bytes.subarray(0, 120), 0))
  const stored = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(124, true)
  return sum === stored
}

export function readChunkHeader(
  chunk: ChunkView,
  index: number,
  platform: Platform,
  problems: EvtxProblem[],
): ChunkHeader {
  const none = { firstRecordId: 0n, lastRecordId: 0n, lastRecordOffset: 0, free: 0 }
  const problem = (
    code: EvtxProblem['code'],
    severity: EvtxProblem['severity'],
    offset: number,
    what: string,
  ) => {
    problems.push({ code, severity, chunk: index, offset, what, lost: 0 })
  }
  if (chunk.size < chunkHeaderSize) {
    if (!isBlank(chunk))
      problem(
        'evtx.chunk.truncated',
        'error',
        0,
        `Chunk ${index} ends after ${chunk.size} bytes, inside its header.`,
      )
    return { state: isBlank(chunk) ? 'empty' : 'bad', ...none }
  }
  const view = chunk.view
  if (!isChunkMagic(view)) {
    if (isBlank(chunk)) return { state: 'empty', ...none }
    problem(
      'evtx.chunk.bad-magic',
      'error',
      0,
      `Chunk ${index} does not start with "ElfChnk": overwritten or never written. Its records, if there are any, cannot be relied on and are left out.`,
    )
    return { state: 'bad', ...none }
  }
  if (chunk.size < chunkSize)
    problem(
      'evtx.chunk.truncated',
      'error',
      chunk.size,
      `Chunk ${index} is cut after ${chunk.size} of ${chunkSize} bytes; the records before the cut are read.`,
    )
  let free = view.getUint32(48, true)
  const stated = free
  if (!isChunkHeaderSound(chunk.bytes, platform))
    problem(
      'evtx.chunk.header-checksum',
      'warning',
      124,
      `Chunk ${index}: the checksum of its header does not match.`,
    )
  if (free < chunkHeaderSize || free > chunkSize) {
    problem(
      'evtx.chunk.free-offset',
      'warning',
      48,
      `Chunk ${index} says its free space starts at ${stated}, which is impossible; records are read as far as they go.`,
    )
    free = chunk.size
  } else if (chunk.size === chunkSize) {
    const dataSum = platform.crc32(chunk.bytes.subarray(chunkHeaderSize, free), 0)
    if (dataSum !== view.getUint32(52, true))
      problem(
        'evtx.chunk.data-checksum',
        'warning',
        52,
        `Chunk ${index}: the checksum of its records does not match.`,
      )
  }
  return {
    state: 'used',
    firstRecordId: view.getBigUint64(24, true),
    lastRecordId: view.getBigUint64(32, true),
    lastRecordOffset: view.getUint32(44, true),
    free: Math.min(free, chunk.size),
  }
}

/** Size of a well-framed record at `at`, or 0. `limit` is where live bytes end. */
export function framedSize(chunk: ChunkView, at: number, limit: number): number {
  if (at + smallestRecord > limit || chunk.view.getUint32(at, true) !== recordMagic) return 0
  const size = chunk.view.getUint32(at + 4, true)
  if (size < smallestRecord || size > limit - at) return 0
  return chunk.view.getUint32(at + size - 4, true) === size ? size : 0
}

/** The next well-framed record at or behind `from`, or -1. */
export function nextFramed(chunk: ChunkView, from: number, limit: number): number {
  for (let at = (from + 3) & ~3; at + smallestRecord <= limit; at += 4)
    if (chunk.view.getUint32(at, true) === recordMagic && framedSize(chunk, at, limit) > 0) return at
  return -1
}

/**
 * Calls `onRecord(offset, size)` for each live record of the chunk, in order. A broken frame becomes a problem and the walk
 * goes on at the next record that is whole. Behind a break, records whose header id lies outside the chunk's own range belong
 * to an older generation of the chunk (a torn copy): they are counted as passed over, never taken for live ones; `onStale` is
 * told where they lie.
 */
export function walkRecords(
  chunk: ChunkView,
  index: number,
  header: ChunkHeader,
  problems: EvtxProblem[],
  onRecord: (offset: number, size: number) => void,
  onStale?: (offset: number, size: number) => void,
): void {
  const limit = header.free
  const view = chunk.view
  const ranged = header.firstRecordId <= header.lastRecordId && header.lastRecordId > 0n
  const isStale = (at: number) => {
    const id = view.getBigUint64(at + 8, true)
    return ranged && (id < header.firstRecordId || id > header.lastRecordId)
  }
  const report = (
    code: EvtxProblem['code'],
    severity: EvtxProblem['severity'],
    offset: number,
    what: string,
    lost: number,
  ) => {
    problems.push({ code, severity, chunk: index, offset, what: `Chunk ${index}: ${what}`, lost })
  }
  let at = chunkHeaderSize
  let broken = false
  while (at + smallestRecord <= limit) {
    const size = framedSize(chunk, at, limit)
    if (size > 0 && !(broken && isStale(at))) {
      onRecord(at, size)
      at += size
      continue
    }
    if (size > 0) {
      const from = at
      let count = 0
      while (at + smallestRecord <= limit) {
        const next = framedSize(chunk, at, limit)
        if (next === 0 || !isStale(at)) break
        count++
        onStale?.(at, next)
        at += next
      }
      report(
        'evtx.record.stale',
        'warning',
        from,
        `${count} records from offset ${from} have numbers outside this chunk (${header.firstRecordId} to ${header.lastRecordId}): left over from an earlier use of it, and left out.`,
        0,
      )
      continue
    }
    broken = true
    const stated = view.getUint32(at + 4, true)
    const magic = view.getUint32(at, true) === recordMagic
    const end = at + stated
    const next = nextFramed(chunk, at + 4, limit)
    if (magic && stated >= smallestRecord && end <= limit && (next < 0 || next >= end) && !isStale(at)) {
      report(
        'evtx.record.size-copy',
        'warning',
        at,
        `the record at offset ${at} states two sizes; it is read by the first.`,
        0,
      )
      onRecord(at, stated)
      at = end
      continue
    }
    const stop = next < 0 ? limit : next
    if (allZero(chunk, at, stop))
      report(
        'evtx.record.zeroed',
        'warning',
        at,
        `${stop - at} bytes from offset ${at} are zero where records should be.`,
        1,
      )
    else
      report(
        'evtx.record.framing',
        'error',
        at,
        `no whole record at offset ${at}; ${stop - at} bytes are passed over.`,
        1,
      )
    if (next < 0) return
    at = next
  }
}

function allZero(chunk: ChunkView, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (chunk.bytes[at] !== 0) return false
  return true
}
