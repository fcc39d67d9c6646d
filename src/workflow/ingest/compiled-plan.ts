import type { Instance } from '../../evtx/binxml/instance.ts'
import type { Origin } from '../../evtx/binxml/plan.ts'

/** A template's plan in arrays: the inner loop of packing touches no objects. */
export interface CompiledPlan {
  readonly shape: number
  /** index of each value's substitution, -1 for a literal */
  readonly indexes: Int32Array
  readonly literals: Uint32Array
  /** dictionary number each column had last */
  readonly last: Int32Array
}

/** Place of a substitution that has just this type; -1 otherwise. */
export function placeOfType(origin: Origin | undefined, source: Instance, type: number): number {
  if (!origin || 'text' in origin || origin.index >= source.count) return -1
  return source.types[origin.index] === type ? (source.offsets[origin.index] as number) : -1
}
