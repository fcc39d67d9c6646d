/**
 * Filters over all records of a case. A kind of record decides for all its rows where it can; then each distinct value that a
 * row in question holds is tested once, and rows compare numbers. Between terms AND, inside a term OR; `not` turns a term round.
 */
import type { RecordIndex } from './record-index.ts'
import { allRows, noRows, placeBits, rowsOfKinds, wordsFor } from './row-bits.ts'
import { RowSet } from './row-set.ts'
import type { Segment } from './segment.ts'
import { preparedTerm, type SegmentTerm, verdict } from './segment-terms.ts'
import { rowsWithin, shareWithin, type TimeRange, timeRange } from './time-range.ts'

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

/** Rows that pass. Refuses a time it cannot read. */
export function filterRows(index: RecordIndex, filter: TimelineFilter, marks: RowMarks): RowSet {
  const time = timeRange(filter.from, filter.to)
  if (filter.terms.length === 0 && !time) return new RowSet(index, undefined)
  const terms = filter.terms.map(({ key, values, not }) => ({
    term: preparedTerm(key, values, { index, marks }),
    not,
  }))
  // a word more: the last rows of a segment may reach over into it
  const bits = new Uint32Array(wordsFor(index.total) + 1)
  index.segments.forEach((segment, s) => {
    const within = time ? shareWithin(segment, time) : 'all'
    if (within === 'none') return
    const here = terms.map(({ term, not }) => asked(term(segment, s), not))
    const hit = rowsOfSegment(segment, here, within === 'some' ? time : undefined)
    if (hit) placeBits(hit, index.bases[s] as number, bits)
  })
  return new RowSet(index, bits)
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

/** Rows that pass every term; undefined when there can be none. */
function rowsOfSegment(
  segment: Segment,
  terms: readonly AskedTerm[],
  time: TimeRange | undefined,
): Uint32Array | undefined {
  const { kind } = segment.heads
  const possible = possibleKinds(segment, terms)
  if (!possible.includes(1)) return undefined
  const byRow = terms.filter((term) => term.kinds.includes(verdict.byRow)).sort((a, b) => a.cost - b.cost)
  const hit = possible.includes(0) ? rowsOfKinds(kind, possible) : allRows(segment.rows)
  if (time) {
    const inside = noRows(segment.rows)
    rowsWithin(segment, time, inside)
    for (let w = 0; w < hit.length; w++) hit[w] = (hit[w] as number) & (inside[w] as number)
  }
  for (const term of byRow) {
    const out = noRows(segment.rows)
    term.mark(out, hit)
    const turned = term.not ? 0xffff_ffff : 0
    const sure = term.kinds.includes(verdict.yes)
      ? rowsOfKinds(
          kind,
          term.kinds.map((known) => (known === verdict.yes ? 1 : 0)),
        )
      : undefined
    for (let w = 0; w < hit.length; w++)
      hit[w] = (hit[w] as number) & (((out[w] as number) ^ turned) | (sure ? (sure[w] as number) : 0))
  }
  return hit
}

/** 1 for each kind of which no term says that its rows do not pass. */
function possibleKinds(segment: Segment, terms: readonly AskedTerm[]): Uint8Array {
  const possible = new Uint8Array(segment.heads.eventIdOf.length).fill(1)
  for (const { kinds, not } of terms) {
    // what such a term marks are rows of these kinds only
    if (!not && kinds.includes(verdict.byRow) && !kinds.includes(verdict.yes)) continue
    for (let kind = 0; kind < kinds.length; kind++) if (kinds[kind] === verdict.no) possible[kind] = 0
  }
  return possible
}
