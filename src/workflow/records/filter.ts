/**
 * Filters over all records of a case. A kind of record decides for all its rows where it can; then each distinct value that a
 * row in question holds is tested once, and rows compare numbers. Between terms AND, inside a term OR; `not` turns a term round.
 */
import { Refusal } from '../../base/refusal.ts'
import { parseUtc } from '../../domain/time.ts'
import type { RecordIndex } from './record-index.ts'
import type { Segment } from './segment.ts'
import { preparedTerm, type SegmentTerm, verdict } from './segment-terms.ts'

export type FilterKey =
  | 'host'
  | 'event'
  | 'channel'
  | 'account'
  | 'address'
  | 'task'
  | 'process'
  | 'share'
  | 'logon'
  | 'record'
  | 'evidence'
  | 'is'
  | 'text'

export interface TimelineFilter {
  readonly from?: string | undefined
  readonly to?: string | undefined
  /** recovered records too, marked; `is:recovered` asks for them as well */
  readonly recovered?: boolean | undefined
  readonly terms: readonly {
    readonly key: FilterKey
    readonly values: readonly string[]
    readonly not: boolean
  }[]
}

/** True when the filter asks for recovered records; without that they are not looked at. */
export const asksForRecovered = (filter: TimelineFilter): boolean =>
  filter.recovered === true ||
  filter.terms.some(
    (term) =>
      term.key === 'is' && !term.not && term.values.some((value) => value.toLowerCase() === 'recovered'),
  )

/** What `is:` may ask for: rows known to the caller. */
export interface RowMarks {
  readonly chain: ReadonlySet<number>
  readonly rejected: ReadonlySet<number>
  readonly responder?: ReadonlySet<number> | undefined
  readonly evidenceNames: ReadonlyMap<string, string>
}

/** Global rows that pass, in total order. Refuses a time it cannot read. */
export function filterRows(index: RecordIndex, filter: TimelineFilter, marks: RowMarks): Uint32Array {
  const time = timeRange(filter)
  const [first, last] = time ? positionsWithin(index, time) : [0, index.total]
  if (filter.terms.length === 0) return index.order.subarray(first, last)
  const terms = filter.terms.map(({ key, values, not }) => ({
    term: preparedTerm(key, values, { index, marks }),
    not,
  }))
  // a whole number of words for each segment, so that four rows without a hit are passed over at once
  const hits = index.segments.map((segment, s) => {
    const hit = new Uint8Array((segment.rows + 3) & ~3)
    const here = terms.map(({ term, not }) => asked(term(segment, s), not))
    if (!time || overlaps(segment, time)) markSegment(segment, here, time, hit)
    return hit
  })
  return inOrder(index, hits, first, last)
}

const wordsOf = (hit: Uint8Array) => new Uint32Array(hit.buffer, 0, hit.length >> 2)

function inOrder(index: RecordIndex, hits: readonly Uint8Array[], first: number, last: number): Uint32Array {
  let count = 0
  for (const hit of hits) for (const word of wordsOf(hit)) count += Math.imul(word, 0x0101_0101) >>> 24
  const rows = new Uint32Array(count)
  let at = 0
  if (index.isInOrder) {
    hits.forEach((hit, s) => {
      const base = index.bases[s] as number
      forEachHit(hit, (row) => {
        rows[at++] = base + row
      })
    })
    return rows
  }
  const byRow = new Uint8Array(index.total)
  hits.forEach((hit, s) => {
    byRow.set(hit.subarray(0, index.segments[s]?.rows), index.bases[s] as number)
  })
  const { order } = index
  for (let position = first; position < last && at < count; position++) {
    const global = order[position] as number
    if (byRow[global] === 1) rows[at++] = global
  }
  return rows
}

function forEachHit(hit: Uint8Array, onHit: (row: number) => void): void {
  const words = wordsOf(hit)
  for (let w = 0; w < words.length; w++) {
    if (words[w] === 0) continue
    const row = w * 4
    for (let i = row; i < row + 4; i++) if (hit[i] === 1) onHit(i)
  }
}

/** A term of the filter on one segment, and whether it is turned round. */
interface AskedTerm extends SegmentTerm {
  readonly not: boolean
}

const asked = (term: SegmentTerm, not: boolean): AskedTerm => ({
  ...term,
  not,
  kinds: not ? term.kinds.map((kind) => (kind === verdict.byRow ? kind : verdict.yes - kind)) : term.kinds,
})

