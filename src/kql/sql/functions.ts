/** The scalar functions of KQL that a query on a case may call. */

import type { KqlType } from '../schema.ts'
import { type MsNode, refused } from '../syntax.ts'
import { as, asBool, asDynamic, asText } from './conversions.ts'
import { call, type Expression, isNumber, isWhole, sql } from './expression.ts'
import type { Query } from './scope.ts'
import { timeFunctions } from './time-functions.ts'

export interface CallSite {
  readonly query: Query
  readonly node: MsNode
  readonly given: readonly MsNode[]
}
export type ScalarFunction = (given: readonly Expression[], site: CallSite) => Expression

const first = (given: readonly Expression[]): Expression => given[0] as Expression
const to =
  (type: KqlType): ScalarFunction =>
  (given) =>
    as(type, first(given))
/** all arguments as texts, to a function of the host */
const ofTexts =
  (type: KqlType, name: string): ScalarFunction =>
  (given) =>
    call(type, name, ...given.map(asText))
const dynamics =
  (name: string): ScalarFunction =>
  (given) =>
    call('dynamic', name, ...given.map(asDynamic))

/** The type several branches have in common. */
function common(given: readonly Expression[]): KqlType {
  const types = [...new Set(given.filter((value) => value.constant !== null).map(({ type }) => type))]
  const [only] = types
  if (types.length === 0) return first(given).type
  if (types.length === 1 && only) return only
  if (types.every(isNumber)) return types.every((type) => type === 'long' || type === 'int') ? 'long' : 'real'
  return types.includes('string') ? 'string' : 'dynamic'
}
const alike = (given: readonly Expression[]): [KqlType, Expression[]] => {
  const type = common(given)
  return [type, given.map((value) => (value.constant === null ? { ...value, type } : as(type, value)))]
}

const iff: ScalarFunction = (given) => {
  const [type, [yes, no]] = alike(given.slice(1))
  return sql(type, 'CASE WHEN ? THEN ? ELSE ? END', asBool(first(given)), yes as Expression, no as Expression)
}

const caseOf: ScalarFunction = (given, { node }) => {
  if (given.length < 3 || given.length % 2 === 0)
    throw refused(node, 'case takes pairs of condition and value, and a last value')
  const [type, values] = alike(given.filter((_, i) => i % 2 === 1 || i === given.length - 1))
  const parts: Expression[] = []
  let text = 'CASE'
  values.forEach((value, i) => {
    if (i === values.length - 1) text += ' ELSE ? END'
    else {
      text += ' WHEN ? THEN ?'
      parts.push(asBool(given[i * 2] as Expression))
    }
    parts.push(value)
  })
  return sql(type, text, ...parts)
}

const coalesce: ScalarFunction = (given) => {
  const [type, values] = alike(given)
  // an empty text counts as none; one that was not collected stays so
  if (type !== 'string') return call(type, 'coalesce', ...values, { ...first(values), sql: 'NULL' })
  return sql(
    type,
    `CASE ${values.map(() => `WHEN ? IS NULL THEN NULL WHEN ? <> '' THEN ?`).join(' ')} ELSE '' END`,
    ...values.flatMap((value) => [value, value, value]),
  )
}

const isEmpty: ScalarFunction = (given) => {
  const value = first(given)
  if (value.type === 'string') return sql('bool', `(? = '')`, value)
  if (value.type === 'dynamic') return sql('bool', `(? = '')`, asText(value))
  return sql('bool', '(? IS NULL)', value)
}
const isNull: ScalarFunction = (given) => {
  const value = first(given)
  // a text is never null in KQL
  if (value.type === 'string') return sql('bool', `(? IS NULL AND 0)`, value)
  return sql('bool', value.type === 'dynamic' ? `(coalesce(?, 'null') = 'null')` : '(? IS NULL)', value)
}
const turned =
  (of: ScalarFunction): ScalarFunction =>
  (given, site) =>
    sql('bool', '(NOT ?)', of(given, site))

