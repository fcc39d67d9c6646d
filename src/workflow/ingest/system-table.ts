/** Distinct combinations of the System fields that hardly vary, each with a small number; the last one is tried first. */

import { limits } from '../../base/limits.ts'
import type { Instance } from '../../evtx/binxml/instance.ts'
import type { Origin, SystemPlan } from '../../evtx/binxml/plan.ts'
import { arrayTexts, scalarText } from '../../evtx/binxml/value.ts'
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

const choices = 1024

/** What one template's records had in the eight fields, to see at a glance that nothing changed. */
interface Memory {
  readonly number: number
  readonly view: DataView
  readonly sizes: Int32Array
  readonly types: Uint8Array
}
/** Memories of one plan by the hash of their bytes, and where the plan has its fields: the index of a substitution or -1. */
interface PlanMemory {
  readonly plan: SystemPlan
  readonly indexes: Int32Array
  readonly byHash: Map<number, Memory>
  /** the one that fitted last, by event id: nearly always the one that fits next */
  readonly last: (Memory | undefined)[]
}
/** event ids told apart there; others share a place */
const lastPlaces = 256

export class SystemTable {
  tuples: SystemTuple[] = []
  /** records of each combination */
  counts: number[] = []
  #byKey = new Map<string, number>()
  #plans = new Map<SystemPlan, PlanMemory>()
  /** the same by the number of the template that was met with the plan last */
  #ofTemplate: PlanMemory[] = []
  /** pairs of combination << 16 | event id, and 0 free, 1 not chosen, 2 chosen; a later pair takes the place of another */
  readonly #chosen = new Int32Array(choices * 2)

  clear(): void {
    this.tuples = []
    this.#byKey = new Map()
    this.#plans = new Map()
    this.#ofTemplate = []
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

  /** Number of the combination of the record just located. */
  find(chunk: ChunkView, plan: SystemPlan, source: Instance, eventId: number): number {
    const { indexes, byHash, last } = this.#memoryOf(plan, source.template?.number ?? 0)
    const likely = last[eventId & (lastPlaces - 1)]
    if (likely && matches(likely, indexes, chunk, source)) return likely.number
    const hash = hashOf(indexes, chunk, source)
    const memory = byHash.get(hash)
    if (memory && matches(memory, indexes, chunk, source)) {
      last[eventId & (lastPlaces - 1)] = memory
      return memory.number
    }
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
    // the last of two combinations with one hash wins; the other is found again by its texts
    const fresh = remember(number, indexes, chunk, source)
    if (fresh && byHash.size < maxMemories) byHash.set(hash, fresh)
    return number
  }

  /** @param template its number finds the memory without a look-up by the plan */
  #memoryOf(plan: SystemPlan, template: number): PlanMemory {
    const known = this.#ofTemplate[template]
    if (known?.plan === plan) return known
    let memory = this.#plans.get(plan)
    if (!memory) {
      const indexes = new Int32Array(keyFields.length).fill(-1)
      keyFields.forEach((field, i) => {
        const origin = plan[field]
        if (origin && 'index' in origin) indexes[i] = origin.index
      })
      memory = { plan, indexes, byHash: new Map(), last: new Array(lastPlaces).fill(undefined) }
      this.#plans.set(plan, memory)
    }
    if (template < limits.templateCache) this.#ofTemplate[template] = memory
    return memory
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

const maxKeyBytes = 1024
const maxMemories = 4096

/** Hash of the eight fields where they lie. */
function hashOf(indexes: Int32Array, chunk: ChunkView, source: Instance): number {
  const { view } = chunk
  const { count, offsets, sizes } = source
  let hash = 0x811c9dc5
  for (let i = 0; i < indexes.length; i++) {
    const index = indexes[i] as number
    if (index < 0 || index >= count) continue
    const size = sizes[index] as number
    let at = offsets[index] as number
    hash = Math.imul(hash ^ size, 0x01000193)
    for (const whole = at + (size & ~3); at < whole; at += 4)
      hash = Math.imul(hash ^ view.getInt32(at, true), 0x85ebca6b) ^ (hash >>> 13)
    for (const end = (offsets[index] as number) + size; at < end; at++)
      hash = Math.imul(hash ^ view.getUint8(at), 0x01000193)
  }
  return hash
}

/** Undefined when the fields are too long to be worth remembering. */
function remember(
  number: number,
  indexes: Int32Array,
  chunk: ChunkView,
  source: Instance,
): Memory | undefined {
  const bytes = new Uint8Array(maxKeyBytes)
  const sizes = new Int32Array(indexes.length)
  const types = new Uint8Array(indexes.length)
  let at = 0
  for (let i = 0; i < indexes.length; i++) {
    const index = indexes[i] as number
    if (index < 0 || index >= source.count) continue
    const size = source.sizes[index] as number
    const from = source.offsets[index] as number
    if (at + size > maxKeyBytes) return undefined
    bytes.set(chunk.bytes.subarray(from, from + size), at)
    at += size
    sizes[i] = size
    types[i] = source.types[index] as number
  }
  return { number, view: new DataView(bytes.buffer), sizes, types }
}

function matches(memory: Memory, indexes: Int32Array, chunk: ChunkView, source: Instance): boolean {
  const { view, sizes, types } = memory
  const theirs = chunk.view
  const { count, offsets } = source
  const theirSizes = source.sizes
  const theirTypes = source.types
  let at = 0
  for (let i = 0; i < indexes.length; i++) {
    const index = indexes[i] as number
    if (index < 0) continue
    const size = sizes[i] as number
    if (index >= count) {
      if (size !== 0 || types[i] !== 0) return false
      continue
    }
    if (theirSizes[index] !== size || theirTypes[index] !== types[i]) return false
    const from = offsets[index] as number
    // most are one byte
    if (size === 1) {
      if (view.getUint8(at) !== theirs.getUint8(from)) return false
      at++
      continue
    }
    let k = 0
    for (const whole = size & ~3; k < whole; k += 4)
      if (view.getInt32(at + k, true) !== theirs.getInt32(from + k, true)) return false
    for (; k < size; k++) if (view.getUint8(at + k) !== theirs.getUint8(from + k)) return false
    at += size
  }
  return true
}
