/** Scalar expressions as SQL, each with its KQL type and the columns it reads. */
import type { KqlType } from '../schema.ts'

/**
 * How values lie in SQL: `datetime` and `timespan` as ticks of 100 ns (from the year 1), `bool` as 0 and 1, `dynamic` as JSON text,
 * `guid` as text. A text that is NULL was not collected; any other type is NULL where KQL says null.
 */
export interface Expression {
  readonly sql: string
  readonly type: KqlType
  /** ids of the columns it reads */
  readonly reads: ReadonlySet<number>
  /** the value, where the query itself gives it */
  readonly constant?: bigint | number | string | null
}

export const none: ReadonlySet<number> = new Set()

export const readsOf = (...parts: readonly Pick<Expression, 'reads'>[]): ReadonlySet<number> => {
  const all = new Set<number>()
  for (const { reads } of parts) for (const id of reads) all.add(id)
  return all
}

/** SQL of which `?` signs, in order, stand for expressions. */
export function sql(type: KqlType, text: string, ...parts: readonly Expression[]): Expression {
  let at = 0
  const filled = text.replace(/\?/g, () => parts[at++]?.sql ?? 'NULL')
  return { sql: filled, type, reads: readsOf(...parts) }
}

/** A call of an SQL function. */
export const call = (type: KqlType, name: string, ...parts: readonly Expression[]): Expression => ({
  sql: `${name}(${parts.map((part) => part.sql).join(', ')})`,
  type,
  reads: readsOf(...parts),
})

/** Types whose values SQL holds as integers. */
export const isWhole = (type: KqlType): boolean =>
  type === 'long' || type === 'int' || type === 'datetime' || type === 'timespan' || type === 'bool'
export const isNumber = (type: KqlType): boolean =>
  type === 'long' || type === 'int' || type === 'real' || type === 'decimal'
