/** A window that slides over a file: what the splitters read through, so that memory does not depend on the file's size. */
import type { ByteSource } from '../evtx/byte-source.ts'

const step = 1 << 20

export class ByteWindow {
  readonly #source: ByteSource
  #bytes = new Uint8Array(step)
  /** offset in the file of the first byte held */
  start = 0
  length = 0

  constructor(source: ByteSource) {
    this.#source = source
  }

  /** The byte at this offset of the file; -1 behind the end. Offsets before `start` are gone. */
  at(offset: number): number {
    while (offset >= this.start + this.length) if (!this.#more()) return -1
    return this.#bytes[offset - this.start] as number
  }

  /** A copy of the bytes from `from` to `to`; both must still be held. */
  slice(from: number, to: number): Uint8Array {
    return this.#bytes.slice(from - this.start, to - this.start)
  }

  /** Lets go of everything before `offset`. */
  drop(offset: number): void {
    const count = Math.min(offset - this.start, this.length)
    if (count < step / 2) return
    this.#bytes.copyWithin(0, count, this.length)
    this.start += count
    this.length -= count
  }

  #more(): boolean {
    const position = this.start + this.length
    if (this.length + step > this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length + step)
      larger.set(this.#bytes.subarray(0, this.length))
      this.#bytes = larger
    }
    const read = this.#source.read(position, this.#bytes.subarray(this.length, this.length + step))
    this.length += read
    return read > 0
  }
}
