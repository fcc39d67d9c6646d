/** The shapes of one segment: which values its records have, by the plans of templates and by names. */
import { limits } from '../../base/limits.ts'
import type { DataPlan, Origin, SystemPlan } from '../../evtx/binxml/plan.ts'
import type { CompiledPlan } from './compiled-plan.ts'
import type { ColumnOrigin, Dictionary } from './dictionary.ts'
import { type Shape, systemValues } from './packed.ts'

const noFields: DataPlan = { fields: [] }

export class Shapes {
  all: Shape[] = []
  #plans = new Map<DataPlan, CompiledPlan[]>()
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
   * Where a plan's values come from, in columns: the inner loop touches no objects.
   * @param template its number finds them without a look-up by the plan
   */
  ofPlan(
    plan: DataPlan | undefined,
    system: SystemPlan,
    template: number,
    dictionary: Dictionary,
  ): CompiledPlan {
    const key = plan ?? noFields
    const known = this.#ofTemplate[template]
    if (known?.plan === key && known.system === system) return known
    const ofKey = this.#plans.get(key) ?? []
    let compiled = ofKey.find((one) => one.system === system)
    if (!compiled) {
      const shape = ofKey[0]?.shape ?? this.all.length
      if (ofKey.length === 0) this.all.push({ names: key.fields.map((field) => field.name), final: false })
      const placeOf = (origin: Origin | undefined): ColumnOrigin => {
        if (!origin) return { literal: -1 }
        return 'text' in origin ? { literal: dictionary.text(origin.text) } : origin
      }
      const origins = key.fields.map(({ origin }) => placeOf(origin))
      compiled = {
        plan: key,
        system,
        shape,
        indexes: Int32Array.from(origins, (origin) => ('index' in origin ? origin.index : -1)),
        literals: Int32Array.from(origins, (origin) => ('literal' in origin ? origin.literal : 0)),
        columns: dictionary.columns(origins),
        systemColumns: dictionary.columns(systemValues.map((field) => placeOf(system[field]))),
      }
      ofKey.push(compiled)
      this.#plans.set(key, ofKey)
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
