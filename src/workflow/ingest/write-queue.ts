/**
 * Blocks of one file on their way to the disk. Few writes at a time, and large ones where blocks that wait lie side by side: several
 * small writes that make a file longer only wait for each other, at the cost of the processor and of the disk's speed.
 */
import type { DirectFile } from './direct-file.ts'

const mostAtOnce = 2
const largestWrite = 4 << 20

interface Waiting {
  readonly bytes: Uint8Array
  readonly count: number
  readonly at: number
  end(error?: unknown): void
}

export class WriteQueue {
  readonly #file: Pick<DirectFile, 'write'>
  readonly #waiting: Waiting[] = []
  #running = 0

  constructor(file: Pick<DirectFile, 'write'>) {
    this.#file = file
  }

  /**
   * Writes the first `count` of `bytes` at `at`; see DirectFile. They must stay as they are until the promise is kept, and the next
   * write begins only when the event loop has had its turn.
   */
  write(bytes: Uint8Array, count: number, at: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ bytes, count, at, end: (error) => (error ? reject(error) : resolve()) })
      this.#start()
    })
  }

  #start(): void {
    while (this.#running < mostAtOnce && this.#waiting.length > 0) {
      const blocks = this.#waiting.splice(0, this.#sideBySide())
      const [first] = blocks as [Waiting]
      const count = blocks.reduce((sum, block) => sum + block.count, 0)
      this.#running++
      const end = (error?: unknown) => {
        this.#running--
        for (const block of blocks) block.end(error)
        this.#start()
      }
      this.#file
        .write(new Uint8Array(first.bytes.buffer, first.bytes.byteOffset, count), count, first.at)
        .then(() => end(), end)
    }
  }

  /** How many of those that wait follow each other in memory and in the file. */
  #sideBySide(): number {
    const waiting = this.#waiting
    let bytes = waiting[0]?.count ?? 0
    for (let i = 1; i < waiting.length; i++) {
      const [last, next] = [waiting[i - 1], waiting[i]] as [Waiting, Waiting]
      bytes += next.count
      const follows =
        last.count === last.bytes.length &&
        next.bytes.buffer === last.bytes.buffer &&
        next.bytes.byteOffset === last.bytes.byteOffset + last.count &&
        next.at === last.at + last.count
      if (!follows || bytes > largestWrite) return i
    }
    return waiting.length
  }
}
