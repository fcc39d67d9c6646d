/**
 * Packs the records of a log: header columns and all values, as numbers of a dictionary of raw values. Works on raw bytes by
 * the template's plan; forms without a plan take the tree path and are packed as text. No record is left out without a problem.
 */

import { limits } from '../../base/limits.ts'
import { isChainEvent } from '../../events/kinds.ts'
import type { Instance } from '../../evtx/binxml/instance.ts'
import type { DataPlan, SystemField } from '../../evtx/binxml/plan.ts'
import { scalarText } from '../../evtx/binxml/value.ts'
import type { Platform } from '../../evtx/byte-source.ts'
import { readChunkHeader, walkRecords } from '../../evtx/chunk.ts'
import type { ChunkView } from '../../evtx/chunk-view.ts'
import { RecordDecoder } from '../../evtx/decode.ts'
import { valueType } from '../../evtx/format.ts'
import { BinXmlError, type EvtxProblem } from '../../evtx/problem.ts'
import { readRecord } from '../../evtx/read-log.ts'
import { type RecordText, textsOfTree } from '../../evtx/record.ts'
import { type RecordPlace, RecoveredWalker } from '../../evtx/recovered.ts'
import { numberOf, ticksOfText } from '../../evtx/text-numbers.ts'
import { BlockColumns } from './columns.ts'
import { type CompiledPlan, placeOfType } from './compiled-plan.ts'
import { Dictionary } from './dictionary.ts'
import { InlineValues } from './inline-values.ts'
import type { LogTally } from './log-tally.ts'
import {
  chunksPerBlock,
  noValue,
  type PackedBlock,
  type PackedSegment,
  type Shape,
  type SystemTuple,
  systemValues,
} from './packed.ts'
import { SystemTable } from './system-table.ts'

const noFields: DataPlan = { fields: [] }
/** bytes of an array value beyond which its elements are counted */
const longArray = limits.recordFields

export class Packer {
  readonly #decoder = new RecordDecoder()
  readonly #recovered = new RecoveredWalker(this.#decoder)
  readonly #platform: Platform
  readonly #inlineByTree: boolean
  /** where records are counted; may be changed between segments */
  tally: LogTally
  readonly #dictionary = new Dictionary()
  readonly #columns = new BlockColumns()
  readonly #systems = new SystemTable()
  readonly #inline = new InlineValues()
  #shapes: Shape[] = []
  #plans = new Map<DataPlan, CompiledPlan>()
  #lastPlan: DataPlan | undefined
  #lastCompiled: CompiledPlan | undefined
  #shapeOfNames = new Map<string, number>()
  #blocks: PackedBlock[] = []
  #rows = 0
  #selected = 0
  readonly problems: EvtxProblem[] = []

  /** @param inlineByTree takes the tree path for template-less records (slow; for comparison) */
  constructor(platform: Platform, tally: LogTally, inlineByTree = false) {
    this.#platform = platform
    this.#inlineByTree = inlineByTree
    this.tally = tally
  }

