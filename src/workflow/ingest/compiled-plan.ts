import type { DataPlan } from '../../evtx/binxml/plan.ts'

/** A template's plan in arrays: the inner loop of packing touches no objects. */
export interface CompiledPlan {
  readonly plan: DataPlan
  readonly shape: number
  /** index of each value's substitution, -1 for a literal */
  readonly indexes: Int32Array
  readonly literals: Int32Array
  /** what each column held last (dictionary.ts) */
  readonly memory: Int32Array
  /** the same of System's own values */
  readonly systemMemory: Int32Array
}
