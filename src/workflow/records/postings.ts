/** In which rows of a segment a value stands, for the places filters ask for: made when first asked for, and kept with the values. */
import type { Positions } from './positions.ts'
import { wordsFor } from './row-bits.ts'
import type { Segment } from './segment.ts'
import type { NumberCheck } from './value-check.ts'

export type PlaceKey =
  | 'account-name'
  | 'account-sid'
  | 'address'
  | 'task'
  | 'process'
  | 'share'
  | 'logon'
  | 'text'
export const placeKeys: readonly PlaceKey[] = [
  'account-name',
  'account-sid',
  'address',
  'task',
  'process',
  'share',
  'logon',
  'text',
]

/** Places of the values a key speaks of, for each kind of row. */
export function placesOf(segment: Segment, key: PlaceKey): readonly (readonly number[])[] {
  const ofShape = segment.shapes.map((shape, i) =>
    key === 'text' ? shape.names.map((_, at) => at) : pick(segment.positions[i] as Positions, key),
  )
  return Array.from(segment.heads.shapeOf, (shape) => ofShape[shape] ?? [])
}

function pick(positions: Positions, key: Exclude<PlaceKey, 'text'>): readonly number[] {
  switch (key) {
    case 'account-name':
      return positions.accounts.map(({ name }) => name).filter((at) => at >= 0)
    case 'account-sid':
      return positions.accounts.map(({ sid }) => sid).filter((at) => at >= 0)
    default:
      return positions[key]
  }
}

export class Postings {
  /** dictionary numbers that stand at the places, ascending; those that stand in few rows first */
  readonly #numbers: Uint16Array | Uint32Array
  /** where the rows of each of the first begin, and the end of the last */
  readonly #starts: Uint32Array
  readonly #rows: Uint16Array | Uint32Array
  /** rows of all others as bits, one after the other */
  readonly #dense: Uint32Array

  constructor(segment: Segment, key: PlaceKey) {
    const places = segment.places(key)
    const { count } = segment.readable
    const counts = zeros(0, count)
    // a value may stand in a row more than once
    const lastRow = zeros(1, count).fill(0xffff_ffff)
    forEachValue(segment, places, count, (row, number) => {
      if (lastRow[number] === row) return
      lastRow[number] = row
      counts[number] = (counts[number] as number) + 1
    })
    const words = wordsFor(segment.rows)
    const width = segment.rows <= 0x1_0000 ? 2 : 4
    const isDense = (number: number) => (counts[number] as number) * width > words * 4
    let distinct = 0
    let dense = 0
    for (let number = 0; number < count; number++) {
      if (counts[number] === 0) continue
      distinct++
      if (isDense(number)) dense++
    }
    this.#numbers = count <= 0x1_0000 ? new Uint16Array(distinct) : new Uint32Array(distinct)
    this.#starts = new Uint32Array(distinct - dense + 1)
    this.#dense = new Uint32Array(dense * words)
    const nextOf = lastRow.fill(0)
    let i = 0
    let denseAt = 0
    let at = 0
    for (let number = 0; number < count; number++) {
      const rows = counts[number] as number
      if (rows === 0) continue
      if (isDense(number)) {
        this.#numbers[distinct - dense + denseAt] = number
        nextOf[number] = isBits + denseAt++
        continue
      }
      this.#numbers[i] = number
      this.#starts[i++] = at
      nextOf[number] = at
      at += rows
    }
    this.#starts[i] = at
    const rows = width === 2 ? new Uint16Array(at) : new Uint32Array(at)
    counts.fill(0)
    forEachValue(segment, places, count, (row, number) => {
      const place = nextOf[number] as number
      if (place >= isBits) {
        const word = (place - isBits) * words + (row >>> 5)
        this.#dense[word] = (this.#dense[word] as number) | (1 << (row & 31))
        return
      }
      // the row noted last for this number, one more than it is
      if (counts[number] === row + 1) return
      counts[number] = row + 1
      rows[place] = row
      nextOf[number] = place + 1
    })
    this.#rows = rows
  }

  get bytes(): number {
    return this.#numbers.byteLength + this.#starts.byteLength + this.#rows.byteLength + this.#dense.byteLength
  }

  /** Sets the rows that have a value which fits. */
  mark(check: NumberCheck, out: Uint32Array): void {
    for (let i = 0; i < this.#numbers.length; i++)
      if (check.has(this.#numbers[i] as number)) this.#markRows(i, out)
  }

  /** The same for values already marked, by their numbers or by what `ids` says of each. */
  markHits(hits: Uint8Array, ids: Uint32Array | undefined, out: Uint32Array): void {
    const numbers = this.#numbers
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i] as number
      if (hits[ids ? (ids[number] as number) : number] === 1) this.#markRows(i, out)
    }
  }

  #markRows(i: number, out: Uint32Array): void {
    const sparse = this.#starts.length - 1
    if (i >= sparse) {
      const first = (i - sparse) * out.length
      for (let w = 0; w < out.length; w++) out[w] = (out[w] as number) | (this.#dense[first + w] as number)
      return
    }
    const rows = this.#rows
    const end = this.#starts[i + 1] as number
    for (let at = this.#starts[i] as number; at < end; at++) {
      const row = rows[at] as number
      out[row >>> 5] = (out[row >>> 5] as number) | (1 << (row & 31))
    }
  }
}

/** Counters for one posting list at a time: made anew for each they would be most of the memory used. */
const scratch = [new Uint32Array(0), new Uint32Array(0)]
function zeros(which: 0 | 1, count: number): Uint32Array {
  if ((scratch[which] as Uint32Array).length < count) scratch[which] = new Uint32Array(count * 2)
  return (scratch[which] as Uint32Array).subarray(0, count).fill(0)
}

/** Places from here on are those of bits: no segment has as many values. */
const isBits = 2 ** 31

function forEachValue(
  segment: Segment,
  places: readonly (readonly number[])[],
  count: number,
  onValue: (row: number, number: number) => void,
): void {
  const { kind: kindOf, widthOf } = segment.heads
  // all places side by side, so that a row costs no more than its values
  const firsts = new Uint32Array(places.length + 1)
  places.forEach((where, kind) => {
    firsts[kind + 1] = (firsts[kind] as number) + where.length
  })
  const flat = Uint32Array.from(places.flat())
  if (flat.length === 0) return
  const isAsked = places.map((where) => where.length > 0)
  segment.blocks.forEach((block, b) => {
    const end = block.firstRow + block.rows
    let row = block.firstRow
    while (row < end && !isAsked[kindOf[row] as number]) row++
    if (row === end) return
    const numbers = segment.valuesOfBlock(b)
    let start = segment.valueStart(row)
    for (; row < end; row++) {
      const kind = kindOf[row] as number
      const last = firsts[kind + 1] as number
      for (let i = firsts[kind] as number; i < last; i++) {
        const number = numbers[start + (flat[i] as number)] as number
        if (number < count) onValue(row, number)
      }
      start += widthOf[kind] as number
    }
  })
}
