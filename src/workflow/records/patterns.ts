/** What one value of a filter means as a test on values. Everything is compared without regard to case. */
import { logonId } from '../../domain/ids.ts'
import { type BytesMay, eitherMay, isWrapped, mayBe, mayEndLike, mayEndWith, mayHold } from './bytes-may.ts'
import { TextSearch } from './text-search.ts'
import { neededOf, type TextTest, textTest, typesThatHold } from './text-test.ts'

/** A test on the lower-case text of a value, and what spares writing the value out. */
export interface Pattern {
  readonly test: TextTest
  /** 1 for each type byte of values that may pass */
  readonly types: Uint8Array
  /** the same as `test` for a number written `0x…`, by its lower and upper 32 bits */
  readonly isHex?: (low: number, high: number) => boolean
  /** false where `test` would be, told by the bytes of the lower-case text */
  readonly may?: BytesMay
  /** the same as `test` for plain texts, as they lie */
  readonly search?: TextSearch
}

export const textPattern = (value: string): Pattern => ({
  test: textTest(value),
  may: mayBe(value),
  types: typesThatHold(neededOf(value)),
})

/** A path or command: the whole, the last part of the path, or a wildcard. */
export function pathPattern(value: string): Pattern {
  const whole = textTest(value)
  const lower = value.toLowerCase()
  const hasStar = lower.includes('*')
  return {
    test: (text) => whole(text) || text.endsWith(`\\${lower}`) || (!hasStar && text.includes(lower)),
    types: typesThatHold(neededOf(value)),
    may: hasStar ? eitherMay(mayBe(value), mayEndWith(lower)) : mayHold(lower),
    // without a star to hold it anywhere is all that is asked
    ...(hasStar ? {} : { search: new TextSearch(value) }),
  }
}

/** An address, a wildcard, or a network such as `10.23.0.0/16`. */
export function addressPattern(value: string): Pattern {
  const network = /^(\d+\.\d+\.\d+\.\d+)\/(\d{1,2})$/.exec(value.trim())
  const bits = Number(network?.[2] ?? 0)
  const base = network ? ipv4(network[1] ?? '') : undefined
  if (base === undefined || bits > 32) {
    const { test, types, may } = textPattern(value)
    return {
      test: (text) => test(text) || test(unwrapped(text)),
      types,
      may: eitherMay(may, isWrapped),
    }
  }
  const size = 2 ** (32 - bits)
  return {
    test: (text) => {
      const address = ipv4(unwrapped(text))
      return address !== undefined && Math.floor(address / size) === Math.floor(base / size)
    },
    types: typesThatHold('.'),
  }
}

const unwrapped = (text: string) => (text.startsWith('::ffff:') ? text.slice(7) : text)

function ipv4(text: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (!parts) return undefined
  let value = 0
  for (let i = 1; i <= 4; i++) {
    const part = Number(parts[i])
    if (part > 255) return undefined
    value = value * 256 + part
  }
  return value
}

/** Logon ids however they are written: `0x5A41984` and `0x0000000005a41984` are the same. */
export function logonPattern(value: string): Pattern {
  const wanted = logonId(value)
  if (wanted === undefined) return textPattern(value)
  const number = BigInt(wanted)
  const wantedLow = Number(number & 0xffff_ffffn)
  const wantedHigh = Number(number >> 32n)
  return {
    test: (text) => logonId(text) === wanted,
    types: typesThatHold('x'),
    may: mayEndLike(wanted.slice(2)),
    isHex: (low, high) => low === wantedLow && high === wantedHigh,
  }
}

/** `-` and empty count as no value: `address:none` finds records that name no address. This one takes values. */
export const anyValue: Pattern = { test: (text) => text !== '' && text !== '-', types: typesThatHold('') }

/** Numbers and ranges: `4624`, `4698..4702`. */
export function numberTest(value: string): (number: number) => boolean {
  const range = /^(\d+)\.\.(\d+)$/.exec(value.trim())
  if (range) {
    const from = Number(range[1])
    const to = Number(range[2])
    return (number) => number >= from && number <= to
  }
  const wanted = /^\d+$/.test(value.trim()) ? Number(value) : Number.NaN
  return (number) => number === wanted
}
