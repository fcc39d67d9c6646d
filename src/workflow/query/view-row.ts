/** One record of a case while a table of a query is filled: fields by name, without making the whole record where it can be helped. */
import type { EventRecord } from '../../domain/record.ts'
import type { RecordIndex } from '../records/record-index.ts'
import type { Numbers, Segment } from '../records/segment.ts'

export class ViewRow {
  readonly #index: RecordIndex
  /** SHA-256 of event tables in the case: what another tool exported, with the columns it chose */
  readonly #tables: ReadonlySet<string>
  readonly #places = new WeakMap<object, ReadonlyMap<string, number>>()
  readonly #collected = new Map<string, ReadonlySet<string>>()
  #segment!: Segment
  #row = 0
  #names!: ReadonlyMap<string, number>
  #numbers: Numbers | undefined
  #record: EventRecord | undefined

  constructor(index: RecordIndex, tables: ReadonlySet<string>) {
    this.#index = index
    this.#tables = tables
  }

  to(global: number): void {
    const { segment, row } = this.#index.at(global)
    this.#segment = segment
    this.#row = row
    this.#record = undefined
    this.#numbers = undefined
    const shape = segment.shapes[segment.shape(row)] as object & { readonly names: readonly string[] }
    let names = this.#places.get(shape)
    if (!names) {
      names = new Map(shape.names.map((name, i) => [name, i] as const).reverse())
      this.#places.set(shape, names)
    }
    this.#names = names
  }

  get segment(): Segment {
    return this.#segment
  }
  get row(): number {
    return this.#row
  }
  get eventId(): number {
    return this.#segment.eventId(this.#row)
  }
  get provider(): string {
    return this.#segment.tuple(this.#row).provider
  }
  get channel(): string {
    return this.#segment.tuple(this.#row).channel
  }
  get computer(): string {
    return this.#segment.tuple(this.#row).computer
  }
  /** The whole record. */
  get record(): EventRecord {
    this.#record ??= this.#segment.record(this.#row)
    return this.#record
  }

  /** The value of the first of these fields the record has; undefined when it has none. */
  field(...names: readonly string[]): string | undefined {
    for (const name of names) {
      const place = this.#names.get(name)
      if (place === undefined) continue
      this.#numbers ??= this.#segment.valuesOfBlock(this.#segment.blockOf(this.#row))
      return this.#segment.readable.text(this.#numbers[this.#segment.valueStart(this.#row) + place] as number)
    }
    return undefined
  }

  /** False when the record is of a table that has none of these fields in any row: its exporter left the column out. */
  isCollected(...names: readonly string[]): boolean {
    const { evidenceId } = this.#segment
    if (!this.#tables.has(evidenceId)) return true
    let known = this.#collected.get(evidenceId)
    if (!known) {
      known = new Set(
        this.#index.segments
          .filter((segment) => segment.evidenceId === evidenceId)
          .flatMap((segment) => segment.shapes.flatMap((shape) => shape.names)),
      )
      this.#collected.set(evidenceId, known)
    }
    return names.some((name) => known.has(name))
  }
}
