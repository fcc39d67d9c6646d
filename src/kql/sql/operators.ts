/** The operators between the bars of a query: each turns one relation into the next. */

import type { List } from '../microsoft.ts'
import type { KqlColumn } from '../schema.ts'
import {
  columnsOf,
  elements,
  kindOf,
  listed,
  type MsNode,
  member,
  nameOf,
  optional,
  refused,
  tokenText,
} from '../syntax.ts'
import { as, asBool, asDynamic } from './conversions.ts'
import type { Expression } from './expression.ts'
import { sql } from './expression.ts'
import { join } from './join.ts'
import { pushedBy } from './pushed.ts'
import type { Column, MadeColumn, Order, Plan, Relation } from './relation.ts'
import { scalar } from './scalars.ts'
import { columnExpression, type Names, type Scope } from './scope.ts'
import { summarize } from './summarize.ts'
import { union } from './union.ts'

type Operator = (node: MsNode, from: Relation, scope: Scope) => Relation

/** One step of a query. */
export function operated(node: MsNode, from: Relation, scope: Scope): Relation {
  scope.query.step(node)
  const make = operators[kindOf(node)]
  if (!make) throw refused(node, `${wordOf(node)} is not supported on a case yet`)
  return make(node, from, { ...scope, columns: from.columns })
}

/** The word an operator begins with, as it is written. */
function wordOf(node: MsNode): string {
  for (let at: MsNode | null = node; at; at = at.GetChild(0)) if (at.IsToken) return String(at.Text)
  return kindOf(node)
}

const where: Operator = (node, from, scope) => {
  const condition = asBool(scalar(member(node, 'Condition'), scope))
  return {
    ...from,
    plan: { op: 'where', from: pushedBy(from, condition, member(node, 'Condition'), scope), condition },
  }
}

/** `name = value` or a value alone; the names of what it gives are the binder's. */
function expressions(
  node: MsNode,
  scope: Scope,
  names: readonly KqlColumn[],
): { items: MadeColumn[]; columns: Column[] } {
  const items: MadeColumn[] = []
  const columns: Column[] = []
  listed(node, 'Expressions').forEach((element, i) => {
    const name = names[i]?.name ?? `Column${i + 1}`
    const value = namedValue(element)
    const expression = scalar(value, { ...scope })
    const id = scope.query.newId()
    items.push({ id, expression })
    columns.push({ id, name, type: expression.type })
  })
  return { items, columns }
}

/** The value of `name = value`. */
export function namedValue(node: MsNode): MsNode {
  const kind = kindOf(node)
  if (kind === 'SimpleNamedExpression') return member(node, 'Expression')
  if (kind === 'CompoundNamedExpression')
    throw refused(node, 'several names for one value are supported in summarize only')
  return node
}
/** The name in `name = value`. */
export const givenName = (node: MsNode): string | undefined =>
  kindOf(node) === 'SimpleNamedExpression' ? nameOf(member(node, 'Name')) : undefined

const project: Operator = (node, from, scope) => {
  const { items, columns } = expressions(node, scope, columnsOf(node))
  return { ...from, columns, plan: { op: 'project', from: from.plan, items, keeps: true } }
}

const extend: Operator = (node, from, scope) => {
  // each value sees the columns before the step; a name that is there already is replaced in its place
  const listedHere = listed(node, 'Expressions')
  const all = columnsOf(node)
  let columns = [...from.columns]
  const items: MadeColumn[] = []
  const fresh = all
    .filter(({ name }) => !from.columns.some((column) => column.name === name))
    .map(({ name }) => name)
  for (const element of listedHere) {
    const expression = scalar(namedValue(element), scope)
    const name =
      givenName(element) ?? (kindOf(element) === 'NameReference' ? nameOf(element) : undefined) ?? fresh[0]
    if (name === undefined) throw refused(element, 'give this value a name')
    if (fresh[0] === name) fresh.shift()
    const id = scope.query.newId()
    items.push({ id, expression })
    const column = { id, name, type: expression.type }
    columns = columns.some((known) => known.name === name)
      ? columns.map((known) => (known.name === name ? column : known))
      : [...columns, column]
  }
  return { ...from, columns, plan: { op: 'project', from: from.plan, items, keeps: true } }
}

/** `project-away`, `project-keep` and `project-reorder`: which columns remain, and in what order, the binder says. */
const chosen: Operator = (node, from) => ({
  ...from,
  columns: columnsOf(node).map(({ name }) => columnNamed(node, from, name)),
})

function columnNamed(node: MsNode, from: Relation, name: string): Column {
  const column = from.columns.find((known) => known.name === name)
  if (!column) throw refused(node, `there is no column named ${name} here`)
  return column
}

const rename: Operator = (node, from) => {
  const names = new Map<string, string>()
  for (const element of listed(node, 'Expressions')) {
    const name = givenName(element)
    if (name === undefined) throw refused(element, 'project-rename takes new = old')
    names.set(nameOf(member(element, 'Expression')), name)
  }
  return {
    ...from,
    columns: from.columns.map((column) => ({ ...column, name: names.get(column.name) ?? column.name })),
  }
}

