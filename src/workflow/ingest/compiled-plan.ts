import type { DataPlan, SystemPlan } from '../../evtx/binxml/plan.ts'

/** A template's plan as the kernel reads it, with the plan of System that it was met with. */
export interface CompiledPlan {
  readonly plan: DataPlan
  readonly system: SystemPlan
  readonly shape: number
  /** index of each value's substitution, -1 for a literal */
  readonly indexes: Int32Array
  readonly literals: Int32Array
  /** address of the columns of its values, and of System's own (dictionary.ts) */
  readonly columns: number
  readonly systemColumns: number
}
