/** KQL's functions on times and spans. */
import type { KqlType } from '../schema.ts'
import { refused } from '../syntax.ts'
import { ticksPerDay } from '../ticks.ts'
import { as } from './conversions.ts'
import { call, type Expression, sql } from './expression.ts'
import type { ScalarFunction } from './functions.ts'

const first = (given: readonly Expression[]): Expression => given[0] as Expression

const now: ScalarFunction = (given, { query }) => {
  const value = query.value('datetime', query.now)
  return given[0] ? sql('datetime', '(? + ?)', value, as('timespan', given[0])) : value
}
const ago: ScalarFunction = (given, { query }) => {
  const span = as('timespan', first(given))
  if (typeof span.constant === 'bigint') return query.value('datetime', query.now - span.constant)
  return sql('datetime', '(? - ?)', query.value('datetime', query.now), span)
}

/** `startofday` and its like: an offset counts whole units. */
const startOf =
  (unit: string, isEnd: boolean): ScalarFunction =>
  (given, { query }) =>
    call(
      'datetime',
      'kql_startof',
      query.value('string', unit),
      as('datetime', first(given)),
      given[1] ? as('long', given[1]) : query.value('long', 0n),
      query.value('bool', isEnd ? 1n : 0n),
    )

const part =
  (unit: string, type: KqlType = 'long'): ScalarFunction =>
  (given, { query }) =>
    call(type, 'kql_datetime_part', query.value('string', unit), as('datetime', first(given)))

const named =
  (name: string): ScalarFunction =>
  (given, { node, query }) => {
    const [unit, ...rest] = given as [Expression, ...Expression[]]
    if (typeof unit.constant !== 'string')
      throw refused(node, "the unit must be written in the query, as in 'hour'")
    const text = query.value('string', unit.constant.toLowerCase())
    if (name === 'datetime_part')
      return call('long', 'kql_datetime_part', text, as('datetime', rest[0] as Expression))
    if (name === 'datetime_diff')
      return call('long', 'kql_datetime_diff', text, ...rest.map((value) => as('datetime', value)))
    return call(
      'datetime',
      'kql_datetime_add',
      text,
      as('long', rest[0] as Expression),
      as('datetime', rest[1] as Expression),
    )
  }

export const timeFunctions: Readonly<Record<string, ScalarFunction>> = {
  now,
  ago,
  startofday: startOf('day', false),
  startofweek: startOf('week', false),
  startofmonth: startOf('month', false),
  startofyear: startOf('year', false),
  endofday: startOf('day', true),
  endofweek: startOf('week', true),
  endofmonth: startOf('month', true),
  endofyear: startOf('year', true),
  hourofday: part('hour'),
  dayofmonth: part('day'),
  dayofyear: part('dayofyear'),
  weekofyear: part('weekofyear'),
  week_of_year: part('weekofyear'),
  monthofyear: part('month'),
  getmonth: part('month'),
  getyear: part('year'),
  dayofweek: (given) =>
    sql('timespan', `((? / ${ticksPerDay} + 1) % 7 * ${ticksPerDay})`, as('datetime', first(given))),
  datetime_part: named('datetime_part'),
  datetime_diff: named('datetime_diff'),
  datetime_add: named('datetime_add'),
  make_datetime: (given) => call('datetime', 'kql_make_datetime', ...given.map((value) => as('real', value))),
  make_timespan: (given) => call('timespan', 'kql_make_timespan', ...given.map((value) => as('real', value))),
  format_datetime: (given) =>
    call('string', 'kql_format_datetime', as('datetime', first(given)), given[1] as Expression),
  format_timespan: (given) =>
    call('string', 'kql_format_timespan', as('timespan', first(given)), given[1] as Expression),
  unixtime_seconds_todatetime: unix(10_000_000n),
  unixtime_milliseconds_todatetime: unix(10_000n),
  unixtime_microseconds_todatetime: unix(10n),
}

function unix(ticks: bigint): ScalarFunction {
  return (given) => sql('datetime', `(621355968000000000 + ? * ${ticks})`, as('long', first(given)))
}
