/**
 * All records of a case in total order: time, EventRecordID, evidence hash, place. Holds 30 bytes a record in memory; values
 * stay in the database. The order does not depend on the order of import.
 */
import type { CaseFile } from '../../casefile/case-file.ts'
import type { EvidenceId } from '../../domain/ids.ts'
import type { Citation, Locator } from '../../domain/locator.ts'
import { Segment } from './segment.ts'

export class RecordIndex {
  readonly segments: readonly Segment[]
  /** first global row of each segment, and the total at the end */
  readonly bases: Uint32Array
  /** global rows in total order */
  readonly order: Uint32Array
  /** 1 where the same record stands earlier in the order, read from another evidence item */
  readonly duplicate: Uint8Array
  readonly total: number
  /** rows from here on are recovered ones; `total` when there are none */
  readonly firstRecovered: number

  /** @param recovered segments of recovered records, behind those of `live`, whose rows keep their numbers */
  private constructor(live: readonly Segment[], recovered: readonly Segment[]) {
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
    this.order = this.#sort()
    this.duplicate = this.#duplicates()
  }

  /** All live records of a case. */
  static of(casefile: CaseFile): RecordIndex {
    const hashes = new Map(casefile.evidence().map((entry) => [entry.item, entry.sha256]))
    const live = casefile
      .segments()
      .filter((entry) => entry.rows > 0)
      .map((entry) => new Segment(casefile, entry, (hashes.get(entry.item) ?? '') as EvidenceId))
    return new RecordIndex(live, [])
  }

  /** The same records and recovered ones among them, in one total order; a live record keeps its row number. */
  with(recovered: readonly Segment[]): RecordIndex {
    return new RecordIndex(
      this.segments.filter((segment) => !segment.recovered),
      recovered,
    )
  }

  isRecovered(global: number): boolean {
    return global >= this.firstRecovered
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

  at(global: number): { readonly segment: Segment; readonly row: number } {
    const index = this.segmentIndex(global)
    return { segment: this.segments[index] as Segment, row: global - (this.bases[index] as number) }
  }

  locator(global: number): Locator {
    const { segment, row } = this.at(global)
    const place = segment.place[row] as number
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
      const row = indexOfSorted(segment.place, place)
      if (row >= 0) return (this.bases[i] as number) + row
    }
    return undefined
  }

  #sort(): Uint32Array {
    const { total, segments } = this
    const high = new Uint32Array(total)
    const low = new Uint32Array(total)
    const ids = new Float64Array(total)
    segments.forEach((segment, i) => {
      const base = this.bases[i] as number
      high.set(segment.timeHigh, base)
      low.set(segment.timeLow, base)
      for (let row = 0; row < segment.rows; row++)
        ids[base + row] = (segment.idHigh[row] as number) * 2 ** 32 + (segment.idLow[row] as number)
    })
    // segments stand in order of evidence hash and rows in file order: the global row itself is the last key
    const compare = (a: number, b: number) =>
      (high[a] as number) - (high[b] as number) ||
      (low[a] as number) - (low[b] as number) ||
      (ids[a] as number) - (ids[b] as number) ||
      a - b
    return mergeSort(total, compare)
  }

  #duplicates(): Uint8Array {
    const marks = new Uint8Array(this.total)
    if (new Set(this.segments.map((segment) => segment.evidenceId)).size < 2) return marks
    for (let i = 1; i < this.total; i++) {
      const here = this.at(this.order[i] as number)
      for (let k = i - 1; k >= 0 && k > i - 64; k--) {
        const there = this.at(this.order[k] as number)
        if (
          there.segment.timeLow[there.row] !== here.segment.timeLow[here.row] ||
          there.segment.timeHigh[there.row] !== here.segment.timeHigh[here.row] ||
          there.segment.recordId(there.row) !== here.segment.recordId(here.row)
        )
          break
        if (there.segment.evidenceId !== here.segment.evidenceId && isSameRecord(there, here)) {
          marks[this.order[i] as number] = 1
          break
        }
      }
    }
    return marks
  }
}

/** The same record of the same log, read from two files: (computer, channel, EventRecordID, time, event). */
function isSameRecord(a: { segment: Segment; row: number }, b: { segment: Segment; row: number }): boolean {
  const one = a.segment.tuple(a.row)
  const other = b.segment.tuple(b.row)
  return (
    a.segment.eventId[a.row] === b.segment.eventId[b.row] &&
    one.channel === other.channel &&
    one.provider === other.provider &&
    one.computer.toLowerCase() === other.computer.toLowerCase()
  )
}

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

/** Natural merge sort of 0…count-1: logs are nearly in order, so few runs have to be merged. */
export function mergeSort(count: number, compare: (a: number, b: number) => number): Uint32Array {
  let from = new Uint32Array(count)
  for (let i = 0; i < count; i++) from[i] = i
  let runs: number[] = [0]
  for (let i = 1; i < count; i++) if (compare(i - 1, i) > 0) runs.push(i)
  runs.push(count)
  let to = new Uint32Array(count)
  while (runs.length > 2) {
    const merged: number[] = [0]
    for (let r = 0; r + 1 < runs.length; r += 2) {
      const start = runs[r] as number
      const middle = runs[r + 1] as number
      const end = (runs[r + 2] ?? middle) as number
      let a = start
      let b = middle
      for (let at = start; at < end; at++) {
        if (b >= end || (a < middle && compare(from[a] as number, from[b] as number) <= 0))
          to[at] = from[a++] as number
        else to[at] = from[b++] as number
      }
      merged.push(end)
    }
    if (merged[merged.length - 1] !== count) merged.push(count)
    runs = merged
    const swap = from
    from = to
    to = swap
  }
  return from
}
