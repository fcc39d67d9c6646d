/**
 * What the ingest threads share: a ring of blocks, which the copying thread fills with what it hashes and the parsers empty, and
 * a few counters, so that no message is needed per block. Each block belongs to one parser.
 */
import { chunkSize } from '../../evtx/format.ts'
import { sharedAligned } from './aligned-memory.ts'
import { directUnit } from './direct-file.ts'
import { chunksPerBlock } from './packed.ts'

/** bytes of the start of a file: its header and a little of what follows */
export const startBytes = 8192
/** bytes of a block: chunks of the log, behind its file header */
export const blockBytes = chunksPerBlock * chunkSize

const slot = {
  state: 0,
  cancelled: 1,
  /** counts up whenever parsers may find something new */
  news: 2,
  /** counts up whenever the copying thread may find room */
  room: 3,
  parsed: 4,
  /** bytes of the file's start that are there, plus 1; 0 while it is not read */
  start: 5,
  /** blocks of the whole file, once it is read */
  blocks: 6,
  /** blocks of the ring that are in use */
  ring: 7,
  /** nobody parses this file: blocks need not be waited for */
  unread: 8,
  /** units of `directUnit` bytes of the pack file that are given away */
  packUnits: 9,
} as const
/** one counter per parser behind the others: its segments that wait for the database */
const firstPending = 16
export const mostParsers = 8
/** two counters per block of the ring: number of the block that is in it plus 1, and its bytes */
const firstBlock = firstPending + mostParsers
const copyState = { running: 0, finished: 1, failed: 2 } as const
/**
 * Segments of one parser that may wait for the database before it waits too. The database takes segments in order, and the
 * parser whose turn it is never waits, so all of them go on.
 */
const maxPending = 3
const blocksPerStretch = 16
/** blocks the copying thread may be ahead */
const blocksAhead = 8

/** Blocks in a ring that lets so many parsers work side by side, each half done when the next one begins. */
const ringBlocks = (parsers: number) =>
  Math.ceil((parsers - 1) * (blocksPerStretch - blocksPerStretch / parsers)) + blocksAhead

export interface SharedMemory {
  readonly counters: SharedArrayBuffer
  readonly ring: SharedArrayBuffer
}

export class SharedState {
  readonly memory: SharedMemory
  readonly #slots: Int32Array

  constructor(memory: SharedMemory) {
    this.memory = memory
    this.#slots = new Int32Array(memory.counters)
  }

  /** Memory for so many parsers at most. */
  static forParsers(most: number): SharedState {
    const blocks = ringBlocks(most)
    return new SharedState({
      counters: new SharedArrayBuffer((firstBlock + blocks * 2) * 4),
      ring: sharedAligned(startBytes + blocks * blockBytes),
    })
  }

  /** Prepares for the next file. */
  begin(parsers: number): void {
    this.#slots.fill(0)
    Atomics.store(this.#slots, slot.ring, ringBlocks(parsers))
  }
  /** Work was prepared, or called off before it was. */
  get hasBegun(): boolean {
    return this.cancelled || Atomics.load(this.#slots, slot.ring) !== 0
  }
  get cancelled(): boolean {
    return Atomics.load(this.#slots, slot.cancelled) !== 0
  }
  cancel(): void {
    Atomics.store(this.#slots, slot.cancelled, 1)
    this.#tell(slot.news)
    this.#tell(slot.room)
    for (let i = firstPending; i < firstBlock; i++) Atomics.notify(this.#slots, i)
  }
  #tell(counter: number): void {
    Atomics.add(this.#slots, counter, 1)
    Atomics.notify(this.#slots, counter)
  }

  #blockSlot(block: number): number {
    return firstBlock + (block % Atomics.load(this.#slots, slot.ring)) * 2
  }
  /** All bytes of the place of a block; it may be filled once `roomFor` said so. */
  placeOf(block: number): Uint8Array {
    const at = startBytes + (block % Atomics.load(this.#slots, slot.ring)) * blockBytes
    return new Uint8Array(this.memory.ring, at, blockBytes)
  }
  get startPlace(): Uint8Array {
    return new Uint8Array(this.memory.ring, 0, startBytes)
  }

  /** Waits until the block's place is free. @returns false when the work was cancelled */
  roomFor(block: number): boolean {
    const place = this.#blockSlot(block)
    for (;;) {
      const room = Atomics.load(this.#slots, slot.room)
      if (this.cancelled) return false
      if (Atomics.load(this.#slots, slot.unread) !== 0 || Atomics.load(this.#slots, place) === 0) return true
      Atomics.wait(this.#slots, slot.room, room, 1000)
    }
  }
  startFilled(bytes: number): void {
    Atomics.store(this.#slots, slot.start, bytes + 1)
    this.#tell(slot.news)
  }
  blockFilled(block: number, bytes: number): void {
    const place = this.#blockSlot(block)
    Atomics.store(this.#slots, place + 1, bytes)
    Atomics.store(this.#slots, place, block + 1)
    this.#tell(slot.news)
  }
  /** The whole file was read, so many blocks. */
  finish(blocks: number): void {
    Atomics.store(this.#slots, slot.blocks, blocks)
    Atomics.store(this.#slots, slot.state, copyState.finished)
    this.#tell(slot.news)
  }
  fail(): void {
    Atomics.store(this.#slots, slot.state, copyState.failed)
    this.#tell(slot.news)
  }

  #stopped(): boolean {
    return this.cancelled || Atomics.load(this.#slots, slot.state) === copyState.failed
  }
  /** The file's first bytes, as many as there are of `startBytes`; undefined when the work was stopped. */
  start(): Uint8Array | undefined {
    for (;;) {
      const news = Atomics.load(this.#slots, slot.news)
      if (this.#stopped()) return undefined
      const filled = Atomics.load(this.#slots, slot.start)
      if (filled > 0) return this.startPlace.subarray(0, filled - 1)
      Atomics.wait(this.#slots, slot.news, news, 1000)
    }
  }
  /** Bytes of a block, none behind the end of the file; undefined when the work was stopped. To be followed by `release`. */
  take(block: number): Uint8Array | undefined {
    const place = this.#blockSlot(block)
    for (;;) {
      const news = Atomics.load(this.#slots, slot.news)
      if (this.#stopped()) return undefined
      if (Atomics.load(this.#slots, place) === block + 1)
        return this.placeOf(block).subarray(0, Atomics.load(this.#slots, place + 1))
      const isRead = Atomics.load(this.#slots, slot.state) === copyState.finished
      if (isRead && block >= Atomics.load(this.#slots, slot.blocks)) return new Uint8Array(0)
      Atomics.wait(this.#slots, slot.news, news, 1000)
    }
  }
  release(block: number): void {
    Atomics.store(this.#slots, this.#blockSlot(block), 0)
    Atomics.add(this.#slots, slot.parsed, 1)
    this.#tell(slot.room)
  }
  /** Nobody is going to take blocks of this file. */
  leaveUnread(): void {
    Atomics.store(this.#slots, slot.unread, 1)
    this.#tell(slot.room)
  }
  get parsed(): number {
    return Atomics.load(this.#slots, slot.parsed)
  }

  /** Place in the pack file for so many bytes, which nobody else gets. */
  placeInPack(bytes: number): number {
    return Atomics.add(this.#slots, slot.packUnits, Math.ceil(bytes / directUnit)) * directUnit
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
