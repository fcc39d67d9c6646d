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

export class ByteCache {
  readonly most: number
  bytes = 0
  #heavyBytes = 0
  readonly #entries = new Map<number, Entry>()
  /** keys of parts that are soon read again, and of those that took work to make */
  readonly #light: number[] = []
  readonly #heavy: number[] = []
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
    return this.#heavyBytes > this.most * 0.95
  }

  get(key: number): unknown {
    return this.#entries.get(key)?.part
  }

  /** @param isLight soon read again: goes before others */
  set(key: number, part: unknown, bytes: number, isLight = false): void {
    this.#remove(key)
    if (bytes > this.most) return
    while (this.bytes + bytes > this.most) {
      const keys = this.#light.length > 0 ? this.#light : this.#heavy
      this.#draw = (Math.imul(this.#draw, 1_103_515_245) + 12_345) >>> 0
      this.#remove(keys[Math.floor((this.#draw / 2 ** 32) * keys.length)] as number)
    }
    const keys = isLight ? this.#light : this.#heavy
    this.#entries.set(key, { part, bytes, keys, place: keys.length })
    keys.push(key)
    this.bytes += bytes
    if (!isLight) this.#heavyBytes += bytes
  }

  #remove(key: number): void {
    const entry = this.#entries.get(key)
    if (!entry) return
    const { keys, place, bytes } = entry
    this.#entries.delete(key)
    this.bytes -= bytes
    if (keys === this.#heavy) this.#heavyBytes -= bytes
    const last = keys.pop() as number
    if (last === key) return
    keys[place] = last
    const moved = this.#entries.get(last)
    if (moved) moved.place = place
  }
}

const megabyte = 2 ** 20
/**
 * What one open case keeps of values, in bytes: all of a log of 1 GB, and less where the index of more records takes the room, so
 * that index and values together stay near 224 MB for as long as the index leaves room.
 */
export const keptBytes = (records: number): number =>
  Math.max(64 * megabyte, 224 * megabyte - records * indexBytesPerRecord)
const indexBytesPerRecord = 21
