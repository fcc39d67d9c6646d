import type { Instance } from '../../evtx/binxml/instance.ts'
import type { DataPlan, Origin } from '../../evtx/binxml/plan.ts'

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

/** Place of a substitution that has just this type and size in bytes; -1 otherwise: other sizes are no numbers but hex. */
export function placeOfType(
  origin: Origin | undefined,
  source: Instance,
  type: number,
  size: number,
): number {
  if (!origin || 'text' in origin || origin.index >= source.count) return -1
  const fits = source.types[origin.index] === type && source.sizes[origin.index] === size
  return fits ? (source.offsets[origin.index] as number) : -1
}
