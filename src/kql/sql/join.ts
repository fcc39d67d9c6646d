/** `join` and `lookup`. */
import { bare, columnsOf, kindOf, listed, type MsNode, member, nameOf, optional, refused } from '../syntax.ts'
import { converted } from './conversions.ts'
import { type Expression, sql } from './expression.ts'
import { parameters } from './operators.ts'
import type { Column, MadeColumn, Plan, Relation } from './relation.ts'
import { scalar } from './scalars.ts'
import { columnExpression, type Scope } from './scope.ts'

const kinds: Readonly<
  Record<
    string,
    {
      readonly plan: Extract<Plan, { op: 'join' }>['kind']
      readonly isTurned?: true
      readonly isFirst?: true
    }
  >
> = {
  innerunique: { plan: 'inner', isFirst: true },
  inner: { plan: 'inner' },
  leftouter: { plan: 'left' },
  rightouter: { plan: 'right' },
  fullouter: { plan: 'full' },
  leftsemi: { plan: 'semi' },
  leftanti: { plan: 'anti' },
  anti: { plan: 'anti' },
  leftantisemi: { plan: 'anti' },
  rightsemi: { plan: 'semi', isTurned: true },
  rightanti: { plan: 'anti', isTurned: true },
  rightantisemi: { plan: 'anti', isTurned: true },
}

export function join(node: MsNode, from: Relation, scope: Scope): Relation {
  const isLookup = kindOf(node) === 'LookupOperator'
  const word = parameters(node).get('kind') ?? (isLookup ? 'leftouter' : 'innerunique')
  const kind = kinds[word]
  if (!kind) throw refused(node, `join kind=${word} is not supported`)
  const other = scope.tabular(bare(member(node, 'Expression')), scope.names)
  const clause = optional(node, isLookup ? 'LookupClause' : 'ConditionClause')
  if (!clause) throw refused(node, 'a join needs its columns: on …')
  const on = listed(clause, 'Expressions').map((condition) => pairOf(bare(condition), from, other, scope))
  const names = columnsOf(node)

  if (kind.plan === 'semi' || kind.plan === 'anti') {
    const [kept, asked] = kind.isTurned ? [other, from] : [from, other]
    const pairs = kind.isTurned ? on.map(([left, right]) => [right, left] as const) : on
    return {
      ...kept,
      plan: {
        op: 'join',
        kind: kind.plan,
        left: kept.plan,
        right: asked.plan,
        leftIds: new Set(),
        on: pairs,
      },
    }
  }

  const left: Relation = kind.isFirst
    ? { ...from, plan: { op: 'first', from: from.plan, of: on.map(([one]) => one), order: from.order } }
    : from
  // columns of a side without a partner: a text there is empty, and not one that was not collected
  const marked = {
    left: kind.plan === 'right' || kind.plan === 'full',
    right: kind.plan === 'left' || kind.plan === 'full',
  }
  const one = withMark(left, marked.left, scope)
  const two = withMark(other, marked.right, scope)
  const joined: Plan = {
    op: 'join',
    kind: kind.plan,
    left: one.plan,
    right: two.plan,
    leftIds: one.ids,
    on,
  }
  const keys = new Set(isLookup ? on.map(([, right]) => right.sql) : [])
  const shown = [
    ...from.columns.map((column) => ({ column, mark: one.mark })),
    ...other.columns.filter(({ id }) => !keys.has(`c${id}`)).map((column) => ({ column, mark: two.mark })),
  ]
  if (shown.length !== names.length) throw refused(node, 'this form of join is not supported on a case yet')
  const items: MadeColumn[] = []
  const columns = shown.map(({ column, mark }, i): Column => {
    const name = names[i]?.name ?? column.name
    if (mark === undefined || column.type !== 'string') return { ...column, name }
    const id = scope.query.newId()
    items.push({
      id,
      expression: sql(
        'string',
        `CASE WHEN ? IS NULL THEN '' ELSE ? END`,
        { sql: `c${mark}`, type: 'long', reads: new Set([mark]) },
        columnExpression(column),
      ),
    })
    return { id, name, type: 'string' }
  })
  return {
    columns,
    order: [...from.order, ...other.order],
    rows: [...from.rows, ...other.rows],
    plan: items.length > 0 ? { op: 'project', from: joined, items, keeps: true } : joined,
  }
}

/** The plan with a column that is never null, where the join can leave the side out; and all ids the side may be asked for. */
function withMark(
  relation: Relation,
  isMarked: boolean,
  scope: Scope,
): { plan: Plan; mark: number | undefined; ids: ReadonlySet<number> } {
  const mark = isMarked ? scope.query.newId() : undefined
  const ids = new Set([
    ...relation.columns.map(({ id }) => id),
    ...relation.order.map(({ id }) => id),
    ...relation.rows,
  ])
  if (mark === undefined) return { plan: relation.plan, mark, ids }
  ids.add(mark)
  const expression: Expression = { sql: '1', type: 'long', reads: new Set() }
  return {
    plan: { op: 'project', from: relation.plan, items: [{ id: mark, expression }], keeps: true },
    mark,
    ids,
  }
}

/** `Column` or `$left.a == $right.b`. */
function pairOf(
  condition: MsNode,
  from: Relation,
  other: Relation,
  scope: Scope,
): readonly [Expression, Expression] {
  const sides = { left: from.columns, right: other.columns }
  if (kindOf(condition) === 'NameReference') {
    const find = (columns: readonly Column[]) => columns.find(({ name }) => name === nameOf(condition))
    const [one, two] = [find(from.columns), find(other.columns)]
    if (!one || !two) throw refused(condition, `${nameOf(condition)} must be a column of both sides`)
    return converted(columnExpression(one), columnExpression(two))
  }
  if (kindOf(condition) !== 'EqualExpression')
    throw refused(condition, 'a join compares by == alone: $left.a == $right.b')
  const one = scalar(member(condition, 'Left'), { ...scope, columns: [], sides })
  const two = scalar(member(condition, 'Right'), { ...scope, columns: [], sides })
  const ownLeft = new Set(from.columns.map(({ id }) => id))
  const isLeft =
    [...one.reads].every((id) => ownLeft.has(id)) && ![...two.reads].some((id) => ownLeft.has(id))
  return converted(...(isLeft ? ([one, two] as const) : ([two, one] as const)))
}
