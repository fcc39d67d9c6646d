import type { Platform } from './byte-source.ts'

/**
 * The bytes of one chunk and their text. Decoding the whole chunk once as UTF-16 (once for even, once for odd offsets) and
 * taking substrings costs a tenth of decoding each value (evtx.md §4, trick 4).
 */
export class ChunkView {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly size: number
  #even: string | undefined
  #odd: string | undefined
  readonly #platform: Platform

  constructor(bytes: Uint8Array, platform: Platform) {
    this.bytes = bytes
    this.size = bytes.length
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#platform = platform
  }

  /** `units` UTF-16 code units from byte `offset`. The result shares memory with the whole chunk: copy it before keeping it. */
  text(offset: number, units: number): string {
    const start = offset >> 1
    if (offset & 1) {
      this.#odd ??= this.#platform.utf16(this.bytes.subarray(1, 1 + ((this.size - 1) & ~1)))
      return this.#odd.substring(start, start + units)
    }
    this.#even ??= this.#platform.utf16(this.bytes.subarray(0, this.size & ~1))
    return this.#even.substring(start, start + units)
  }
}
