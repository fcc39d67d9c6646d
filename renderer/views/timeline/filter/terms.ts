import type { Filter } from '../../../../src/contract/shapes.ts'

/** Keys of the filter language. `time` is a range, `text` is what bare words search. */
export const filterKeys = [
  'time',
  'host',
  'event',
  'channel',
  'account',
  'address',
  'task',
  'process',
  'share',
  'logon',
  'record',
  'evidence',
  'is',
  'text',
] as const
export type FilterKey = (typeof filterKeys)[number]

/** What `is:` may ask for: the marks the engine can filter by. */
export const marksOfRows = ['chain', 'rejected', 'responder', 'duplicate', 'recovered'] as const

/** One value. `exact` values stand in quotes: they are not looked at for ranges, keys or commas. */
export interface TermValue {
  readonly text: string
  readonly exact: boolean
}

/** One chip of the filter bar. `off` chips stay in sight but do not filter. */
export interface Term {
  readonly key: FilterKey
  readonly values: readonly TermValue[]
  readonly not: boolean
  readonly off: boolean
}

/** Bounds of the contract: more is refused at the keyboard, not by the engine. */
export const filterLimits = { terms: 50, values: 100, valueLength: 2000, textLength: 20_000 } as const

export const sameTerms = (a: readonly Term[], b: readonly Term[]): boolean =>
  JSON.stringify(a) === JSON.stringify(b)

export type ContractFilter = Filter
