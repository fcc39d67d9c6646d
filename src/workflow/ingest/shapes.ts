/** The shapes of one segment: which values its records have, by the plans of templates and by names. */
import { limits } from '../../base/limits.ts'
import type { DataPlan } from '../../evtx/binxml/plan.ts'
import type { CompiledPlan } from './compiled-plan.ts'
import { columnMemories, type Dictionary } from './dictionary.ts'
import { type Shape, systemValues } from './packed.ts'

const noFields: DataPlan = { fields: [] }

export class Shapes {
  all: Shape[] = []
  #plans = new Map<DataPlan, CompiledPlan>()
  /** the same by the number of the template that was met with the plan last */
  #ofTemplate: CompiledPlan[] = []
  #nameless = -1
  #ofNames = new Map<string, number>()

  clear(): void {
    this.all = []
    this.#plans = new Map()
    this.#ofTemplate = []
    this.#nameless = -1
    this.#ofNames = new Map()
  }

  /**
   * Where a plan's values come from, in arrays: the inner loop touches no objects.
   * @param template its number finds them without a look-up by the plan
   */
  ofPlan(plan: DataPlan | undefined, template: number, dictionary: Dictionary): CompiledPlan {
    const key = plan ?? noFields
    const known = this.#ofTemplate[template]
    if (known?.plan === key) return known
    let compiled = this.#plans.get(key)
    if (!compiled) {
      const shape = this.all.length
      this.all.push({ names: key.fields.map((field) => field.name), final: false })
      compiled = {
        plan: key,
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
    if (template < limits.templateCache) this.#ofTemplate[template] = compiled
    return compiled
  }

  /** The shape of records without values. */
  get nameless(): number {
    if (this.#nameless < 0) this.#nameless = this.ofNames([])
    return this.#nameless
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
