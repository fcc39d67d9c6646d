/**
 * Free text in all values of a dictionary. Texts are searched as they lie, as UTF-16, without making strings of them: the
 * search skips as many units as the text is long (Horspool), over units with their case taken away. What it finds is only a
 * candidate where taking the case away is not a matter of single units; the test on the value's own text decides then.
 */
import { neededOf, type TextTest, textTest, typesThatHold } from './text-test.ts'
import type { Values } from './values.ts'

/** Lower case of single units. U+0130 becomes two, of which the first is kept; both small sigmas are one. */
let folds: Uint16Array | undefined
function foldTable(): Uint16Array {
  if (folds) return folds
  folds = new Uint16Array(0x1_0000)
  for (let unit = 0; unit < 0x1_0000; unit++)
    folds[unit] = String.fromCharCode(unit).toLowerCase().charCodeAt(0)
  folds[0x3c2] = 0x3c3
  return folds
}
/** Units that fold to more than what they are: a match with one of them in it is looked at again. */
const isOdd = (unit: number) => unit === 0x130 || unit === 0x3a3 || unit === 0x3c2 || unit === 0x3c3

/** Cut at stars and at what does not come from single units. */
function partsOf(lower: string): string[] {
  const parts = ['']
  for (let i = 0; i < lower.length; i++) {
    const unit = lower.charCodeAt(i)
    const isCut = unit === 0x2a || unit === 0 || unit === 0x307 || (unit >= 0xd800 && unit <= 0xdfff)
    if (isCut) parts.push('')
    else parts[parts.length - 1] += lower[i] as string
  }
  return parts
}

/** A text asked for, prepared once for all dictionaries of a case. */
export class TextSearch {
  /** the test on a lower-case text */
  readonly test: TextTest
  readonly #mayMatch: Uint8Array
  /** longest part of the text whose every unit comes from one unit of the value; empty when there is none */
  readonly #part: Uint16Array
  /** the part is all there is to find */
  readonly #isWhole: boolean
  readonly #skips: Uint8Array
  readonly #hexPart: { readonly start: boolean; readonly digits: number; readonly value: number } | undefined

