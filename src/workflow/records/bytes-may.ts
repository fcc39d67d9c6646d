/**
 * What spares making strings of texts: tests on the bytes of a lower-case text, one a sign, that are false only where the test on
 * the text itself would be. They look at texts of a bounded length; longer ones go to the test itself.
 */

/** @param end byte behind the text */
export type BytesMay = (bytes: Uint8Array, start: number, end: number) => boolean

const longest = 256
const never: BytesMay = () => false

/** Undefined when a text of one byte a sign cannot hold it. */
function bytesOf(lower: string): Uint8Array | undefined {
  const bytes = new Uint8Array(lower.length)
  for (let i = 0; i < lower.length; i++) {
    const unit = lower.charCodeAt(i)
    if (unit > 0xff) return undefined
    bytes[i] = unit
  }
  return bytes
}

function standsAt(bytes: Uint8Array, at: number, part: Uint8Array): boolean {
  for (let i = 0; i < part.length; i++) if (bytes[at + i] !== part[i]) return false
  return true
}

/** The whole text, or a text that begins and ends like one with stars. */
export function mayBe(value: string): BytesMay {
  const parts = value.toLowerCase().split('*')
  const first = bytesOf(parts[0] ?? '')
  const last = bytesOf(parts[parts.length - 1] ?? '')
  if (!first || !last) return never
  if (parts.length === 1)
    return (bytes, start, end) => end - start === first.length && standsAt(bytes, start, first)
  const least = first.length + last.length
  const inside = mayHold(parts.slice(1, -1).reduce((a, b) => (b.length > a.length ? b : a), ''))
  return (bytes, start, end) =>
    end - start >= least &&
    standsAt(bytes, start, first) &&
    standsAt(bytes, end - last.length, last) &&
    inside(bytes, start, end)
}

/** Holds a part anywhere. */
export const mayHold = (lower: string): BytesMay => mayHoldInOrder([lower])

/** Holds all parts, one behind the other. */
export function mayHoldInOrder(parts: readonly string[]): BytesMay {
  const finders: PartFinder[] = []
  for (const part of parts) {
    const bytes = bytesOf(part)
    if (!bytes) return never
    if (bytes.length > 0) finders.push(new PartFinder(bytes))
  }
  return (bytes, start, end) => {
    if (end - start > longest) return true
    let at = start
    for (let i = 0; i < finders.length; i++) {
      at = (finders[i] as PartFinder).endIn(bytes, at, end)
      if (at < 0) return false
    }
    return true
  }
}

/** Finds a part, going on by as many bytes as the one under its end allows (Horspool). */
class PartFinder {
  readonly #part: Uint8Array
  readonly #skips: Uint8Array

  constructor(part: Uint8Array) {
    this.#part = part
    const last = part.length - 1
    this.#skips = new Uint8Array(256).fill(Math.min(255, part.length))
    for (let i = 0; i < last; i++) this.#skips[part[i] as number] = Math.min(255, last - i)
  }

  /** Byte behind the first place that has it; -1 when there is none. */
  endIn(bytes: Uint8Array, start: number, end: number): number {
    const part = this.#part
    const skips = this.#skips
    const last = part.length - 1
    const lastByte = part[last]
    for (let at = start + last; at < end; ) {
      const byte = bytes[at] as number
      if (byte === lastByte && standsAt(bytes, at - last, part)) return at + 1
      at += skips[byte] as number
    }
    return -1
  }
}

/** Ends with a part of a path. */
export function mayEndWith(lower: string): BytesMay {
  const part = bytesOf(`\\${lower}`)
  if (!part) return never
  return (bytes, start, end) => end - start >= part.length && standsAt(bytes, end - part.length, part)
}

/** Ends with the last digits of a number, or with white space. */
export function mayEndLike(digits: string): BytesMay {
  const part = bytesOf(digits.slice(-3))
  if (!part) return never
  return (bytes, start, end) => {
    const last = bytes[end - 1] as number
    return (
      last <= 0x20 ||
      last === 0xa0 ||
      (end - start >= part.length && standsAt(bytes, end - part.length, part))
    )
  }
}

/** An IPv4 address written as an IPv6 one. */
export const isWrapped: BytesMay = (bytes, start) => bytes[start] === 0x3a

export const eitherMay =
  (one: BytesMay | undefined, other: BytesMay): BytesMay =>
  (bytes, start, end) =>
    !one || one(bytes, start, end) || other(bytes, start, end)
