/** `has`, `contains`, `startswith` and their like. SQLite's own LIKE folds ASCII alone, so it serves where the text asked for is ASCII. */
import { call, type Expression, sql } from './expression.ts'
import type { Query } from './scope.ts'

/** operator → function of the host, whether it folds case, and the LIKE pattern that does the same for ASCII */
const table: Readonly<Record<string, readonly [string, boolean, ((text: string) => string)?]>> = {
  '=~': ['kql_same', true, (text) => text],
  contains: ['kql_contains', true, (text) => `%${text}%`],
  startswith: ['kql_startswith', true, (text) => `${text}%`],
  endswith: ['kql_endswith', true, (text) => `%${text}`],
  contains_cs: ['kql_contains', false],
  startswith_cs: ['kql_startswith', false],
  endswith_cs: ['kql_endswith', false],
  has: ['kql_has', true],
  has_cs: ['kql_has', false],
  hasprefix: ['kql_hasprefix', true],
  hasprefix_cs: ['kql_hasprefix', false],
  hassuffix: ['kql_hassuffix', true],
  hassuffix_cs: ['kql_hassuffix', false],
  'matches regex': ['kql_matches', false],
}
const turned: Readonly<Record<string, string>> = {
  '!~': '=~',
  notcontains: 'contains',
  notcontains_cs: 'contains_cs',
}

export const textOperators: ReadonlySet<string> = new Set([
  ...Object.keys(table),
  ...Object.keys(table).map((operator) => `!${operator}`),
  ...Object.keys(turned),
])

export function textOperator(
  operator: string,
  left: Expression,
  right: Expression,
  query: Query,
): Expression {
  const word = operator.replace(/\s+/g, ' ')
  const plain = turned[word] ?? (table[word] ? word : word.slice(1))
  const hit = positive(plain, left, right, query)
  return plain === word ? hit : sql('bool', '(NOT ?)', hit)
}

const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text)

function positive(operator: string, left: Expression, right: Expression, query: Query): Expression {
  const [name, folds, like] = table[operator] as (typeof table)[string]
  const wanted = right.constant
  if (like && typeof wanted === 'string' && isAscii(wanted) && wanted.length < 1000) {
    if (operator === '=~') return sql('bool', '(? = ? COLLATE NOCASE)', left, right)
    const pattern = like(wanted.replace(/[\\%_]/g, '\\$&'))
    return sql('bool', `(? LIKE ? ESCAPE '\\')`, left, query.value('string', pattern))
  }
  if (operator === 'contains_cs') return sql('bool', '(instr(?, ?) > 0)', left, right)
  if (operator === 'matches regex') return call('bool', name, left, right)
  return call('bool', name, left, right, query.value('bool', folds ? 1n : 0n))
}
