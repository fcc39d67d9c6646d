/**
 * Heads of a segment's rows in memory: System tuple, event id and shape are one number of 2 bytes (the kind); times, record ids
 * and places take 14 more (`row-places.ts`), which in very large cases are read when somebody looks at them.
 */
import type { BlockEntry } from '../../casefile/segments.ts'
import { type Shape, systemValues } from '../ingest/packed.ts'
import { type Moment, numbers16, type Room, RowPlaces } from './row-places.ts'

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
  /** index of each row into `systemOf`, `eventIdOf`, `shapeOf`, `widthOf` */
  readonly kind: Narrow
  readonly systemOf: Narrow
  readonly eventIdOf: Uint16Array
  readonly shapeOf: Narrow
  /** values of a row of the kind, System's own four included */
  readonly widthOf: Uint32Array
  /** first and last moment of all rows */
  readonly earliest: Moment
  readonly latest: Moment
  /** of the first and the last row */
  readonly firstPlace: number
  readonly lastPlace: number
  #held: RowPlaces | undefined
  #read: (() => RowPlaces) | undefined
  /** start of the values of every 32nd row inside its block */
  readonly #starts: Uint32Array

  /** @param stored the segment's blocks in order, heads as `packed.ts` says; one that is too short throws */
  constructor(rows: number, shapes: readonly Shape[], stored: readonly BlockEntry[], room?: Room) {
    this.rows = rows
    const kind = new Uint32Array(rows)
    const kinds = new Kinds()
    const blocks: Block[] = []
    let firstRow = 0
    for (const block of stored) {
      const at = block.rows * 20
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
    this.#starts = this.#noteStarts()
    const held = new RowPlaces(rows, stored, room)
    this.#held = held
    this.earliest = held.earliest
    this.latest = held.latest
    this.firstPlace = held.place[0] ?? 0
    this.lastPlace = held.place[rows - 1] ?? 0
  }

  /** Lets times, ids and places go; who wants them reads them from here on. */
  letGo(read: () => RowPlaces): void {
    this.#read = read
    this.#held = undefined
  }
  /** Has them in memory again, for a look at all rows in any order. */
  hold(): void {
    this.#held ??= this.#read?.()
  }
  get #places(): RowPlaces {
    return this.#held ?? (this.#read as () => RowPlaces)()
  }
  get timeLow(): Uint32Array {
    return this.#places.timeLow
  }
  get idLow(): Uint32Array {
    return this.#places.idLow
  }
  get place(): Uint32Array {
    return this.#places.place
  }
  timeHigh(row: number): number {
    return this.#places.timeHigh(row)
  }
  idHigh(row: number): number {
    return this.#places.idHigh(row)
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