/** The values rows are sorted by, as columns of their own. */
function sorted(elements: readonly MsNode[], from: Relation, scope: Scope): { plan: Plan; order: Order[] } {
  const items: MadeColumn[] = []
  const order: Order[] = []
  for (const element of elements) {
    const isOrdered = kindOf(element) === 'OrderedExpression'
    const expression = scalar(namedValue(isOrdered ? member(element, 'Expression') : element), scope)
    const clause = isOrdered ? optional(element, 'Ordering') : undefined
    const word = clause ? optional(clause, 'AscOrDescKeyword') : undefined
    const isDescending = (word ? String(word.Text).toLowerCase() : 'desc') === 'desc'
    const nulls = clause ? optional(clause, 'NullsClause') : undefined
    const id = scope.query.newId()
    items.push({ id, expression })
    order.push({
      id,
      isDescending,
      nulls: nulls ? (/first/i.test(nulls.ToString()) ? 'first' : 'last') : isDescending ? 'last' : 'first',
    })
  }
  return { plan: { op: 'project', from: from.plan, items, keeps: true }, order: [...order, ...from.order] }
}

const sort: Operator = (node, from, scope) => ({
  ...from,
  ...sorted(listed(node, 'Expressions'), from, scope),
})

const take: Operator = (node, from, scope) => ({
  ...from,
  plan: {
    op: 'limit',
    from: from.plan,
    order: from.order,
    count: as('long', scalar(member(node, 'Expression'), scope)),
  },
})

const top: Operator = (node, from, scope) => {
  const { plan, order } = sorted([member(node, 'ByExpression')], from, scope)
  const count = as('long', scalar(member(node, 'Expression'), scope))
  return { ...from, order, plan: { op: 'limit', from: plan, order, count } }
}

const distinct: Operator = (node, from, scope) => {
  const shown = listed(node, 'Expressions')
  const isAll = shown.some((element) => kindOf(element) === 'StarExpression')
  const given: Column[] = []
  const keys: MadeColumn[] = isAll
    ? from.columns.map((column) => {
        const id = scope.query.newId()
        given.push({ ...column, id })
        return { id, expression: columnExpression(column) }
      })
    : (() => {
        const { items, columns } = expressions(node, scope, columnsOf(node))
        given.push(...columns)
        return items
      })()
  return grouped(given, keys, [], from)
}

/** Groups in the order of their keys: whoever asks again gets the same. */
export function grouped(
  columns: readonly Column[],
  keys: readonly MadeColumn[],
  made: readonly MadeColumn[],
  from: Relation,
): Relation {
  return {
    columns,
    order: keys.map(({ id }) => ({ id, isDescending: false, nulls: 'first' })),
    rows: [],
    plan: { op: 'group', from: from.plan, keys, made },
  }
}

const count: Operator = (node, from, scope) => {
  const id = scope.query.newId()
  const name = columnsOf(node)[0]?.name ?? 'Count'
  const expression: Expression = { sql: 'count(*)', type: 'long', reads: new Set() }
  return grouped([{ id, name, type: 'long' }], [], [{ id, expression }], from)
}

const expand: Operator = (node, from, scope) => {
  const shown = listed(node, 'Expressions')
  if (shown.length !== 1)
    throw refused(
      shown[1] ?? node,
      'mv-expand of several columns at once is not supported; use one after the other',
    )
  const element = shown[0] as MsNode
  const inner = kindOf(element) === 'MvExpandExpression' ? member(element, 'Expression') : element
  const value = namedValue(inner)
  const name = givenName(inner) ?? (kindOf(value) === 'NameReference' ? nameOf(value) : undefined)
  if (name === undefined) throw refused(inner, 'give the expanded value a name: mv-expand name = value')
  const id = scope.query.newId()
  const index = scope.query.newId()
  let plan: Plan = { op: 'expand', from: from.plan, value: asDynamic(scalar(value, scope)), id, index }
  const clause = kindOf(element) === 'MvExpandExpression' ? optional(element, 'ToTypeOf') : undefined
  let column: Column = { id, name, type: 'dynamic' }
  if (clause) {
    const type = columnsOf(node).find((known) => known.name === name)?.type ?? 'dynamic'
    column = { id: scope.query.newId(), name, type }
    const expression = as(type, { sql: `c${id}`, type: 'dynamic', reads: new Set([id]) })
    plan = { op: 'project', from: plan, items: [{ id: column.id, expression }], keeps: true }
  }
  const isThere = from.columns.some((known) => known.name === name)
  return {
    ...from,
    columns: isThere
      ? from.columns.map((known) => (known.name === name ? column : known))
      : [...from.columns, column],
    order: [...from.order, { id: index, isDescending: false, nulls: 'first' }],
    plan,
  }
}

const ignored: Operator = (node, from, scope) => {
  scope.query.notes.push(`${wordOf(node)} changes nothing here`)
  return from
}

/** Names a relation for what follows; the case's queries name theirs with let. */
const named: Operator = (_, from) => from

const operators: Readonly<Record<string, Operator>> = {
  FilterOperator: where,
  ProjectOperator: project,
  ExtendOperator: extend,
  SerializeOperator: extend,
  ProjectAwayOperator: chosen,
  ProjectKeepOperator: chosen,
  ProjectReorderOperator: chosen,
  ProjectRenameOperator: rename,
  SortOperator: sort,
  TakeOperator: take,
  TopOperator: top,
  DistinctOperator: distinct,
  CountOperator: count,
  SummarizeOperator: (node, from, scope) => summarize(node, from, scope),
  JoinOperator: (node, from, scope) => join(node, from, scope),
  LookupOperator: (node, from, scope) => join(node, from, scope),
  UnionOperator: (node, from, scope) => union(node, from, scope),
  MvExpandOperator: expand,
  RenderOperator: ignored,
  AsOperator: named,
}

/** Value of `name=value` between operator and operands, as in `kind=inner`. */
export function parameters(node: MsNode): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const parameter of elements(node.Parameters as unknown as List<MsNode> | null))
    found.set(nameOf(member(parameter, 'Name')), member(parameter, 'Expression').ToString().trim())
  return found
}

export type { Names }
export { sql, tokenText }
