import { copyBytes, type GrowingBytes } from './aligned-memory.ts'
import type { Kernel } from './kernel/kernel.ts'
import { state } from './kernel/layout.ts'
import { headBytes } from './packed.ts'

const wide = ['timeLow', 'timeHigh', 'idLow', 'idHigh', 'places'] as const
const narrow = ['systems', 'eventIds', 'shapes'] as const

/** Growing columns of one block, in the order in which they are packed; the kernel adds to them too. */
export class BlockColumns {
  readonly #kernel: Kernel
  timeLow = new Uint32Array(0)
  timeHigh = new Uint32Array(0)
  idLow = new Uint32Array(0)
  idHigh = new Uint32Array(0)
  places = new Uint32Array(0)
  systems = new Uint16Array(0)
  eventIds = new Uint16Array(0)
  shapes = new Uint16Array(0)
  values: Uint32Array = new Uint32Array(0)

  constructor(kernel: Kernel) {
    this.#kernel = kernel
    this.#makeRows(4096)
    this.#makeValues(65_536)
  }

  get rows(): number {
    return this.#kernel.get(state.rows)
  }
  set rows(rows: number) {
    this.#kernel.set(state.rows, rows)
  }
  get valueCount(): number {
    return this.#kernel.get(state.valueCount)
  }
  set valueCount(count: number) {
    this.#kernel.set(state.valueCount, count)
  }

  clear(): void {
    this.rows = 0
    this.valueCount = 0
  }

  /** Room for one more row. */
  reserveRow(): void {
    const room = this.#kernel.get(state.rowRoom)
    if (this.rows >= room) this.#makeRows(room * 2)
  }

  #makeRows(room: number): void {
    const kernel = this.#kernel
    const grown = <Column extends Uint32Array | Uint16Array>(
      name: (typeof wide)[number] | (typeof narrow)[number],
      old: Column,
      make: (buffer: ArrayBuffer, at: number, room: number) => Column,
    ): Column => {
      const at = kernel.reserve(room * old.BYTES_PER_ELEMENT)
      kernel.set(state[name], at)
      const column = make(kernel.buffer as unknown as ArrayBuffer, at, room)
      column.set(old)
      return column
    }
    for (const name of wide)
      this[name] = grown(name, this[name], (buffer, at) => new Uint32Array(buffer, at, room))
    for (const name of narrow)
      this[name] = grown(name, this[name], (buffer, at) => new Uint16Array(buffer, at, room))
    kernel.set(state.rowRoom, room)
  }

  reserveValues(count: number): void {
    const needed = this.valueCount + count
    if (needed > this.values.length) this.#makeValues(Math.max(this.values.length * 2, needed))
  }

  #makeValues(room: number): void {
    const kernel = this.#kernel
    const at = kernel.reserve(room * 4)
    const larger = new Uint32Array(kernel.buffer, at, room)
    larger.set(this.values.subarray(0, this.valueCount))
    this.values = larger
    kernel.set(state.values, at)
    kernel.set(state.valueRoom, room)
  }

  /** Adds the columns of all rows to `bytes`, one after the other. @returns where they begin */
  packHeads(bytes: GrowingBytes): number {
    const { rows } = this
    const at = bytes.reserve(rows * headBytes)
    let next = at
    for (const name of [...wide, ...narrow]) {
      const { buffer, byteOffset, BYTES_PER_ELEMENT: each } = this[name]
      copyBytes(new Uint8Array(buffer, byteOffset, rows * each), bytes.bytes, next)
      next += rows * each
    }
    return at
  }

  packValues(bytes: GrowingBytes): number {
    const at = this.#kernel.get(state.values)
    return bytes.add(this.#kernel.bytes.subarray(at, at + this.valueCount * 4))
  }
}
