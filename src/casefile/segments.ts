/** Segments of packed records: small ones in the database, those of large logs in the pack file of their item. */
import { crc32 } from 'node:zlib'
import type { Statement } from 'better-sqlite3'
import { Refusal } from '../base/refusal.ts'
import { type PackFiles, type Part, placeOfText, type Section, textOfPlace } from './pack-files.ts'

export interface SegmentEntry {
  readonly segment: number
  readonly item: number
  readonly number: number
  readonly rows: number
  readonly selected: number
  readonly systems: string
  readonly shapes: string
}

export interface BlockEntry {
  readonly number: number
  readonly rows: number
  readonly heads: Uint8Array
}

export interface SegmentToStore {
  readonly number: number
  readonly rows: number
  readonly selected: number
  readonly systems: string
  readonly shapes: string
  readonly dictionary: Part
  readonly blocks: readonly {
    readonly number: number
    readonly rows: number
    readonly heads: Part
    readonly values: Part
  }[]
}

/** A part as SQLite keeps it: its bytes, or as text where they stand in the pack file of the item. */
type StoredPart = Uint8Array | string
const toStore = (part: Part): StoredPart => (part instanceof Uint8Array ? part : textOfPlace(part))

export class Segments {
  readonly #prepared: (sql: string) => Statement
  readonly #packs: PackFiles
  readonly #path: string
  /** of segments with parts in a pack file: its name, and where the values of each block stand; they never change */
  readonly #valuesAt = new Map<
    number,
    { readonly pack: string; readonly places: ReadonlyMap<number, Section> }
  >()

  /**
   * @param prepared prepares a statement, or gives the one prepared before
   * @param path of the database
   */
  constructor(prepared: (sql: string) => Statement, packs: PackFiles, path: string) {
    this.#prepared = prepared
    this.#packs = packs
    this.#path = path
  }

  insert(item: number, segment: SegmentToStore): void {
    const done = this.#prepared(
      'INSERT INTO segment (item, number, rows, selected, systems, shapes, dictionary) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ).run(
      item,
      segment.number,
      segment.rows,
      segment.selected,
      segment.systems,
      segment.shapes,
      toStore(segment.dictionary),
    )
    const insert = this.#prepared(
      'INSERT INTO block (segment, number, rows, heads, selected) VALUES (?, ?, ?, ?, ?)',
    )
    for (const { number, rows, heads, values } of segment.blocks)
      insert.run(done.lastInsertRowid, number, rows, toStore(heads), toStore(values))
  }
  all(): readonly SegmentEntry[] {
    return this.#prepared(
      `SELECT segment, segment.item, number, rows, selected, systems, shapes FROM segment
       JOIN evidence USING (item) WHERE state = 'complete' ORDER BY sha256, number`,
    ).all() as SegmentEntry[]
  }
  /** Size and checksum of its dictionary: what tells its packed form from any other. */
  packedAs(segment: number): string {
    const found = this.#prepared('SELECT dictionary FROM segment WHERE segment = ?').get(segment)
    const part = (found as { dictionary: StoredPart } | undefined)?.dictionary ?? ''
    if (part instanceof Uint8Array) return `${part.length} ${crc32(part)}`
    const place = placeOfText(part)
    return place ? `${place.size} ${place.sum}` : ''
  }
  /** @param isPassing it may lie in memory that the next dictionary takes over */
  dictionary(segment: number, isPassing = false): Uint8Array {
    const found = this.#prepared('SELECT dictionary FROM segment WHERE segment = ?').get(segment)
    const row = found as { dictionary: StoredPart } | undefined
    return row ? this.#bytesOf(segment, row.dictionary, isPassing) : new Uint8Array(8)
  }
  blocks(segment: number): readonly BlockEntry[] {
    const rows = this.#prepared(
      'SELECT number, rows, heads FROM block WHERE segment = ? ORDER BY number',
    ).all(segment) as { number: number; rows: number; heads: StoredPart }[]
    const places = rows.map(({ heads }) => (typeof heads === 'string' ? this.#placeOf(heads) : undefined))
    const packed = places.filter((place): place is Section => place !== undefined)
    const found = packed.length > 0 ? this.#packs.readAll(this.#itemOf(segment), packed) : []
    let next = 0
    return rows.map(({ number, rows: count, heads }) => ({
      number,
      rows: count,
      heads: typeof heads === 'string' ? (found[next++] as Uint8Array) : heads,
    }))
  }
  /** In memory that the next part may take over. */
  blockValues(segment: number, number: number): Uint8Array {
    const packed = this.#valuesAt.get(segment) ?? this.#placesOfValues(segment)
    const place = packed.places.get(number)
    if (place) return this.#packs.readPassing(packed.pack, place, 'values')
    const found = this.#prepared('SELECT selected AS part FROM block WHERE segment = ? AND number = ?')
    const row = found.get(segment, number) as { part: StoredPart } | undefined
    return row && typeof row.part !== 'string' ? row.part : new Uint8Array(0)
  }
  /** Numbers of segments that are gone may be given to others. */
  forget(): void {
    this.#valuesAt.clear()
  }
  #placesOfValues(segment: number) {
    const rows = this.#prepared(
      "SELECT number, selected AS part FROM block WHERE segment = ? AND typeof(selected) = 'text'",
    ).all(segment) as { number: number; part: string }[]
    const places = new Map(rows.map(({ number, part }) => [number, this.#placeOf(part)]))
    const packed = { pack: places.size > 0 ? this.#itemOf(segment) : '', places }
    if (this.#valuesAt.size > 20_000) this.#valuesAt.clear()
    this.#valuesAt.set(segment, packed)
    return packed
  }

  #bytesOf(segment: number, part: StoredPart, isPassing: boolean): Uint8Array {
    if (typeof part !== 'string') return part
    if (isPassing) return this.#packs.readPassing(this.#itemOf(segment), this.#placeOf(part), 'dictionary')
    return this.#packs.readAll(this.#itemOf(segment), [this.#placeOf(part)])[0] as Uint8Array
  }
  /** SHA-256 of the item a segment belongs to: the name of its pack file. */
  #itemOf(segment: number): string {
    const found = this.#prepared('SELECT sha256 FROM segment JOIN evidence USING (item) WHERE segment = ?')
    const row = found.get(segment) as { sha256: string | null } | undefined
    return row?.sha256 ?? ''
  }
  #placeOf(text: string): Section {
    const place = placeOfText(text)
    if (place) return place
    throw new Refusal(
      'case.database.damaged',
      `The case database at ${this.#path} is damaged: it names a place in a pack file that cannot be.`,
      'The evidence itself lies untouched in the folder "evidence": import it into a new case.',
    )
  }
}
