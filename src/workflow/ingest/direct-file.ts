/**
 * A large file written past the page cache, where the system allows it: nobody is going to read a gigabyte of evidence again
 * soon, and to find room for it in the cache costs more time than hashing it. Elsewhere it is written as any file is.
 */
import { closeSync, constants, fsyncSync, ftruncateSync, openSync, write, writeSync } from 'node:fs'

/** what lengths, places in the file and addresses must be multiples of */
export const directUnit = 4096
/** smaller files are written as any file is: for them the cache is faster than the disk */
const directFrom = 4 << 20

export class DirectFile {
  readonly #path: string
  #file: number
  #direct: boolean
  #size = 0

  /** Opens the file at `path`, which is there already. @param expected bytes it will have, about */
  constructor(path: string, expected: number) {
    this.#path = path
    const { O_WRONLY, O_DIRECT } = constants
    this.#file = -1
    this.#direct = expected >= directFrom && O_DIRECT !== undefined
    if (this.#direct)
      try {
        this.#file = openSync(path, O_WRONLY | O_DIRECT)
      } catch (error) {
        if (!isRefused(error)) throw error
        this.#direct = false
      }
    if (this.#file < 0) this.#file = openSync(path, O_WRONLY)
  }

  /**
   * Writes the first `count` of `bytes` at `at`. Their memory starts at a multiple of `directUnit` and goes on for one more;
   * what it holds there may stand behind the end of the file until `finish`. It must stay as it is until the promise is kept.
   */
  async write(bytes: Uint8Array, count: number, at: number): Promise<void> {
    this.#size = Math.max(this.#size, at + count)
    if (this.#direct)
      try {
        const padded = new Uint8Array(bytes.buffer, bytes.byteOffset, paddedSize(count))
        await this.#writeLater(padded, at)
        return
      } catch (error) {
        if (!isRefused(error)) throw error
        this.#leaveDirect()
      }
    this.#writeAll(bytes.subarray(0, count), at)
  }

  /** As `write`, but returns when it is done. */
  writeNow(bytes: Uint8Array, count: number, at: number): void {
    this.#size = Math.max(this.#size, at + count)
    if (this.#direct)
      try {
        this.#writeAll(new Uint8Array(bytes.buffer, bytes.byteOffset, paddedSize(count)), at)
        return
      } catch (error) {
        if (!isRefused(error)) throw error
        this.#leaveDirect()
      }
    this.#writeAll(bytes.subarray(0, count), at)
  }

  /** Ends the file behind the last byte written, and waits until all of it is on disk. */
  finish(): void {
    ftruncateSync(this.#file, this.#size)
    this.flush()
  }

  flush(): void {
    fsyncSync(this.#file)
  }

  close(): void {
    if (this.#file >= 0) closeSync(this.#file)
    this.#file = -1
  }

  /** Some file systems take the flag and then want larger multiples than ours. */
  #leaveDirect(): void {
    if (!this.#direct) return
    this.#direct = false
    const file = openSync(this.#path, constants.O_WRONLY)
    closeSync(this.#file)
    this.#file = file
  }

  #writeAll(bytes: Uint8Array, position: number): void {
    for (let at = 0; at < bytes.length; )
      at += writeSync(this.#file, bytes, at, bytes.length - at, position + at)
  }

  async #writeLater(bytes: Uint8Array, position: number): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const from = at
      at += await new Promise<number>((resolve, reject) =>
        write(this.#file, bytes, from, bytes.length - from, position + from, (error, count) => {
          if (error) reject(error)
          else resolve(count)
        }),
      )
    }
  }
}

export const paddedSize = (size: number) => Math.ceil(size / directUnit) * directUnit

const isRefused = (error: unknown) => (error as NodeJS.ErrnoException).code === 'EINVAL'
