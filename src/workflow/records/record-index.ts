/**
 * All records of a case in total order: time, EventRecordID, evidence hash, place. Holds 20 bytes a record in memory (6 in very
 * large cases), and of values what fits into a cache of bounded size. The order does not depend on the order of import.
 */
import type { CaseFile } from '../../casefile/case-file.ts'
import type { EvidenceId } from '../../domain/ids.ts'
import type { Citation, Locator } from '../../domain/locator.ts'
import { ByteCache, keptBytes } from './byte-cache.ts'
import { attachVolume } from './search-volume.ts'
import { Segment } from './segment.ts'
import { SharedParts } from './shared-parts.ts'
import { TextsBuilder } from './texts-builder.ts'
import { compareRows, totalOrder } from './total-order.ts'

/** Records up to which times, ids and places of all stay in memory. */
const mostWithPlaces = 3_000_000

export interface RowOfSegment {
  readonly segment: Segment
  readonly row: number
}

export class RecordIndex {
  readonly segments: readonly Segment[]
  /** first global row of each segment, and the total at the end */
  readonly bases: Uint32Array
  /** global rows in total order */
  readonly order: Uint32Array
  /** rows stand in order as they are numbered */
  readonly isInOrder: boolean
  /** 1 where the same record stands earlier in the order, read from another evidence item; empty when there is one item only */
  readonly #duplicate: Uint8Array
  readonly total: number
  /** rows from here on are recovered ones; `total` when there are none */
  readonly firstRecovered: number
  /** what is kept of the values of live records */
  readonly cache: ByteCache
  readonly #mostPlaces: number

  /** @param recovered segments of recovered records, behind those of `live`, whose rows keep their numbers */
  private constructor(
    live: readonly Segment[],
    recovered: readonly Segment[],
    cache: ByteCache,
    mostPlaces: number,
  ) {
    this.cache = cache
    this.#mostPlaces = mostPlaces
    this.segments = [...live, ...recovered]
    this.bases = new Uint32Array(this.segments.length + 1)
    let total = 0
    this.segments.forEach((segment, i) => {
      this.bases[i] = total
      total += segment.rows
    })
    this.bases[this.segments.length] = total
    this.total = total
    this.firstRecovered = this.bases[live.length] as number
    for (const { heads } of this.segments) heads.hold()
    this.order = totalOrder(this.segments, this.bases)
    this.isInOrder = this.order.every((global, position) => global === position)
    this.#duplicate = this.#duplicates()
    if (total > mostPlaces) for (const segment of live) segment.letPlacesGo()
  }

  /**
   * All live records of a case.
   * @param mostBytes kept of values
   * @param mostPlaces records up to which times, ids and places of all stay in memory
   */
  static of(casefile: CaseFile, mostBytes?: number, mostPlaces = mostWithPlaces): RecordIndex {
    const hashes = new Map(casefile.evidence().map((entry) => [entry.item, entry.sha256]))
    const entries = casefile.segments().filter((entry) => entry.rows > 0)
    const records = entries.reduce((sum, entry) => sum + entry.rows, 0)
    const cache = new ByteCache(mostBytes ?? keptBytes(records))
    const shared = new SharedParts(records > mostPlaces)
    const live = entries.map(
      (entry) =>
        new Segment(casefile, entry, (hashes.get(entry.item) ?? '') as EvidenceId, false, cache, shared),
    )
    const index = new RecordIndex(live, [], cache, mostPlaces)
    index.attachStored(casefile)
    return index
  }

  /** Lets segments take texts and postings from the search files there are. */
  attachStored(casefile: CaseFile): void {
    for (const [log, segments] of Map.groupBy(this.segments, ({ evidenceId }) => evidenceId)) {
      if (segments.some(({ stored, recovered }) => stored || recovered)) continue
      for (const file of casefile.search.of(log))
        attachVolume(file, segments, ({ packedAs }) => packedAs, this.cache)
    }
  }

  /** Where texts of the case are kept: up to three fifths of what is kept of values. */
  newTexts(): TextsBuilder {
    return new TextsBuilder(this.cache.most * 0.6)
  }

  /** The same records and recovered ones among them, in one total order; a live record keeps its row number. */
  with(recovered: readonly Segment[]): RecordIndex {
    return new RecordIndex(
      this.segments.filter((segment) => !segment.recovered),
      recovered,
      this.cache,
      this.#mostPlaces,
    )
  }

  /** The same record stands earlier in the order, read from another evidence item. */
  isDuplicate(global: number): boolean {
    return this.#duplicate[global] === 1
  }

  isRecovered(global: number): boolean {
    return global >= this.firstRecovered
  }

