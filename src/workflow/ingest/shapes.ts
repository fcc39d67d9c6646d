/** The shapes of one segment: which values its records have, by the plans of templates and by names. */
import type { DataPlan } from '../../evtx/binxml/plan.ts'
import type { CompiledPlan } from './compiled-plan.ts'
import { columnMemories, type Dictionary } from './dictionary.ts'
import { type Shape, systemValues } from './packed.ts'

const noFields: DataPlan = { fields: [] }

export class Shapes {
  all: Shape[] = []
  #plans = new Map<DataPlan, CompiledPlan>()
  #lastPlan: DataPlan | undefined
  #lastCompiled: CompiledPlan | undefined
  #ofNames = new Map<string, number>()

  clear(): void {
    this.all = []
    this.#plans = new Map()
    this.#lastPlan = undefined
    this.#lastCompiled = undefined
    this.#ofNames = new Map()
  }

  /** Where a plan's values come from, in arrays: the inner loop touches no objects. */
  ofPlan(plan: DataPlan | undefined, dictionary: Dictionary): CompiledPlan {
    const key = plan ?? noFields
    if (key === this.#lastPlan && this.#lastCompiled) return this.#lastCompiled
    let compiled = this.#plans.get(key)
    if (!compiled) {
      const shape = this.all.length
      this.all.push({ names: key.fields.map((field) => field.name), final: false })
      compiled = {
        shape,
        indexes: Int32Array.from(key.fields, ({ origin }) => ('index' in origin ? origin.index : -1)),
        literals: Int32Array.from(key.fields, ({ origin }) =>
          'text' in origin ? dictionary.text(origin.text) : 0,
        ),
        memory: columnMemories(key.fields.length),
        systemMemory: columnMemories(systemValues.length),
      }
      this.#plans.set(key, compiled)
    }
    this.#lastPlan = key
    this.#lastCompiled = compiled
    return compiled
  }

  /** The shape with these names, which are final. */
  ofNames(names: readonly string[]): number {
    const key = names.join('\u0000')
    let shape = this.#ofNames.get(key)
    if (shape === undefined) {
      shape = this.all.length
      this.all.push({ names: [...names], final: true })
      this.#ofNames.set(key, shape)
    }
    return shape
  }
}
