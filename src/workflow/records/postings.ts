/** In which rows of a segment a value stands, for the places filters ask for: made when first asked for, and kept with the values. */
import type { Positions } from './positions.ts'
import type { Segment } from './segment.ts'
import type { ValueCheck } from './value-check.ts'

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
  /** dictionary numbers that stand at the places, ascending */
  readonly #numbers: Uint16Array | Uint32Array
  /** where the rows of each begin, and the end of the last */
  readonly #starts: Uint32Array
  readonly #rows: Uint16Array | Uint32Array

  constructor(segment: Segment, key: PlaceKey) {
    const places = segment.places(key)
    const next = new Uint32Array(segment.values.count)
    forEachValue(segment, places, (_row, number) => {
      next[number] = (next[number] as number) + 1
    })
    let distinct = 0
    for (const count of next) if (count > 0) distinct++
    this.#numbers = next.length <= 0x1_0000 ? new Uint16Array(distinct) : new Uint32Array(distinct)
    this.#starts = new Uint32Array(distinct + 1)
    let i = 0
    let at = 0
    for (let number = 0; number < next.length; number++) {
      const count = next[number] as number
      if (count === 0) continue
      this.#numbers[i] = number
      this.#starts[i++] = at
      next[number] = at
      at += count
    }
    this.#starts[distinct] = at
    const rows = segment.rows <= 0x1_0000 ? new Uint16Array(at) : new Uint32Array(at)
    forEachValue(segment, places, (row, number) => {
      rows[next[number] as number] = row
      next[number] = (next[number] as number) + 1
    })
    this.#rows = rows
  }

  get bytes(): number {
    return this.#numbers.byteLength + this.#starts.byteLength + this.#rows.byteLength
  }

  /** Sets the rows that have a value which fits. */
  mark(check: ValueCheck, out: Uint32Array): void {
    for (let i = 0; i < this.#numbers.length; i++)
      if (check.has(this.#numbers[i] as number)) this.#markRows(i, out)
  }

  /** The same for values already marked by their numbers. */
  markHits(hits: Uint8Array, out: Uint32Array): void {
    for (let i = 0; i < this.#numbers.length; i++)
      if (hits[this.#numbers[i] as number] === 1) this.#markRows(i, out)
  }

  #markRows(i: number, out: Uint32Array): void {
    const rows = this.#rows
    const end = this.#starts[i + 1] as number
    for (let at = this.#starts[i] as number; at < end; at++) {
      const row = rows[at] as number
      out[row >>> 5] = (out[row >>> 5] as number) | (1 << (row & 31))
    }
  }
}

function forEachValue(
  segment: Segment,
  places: readonly (readonly number[])[],
  onValue: (row: number, number: number) => void,
): void {
  const { kind: kindOf, widthOf } = segment.heads
  const { count } = segment.values
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
