/** Which rows a filter lets through, remembered while the case does not change. */
import { caseMarks } from './case-marks.ts'
import type { OpenCase } from './open-case.ts'
import { filterRows, type TimelineFilter } from './records/filter.ts'
import { indexFor } from './recovered-records.ts'

const resultsOf = new WeakMap<object, { revision: number; results: Map<string, Uint32Array> }>()
const keptResults = 8
/** rows of all of them together: a filter that lets nearly all through says so in 4 bytes a record */
const keptRows = 4_000_000

/** Rows of a filter, remembered while the case does not change. */
export function rowsOf(open: OpenCase, filter: TimelineFilter): Uint32Array {
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
  const sizeOf = (results: ReadonlyMap<string, Uint32Array>) =>
    [...results.values()].reduce((sum, one) => sum + one.length, 0)
  while (cache.results.size > keptResults || (cache.results.size > 1 && sizeOf(cache.results) > keptRows))
    cache.results.delete(cache.results.keys().next().value ?? '')
  return rows
}
