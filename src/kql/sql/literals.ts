/** Values written in a query. */

import type { KqlType } from '../schema.ts'
import { kindOf, type MsNode, refused } from '../syntax.ts'
import { parseSpan, parseTime } from '../ticks.ts'
import type { Expression } from './expression.ts'
import type { Query } from './scope.ts'

type Value = bigint | number | string | null

/** Spelling between the brackets of `datetime(…)`; all of it where there are none. */
const inside = (text: string): string =>
  /^[a-z]+\s*\(([\s\S]*)\)$/i.exec(text.trim())?.[1]?.trim() ?? text.trim()

const readers: Readonly<Record<string, readonly [KqlType, (text: string) => Value | undefined]>> = {
  LongLiteralExpression: ['long', whole],
  IntLiteralExpression: ['int', whole],
  RealLiteralExpression: ['real', real],
  DecimalLiteralExpression: ['decimal', real],
  BooleanLiteralExpression: ['bool', truth],
  DateTimeLiteralExpression: ['datetime', parseTime],
  TimespanLiteralExpression: ['timespan', parseSpan],
  GuidLiteralExpression: [
    'guid',
    (text) => (/^[0-9a-f-]{32,38}$/i.test(text) ? text.toLowerCase() : undefined),
  ],
}

/** The value a literal stands for; undefined where the node is none. */
export function literal(query: Query, node: MsNode): Expression | undefined {
  const kind = kindOf(node)
  if (kind === 'StringLiteralExpression' || kind === 'CompoundStringLiteralExpression')
    return query.value('string', String(node.LiteralValue ?? ''), node)
  if (kind === 'NullLiteralExpression') return query.value('dynamic', null, node)
  const reader = readers[kind]
  if (!reader) return undefined
  const [type, read] = reader
  const text = inside(node.ToString())
  if (text.toLowerCase() === 'null') return query.value(type, null, node)
  const value = read(text)
  if (value === undefined) throw refused(node, `${node.ToString().trim()} is no ${type} that can be read`)
  return query.value(type, value, node)
}

function whole(text: string): bigint | undefined {
  if (!/^-?(?:0x[0-9a-f]+|\d+)$/i.test(text)) return undefined
  const value = text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text)
  return BigInt.asIntN(64, value) === value ? value : undefined
}
function real(text: string): number | undefined {
  const value = Number(text)
  return text !== '' && Number.isFinite(value) ? value : undefined
}
function truth(text: string): bigint | undefined {
  const word = text.toLowerCase()
  return word === 'true' || word === '1' ? 1n : word === 'false' || word === '0' ? 0n : undefined
}

/** The JSON that `dynamic(…)` holds, as text. */
export function dynamicLiteral(query: Query, node: MsNode): Expression {
  const text = inside(node.ToString())
  try {
    return query.value('dynamic', text === 'null' ? null : JSON.stringify(JSON.parse(text)), node)
  } catch {
    throw refused(node, 'dynamic(…) takes JSON here: names and texts in double quotes')
  }
}