/** Down to a multiple of the step: times and spans by spans, numbers by numbers. */
const bin: ScalarFunction = (given, { node }) => {
  const [value, step] = given as [Expression, Expression]
  if (isWhole(value.type) && isWhole(step.type)) {
    if (value.type === 'datetime' && step.type !== 'timespan')
      throw refused(node, 'bin of a time takes a span, as in 1h')
    return sql(
      value.type === 'int' ? 'long' : value.type,
      '(? - ((? % ?) + ?) % ?)',
      value,
      value,
      step,
      step,
      step,
    )
  }
  return sql('real', '(floor(CAST(? AS REAL) / ?) * ?)', value, step, step)
}

const extreme =
  (name: 'min' | 'max'): ScalarFunction =>
  (given) => {
    const [type, values] = alike(given)
    return call(type, name, ...values)
  }

const number =
  (text: string, type?: KqlType): ScalarFunction =>
  (given) => {
    const value = first(given)
    const one = isNumber(value.type) || value.type === 'timespan' ? value : as('real', value)
    return sql(type ?? (isWhole(one.type) ? one.type : 'real'), text, one)
  }

const extract: ScalarFunction = (given, { node }) => {
  const [pattern, group, text] = given as [Expression, Expression, Expression]
  if (pattern.type !== 'string') throw refused(node, 'extract takes a pattern, a group and a text')
  return call('string', 'kql_extract', pattern, as('long', group), asText(text))
}

const packed: ScalarFunction = (given) =>
  call('dynamic', 'kql_bag', ...given.map((value, i) => (i % 2 === 0 ? asText(value) : asDynamic(value))))

