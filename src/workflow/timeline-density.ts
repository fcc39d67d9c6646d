/** Records over time, before and after the filter, with what each log covers: an empty stretch is explained, not left blank. */
import { fileTime, formatUtc } from '../domain/time.ts'
import { coverageOf } from './find-chains.ts'
import type { OpenCase } from './open-case.ts'
import type { TimelineFilter } from './records/filter.ts'
import type { Segment } from './records/segment.ts'
import { indexFor } from './recovered-records.ts'
import { rowsOf } from './timeline-rows.ts'

export function timelineDensity(open: OpenCase, filter: TimelineFilter, buckets: number) {
  const index = indexFor(open, filter)
  const shown = new Array<number>(buckets).fill(0)
  const all = new Array<number>(buckets).fill(0)
  const coverage = coverageOf(open).map((log) => ({
    host: log.host,
    channel: log.channel,
    evidenceId: log.evidenceId,
    from: formatUtc(log.from),
    to: formatUtc(log.to),
    records: log.records,
    provenance: log.provenance,
    state:
      log.records === 0
        ? ('empty' as const)
        : log.provenance === 'filtered-export'
          ? ('filtered' as const)
          : ('covered' as const),
    note:
      log.records === 0
        ? 'holds no record'
        : log.provenance === 'filtered-export'
          ? `filtered export: ${log.missingRecordIds} record numbers are not in it, so absence proves nothing`
          : log.problems > 0
            ? `${log.problems} problems while reading`
            : 'covered',
  }))
  if (index.total === 0)
    return { from: formatUtc(fileTime(0n)), to: formatUtc(fileTime(0n)), shown, all, coverage }
  const { order } = index
  const timeIn = ({ heads }: Segment, row: number) =>
    heads.timeHigh(row) * 2 ** 32 + (heads.timeLow[row] as number)
  const timeOf = (global: number) => {
    const { segment, row } = index.at(global)
    return timeIn(segment, row)
  }
  const first = order[0] as number
  const last = order[index.total - 1] as number
  const start = timeOf(first)
  const width = Math.max(1, (timeOf(last) - start) / buckets)
  const bucketOf = (time: number) => Math.min(buckets - 1, Math.max(0, Math.floor((time - start) / width)))
  const rows = rowsOf(open, filter)
  index.segments.forEach((segment, s) => {
    const base = index.bases[s] as number
    for (let row = 0; row < segment.rows; row++) {
      const bucket = bucketOf(timeIn(segment, row))
      all[bucket] = (all[bucket] as number) + 1
      if (rows.has(base + row)) shown[bucket] = (shown[bucket] as number) + 1
    }
  })
  const exact = (global: number) => {
    const { segment, row } = index.at(global)
    return formatUtc(segment.time(row))
  }
  return { from: exact(first), to: exact(last), shown, all, coverage }
}
