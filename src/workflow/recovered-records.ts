/**
 * Recovered records of a case: whole records that are not live any more, read from the stored evidence when somebody asks and
 * kept while the case does not change. They never enter timeline or chains by themselves. One that is live somewhere in the
 * case, or was recovered before, is not offered again.
 */
import { Refusal } from '../base/refusal.ts'
import type { EvidenceId } from '../domain/ids.ts'
import type { Problem } from '../domain/problem.ts'
import { readChunkHeader, walkRecords } from '../evtx/chunk.ts'
import { ChunkView } from '../evtx/chunk-view.ts'
import { RecordDecoder } from '../evtx/decode.ts'
import { readFileHeader } from '../evtx/file-header.ts'
import { chunkSize, fileHeaderBlock } from '../evtx/format.ts'
import { readRecord } from '../evtx/read-log.ts'
import type { EvtxRecord } from '../evtx/record.ts'
import { type RecordPlace, RecoveredWalker } from '../evtx/recovered.ts'
import { type FileSource, openFileSource } from './file-source.ts'
import { LogTally } from './ingest/log-tally.ts'
import { nodePlatform } from './ingest/node-platform.ts'
import { chunksPerBlock, type PackedSegment } from './ingest/packed.ts'
import { Packer } from './ingest/packer.ts'
import { logSummaryOf } from './list-evidence.ts'
import type { OpenCase } from './open-case.ts'
import { asksForRecovered, type TimelineFilter } from './records/filter.ts'
import { indexOfCase } from './records/index-of-case.ts'
import type { RecordIndex } from './records/record-index.ts'
import { Segment, type SegmentSource } from './records/segment.ts'

/** recovered records offered of one case; evidence can be made that holds little else */
export const mostRecovered = 100_000

export interface RecoveredRecords {
  /** live and recovered records in one total order */
  readonly index: RecordIndex
  /** recovered records offered */
  readonly records: number
  /** what could not be offered, and why */
  readonly problems: readonly Problem[]
}

const kept = new WeakMap<object, { revision: number; recovered: RecoveredRecords }>()

/** The recovered records of a case. Reads every log that may hold some when first asked, and again after an import. */
export function recoveredOf(open: OpenCase, most = mostRecovered): RecoveredRecords {
  const known = keptOf(open)
  if (known) return known
  const gathering = gather(open, most)
  for (;;) {
    const step = gathering.next()
    if (step.done) return keep(open, step.value)
  }
}

/** How many there are, for a switch that offers them. Gives way to other work while it reads. */
export async function countRecovered(
  open: OpenCase,
): Promise<{ records: number; problems: { code: string; where: string; what: string }[] }> {
  let recovered = keptOf(open)
  const gathering = recovered ? undefined : gather(open, mostRecovered)
  while (gathering && !recovered) {
    const step = gathering.next()
    if (step.done) recovered = keep(open, step.value)
    else await new Promise<void>((resolve) => setImmediate(resolve))
  }
  return {
    records: recovered?.records ?? 0,
    problems: (recovered?.problems ?? []).map(({ code, where, what }) => ({ code, where, what })),
  }
}

/** The records a filter looks at: the live ones, and recovered ones where it asks for them. */
export const indexFor = (open: OpenCase, filter: TimelineFilter): RecordIndex =>
  asksForRecovered(filter) ? recoveredOf(open).index : indexOfCase(open)

function keptOf(open: OpenCase): RecoveredRecords | undefined {
  const known = kept.get(open.casefile)
  return known && known.revision === open.casefile.revision ? known.recovered : undefined
}

function keep(open: OpenCase, made: { revision: number; recovered: RecoveredRecords }): RecoveredRecords {
  kept.set(open.casefile, made)
  return made.recovered
}

/** Yields between parts of the work, so that a caller may do other things. */
function* gather(
  open: OpenCase,
  most: number,
): Generator<void, { revision: number; recovered: RecoveredRecords }> {
  const { revision } = open.casefile
  const live = indexOfCase(open)
  const offered = new Offered(live, most)
  const segments: Segment[] = []
  const problems: Problem[] = []
  const logs = open.casefile.evidence().filter((entry) => {
    const log = logSummaryOf(entry)
    // cases from before they were counted have no number: those logs are looked at
    return log !== undefined && entry.sha256 !== null && entry.state === 'complete' && log.recoverable !== 0
  })
  logs.sort((a, b) => ((a.sha256 ?? '') < (b.sha256 ?? '') ? -1 : 1))
  for (const entry of logs) {
    const id = entry.sha256 as EvidenceId
    let source: FileSource
    try {
      source = openFileSource(open.store.pathOf(id))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      problems.push({
        code: 'recovered.evidence.missing',
        severity: 'error',
        evidenceId: id,
        where: entry.origin,
        what: `Recovered records of this log cannot be read: ${error.message} Restore the folder "evidence" of the case from a copy.`,
      })
      continue
    }
    try {
      yield* readLog(source, id, offered, segments)
    } finally {
      source.close()
    }
    if (offered.isFull) break
  }
  if (offered.isFull)
    problems.push({
      code: 'recovered.records.cut',
      severity: 'warning',
      where: 'the case',
      what: `There are more recovered records than the ${most} that are offered; logs are taken in the order of their hashes. "dump --recovered" gives all of one log.`,
      facts: { most },
    })
  const index = segments.length > 0 ? live.with(segments) : live
  return { revision, recovered: { index, records: index.total - live.total, problems } }
}

