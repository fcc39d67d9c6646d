/**
 * The rows a filter lets through: one bit a row, counted at once, and put into total order only as far as somebody looks. Where rows
 * do not stand in order as they are numbered, the order is walked from the last place known.
 */
import { bitsIn, forEachRow, hasRow } from './row-bits.ts'

/** words between two noted counts; positions of the order between two */
const wordStride = 64
const orderStride = 4096

export interface RowOrder {
  readonly total: number
  readonly order: Uint32Array
  readonly isInOrder: boolean
}

export class RowSet {
  readonly length: number
  readonly #order: RowOrder
  /** undefined: all rows */
  readonly #bits: Uint32Array | undefined
  /** rows before each stretch of words, or of the order: the latter grows as it is walked */
  readonly #before: number[] = [0]

  /** @param bits of global rows; undefined for all of them */
  constructor(order: RowOrder, bits: Uint32Array | undefined) {
    this.#order = order
    this.#bits = bits
    this.length = bits === undefined ? order.total : this.#count(bits)
  }

  #count(bits: Uint32Array): number {
    let count = 0
    for (let first = 0; first < bits.length; first += wordStride) {
      if (first > 0 && this.#order.isInOrder) this.#before.push(count)
      const end = Math.min(bits.length, first + wordStride)
      for (let w = first; w < end; w++) count += bitsIn(bits[w] as number)
    }
    return count
  }

  /** bytes of memory it holds */
  get bytes(): number {
    return (this.#bits?.byteLength ?? 0) + this.#before.length * 8
  }

  has(global: number): boolean {
    return this.#bits === undefined || hasRow(this.#bits, global)
  }

  /** Global rows `from … from + count` in total order; fewer at the end. */
  slice(from: number, count: number): Uint32Array {
    const size = Math.max(0, Math.min(count, this.length - from))
    if (size === 0) return new Uint32Array(0)
    const bits = this.#bits
    const { order, isInOrder, total } = this.#order
    if (bits === undefined) return order.slice(from, from + size)
    const rows = new Uint32Array(size)
    let at = 0
    if (isInOrder) {
      const stretch = this.#stretchOf(from)
      let skip = from - (this.#before[stretch] as number)
      let w = stretch * wordStride
      for (let inside = bitsIn(bits[w] as number); inside <= skip; inside = bitsIn(bits[++w] as number))
        skip -= inside
      for (; at < size; w++)
        for (let word = bits[w] as number; word !== 0 && at < size; word &= word - 1)
          if (skip > 0) skip--
          else rows[at++] = w * 32 + 31 - Math.clz32(word & -word)
      return rows
    }
    this.#walkTo(from)
    const stretch = this.#stretchOf(from)
    let skip = from - (this.#before[stretch] as number)
    for (let position = stretch * orderStride; position < total && at < size; position++) {
      const global = order[position] as number
      if (!hasRow(bits, global)) continue
      if (skip > 0) skip--
      else rows[at++] = global
    }
    return rows
  }

  /** Position of a row among these; -1 when it is not one of them. */
  positionOf(global: number): number {
    if (global >= this.#order.total || !this.has(global)) return -1
    const { order, isInOrder, total } = this.#order
    const bits = this.#bits
    if (isInOrder) {
      if (bits === undefined) return global
      const stretch = Math.floor(global / (32 * wordStride))
      let before = this.#before[stretch] as number
      for (let w = stretch * wordStride; w < global >>> 5; w++) before += bitsIn(bits[w] as number)
      return before + bitsIn((bits[global >>> 5] as number) & ((1 << (global & 31)) - 1))
    }
    let before = 0
    for (let position = 0; position < total && order[position] !== global; position++)
      if (bits === undefined || hasRow(bits, order[position] as number)) before++
    return before
  }

  *[Symbol.iterator](): Generator<number> {
    const step = 8192
    for (let from = 0; from < this.length; from += step) yield* this.slice(from, step)
  }

  /** Calls for each row by its number, which may be another order than the total one. */
  forEach(onRow: (global: number) => void): void {
    if (this.#bits) forEachRow(this.#bits, 0, this.#order.total, onRow)
    else for (let global = 0; global < this.#order.total; global++) onRow(global)
  }

  /** Index of the last noted count not above `from`. */
  #stretchOf(from: number): number {
    const before = this.#before
    let low = 0
    let high = before.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((before[middle] as number) <= from) low = middle
      else high = middle - 1
    }
    return low
  }

  /** Notes counts until one is above `from`, or the order ends. */
  #walkTo(from: number): void {
    const before = this.#before
    const bits = this.#bits as Uint32Array
    const { order, total } = this.#order
    while ((before[before.length - 1] as number) <= from && before.length * orderStride < total) {
      let count = before[before.length - 1] as number
      const end = before.length * orderStride
      for (let position = end - orderStride; position < end; position++)
        if (hasRow(bits, order[position] as number)) count++
      before.push(count)
    }
  }
}
