/**
 * When and where each row of a segment is: time, EventRecordID and place, 14 bytes a row where the records allow it. The upper half
 * of times is told by its distance from the first, that of record ids mostly once for all.
 */
import type { BlockEntry } from '../../casefile/segments.ts'

type Narrow = Uint16Array | Uint32Array

/** 100 ns ticks in two halves of 32 bits. */
export interface Moment {
  readonly high: number
  readonly low: number
}

/** Gives zeros for so many numbers. */
export type Room = (count: number) => Uint32Array
const alone: Room = (count) => new Uint32Array(count)

/**
 * Room in large pieces: the system has those back as a whole once nobody needs them, while small ones leave holes that stay with
 * the process.
 */
export function largeRoom(): Room {
  const size = 9 << 20
  let piece = new Uint32Array(0)
  let at = 0
  return (count) => {
    if (at + count > piece.length) {
      piece = new Uint32Array(Math.max(size, count))
      at = 0
    }
    at += count
    return piece.subarray(at - count, at)
  }
}

export class RowPlaces {
  readonly timeLow: Uint32Array
  readonly idLow: Uint32Array
  readonly place: Uint32Array
  /** 0 when there is no row */
  readonly earliest: Moment
  readonly latest: Moment
  readonly #timeHighBase: number
  readonly #timeHigh: Narrow | undefined
  readonly #idHighBase: number
  readonly #idHigh: Uint32Array | undefined

  /**
   * @param stored the segment's blocks in order, heads as `packed.ts` says; one that is too short throws
   * @param room where the columns lie
   */
  constructor(rows: number, stored: readonly BlockEntry[], room: Room = alone) {
    this.timeLow = room(rows)
    this.idLow = room(rows)
    this.place = room(rows)
    const timeHigh = new Uint32Array(rows)
    const idHigh = new Uint32Array(rows)
    let firstRow = 0
    for (const block of stored) {
      let at = 0
      for (const column of [this.timeLow, timeHigh, this.idLow, idHigh, this.place]) {
        column.set(numbers32(block.heads, at, block.rows), firstRow)
        at += block.rows * 4
      }
      firstRow += block.rows
    }
    ;[this.#timeHighBase, this.#timeHigh] = narrowed(timeHigh)
    const [idBase, ids] = narrowed(idHigh)
    this.#idHighBase = ids ? 0 : idBase
    this.#idHigh = ids ? idHigh : undefined
    let earliest = 0
    let latest = 0
    const compare = (a: number, b: number) =>
      (timeHigh[a] as number) - (timeHigh[b] as number) ||
      (this.timeLow[a] as number) - (this.timeLow[b] as number)
    for (let row = 1; row < rows; row++) {
      if (compare(row, earliest) < 0) earliest = row
      if (compare(row, latest) > 0) latest = row
    }
    const momentOf = (row: number) => ({ high: timeHigh[row] ?? 0, low: this.timeLow[row] ?? 0 })
    this.earliest = momentOf(earliest)
    this.latest = momentOf(latest)
  }

  get bytes(): number {
    const { timeLow, idLow, place } = this
    const others = (this.#timeHigh?.byteLength ?? 0) + (this.#idHigh?.byteLength ?? 0)
    return timeLow.byteLength + idLow.byteLength + place.byteLength + others
  }

  timeHigh(row: number): number {
    return this.#timeHighBase + (this.#timeHigh === undefined ? 0 : (this.#timeHigh[row] as number))
  }
  idHigh(row: number): number {
    return this.#idHigh === undefined ? this.#idHighBase : (this.#idHigh[row] as number)
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