const table: Readonly<Record<string, ScalarFunction>> = {
  tostring: to('string'),
  toint: to('int'),
  tolong: to('long'),
  toreal: to('real'),
  todouble: to('real'),
  todecimal: to('decimal'),
  tobool: to('bool'),
  toboolean: to('bool'),
  todatetime: to('datetime'),
  totimespan: to('timespan'),
  toguid: to('guid'),
  todynamic: (given) => call('dynamic', 'kql_parse_json', asText(first(given))),
  parse_json: (given) =>
    first(given).type === 'dynamic' ? first(given) : call('dynamic', 'kql_parse_json', asText(first(given))),
  parse_xml: (given) => call('dynamic', 'kql_parse_xml', asText(first(given))),
  parse_path: (given) => call('dynamic', 'kql_parse_path', asText(first(given))),
  iff,
  iif: iff,
  case: caseOf,
  coalesce,
  not: (given) => sql('bool', '(NOT ?)', asBool(first(given))),
  isempty: isEmpty,
  isnotempty: turned(isEmpty),
  notempty: turned(isEmpty),
  isnull: isNull,
  isnotnull: turned(isNull),
  notnull: turned(isNull),
  strcat: (given) => sql('string', `(${given.map(() => '?').join(' || ')})`, ...given.map(asText)),
  strcat_delim: ofTexts('string', 'kql_strcat_delim'),
  strlen: (given) => sql('long', 'length(?)', asText(first(given))),
  string_size: (given) => sql('long', 'octet_length(?)', asText(first(given))),
  substring: (given) =>
    call(
      'string',
      'kql_substring',
      asText(first(given)),
      ...given.slice(1).map((value) => as('long', value)),
    ),
  tolower: ofTexts('string', 'kql_lower'),
  toupper: ofTexts('string', 'kql_upper'),
  reverse: ofTexts('string', 'kql_reverse'),
  trim: ofTexts('string', 'kql_trim'),
  trim_start: ofTexts('string', 'kql_trim_start'),
  trim_end: ofTexts('string', 'kql_trim_end'),
  split: (given) =>
    call(
      'dynamic',
      'kql_split',
      asText(first(given)),
      asText(given[1] as Expression),
      ...given.slice(2).map((value) => as('long', value)),
    ),
  replace_string: (given) => call('string', 'replace', ...given.map(asText)),
  replace: ofTexts('string', 'kql_replace_old'),
  replace_regex: ofTexts('string', 'kql_replace_regex'),
  indexof: (given) =>
    call(
      'long',
      'kql_indexof',
      asText(first(given)),
      asText(given[1] as Expression),
      ...given.slice(2).map((value) => as('long', value)),
    ),
  countof: ofTexts('long', 'kql_countof'),
  extract,
  extract_all: (given) =>
    call(
      'dynamic',
      'kql_extract_all',
      ...given.map((value) => (value.type === 'dynamic' ? value : asText(value))),
    ),
  strcmp: (given) =>
    sql(
      'long',
      '(CASE WHEN ? < ? THEN -1 WHEN ? > ? THEN 1 ELSE 0 END)',
      ...[0, 1, 0, 1].map((i) => asText(given[i] as Expression)),
    ),
  base64_decode_tostring: ofTexts('string', 'kql_base64_decode'),
  base64_encode_tostring: ofTexts('string', 'kql_base64_encode'),
  url_decode: ofTexts('string', 'kql_url_decode'),
  hash_sha256: ofTexts('string', 'kql_sha256'),
  hash_md5: ofTexts('string', 'kql_md5'),
  tohex: (given) => call('string', 'kql_tohex', ...given.map((value) => as('long', value))),
  bin,
  floor: (given, site) => (given.length > 1 ? bin(given, site) : number('floor(?)')(given, site)),
  ceiling: number('ceil(?)', 'real'),
  abs: number('abs(?)'),
  sign: number('sign(?)', 'long'),
  sqrt: number('sqrt(?)', 'real'),
  log: number('ln(?)', 'real'),
  log2: number('log2(?)', 'real'),
  log10: number('log10(?)', 'real'),
  exp: number('exp(?)', 'real'),
  round: (given) =>
    sql(
      'real',
      `round(?${given.length > 1 ? ', ?' : ''})`,
      ...given.map((value, i) => as(i === 0 ? 'real' : 'long', value)),
    ),
  pow: (given) => call('real', 'pow', ...given.map((value) => as('real', value))),
  min_of: extreme('min'),
  max_of: extreme('max'),
  isnan: (given) => sql('bool', '(? IS NULL AND 0)', first(given)),
  array_length: (given) => call('long', 'kql_array_length', asDynamic(first(given))),
  array_concat: dynamics('kql_array_concat'),
  array_index_of: dynamics('kql_array_index_of'),
  array_sort_asc: (given) => call('dynamic', 'kql_array_sort', asDynamic(first(given))),
  set_has_element: (given) => sql('bool', '?', call('bool', 'kql_set_has', ...given.map(asDynamic))),
  set_union: dynamics('kql_set_union'),
  set_intersect: dynamics('kql_set_intersect'),
  set_difference: dynamics('kql_set_difference'),
  bag_keys: dynamics('kql_bag_keys'),
  bag_has_key: (given) =>
    call('bool', 'kql_bag_has_key', asDynamic(first(given)), asText(given[1] as Expression)),
  pack: packed,
  bag_pack: packed,
  pack_array: dynamics('kql_pack_array'),
  array_strcat: (given) =>
    call('string', 'kql_array_strcat', asDynamic(first(given)), asText(given[1] as Expression)),
  strcat_array: (given) =>
    call('string', 'kql_array_strcat', asDynamic(first(given)), asText(given[1] as Expression)),
  ipv4_is_private: ofTexts('bool', 'kql_ipv4_private'),
  ipv4_is_in_range: ofTexts('bool', 'kql_ipv4_in'),
  ipv4_is_in_any_range: (given) =>
    call('bool', 'kql_ipv4_in_any', asText(first(given)), ...given.slice(1).map(asDynamic)),
  ipv4_is_match: (given) =>
    call(
      'bool',
      'kql_ipv4_match',
      ...given.slice(0, 2).map(asText),
      ...given.slice(2).map((value) => as('long', value)),
    ),
  has_any_index: (given) =>
    call('long', 'kql_has_any_index', asText(first(given)), asDynamic(given[1] as Expression)),
  gettype: (given) =>
    first(given).type === 'dynamic'
      ? call('string', 'kql_gettype', first(given))
      : sql('string', `'${first(given).type}'`, first(given)),
  ...timeFunctions,
}

export const scalarFunctions: ReadonlyMap<string, ScalarFunction> = new Map(Object.entries(table))
