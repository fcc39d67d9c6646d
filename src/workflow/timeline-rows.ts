/** Which rows a filter lets through, remembered while the case does not change. */
import { caseMarks } from './case-marks.ts'
import type { OpenCase } from './open-case.ts'
import { filterRows, type TimelineFilter } from './records/filter.ts'
import { withSearchFiles } from './records/index-of-case.ts'
import type { RowSet } from './records/row-set.ts'
import { indexFor } from './recovered-records.ts'

const resultsOf = new WeakMap<object, { revision: number; results: Map<string, RowSet> }>()
const keptResults = 8
/** of all of them together: a bit a record and filter */
const keptBytes = 16 * 2 ** 20

/** Rows of a filter, remembered while the case does not change. */
export function rowsOf(open: OpenCase, filter: TimelineFilter): RowSet {
  return withSearchFiles(() => rowsOnce(open, filter))
}

function rowsOnce(open: OpenCase, filter: TimelineFilter): RowSet {
  let cache = resultsOf.get(open.casefile)
  if (!cache || cache.revision !== open.casefile.revision) {
    cache = { revision: open.casefile.revision, results: new Map() }
    resultsOf.set(open.casefile, cache)
  }
  const key = JSON.stringify(filter)
  const known = cache.results.get(key)
  if (known) return known
  const marks = caseMarks(open)
  const rows = filterRows(indexFor(open, filter), filter, marks)
  cache.results.set(key, rows)
  const sizeOf = (results: ReadonlyMap<string, RowSet>) =>
    [...results.values()].reduce((sum, one) => sum + one.bytes, 0)
  while (cache.results.size > keptResults || (cache.results.size > 1 && sizeOf(cache.results) > keptBytes))
    cache.results.delete(cache.results.keys().next().value ?? '')
  return rows
}
