/**
 * Parts of a case read from disk, kept up to a number of bytes. Who looks at a case goes through it from end to end, again and
 * again: throwing out the oldest part would then throw out just what is needed next. So the victim is drawn, by a fixed sequence:
 * of a case twice the size half is still found here.
 */
interface Entry {
  readonly part: unknown
  readonly bytes: number
  readonly keys: number[]
  place: number
}

/** Blocks are soon read again and go first, then dictionaries; what took work to make goes last. */
export type Weight = 'block' | 'dictionary' | 'made'

export class ByteCache {
  readonly most: number
  bytes = 0
  #madeBytes = 0
  #held = 0
  readonly #entries = new Map<number, Entry>()
  /** keys by what it costs to have a part again */
  readonly #keys: Record<Weight, number[]> = { block: [], dictionary: [], made: [] }
  #draw = 1
  #lastKey = 0

  /** @param most bytes kept at once; a part that is larger by itself is not kept */
  constructor(most: number) {
    this.most = most
  }

  /** A key nobody else has. */
  newKey(): number {
    return ++this.#lastKey
  }

  /** What is read ahead from here on would push out what was read before. */
  get isNearlyFull(): boolean {
    return this.#madeBytes > this.most * 0.95
  }

  /** Another dictionary would push out what is kept. */
  get isFull(): boolean {
    return this.bytes > this.most * 0.9
  }

  get(key: number): unknown {
    return this.#entries.get(key)?.part
  }

  set(key: number, part: unknown, bytes: number, weight: Weight): void {
    this.#remove(key)
    if (bytes > this.most - this.#held) return
    this.#makeRoom(bytes)
    const keys = this.#keys[weight]
    this.#entries.set(key, { part, bytes, keys, place: keys.length })
    keys.push(key)
    this.bytes += bytes
    if (weight === 'made') this.#madeBytes += bytes
  }

  /** Lets a part go. */
  drop(key: number): void {
    this.#remove(key)
  }

  /** What is held beside the parts, in bytes: takes room from them. */
  hold(bytes: number): void {
    this.bytes += bytes - this.#held
    this.#madeBytes += bytes - this.#held
    this.#held = bytes
    this.#makeRoom(0)
  }

  #makeRoom(bytes: number): void {
    while (this.bytes + bytes > this.most && this.#entries.size > 0) {
      const { block, dictionary, made } = this.#keys
      const keys = [block, dictionary, made].find((some) => some.length > 0) as number[]
      this.#draw = (Math.imul(this.#draw, 1_103_515_245) + 12_345) >>> 0
      this.#remove(keys[Math.floor((this.#draw / 2 ** 32) * keys.length)] as number)
    }
  }

  #remove(key: number): void {
    const entry = this.#entries.get(key)
    if (!entry) return
    const { keys, place, bytes } = entry
    this.#entries.delete(key)
    this.bytes -= bytes
    if (keys === this.#keys.made) this.#madeBytes -= bytes
    const last = keys.pop() as number
    if (last === key) return
    keys[place] = last
    const moved = this.#entries.get(last)
    if (moved) moved.place = place
  }
}

const megabyte = 2 ** 20
/**
 * What one open case keeps of values, in bytes, and less where the index of more records takes the room. With search files beside
 * the database to keep little costs little: what was let go is read again, not made again.
 */
export const keptBytes = (records: number): number =>
  Math.max(64 * megabyte, 112 * megabyte - records * indexBytesPerRecord)
const indexBytesPerRecord = 14
