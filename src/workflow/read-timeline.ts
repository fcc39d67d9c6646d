/** The timeline of a case: rows by position in the filtered total order, density, facets. */
import type { Citation } from '../domain/locator.ts'
import { citationOf } from '../domain/locator.ts'
import { formatUtc, millisecondsBetween } from '../domain/time.ts'
import { timelineColumns } from '../events/columns.ts'
import { describeRecord } from '../events/describe-record.ts'
import { caseMarks } from './case-marks.ts'
import type { OpenCase } from './open-case.ts'
import { countFacets } from './records/facets.ts'
import type { TimelineFilter } from './records/filter.ts'
import { indexOfCase } from './records/index-of-case.ts'
import { rowsOf } from './timeline-rows.ts'

export type { TimelineFilter } from './records/filter.ts'
export { timelineDensity } from './timeline-density.ts'

export interface TimelineRow {
  readonly index: number
  readonly time: string
  readonly eventId: number
  readonly what: string
  readonly host: string
  readonly account: string | null
  readonly address: string | null
  readonly channel: string
  readonly provider: string
  readonly citation: Citation
  readonly deltaMs: number | null
  readonly marks: ('chain' | 'anchor' | 'rejected' | 'duplicate' | 'recovered' | 'problem')[]
}

/** One row, by its global row number. */
function rowAt(open: OpenCase, global: number, position: number): TimelineRow {
  const index = indexOfCase(open)
  const marks = caseMarks(open)
  const { segment, row } = index.at(global)
  const record = segment.record(row)
  const columns = timelineColumns(record)
  const names: TimelineRow['marks'] = []
  if (marks.anchors.has(global)) names.push('anchor')
  if (marks.chain.has(global)) names.push('chain')
  if (marks.rejected.has(global)) names.push('rejected')
  if (index.duplicate[global]) names.push('duplicate')
  return {
    index: position,
    time: formatUtc(record.time),
    eventId: record.eventId,
    what: describeRecord(record),
    host: record.computer,
    account: columns.account ?? null,
    address: columns.address ?? null,
    channel: record.channel,
    provider: record.provider,
    citation: citationOf(record.locator),
    deltaMs: marks.anchorTime === undefined ? null : millisecondsBetween(marks.anchorTime, record.time),
    marks: names,
  }
}

/** Rows `from … from + count` of the filtered timeline. */
export function timelineSlice(open: OpenCase, filter: TimelineFilter, from: number, count: number) {
  const rows = rowsOf(open, filter)
  const shown: TimelineRow[] = []
  for (let at = from; at < Math.min(rows.length, from + count); at++)
    shown.push(rowAt(open, rows[at] as number, at))
  return { total: rows.length, all: indexOfCase(open).total, rows: shown }
}

/** All rows in order, for exports. */
export function* timelineRows(
  open: OpenCase,
  filter: TimelineFilter = { terms: [] },
): Generator<TimelineRow> {
  const rows = rowsOf(open, filter)
  for (let at = 0; at < rows.length; at++) yield rowAt(open, rows[at] as number, at)
}

/** Position of a record in the filtered timeline; null when the filter hides it or the case does not have it. */
export function timelineFind(open: OpenCase, filter: TimelineFilter, at: Citation): number | null {
  const index = indexOfCase(open)
  const global = index.find(at)
  if (global === undefined) return null
  const position = rowsOf(open, filter).indexOf(global)
  return position < 0 ? null : position
}

/** Values with their counts among the filtered rows, most frequent first. */
export function timelineFacets(open: OpenCase, filter: TimelineFilter) {
  return countFacets(indexOfCase(open), rowsOf(open, filter))
}
