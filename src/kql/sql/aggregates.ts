/** The aggregates of `summarize`. */
import { argumentsOf, columnsOf, kindOf, type MsNode, member, nameOf, refused } from '../syntax.ts'
import { as, asBool, asDynamic } from './conversions.ts'
import { call, type Expression, isWhole, sql } from './expression.ts'
import type { Column, MadeColumn } from './relation.ts'
import { scalar } from './scalars.ts'
import { columnExpression, type Scope } from './scope.ts'

/** One column that an aggregate gives. */
export interface Made {
  readonly expression: Expression
  readonly type: Column['type']
}

/** What aggregates need of the rows before they are grouped: values that belong to the first row of each group by some order. */
export interface Windows {
  /** id of a column that holds `value` of the row where `by` is greatest (or least), the same in all rows of a group */
  firstOf(value: Expression, by: Expression, isGreatest: boolean): number
}

const listLimit = 1_048_576n

export function aggregate(node: MsNode, scope: Scope, windows: Windows): readonly Made[] {
  const name = nameOf(member(node, 'Name'))
  const given = argumentsOf(member(node, 'ArgumentList'))
  const at = (index: number): Expression => {
    const argument = given[index]
    if (!argument) throw refused(node, `${name} takes more than ${index} values`)
    return scalar(argument, scope)
  }
  const one = (expression: Expression): readonly Made[] => [{ expression, type: expression.type }]
  /** the value where a condition holds */
  const where = (value: Expression, condition: Expression) =>
    sql(value.type, 'CASE WHEN ? THEN ? END', asBool(condition), value)
  const limit = (index: number) =>
    given[index] ? as('long', at(index)) : scope.query.value('long', listLimit)

  switch (name) {
    case 'count':
      return one(sql('long', 'count(*)'))
    case 'countif':
      return one(sql('long', 'count(CASE WHEN ? THEN 1 END)', asBool(at(0))))
    case 'dcount':
    case 'count_distinct':
      return one(sql('long', 'count(DISTINCT ?)', at(0)))
    case 'dcountif':
    case 'count_distinctif':
      return one(sql('long', 'count(DISTINCT ?)', where(at(0), at(1))))
    case 'sum':
      return one(sum(at(0)))
    case 'sumif':
      return one(sum(where(at(0), at(1))))
    case 'avg':
      return one(average(at(0)))
    case 'avgif':
      return one(average(where(at(0), at(1))))
    case 'min':
    case 'max':
      return one(sql(at(0).type, `${name}(?)`, at(0)))
    case 'minif':
    case 'maxif':
      return one(sql(at(0).type, `${name.slice(0, 3)}(?)`, where(at(0), at(1))))
    case 'make_set':
    case 'makeset':
      return one(call('dynamic', 'kql_make_set', asDynamic(at(0)), limit(1)))
    case 'make_set_if':
      return one(call('dynamic', 'kql_make_set', where(asDynamic(at(0)), at(1)), limit(2)))
    case 'make_list':
    case 'makelist':
      return one(call('dynamic', 'kql_make_list', asDynamic(at(0)), limit(1)))
    case 'make_list_if':
      return one(call('dynamic', 'kql_make_list', where(asDynamic(at(0)), at(1)), limit(2)))
    case 'make_bag':
      return one(call('dynamic', 'kql_make_bag', asDynamic(at(0))))
    case 'take_any':
    case 'any':
      return picked(node, given, scope, (value) =>
        windows.firstOf(value, scope.query.value('long', 0n), true),
      )
    case 'arg_max':
    case 'arg_min': {
      const by = at(0)
      const isGreatest = name === 'arg_max'
      const first = windows.firstOf(by, by, isGreatest)
      const rest = picked(
        node,
        given.slice(1),
        scope,
        (value) => windows.firstOf(value, by, isGreatest),
        given[0],
      )
      return [{ expression: held(first, by), type: by.type }, ...rest]
    }
    case 'percentile':
      return one(percentile(at(0), at(1)))
    case 'percentiles':
      return given.slice(1).map((argument) => {
        const made = percentile(at(0), scalar(argument, scope))
        return { expression: made, type: made.type }
      })
    case 'stdev':
      return one(call('real', 'kql_stdev', as('real', at(0))))
    case 'variance':
      return one(call('real', 'kql_variance', as('real', at(0))))
  }
  throw refused(member(node, 'Name'), `the aggregate ${name} is not supported on a case yet`)
}

const sum = (value: Expression): Expression =>
  isWhole(value.type)
    ? sql(value.type === 'int' ? 'long' : value.type, 'coalesce(sum(?), 0)', value)
    : sql('real', 'coalesce(sum(?), 0.0)', as('real', value))
const average = (value: Expression): Expression =>
  value.type === 'timespan' || value.type === 'datetime'
    ? call(value.type, 'kql_average', value)
    : sql('real', 'avg(?)', as('real', value))
const percentile = (value: Expression, at: Expression): Expression =>
  call(value.type, 'kql_percentile', value, as('real', at))

/** All rows of a group hold the same value in such a column. */
const held = (id: number, { type }: Expression): Expression => ({
  sql: `max(c${id})`,
  type,
  reads: new Set([id]),
})

/** The columns an aggregate takes along: `*` stands for all that are not its own. */
function picked(
  node: MsNode,
  given: readonly MsNode[],
  scope: Scope,
  pick: (value: Expression) => number,
  by?: MsNode,
): readonly Made[] {
  const values = given.flatMap((argument): Expression[] => {
    if (kindOf(argument) !== 'StarExpression') return [scalar(argument, scope)]
    const wanted = columnsOf(node)
    const own = by && kindOf(by) === 'NameReference' ? nameOf(by) : undefined
    return scope.columns
      .filter(({ name }) => name !== own && wanted.some((column) => column.name === name))
      .map(columnExpression)
  })
  return values.map((value) => ({ expression: held(pick(value), value), type: value.type }))
}

/** Keys of a group as items, with ids of their own. */
export const keyColumns = (keys: readonly Expression[], newId: () => number): MadeColumn[] =>
  keys.map((expression) => ({ id: newId(), expression }))
