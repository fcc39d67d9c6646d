/**
 * What the packer needs of a template-less record, from where its texts lie in the chunk: exact time and numbers, the number of
 * its System combination, and its shape. Each is remembered per event id, so that a record like one before costs comparisons only.
 */
import { type SystemField, systemFields } from '../../evtx/binxml/plan.ts'
import type { Templates } from '../../evtx/binxml/templates.ts'
import type { ChunkView } from '../../evtx/chunk-view.ts'
import { valueType } from '../../evtx/format.ts'
import { InlineRecord } from '../../evtx/inline-record.ts'
import { BinXmlError } from '../../evtx/problem.ts'
import { FieldNames, type SystemTexts } from '../../evtx/record.ts'
import { ticksOfText } from '../../evtx/text-numbers.ts'
import type { BlockColumns } from './columns.ts'
import { Dictionary } from './dictionary.ts'
import type { Kernel } from './kernel/kernel.ts'
import { columnBytes } from './kernel/layout.ts'
import { noValue, systemValues, textAsIs } from './packed.ts'
import type { SystemTable } from './system-table.ts'

const placeOf = (field: SystemField) => systemFields.indexOf(field)
const timePlace = placeOf('TimeCreated')
const eventPlace = placeOf('EventID')
const idPlace = placeOf('EventRecordID')
const keyFields: readonly SystemField[] = [
  'Provider',
  'Channel',
  'Computer',
  'Version',
  'Level',
  'Task',
  'Opcode',
  'Keywords',
]
const keyPlaces = Int32Array.from(keyFields, placeOf)
/** places of System's own values in `systemFields` */
const valuePlaces = Int32Array.from(systemValues, placeOf)

interface KnownSystem {
  readonly texts: Int32Array
  readonly number: number
}
/** A sequence of names, by their numbers, and what its columns held last. */
export interface KnownShape {
  readonly names: Int32Array
  readonly shape: number
  /** address of a column per name and per value of System's own (dictionary.ts) */
  readonly columns: number
}
interface KnownEvent {
  readonly systems: KnownSystem[]
  readonly shapes: KnownShape[]
}
/** combinations remembered per event id */
const mostKnown = 8
const minuteUnits = 16

export class InlineValues {
  readonly record = new InlineRecord()
  /** names and System texts met in this segment; their numbers are ours alone */
  readonly #texts: Dictionary
  readonly #events = new Map<number, KnownEvent>()
  timeLow = 0
  timeHigh = 0
  idLow = 0
  idHigh = 0
  eventId = 0
  readonly #minute = new DataView(new ArrayBuffer(minuteUnits * 2))
  #minuteTicks = -1n

  /** @param kernel has the chunk whose records are read */
  constructor(kernel: Kernel) {
    this.#texts = new Dictionary(kernel)
  }

  clear(): void {
    this.#texts.clear()
    this.#events.clear()
  }

  /**
   * Reads the record and its numbers.
   * @returns false when only the tree path can tell what it is; nothing is kept then
   */
  read(chunk: ChunkView, from: number, end: number, templates: Templates): boolean {
    const { record } = this
    if (!this.#isUsual(chunk, from, end, templates)) return false
    const { view } = chunk
    const event = digits(
      view,
      record.systemAt[eventPlace] as number,
      record.systemUnits[eventPlace] as number,
    )
    if (event < 0) return false
    this.eventId = event & 0xffff
    const idUnits = record.systemUnits[idPlace] as number
    const id = idUnits === 0 ? 0 : digits(view, record.systemAt[idPlace] as number, idUnits)
    if (id < 0) return false
    this.idLow = id >>> 0
    this.idHigh = Math.floor(id / 2 ** 32)
    if (!this.#time(chunk, record.systemAt[timePlace] as number, record.systemUnits[timePlace] as number))
      return false
    return this.timeLow !== 0 || this.timeHigh !== 0 || event !== 0
  }

  #isUsual(chunk: ChunkView, from: number, end: number, templates: Templates): boolean {
    try {
      return this.record.read(chunk, from, end, templates)
    } catch (error) {
      // the tree path meets the same and says what it is
      if (error instanceof BinXmlError || error instanceof RangeError) return false
      throw error
    }
  }

  /** `YYYY-MM-DDTHH:MM:SS.fffffffZ`, exact; the minute is remembered. Other spellings are the tree path's. */
  #time(chunk: ChunkView, at: number, units: number): boolean {
    if (units < minuteUnits + 3) return false
    const { view } = chunk
    let isSame = this.#minuteTicks >= 0n
    for (let i = 0; isSame && i < minuteUnits * 2; i += 4)
      isSame = this.#minute.getInt32(i, true) === view.getInt32(at + i, true)
    if (!isSame) {
      const text = chunk.text(at, minuteUnits)
      const ticks = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text) ? ticksOfText(`${text}:00Z`) : undefined
      if (ticks === undefined || ticks < 0n) return false
      for (let i = 0; i < minuteUnits * 2; i += 4) this.#minute.setInt32(i, view.getInt32(at + i, true), true)
      this.#minuteTicks = ticks
    }
    const digit = (unit: number) => view.getUint16(at + unit * 2, true) - 0x30
    const [tens, ones] = [digit(17), digit(18)]
    if (view.getUint16(at + 32, true) !== 0x3a || tens < 0 || tens > 5 || ones < 0 || ones > 9) return false
    let fraction = 0
    let unit = 19
    if (unit < units && digit(unit) === 0x2e - 0x30) {
      let count = 0
      for (unit++; unit < units; unit++, count++) {
        const next = digit(unit)
        if (next < 0 || next > 9) break
        if (count < 7) fraction = fraction * 10 + next
      }
      if (count === 0 || count > 12) return false
      for (; count < 7; count++) fraction *= 10
    }
    if (unit < units && digit(unit) === 0x5a - 0x30) unit++
    if (unit !== units) return false
    const low = Number(this.#minuteTicks & 0xffff_ffffn) + (tens * 10 + ones) * 10_000_000 + fraction
    this.timeLow = low >>> 0
    this.timeHigh = Number(this.#minuteTicks >> 32n) + (low >= 2 ** 32 ? 1 : 0)
    return true
  }

  #event(): KnownEvent {
    let known = this.#events.get(this.eventId)
    if (known === undefined) {
      known = { systems: [], shapes: [] }
      this.#events.set(this.eventId, known)
    }
    return known
  }

