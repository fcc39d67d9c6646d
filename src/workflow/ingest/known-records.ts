/**
 * What the kernel needs to pack most records by itself: templates, which columns their values go to, and the systems their records
 * have. It learns that from records that the slow path has packed.
 */
import { limits } from '../../base/limits.ts'
import type { Origin } from '../../evtx/binxml/plan.ts'
import type { Template, Templates } from '../../evtx/binxml/templates.ts'
import type { ChunkView } from '../../evtx/chunk-view.ts'
import type { RecordDecoder } from '../../evtx/decode.ts'
import { chunkSize } from '../../evtx/format.ts'
import { BinXmlError } from '../../evtx/problem.ts'
import type { CompiledPlan } from './compiled-plan.ts'
import { Dictionary } from './dictionary.ts'
import type { Kernel } from './kernel/kernel.ts'
import {
  form,
  mostKeyBytes,
  pairBytes,
  pairFields,
  state,
  templateBytes,
  templateFields,
} from './kernel/layout.ts'
import type { SystemTuple } from './packed.ts'
import { keyFields, type SystemTable } from './system-table.ts'

/** keys that are known; only hostile logs have as many */
const mostKeys = 1 << 16
/** keys beyond which they are forgotten with a segment's end */
const manyKeys = 1 << 13
/** pairs of one segment that are known */
const mostPairs = 1 << 13
const noIndex = -1
const indexOf = (origin: Origin | undefined) => (origin && 'index' in origin ? origin.index : noIndex)

export class KnownRecords {
  readonly #kernel: Kernel
  readonly #templates: Templates
  readonly #keys: Dictionary
  readonly #firstTemplate: number
  readonly #addresses = new Map<Template, number>()
  #number = 0
  /** by key, kept from segment to segment */
  #ofKey: { readonly tuple: SystemTuple; readonly eventId: number }[] = []
  readonly #firstPair: number
  #pairs = 0
  #chunk: ChunkView | undefined
  readonly #touched: number[] = []

  constructor(kernel: Kernel, dictionary: Dictionary, templates: Templates) {
    this.#kernel = kernel
    this.#templates = templates
    this.#keys = new Dictionary(kernel)
    this.#firstTemplate = kernel.reserve(limits.templateCache * templateBytes)
    this.#firstPair = kernel.reserve(mostPairs * pairBytes)
    kernel.set(state.dictionary, dictionary.address)
    kernel.set(state.keys, this.#keys.address)
    kernel.set(state.templates, kernel.reserve(chunkSize * 4))
    kernel.set(state.innerPlaces, kernel.reserve(limits.substitutions * 4))
    kernel.set(state.outerPlaces, kernel.reserve(limits.substitutions * 4))
    // a key is at most a little longer than what is looked at
    kernel.set(state.keyBytes, kernel.reserve(mostKeyBytes * 2))
    this.#makeKeyRoom(1024)
    kernel.set(state.foundKey, -1)
    // a fresh template has none
    kernel.set(state.generation, 1)
    kernel.define = (definition) => this.#define(definition)
  }

  #makeKeyRoom(room: number): void {
    const kernel = this.#kernel
    const old = kernel.get(state.keyRoom)
    for (const name of ['systemOfKey', 'countOfKey'] as const) {
      const from = kernel.get(state[name])
      const at = kernel.reserve(room * 4)
      kernel.bytes.copyWithin(at, from, from + old * 4)
      if (name === 'systemOfKey') kernel.run.fill(at + old * 4, 0xff, (room - old) * 4)
      kernel.set(state[name], at)
    }
    kernel.set(state.keyRoom, room)
  }

  /** To be called when the chunk was put into the kernel's memory. */
  startChunk(chunk: ChunkView): void {
    const slots = this.#kernel.get(state.templates)
    for (const definition of this.#touched) this.#kernel.set(slots + definition * 4, 0)
    this.#touched.length = 0
    this.#chunk = chunk
  }

  /** Leaves values out; may be changed between segments. */
  set headsOnly(headsOnly: boolean) {
    this.#kernel.set(state.headsOnly, headsOnly ? 1 : 0)
  }

  /** Packs the record into the next row. @returns false, with no row, when the slow path must */
  pack(offset: number, size: number, index: number): boolean {
    return this.#kernel.run.record(offset, size, index * chunkSize) !== 0
  }

  #define(definition: number): number {
    const chunk = this.#chunk
    if (!chunk) return 0
    try {
      const address = this.#addressOf(this.#templates.at(chunk, definition))
      if (address === 0) return 0
      this.#kernel.set(this.#kernel.get(state.templates) + definition * 4, address)
      this.#touched.push(definition)
      return address
    } catch (error) {
      // the slow path meets the same and says what it is
      if (error instanceof BinXmlError || error instanceof RangeError) return 0
      throw error
    }
  }

