/**
 * Texts of a case's values, each once, however many segments hold it: lower case as filters compare it, a byte a sign, so that a
 * search runs over all of them at once; a bit a sign says which were capitals. Texts with other signs than those of Latin-1 are
 * kept as strings. They stand in memory while they are put together (`texts-builder.ts`), or in a search file.
 */
import { type BytesMay, mayHoldInOrder } from './bytes-may.ts'
import type { TextTest } from './text-test.ts'

/** Texts lie in chunks of so many bytes, none across the end of one. */
export const chunkBits = 20
export const chunkSize = 1 << chunkBits

export const isLatin = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return false
  return true
}

export interface WideText {
  readonly text: string
  readonly lower: string
}

/** Where the texts lie. */
export interface TextTable {
  /** ids given out so far */
  readonly count: number
  /** first byte of each id, over all chunks, and the end of the last */
  readonly starts: Uint32Array
  readonly wide: ReadonlyMap<number, WideText>
  readonly arrays: ReadonlySet<number>
  readonly chunks: number
  lower(chunk: number): Buffer
  /** the same for one look, good until the next chunk is asked for so */
  passing(chunk: number): Buffer
  /** a bit for each byte of the chunk */
  capitals(chunk: number): Uint8Array
}

/** What else a text must hold, where stars part it. */
interface Rest {
  readonly test: TextTest
  readonly may: BytesMay
}

/** A test on lower-case texts, and what spares making strings of them. */
export interface TextPattern {
  readonly test: TextTest
  readonly may?: BytesMay
}

const nothing: Buffer = Buffer.alloc(0)

export class CaseTexts {
  readonly #table: TextTable

  constructor(table: TextTable) {
    this.#table = table
  }

  get count(): number {
    return this.#table.count
  }

  isArray(id: number): boolean {
    return this.#table.arrays.has(id)
  }

  /** The text as it was. */
  text(id: number): string {
    const table = this.#table
    const wide = table.wide.get(id)
    if (wide) return wide.text
    const start = table.starts[id] as number
    const size = this.#sizeOf(id)
    if (!(size > 0)) return ''
    const chunk = table.lower(start >>> chunkBits)
    const capitals = table.capitals(start >>> chunkBits)
    const at = start & (chunkSize - 1)
    let copy: Buffer | undefined
    for (let i = at; i < at + size; i++) {
      if ((((capitals[i >>> 3] as number) >>> (i & 7)) & 1) === 0) continue
      copy ??= Buffer.from(chunk.subarray(at, at + size))
      copy[i - at] = (copy[i - at] as number) - 0x20
    }
    return copy ? copy.toString('latin1') : chunk.toString('latin1', at, at + size)
  }

  /** The text in lower case. */
  lower(id: number): string {
    const table = this.#table
    const wide = table.wide.get(id)
    if (wide) return wide.lower
    const start = table.starts[id] as number
    const size = this.#sizeOf(id)
    if (!(size > 0)) return ''
    const at = start & (chunkSize - 1)
    return table.lower(start >>> chunkBits).toString('latin1', at, at + size)
  }

  /** The test on one text; `may` spares making a string. */
  passes(id: number, test: TextTest, may: BytesMay | undefined): boolean {
    const table = this.#table
    if (may && !(table.wide.size > 0 && table.wide.has(id))) {
      const start = table.starts[id] as number
      const size = this.#sizeOf(id)
      const at = start & (chunkSize - 1)
      if (size > 0 && !may(table.lower(start >>> chunkBits), at, at + size)) return false
    }
    return test(this.lower(id))
  }

  /** Those of some ids, ascending, whose texts fit one of the patterns; in one go over where they lie. */
  fitting(ids: Uint32Array, patterns: readonly TextPattern[]): Uint32Array {
    const { starts, wide } = this.#table
    const fits = new Uint32Array(ids.length)
    let count = 0
    let chunk = -1
    let bytes = nothing
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number
      const start = starts[id] as number
      const size = (starts[id + 1] as number) - start
      if (size > 0 && start >>> chunkBits !== chunk) {
        chunk = start >>> chunkBits
        bytes = this.#table.passing(chunk)
      }
      const at = start & (chunkSize - 1)
      const other = wide.size > 0 ? wide.get(id) : undefined
      let text = other?.lower
      for (let k = 0; k < patterns.length; k++) {
        const { may, test } = patterns[k] as TextPattern
        if (!other && may && !may(bytes, at, at + size)) continue
        text ??= bytes.toString('latin1', at, at + size)
        if (!test(text)) continue
        fits[count++] = id
        break
      }
    }
    return fits.slice(0, count)
  }

  /** Sets `hits` of each id whose text holds what is asked for; `test` is that on a whole lower-case text. */
  search(value: string, test: TextTest, hits: Uint8Array): void {
    const lower = value.toLowerCase()
    for (const [id, wide] of this.#table.wide) if (test(wide.lower)) hits[id] = 1
    const parts = lower.split('*')
    const part = parts.reduce((a, b) => (b.length > a.length ? b : a), '')
    const more = parts.length === 1 ? undefined : { test, may: mayHoldInOrder(parts) }
    if (part === '') hits.fill(1, 0, this.count)
    else if (isLatin(lower))
      for (let c = 0; c < this.#table.chunks; c++)
        this.#searchChunk(c, Buffer.from(part, 'latin1'), more, hits)
  }

  #searchChunk(c: number, part: Buffer, more: Rest | undefined, hits: Uint8Array): void {
    const table = this.#table
    const chunk = table.passing(c)
    const base = c * chunkSize
    let id = 0
    let at = chunk.indexOf(part, 0)
    while (at >= 0) {
      id = this.#idAt(id, base + at)
      const start = (table.starts[id] as number) - base
      const end = start + this.#sizeOf(id)
      if (at + part.length > end) {
        at = chunk.indexOf(part, at + 1)
        continue
      }
      if (!more || (more.may(chunk, start, end) && more.test(chunk.toString('latin1', start, end))))
        hits[id] = 1
      at = chunk.indexOf(part, Math.max(end, at + 1))
    }
  }

  /** The last id that begins at or before a byte, searched from one that does. */
  #idAt(from: number, at: number): number {
    const { starts } = this.#table
    let step = 1
    let low = from
    while (low + step < this.count && (starts[low + step] as number) <= at) {
      low += step
      step *= 2
    }
    let high = Math.min(this.count, low + step)
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] as number) <= at) low = middle
      else high = middle
    }
    return low
  }

  #sizeOf(id: number): number {
    const { starts } = this.#table
    return (starts[id + 1] as number) - (starts[id] as number)
  }
}
