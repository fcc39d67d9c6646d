/**
 * Functions the SQL of a query calls: what SQLite has no form for. Whole numbers come and go as bigint, a null as null; a text that was
 * not collected (null) stays so.
 */
import { createHash } from 'node:crypto'
import { addressFunctions } from './addresses.ts'
import { dynamicFunctions } from './dynamics.ts'
import { fold, hasTerm, regexFor } from './texts.ts'
import { timeFunctions } from './times.ts'

export type HostValue = bigint | number | string | null
export type HostFunction = (...given: never[]) => HostValue

const bool = (value: boolean): bigint => (value ? 1n : 0n)
type Text = string | null

/** A test of two texts, case folded when the third value says so. */
const test =
  (holds: (text: string, wanted: string) => boolean) =>
  (text: Text, wanted: Text, folds: bigint): HostValue => {
    if (text === null || wanted === null) return null
    return bool(folds ? holds(fold(text), fold(wanted)) : holds(text, wanted))
  }

/** A text from texts; not collected as soon as one of them is not. */
const text =
  (make: (...given: string[]) => string) =>
  (...given: Text[]): HostValue =>
    given.includes(null) ? null : make(...(given as string[]))

const jsonArray = (json: Text): unknown[] => {
  const value: unknown = json === null ? null : JSON.parse(json)
  return Array.isArray(value) ? value : value === null ? [] : [value]
}
const plain = (value: unknown): string =>
  typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value)

const textFunctions = {
  kql_fold: text(fold),
  kql_same: test((a, b) => a === b),
  kql_contains: test((a, b) => a.includes(b)),
  kql_startswith: test((a, b) => a.startsWith(b)),
  kql_endswith: test((a, b) => a.endsWith(b)),
  kql_has: test((a, b) => hasTerm(a, b, true, true)),
  kql_hasprefix: test((a, b) => hasTerm(a, b, true, false)),
  kql_hassuffix: test((a, b) => hasTerm(a, b, false, true)),
  kql_has_any: (value: Text, list: Text) =>
    value === null
      ? null
      : bool(jsonArray(list).some((each) => hasTerm(fold(value), fold(plain(each)), true, true))),
  kql_has_all: (value: Text, list: Text) =>
    value === null
      ? null
      : bool(jsonArray(list).every((each) => hasTerm(fold(value), fold(plain(each)), true, true))),
  kql_has_any_index: (value: Text, list: Text) =>
    value === null
      ? null
      : BigInt(jsonArray(list).findIndex((each) => hasTerm(fold(value), fold(plain(each)), true, true))),
  kql_in: (value: Text, list: Text) =>
    value === null ? null : bool(jsonArray(list).some((each) => JSON.stringify(each) === value)),
  kql_in_fold: (value: Text, list: Text) =>
    value === null ? null : bool(jsonArray(list).some((each) => fold(JSON.stringify(each)) === fold(value))),
  kql_matches: (value: Text, pattern: Text) =>
    value === null || pattern === null ? null : bool(regexFor(pattern).matcher(value).find()),
  kql_extract: (pattern: Text, group: bigint | null, value: Text) => {
    if (value === null || pattern === null || group === null) return null
    const matcher = regexFor(pattern).matcher(value)
    if (!matcher.find() || Number(group) > matcher.groupCount()) return ''
    return matcher.group(Number(group)) ?? ''
  },
  kql_extract_all: (pattern: Text, ...rest: Text[]) => {
    const value = rest.at(-1) ?? null
    if (value === null || pattern === null) return null
    const asked =
      rest.length > 1
        ? (jsonArray(rest[0] ?? null).filter((each) => typeof each === 'number') as number[])
        : undefined
    const matcher = regexFor(pattern).matcher(value)
    const found: unknown[] = []
    while (matcher.find() && found.length < 100_000) {
      const groups = asked ?? Array.from({ length: matcher.groupCount() }, (_, i) => i + 1)
      const texts = (groups.length > 0 ? groups : [0]).map((group) => matcher.group(group) ?? '')
      found.push(texts.length === 1 ? texts[0] : texts)
    }
    return found.length > 0 ? JSON.stringify(found) : null
  },
  kql_replace_regex: text((value, pattern, by) =>
    regexFor(pattern)
      .matcher(value)
      .replaceAll(by.replace(/\$/g, '\\$').replace(/\\(\d)/g, '$$$1')),
  ),
  kql_replace_old: text((pattern, by, value) =>
    regexFor(pattern)
      .matcher(value)
      .replaceAll(by.replace(/\$/g, '\\$').replace(/\\(\d)/g, '$$$1')),
  ),
  kql_strcat_delim: text((delimiter, ...parts) => parts.join(delimiter)),
  kql_substring: (value: Text, start: bigint | null, length?: bigint | null) => {
    if (value === null || start === null || length === null) return null
    const signs = [...value]
    const from = start < 0n ? Math.max(0, signs.length + Number(start)) : Number(start)
    return signs.slice(from, length === undefined ? undefined : from + Math.max(0, Number(length))).join('')
  },
  kql_lower: text((value) => value.toLowerCase()),
  kql_upper: text((value) => value.toUpperCase()),
  kql_reverse: text((value) => [...value].reverse().join('')),
  kql_trim: text((pattern, value) => trimmed(pattern, trimmed(pattern, value, 'start'), 'end')),
  kql_trim_start: text((pattern, value) => trimmed(pattern, value, 'start')),
  kql_trim_end: text((pattern, value) => trimmed(pattern, value, 'end')),
  kql_split: (value: Text, delimiter: Text, index?: bigint | null) => {
    if (value === null || delimiter === null) return null
    const parts = delimiter === '' ? [value] : value.split(delimiter)
    if (index === undefined || index === null) return JSON.stringify(parts)
    const part = parts.at(Number(index))
    return JSON.stringify(part === undefined ? [] : [part])
  },
  kql_indexof: (value: Text, wanted: Text, from?: bigint | null) =>
    value === null || wanted === null ? null : BigInt(value.indexOf(wanted, Number(from ?? 0n))),
  kql_countof: (value: Text, wanted: Text, kind?: Text) => {
    if (value === null || wanted === null) return null
    if (kind === 'regex') {
      let count = 0n
      for (const matcher = regexFor(wanted).matcher(value); matcher.find(); ) count++
      return count
    }
    let count = 0n
    for (let at = value.indexOf(wanted); at >= 0 && wanted !== ''; at = value.indexOf(wanted, at + 1)) count++
    return count
  },
  kql_base64_decode: text((value) => {
    const bytes = Buffer.from(value, 'base64')
    const decoded = bytes.toString('utf8')
    return decoded.includes('\ufffd') ? '' : decoded
  }),
  kql_base64_encode: text((value) => Buffer.from(value, 'utf8').toString('base64')),
  kql_url_decode: text((value) => {
    try {
      return decodeURIComponent(value.replaceAll('+', ' '))
    } catch {
      return value
    }
  }),
  kql_sha256: text((value) => createHash('sha256').update(value, 'utf8').digest('hex')),
  kql_md5: text((value) => createHash('md5').update(value, 'utf8').digest('hex')),
  kql_tohex: (value: bigint | null, width?: bigint | null) =>
    value === null
      ? null
      : BigInt.asUintN(64, value)
          .toString(16)
          .padStart(Math.min(64, Number(width ?? 0n)), '0'),
  kql_text_real: (value: number | bigint | null) => (value === null ? '' : realText(Number(value))),
  kql_mod: (value: number | bigint | null, by: number | bigint | null) =>
    value === null || by === null || Number(by) === 0 ? null : Number(value) % Number(by),
  kql_to_long: (value: Text) => wholeNumber(value),
  kql_to_real: (value: Text) => {
    const word = value?.trim() ?? ''
    return word !== '' && Number.isFinite(Number(word)) ? Number(word) : null
  },
  kql_to_bool: (value: Text) => truth(value),
  kql_bool: (value: Text) => truth(value),
  kql_to_guid: (value: Text) => {
    const word = value?.trim().replace(/^\{|\}$/g, '') ?? ''
    return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(word) ? word.toLowerCase() : null
  },
  kql_to_dynamic: (value: Text) => value,
}

