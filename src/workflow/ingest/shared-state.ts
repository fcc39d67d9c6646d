/** What the ingest threads see of each other: a few counters in shared memory, so that no message is needed per block. */
export const blockBytes = 1 << 20

const slot = { written: 0, state: 1, sizeLow: 2, sizeHigh: 3, parsed: 4, cancelled: 5 } as const
/** one slot per parser behind the others: its segments that wait for the database */
const firstPending = 8
export const mostParsers = 8
export const copyState = { running: 0, finished: 1, failed: 2 } as const
/**
 * Segments of one parser that may wait for the database before it waits too. The database takes segments in order, and the
 * parser whose turn it is never waits, so all of them go on.
 */
const maxPending = 3

export class SharedState {
  readonly buffer: SharedArrayBuffer
  readonly #slots: Int32Array
  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer((firstPending + mostParsers) * 4)) {
    this.buffer = buffer
    this.#slots = new Int32Array(buffer)
  }

  reset(): void {
    this.#slots.fill(0)
  }
  get cancelled(): boolean {
    return Atomics.load(this.#slots, slot.cancelled) !== 0
  }
  cancel(): void {
    Atomics.store(this.#slots, slot.cancelled, 1)
    for (let i = 0; i < this.#slots.length; i++) Atomics.notify(this.#slots, i)
  }

  /** Whole blocks of the stored copy that are on disk. */
  get written(): number {
    return Atomics.load(this.#slots, slot.written)
  }
  blockWritten(): void {
    Atomics.add(this.#slots, slot.written, 1)
    Atomics.notify(this.#slots, slot.written)
  }
  finish(size: number): void {
    Atomics.store(this.#slots, slot.sizeLow, size % 2 ** 31)
    Atomics.store(this.#slots, slot.sizeHigh, Math.floor(size / 2 ** 31))
    Atomics.store(this.#slots, slot.state, copyState.finished)
    Atomics.notify(this.#slots, slot.written)
  }
  fail(): void {
    Atomics.store(this.#slots, slot.state, copyState.failed)
    Atomics.notify(this.#slots, slot.written)
  }
  get state(): number {
    return Atomics.load(this.#slots, slot.state)
  }
  get size(): number {
    return Atomics.load(this.#slots, slot.sizeHigh) * 2 ** 31 + Atomics.load(this.#slots, slot.sizeLow)
  }

  /** Waits until `blocks` whole blocks are written or the copy ended. */
  waitForBlocks(blocks: number): void {
    for (;;) {
      const written = this.written
      if (written >= blocks || this.state !== copyState.running || this.cancelled) return
      Atomics.wait(this.#slots, slot.written, written, 1000)
    }
  }

  blockParsed(): void {
    Atomics.add(this.#slots, slot.parsed, 1)
  }
  get parsed(): number {
    return Atomics.load(this.#slots, slot.parsed)
  }

  /** Parser `parser`: one more segment is on its way; waits while too many are. */
  segmentSent(parser: number): void {
    const place = firstPending + parser
    Atomics.add(this.#slots, place, 1)
    for (;;) {
      const pending = Atomics.load(this.#slots, place)
      if (pending < maxPending || this.cancelled) return
      Atomics.wait(this.#slots, place, pending, 1000)
    }
  }
  segmentStored(parser: number): void {
    const place = firstPending + parser
    Atomics.sub(this.#slots, place, 1)
    Atomics.notify(this.#slots, place)
  }
}
