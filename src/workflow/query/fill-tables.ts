/** The rows of a case that a query reads, in total order, as rows of its tables. */

import { fileTime, formatUtc } from '../../domain/time.ts'
import type { SourceUse } from '../../kql/sql/relation.ts'
import { filetimeStart } from '../../kql/ticks.ts'
import type { OpenCase } from '../open-case.ts'
import type { TimelineFilter } from '../records/filter.ts'
import { indexOfCase } from '../records/index-of-case.ts'
import { rowsOf } from '../timeline-rows.ts'
import type { CellValue } from './columns.ts'
import { deviceViews } from './device-views.ts'
import { securityViews } from './security-views.ts'
import { ViewRow } from './view-row.ts'

const views = { ...securityViews, ...deviceViews }

/** What a table's rows lack: columns that whoever exported them left out. */
export interface NotCollected {
  readonly table: string
  readonly column: string
  readonly rows: number
  /** SHA-256 of the evidence */
  readonly evidence: readonly string[]
}

export interface FilledTable {
  /** row number in the case by row number in the table, which begins with 1 */
  readonly globals: readonly number[]
  readonly rows: Iterable<readonly CellValue[]>
  /** known once the rows have been walked */
  readonly notCollected: () => readonly NotCollected[]
}

/** Rows a condition on time or event id leaves out are not looked at; the query still applies the condition itself. */
export function fillTable(open: OpenCase, use: SourceUse, turn: () => void): FilledTable {
  const view = views[use.table]
  if (!view) throw new Error(`no view of the table ${use.table}`)
  const index = indexOfCase(open)
  const tables = new Set(
    open.casefile
      .evidence()
      .flatMap(({ kind, sha256 }) => (kind === 'event-table' && sha256 !== null ? [sha256] : [])),
  )
  const names = [...use.columns.keys()]
  const cells = names.map((name) => view.cells[name])
  const globals: number[] = []
  const lacking = names.map(() => ({ rows: 0, evidence: new Set<string>() }))

  function* rows(): Generator<readonly CellValue[]> {
    if (use.pushed.events?.length === 0) return
    const row = new ViewRow(index, tables)
    // whether rows of a kind belong to the table, by segment and kind
    let segment: unknown
    let held: (boolean | undefined)[] = []
    let count = 0
    for (const global of rowsOf(open, filterOf(use))) {
      if (++count % 4096 === 0) turn()
      if (index.isDuplicate(global) || index.isRecovered(global)) continue
      row.to(global)
      if (row.segment !== segment) {
        segment = row.segment
        held = []
      }
      const kind = row.segment.heads.kind[row.row] as number
      held[kind] ??= view?.holds(row.channel, row.provider, row.eventId) ?? false
      if (!held[kind]) continue
      globals.push(global)
      const made: CellValue[] = []
      for (let i = 0; i < cells.length; i++) {
        const value = cells[i]?.(row) ?? null
        if (value === null && tables.has(row.segment.evidenceId)) {
          const lack = lacking[i] as (typeof lacking)[number]
          lack.rows++
          lack.evidence.add(row.segment.evidenceId)
        }
        made.push(value)
      }
      yield made
    }
  }
  return {
    globals,
    rows: rows(),
    notCollected: () =>
      names.flatMap((column, i) => {
        const { rows, evidence } = lacking[i] as (typeof lacking)[number]
        return rows > 0 ? [{ table: use.table, column, rows, evidence: [...evidence].sort() }] : []
      }),
  }
}

const asTime = (ticks: bigint): string | undefined => {
  const time = ticks - filetimeStart
  return time >= 0n && time < 1n << 63n ? formatUtc(fileTime(time)) : undefined
}

function filterOf({ pushed }: SourceUse): TimelineFilter {
  const from = pushed.from === undefined ? undefined : asTime(pushed.from)
  const to = pushed.to === undefined ? undefined : asTime(pushed.to)
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    terms: pushed.events ? [{ key: 'event', values: pushed.events.map(String), not: false }] : [],
  }
}