  /** 0 when there is no room. */
  #addressOf(template: Template): number {
    const known = this.#addresses.get(template)
    if (known !== undefined) return known
    if (this.#addresses.size >= limits.templateCache) return 0
    const at = this.#firstTemplate + this.#addresses.size * templateBytes
    this.#addresses.set(template, at)
    const kernel = this.#kernel
    const set = (field: keyof typeof templateFields, value: number) => {
      kernel.set(at + templateFields[field], value)
    }
    kernel.run.fill(at, 0, templateBytes)
    set('number', this.#number++)
    const { event, data, content } = template
    set(
      'form',
      (event && !event.odd ? form.event : 0) | (data ? form.data : 0) | (content ? form.content : 0),
    )
    if (!event || event.odd) return at
    set('wanted', event.isWrapped ? form.content : form.data)
    set('timeIndex', indexOf(event.system.TimeCreated))
    set('idIndex', indexOf(event.system.EventRecordID))
    set('eventIndex', indexOf(event.system.EventID))
    set('embedded', event.data ? noIndex : event.embedded)
    keyFields.forEach((field, i) => {
      kernel.set(at + templateFields.firstKey + i * 4, indexOf(event.system[field]))
    })
    return at
  }

  /** System of the record that `pack` has just refused, in this segment's numbers; undefined when it is not known. */
  system(systems: SystemTable): number | undefined {
    const known = this.#ofKey[this.#kernel.get(state.foundKey)]
    return known && systems.ofTuple(known.tuple)
  }

  /**
   * Remembers how the record was packed that `pack` has just refused and the slow path has taken.
   * @param compiled undefined: without its values
   */
  learn(
    { outer, fieldSource }: RecordDecoder,
    compiled: CompiledPlan | undefined,
    shape: number,
    system: number,
    tuple: SystemTuple,
    eventId: number,
  ): void {
    const kernel = this.#kernel
    const around = outer.template && this.#addresses.get(outer.template)
    const data = fieldSource.template && this.#addresses.get(fieldSource.template)
    if (around !== undefined && data !== undefined) this.#learnPair(around, data, compiled, shape)
    const key = kernel.get(state.foundKey)
    if (key < 0 || key >= mostKeys) return
    const room = kernel.get(state.keyRoom)
    if (key >= room) this.#makeKeyRoom(Math.max(room * 2, key + 1))
    kernel.set(kernel.get(state.systemOfKey) + key * 4, system)
    this.#ofKey[key] ??= { tuple, eventId }
  }

  #learnPair(around: number, data: number, compiled: CompiledPlan | undefined, shape: number): void {
    const kernel = this.#kernel
    const generation = kernel.get(state.generation)
    const isFirst = kernel.get(data + templateFields.ofGeneration) !== generation
    const first = isFirst ? 0 : kernel.get(data + templateFields.firstPair)
    for (let pair = first; pair !== 0; pair = kernel.get(pair + pairFields.nextPair))
      if (kernel.get(pair + pairFields.around) === around) return
    if (this.#pairs >= mostPairs) return
    const at = this.#firstPair + this.#pairs++ * pairBytes
    kernel.set(at + pairFields.around, around)
    kernel.set(at + pairFields.columns, compiled?.columns ?? 0)
    kernel.set(at + pairFields.columnCount, compiled?.indexes.length ?? 0)
    kernel.set(at + pairFields.systemColumns, compiled?.systemColumns ?? 0)
    kernel.set(at + pairFields.shape, shape)
    kernel.set(at + pairFields.nextPair, first)
    kernel.set(data + templateFields.firstPair, at)
    kernel.set(data + templateFields.ofGeneration, generation)
    if (!compiled) kernel.set(state.namelessShape, shape)
  }

  /** Ends a segment: tells how many records of which system and event id the kernel has packed, and forgets its numbers. */
  endSegment(onCount: (system: number, eventId: number, records: number) => void): void {
    const kernel = this.#kernel
    const counts = kernel.get(state.countOfKey)
    const systems = kernel.get(state.systemOfKey)
    this.#ofKey.forEach(({ eventId }, key) => {
      const records = kernel.get(counts + key * 4)
      if (records > 0) onCount(kernel.get(systems + key * 4), eventId, records)
    })
    const room = kernel.get(state.keyRoom) * 4
    kernel.run.fill(counts, 0, room)
    kernel.run.fill(systems, 0xff, room)
    this.#pairs = 0
    kernel.set(state.generation, kernel.get(state.generation) + 1)
    if (this.#ofKey.length <= manyKeys && this.#addresses.size <= limits.templateCache / 2) return
    this.#addresses.clear()
    this.#ofKey = []
    this.#keys.clear()
  }
}
