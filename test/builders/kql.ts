/** Queries on rows written in a test: translated, run, and given back as values. */
import { ScratchDatabase, type ScratchValue } from '../../src/casefile/scratch.ts'
import { queryFunctions } from '../../src/kql/host/index.ts'
import type { KqlTable } from '../../src/kql/schema.ts'
import { columns } from '../../src/kql/schema.ts'
import { translate } from '../../src/kql/sql/query.ts'
import { parseTime } from '../../src/kql/ticks.ts'

export const noon = parseTime('2026-08-20T12:00:00Z') as bigint

/** A table `T` of these columns (as `columns` reads them) and rows. */
export interface TestTable {
  readonly columns: string
  readonly rows: readonly (readonly ScratchValue[])[]
}

export interface Answer {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly ScratchValue[])[]
}

export function ask(text: string, given: TestTable = { columns: 'a', rows: [] }): Answer {
  const table: KqlTable = { name: 'T', what: '', columns: columns(given.columns) }
  const query = translate(text, { tables: [table], now: noon })
  const database = new ScratchDatabase({ ...queryFunctions, volatile: { kql_go: () => 1n } })
  try {
    for (const use of query.sources) {
      const places = [...use.columns.keys()].map((name) =>
        table.columns.findIndex((column) => column.name === name),
      )
      database.fill(
        use.name,
        [...use.columns.values()],
        given.rows.map((row) => places.map((place) => row[place] ?? null)),
      )
    }
    const width = query.columns.length
    return {
      columns: query.columns.map(({ name, type }) => `${name}:${type}`),
      rows: [...database.rows(query.sql, Object.fromEntries(query.params))].map((row) => row.slice(0, width)),
    }
  } finally {
    database.close()
  }
}

/** The values of `print`. */
export const print = (text: string): readonly ScratchValue[] => ask(`print ${text}`).rows[0] ?? []
