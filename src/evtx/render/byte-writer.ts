/**
 * Output of records as UTF-8 bytes: one reused buffer, written by hand. Strings would cost an allocation and a copy per value;
 * here a value goes from the chunk to the output in one step (evtx.md §4, trick 6). Nothing is checked per byte: whoever writes
 * reserves room for a whole record first.
 */
const lowerDigits = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))
const upperDigits = Uint8Array.from('0123456789ABCDEF', (digit) => digit.charCodeAt(0))
/** two decimal digits of 0 to 99, as one little-endian u16 */
const pairs = Uint16Array.from(
  { length: 100 },
  (_, n) => (0x30 + Math.floor(n / 10)) | ((0x30 + (n % 10)) << 8),
)
/** two upper-case hex digits of a byte */
const hexPairs = Uint16Array.from(
  { length: 256 },
  (_, n) => (upperDigits[n >> 4] as number) | ((upperDigits[n & 15] as number) << 8),
)
const zero = 0x30
/** copies run a little past their end */
const slack = 64

export class ByteWriter {
  bytes: Uint8Array<ArrayBuffer>
  view: DataView
  /** where the next byte goes */
  at = 0
  /** changes whenever places in the output, or in the chunks it came from, have lost their meaning */
  epoch = 0
  /** `YYYY-MM-DDTHH:MM:SS.` of the second written last */
  readonly #clock = new Uint8Array(24)
  readonly #clockView = new DataView(this.#clock.buffer)
  #second = -1
  #day = -1

  /** @param size bytes to begin with */
  constructor(size: number) {
    this.bytes = new Uint8Array(size + slack)
    this.view = new DataView(this.bytes.buffer)
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    const needed = this.at + count + slack
    if (needed <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(needed, this.bytes.length * 2))
    larger.set(this.bytes.subarray(0, this.at))
    this.bytes = larger
    this.view = new DataView(larger.buffer)
  }

  /** What has been written since the last `clear`; valid until more is written. */
  get written(): Uint8Array {
    return this.bytes.subarray(0, this.at)
  }

  clear(): void {
    this.at = 0
    this.epoch++
  }

  /** To be called before output is taken back, and before bytes of a chunk are written over. */
  forget(): void {
    this.epoch++
  }

  /** Goes on in another buffer, from its beginning. @returns the buffer written so far */
  exchange(buffer: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const full = this.bytes
    this.bytes = buffer
    this.view = new DataView(buffer.buffer)
    this.clear()
    return full
  }

  byte(value: number): void {
    this.bytes[this.at++] = value
  }

  /**
   * Bytes `from … from + length` of `source`, which has 31 more behind them. As doubles, because nothing is faster, and 32 at
   * least, because a branch foretold wrong costs more: no eight bytes in a row of UTF-8 text are a NaN, the only doubles whose
   * bits may change on the way.
   */
  copy(source: DataView, from: number, length: number): void {
    const { view } = this
    // `| 0` spares a test for overflow at every step
    let at = this.at | 0
    let here = from | 0
    const end = (at + length) | 0
    do {
      view.setFloat64(at, source.getFloat64(here, true), true)
      view.setFloat64((at + 8) | 0, source.getFloat64((here + 8) | 0, true), true)
      view.setFloat64((at + 16) | 0, source.getFloat64((here + 16) | 0, true), true)
      view.setFloat64((at + 24) | 0, source.getFloat64((here + 24) | 0, true), true)
      at = (at + 32) | 0
      here = (here + 32) | 0
    } while (at < end)
    this.at = end
  }

