/** A passing database for one question: tables filled from elsewhere, asked in SQL, and gone. It never holds more than a cache in memory. */
import Database from 'better-sqlite3'

export type ScratchValue = bigint | number | string | null

export interface ScratchFunctions {
  readonly scalars: Readonly<Record<string, (...given: never[]) => ScratchValue>>
  /** asked each time they stand in a row's way, whatever they gave before */
  readonly volatile: Readonly<Record<string, () => ScratchValue>>
  readonly aggregates: Readonly<
    Record<
      string,
      {
        readonly start: () => unknown
        readonly step: (state: never, ...given: never[]) => unknown
        readonly result: (state: never) => ScratchValue
      }
    >
  >
  /** functions that give rows: the columns they have, and the rows for one argument */
  readonly tables: Readonly<
    Record<
      string,
      {
        readonly columns: readonly string[]
        readonly rows: (given: never) => Iterable<readonly ScratchValue[]>
      }
    >
  >
}

export class ScratchDatabase {
  readonly #db: Database.Database

  constructor(functions: ScratchFunctions) {
    // an empty name: a file of its own that SQLite deletes by itself
    this.#db = new Database('')
    this.#db.defaultSafeIntegers(true)
    this.#db.pragma('journal_mode = OFF')
    this.#db.pragma('synchronous = OFF')
    this.#db.pragma('cache_size = -65536')
    this.#db.pragma('temp_store = FILE')
    const options = { deterministic: true, safeIntegers: true, varargs: true, directOnly: true }
    for (const [name, run] of Object.entries(functions.scalars))
      this.#db.function(name, options, run as (...given: unknown[]) => unknown)
    for (const [name, run] of Object.entries(functions.volatile))
      this.#db.function(name, { safeIntegers: true, directOnly: true }, run)
    for (const [name, { start, step, result }] of Object.entries(functions.aggregates))
      this.#db.aggregate(name, {
        varargs: true,
        safeIntegers: true,
        start,
        step: step as (state: unknown, ...given: unknown[]) => unknown,
        result: result as (state: unknown) => unknown,
      })
    for (const [name, { columns, rows }] of Object.entries(functions.tables))
      this.#db.table(name, {
        columns: [...columns],
        parameters: ['given'],
        safeIntegers: true,
        *rows(given: unknown) {
          for (const row of rows(given as never)) yield [...row]
        },
      } as unknown as Parameters<Database.Database['table']>[1])
  }

  /** A table of these columns and rows; row numbers begin with 1. */
  fill(name: string, columns: readonly string[], rows: Iterable<readonly ScratchValue[]>): number {
    const list = columns.length > 0 ? columns.join(', ') : 'none_read'
    this.#db.exec(`CREATE TABLE ${name} (${list})`)
    const insert = this.#db.prepare(
      `INSERT INTO ${name} VALUES (${columns.length > 0 ? columns.map(() => '?').join(', ') : 'NULL'})`,
    )
    let count = 0
    this.#db.transaction(() => {
      for (const row of rows) {
        insert.run(...row)
        count++
      }
    })()
    return count
  }

  /** Rows of a SELECT, one after the other. */
  rows(
    sql: string,
    params: Readonly<Record<string, ScratchValue>>,
  ): IterableIterator<readonly ScratchValue[]> {
    return this.#db
      .prepare<[Readonly<Record<string, ScratchValue>>], ScratchValue[]>(sql)
      .raw()
      .iterate(params)
  }

  close(): void {
    this.#db.close()
  }
}
