/**
 * Heads of a segment's rows in memory, 16 bytes a row where the records allow it: System tuple, event id and shape are one number
 * (the kind), the upper half of times is told by its distance from the first, that of record ids mostly once for all.
 */
import type { BlockEntry } from '../../casefile/segments.ts'
import { type Shape, systemValues } from '../ingest/packed.ts'

export interface Block {
  readonly number: number
  /** row of the segment it starts with */
  readonly firstRow: number
  readonly rows: number
}

/** Rows between two noted starts of values. */
const stride = 32
type Narrow = Uint16Array | Uint32Array

export class HeadColumns {
  readonly rows: number
  readonly blocks: readonly Block[]
  readonly timeLow: Uint32Array
  readonly idLow: Uint32Array
  readonly place: Uint32Array
  /** index of each row into `systemOf`, `eventIdOf`, `shapeOf`, `widthOf` */
  readonly kind: Narrow
  readonly systemOf: Narrow
  readonly eventIdOf: Uint16Array
  readonly shapeOf: Narrow
  /** values of a row of the kind, System's own four included */
  readonly widthOf: Uint32Array
  /** rows of the first and the last moment; 0 when there is no row */
  readonly earliestRow: number
  readonly latestRow: number
  readonly #timeHighBase: number
  readonly #timeHigh: Narrow | undefined
  readonly #idHighBase: number
  readonly #idHigh: Uint32Array | undefined
  /** start of the values of every 32nd row inside its block */
  readonly #starts: Uint32Array

  /** @param stored the segment's blocks in order, heads as `packed.ts` says; one that is too short throws */
  constructor(rows: number, shapes: readonly Shape[], stored: readonly BlockEntry[]) {
    this.rows = rows
    this.timeLow = new Uint32Array(rows)
    this.idLow = new Uint32Array(rows)
    this.place = new Uint32Array(rows)
    const timeHigh = new Uint32Array(rows)
    const idHigh = new Uint32Array(rows)
    const kind = new Uint32Array(rows)
    const kinds = new Kinds()
    const blocks: Block[] = []
    let firstRow = 0
    for (const block of stored) {
      let at = 0
      for (const column of [this.timeLow, timeHigh, this.idLow, idHigh, this.place]) {
        column.set(numbers32(block.heads, at, block.rows), firstRow)
        at += block.rows * 4
      }
      const [system, eventId, shape] = [0, 2, 4].map((part) =>
        numbers16(block.heads, at + part * block.rows, block.rows),
      ) as [Uint16Array, Uint16Array, Uint16Array]
      for (let i = 0; i < block.rows; i++)
        kind[firstRow + i] = kinds.number(system[i] as number, eventId[i] as number, shape[i] as number)
      blocks.push({ number: block.number, firstRow, rows: block.rows })
      firstRow += block.rows
    }
    this.blocks = blocks
    this.kind = kinds.systems.length <= 0x1_0000 ? new Uint16Array(kind) : kind
    this.systemOf = Uint16Array.from(kinds.systems)
    this.eventIdOf = Uint16Array.from(kinds.eventIds)
    this.shapeOf = Uint16Array.from(kinds.shapes)
    this.widthOf = Uint32Array.from(kinds.shapes, (shape) => {
      const names = shapes[shape]?.names
      return names ? names.length + systemValues.length : 0
    })
    ;[this.#timeHighBase, this.#timeHigh] = narrowed(timeHigh)
    const [idBase, ids] = narrowed(idHigh)
    this.#idHighBase = ids ? 0 : idBase
    this.#idHigh = ids ? idHigh : undefined
    this.#starts = this.#noteStarts()
    let earliest = 0
    let latest = 0
    const compare = (a: number, b: number) =>
      (timeHigh[a] as number) - (timeHigh[b] as number) ||
      (this.timeLow[a] as number) - (this.timeLow[b] as number)
    for (let row = 1; row < rows; row++) {
      if (compare(row, earliest) < 0) earliest = row
      if (compare(row, latest) > 0) latest = row
    }
    this.earliestRow = earliest
    this.latestRow = latest
  }

  #noteStarts(): Uint32Array {
    const starts = new Uint32Array(Math.ceil(this.rows / stride))
    for (const block of this.blocks) {
      let start = 0
      for (let row = block.firstRow; row < block.firstRow + block.rows; row++) {
        if (row % stride === 0) starts[row / stride] = start
        start += this.widthOf[this.kind[row] as number] as number
      }
    }
    return starts
  }

  timeHigh(row: number): number {
    return this.#timeHighBase + (this.#timeHigh === undefined ? 0 : (this.#timeHigh[row] as number))
  }
  idHigh(row: number): number {
    return this.#idHigh === undefined ? this.#idHighBase : (this.#idHigh[row] as number)
  }

  /** Index into `blocks`. */
  blockOf(row: number): number {
    let low = 0
    let high = this.blocks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.blocks[middle]?.firstRow ?? 0) <= row) low = middle
      else high = middle - 1
    }
    return low
  }

  /** Where a row's values start inside its block's values. */
  valueStart(row: number): number {
    const { firstRow } = this.blocks[this.blockOf(row)] as Block
    let at = row - (row % stride)
    let start = 0
    if (at < firstRow) at = firstRow
    else start = this.#starts[at / stride] as number
    for (; at < row; at++) start += this.widthOf[this.kind[at] as number] as number
    return start
  }
}

/** The smallest number and the distances from it, in 16 bits where they fit; no distances where all are the same. */
function narrowed(column: Uint32Array): [number, Narrow | undefined] {
  let least = column.length > 0 ? (column[0] as number) : 0
  let most = least
  for (const value of column) {
    if (value < least) least = value
    if (value > most) most = value
  }
  if (least === most) return [least, undefined]
  if (most - least > 0xffff) return [0, column]
  const distances = new Uint16Array(column.length)
  for (let i = 0; i < column.length; i++) distances[i] = (column[i] as number) - least
  return [least, distances]
}

/** Numbers the combinations of System tuple, event id and shape in order of appearance. */
class Kinds {
  readonly systems: number[] = []
  readonly eventIds: number[] = []
  readonly shapes: number[] = []
  /** newest kind of each tuple and shape, by their hash; the next older one with the same hash behind it */
  readonly #newest = new Int32Array(1 << 12).fill(-1)
  readonly #older: number[] = []

  number(system: number, eventId: number, shape: number): number {
    const slot = ((system * 31) ^ (shape * 131) ^ eventId) & 0xfff
    const newest = this.#newest[slot] as number
    for (let kind = newest; kind >= 0; kind = this.#older[kind] as number)
      if (this.shapes[kind] === shape && this.systems[kind] === system && this.eventIds[kind] === eventId)
        return kind
    const kind = this.systems.length
    this.systems.push(system)
    this.eventIds.push(eventId)
    this.shapes.push(shape)
    this.#older.push(newest)
    this.#newest[slot] = kind
    return kind
  }
}

/** Little-endian numbers in place, or of a copy where their address is none a typed array may start at. */
export function numbers32(bytes: Uint8Array, at: number, count: number): Uint32Array {
  const from = bytes.byteOffset + at
  return from & 3
    ? new Uint32Array(bytes.buffer.slice(from, from + count * 4))
    : new Uint32Array(bytes.buffer, from, count)
}
export function numbers16(bytes: Uint8Array, at: number, count: number): Uint16Array {
  const from = bytes.byteOffset + at
  return from & 1
    ? new Uint16Array(bytes.buffer.slice(from, from + count * 2))
    : new Uint16Array(bytes.buffer, from, count)
}
