/**
 * What people stated about the case, one row per act: appended, never changed, never deleted (the database itself refuses). A case made
 * before there were marks has no such table and gets it with its first mark.
 */
import type { Database } from 'better-sqlite3'
import { databaseRefusal } from './database-trouble.ts'

export interface StoredMark {
  readonly id: number
  readonly author: string
  /** UTC, milliseconds */
  readonly at: string
  /** JSON as the workflow stored it */
  readonly statement: string
}

const schema = `
CREATE TABLE IF NOT EXISTS mark (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  author TEXT NOT NULL,
  at TEXT NOT NULL,
  statement TEXT NOT NULL
);
CREATE TRIGGER IF NOT EXISTS mark_not_changed BEFORE UPDATE ON mark BEGIN SELECT RAISE(ABORT, 'marks are never changed'); END;
CREATE TRIGGER IF NOT EXISTS mark_not_deleted BEFORE DELETE ON mark BEGIN SELECT RAISE(ABORT, 'marks are never deleted'); END;
`

export class MarkTable {
  readonly #db: Database
  readonly #path: string
  #queue: Promise<unknown> = Promise.resolve()
  /** counts every mark added through this object */
  revision = 0

  constructor(db: Database, path: string) {
    this.#db = db
    this.#path = path
  }

  /** All marks in order. */
  list(): readonly StoredMark[] {
    const known = this.#db.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'mark'").get()
    if (!known) return []
    return this.#db.prepare<[], StoredMark>('SELECT id, author, at, statement FROM mark ORDER BY id').all()
  }

  /**
   * Adds one mark once `witness` (the custody journal) has it too; when that fails, nothing is added. Calls made at the same time
   * queue up. Must not run while an import is writing.
   */
  add(mark: Omit<StoredMark, 'id'>, witness: (id: number) => Promise<void>): Promise<number> {
    const added = this.#queue.then(() => this.#add(mark, witness))
    this.#queue = added.catch(() => undefined)
    return added
  }

  async #add(mark: Omit<StoredMark, 'id'>, witness: (id: number) => Promise<void>): Promise<number> {
    const id = this.#try(() => {
      this.#db.exec(schema)
      this.#db.exec('BEGIN IMMEDIATE')
      const insert = this.#db.prepare('INSERT INTO mark (author, at, statement) VALUES (?, ?, ?)')
      return Number(insert.run(mark.author, mark.at, mark.statement).lastInsertRowid)
    })
    try {
      await witness(id)
      this.#try(() => this.#db.exec('COMMIT'))
    } catch (error) {
      if (this.#db.inTransaction) this.#db.exec('ROLLBACK')
      throw error
    }
    this.revision++
    return id
  }

  #try<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      if (this.#db.inTransaction) this.#db.exec('ROLLBACK')
      throw databaseRefusal(error, 'writing the case database', this.#path)
    }
  }
}
