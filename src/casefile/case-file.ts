/** The case database, and the only user of better-sqlite3. Every value is bound; no SQL is made of evidence. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { Refusal } from '../base/refusal.ts'
import type { Problem } from '../domain/problem.ts'
import { databaseRefusal } from './database-trouble.ts'
import { MarkTable } from './marks.ts'
import { PackFiles } from './pack-files.ts'
import { schema, schemaVersion } from './schema.ts'
import { SearchFiles } from './search-files.ts'
import { type BlockEntry, type SegmentEntry, Segments, type SegmentToStore } from './segments.ts'

export interface EvidenceEntry {
  readonly item: number
  readonly sha256: string | null
  readonly name: string
  readonly origin: string
  readonly kind: string
  readonly host: string | null
  readonly size: number | null
  readonly admittedAt: string | null
  readonly state: 'reading' | 'complete'
  readonly records: number
  readonly events: number
  /** JSON as the workflow stored it */
  readonly summary: string | null
}

const evidenceColumns =
  'item, sha256, name, origin, kind, host, size, admitted_at AS admittedAt, state, records, events, summary'

export class CaseFile {
  readonly #db: Database.Database
  readonly #statements = new Map<string, Database.Statement>()
  readonly path: string
  readonly #packs: PackFiles
  readonly #segments: Segments
  /** what filters need, ready beside the database */
  readonly search: SearchFiles
  /** what people stated about the case */
  readonly marks: MarkTable
  /** counts every change of what chains and timeline are made from, so that caches know when to start over */
  revision = 0

  private constructor(db: Database.Database, path: string) {
    this.#db = db
    this.path = path
    this.#packs = new PackFiles(join(dirname(path), 'packs'))
    this.search = new SearchFiles(join(dirname(path), 'search'), !db.readonly, () => {
      this.revision++
    })
    this.#segments = new Segments((sql) => this.#prepared(sql), this.#packs, path)
    this.marks = new MarkTable(db, path)
  }

  /** Makes a new database; refuses when there is one. */
  static create(path: string): CaseFile {
    if (existsSync(path))
      throw new Refusal(
        'case.database.exists',
        `There is a case database at ${path} already.`,
        'Open that case, or choose another folder.',
      )
    let db: Database.Database | undefined
    try {
      const made = new Database(path)
      db = made
      made.pragma('page_size = 8192')
      // before WAL: what is made here is in the one file once it is committed, also when the disk is full then
      made.transaction(() => {
        made.exec(schema)
        made.pragma(`user_version = ${schemaVersion}`)
      })()
      made.pragma('journal_mode = WAL')
      made.pragma('synchronous = NORMAL')
      return new CaseFile(made, path)
    } catch (error) {
      db?.close()
      throw databaseRefusal(error, 'making the case database', path)
    }
  }

  /** Opens a database; refuses one that is missing, damaged, foreign or newer than this version. */
  static open(path: string, options: { readOnly?: boolean } = {}): CaseFile {
    if (!existsSync(path))
      throw new Refusal(
        'case.database.missing',
        `There is no case database at ${path}.`,
        'Choose the folder of a case, or create one.',
      )
    let db: Database.Database | undefined
    try {
      db = new Database(path, { readonly: options.readOnly ?? false })
      const version = db.pragma('user_version', { simple: true })
      if (typeof version !== 'number' || version < 1) throw new Error('not a case database')
      if (version > schemaVersion)
        throw new Refusal(
          'case.database.newer',
          `The case database at ${path} has format ${version}; this version knows ${schemaVersion}.`,
          'Open it with the newer Tasktrail that made it.',
        )
      db.prepare('SELECT count(*) FROM evidence').get()
      if (!options.readOnly) {
        db.pragma('journal_mode = WAL')
        db.pragma('synchronous = NORMAL')
        // earlier versions do not know of pack files, and must not read what this one writes from here on
        if (version < schemaVersion) db.pragma(`user_version = ${schemaVersion}`)
      }
      return new CaseFile(db, path)
    } catch (error) {
      db?.close()
      const known = databaseRefusal(error, 'opening the case database', path)
      if (known instanceof Refusal) throw known
      throw new Refusal(
        'case.database.damaged',
        `The case database at ${path} cannot be read: ${error instanceof Error ? error.message : error}.`,
        'The evidence itself lies untouched in the folder "evidence": import it into a new case.',
      )
    }
  }

