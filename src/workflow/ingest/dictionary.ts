/**
 * Distinct values of one segment, as raw typed bytes: interning costs a hash and a compare, rendering to text waits until
 * somebody looks. Memory is bounded by the segment's own size (16 MiB of log).
 */

import type { GrowingBytes } from './aligned-memory.ts'
import { type Span, textAsIs } from './packed.ts'

/** texts whose number is known without looking at their bytes */
const mostTexts = 10_000
/** what a value has to fit in to be found by itself, with no look at the bytes kept */
const smallValue = 8
/** what a value has to fit in to be kept in its column's memory */
const columnValue = 24
/** numbers of one column's memory: size << 8 | type of the last value, its number, and its bytes */
export const columnMemory = 2 + columnValue / 4
const emptyMemory = -1

/** Memory of what so many columns held last. */
export const columnMemories = (columns: number) => new Int32Array(columns * columnMemory).fill(emptyMemory)

export class Dictionary {
  /** of values of up to 8 bytes: both halves, size << 8 | type, and number + 1; 0 is free */
  #small = new Int32Array(4 << 12)
  #smallCount = 0
  /** of other values: pairs of hash and entry number + 1; 0 is free */
  #slots = new Int32Array(2 << 13)
  #largeCount = 0
  #bytes = new Uint8Array(1 << 18)
  #view = new DataView(this.#bytes.buffer)
  #used = 0
  /** pairs of offset and size << 8 | type, side by side so that a look-up touches one cache line */
  #entries = new Uint32Array(1 << 13)
  #ofText = new Map<string, number>()
  count = 0

  clear(): void {
    this.#ofText = new Map()
    this.#small.fill(0)
    this.#slots.fill(0)
    this.#smallCount = 0
    this.#largeCount = 0
    this.#used = 0
    this.count = 0
  }

  /** True when entry `number` holds exactly this value. */
  isSame(number: number, type: number, view: DataView, at: number, size: number): boolean {
    return this.#entries[number * 2 + 1] === ((size << 8) | type) && this.#equal(number, view, at, size)
  }

  /** Number of a column's value. `memory` from `place` on tells what the column held last: many repeat, or nearly. */
  inColumn(
    memory: Int32Array,
    place: number,
    type: number,
    view: DataView,
    at: number,
    size: number,
  ): number {
    const kind = (size << 8) | type
    const isLikely = memory[place] === kind
    if (size <= smallValue) {
      const low = size >= 4 ? view.getInt32(at, true) : rest(view, at, size)
      const high = size === 8 ? view.getInt32(at + 4, true) : size > 4 ? rest(view, at + 4, size - 4) : 0
      if (isLikely && memory[place + 2] === low && memory[place + 3] === high)
        return memory[place + 1] as number
      const number = this.#smallNumber(kind, low, high, view, at, size)
      memory[place] = kind
      memory[place + 1] = number
      memory[place + 2] = low
      memory[place + 3] = high
      return number
    }
    if (isLikely) {
      const last = memory[place + 1] as number
      if (size <= columnValue ? isIn(memory, place + 2, view, at, size) : this.#equal(last, view, at, size))
        return last
    }
    const number = this.#largeNumber(kind, view, at, size)
    memory[place] = kind
    memory[place + 1] = number
    if (size <= columnValue) keepIn(memory, place + 2, view, at, size)
    return number
  }

  /** Number of the value; the same type and bytes give the same number. Numbers count from 0 in order of appearance. */
  number(type: number, view: DataView, at: number, size: number): number {
    const kind = (size << 8) | type
    if (size > smallValue) return this.#largeNumber(kind, view, at, size)
    const low = size >= 4 ? view.getInt32(at, true) : rest(view, at, size)
    const high = size > 4 ? rest(view, at + 4, size - 4) : 0
    return this.#smallNumber(kind, low, high, view, at, size)
  }

  #smallNumber(kind: number, low: number, high: number, view: DataView, at: number, size: number): number {
    const small = this.#small
    const mask = small.length - 4
    let slot = smallSlot(low, high, kind) & mask
    for (;;) {
      const number = (small[slot + 3] as number) - 1
      if (number < 0) break
      if (small[slot] === low && small[slot + 1] === high && small[slot + 2] === kind) return number
      slot = (slot + 4) & mask
    }
    const number = this.#add(kind, view, at, size)
    small[slot] = low
    small[slot + 1] = high
    small[slot + 2] = kind
    small[slot + 3] = number + 1
    if (++this.#smallCount * 8 > small.length) this.#growSmall()
    return number
  }

  #largeNumber(kind: number, view: DataView, at: number, size: number): number {
    // two lanes, so that the multiplications of one do not wait for those of the other
    let hash = Math.imul(kind, 0x9e3779b1)
    let lane = size
    let here = at
    for (const pairs = at + (size & ~7); here < pairs; here += 8) {
      hash = Math.imul(hash ^ view.getInt32(here, true), 0x85ebca6b)
      lane = Math.imul(lane ^ view.getInt32(here + 4, true), 0xc2b2ae35)
      hash ^= hash >>> 13
      lane ^= lane >>> 15
    }
    const end = at + size
    if (end - here >= 4) {
      hash = Math.imul(hash ^ view.getInt32(here, true), 0x85ebca6b)
      here += 4
    }
    if (here < end) hash = Math.imul(hash ^ rest(view, here, end - here), 0x01000193)
    hash = Math.imul(hash ^ lane, 0x27d4eb2f)
    hash ^= hash >>> 15
    const slots = this.#slots
    const mask = slots.length - 2
    let slot = (hash << 1) & mask
    for (;;) {
      const number = (slots[slot + 1] as number) - 1
      if (number < 0) break
      if (
        slots[slot] === hash &&
        this.#entries[number * 2 + 1] === kind &&
        this.#equal(number, view, at, size)
      )
        return number
      slot = (slot + 2) & mask
    }
    const number = this.#add(kind, view, at, size)
    slots[slot] = hash
    slots[slot + 1] = number + 1
    if (++this.#largeCount * 4 > slots.length) this.#growSlots()
    return number
  }

  /** A text of ours (template literals, tree path) as a string value. */
  text(text: string): number {
    const known = this.#ofText.get(text)
    if (known !== undefined) return known
    const bytes = new Uint8Array(text.length * 2)
    const view = new DataView(bytes.buffer)
    for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), true)
    const number = this.number(text.endsWith('\0') ? textAsIs : 1, view, 0, bytes.length)
    if (this.#ofText.size < mostTexts) this.#ofText.set(text, number)
    return number
  }