  /** Adds one chunk of the log; problems are appended to `problems`. */
  addChunk(chunk: ChunkView, index: number): void {
    const header = readChunkHeader(chunk, index, this.#platform, this.problems)
    this.tally.chunk(header.state)
    if (header.state === 'used') {
      this.#decoder.startChunk()
      const stale: RecordPlace[] = []
      walkRecords(
        chunk,
        index,
        header,
        this.problems,
        (offset, size) => this.#addRecord(chunk, index, offset, size),
        (offset, size) => stale.push({ offset, size }),
      )
      this.#recovered.walk(chunk, header, stale, (offset, size) => {
        if (readRecord(chunk, index, offset, size, this.#decoder, {}, true).ok) this.tally.recoverable++
      })
    }
    if (index % chunksPerBlock === chunksPerBlock - 1) this.endBlock(Math.floor(index / chunksPerBlock))
  }

  /** Adds records at these places of a chunk, for which the caller has asked by name: none of them is live. */
  addPlaces(chunk: ChunkView, index: number, places: readonly RecordPlace[]): void {
    this.#decoder.startChunk()
    for (const { offset, size } of places) this.#addRecord(chunk, index, offset, size)
  }

  /** Closes the segment and starts the next. `lastChunk` is the index of the last chunk added. */
  endSegment(number: number, lastChunk: number): PackedSegment {
    if (this.#columns.rows > 0) this.endBlock(Math.floor(lastChunk / chunksPerBlock))
    const segment: PackedSegment = {
      number,
      rows: this.#rows,
      selected: this.#selected,
      blocks: this.#blocks,
      dictionary: this.#dictionary.pack(),
      systems: this.#systems.tuples,
      shapes: this.#shapes,
    }
    this.#dictionary.clear()
    this.#systems.clear()
    this.#inline.clear()
    this.#shapes = []
    this.#plans = new Map()
    this.#lastPlan = undefined
    this.#lastCompiled = undefined
    this.#shapeOfNames = new Map()
    this.#blocks = []
    this.#rows = 0
    this.#selected = 0
    return segment
  }

  /** True when the tables of this segment are nearly full (only hostile logs get there): end it early. */
  get isFull(): boolean {
    return this.#systems.tuples.length > 50_000 || this.#shapes.length > 50_000
  }

  /** Closes the block that holds the rows added since the last one. */
  endBlock(number: number): void {
    const columns = this.#columns
    if (columns.rows > 0)
      this.#blocks.push({
        number,
        rows: columns.rows,
        heads: columns.packHeads(),
        values: columns.packValues(),
      })
    columns.clear()
  }

