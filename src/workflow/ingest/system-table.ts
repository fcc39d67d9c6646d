/** Distinct combinations of the System fields that hardly vary, each with a small number; the last one is tried first. */

import type { Instance } from '../../evtx/binxml/instance.ts'
import type { Origin, SystemPlan } from '../../evtx/binxml/plan.ts'
import { arrayTexts, scalarText } from '../../evtx/binxml/value.ts'
import type { ChunkView } from '../../evtx/chunk-view.ts'
import { valueType } from '../../evtx/format.ts'
import type { SystemTexts } from '../../evtx/record.ts'
import type { SystemTuple } from './packed.ts'

/** what a system is told by */
export const keyFields = [
  'Provider',
  'Channel',
  'Computer',
  'Version',
  'Level',
  'Task',
  'Opcode',
  'Keywords',
] as const

const choices = 1024

export class SystemTable {
  tuples: SystemTuple[] = []
  /** records of each combination */
  counts: number[] = []
  #byKey = new Map<string, number>()
  /** the same by who asked for it before, in whatever segment */
  #byTuple = new Map<SystemTuple, number>()
  /** pairs of combination << 16 | event id, and 0 free, 1 not chosen, 2 chosen; a later pair takes the place of another */
  readonly #chosen = new Int32Array(choices * 2)

  clear(): void {
    this.tuples = []
    this.#byKey = new Map()
    this.#byTuple = new Map()
    this.#chosen.fill(0)
    this.counts = []
  }

  /** Counts a record. @returns whether `ask` says that its provider and event id are chosen */
  count(system: number, eventId: number, ask: (provider: string, eventId: number) => boolean): boolean {
    this.counts[system] = (this.counts[system] as number) + 1
    const key = (system << 16) | eventId
    const place = ((system * 37 + eventId) & (choices - 1)) * 2
    const known = this.#chosen
    if (known[place] !== key || known[place + 1] === 0) {
      known[place] = key
      known[place + 1] = ask((this.tuples[system] as SystemTuple).provider, eventId) ? 2 : 1
    }
    return known[place + 1] === 2
  }

  /** So many records more of a combination. */
  add(system: number, records: number): void {
    this.counts[system] = (this.counts[system] as number) + records
  }

  /** Number of the combination of the record just located. */
  find(chunk: ChunkView, plan: SystemPlan, source: Instance): number {
    const text = (origin: Origin | undefined) => textOf(chunk, origin, source)
    return this.#number({
      provider: text(plan.Provider),
      channel: text(plan.Channel),
      computer: text(plan.Computer),
      version: Number(text(plan.Version)) || 0,
      level: Number(text(plan.Level)) || 0,
      task: Number(text(plan.Task)) || 0,
      opcode: Number(text(plan.Opcode)) || 0,
      keywords: text(plan.Keywords),
    })
  }

  /** Number of a combination that came of another segment's table. */
  ofTuple(tuple: SystemTuple): number {
    let number = this.#byTuple.get(tuple)
    if (number === undefined) {
      number = this.#number(tuple)
      this.#byTuple.set(tuple, number)
    }
    return number
  }

  ofTexts(system: SystemTexts): number {
    return this.#number({
      provider: system.Provider ?? '',
      channel: system.Channel ?? '',
      computer: system.Computer ?? '',
      version: Number(system.Version) || 0,
      level: Number(system.Level) || 0,
      task: Number(system.Task) || 0,
      opcode: Number(system.Opcode) || 0,
      keywords: system.Keywords ?? '',
    })
  }

  #number(tuple: SystemTuple): number {
    const key = JSON.stringify(Object.values(tuple))
    let number = this.#byKey.get(key)
    if (number === undefined) {
      number = this.tuples.length
      // the texts are slices of a whole chunk: parsing the key makes flat copies
      const [provider, channel, computer, version, level, task, opcode, keywords] = JSON.parse(key)
      this.counts.push(0)
      this.tuples.push({ provider, channel, computer, version, level, task, opcode, keywords })
      this.#byKey.set(key, number)
    }
    return number
  }
}

function textOf(chunk: ChunkView, origin: Origin | undefined, source: Instance): string {
  if (!origin) return ''
  if ('text' in origin) return origin.text
  if (origin.index >= source.count) return ''
  const type = source.types[origin.index] as number
  if (type === valueType.null) return ''
  const at = source.offsets[origin.index] as number
  const size = source.sizes[origin.index] as number
  // no writer puts an array here; one that is there is told as the reader tells it
  return type & valueType.array
    ? arrayTexts(chunk, type, at, size).join(', ')
    : scalarText(chunk, type, at, size)
}
