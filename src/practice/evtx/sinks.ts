/** Where a log's bytes go. */
import { closeSync, openSync, writeSync } from 'node:fs'
import type { ByteSink } from './log-writer.ts'

/** A new file; refuses to overwrite one. Chunks are gathered to 1 MiB so that a long log is few writes. */
export class FileSink implements ByteSink {
  readonly #file: number
  readonly #gathered = Buffer.alloc(1 << 20)
  #start = 0
  #length = 0

  constructor(path: string) {
    this.#file = openSync(path, 'wx')
  }

  write(bytes: Uint8Array, position: number): void {
    const follows = position === this.#start + this.#length
    if (!follows || this.#length + bytes.length > this.#gathered.length) this.#flush()
    if (this.#length === 0) this.#start = position
    this.#gathered.set(bytes, this.#length)
    this.#length += bytes.length
  }

  close(): void {
    try {
      this.#flush()
    } finally {
      closeSync(this.#file)
    }
  }

  #flush(): void {
    let done = 0
    while (done < this.#length) {
      done += writeSync(this.#file, this.#gathered, done, this.#length - done, this.#start + done)
    }
    this.#length = 0
  }
}

/** The log in memory, for tests and small samples. */
export class MemorySink implements ByteSink {
  #bytes = new Uint8Array(1 << 17)
  #length = 0

  write(bytes: Uint8Array, position: number): void {
    const end = position + bytes.length
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, this.#bytes.length * 2))
      larger.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = larger
    }
    this.#bytes.set(bytes, position)
    this.#length = Math.max(this.#length, end)
  }

  get bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }
}
