/**
 * Distinct values of one segment, as raw typed bytes: interning costs a hash and a compare, rendering to text waits until
 * somebody looks. Memory is bounded by the segment's own size (64 MiB of log).
 */
import type { ChunkView } from '../../evtx/chunk-view.ts'

export class Dictionary {
  #slots = new Int32Array(1 << 14)
  #bytes = new Uint8Array(1 << 18)
  #view = new DataView(this.#bytes.buffer)
  #used = 0
  #offsets = new Uint32Array(1 << 12)
  #sizes = new Uint32Array(1 << 12)
  #types = new Uint8Array(1 << 12)
  #hashes = new Int32Array(1 << 12)
  count = 0

  constructor() {
    this.clear()
  }

  clear(): void {
    this.#slots.fill(-1)
    this.#used = 0
    this.count = 0
  }

  /** True when entry `number` holds exactly this value: saves the hash for a column that repeats. */
  isSame(number: number, type: number, view: DataView, at: number, size: number): boolean {
    return this.#sizes[number] === size && this.#types[number] === type && this.#equal(number, view, at, size)
  }

  /** Number of the value; the same type and bytes give the same number. Numbers count from 0 in order of appearance. */
  number(type: number, view: DataView, at: number, size: number): number {
    let hash = Math.imul(type ^ (size << 8), 0x9e3779b1)
    let here = at
    const whole = at + (size & ~3)
    for (; here < whole; here += 4)
      hash = Math.imul(hash ^ view.getInt32(here, true), 0x85ebca6b) ^ (hash >>> 13)
    for (const end = at + size; here < end; here++) hash = Math.imul(hash ^ view.getUint8(here), 0x01000193)
    hash ^= hash >>> 15
    const mask = this.#slots.length - 1
    let slot = hash & mask
    for (;;) {
      const number = this.#slots[slot] as number
      if (number < 0) break
      if (this.#hashes[number] === hash && this.isSame(number, type, view, at, size)) return number
      slot = (slot + 1) & mask
    }
    return this.#add(slot, hash, type, view, at, size)
  }

  /** A text of ours (template literals, tree path) as a string value. */
  text(text: string): number {
    const bytes = new Uint8Array(text.length * 2)
    const view = new DataView(bytes.buffer)
    for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), true)
    return this.number(1, view, 0, bytes.length)
  }

  #equal(number: number, view: DataView, at: number, size: number): boolean {
    const ours = this.#view
    const from = this.#offsets[number] as number
    let i = 0
    for (const whole = size & ~3; i < whole; i += 4)
      if (ours.getInt32(from + i, true) !== view.getInt32(at + i, true)) return false
    for (; i < size; i++) if (ours.getUint8(from + i) !== view.getUint8(at + i)) return false
    return true
  }

  #add(slot: number, hash: number, type: number, view: DataView, at: number, size: number): number {
    const number = this.count++
    if (number === this.#offsets.length) this.#growEntries()
    // values start at even places, so that all text of the dictionary can be decoded in one go
    const from = (this.#used + 1) & ~1
    if (from + size > this.#bytes.length) this.#growBytes(from + size)
    this.#bytes.set(new Uint8Array(view.buffer, view.byteOffset + at, size), from)
    this.#used = from + size
    this.#offsets[number] = from
    this.#sizes[number] = size
    this.#types[number] = type
    this.#hashes[number] = hash
    this.#slots[slot] = number
    if (this.count * 2 > this.#slots.length) this.#rehash()
    return number
  }

  #growEntries(): void {
    const size = this.#offsets.length * 2
    const offsets = new Uint32Array(size)
    offsets.set(this.#offsets)
    this.#offsets = offsets
    const sizes = new Uint32Array(size)
    sizes.set(this.#sizes)
    this.#sizes = sizes
    const types = new Uint8Array(size)
    types.set(this.#types)
    this.#types = types
    const hashes = new Int32Array(size)
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
    this.#slots = new Int32Array(this.#slots.length * 4).fill(-1)
    const mask = this.#slots.length - 1
    for (let number = 0; number < this.count; number++) {
      let slot = (this.#hashes[number] as number) & mask
      while ((this.#slots[slot] as number) >= 0) slot = (slot + 1) & mask
      this.#slots[slot] = number
    }
  }

  /** One blob: count, types, offsets, sizes, bytes (little-endian; each part at a multiple of 4). `records/values.ts` reads it. */
  pack(): Uint8Array {
    const typesSize = (this.count + 3) & ~3
    const head = 8 + typesSize + this.count * 8
    const blob = new Uint8Array(head + this.#used)
    const view = new DataView(blob.buffer)
    view.setUint32(0, this.count, true)
    view.setUint32(4, this.#used, true)
    blob.set(this.#types.subarray(0, this.count), 8)
    blob.set(bytesOf(this.#offsets, this.count), 8 + typesSize)
    blob.set(bytesOf(this.#sizes, this.count), 8 + typesSize + this.count * 4)
    blob.set(this.#bytes.subarray(0, this.#used), head)
    return blob
  }
}

const bytesOf = (numbers: Uint32Array, count: number) => new Uint8Array(numbers.buffer, 0, count * 4)

/** Reads a value where it lies, for callers that hold a chunk. */
export const internValue = (
  dictionary: Dictionary,
  chunk: ChunkView,
  type: number,
  at: number,
  size: number,
): number => dictionary.number(type, chunk.view, at, size)
