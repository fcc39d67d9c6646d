/** Distinct combinations of the System fields that hardly vary, each with a small number; the last one is tried first. */

import type { Instance } from '../../evtx/binxml/instance.ts'
import type { Origin, SystemPlan } from '../../evtx/binxml/plan.ts'
import { scalarText } from '../../evtx/binxml/value.ts'
import type { ChunkView } from '../../evtx/chunk-view.ts'
import { valueType } from '../../evtx/format.ts'
import type { SystemTexts } from '../../evtx/record.ts'
import type { SystemTuple } from './packed.ts'

const keyFields = [
  'Provider',
  'Channel',
  'Computer',
  'Version',
  'Level',
  'Task',
  'Opcode',
  'Keywords',
] as const

/** Bytes of the eight fields of the last record of one template, to see at a glance that nothing changed. */
interface Memory {
  number: number
  bytes: Uint8Array
  sizes: Int32Array
}

export class SystemTable {
  tuples: SystemTuple[] = []
  #byKey = new Map<string, number>()
  #memories = new Map<SystemPlan, Memory[]>()
  #chosen: (Map<number, boolean> | undefined)[] = []

  clear(): void {
    this.tuples = []
    this.#byKey = new Map()
    this.#memories = new Map()
    this.#chosen = []
  }

  /** Whether records of this event id with this provider are to be packed with their values. */
  isChosen(system: number, eventId: number, ask: (provider: string, eventId: number) => boolean): boolean {
    let known = this.#chosen[system]
    if (!known) {
      known = new Map()
      this.#chosen[system] = known
    }
    let chosen = known.get(eventId)
    if (chosen === undefined) {
      chosen = ask((this.tuples[system] as SystemTuple).provider, eventId)
      known.set(eventId, chosen)
    }
    return chosen
  }

  /** Number of the combination of the record just located. */
  find(chunk: ChunkView, plan: SystemPlan, source: Instance): number {
    const memories = this.#memories.get(plan)
    if (memories)
      for (const memory of memories) if (matches(memory, chunk, plan, source)) return memory.number
    const text = (origin: Origin | undefined) => textOf(chunk, origin, source)
    const number = this.#number({
      provider: text(plan.Provider),
      channel: text(plan.Channel),
      computer: text(plan.Computer),
      version: Number(text(plan.Version)) || 0,
      level: Number(text(plan.Level)) || 0,
      task: Number(text(plan.Task)) || 0,
      opcode: Number(text(plan.Opcode)) || 0,
      keywords: text(plan.Keywords),
    })
    const memory = remember(number, chunk, plan, source)
    if (memories) {
      // the newest first; a handful is enough (audit success and failure, a few providers in one template)
      memories.unshift(memory)
      if (memories.length > 8) memories.pop()
    } else this.#memories.set(plan, [memory])
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
  if (type === valueType.null || type & valueType.array) return ''
  return scalarText(chunk, type, source.offsets[origin.index] as number, source.sizes[origin.index] as number)
}

const maxKeyBytes = 1024

function remember(number: number, chunk: ChunkView, plan: SystemPlan, source: Instance): Memory {
  const bytes = new Uint8Array(maxKeyBytes)
  const sizes = new Int32Array(keyFields.length)
  let at = 0
  keyFields.forEach((field, i) => {
    const origin = plan[field]
    if (!origin || 'text' in origin || origin.index >= source.count) return
    const size = source.sizes[origin.index] as number
    const from = source.offsets[origin.index] as number
    if (at + size + 1 > maxKeyBytes) {
      sizes[i] = -1 // too long to remember: never matches
      return
    }
    bytes[at++] = source.types[origin.index] as number
    bytes.set(chunk.bytes.subarray(from, from + size), at)
    at += size
    sizes[i] = size + 1
  })
  return { number, bytes, sizes }
}

function matches(memory: Memory, chunk: ChunkView, plan: SystemPlan, source: Instance): boolean {
  const { bytes, sizes } = memory
  let at = 0
  for (let i = 0; i < keyFields.length; i++) {
    const origin = plan[keyFields[i] as (typeof keyFields)[number]]
    const known = sizes[i] as number
    if (!origin || 'text' in origin || origin.index >= source.count) {
      if (known !== 0) return false
      continue
    }
    const size = source.sizes[origin.index] as number
    if (known !== size + 1 || bytes[at] !== source.types[origin.index]) return false
    at++
    const from = source.offsets[origin.index] as number
    for (let k = 0; k < size; k++) if (bytes[at + k] !== chunk.bytes[from + k]) return false
    at += size
  }
  return true
}