  constructor(value: string) {
    const lower = value.toLowerCase()
    this.test = textTest(value, true)
    this.#mayMatch = typesThatHold(neededOf(value))
    // Pairs of surrogates change as pairs, U+0307 may come out of U+0130, and zeros at the end of a value do not count.
    const parts = partsOf(lower)
    const longest = parts.reduce((a, b) => (b.length > a.length ? b : a), '')
    const fold = foldTable()
    this.#part = Uint16Array.from(longest, (sign) => fold[sign.charCodeAt(0)] as number)
    this.#isWhole = longest === lower
    this.#skips = skipsOf(this.#part, fold)
    const hex = /^(0x)?([0-9a-f]{1,8})$/.exec(lower)
    // the 0 of 0x is a digit too
    if (hex?.[2] && lower !== '0')
      this.#hexPart = {
        start: hex[1] !== undefined,
        digits: hex[2].length,
        value: Number.parseInt(hex[2], 16),
      }
  }

  /** Sets `hits` of each value whose text holds what is asked for, and tells how many were not set before. */
  mark(values: Values, hits: Uint8Array): number {
    let found = 0
    const test = (number: number) => {
      if (hits[number] === 1 || this.#mayMatch[values.type(number)] !== 1 || !this.#testValue(values, number))
        return
      hits[number] = 1
      found++
    }
    const { others } = values
    const part = this.#hexPart
    const may = this.#mayMatch
    for (let i = 0; i < others.length; i++) {
      const number = others[i] as number
      if (may[values.type(number)] !== 1) continue
      if (part === undefined || !values.isHex(number) || values.hexHigh(number) !== 0) test(number)
      else if (hits[number] !== 1 && hexHolds(values.hexLow(number), part)) {
        hits[number] = 1
        found++
      }
    }
    if (this.#part.length > 0) return found + this.#search(values, hits)
    for (let number = 0; number < values.count; number++) if (values.isText(number)) test(number)
    return found
  }

  #testValue(values: Values, number: number): boolean {
    return this.test(values.render(number).toLowerCase())
  }

  /** The test on one plain text, as it lies. */
  holds(values: Values, number: number): boolean {
    const part = this.#part
    const first = values.offset(number) >> 1
    const end = first + (values.size(number) >> 1)
    const last = part.length - 1
    if (last < 0) return this.test(values.render(number).toLowerCase())
    const fold = foldTable()
    for (let at = first + last; at < end; ) {
      const skip = this.#skips[values.units[at] as number] as number
      if (skip > 0) {
        at += skip
        continue
      }
      let i = last - 1
      while (i >= 0 && fold[values.units[at - last + i] as number] === part[i]) i--
      if (i < 0 && this.#holds(values, number, at - last, end)) return true
      at++
    }
    return false
  }

  /** Marks the plain texts that match, and tells how many. */
  #search(values: Values, hits: Uint8Array): number {
    const { units } = values
    const part = this.#part
    const skips = this.#skips
    const fold = foldTable()
    const last = part.length - 1
    let found = 0
    let number = 0
    let at = last
    for (;;) {
      let skip = 0
      while (at < units.length) {
        skip = skips[units[at] as number] as number
        if (skip === 0) break
        at += skip
      }
      if (at >= units.length) return found
      let i = last - 1
      while (i >= 0 && fold[units[at - last + i] as number] === part[i]) i--
      if (i >= 0) {
        at++
        continue
      }
      number = valueAt(values, number, (at - last) * 2)
      const end = values.offset(number) + (values.size(number) & ~1)
      if (hits[number] !== 1 && values.isText(number) && this.#holds(values, number, at - last, end >> 1)) {
        hits[number] = 1
        found++
      }
      // on in the next value when this one is decided
      at = hits[number] === 1 ? Math.max(at + 1, (end >> 1) + last) : at + 1
    }
  }

  #holds(values: Values, number: number, first: number, end: number): boolean {
    if (this.#isWhole) {
      if (first + this.#part.length > end) return false
      let odd = false
      for (let i = 0; i < this.#part.length; i++) odd ||= isOdd(values.units[first + i] as number)
      if (!odd) return true
    }
    return this.test(values.render(number).toLowerCase())
  }
}

/** How far to go on from a unit that stands where the part should end; 0 when it is the part's last. */
function skipsOf(part: Uint16Array, fold: Uint16Array): Uint8Array {
  const byFold = new Map<number, number>()
  for (let i = 0; i < part.length; i++) byFold.set(part[i] as number, part.length - 1 - i)
  const most = Math.min(255, part.length)
  const skips = new Uint8Array(0x1_0000).fill(most)
  for (let unit = 0; unit < 0x1_0000; unit++) {
    const skip = byFold.get(fold[unit] as number)
    if (skip !== undefined) skips[unit] = Math.min(most, skip)
  }
  return skips
}

/** Number of the value that holds byte `at`, searched from a value not behind it. */
function valueAt(values: Values, from: number, at: number): number {
  let step = 1
  let low = from
  while (low + step < values.count && values.offset(low + step) <= at) {
    low += step
    step *= 2
  }
  let high = Math.min(values.count, low + step)
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (values.offset(middle) <= at) low = middle
    else high = middle
  }
  return low
}

/** What `0x${value.toString(16)}` holds, without writing it. */
function hexHolds(value: number, part: { start: boolean; digits: number; value: number }): boolean {
  const digits = Math.max(1, 8 - (Math.clz32(value) >>> 2))
  let more = digits - part.digits
  if (more < 0) return false
  if (part.start) return value >>> (4 * more) === part.value
  const mask = part.digits === 8 ? 0xffff_ffff : 2 ** (4 * part.digits) - 1
  for (let rest = value; more >= 0; more--, rest >>>= 4) if ((rest & mask) >>> 0 === part.value) return true
  return false
}