  #equal(number: number, view: DataView, at: number, size: number): boolean {
    const ours = this.#view
    const from = this.#entries[number * 2] as number
    let i = 0
    for (const whole = size & ~3; i < whole; i += 4)
      if (ours.getInt32(from + i, true) !== view.getInt32(at + i, true)) return false
    for (; i < size; i++) if (ours.getUint8(from + i) !== view.getUint8(at + i)) return false
    return true
  }

  #add(kind: number, view: DataView, at: number, size: number): number {
    const number = this.count++
    if (number * 2 === this.#entries.length) this.#growEntries()
    // values start at even places, so that all text of the dictionary can be decoded in one go
    const from = (this.#used + 1) & ~1
    if (from + size > this.#bytes.length) this.#growBytes(from + size)
    // the byte between is of the segment before this one: what is packed must not depend on that
    if (from > this.#used) this.#bytes[this.#used] = 0
    if (size > 256) this.#bytes.set(new Uint8Array(view.buffer, view.byteOffset + at, size), from)
    else {
      // making a view of the bytes costs more than to copy a few
      const ours = this.#view
      let i = 0
      for (const whole = size & ~3; i < whole; i += 4)
        ours.setInt32(from + i, view.getInt32(at + i, true), true)
      for (; i < size; i++) ours.setUint8(from + i, view.getUint8(at + i))
    }
    this.#used = from + size
    this.#entries[number * 2] = from
    this.#entries[number * 2 + 1] = kind
    return number
  }

  #growEntries(): void {
    const entries = new Uint32Array(this.#entries.length * 2)
    entries.set(this.#entries)
    this.#entries = entries
  }

  #growBytes(needed: number): void {
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    larger.set(this.#bytes.subarray(0, this.#used))
    this.#bytes = larger
    this.#view = new DataView(larger.buffer)
  }

  #growSmall(): void {
    const old = this.#small
    this.#small = new Int32Array(old.length * 2)
    const mask = this.#small.length - 4
    for (let from = 0; from < old.length; from += 4) {
      if (old[from + 3] === 0) continue
      let slot = smallSlot(old[from] as number, old[from + 1] as number, old[from + 2] as number) & mask
      while (this.#small[slot + 3] !== 0) slot = (slot + 4) & mask
      for (let i = 0; i < 4; i++) this.#small[slot + i] = old[from + i] as number
    }
  }

  #growSlots(): void {
    const old = this.#slots
    this.#slots = new Int32Array(old.length * 2)
    const mask = this.#slots.length - 2
    for (let from = 0; from < old.length; from += 2) {
      if (old[from + 1] === 0) continue
      let slot = ((old[from] as number) << 1) & mask
      while (this.#slots[slot + 1] !== 0) slot = (slot + 2) & mask
      this.#slots[slot] = old[from] as number
      this.#slots[slot + 1] = old[from + 1] as number
    }
  }

  /**
   * Adds one blob to `into`: count, length, then per entry offset and size << 8 | type, then the bytes (little-endian).
   * `records/values.ts` reads it.
   */
  pack(into: GrowingBytes): Span {
    const size = 8 + this.count * 8 + this.#used
    const at = into.reserve(size)
    const { bytes } = into
    const view = new DataView(bytes.buffer)
    view.setUint32(at, this.count, true)
    view.setUint32(at + 4, this.#used, true)
    bytes.set(new Uint8Array(this.#entries.buffer, 0, this.count * 8), at + 8)
    bytes.set(this.#bytes.subarray(0, this.#used), at + 8 + this.count * 8)
    return { at, size }
  }
}

/** Where a small value is looked for first. */
function smallSlot(low: number, high: number, kind: number): number {
  let hash = Math.imul(low ^ kind, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)
  hash ^= hash >>> 15
  return (Math.imul(hash, 0xc2b2ae35) >>> 8) << 2
}

/** Up to 4 bytes as one number. */
function rest(view: DataView, at: number, count: number): number {
  if (count === 4) return view.getInt32(at, true)
  if (count === 2) return view.getUint16(at, true)
  let word = 0
  for (let i = 0; i < count; i++) word |= view.getUint8(at + i) << (i * 8)
  return word
}

/** Whether a value lies in a column's memory; its size is that of the last one. */
function isIn(memory: Int32Array, place: number, view: DataView, at: number, size: number): boolean {
  let here = place
  let from = at
  for (const whole = at + (size & ~3); from < whole; from += 4)
    if (memory[here++] !== view.getInt32(from, true)) return false
  return (size & 3) === 0 || memory[here] === rest(view, from, size & 3)
}

function keepIn(memory: Int32Array, place: number, view: DataView, at: number, size: number): void {
  let here = place
  let from = at
  for (const whole = at + (size & ~3); from < whole; from += 4) memory[here++] = view.getInt32(from, true)
  if ((size & 3) !== 0) memory[here] = rest(view, from, size & 3)
}