  /** Number of the System combination of the record just read. */
  system(chunk: ChunkView, systems: SystemTable): number {
    const { systemAt, systemUnits } = this.record
    const known = this.#event().systems
    const texts = this.#texts
    for (const one of known) {
      let i = 0
      for (; i < keyPlaces.length; i++) {
        const place = keyPlaces[i] as number
        const size = (systemUnits[place] as number) * 2
        if (!texts.isSame(one.texts[i] as number, valueType.string, systemAt[place] as number, size)) break
      }
      if (i === keyPlaces.length) return one.number
    }
    const found: SystemTexts = {}
    const numbers = new Int32Array(keyPlaces.length)
    keyFields.forEach((field, i) => {
      const place = keyPlaces[i] as number
      const at = systemAt[place] as number
      const units = systemUnits[place] as number
      numbers[i] = texts.number(valueType.string, at, units * 2)
      if (units > 0) found[field] = chunk.text(at, units)
    })
    const number = systems.ofTexts(found)
    known.unshift({ texts: numbers, number })
    if (known.length > mostKnown) known.pop()
    return number
  }

  /** The shape of the record just read. @param numberOf gives the number of these final names */
  shape(
    chunk: ChunkView,
    dictionary: Dictionary,
    numberOf: (names: readonly string[]) => number,
  ): KnownShape {
    const { count, nameAt, nameUnits } = this.record
    const known = this.#event().shapes
    const texts = this.#texts
    for (let k = 0; k < known.length; k++) {
      const one = known[k] as KnownShape
      if (one.names.length !== count) continue
      let i = 0
      for (; i < count; i++) {
        const size = (nameUnits[i] as number) * 2
        if (!texts.isSame(one.names[i] as number, valueType.string, nameAt[i] as number, size)) break
      }
      if (i === count) return one
    }
    const names = new Int32Array(count)
    const final = new FieldNames()
    for (let i = 0; i < count; i++) {
      const at = nameAt[i] as number
      const units = nameUnits[i] as number
      names[i] = texts.number(valueType.string, at, units * 2)
      final.add(ownText(chunk, at, units), '')
    }
    const columns = dictionary.columns(
      Array.from({ length: count + valuePlaces.length }, () => ({ literal: 0 })),
    )
    const fresh = { names, shape: numberOf(final.names), columns }
    known.unshift(fresh)
    if (known.length > mostKnown) known.pop()
    return fresh
  }

  /** Puts the dictionary numbers of all values behind those of the block. @returns how many the block has then */
  pack(
    chunk: ChunkView,
    { columns }: KnownShape,
    dictionary: Dictionary,
    { values, valueCount }: BlockColumns,
  ): number {
    const { count, valueAt, valueUnits, systemAt, systemUnits } = this.record
    const { view } = chunk
    let next = valueCount
    for (let i = 0; i < count + valuePlaces.length; i++) {
      let place: number
      let size: number
      if (i < count) {
        place = valueAt[i] as number
        size = (valueUnits[i] as number) * 2
      } else {
        const field = valuePlaces[i - count] as number
        place = systemAt[field] as number
        size = (systemUnits[field] as number) * 2
        if (size === 0) {
          values[next++] = noValue
          continue
        }
      }
      const type = size > 0 && view.getUint16(place + size - 2, true) === 0 ? textAsIs : valueType.string
      values[next++] = dictionary.inColumn(columns + i * columnBytes, type, place, size)
    }
    return next
  }
}

/** A whole number of 1 to 15 decimal digits; -1 for any other text. */
function digits(view: DataView, at: number, units: number): number {
  if (units < 1 || units > 15) return -1
  let value = 0
  for (let i = 0; i < units; i++) {
    const digit = view.getUint16(at + i * 2, true) - 0x30
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

/** A string of its own: a substring of the chunk's text would keep all of that alive. */
function ownText(chunk: ChunkView, at: number, units: number): string {
  let text = ''
  for (let i = 0; i < units; i++) text += String.fromCharCode(chunk.view.getUint16(at + i * 2, true))
  return text
}