  /** Where a global row stands in the total order. */
  positionOf(global: number): number {
    const here = this.at(global)
    let low = 0
    let high = this.total
    while (low < high) {
      const middle = (low + high) >> 1
      const other = this.order[middle] as number
      const there = this.at(other)
      const before = compareRows(there.segment, there.row, here.segment, here.row) || other - global
      if (before < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  segmentIndex(global: number): number {
    let low = 0
    let high = this.segments.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.bases[middle] as number) <= global) low = middle
      else high = middle - 1
    }
    return low
  }

  at(global: number): RowOfSegment {
    const index = this.segmentIndex(global)
    return { segment: this.segments[index] as Segment, row: global - (this.bases[index] as number) }
  }

  locator(global: number): Locator {
    const { segment, row } = this.at(global)
    const place = segment.place(row)
    return {
      evidenceId: segment.evidenceId,
      recordId: segment.recordId(row),
      chunk: place >>> 16,
      offset: place & 0xffff,
      ...(segment.recovered ? { recovered: true } : {}),
    }
  }

  /** Global row of a citation; undefined when the case has no such record. */
  find(citation: Pick<Citation, 'evidenceId' | 'chunk' | 'offset'>): number | undefined {
    const place = citation.chunk * 65_536 + citation.offset
    for (let i = 0; i < this.segments.length; i++) {
      const segment = this.segments[i] as Segment
      if (segment.evidenceId !== citation.evidenceId) continue
      if (place < segment.heads.firstPlace || place > segment.heads.lastPlace) continue
      const row = indexOfSorted(segment.heads.place, place)
      if (row >= 0) return (this.bases[i] as number) + row
    }
    return undefined
  }

  /** Plain numbers only: a case has millions of records. */
  #duplicates(): Uint8Array {
    const { segments, bases, order } = this
    if (new Set(segments.map((segment) => segment.evidenceId)).size < 2) return new Uint8Array(0)
    const marks = new Uint8Array(this.total)
    const logs = logNumbers(segments)
    let s = 0
    let last = 0
    for (let i = 1; i < this.total; i++) {
      const global = order[i] as number
      s = this.#segmentNear(s, global)
      const here = segments[s] as Segment
      const row = global - (bases[s] as number)
      for (let k = i - 1; k >= 0 && k > i - 64; k--) {
        const earlier = order[k] as number
        last = this.#segmentNear(last, earlier)
        const there = segments[last] as Segment
        const other = earlier - (bases[last] as number)
        if (!isSameTimeAndNumber(there, other, here, row)) break
        if (
          there.evidenceId !== here.evidenceId &&
          there.eventId(other) === here.eventId(row) &&
          logOf(logs, last, there, other) === logOf(logs, s, here, row)
        ) {
          marks[global] = 1
          break
        }
      }
    }
    return marks
  }

  /** The same as `segmentIndex`, quicker where the row is in the segment thought of. */
  #segmentNear(s: number, global: number): number {
    return (this.bases[s] as number) <= global && global < (this.bases[s + 1] as number)
      ? s
      : this.segmentIndex(global)
  }
}

/** A number for each log (computer, channel, provider) that tuples of the segments name. */
function logNumbers(segments: readonly Segment[]): readonly Uint32Array[] {
  const numbers = new Map<string, number>()
  return segments.map(({ systems }) => {
    const own = new Uint32Array(systems.length)
    systems.forEach(({ computer, channel, provider }, i) => {
      const name = JSON.stringify([computer.toLowerCase(), channel, provider])
      const number = numbers.get(name) ?? numbers.size
      numbers.set(name, number)
      own[i] = number
    })
    return own
  })
}

const logOf = (logs: readonly Uint32Array[], s: number, { heads }: Segment, row: number) =>
  logs[s]?.[heads.systemOf[heads.kind[row] as number] as number]

const isSameTimeAndNumber = (a: Segment, i: number, b: Segment, k: number): boolean =>
  a.heads.timeLow[i] === b.heads.timeLow[k] &&
  a.heads.idLow[i] === b.heads.idLow[k] &&
  a.heads.timeHigh(i) === b.heads.timeHigh(k) &&
  a.heads.idHigh(i) === b.heads.idHigh(k)

/** Two rows of the very same time. */
export const isSameMoment = (a: RowOfSegment, b: RowOfSegment): boolean =>
  a.segment.heads.timeLow[a.row] === b.segment.heads.timeLow[b.row] &&
  a.segment.heads.timeHigh(a.row) === b.segment.heads.timeHigh(b.row)

function indexOfSorted(column: Uint32Array, value: number): number {
  let low = 0
  let high = column.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const found = column[middle] as number
    if (found === value) return middle
    if (found < value) low = middle + 1
    else high = middle - 1
  }
  return -1
}
