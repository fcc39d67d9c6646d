/** Scalar expressions of a query, as SQL. */

import type { KqlType } from '../schema.ts'
import {
  bare,
  columnsOf,
  kindOf,
  listed,
  type MsNode,
  member,
  nameOf,
  refused,
  tokenText,
  typeOf,
} from '../syntax.ts'
import { as, asBool, asDynamic, asText, converted, equal, notEqual } from './conversions.ts'
import { call, type Expression, isNumber, isWhole, sql } from './expression.ts'
import { scalarFunctions } from './functions.ts'
import { dynamicLiteral, literal } from './literals.ts'
import { columnExpression, type Query, type Scope } from './scope.ts'
import { textOperator, textOperators } from './text-operators.ts'

/** One expression. Refuses, at its place, what has no SQL form here. */
export function scalar(node: MsNode, scope: Scope): Expression {
  const known = literal(scope.query, node)
  if (known) return known
  const kind = kindOf(node)
  switch (kind) {
    case 'ParenthesizedExpression':
      return scalar(member(node, 'Expression'), scope)
    case 'NameReference':
      return named(node, scope)
    case 'PathExpression':
      return path(node, scope)
    case 'ElementExpression': {
      const key = scalar(member(member(node, 'Selector'), 'Expression'), scope)
      return call('dynamic', 'kql_get', asDynamic(scalar(member(node, 'Expression'), scope)), key)
    }
    case 'DynamicExpression':
      return dynamicLiteral(scope.query, node)
    case 'UnaryMinusExpression':
      return negated(node, scope)
    case 'UnaryPlusExpression':
      return scalar(member(node, 'Expression'), scope)
    case 'FunctionCallExpression':
      return called(node, scope)
    case 'BetweenExpression':
    case 'NotBetweenExpression':
      return between(node, scope, kind === 'NotBetweenExpression')
    case 'ToScalarExpression': {
      const relation = scope.tabular(bare(member(node, 'Expression')), scope.names)
      const column = relation.columns[0]
      if (!column) throw refused(node, 'toscalar takes a table of one column')
      return { sql: `(${scope.select(relation, column, true)})`, type: column.type, reads: new Set() }
    }
    case 'JsonArrayExpression':
    case 'JsonObjectExpression':
      return dynamicLiteral(scope.query, node)
  }
  if (node.Left && node.Operator && node.Right) return binary(node, scope)
  throw refused(node, `${kind} is not supported in a query on a case`)
}

function named(node: MsNode, scope: Scope): Expression {
  const name = nameOf(node)
  const column = scope.columns.find((known) => known.name === name)
  if (column) return columnExpression(column)
  const variable = scope.names.get(name)
  if (variable) return scalar(variable.node, { ...scope, names: variable.scope, columns: [] })
  throw refused(node, `there is no column or value named ${name} here`)
}

function path(node: MsNode, scope: Scope): Expression {
  const from = member(node, 'Expression')
  const selector = member(node, 'Selector')
  const side = kindOf(from) === 'NameReference' ? nameOf(from) : ''
  if (scope.sides && (side === '$left' || side === '$right')) {
    const columns = side === '$left' ? scope.sides.left : scope.sides.right
    return named(selector, { ...scope, columns, names: new Map() })
  }
  const key =
    kindOf(selector) === 'NameReference'
      ? scope.query.value('string', nameOf(selector), selector)
      : scalar(member(selector, 'Expression'), scope)
  return call('dynamic', 'kql_get', asDynamic(scalar(from, scope)), key)
}

function negated(node: MsNode, scope: Scope): Expression {
  const value = scalar(member(node, 'Expression'), scope)
  if (typeof value.constant === 'bigint' || typeof value.constant === 'number')
    return scope.query.value(value.type, -value.constant, node)
  return sql(value.type === 'int' ? 'long' : value.type, '(-?)', value)
}