function* readLog(source: FileSource, id: EvidenceId, offered: Offered, into: Segment[]): Generator<void> {
  const { header, chunks } = readFileHeader(source, nodePlatform)
  if (!header) return
  const decoder = new RecordDecoder()
  const walker = new RecoveredWalker(decoder)
  const packer = new Packer(nodePlatform, new LogTally())
  const bytes = new Uint8Array(chunksPerBlock * chunkSize)
  const endSegment = (lastChunk: number) => {
    const packed = packer.endSegment(into.length, lastChunk)
    if (packed.rows > 0) into.push(segmentOf(packed, id))
  }
  for (let first = 0; first < chunks && !offered.isFull; first += chunksPerBlock) {
    const read = source.read(fileHeaderBlock + first * chunkSize, bytes)
    for (let i = 0; i < chunksPerBlock && i * chunkSize < read; i++) {
      const part = bytes.subarray(i * chunkSize, Math.min(read, (i + 1) * chunkSize))
      const chunk = new ChunkView(part, nodePlatform)
      const places = placesOf(chunk, first + i, decoder, walker, offered)
      if (places.length > 0) packer.addPlaces(chunk, first + i, places)
      if (packer.isFull) endSegment(first + i)
    }
    packer.endBlock(first / chunksPerBlock)
    yield
  }
  endSegment(Math.max(0, chunks - 1))
}

/** Where in this chunk whole records lie that are not live and were not offered yet, by offset. */
function placesOf(
  chunk: ChunkView,
  index: number,
  decoder: RecordDecoder,
  walker: RecoveredWalker,
  offered: Offered,
): RecordPlace[] {
  const header = readChunkHeader(chunk, index, nodePlatform, [])
  if (header.state !== 'used') return []
  const stale: RecordPlace[] = []
  walkRecords(
    chunk,
    index,
    header,
    [],
    () => undefined,
    (offset, size) => stale.push({ offset, size }),
  )
  decoder.startChunk()
  const places: RecordPlace[] = []
  walker.walk(chunk, header, stale, (offset, size) => {
    const outcome = readRecord(chunk, index, offset, size, decoder, {}, true)
    if (outcome.ok && offered.take(outcome.value)) places.push({ offset, size })
  })
  return places
}

/** A segment that stands in memory only: recovered records are not stored. */
function segmentOf(packed: PackedSegment, id: EvidenceId): Segment {
  const { number, rows, selected, blocks, dictionary, systems, shapes } = packed
  const source: SegmentSource = {
    dictionary: () => dictionary,
    blocks: () => blocks,
    blockValues: (_, wanted) => blocks.find((block) => block.number === wanted)?.values ?? new Uint8Array(0),
  }
  const entry = {
    segment: 0,
    item: 0,
    number,
    rows,
    selected,
    systems: JSON.stringify(systems),
    shapes: JSON.stringify(shapes),
  }
  return new Segment(source, entry, id, true)
}

/** Which recovered records are new: neither live in the case nor recovered before. */
class Offered {
  readonly #live: RecordIndex
  readonly #most: number
  readonly #seen = new Set<string>()
  isFull = false

  constructor(live: RecordIndex, most: number) {
    this.#live = live
    this.#most = most
  }

  take(record: EvtxRecord): boolean {
    if (this.isFull) return false
    const computer = (record.system.Computer ?? '').toLowerCase()
    const channel = record.system.Channel ?? ''
    const key = [record.time, record.recordId, record.eventId, channel, computer].join('\u0000')
    if (this.#seen.has(key) || this.#isLive(record, computer, channel)) return false
    if (this.#seen.size >= this.#most) {
      this.isFull = true
      return false
    }
    this.#seen.add(key)
    return true
  }

  /** The case has a live record of the same log, number and time; searched by halves in the total order. */
  #isLive(record: EvtxRecord, computer: string, channel: string): boolean {
    const { order } = this.#live
    const at = (position: number) => this.#live.at(order[position] as number)
    const isBefore = (position: number) => {
      const { segment, row } = at(position)
      const time = BigInt(segment.time(row))
      return time < record.time || (time === record.time && segment.recordId(row) < record.recordId)
    }
    let low = 0
    let high = order.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (isBefore(middle)) low = middle + 1
      else high = middle
    }
    for (; low < order.length; low++) {
      const { segment, row } = at(low)
      if (BigInt(segment.time(row)) !== record.time || segment.recordId(row) !== record.recordId) return false
      const tuple = segment.tuple(row)
      if (tuple.channel === channel && tuple.computer.toLowerCase() === computer) return true
    }
    return false
  }
}
