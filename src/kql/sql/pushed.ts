/** What a condition right behind a table says of its rows' time and event id: the case finds such rows by their heads alone. */
import { bare, kindOf, listed, type MsNode, member, nameOf, tokenText } from '../syntax.ts'
import type { Expression } from './expression.ts'
import type { Plan, Pushed, Relation } from './relation.ts'
import { scalar } from './scalars.ts'
import type { Scope } from './scope.ts'

const timeNames = new Set(['TimeGenerated', 'Timestamp'])

/** The plan with its source narrowed. The condition stays: this only leaves out rows that it would. */
export function pushedBy(from: Relation, _: Expression, node: MsNode, scope: Scope): Plan {
  let pushed: Pushed = {}
  for (const part of conjuncts(bare(node))) pushed = both(pushed, partly(part, scope))
  return narrowed(from.plan, pushed)
}

function narrowed(plan: Plan, pushed: Pushed): Plan {
  if (plan.op === 'where') return { ...plan, from: narrowed(plan.from, pushed) }
  return plan.op === 'source' ? { ...plan, pushed: both(plan.pushed, pushed) } : plan
}

const conjuncts = (node: MsNode): MsNode[] =>
  kindOf(node) === 'AndExpression'
    ? [...conjuncts(bare(member(node, 'Left'))), ...conjuncts(bare(member(node, 'Right')))]
    : [node]

function partly(node: MsNode, scope: Scope): Pushed {
  const left = node.Left ? bare(member(node, 'Left')) : undefined
  if (!left || kindOf(left) !== 'NameReference' || !node.Operator) return {}
  const name = nameOf(left)
  // a column the query made may have the name of one of the table
  if (!scope.columns.some((column) => column.name === name && isOwn(column.id, scope))) return {}
  const operator = tokenText(node, 'Operator')
  const right = member(node, 'Right')
  if (name === 'EventID') {
    const given = kindOf(right) === 'ExpressionList' ? listed(right, 'Expressions') : [right]
    if (operator !== '==' && operator !== 'in') return {}
    const values = given.map((each) => constantOf(each, scope))
    return values.every((value) => typeof value === 'bigint') ? { events: values.map(Number) } : {}
  }
  if (!timeNames.has(name)) return {}
  if (kindOf(node) === 'BetweenExpression') {
    const [from, to] = [constantOf(member(right, 'First'), scope), constantOf(member(right, 'Second'), scope)]
    return typeof from === 'bigint' && typeof to === 'bigint' && isTime(member(right, 'Second'), scope)
      ? { from, to }
      : {}
  }
  const value = kindOf(right) === 'ExpressionList' ? undefined : constantOf(right, scope)
  if (typeof value !== 'bigint' || !isTime(right, scope)) return {}
  if (operator === '>' || operator === '>=') return { from: value }
  return operator === '<' || operator === '<=' ? { to: value } : {}
}

const isOwn = (id: number, scope: Scope): boolean => scope.ownColumns?.has(id) === true

function constantOf(node: MsNode, scope: Scope): unknown {
  try {
    return scalar(node, { ...scope, columns: [] }).constant
  } catch {
    return undefined // it speaks of columns
  }
}
function isTime(node: MsNode, scope: Scope): boolean {
  return scalar(node, { ...scope, columns: [] }).type === 'datetime'
}

function both(one: Pushed, other: Pushed): Pushed {
  const events =
    one.events && other.events
      ? one.events.filter((id) => other.events?.includes(id))
      : (one.events ?? other.events)
  const from = latest(one.from, other.from, (a, b) => (a > b ? a : b))
  const to = latest(one.to, other.to, (a, b) => (a < b ? a : b))
  return {
    ...(events ? { events } : {}),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  }
}
const latest = (a: bigint | undefined, b: bigint | undefined, pick: (a: bigint, b: bigint) => bigint) =>
  a === undefined || b === undefined ? (a ?? b) : pick(a, b)