function called(node: MsNode, scope: Scope): Expression {
  const made = scope.aggregates?.(node)
  if (made) return made
  const name = nameOf(member(node, 'Name'))
  const given = listed(member(node, 'ArgumentList'), 'Expressions')
  const make = scalarFunctions.get(name)
  if (!make) throw refused(member(node, 'Name'), `the function ${name} is not supported on a case yet`)
  // `typeof(long)` behind the values asks for another type
  const asked = given.find((argument) => kindOf(argument) === 'TypeOfLiteralExpression')
  const values = given.filter((argument) => argument !== asked)
  const value = make(
    values.map((argument) => scalar(argument, scope)),
    { query: scope.query, node, given: values },
  )
  return asked ? as(typeNamed(asked), value) : value
}

/** The type in `typeof(…)`. */
function typeNamed(node: MsNode): KqlType {
  const name = /\(\s*(\w+)\s*\)/.exec(node.ToString())?.[1] ?? ''
  const type = typeOf({ Name: name, Kind: 0 })
  if (!type) throw refused(node, 'typeof takes one scalar type here, as in typeof(long)')
  return type
}

function between(node: MsNode, scope: Scope, isNot: boolean): Expression {
  const value = scalar(member(node, 'Left'), scope)
  const range = member(node, 'Right')
  const first = scalar(member(range, 'First'), scope)
  const second = scalar(member(range, 'Second'), scope)
  // a span as the end counts from the start
  const last =
    value.type === 'datetime' && second.type === 'timespan'
      ? sql('datetime', '(? + ?)', first, second)
      : second
  const [one, low] = converted(value, first)
  const [, high] = converted(value, last)
  return sql('bool', `(? ${isNot ? 'NOT ' : ''}BETWEEN ? AND ?)`, one, low, high)
}

const comparisons: ReadonlySet<string> = new Set(['<', '<=', '>', '>='])
const arithmetic: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%'])

function binary(node: MsNode, scope: Scope): Expression {
  const operator = tokenText(node, 'Operator')
  const left = scalar(member(node, 'Left'), scope)
  const right = member(node, 'Right')
  if (kindOf(right) === 'ExpressionList') return listOperator(node, operator, left, right, scope)
  const other = scalar(right, scope)
  if (operator === 'and' || operator === 'or')
    return sql('bool', `(? ${operator.toUpperCase()} ?)`, asBool(left), asBool(other))
  if (operator === '==') return equal(left, other)
  if (operator === '!=' || operator === '<>') return notEqual(left, other)
  if (comparisons.has(operator)) return sql('bool', `(? ${operator} ?)`, ...converted(left, other))
  if (arithmetic.has(operator)) return calculated(node, operator, left, other, scope.query)
  if (textOperators.has(operator)) return textOperator(operator, asText(left), asText(other), scope.query)
  throw refused(member(node, 'Operator'), `the operator ${operator} is not supported on a case yet`)
}

