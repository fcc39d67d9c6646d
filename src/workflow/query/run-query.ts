/** A KQL query on a case: translated to SQL, its tables filled from the records, its rows given back with the records they come from. */
import { Cancelled, Refusal } from '../../base/refusal.ts'
import { ScratchDatabase } from '../../casefile/scratch.ts'
import { type Citation, citationOf } from '../../domain/locator.ts'
import { queryFunctions } from '../../kql/host/index.ts'
import { KqlTrouble } from '../../kql/refusal.ts'
import type { KqlType } from '../../kql/schema.ts'
import { type TranslatedQuery, translate } from '../../kql/sql/query.ts'
import { caseTables } from '../../kql/tables/index.ts'
import { filetimeStart, parseTime, spanText, timeText } from '../../kql/ticks.ts'
import type { OpenCase } from '../open-case.ts'
import { indexOfCase } from '../records/index-of-case.ts'
import { fillTable, type NotCollected } from './fill-tables.ts'

export interface QueryRequest {
  readonly text: string
  /** what `now()` and `ago()` count from; default: the newest record of the case */
  readonly asOf?: string | undefined
  /** rows given back at most; the rest is counted */
  readonly limit: number
}

/** null: no value; a text that was not collected is `{ "notCollected": true }`. 64-bit numbers are texts, dynamics their JSON. */
export type QueryCell = string | number | boolean | null | { readonly notCollected: true }

export interface QueryRow {
  readonly cells: readonly QueryCell[]
  /** records the row comes from; none where rows were counted together */
  readonly citations: readonly Citation[]
}

export interface QueryResult {
  readonly columns: readonly { readonly name: string; readonly type: KqlType }[]
  readonly rows: readonly QueryRow[]
  /** all rows of the result, those beyond the limit too */
  readonly total: number
  readonly asOf: string
  readonly read: readonly { readonly table: string; readonly rows: number }[]
  readonly notCollected: readonly NotCollected[]
  readonly notes: readonly string[]
}

/** Thrown through SQLite when the asker has gone. */
const stopped = 'tasktrail: stopped'

/** @param isStopped asked often; true ends the work with `Cancelled` */
export function runQuery(
  open: OpenCase,
  request: QueryRequest,
  isStopped: () => boolean = () => false,
): QueryResult {
  const now = momentOf(open, request.asOf)
  const query = translated(request.text, now)
  const turn = () => {
    if (isStopped()) throw new Cancelled()
  }
  const database = new ScratchDatabase({
    ...queryFunctions,
    volatile: {
      // asked wherever rows multiply: the only place from which SQLite can be stopped
      kql_go: () => {
        if (isStopped()) throw new Error(stopped)
        return 1n
      },
    },
  })
  try {
    const tables = new Map<string, readonly number[]>()
    const read: { table: string; rows: number }[] = []
    const lacking: (() => readonly NotCollected[])[] = []
    for (const use of query.sources) {
      const filled = fillTable(open, use, turn)
      const rows = database.fill(use.name, [...use.columns.values()], filled.rows)
      tables.set(use.name, filled.globals)
      read.push({ table: use.table, rows })
      lacking.push(filled.notCollected)
    }
    const index = indexOfCase(open)
    const rows: QueryRow[] = []
    let total = 0
    const width = query.columns.length
    for (const row of database.rows(query.sql, Object.fromEntries(query.params))) {
      if (++total % 1024 === 0) turn()
      if (rows.length >= request.limit) continue
      rows.push({
        cells: query.columns.map(({ type }, i) => cell(row[i] ?? null, type)),
        citations: query.rows.flatMap(({ source }, i) => {
          const number = row[width + i]
          const global = typeof number === 'bigint' ? tables.get(source)?.[Number(number) - 1] : undefined
          return global === undefined ? [] : [citationOf(index.locator(global))]
        }),
      })
    }
    return {
      columns: query.columns,
      rows,
      total,
      asOf: timeText(now),
      read,
      notCollected: lacking.flatMap((known) => known()),
      notes: query.notes,
    }
  } catch (error) {
    throw told(error)
  } finally {
    database.close()
  }
}

function translated(text: string, now: bigint): TranslatedQuery {
  try {
    return translate(text, { tables: caseTables, now })
  } catch (error) {
    if (error instanceof KqlTrouble) throw placed(error, text)
    throw error
  }
}

/** What is wrong with a query, and at which line and column of it. */
function placed({ message, start, length }: KqlTrouble, text: string): Refusal {
  const before = text.slice(0, start).split('\n')
  const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`
  const excerpt = text.slice(start, start + Math.min(length, 60))
  return new Refusal(
    'query.text.refused',
    `${message} (${place}${excerpt.trim() === '' ? '' : `: ${JSON.stringify(excerpt)}`})`,
    'Change the query there. docs/cli.md lists what a query on a case may use.',
    { start, length },
  )
}

function told(error: unknown): unknown {
  if (error instanceof Refusal || error instanceof Cancelled) return error
  const message = error instanceof Error ? error.message : String(error)
  if (message === stopped) return new Cancelled()
  const isSql = error instanceof Error && error.name === 'SqliteError'
  if (isSql || /64 MiB|pattern|RE2|missing|invalid/i.test(message))
    return new Refusal(
      'query.run.failed',
      `The query could not be carried out: ${message}`,
      'Narrow it, by time or event id for example, or take it apart with let.',
    )
  return error
}

function momentOf(open: OpenCase, asked: string | undefined): bigint {
  if (asked !== undefined) {
    const time = parseTime(asked)
    if (time === undefined)
      throw new Refusal(
        'query.time.unreadable',
        `${JSON.stringify(asked.slice(0, 60))} is no time.`,
        'Write it as 2021-06-10T21:21:26Z.',
      )
    return time
  }
  const index = indexOfCase(open)
  const last = index.order[index.firstRecovered - 1]
  if (last === undefined) return filetimeStart
  const { segment, row } = index.at(last)
  return segment.time(row) + filetimeStart
}

function cell(value: bigint | number | string | null, type: KqlType): QueryCell {
  if (value === null) return type === 'string' ? { notCollected: true } : null
  switch (type) {
    case 'datetime':
      return typeof value === 'bigint' ? timeText(value) : String(value)
    case 'timespan':
      return typeof value === 'bigint' ? spanText(value) : String(value)
    case 'bool':
      return Boolean(Number(value))
    case 'int':
      return Number(value)
    case 'real':
    case 'decimal':
      return Number(value)
    default:
      return String(value)
  }
}
