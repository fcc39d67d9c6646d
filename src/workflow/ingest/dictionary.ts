/**
 * Distinct values of one segment, as raw typed bytes: interning costs a hash and a compare, rendering to text waits until
 * somebody looks. Memory is bounded by the segment's own size (16 MiB of log). The loops are the kernel's.
 */
import { copyBytes, type GrowingBytes } from './aligned-memory.ts'
import type { Kernel } from './kernel/kernel.ts'
import { columnBytes, columnFields, dictionaryBytes, dictionaryFields, tables } from './kernel/layout.ts'
import { type Span, textAsIs } from './packed.ts'

/** texts whose number is known without looking at their bytes */
const mostTexts = 10_000
/** bytes of columns that are made room for at once */
const columnRegion = 1 << 16

const startSizes = { entries: 1 << 15, bytes: 1 << 18, small: 1 << 16, large: 1 << 17 } as const
type Table = keyof typeof startSizes

/** Where a column's value comes from: the index of a substitution, or the number of a literal. */
export type ColumnOrigin = { readonly index: number } | { readonly literal: number }

export class Dictionary {
  /** where the kernel finds it */
  readonly address: number
  readonly #kernel: Kernel
  #ofText = new Map<string, number>()
  #text = { at: 0, size: 0 }
  readonly #columns: { readonly at: number; readonly size: number }[] = []
  #column = { region: 0, used: 0 }

  constructor(kernel: Kernel) {
    this.#kernel = kernel
    this.address = kernel.reserve(dictionaryBytes)
    for (const [table, size] of Object.entries(startSizes) as [Table, number][]) this.#place(table, size)
    kernel.growers.set(this.address, (table, needed) => this.#grow(table, needed))
  }

  #get(field: keyof typeof dictionaryFields): number {
    return this.#kernel.get(this.address + dictionaryFields[field])
  }
  #set(field: keyof typeof dictionaryFields, value: number): void {
    this.#kernel.set(this.address + dictionaryFields[field], value)
  }

  clear(): void {
    this.#ofText = new Map()
    for (const table of ['small', 'large'] as const)
      this.#kernel.run.fill(this.#get(table), 0, this.#get(`${table}Size`))
    for (const field of ['smallCount', 'largeCount', 'count', 'used'] as const) this.#set(field, 0)
    this.#column = { region: 0, used: 0 }
  }

  /** bytes of all values */
  get size(): number {
    return this.#get('used')
  }

  /** Address of columns that have held nothing, good until `clear`: many values repeat what their column held last. */
  columns(origins: readonly ColumnOrigin[]): number {
    const at = this.#columnPlace(origins.length * columnBytes)
    origins.forEach((origin, i) => {
      const column = at + i * columnBytes
      this.#kernel.set(column + columnFields.index, 'index' in origin ? origin.index : -1)
      this.#kernel.set(column + columnFields.literal, 'literal' in origin ? origin.literal : 0)
      this.#kernel.set(column + columnFields.lastKind, -1)
    })
    return at
  }

  #columnPlace(size: number): number {
    for (;;) {
      const { region, used } = this.#column
      const place = this.#columns[region]
      if (!place) {
        const fresh = Math.max(size, columnRegion)
        this.#columns.push({ at: this.#kernel.reserve(fresh), size: fresh })
      } else if (used + size <= place.size) {
        this.#column.used += size
        return place.at + used
      } else this.#column = { region: region + 1, used: 0 }
    }
  }

  /** True when entry `number` holds exactly the value at this address of the kernel. */
  isSame(number: number, type: number, at: number, size: number): boolean {
    return this.#kernel.run.isSame(this.address, number, (size << 8) | type, at, size) !== 0
  }

  /** As `number`, of the value that comes next in a column. */
  inColumn(column: number, type: number, at: number, size: number): number {
    return this.#kernel.run.inColumn(this.address, column, (size << 8) | type, at, size)
  }

  /** Number of the value; the same type and bytes give the same number. Numbers count from 0 in order of appearance. */
  number(type: number, at: number, size: number): number {
    return this.#kernel.run.number(this.address, (size << 8) | type, at, size)
  }

  /** A text of ours (template literals, tree path) as a string value. */
  text(text: string): number {
    const known = this.#ofText.get(text)
    if (known !== undefined) return known
    const size = text.length * 2
    if (size > this.#text.size)
      this.#text = { at: this.#kernel.reserve(size * 2 + 256), size: size * 2 + 256 }
    const { at } = this.#text
    const { view } = this.#kernel
    for (let i = 0; i < text.length; i++) view.setUint16(at + i * 2, text.charCodeAt(i), true)
    const number = this.number(text.endsWith('\0') ? textAsIs : 1, at, size)
    if (this.#ofText.size < mostTexts) this.#ofText.set(text, number)
    return number
  }

  #place(table: Table, size: number): void {
    this.#set(table, this.#kernel.reserve(size))
    this.#set(`${table}Size`, size)
  }

  #grow(number: number, needed: number): void {
    const kernel = this.#kernel
    const table = (Object.keys(tables) as Table[]).find((name) => tables[name] === number) as Table
    const from = this.#get(table)
    const size = this.#get(`${table}Size`)
    const used = this.#get('used')
    this.#place(table, table === 'bytes' ? Math.max(size * 2, used + needed * 2) : size * 2)
    if (table === 'small') kernel.run.moveSmall(this.address, from, from + size)
    else if (table === 'large') kernel.run.moveLarge(this.address, from, from + size)
    else kernel.bytes.copyWithin(this.#get(table), from, from + (table === 'bytes' ? used : size))
  }

  /**
   * Adds one blob to `into`: count, length, then per entry offset and size << 8 | type, then the bytes (little-endian).
   * `records/values.ts` reads it.
   */
  pack(into: GrowingBytes): Span {
    const count = this.#get('count')
    const used = this.#get('used')
    const size = 8 + count * 8 + used
    const at = into.reserve(size)
    const view = new DataView(into.bytes.buffer)
    view.setUint32(at, count, true)
    view.setUint32(at + 4, used, true)
    const { bytes } = this.#kernel
    const [entries, values] = [this.#get('entries'), this.#get('bytes')]
    copyBytes(bytes.subarray(entries, entries + count * 8), into.bytes, at + 8)
    copyBytes(bytes.subarray(values, values + used), into.bytes, at + 8 + count * 8)
    return { at, size }
  }
}