/** `in (…)`, `has_any (…)` and their like. */
function listOperator(
  node: MsNode,
  operator: string,
  left: Expression,
  list: MsNode,
  scope: Scope,
): Expression {
  const given = listed(list, 'Expressions')
  const isNot = operator.startsWith('!')
  const word = operator.replace(/^!/, '')
  const folds = word === 'in~'
  if (word !== 'in' && word !== 'in~' && word !== 'has_any' && word !== 'has_all')
    throw refused(member(node, 'Operator'), `the operator ${operator} is not supported on a case yet`)
  const only = given.length === 1 ? bare(given[0] as MsNode) : undefined
  if (only && columnsOf(only).length > 0 && isTabular(only, scope)) {
    const relation = scope.tabular(only, scope.names)
    const column = relation.columns[0]
    if (!column || word.startsWith('has')) throw refused(list, 'takes a table of one column')
    const inner = scope.select(relation, column, false)
    if (!folds) return sql('bool', `(? ${isNot ? 'NOT ' : ''}IN (${inner}))`, left)
    return sql(
      'bool',
      `(kql_fold(?) ${isNot ? 'NOT ' : ''}IN (SELECT kql_fold(value) FROM (SELECT c${column.id} AS value FROM (${inner}))))`,
      asText(left),
    )
  }
  const values = given.map((each) => scalar(each, scope))
  if (values.length === 1 && values[0]?.type === 'dynamic') {
    const texts = {
      in: 'kql_in',
      'in~': 'kql_in_fold',
      has_any: 'kql_has_any',
      has_all: 'kql_has_all',
    } as const
    const hit = call('bool', texts[word], word.startsWith('has') ? asText(left) : asDynamic(left), values[0])
    return isNot ? sql('bool', '(NOT ?)', hit) : hit
  }
  if (word === 'in') {
    const pairs = values.map((value) => converted(left, value)[1])
    const one = values[0] ? converted(left, values[0])[0] : left
    const text = `(? ${isNot ? 'NOT ' : ''}IN (${pairs.map(() => '?').join(', ')}))`
    return sql('bool', text, one, ...pairs)
  }
  const parts = values.map((value) =>
    word === 'in~'
      ? textOperator('=~', asText(left), asText(value), scope.query)
      : textOperator('has', asText(left), asText(value), scope.query),
  )
  const joined = sql(
    'bool',
    `(${parts.map(() => '?').join(word === 'has_all' ? ' AND ' : ' OR ')})`,
    ...parts,
  )
  return isNot ? sql('bool', '(NOT ?)', joined) : joined
}

const isTabular = (node: MsNode, scope: Scope): boolean => {
  const kind = kindOf(node)
  if (kind === 'PipeExpression' || kind === 'DataTableExpression') return true
  if (kind !== 'NameReference') return false
  const name = nameOf(node)
  const variable = scope.names.get(name)
  return variable
    ? isTabular(bare(variable.node), { ...scope, names: variable.scope })
    : scope.query.tables.has(name)
}

function calculated(
  node: MsNode,
  operator: string,
  left: Expression,
  right: Expression,
  query: Query,
): Expression {
  const made = result(node, operator, left, right)
  const [one, other] = [left.constant, right.constant]
  // known beforehand: times that the query works out narrow what is read
  if (typeof one === 'bigint' && typeof other === 'bigint' && (operator === '+' || operator === '-'))
    return query.value(made.type, operator === '+' ? one + other : one - other, node)
  return made
}

function result(node: MsNode, operator: string, left: Expression, right: Expression): Expression {
  const a = left.type
  const b = right.type
  if (operator === '+' || operator === '-') {
    if (a === 'datetime' && b === 'datetime' && operator === '-')
      return sql('timespan', '(? - ?)', left, right)
    if ((a === 'datetime' && b === 'timespan') || (a === 'timespan' && b === 'datetime' && operator === '+'))
      return sql('datetime', `(? ${operator} ?)`, left, right)
    if (a === 'timespan' && b === 'timespan') return sql('timespan', `(? ${operator} ?)`, left, right)
  }
  if (a === 'timespan' && b === 'timespan') {
    if (operator === '/') return sql('real', '(CAST(? AS REAL) / ?)', left, right)
    if (operator === '%') return sql('timespan', '(? % ?)', left, right)
  }
  if (operator === '*' && a === 'timespan' && isNumber(b))
    return sql('timespan', 'CAST(? * ? AS INTEGER)', left, right)
  if (operator === '*' && isNumber(a) && b === 'timespan')
    return sql('timespan', 'CAST(? * ? AS INTEGER)', left, right)
  if (operator === '/' && a === 'timespan' && isNumber(b))
    return sql('timespan', 'CAST(? / ? AS INTEGER)', left, right)
  const [one, other] = converted(left, right)
  if (!isNumber(one.type) || !isNumber(other.type))
    throw refused(node, `${a} ${operator} ${b} has no meaning`)
  const isReal = !isWhole(one.type) || !isWhole(other.type)
  if (isReal && operator === '%') return call('real', 'kql_mod', one, other)
  return sql(
    isReal ? 'real' : 'long',
    isReal ? `(CAST(? AS REAL) ${operator} ?)` : `(? ${operator} ?)`,
    one,
    other,
  )
}
