import { hostAggregates } from './aggregates.ts'
import { expanded } from './dynamics.ts'
import { hostFunctions } from './functions.ts'

/** Everything the SQL of a query calls beyond SQLite's own. */
export const queryFunctions = {
  scalars: hostFunctions,
  aggregates: hostAggregates,
  tables: { kql_each: { columns: ['value', 'nth'], rows: expanded } },
} as const
