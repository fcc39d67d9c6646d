/** What a text asked for means as a test. Everything is compared without regard to case. */
import { valueType } from '../../evtx/format.ts'

export type TextTest = (lower: string) => boolean

/** `*` stands for anything; without one the whole text must match, or, for `anywhere`, a part of it. */
export function textTest(value: string, anywhere = false): TextTest {
  const lower = value.toLowerCase()
  if (!lower.includes('*')) return anywhere ? (text) => text.includes(lower) : (text) => text === lower
  const parts = lower.split('*')
  return (text) => {
    const first = parts[0] ?? ''
    const last = parts[parts.length - 1] ?? ''
    if (
      !anywhere &&
      (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    )
      return false
    // greedy left to right: linear, whatever the pattern (a regular expression made of it could be made to hang)
    let at = anywhere ? 0 : first.length
    const middle = anywhere ? parts : parts.slice(1, -1)
    for (const part of middle) {
      const found = text.indexOf(part, at)
      if (found < 0) return false
      at = found + part.length
    }
    return anywhere || at <= text.length - last.length
  }
}

/** Characters that every text holds that passes a test for `value`. */
export const neededOf = (value: string): string => value.toLowerCase().replaceAll('*', '')

const hexDigits = '0123456789abcdef'
/** Every type may also be written as bare hex, where its size does not fit. Types that are not here may be any text. */
const alphabets: readonly (readonly [string, readonly number[]])[] = [
  [hexDigits, [valueType.null, valueType.binary]],
  [
    `${hexDigits}-`,
    [
      valueType.int8,
      valueType.uint8,
      valueType.int16,
      valueType.uint16,
      valueType.int32,
      valueType.uint32,
      valueType.int64,
      valueType.uint64,
    ],
  ],
  [`${hexDigits}truls`, [valueType.boolean]],
  [`${hexDigits}-{}`, [valueType.guid]],
  [`${hexDigits}x`, [valueType.sizeT, valueType.hex32, valueType.hex64]],
  [`${hexDigits}-s`, [valueType.sid]],
  [`${hexDigits}-:.+tzfilem `, [valueType.fileTime, valueType.systemTime]],
]

/** 1 for each type byte of values whose text can hold all these characters: values of other types need not be written out. */
export function typesThatHold(needed: string): Uint8Array {
  const may = new Uint8Array(256).fill(1)
  for (const [alphabet, types] of alphabets)
    for (const type of types) may[type] = [...needed].every((sign) => alphabet.includes(sign)) ? 1 : 0
  return may
}