function trimmed(pattern: string, value: string, end: 'start' | 'end'): string {
  const matcher = regexFor(end === 'start' ? `^(?:${pattern})` : `(?:${pattern})$`).matcher(value)
  if (!matcher.find()) return value
  return end === 'start' ? value.slice(matcher.end()) : value.slice(0, matcher.start())
}

const realText = (value: number): string =>
  Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : String(value)

function wholeNumber(value: Text): bigint | null {
  const word = value?.trim() ?? ''
  if (/^[+-]?\d{1,19}$/.test(word) || /^0x[0-9a-f]{1,16}$/i.test(word)) {
    const number = BigInt(word.replace(/^\+/, ''))
    const kept = word.toLowerCase().startsWith('0x') ? BigInt.asIntN(64, number) : number
    return BigInt.asIntN(64, kept) === kept ? kept : null
  }
  return /^[+-]?\d{1,15}\.\d*$/.test(word) ? BigInt(Math.trunc(Number(word))) : null
}
function truth(value: Text): bigint | null {
  const word = value?.trim().toLowerCase() ?? ''
  if (word === 'true') return 1n
  if (word === 'false') return 0n
  const number = wholeNumber(word)
  return number === null ? null : bool(number !== 0n)
}

/** All of them by the name SQL calls them by. */
export const hostFunctions: Readonly<Record<string, HostFunction>> = {
  ...(textFunctions as unknown as Record<string, HostFunction>),
  ...(dynamicFunctions as unknown as Record<string, HostFunction>),
  ...(timeFunctions as unknown as Record<string, HostFunction>),
  ...(addressFunctions as unknown as Record<string, HostFunction>),
}
