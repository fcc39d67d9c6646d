/** In which rows of a segment a value stands, for the places filters ask for: made when first asked for, and kept with the values. */

import type { Shape } from '../ingest/packed.ts'
import type { Positions } from './positions.ts'
import { wordsFor } from './row-bits.ts'
import { numbers16, numbers32 } from './row-places.ts'
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

const placesOfShape = new WeakMap<Shape, Map<PlaceKey, readonly number[]>>()

/** Places of the values a key speaks of, for each kind of row; shapes that segments share are looked at once. */
export function placesOf(segment: Segment, key: PlaceKey): readonly (readonly number[])[] {
  const ofShape = segment.shapes.map((shape, i) => {
    const known = placesOfShape.get(shape) ?? new Map<PlaceKey, readonly number[]>()
    placesOfShape.set(shape, known)
    const places =
      known.get(key) ??
      (key === 'text' ? shape.names.map((_, at) => at) : pick(segment.positions[i] as Positions, key))
    known.set(key, places)
    return places
  })
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

/** Dictionary numbers of the blocks of a segment. */
export type NumbersOf = (block: number) => Uint16Array | Uint32Array

export class Postings {
  /** dictionary numbers that stand at the places, ascending; those that stand in few rows first */
  readonly #numbers: Uint16Array | Uint32Array
  /** where the rows of each of the first begin, and the end of the last */
  readonly #starts: Uint32Array
  readonly #rows: Uint16Array | Uint32Array
  /** rows of all others as bits, one after the other */
  readonly #dense: Uint32Array

  private constructor(
    numbers: Uint16Array | Uint32Array,
    starts: Uint32Array,
    rows: Uint16Array | Uint32Array,
    dense: Uint32Array,
  ) {
    this.#numbers = numbers
    this.#starts = starts
    this.#rows = rows
    this.#dense = dense
  }

  /** @param count of values in the dictionary of the segment */
  static of(segment: Segment, key: PlaceKey, count: number, numbersOf: NumbersOf): Postings {
    const places = segment.places(key)
    const counts = zeros(0, count)
    // a value may stand in a row more than once
    const lastRow = zeros(1, count).fill(0xffff_ffff)
    forEachValue(segment, places, count, numbersOf, (row, number) => {
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
    const numbers = count <= 0x1_0000 ? new Uint16Array(distinct) : new Uint32Array(distinct)
    const starts = new Uint32Array(distinct - dense + 1)
    const bits = new Uint32Array(dense * words)
    const nextOf = lastRow.fill(0)
    let i = 0
    let denseAt = 0
    let at = 0
    for (let number = 0; number < count; number++) {
      const found = counts[number] as number
      if (found === 0) continue
      if (isDense(number)) {
        numbers[distinct - dense + denseAt] = number
        nextOf[number] = isBits + denseAt++
        continue
      }
      numbers[i] = number
      starts[i++] = at
      nextOf[number] = at
      at += found
    }
    starts[i] = at
    const rows = width === 2 ? new Uint16Array(at) : new Uint32Array(at)
    counts.fill(0)
    forEachValue(segment, places, count, numbersOf, (row, number) => {
      const place = nextOf[number] as number
      if (place >= isBits) {
        const word = (place - isBits) * words + (row >>> 5)
        bits[word] = (bits[word] as number) | (1 << (row & 31))
        return
      }
      // the row noted last for this number, one more than it is
      if (counts[number] === row + 1) return
      counts[number] = row + 1
      rows[place] = row
      nextOf[number] = place + 1
    })
    return new Postings(numbers, starts, rows, bits)
  }

  /** The same with the ids of the numbers, ascending, in their place; numbers of one text are side by side then. */
  byIds(ids: Uint32Array): Postings {
    const sparse = this.#starts.length - 1
    const numbers = Uint32Array.from(this.#numbers, (number) => ids[number] as number)
    const sorted = (from: number, to: number) =>
      Uint32Array.from({ length: to - from }, (_, i) => from + i).sort(
        (a, b) => (numbers[a] as number) - (numbers[b] as number) || a - b,
      )
    const few = sorted(0, sparse)
    const many = sorted(sparse, numbers.length)
    const starts = new Uint32Array(this.#starts.length)
    const rows = this.#rows.slice()
    let at = 0
    few.forEach((from, i) => {
      const list = this.#rows.subarray(this.#starts[from], this.#starts[from + 1])
      rows.set(list, at)
      starts[i] = at
      at += list.length
    })
    starts[sparse] = at
    const dense = this.#dense.slice()
    const words = many.length > 0 ? dense.length / many.length : 0
    many.forEach((from, i) => {
      const first = (from - sparse) * words
      dense.set(this.#dense.subarray(first, first + words), i * words)
    })
    const all = new Uint32Array(numbers.length)
    few.forEach((from, i) => {
      all[i] = numbers[from] as number
    })
    many.forEach((from, i) => {
      all[sparse + i] = numbers[from] as number
    })
    return new Postings(all, starts, rows, dense)
  }

  /** Calls for each number, or id. */
  forEachNumber(onNumber: (number: number) => void): void {
    this.#numbers.forEach(onNumber)
  }

  /** Sets the rows of some ids, ascending; for postings by ids. */
  markIds(wanted: Uint32Array, out: Uint32Array): void {
    const sparse = this.#starts.length - 1
    this.#markWithin(0, sparse, wanted, out)
    this.#markWithin(sparse, this.#numbers.length, wanted, out)
  }

  /** Both lists ascend: each is gone through in leaps to where the other stands. */
  #markWithin(from: number, to: number, wanted: Uint32Array, out: Uint32Array): void {
    const ids = this.#numbers
    let at = from
    let w = 0
    while (at < to) {
      w = leap(wanted, w, wanted.length, ids[at] as number)
      if (w === wanted.length) return
      at = leap(ids, at, to, wanted[w] as number)
      while (at < to && ids[at] === wanted[w]) this.#markRows(at++, out)
    }
  }

  /** As bytes: sizes and widths of the four lists, then the lists, the widest first. */
  pack(): Uint8Array {
    const lists = [this.#starts, this.#dense, this.#numbers, this.#rows]
    const head = new Uint32Array(lists.flatMap((list) => [list.length, list.BYTES_PER_ELEMENT]))
    const parts = [head, ...lists.toSorted((a, b) => b.BYTES_PER_ELEMENT - a.BYTES_PER_ELEMENT)]
    return Buffer.concat(
      parts.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)),
    )
  }

  /** What `pack` gave. @throws RangeError when it is not that */
  static packed(bytes: Uint8Array): Postings {
    const head = numbers32(bytes, 0, 8)
    const lists: (Uint16Array | Uint32Array)[] = []
    let at = 32
    for (const width of [4, 2])
      for (let i = 0; i < 4; i++) {
        if (head[i * 2 + 1] !== width) continue
        const count = head[i * 2] as number
        if (at + count * width > bytes.length) throw new RangeError('postings are cut')
        lists[i] = width === 4 ? numbers32(bytes, at, count) : numbers16(bytes, at, count)
        at += count * width
      }
    const [starts, dense, numbers, rows] = lists
    if (!(starts instanceof Uint32Array && dense instanceof Uint32Array && numbers && rows))
      throw new RangeError('postings are of no known form')
    for (let i = 0; i < starts.length; i++)
      if ((starts[i] as number) > (starts[i + 1] ?? rows.length))
        throw new RangeError('postings out of order')
    return new Postings(numbers, starts, rows, dense)
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

/** First place from `from` on whose number is not below `least`, found in steps that double. */
function leap(numbers: Uint16Array | Uint32Array, from: number, end: number, least: number): number {
  if (from < end && (numbers[from] as number) >= least) return from
  let low = from
  let step = 1
  while (low + step < end && (numbers[low + step] as number) < least) {
    low += step
    step *= 2
  }
  let high = Math.min(end, low + step)
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if ((numbers[middle] as number) < least) low = middle
    else high = middle
  }
  return high
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
  numbersOf: NumbersOf,
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
    const numbers = numbersOf(b)
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
