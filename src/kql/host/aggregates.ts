/** Aggregates SQLite has not. Each is a start, a step and a result, as the database takes them. */
import { exactJson, exactParse } from './exact-json.ts'

type Text = string | null
type Number_ = bigint | number | null

export interface HostAggregate {
  readonly start: () => unknown
  readonly step: (state: never, ...given: never[]) => unknown
  readonly result: (state: never) => bigint | number | string | null
}

/** bytes of one gathered value: a query cannot take the memory of the machine */
const mostUnits = 64 * 2 ** 20

interface Gathered {
  readonly values: string[]
  readonly seen: Set<string> | undefined
  units: number
}

const gather = (isSet: boolean): HostAggregate => ({
  start: (): Gathered => ({ values: [], seen: isSet ? new Set() : undefined, units: 0 }),
  step: (state: Gathered, json: Text, most: bigint | null) => {
    if (json === null || json === 'null') return state
    // a set of arrays is the set of their elements
    const value = isSet && json.startsWith('[') ? exactParse(json) : undefined
    const parts = Array.isArray(value) ? value.map(exactJson) : [json]
    for (const part of parts) {
      if (state.seen?.has(part) || state.values.length >= Number(most ?? 1_048_576n)) continue
      state.units += part.length
      if (state.units > mostUnits)
        throw new Error('make_set or make_list gathers more than 64 MiB in one group')
      state.seen?.add(part)
      state.values.push(part)
    }
    return state
  },
  result: (state: Gathered) => `[${state.values.join(',')}]`,
})

interface Numbers {
  count: number
  mean: number
  /** sum of squared distances from the mean */
  spread: number
}
const spread = (result: (state: Numbers) => number | null): HostAggregate => ({
  start: (): Numbers => ({ count: 0, mean: 0, spread: 0 }),
  step: (state: Numbers, value: Number_) => {
    if (value === null) return state
    const number = Number(value)
    state.count++
    const from = number - state.mean
    state.mean += from / state.count
    state.spread += from * (number - state.mean)
    return state
  },
  result,
})
const variance = ({ count, spread }: Numbers): number | null =>
  count > 1 ? spread / (count - 1) : count === 1 ? 0 : null

interface Ranked {
  readonly values: (bigint | number)[]
  at: number
}

export const hostAggregates: Readonly<Record<string, HostAggregate>> = {
  kql_make_set: gather(true),
  kql_make_list: gather(false),
  kql_make_bag: {
    start: (): Map<string, string> => new Map(),
    step: (state: Map<string, string>, json: Text) => {
      const value = json === null ? null : exactParse(json)
      if (typeof value === 'object' && value !== null && !Array.isArray(value))
        for (const [key, one] of Object.entries(value)) if (!state.has(key)) state.set(key, exactJson(one))
      return state
    },
    result: (state: Map<string, string>) =>
      `{${[...state].map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(',')}}`,
  },
  /** nearest rank: exact, where Kusto itself estimates */
  kql_percentile: {
    start: (): Ranked => ({ values: [], at: 0 }),
    step: (state: Ranked, value: Number_, at: Number_) => {
      state.at = Number(at ?? 0)
      if (value !== null) state.values.push(value)
      return state
    },
    result: ({ values, at }: Ranked) => {
      if (values.length === 0) return null
      values.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
      const rank = Math.ceil((Math.min(100, Math.max(0, at)) / 100) * values.length)
      return values[Math.max(0, rank - 1)] ?? null
    },
  },
  kql_average: {
    start: (): { sum: bigint; count: bigint } => ({ sum: 0n, count: 0n }),
    step: (state: { sum: bigint; count: bigint }, value: bigint | null) => {
      if (value === null) return state
      state.sum += value
      state.count++
      return state
    },
    result: ({ sum, count }: { sum: bigint; count: bigint }) => (count === 0n ? null : sum / count),
  },
  kql_stdev: spread((state) => {
    const value = variance(state)
    return value === null ? null : Math.sqrt(value)
  }),
  kql_variance: spread(variance),
}
