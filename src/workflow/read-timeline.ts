/** The timeline of a case: rows by position in the filtered total order, density, facets. */
import type { Citation } from '../domain/locator.ts'
import { citationOf } from '../domain/locator.ts'
import type { EventRecord } from '../domain/record.ts'
import { formatUtc, millisecondsBetween } from '../domain/time.ts'
import { timelineColumns } from '../events/columns.ts'
import { describeRecord } from '../events/describe-record.ts'
import { caseMarks } from './case-marks.ts'
import { logSummaryOf } from './list-evidence.ts'
import type { OpenCase } from './open-case.ts'
import { countFacets } from './records/facets.ts'
import { asksForRecovered, type TimelineFilter } from './records/filter.ts'
import { withSearchFiles } from './records/index-of-case.ts'
import type { RecordIndex } from './records/record-index.ts'
import type { RowSet } from './records/row-set.ts'
import { indexFor, recoveredOf } from './recovered-records.ts'
import { staleLeftOut } from './stale-words.ts'
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
  readonly marks: ('chain' | 'anchor' | 'rejected' | 'responder' | 'duplicate' | 'recovered' | 'problem')[]
}

/** One row, by its global row number. */
function rowAt(open: OpenCase, index: RecordIndex, global: number, position: number): TimelineRow {
  const { record: _, ...row } = recordAt(open, index, global, position)
  return row
}

/** The same with the record it is made of. */
function recordAt(open: OpenCase, index: RecordIndex, global: number, position: number) {
  const marks = caseMarks(open)
  const { segment, row } = index.at(global)
  const record = segment.record(row)
  const columns = timelineColumns(record)
  const names: TimelineRow['marks'] = []
  if (marks.anchors.has(global)) names.push('anchor')
  if (marks.chain.has(global)) names.push('chain')
  if (marks.rejected.has(global)) names.push('rejected')
  if (marks.responder.has(global)) names.push('responder')
  if (index.isDuplicate(global)) names.push('duplicate')
  if (index.isRecovered(global)) names.push('recovered')
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
    record,
  }
}

/** Recovered records among the rows: shown in addition, never counted with the live ones of the case. */
export interface RecoveredAmong {
  /** of the filtered rows */
  readonly shown: number
  /** of the case */
  readonly all: number
  /** what could not be offered, in words */
  readonly notes: string[]
}

/**
 * Rows `from … from + count` of the filtered timeline. `total` counts all filtered rows, `all` the live records of the case;
 * `recovered` is there when the filter asks for recovered records.
 */
export const timelineSlice = (open: OpenCase, filter: TimelineFilter, from: number, count: number) =>
  withSearchFiles(() => sliceOf(open, filter, from, count))

function sliceOf(open: OpenCase, filter: TimelineFilter, from: number, count: number) {
  const index = indexFor(open, filter)
  const rows = rowsOf(open, filter)
  const shown: TimelineRow[] = []
  for (const [i, global] of rows.slice(from, count).entries())
    shown.push(rowAt(open, index, global, from + i))
  const recovered = recoveredAmong(open, filter, index, rows)
  return { total: rows.length, all: index.firstRecovered, rows: shown, ...(recovered ? { recovered } : {}) }
}

function recoveredAmong(
  open: OpenCase,
  filter: TimelineFilter,
  index: RecordIndex,
  rows: RowSet,
): RecoveredAmong | undefined {
  if (!asksForRecovered(filter)) return undefined
  const { records, problems } = recoveredOf(open)
  let shown = 0
  rows.forEach((global) => {
    if (index.isRecovered(global)) shown++
  })
  const logs = open.casefile.evidence().flatMap((entry) => logSummaryOf(entry) ?? [])
  const leftOut = staleLeftOut(logs)
  const notes = problems.map((problem) => problem.what)
  return { shown, all: records, notes: leftOut === undefined ? notes : [...notes, leftOut] }
}

/** All rows in order, for exports. */
export function* timelineRows(
  open: OpenCase,
  filter: TimelineFilter = { terms: [] },
): Generator<TimelineRow> {
  const index = indexFor(open, filter)
  const rows = rowsOf(open, filter)
  let at = 0
  for (const global of rows) yield rowAt(open, index, global, at++)
}

/** All rows in order with their records, as often as they are asked for. */
export function timelineRecords(open: OpenCase, filter: TimelineFilter = { terms: [] }) {
  const index = indexFor(open, filter)
  const rows = rowsOf(open, filter)
  return {
    count: rows.length,
    *rows(): Generator<TimelineRow & { readonly record: EventRecord }> {
      let at = 0
      for (const global of rows) yield recordAt(open, index, global, at++)
    },
  }
}

/** Position of a record in the filtered timeline; null when the filter hides it or the case does not have it. */
export function timelineFind(open: OpenCase, filter: TimelineFilter, at: Citation): number | null {
  const index = indexFor(open, filter)
  const global = index.find(at)
  if (global === undefined) return null
  const position = rowsOf(open, filter).positionOf(global)
  return position < 0 ? null : position
}

/** Values with their counts among the filtered rows, most frequent first. */
export function timelineFacets(open: OpenCase, filter: TimelineFilter) {
  return withSearchFiles(() => countFacets(indexFor(open, filter), rowsOf(open, filter)))
}
