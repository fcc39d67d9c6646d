import { columnsOf, kindOf, listed, type MsNode, member, nameOf, optional, refused } from '../syntax.ts'
import { aggregate, type Made } from './aggregates.ts'
import { type Expression, readsOf } from './expression.ts'
import { grouped, namedValue } from './operators.ts'
import { type Column, type MadeColumn, orderBy, type Plan, type Relation } from './relation.ts'
import { scalar } from './scalars.ts'
import type { Scope } from './scope.ts'

export function summarize(node: MsNode, from: Relation, scope: Scope): Relation {
  const names = columnsOf(node)
  const by = optional(node, 'ByClause')
  const keyNodes = by ? listed(by, 'Expressions') : []
  const keys: MadeColumn[] = []
  const columns: Column[] = []
  keyNodes.forEach((element, i) => {
    const expression = scalar(namedValue(element), scope)
    const id = scope.query.newId()
    keys.push({ id, expression })
    columns.push({ id, name: names[i]?.name ?? `Column${i + 1}`, type: expression.type })
  })

  const extra: MadeColumn[] = []
  const firstOf = (value: Expression, by: Expression, isGreatest: boolean): number => {
    const id = scope.query.newId()
    const parts = keys.map(({ expression }) => expression.sql).join(', ')
    const order = orderBy(from.order).replace(' ORDER BY ', ', ')
    extra.push({
      id,
      expression: {
        sql: `first_value(${value.sql}) OVER (${parts ? `PARTITION BY ${parts} ` : ''}ORDER BY ${by.sql} ${
          isGreatest ? 'DESC' : 'ASC'
        } NULLS LAST${order})`,
        type: value.type,
        reads: readsOf(value, by, ...keys.map(({ expression }) => expression), {
          reads: new Set(from.order.map(({ id }) => id)),
        }),
      },
    })
    return id
  }

  const made: MadeColumn[] = []
  const taken: Made[] = []
  for (const element of listed(node, 'Aggregates')) taken.push(...aggregated(element, scope, firstOf))
  taken.forEach(({ expression, type }, i) => {
    const id = scope.query.newId()
    made.push({ id, expression })
    columns.push({ id, name: names[keys.length + i]?.name ?? `Column${keys.length + i + 1}`, type })
  })
  if (columns.length !== names.length)
    throw refused(node, 'this form of summarize is not supported on a case yet')
  const plan: Plan =
    extra.length > 0 ? { op: 'project', from: from.plan, items: extra, keeps: true } : from.plan
  return grouped(columns, keys, made, { ...from, plan })
}

/** `name = aggregate(…)`, `(a, b) = aggregate(…)`, an aggregate alone, or arithmetic on aggregates. */
function aggregated(
  element: MsNode,
  scope: Scope,
  firstOf: (value: Expression, by: Expression, isGreatest: boolean) => number,
): readonly Made[] {
  const value =
    kindOf(element) === 'CompoundNamedExpression' ? member(element, 'Expression') : namedValue(element)
  if (kindOf(value) === 'FunctionCallExpression' && isAggregate(value))
    return aggregate(value, scope, { firstOf })
  return [calculated(value, scope, firstOf)]
}

/** Arithmetic on aggregates: each of them becomes a column that the expression around it reads. */
function calculated(
  node: MsNode,
  scope: Scope,
  firstOf: (value: Expression, by: Expression, isGreatest: boolean) => number,
): Made {
  const found: { name: string; made: Made }[] = []
  const columns: Column[] = []
  const replace = (inner: MsNode): void => {
    if (kindOf(inner) === 'FunctionCallExpression' && isAggregate(inner)) {
      const [made] = aggregate(inner, scope, { firstOf })
      if (!made) throw refused(inner, 'this aggregate gives nothing')
      found.push({ name: `${inner.TextStart}`, made })
      return
    }
    for (let i = 0; i < inner.ChildCount; i++) {
      const child = inner.GetChild(i)
      if (child && !child.IsToken) replace(child)
    }
  }
  replace(node)
  if (found.length === 0) throw refused(node, 'summarize takes aggregates, as in count()')
  const places = new Map(found.map(({ name, made }) => [name, made]))
  const expression = scalar(node, {
    ...scope,
    columns,
    aggregates: (inner) => places.get(`${inner.TextStart}`)?.expression,
  })
  return { expression, type: expression.type }
}

const aggregateNames: ReadonlySet<string> = new Set([
  'count',
  'countif',
  'dcount',
  'dcountif',
  'count_distinct',
  'count_distinctif',
  'sum',
  'sumif',
  'avg',
  'avgif',
  'min',
  'max',
  'minif',
  'maxif',
  'make_set',
  'make_set_if',
  'make_list',
  'make_list_if',
  'makeset',
  'makelist',
  'make_bag',
  'take_any',
  'any',
  'arg_max',
  'arg_min',
  'percentile',
  'percentiles',
  'stdev',
  'variance',
])
function isAggregate(node: MsNode): boolean {
  const symbol = node.ReferencedSymbol as { readonly IsAggregate?: unknown } | null | undefined
  return aggregateNames.has(nameOf(member(node, 'Name'))) || symbol?.IsAggregate === true
}
