/** From type to type, and the comparisons that need it. */

import type { KqlType } from '../schema.ts'
import { call, type Expression, isNumber, isWhole, sql } from './expression.ts'

/** As `tostring` gives it. */
export function asText(value: Expression): Expression {
  switch (value.type) {
    case 'string':
    case 'guid':
      return value.type === 'string' ? value : sql('string', `coalesce(?, '')`, value)
    case 'long':
    case 'int':
      return sql('string', `coalesce(CAST(? AS TEXT), '')`, value)
    case 'bool':
      return sql('string', `CASE ? WHEN 1 THEN 'True' WHEN 0 THEN 'False' ELSE '' END`, value)
    default:
      return call('string', `kql_text_${value.type === 'decimal' ? 'real' : value.type}`, value)
  }
}

/** As a condition takes it. */
export const asBool = (value: Expression): Expression =>
  value.type === 'dynamic' ? call('bool', 'kql_bool', asText(value)) : { ...value, type: 'bool' }

/** As a value inside a dynamic: JSON text. */
export function asDynamic(value: Expression): Expression {
  switch (value.type) {
    case 'dynamic':
      return value
    case 'long':
    case 'int':
      return sql('dynamic', 'CAST(? AS TEXT)', value)
    case 'bool':
      return sql('dynamic', `CASE ? WHEN 1 THEN 'true' WHEN 0 THEN 'false' END`, value)
    case 'datetime':
    case 'timespan':
      return sql('dynamic', 'json_quote(?)', call('string', `kql_text_${value.type}`, value))
    default:
      return sql('dynamic', 'json_quote(?)', value)
  }
}

/** As another type; NULL where the value is none of it. */
export function as(type: KqlType, value: Expression): Expression {
  if (value.type === type) return value
  if (type === 'string') return asText(value)
  if (type === 'dynamic') return asDynamic(value)
  if (isNumber(value.type) && isNumber(type))
    return isWhole(type)
      ? sql(type, isWhole(value.type) ? '?' : 'CAST(? AS INTEGER)', value)
      : sql(type, 'CAST(? AS REAL)', value)
  if (isWhole(value.type) && (type === 'long' || type === 'int' || type === 'bool')) return { ...value, type }
  if (isNumber(value.type) && (type === 'datetime' || type === 'timespan'))
    return sql(type, 'CAST(? AS INTEGER)', value)
  return call(type, `kql_to_${type === 'int' ? 'long' : type === 'decimal' ? 'real' : type}`, asText(value))
}

/** Both in the type they are compared in. */
export function converted(left: Expression, right: Expression): readonly [Expression, Expression] {
  if (left.type === right.type) return [left, right]
  if (isNumber(left.type) && isNumber(right.type)) return [left, right]
  if (left.type === 'dynamic') return [as(right.type, left), right]
  if (right.type === 'dynamic') return [left, as(left.type, right)]
  if (left.type === 'string') return [as(right.type, left), right]
  if (right.type === 'string') return [left, as(left.type, right)]
  return [left, right]
}

const isSure = (value: Expression): boolean => value.constant !== undefined && value.constant !== null

/** `==`. A null equals nothing, which is no for a value and unknown for another null; a text not collected is unknown. */
export function equal(left: Expression, right: Expression): Expression {
  const [one, other] = converted(left, right)
  if (one.type === 'string' || other.type === 'string') return sql('bool', '(? = ?)', one, other)
  if (isSure(one) || isSure(other)) return sql('bool', '(? IS ?)', one, other)
  return sql('bool', '(CASE WHEN ? IS NULL AND ? IS NULL THEN NULL ELSE ? IS ? END)', one, other, one, other)
}

export function notEqual(left: Expression, right: Expression): Expression {
  const [one, other] = converted(left, right)
  if (one.type === 'string' || other.type === 'string') return sql('bool', '(? <> ?)', one, other)
  if (isSure(one) || isSure(other)) return sql('bool', '(? IS NOT ?)', one, other)
  return sql(
    'bool',
    '(CASE WHEN ? IS NULL AND ? IS NULL THEN NULL ELSE ? IS NOT ? END)',
    one,
    other,
    one,
    other,
  )
}
