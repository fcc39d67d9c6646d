import { limits } from '../base/limits.ts'
import type { ChunkView } from './chunk-view.ts'
import { BinXmlError } from './problem.ts'

/** Interned texts of template definitions: element and attribute names and literals, each with a small number. */
export class Texts {
  readonly #byHash = new Map<number, number[]>()
  readonly all: string[] = []
  /** code units of all texts together */
  units = 0
  /** how often all numbers have lost their meaning */
  generation = 0
  /** code units looked at in the current chunk */
  #unitsOfChunk = 0

  startChunk(): void {
    this.#unitsOfChunk = 0
  }

  /** Number of the text of `units` UTF-16 code units at `offset`. */
  number(chunk: ChunkView, offset: number, units: number): number {
    if (offset + units * 2 > chunk.size)
      throw new BinXmlError('text reaches past the end of the chunk', offset)
    this.#unitsOfChunk += units
    if (this.#unitsOfChunk > limits.definitionBytes)
      throw new BinXmlError('the texts of the templates of this chunk overlap too often', offset)
    let hash = 0x811c9dc5 ^ units
    const view = chunk.view
    for (let at = offset, end = offset + units * 2; at < end; at += 2)
      hash = Math.imul(hash ^ view.getUint16(at, true), 0x01000193)
    const same = this.#byHash.get(hash)
    if (same) {
      for (const number of same) if (isText(this.all[number] as string, view, offset, units)) return number
    }
    const number = this.all.length
    this.all.push(textAt(view, offset, units))
    this.units += units
    if (same) same.push(number)
    else this.#byHash.set(hash, [number])
    return number
  }

  clear(): void {
    this.#byHash.clear()
    this.all.length = 0
    this.units = 0
    this.generation++
  }
}

/** Compares without decoding: most chunks never need their text decoded for names. */
function isText(text: string, view: DataView, offset: number, units: number): boolean {
  if (text.length !== units) return false
  for (let i = 0; i < units; i++)
    if (text.charCodeAt(i) !== view.getUint16(offset + i * 2, true)) return false
  return true
}

/** A string of its own: a substring of the chunk's text would keep all of that alive. */
function textAt(view: DataView, offset: number, units: number): string {
  let text = ''
  // by hundreds: adding one unit at a time makes a chain of as many strings, which is kept until somebody reads the text
  for (let from = 0; from < units; from += 512) {
    const codes: number[] = []
    for (let i = from; i < units && i < from + 512; i++) codes.push(view.getUint16(offset + i * 2, true))
    text += String.fromCharCode.apply(undefined, codes)
  }
  return text
}

/** Where a name stands in this chunk → its number in Texts, so that each name of a chunk is resolved once. */
export class NameSlots {
  readonly #slots = new Int32Array(65_536).fill(-1)
  readonly #touched: number[] = []

  reset(): void {
    for (const offset of this.#touched) this.#slots[offset] = -1
    this.#touched.length = 0
  }

  /** Where the names stand that were looked up since the last reset. */
  get offsets(): readonly number[] {
    return this.#touched
  }

  /** Number of the name whose structure (next u32, hash u16, count u16, text) stands at `offset` of the chunk. */
  number(chunk: ChunkView, offset: number, texts: Texts): number {
    const known = this.#slots[offset]
    if (known !== undefined && known >= 0) return known
    if (offset < 0 || offset + 8 > chunk.size) throw new BinXmlError('name lies outside the chunk', offset)
    const number = texts.number(chunk, offset + 8, chunk.view.getUint16(offset + 6, true))
    this.#slots[offset] = number
    this.#touched.push(offset)
    return number
  }
}

/** Bytes of a name structure at `offset`, its terminating zero included. */
export function nameSize(chunk: ChunkView, offset: number): number {
  if (offset + 8 > chunk.size) throw new BinXmlError('name lies outside the chunk', offset)
  return 8 + (chunk.view.getUint16(offset + 6, true) + 1) * 2
}
