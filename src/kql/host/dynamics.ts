/** Values of type dynamic: JSON texts. Numbers keep their digits: 64-bit ids inside stay what they were. */
import { exactJson, exactParse } from './exact-json.ts'
import { xmlAsJson } from './xml-json.ts'

type Text = string | null

const parse = (json: Text): unknown => (json === null ? null : exactParse(json))
const list = (json: Text): unknown[] => {
  const value = parse(json)
  return Array.isArray(value) ? value : value === null ? [] : [value]
}
const bag = (json: Text): Record<string, unknown> | undefined => {
  const value = parse(json)
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}
const written = (value: unknown): Text => (value === undefined || value === null ? null : exactJson(value))
const keysOf = (values: readonly unknown[]): Map<string, unknown> =>
  new Map(values.map((value) => [exactJson(value), value]))

/** A value of a dynamic as a text. */
const textOf = (value: unknown): string =>
  value === null || value === undefined ? '' : typeof value === 'string' ? value : exactJson(value)

export const dynamicFunctions = {
  kql_get: (json: Text, key: bigint | string | null): Text => {
    if (json === null || key === null) return null
    const value = parse(json)
    if (typeof key === 'bigint') return Array.isArray(value) ? written(value.at(Number(key))) : null
    const found = typeof value === 'object' && value !== null && !Array.isArray(value)
    return found && Object.hasOwn(value, key) ? written((value as Record<string, unknown>)[key]) : null
  },
  kql_text_dynamic: (json: Text): Text => textOf(parse(json)),
  kql_parse_json: (text: Text): Text => {
    if (text === null || text.trim() === '') return null
    try {
      return written(exactParse(text))
    } catch {
      return JSON.stringify(text)
    }
  },
  kql_parse_xml: (text: Text): Text => (text === null ? null : xmlAsJson(text)),
  kql_parse_path: (text: Text): Text => {
    if (text === null) return null
    const name = /[^\\/]*$/.exec(text)?.[0] ?? ''
    const dot = name.lastIndexOf('.')
    return JSON.stringify({
      Scheme: '',
      RootPath: /^[a-z]:/i.exec(text)?.[0] ?? '',
      DirectoryPath: text.slice(0, Math.max(0, text.length - name.length - 1)),
      DirectoryName: /([^\\/]+)[\\/][^\\/]*$/.exec(text)?.[1] ?? '',
      Filename: name,
      Extension: dot >= 0 ? name.slice(dot + 1) : '',
      AlternateDataStreamName: '',
    })
  },
  kql_array_length: (json: Text) => {
    const value = parse(json)
    return Array.isArray(value) ? BigInt(value.length) : null
  },
  kql_array_concat: (...given: Text[]): Text => exactJson(given.flatMap(list)),
  kql_array_index_of: (json: Text, wanted: Text) =>
    BigInt(list(json).findIndex((value) => exactJson(value) === wanted)),
  kql_array_sort: (json: Text): Text =>
    exactJson(
      list(json).sort((a, b) =>
        typeof a === 'number' && typeof b === 'number' ? a - b : textOf(a) < textOf(b) ? -1 : 1,
      ),
    ),
  kql_array_strcat: (json: Text, delimiter: Text): Text =>
    list(json)
      .map(textOf)
      .join(delimiter ?? ''),
  kql_set_has: (json: Text, wanted: Text) =>
    list(json).some((value) => exactJson(value) === wanted) ? 1n : 0n,
  kql_set_union: (...given: Text[]): Text => exactJson([...keysOf(given.flatMap(list)).values()]),
  kql_set_intersect: (first: Text, ...rest: Text[]): Text =>
    exactJson(
      [...keysOf(list(first))]
        .filter(([key]) => rest.every((json) => keysOf(list(json)).has(key)))
        .map(([, value]) => value),
    ),
  kql_set_difference: (first: Text, ...rest: Text[]): Text =>
    exactJson(
      [...keysOf(list(first))]
        .filter(([key]) => !rest.some((json) => keysOf(list(json)).has(key)))
        .map(([, value]) => value),
    ),
  kql_bag_keys: (json: Text): Text => {
    const value = bag(json)
    return value ? JSON.stringify(Object.keys(value)) : null
  },
  kql_bag_has_key: (json: Text, key: Text) => {
    const value = bag(json)
    return value && key !== null && Object.hasOwn(value, key) ? 1n : 0n
  },
  kql_bag: (...given: Text[]): Text => {
    const made = new Map<string, unknown>()
    for (let i = 0; i + 1 < given.length; i += 2) made.set(given[i] ?? '', parse(given[i + 1] ?? null))
    return `{${[...made].map(([key, value]) => `${JSON.stringify(key)}:${exactJson(value)}`).join(',')}}`
  },
  kql_pack_array: (...given: Text[]): Text => `[${given.map((json) => json ?? 'null').join(',')}]`,
  kql_gettype: (json: Text): Text => {
    const value = parse(json)
    if (value === null) return 'null'
    if (Array.isArray(value)) return 'array'
    if (typeof value === 'object') return 'dictionary'
    if (typeof value === 'boolean') return 'bool'
    if (typeof value === 'number') return Number.isInteger(value) ? 'long' : 'double'
    return typeof value === 'bigint' ? 'long' : 'string'
  },
}

/** Elements of an array, or the pairs of a bag as bags of one, as `mv-expand` gives them. */
export function* expanded(json: Text): Generator<readonly [Text, bigint]> {
  const value = parse(json)
  if (Array.isArray(value)) {
    for (const [i, element] of value.entries()) yield [written(element), BigInt(i)]
  } else if (typeof value === 'object' && value !== null) {
    let i = 0n
    for (const [key, one] of Object.entries(value)) yield [`{${JSON.stringify(key)}:${exactJson(one)}}`, i++]
  } else yield [written(value), 0n]
}