  #addRecord(chunk: ChunkView, index: number, offset: number, size: number): void {
    try {
      const from = offset + 24
      const end = offset + size - 4
      let texts: RecordText | undefined
      if (this.#decoder.locate(chunk, from, end)) {
        if (this.#byPlan(chunk, index, offset)) return
        // just as the reader does: what the plan can tell is told even where the whole tree cannot be built
        texts = this.#decoder.planTexts(chunk)
      } else if (this.#byInline(chunk, index, offset, end)) return
      texts ??= textsOfTree(this.#decoder.elements(chunk, from, end))
      this.#byText(texts, chunk, index, offset)
    } catch (error) {
      if (!(error instanceof BinXmlError || error instanceof RangeError)) throw error
      const what = error instanceof BinXmlError ? error.message : 'a value lies outside the chunk'
      this.#problem(index, offset, 'evtx.record.unreadable', what)
    }
  }

  #problem(chunk: number, offset: number, code: EvtxProblem['code'], what: string): void {
    this.problems.push({
      code,
      severity: 'error',
      chunk,
      offset,
      what: `Chunk ${chunk}: the record at offset ${offset} cannot be read: ${what}.`,
      lost: 1,
    })
  }

  /** @returns false when System is not in its usual binary form and the text path must be taken */
  #byPlan(chunk: ChunkView, index: number, offset: number): boolean {
    const decoder = this.#decoder
    const plan = decoder.event?.system
    const outer = decoder.outer
    if (!plan) return false
    const view = chunk.view
    const time = placeOfType(plan.TimeCreated, outer, valueType.fileTime, 8)
    const id = placeOfType(plan.EventRecordID, outer, valueType.uint64, 8)
    const event = placeOfType(plan.EventID, outer, valueType.uint16, 2)
    if (time < 0 || id < 0 || event < 0) return false
    const eventId = view.getUint16(event, true)
    // values that were zeroed in a frame that was not (trap 5): the text path says so
    if (eventId === 0 && view.getUint32(time, true) === 0 && view.getUint32(time + 4, true) === 0)
      return false
    const shape = this.#packValues(chunk, plan, outer)
    if (shape < 0) return false
    this.#addRow(
      chunk,
      index * 65_536 + offset,
      view.getUint32(time, true),
      view.getUint32(time + 4, true),
      view.getUint32(id, true),
      view.getUint32(id + 4, true),
      eventId,
      this.#systems.find(chunk, plan, outer),
      shape,
    )
    return true
  }

  /** The columns of one record, and its place in all that is counted. */
  #addRow(
    chunk: ChunkView,
    place: number,
    timeLow: number,
    timeHigh: number,
    idLow: number,
    idHigh: number,
    eventId: number,
    system: number,
    shape: number,
  ): void {
    const columns = this.#columns
    columns.reserveRow()
    this.#rows++
    const row = columns.rows++
    columns.timeLow[row] = timeLow
    columns.timeHigh[row] = timeHigh
    columns.idLow[row] = idLow
    columns.idHigh[row] = idHigh
    columns.place[row] = place
    columns.system[row] = system
    columns.eventId[row] = eventId
    columns.shape[row] = shape
    if (this.#systems.isChosen(system, eventId, isChainEvent)) this.#selected++
    const { view } = chunk
    const offset = place & 0xffff
    const headerLow = view.getUint32(offset + 8, true)
    const headerHigh = view.getUint32(offset + 12, true)
    const tuple = this.#systems.tuples[system] as SystemTuple
    this.tally.record(timeLow, timeHigh, idLow, idHigh, headerLow, headerHigh, eventId, tuple)
  }

  /** @returns the shape, or -1 when a value needs the text path; nothing is kept then */
  #packValues(
    chunk: ChunkView,
    system: Partial<Record<SystemField, { text: string } | { index: number }>>,
    outer: Instance,
  ): number {
    const source = this.#decoder.fieldSource
    const compiled = this.#compiled(this.#decoder.fields)
    const { indexes, literals, last } = compiled
    const count = indexes.length
    const columns = this.#columns
    columns.reserveValues(count + systemValues.length)
    let at = columns.valueCount
    const { values } = columns
    const dictionary = this.#dictionary
    const view = chunk.view
    const { offsets, sizes, types } = source
    for (let i = 0; i < count; i++) {
      const index = indexes[i] as number
      if (index < 0 || index >= source.count) {
        values[at++] = index < 0 ? (literals[i] as number) : this.#dictionary.text('')
        continue
      }
      const type = types[index] as number
      const place = offsets[index] as number
      const size = sizes[index] as number
      // a fragment inside a value, and arrays so long that they may pass the limit of fields, are the text path's
      if (type === valueType.binXml || (type >= valueType.array && size > longArray)) return -1
      const before = last[i] as number
      if (before >= 0 && dictionary.isSame(before, type, view, place, size)) values[at++] = before
      else {
        const number = dictionary.number(type, view, place, size)
        last[i] = number
        values[at++] = number
      }
    }
    values[at++] = this.#systemValue(chunk, system.ProcessID, outer)
    values[at++] = this.#systemValue(chunk, system.ThreadID, outer)
    values[at++] = this.#systemValue(chunk, system.UserID, outer)
    values[at++] = this.#systemValue(chunk, system.ActivityID, outer)
    columns.valueCount = at
    return compiled.shape
  }

  #systemValue(
    chunk: ChunkView,
    origin: { text: string } | { index: number } | undefined,
    source: Instance,
  ): number {
    if (!origin) return noValue
    if ('text' in origin) return this.#dictionary.text(origin.text)
    if (origin.index >= source.count) return noValue
    const type = source.types[origin.index] as number
    const at = source.offsets[origin.index] as number
    const size = source.sizes[origin.index] as number
    if (type === valueType.null) return noValue
    // its type is taken for texts (packed.ts): a fragment has no place in System and is told as the reader tells it
    if (type === valueType.binXml) return this.#dictionary.text(scalarText(chunk, type, at, size))
    return this.#dictionary.number(type, chunk.view, at, size)
  }

  /** Where a plan's values come from, in arrays: the inner loop touches no objects. */
  #compiled(plan: DataPlan | undefined): CompiledPlan {
    const key = plan ?? noFields
    if (key === this.#lastPlan && this.#lastCompiled) return this.#lastCompiled
    let compiled = this.#plans.get(key)
    if (!compiled) {
      const shape = this.#shapes.length
      this.#shapes.push({ names: key.fields.map((field) => field.name), final: false })
      compiled = {
        shape,
        indexes: Int32Array.from(key.fields, ({ origin }) => ('index' in origin ? origin.index : -1)),
        literals: Uint32Array.from(key.fields, ({ origin }) =>
          'text' in origin ? this.#dictionary.text(origin.text) : 0,
        ),
        last: new Int32Array(key.fields.length).fill(-1),
      }
      this.#plans.set(key, compiled)
    }
    this.#lastPlan = key
    this.#lastCompiled = compiled
    return compiled
  }

  /** @returns false, with nothing kept, when it is no template-less record of the usual form */
  #byInline(chunk: ChunkView, index: number, offset: number, end: number): boolean {
    const inline = this.#inline
    const decoder = this.#decoder
    if (this.#inlineByTree || decoder.outer.template !== undefined) return false
    if (!inline.read(chunk, offset + 24, end, decoder.templates)) return false
    if (!decoder.expander.tryCharge(inline.record.cost)) return false
    const { timeLow, timeHigh, idLow, idHigh, eventId } = inline
    const system = inline.system(chunk, this.#systems)
    const known = inline.shape(chunk, (names) => this.#shapeByNames(names))
    const columns = this.#columns
    columns.reserveValues(inline.record.count + systemValues.length)
    columns.valueCount = inline.pack(chunk, known, this.#dictionary, columns)
    this.#addRow(
      chunk,
      index * 65_536 + offset,
      timeLow,
      timeHigh,
      idLow,
      idHigh,
      eventId,
      system,
      known.shape,
    )
    return true
  }

  #shapeByNames(names: readonly string[]): number {
    const key = names.join('\u0000')
    let shape = this.#shapeOfNames.get(key)
    if (shape === undefined) {
      shape = this.#shapes.length
      this.#shapes.push({ names: [...names], final: true })
      this.#shapeOfNames.set(key, shape)
    }
    return shape
  }

  /** Template-less and odd forms: everything is text already. */
  #byText(texts: RecordText, chunk: ChunkView, index: number, offset: number): void {
    const time = ticksOfText(texts.system.TimeCreated)
    const event = numberOf(texts.system.EventID)
    const isOutside = time === undefined || time < 0n || time > 0xffff_ffff_ffff_ffffn
    const isZero = time === 0n && event === 0n
    if (isOutside || event === undefined || isZero) {
      const missing = event === undefined ? 'EventID' : 'TimeCreated'
      const zeroed = 'its values are all zero: event 0 of the year 1601'
      const unread = `System has no ${missing} that can be read`
      this.#problem(index, offset, 'evtx.record.incomplete', isZero ? zeroed : unread)
      return
    }
    const id = BigInt.asUintN(64, numberOf(texts.system.EventRecordID) ?? 0n)
    const eventId = Number(event & 0xffffn)
    const system = this.#systems.ofTexts(texts.system)
    const columns = this.#columns
    columns.reserveValues(texts.names.length + systemValues.length)
    let at = columns.valueCount
    for (const value of texts.values) columns.values[at++] = this.#dictionary.text(value)
    for (const field of systemValues) {
      const text = texts.system[field]
      columns.values[at++] = text === undefined || text === '' ? noValue : this.#dictionary.text(text)
    }
    columns.valueCount = at
    this.#addRow(
      chunk,
      index * 65_536 + offset,
      Number(time & 0xffff_ffffn),
      Number(time >> 32n),
      Number(id & 0xffff_ffffn),
      Number(id >> 32n),
      eventId,
      system,
      this.#shapeByNames(texts.names),
    )
  }
}