  /** A text of ours or one already escaped, as UTF-8; lone surrogates become U+FFFD. Makes its own room. */
  text(text: string): void {
    this.reserve(text.length * 3)
    const { bytes } = this
    let at = this.at
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      if (unit < 0x80) bytes[at++] = unit
      else if (unit < 0x800) {
        bytes[at++] = 0xc0 | (unit >> 6)
        bytes[at++] = 0x80 | (unit & 0x3f)
      } else {
        let point = unit
        if ((unit & 0xf800) === 0xd800) {
          const next = text.charCodeAt(i + 1)
          if (unit < 0xdc00 && (next & 0xfc00) === 0xdc00) {
            i++
            point = 0x10000 + ((unit & 0x3ff) << 10) + (next & 0x3ff)
            bytes[at++] = 0xf0 | (point >> 18)
            bytes[at++] = 0x80 | ((point >> 12) & 0x3f)
            bytes[at++] = 0x80 | ((point >> 6) & 0x3f)
            bytes[at++] = 0x80 | (point & 0x3f)
            continue
          }
          point = 0xfffd
        }
        bytes[at++] = 0xe0 | (point >> 12)
        bytes[at++] = 0x80 | ((point >> 6) & 0x3f)
        bytes[at++] = 0x80 | (point & 0x3f)
      }
    }
    this.at = at
  }

  /** A whole number of at most 53 bits, not negative. */
  decimal(value: number): void {
    if (value >= 100_000_000) {
      const high = Math.floor(value / 100_000_000)
      this.decimal(high)
      this.#eight(value - high * 100_000_000)
      return
    }
    const { bytes, view } = this
    let rest = value | 0
    if (rest < 10) {
      bytes[this.at++] = zero + rest
      return
    }
    const length =
      rest < 100
        ? 2
        : rest < 1000
          ? 3
          : rest < 10_000
            ? 4
            : rest < 100_000
              ? 5
              : rest < 1_000_000
                ? 6
                : rest < 10_000_000
                  ? 7
                  : 8
    let at = this.at + length
    this.at = at
    while (rest >= 100) {
      const quotient = (rest / 100) | 0
      at -= 2
      view.setUint16(at, pairs[rest - quotient * 100] as number, true)
      rest = quotient
    }
    if (rest >= 10) view.setUint16(at - 2, pairs[rest] as number, true)
    else bytes[at - 1] = zero + rest
  }

  #eight(value: number): void {
    const { view } = this
    let rest = value | 0
    for (let at = this.at + 6; at >= this.at; at -= 2) {
      const quotient = (rest / 100) | 0
      view.setUint16(at, pairs[rest - quotient * 100] as number, true)
      rest = quotient
    }
    this.at += 8
  }

  /** 64 bits without a sign. */
  decimal64(low: number, high: number): void {
    if (high < 1 << 21) this.decimal(high * 2 ** 32 + low)
    else this.text(((BigInt(high) << 32n) | BigInt(low)).toString())
  }

  /** `0x…` in lower case, without leading zeros. */
  hex(low: number, high: number): void {
    const { bytes } = this
    let at = this.at
    bytes[at++] = zero
    bytes[at++] = 0x78
    let shift = 28
    if (high === 0) while (shift > 0 && low >>> shift === 0) shift -= 4
    else {
      let top = 28
      while (high >>> top === 0) top -= 4
      for (; top >= 0; top -= 4) bytes[at++] = lowerDigits[(high >>> top) & 15] as number
    }
    for (; shift >= 0; shift -= 4) bytes[at++] = lowerDigits[(low >>> shift) & 15] as number
    this.at = at
  }

  /** `{…}` in upper case of the 16 bytes at `from`. */
  guid(source: DataView, from: number): void {
    const { view, bytes } = this
    const at = this.at
    bytes[at] = 0x7b
    view.setUint16(at + 1, hexPairs[source.getUint8(from + 3)] as number, true)
    view.setUint16(at + 3, hexPairs[source.getUint8(from + 2)] as number, true)
    view.setUint16(at + 5, hexPairs[source.getUint8(from + 1)] as number, true)
    view.setUint16(at + 7, hexPairs[source.getUint8(from)] as number, true)
    bytes[at + 9] = 0x2d
    view.setUint16(at + 10, hexPairs[source.getUint8(from + 5)] as number, true)
    view.setUint16(at + 12, hexPairs[source.getUint8(from + 4)] as number, true)
    bytes[at + 14] = 0x2d
    view.setUint16(at + 15, hexPairs[source.getUint8(from + 7)] as number, true)
    view.setUint16(at + 17, hexPairs[source.getUint8(from + 6)] as number, true)
    bytes[at + 19] = 0x2d
    view.setUint16(at + 20, hexPairs[source.getUint8(from + 8)] as number, true)
    view.setUint16(at + 22, hexPairs[source.getUint8(from + 9)] as number, true)
    bytes[at + 24] = 0x2d
    for (let i = 0; i < 6; i++)
      view.setUint16(at + 25 + i * 2, hexPairs[source.getUint8(from + 10 + i)] as number, true)
    bytes[at + 37] = 0x7d
    this.at = at + 38
  }

  /** Upper-case hex of bytes. */
  hexBytes(source: DataView, from: number, size: number): void {
    const { view, at } = this
    for (let i = 0; i < size; i++)
      view.setUint16(at + i * 2, hexPairs[source.getUint8(from + i)] as number, true)
    this.at = at + size * 2
  }

  /** A SID whose size has been checked: `8 + count * 4` bytes. */
  sid(source: DataView, from: number): void {
    const count = source.getUint8(from + 1)
    this.byte(0x53)
    this.byte(0x2d)
    this.decimal(source.getUint8(from))
    this.byte(0x2d)
    this.decimal(source.getUint16(from + 2, false) * 2 ** 32 + source.getUint32(from + 4, false))
    for (let i = 0; i < count; i++) {
      this.byte(0x2d)
      this.decimal(source.getUint32(from + 8 + i * 4, true))
    }
  }

  /**
   * FILETIME as UTC ISO 8601 with 7 decimals.
   * @returns false, with nothing written, beyond the year 9999
   */
  fileTime(low: number, high: number): boolean {
    // 2^32 = 429 · 10^7 + 4,967,296: exact in doubles as long as `high` is below 2^30
    if (high >= 1 << 30) return false
    const part = high * 4_967_296 + low
    const carried = Math.floor(part / 10_000_000)
    const fraction = part - carried * 10_000_000
    const second = high * 429 + carried
    if (second !== this.#second && !this.#setClock(second)) return false
    const { view, at } = this
    const clock = this.#clockView
    for (let i = 0; i < 20; i += 4) view.setInt32(at + i, clock.getInt32(i, true), true)
    this.at = at + 19
    this.#eight(fraction)
    // the eight digits begin with a 0 where the point stands
    this.bytes[at + 19] = 0x2e
    this.bytes[this.at++] = 0x5a
    return true
  }

  #setClock(second: number): boolean {
    const day = Math.floor(second / 86_400)
    if (day !== this.#day) {
      const date = new Date((day * 86_400 - 11_644_473_600) * 1000)
      const text = Number.isNaN(date.getTime()) ? '' : date.toISOString()
      if (text.length !== 24) return false
      for (let i = 0; i < 20; i++) this.#clock[i] = text.charCodeAt(i)
      this.#day = day
    }
    const rest = second - day * 86_400
    const minute = (rest / 60) | 0
    const hour = (minute / 60) | 0
    const clock = this.#clockView
    clock.setUint16(11, pairs[hour] as number, true)
    clock.setUint16(14, pairs[minute - hour * 60] as number, true)
    clock.setUint16(17, pairs[rest - minute * 60] as number, true)
    this.#second = second
    return true
  }
}

/** Literal texts of many programs, as UTF-8 side by side. */
export class LiteralPool {
  readonly #writer = new ByteWriter(1 << 16)

  get view(): DataView {
    return this.#writer.view
  }
  get size(): number {
    return this.#writer.at
  }
  /** @returns where the text begins */
  add(text: string): number {
    const at = this.#writer.at
    this.#writer.text(text)
    return at
  }
  addBytes(bytes: Uint8Array): void {
    this.#writer.reserve(bytes.length)
    this.#writer.bytes.set(bytes, this.#writer.at)
    this.#writer.at += bytes.length
  }
  clear(): void {
    this.#writer.clear()
  }
}
