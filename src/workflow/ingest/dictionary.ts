/**
 * Distinct values of one segment, as raw typed bytes: interning costs a hash and a compare, rendering to text waits until
 * somebody looks. Memory is bounded by the segment's own size (16 MiB of log).
 */

import type { GrowingBytes } from './aligned-memory.ts'
import { type Span, textAsIs } from './packed.ts'

/** texts whose number is known without looking at their bytes */
const mostTexts = 10_000

export class Dictionary {
  /** pairs of hash and entry number + 1; 0 is free */
  #slots = new Int32Array(1 << 15)
  #bytes = new Uint8Array(1 << 18)
  #view = new DataView(this.#bytes.buffer)
  #used = 0
  /** pairs of offset and size << 8 | type, side by side so that a look-up touches one cache line */
  #entries = new Uint32Array(1 << 13)
  #hashes = new Int32Array(1 << 12)
  #ofText = new Map<string, number>()
  count = 0

  clear(): void {
    this.#ofText = new Map()
    this.#slots.fill(0)
    this.#used = 0
    this.count = 0
  }

  /** True when entry `number` holds exactly this value: saves the hash for a column that repeats. */
  isSame(number: number, type: number, view: DataView, at: number, size: number): boolean {
    return this.#entries[number * 2 + 1] === ((size << 8) | type) && this.#equal(number, view, at, size)
  }

  /** Number of the value; the same type and bytes give the same number. Numbers count from 0 in order of appearance. */
  number(type: number, view: DataView, at: number, size: number): number {
    // two lanes, so that the multiplications of one do not wait for those of the other
    let hash = Math.imul(type ^ (size << 8), 0x9e3779b1)
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
    for (; here < end; here++) hash = Math.imul(hash ^ view.getUint8(here), 0x01000193)
    hash = Math.imul(hash ^ lane, 0x27d4eb2f)
    hash ^= hash >>> 15
    const slots = this.#slots
    const mask = slots.length - 2
    let slot = (hash << 1) & mask
    for (;;) {
      const number = (slots[slot + 1] as number) - 1
      if (number < 0) break
      if (slots[slot] === hash && this.isSame(number, type, view, at, size)) return number
      slot = (slot + 2) & mask
    }
    return this.#add(slot, hash, type, view, at, size)
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

  #add(slot: number, hash: number, type: number, view: DataView, at: number, size: number): number {
    const number = this.count++
    if (number === this.#hashes.length) this.#growEntries()
    // values start at even places, so that all text of the dictionary can be decoded in one go
    const from = (this.#used + 1) & ~1
    if (from + size > this.#bytes.length) this.#growBytes(from + size)
    // the byte between is of the segment before this one: what is packed must not depend on that
    if (from > this.#used) this.#bytes[this.#used] = 0
    this.#bytes.set(new Uint8Array(view.buffer, view.byteOffset + at, size), from)
    this.#used = from + size
    this.#entries[number * 2] = from
    this.#entries[number * 2 + 1] = (size << 8) | type
    this.#hashes[number] = hash
    this.#slots[slot] = hash
    this.#slots[slot + 1] = number + 1
    if (this.count * 4 > this.#slots.length) this.#rehash()
    return number
  }

  #growEntries(): void {
    const entries = new Uint32Array(this.#entries.length * 2)
    entries.set(this.#entries)
    this.#entries = entries
    const hashes = new Int32Array(this.#hashes.length * 2)
    hashes.set(this.#hashes)
    this.#hashes = hashes
  }

  #growBytes(needed: number): void {
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    larger.set(this.#bytes.subarray(0, this.#used))
    this.#bytes = larger
    this.#view = new DataView(larger.buffer)
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 4)
    const mask = slots.length - 2
    for (let number = 0; number < this.count; number++) {
      const hash = this.#hashes[number] as number
      let slot = (hash << 1) & mask
      while (slots[slot + 1] !== 0) slot = (slot + 2) & mask
      slots[slot] = hash
      slots[slot + 1] = number + 1
    }
    this.#slots = slots
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
