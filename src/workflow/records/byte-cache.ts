/**
 * Parts of a case read from disk, kept up to a number of bytes. Who looks at a case goes through it from end to end, again and
 * again: throwing out the oldest part would then throw out just what is needed next. So the victim is drawn, by a fixed sequence:
 * of a case twice the size half is still found here.
 */
export class ByteCache {
  readonly most: number
  bytes = 0
  readonly #entries = new Map<number, { readonly part: unknown; readonly bytes: number; place: number }>()
  readonly #keys: number[] = []
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

  get(key: number): unknown {
    return this.#entries.get(key)?.part
  }

  set(key: number, part: unknown, bytes: number): void {
    this.#remove(key)
    if (bytes > this.most) return
    while (this.bytes + bytes > this.most) {
      this.#draw = (Math.imul(this.#draw, 1_103_515_245) + 12_345) >>> 0
      this.#remove(this.#keys[Math.floor((this.#draw / 2 ** 32) * this.#keys.length)] as number)
    }
    this.#entries.set(key, { part, bytes, place: this.#keys.length })
    this.#keys.push(key)
    this.bytes += bytes
  }

  #remove(key: number): void {
    const entry = this.#entries.get(key)
    if (!entry) return
    this.#entries.delete(key)
    this.bytes -= entry.bytes
    const last = this.#keys.pop() as number
    if (last === key) return
    this.#keys[entry.place] = last
    const moved = this.#entries.get(last)
    if (moved) moved.place = entry.place
  }
}

/** What one open case keeps of values: all of a log of 1 GB, and little enough for ten times that beside the index. */
export const keptBytes = 192 * 2 ** 20