  get isOpen(): boolean {
    return this.#db.open
  }
  get isWritable(): boolean {
    return !this.#db.readonly
  }

  close(): void {
    this.#packs.close()
    this.search.close()
    if (!this.#db.open) return
    try {
      if (!this.#db.readonly) this.#db.pragma('wal_checkpoint(TRUNCATE)')
    } catch {
      // no room to fold the journal in: it stays beside the database and is read from there at the next opening
    }
    this.#db.close()
  }

  /** Runs a write; trouble with the disk becomes a refusal that names the database. */
  #write<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw databaseRefusal(error, 'writing the case database', this.path)
    }
  }

  #run(sql: string, ...values: readonly (string | number | Uint8Array | null)[]) {
    return this.#write(() => this.#prepared(sql).run(...values))
  }

  /** Preparing a statement costs more than running it, and a folder of small logs runs the same few hundreds of times. */
  #prepared(sql: string): Database.Statement {
    let statement = this.#statements.get(sql)
    if (!statement) {
      statement = this.#db.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }

  /** One transaction over work that may wait in between; there is only ever one at a time. */
  begin(): void {
    this.#write(() => this.#db.exec('BEGIN IMMEDIATE'))
  }
  commit(): void {
    this.#write(() => this.#db.exec('COMMIT'))
    this.revision++
  }
  rollback(): void {
    if (this.#db.inTransaction) this.#db.exec('ROLLBACK')
  }

  pageCount(): number {
    return Number(this.#db.pragma('page_count', { simple: true }))
  }
  /** Bounds the database to so many pages, so that a test can see what a full disk does. */
  limitPages(pages: number): void {
    this.#db.pragma(`max_page_count = ${pages}`)
  }

  /** Keys and values, sorted by key. */
  allMeta(): readonly (readonly [string, string])[] {
    return this.#db
      .prepare<[], { key: string; value: string }>('SELECT key, value FROM meta ORDER BY key')
      .all()
      .map(({ key, value }) => [key, value])
  }
  meta(key: string): string | undefined {
    const row = this.#db.prepare<[string], { value: string }>('SELECT value FROM meta WHERE key = ?').get(key)
    return row?.value
  }
  setMeta(key: string, value: string): void {
    this.#run(
      'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
      key,
      value,
    )
  }

  clearMeta(key: string): void {
    this.#run('DELETE FROM meta WHERE key = ?', key)
  }

  /** Notes, before anything is read, that an item is being read: what a killed import leaves behind. */
  startItem(entry: { name: string; origin: string; kind: string; host: string | null }): number {
    const done = this.#run(
      "INSERT INTO evidence (name, origin, kind, host, state) VALUES (?, ?, ?, ?, 'reading')",
      entry.name,
      entry.origin,
      entry.kind,
      entry.host,
    )
    return Number(done.lastInsertRowid)
  }
  completeItem(
    item: number,
    entry: {
      sha256: string
      size: number
      host: string | null
      admittedAt: string
      records: number
      events: number
      summary: string | null
    },
  ): void {
    this.#run(
      "UPDATE evidence SET sha256 = ?, size = ?, host = ?, admitted_at = ?, records = ?, events = ?, summary = ?, state = 'complete' WHERE item = ?",
      entry.sha256,
      entry.size,
      entry.host,
      entry.admittedAt,
      entry.records,
      entry.events,
      entry.summary,
      item,
    )
  }
  setHost(item: number, host: string | null): void {
    this.#run('UPDATE evidence SET host = ? WHERE item = ?', host, item)
  }
  /** Takes back an item that turned out to be a duplicate or could not be read, and all that was stored of it. */
  dropItem(item: number): void {
    this.#run('DELETE FROM block WHERE segment IN (SELECT segment FROM segment WHERE item = ?)', item)
    this.#run('DELETE FROM segment WHERE item = ?', item)
    this.#segments.forget()
    this.#run('DELETE FROM problem WHERE item = ?', item)
    this.#run('DELETE FROM evidence WHERE item = ?', item)
  }

  evidence(): readonly EvidenceEntry[] {
    return this.#db.prepare<[], EvidenceEntry>(`SELECT ${evidenceColumns} FROM evidence ORDER BY item`).all()
  }
  evidenceByHash(sha256: string): EvidenceEntry | undefined {
    const known = this.#prepared(`SELECT ${evidenceColumns} FROM evidence WHERE sha256 = ?`)
    return known.get(sha256) as EvidenceEntry | undefined
  }

  insertSegment(item: number, segment: SegmentToStore): void {
    this.#write(() => this.#segments.insert(item, segment))
  }
  segments(): readonly SegmentEntry[] {
    return this.#segments.all()
  }
  /** @param isPassing it may lie in memory that the next part takes over */
  dictionary(segment: number, isPassing = false): Uint8Array {
    return this.#segments.dictionary(segment, isPassing)
  }
  /** What tells the packed form of a segment from any other. */
  packedAs(segment: number): string {
    return this.#segments.packedAs(segment)
  }
  blocks(segment: number): readonly BlockEntry[] {
    return this.#segments.blocks(segment)
  }
  blockValues(segment: number, number: number): Uint8Array {
    return this.#segments.blockValues(segment, number)
  }

  /** A new empty file for the packed records of an item that is being read. */
  stagePack(): string {
    return this.#packs.stage()
  }
  /** Gives the pack file its name, once all of it is written; to be called before the item is committed. */
  placePack(staged: string, sha256: string): void {
    this.#packs.place(staged, sha256)
  }
  /** Harmless after `placePack`. */
  discardPack(staged: string): void {
    this.#packs.discard(staged)
  }
  /** Deletes files that no whole item needs: what a killed import leaves behind. Call only while no import runs. */
  sweepPacks(): void {
    const whole = this.evidence().filter(({ state }) => state === 'complete')
    const needed = new Set(whole.map(({ sha256 }) => sha256 ?? ''))
    this.#packs.sweep(needed)
    this.search.sweep(needed)
  }

  insertProblem(item: number | null, problem: Problem): void {
    this.#run(
      'INSERT INTO problem (item, code, severity, place, what, facts) VALUES (?, ?, ?, ?, ?, ?)',
      item,
      problem.code,
      problem.severity,
      problem.where,
      problem.what,
      problem.facts ? JSON.stringify(problem.facts) : null,
    )
  }
  problems(): readonly Problem[] {
    const rows = this.#db
      .prepare<
        [],
        {
          sha256: string | null
          code: string
          severity: Problem['severity']
          place: string
          what: string
          facts: string | null
        }
      >(
        'SELECT sha256, code, severity, place, what, facts FROM problem LEFT JOIN evidence USING (item) ORDER BY problem',
      )
      .all()
    return rows.map((row) => ({
      code: row.code,
      severity: row.severity,
      where: row.place,
      what: row.what,
      ...(row.sha256 ? { evidenceId: row.sha256 } : {}),
      ...(row.facts ? { facts: JSON.parse(row.facts) as NonNullable<Problem['facts']> } : {}),
    }))
  }
  problemCounts(): ReadonlyMap<number, number> {
    const rows = this.#db
      .prepare<[], { item: number; count: number }>(
        'SELECT item, count(*) AS count FROM problem WHERE item IS NOT NULL GROUP BY item',
      )
      .all()
    return new Map(rows.map((row) => [row.item, row.count]))
  }
  problemTotal(): number {
    return this.#db.prepare<[], { count: number }>('SELECT count(*) AS count FROM problem').get()?.count ?? 0
  }
}
