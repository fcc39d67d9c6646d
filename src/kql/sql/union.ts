/** `union`: rows of several relations, columns by name. */

import type { KqlColumn } from '../schema.ts'
import { bare, columnsOf, kindOf, listed, type MsNode, nameOf } from '../syntax.ts'
import { as } from './conversions.ts'
import { type Expression, none } from './expression.ts'
import { parameters } from './operators.ts'
import { type Column, orderBy, type Relation } from './relation.ts'
import { columnExpression, type Scope } from './scope.ts'

/** @param from absent where the query begins with `union` */
export function union(node: MsNode, from: Relation | undefined, scope: Scope): Relation {
  const { query } = scope
  const source = parameters(node).get('withsource')
  const branches = [
    ...(from ? [{ name: 'union_arg0', relation: from }] : []),
    ...listed(node, 'Expressions').map((element, i) => {
      const inner = bare(element)
      const name = kindOf(inner) === 'NameReference' ? nameOf(inner) : `union_arg${i + (from ? 1 : 0)}`
      return { name, relation: scope.tabular(inner, scope.names) }
    }),
  ]
  const columns = columnsOf(node).map(({ name, type }): Column => ({ id: query.newId(), name, type }))
  const [branchId, placeId] = [query.newId(), query.newId()]
  return {
    columns,
    order: [branchId, placeId].map((id) => ({ id, isDescending: false, nulls: 'first' as const })),
    rows: [],
    plan: {
      op: 'union',
      ids: [...columns.map(({ id }) => id), branchId, placeId],
      branches: branches.map(({ name, relation }, i) => ({
        from: relation.plan,
        items: [
          ...columns.map((column) => ({
            id: column.id,
            expression:
              column.name === source
                ? query.value('string', name)
                : (valueFor(column, relation) ??
                  query.value(column.type, column.type === 'string' ? '' : null)),
          })),
          { id: branchId, expression: query.value('long', BigInt(i)) },
          { id: placeId, expression: place(relation) },
        ],
      })),
    },
  }
}

/** A branch's column of that name and type; where types differ the binder has put the type behind the name. */
function valueFor(column: KqlColumn, { columns }: Relation): Expression | undefined {
  const exact = columns.find(({ name, type }) => name === column.name && type === column.type)
  if (exact) return columnExpression(exact)
  const typed = columns.find(({ name, type }) => `${name}_${type}` === column.name)
  if (typed) return columnExpression(typed)
  const other = columns.find(({ name }) => name === column.name)
  return other && isNear(other.type, column.type) ? as(column.type, columnExpression(other)) : undefined
}
const isNear = (one: string, other: string): boolean =>
  (one === 'int' && other === 'long') || (one === 'long' && other === 'real')

const place = (relation: Relation): Expression =>
  relation.order.length === 0
    ? { sql: '0', type: 'long', reads: none }
    : {
        sql: `row_number() OVER (${orderBy(relation.order).trim()})`,
        type: 'long',
        reads: new Set(relation.order.map(({ id }) => id)),
      }