/** Marks the rows that pass every term. `hit` is zero, and may be longer than the segment. */
function markSegment(
  segment: Segment,
  terms: readonly AskedTerm[],
  time: TimeRange | undefined,
  hit: Uint8Array,
): void {
  const { heads } = segment
  // of a kind: some term says no, all say yes, or rows decide
  const kinds = Uint8Array.from(heads.eventIdOf, (_, kind) => {
    let known: number = verdict.yes
    for (const term of terms)
      if (term.kinds[kind] === verdict.no) known = verdict.no
      else if (term.kinds[kind] === verdict.byRow && known === verdict.yes) known = verdict.byRow
    return known
  })
  if (!kinds.some((kind) => kind !== verdict.no)) return
  const byRow = terms.filter((term) => term.kinds.includes(verdict.byRow)).sort((a, b) => a.cost - b.cost)
  const isWanted = (row: number) =>
    kinds[heads.kind[row] as number] !== verdict.no && (time === undefined || isWithin(segment, row, time))
  // a term that names its rows leads: only those are looked at
  const leader = byRow.find((term) => term.cost === 1 && !term.not && !term.kinds.includes(verdict.yes))
  if (leader) {
    leader.mark(hit, undefined)
    forEachHit(hit, (row) => {
      if (!isWanted(row)) hit[row] = 0
    })
  } else for (let row = 0; row < segment.rows; row++) if (isWanted(row)) hit[row] = 1
  for (const term of byRow) {
    if (term === leader) continue
    const out = new Uint8Array(segment.rows)
    term.mark(out, hit)
    const failing = term.not ? 1 : 0
    forEachHit(hit, (row) => {
      if (out[row] === failing && term.kinds[heads.kind[row] as number] === verdict.byRow) hit[row] = 0
    })
  }
}

interface TimeRange {
  readonly fromHigh: number
  readonly fromLow: number
  readonly toHigh: number
  readonly toLow: number
}

function timeRange(filter: TimelineFilter): TimeRange | undefined {
  if (filter.from === undefined && filter.to === undefined) return undefined
  const read = (text: string | undefined, whenNone: bigint) => {
    if (text === undefined) return whenNone
    const time = parseUtc(text)
    if (time === undefined)
      throw new Refusal(
        'timeline.time.unreadable',
        `${JSON.stringify(text.slice(0, 60))} is no time.`,
        'Write it as 2021-06-10T21:21:26Z.',
      )
    return BigInt.asUintN(64, time)
  }
  const from = read(filter.from, 0n)
  const to = read(filter.to, 0xffff_ffff_ffff_ffffn)
  return {
    fromHigh: Number(from >> 32n),
    fromLow: Number(from & 0xffff_ffffn),
    toHigh: Number(to >> 32n),
    toLow: Number(to & 0xffff_ffffn),
  }
}

function isBefore(segment: Segment, row: number, high: number, low: number): boolean {
  const own = segment.heads.timeHigh(row)
  return own < high || (own === high && (segment.heads.timeLow[row] as number) < low)
}
const isAfter = (segment: Segment, row: number, high: number, low: number): boolean => {
  const own = segment.heads.timeHigh(row)
  return own > high || (own === high && (segment.heads.timeLow[row] as number) > low)
}
const isWithin = (segment: Segment, row: number, range: TimeRange): boolean =>
  !isBefore(segment, row, range.fromHigh, range.fromLow) && !isAfter(segment, row, range.toHigh, range.toLow)

/** Positions of the total order that the range takes in, the last one excluded. */
function positionsWithin(index: RecordIndex, range: TimeRange): [number, number] {
  const search = (isLeft: (segment: Segment, row: number) => boolean) => {
    let low = 0
    let high = index.total
    while (low < high) {
      const middle = (low + high) >> 1
      const { segment, row } = index.at(index.order[middle] as number)
      if (isLeft(segment, row)) low = middle + 1
      else high = middle
    }
    return low
  }
  const first = search((segment, row) => isBefore(segment, row, range.fromHigh, range.fromLow))
  const last = search((segment, row) => !isAfter(segment, row, range.toHigh, range.toLow))
  return [first, Math.max(first, last)]
}

/** False when no row of the segment can be in the range: its earliest and latest time tell. */
function overlaps(segment: Segment, range: TimeRange): boolean {
  const { heads } = segment
  return (
    !isBefore(segment, heads.latestRow, range.fromHigh, range.fromLow) &&
    !isAfter(segment, heads.earliestRow, range.toHigh, range.toLow)
  )
}
