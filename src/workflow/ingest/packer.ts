/**
 * Packs the records of a log: header columns and all values, as numbers of a dictionary of raw values. Works on raw bytes by
 * the template's plan; forms without a plan take the tree path and are packed as text. No record is left out without a problem.
 */

import { isChainEvent } from '../../events/kinds.ts'
import type { Instance } from '../../evtx/binxml/instance.ts'
import type { DataPlan, SystemField } from '../../evtx/binxml/plan.ts'
import type { Platform } from '../../evtx/byte-source.ts'
import { readChunkHeader, walkRecords } from '../../evtx/chunk.ts'
import type { ChunkView } from '../../evtx/chunk-view.ts'
import { RecordDecoder } from '../../evtx/decode.ts'
import { valueType } from '../../evtx/format.ts'
import { BinXmlError, type EvtxProblem } from '../../evtx/problem.ts'
import { type RecordText, textsOfTree } from '../../evtx/record.ts'
import { numberOf, ticksOfText } from '../../evtx/text-numbers.ts'
import { BlockColumns } from './columns.ts'
import { Dictionary } from './dictionary.ts'
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

export class Packer {
  readonly #decoder = new RecordDecoder()
  readonly #platform: Platform
  readonly #tally: LogTally
  readonly #dictionary = new Dictionary()
  readonly #columns = new BlockColumns()
  readonly #systems = new SystemTable()
  #shapes: Shape[] = []
  #shapeOfPlan = new Map<DataPlan, number>()
  #shapeOfNames = new Map<string, number>()
  #literals = new Map<string, number>()
  #blocks: PackedBlock[] = []
  #rows = 0
  #selected = 0
  #last: Int32Array[] = []
  readonly problems: EvtxProblem[] = []

  constructor(platform: Platform, tally: LogTally) {
    this.#platform = platform
    this.#tally = tally
  }

  /** Adds one chunk of the log; problems are appended to `problems`. */
  addChunk(chunk: ChunkView, index: number): void {
    const header = readChunkHeader(chunk, index, this.#platform, this.problems)
    this.#tally.chunk(header.state)
    if (header.state === 'used') {
      this.#decoder.startChunk()
      walkRecords(chunk, index, header, this.problems, (offset, size) =>
        this.#addRecord(chunk, index, offset, size),
      )
    }
    if (index % chunksPerBlock === chunksPerBlock - 1) this.#endBlock(Math.floor(index / chunksPerBlock))
  }

  /** Closes the segment and starts the next. `lastChunk` is the index of the last chunk added. */
  endSegment(number: number, lastChunk: number): PackedSegment {
    if (this.#columns.rows > 0) this.#endBlock(Math.floor(lastChunk / chunksPerBlock))
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
    this.#shapes = []
    this.#last = []
    this.#shapeOfPlan = new Map()
    this.#shapeOfNames = new Map()
    this.#literals = new Map()
    this.#blocks = []
    this.#rows = 0
    this.#selected = 0
    return segment
  }

  /** True when the tables of this segment are nearly full (only hostile logs get there): end it early. */
  get isFull(): boolean {
    return this.#systems.tuples.length > 50_000 || this.#shapes.length > 50_000
  }

  #endBlock(number: number): void {
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
      if (!this.#decoder.locate(chunk, from, end) || !this.#byPlan(chunk, index, offset))
        this.#byText(textsOfTree(this.#decoder.elements(chunk, from, end)), chunk, index, offset)
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
    const time = place(plan.TimeCreated, outer, valueType.fileTime)
    const id = place(plan.EventRecordID, outer, valueType.uint64)
    const event = place(plan.EventID, outer, valueType.uint16)
    if (time < 0 || id < 0 || event < 0) return false
    const eventId = view.getUint16(event, true)
    const system = this.#systems.find(chunk, plan, outer)
    const tuple = this.#systems.tuples[system] as SystemTuple
    const row = this.#startRow()
    const columns = this.#columns
    columns.timeLow[row] = view.getUint32(time, true)
    columns.timeHigh[row] = view.getUint32(time + 4, true)
    columns.idLow[row] = view.getUint32(id, true)
    columns.idHigh[row] = view.getUint32(id + 4, true)
    columns.place[row] = index * 65_536 + offset
    columns.system[row] = system
    columns.eventId[row] = eventId
    columns.shape[row] = this.#packValues(chunk, plan, outer)
    if (this.#systems.isChosen(system, eventId, isChainEvent)) this.#selected++
    this.#tally.record(
      columns.timeLow[row] as number,
      columns.timeHigh[row] as number,
      columns.idLow[row] as number,
      columns.idHigh[row] as number,
      view.getUint32(offset + 8, true),
      view.getUint32(offset + 12, true),
      eventId,
      tuple,
    )
    return true
  }

  #startRow(): number {
    const columns = this.#columns
    columns.reserveRow()
    this.#rows++
    return columns.rows++
  }

  #packValues(
    chunk: ChunkView,
    system: Partial<Record<SystemField, { text: string } | { index: number }>>,
    outer: Instance,
  ): number {
    const fields = this.#decoder.fields
    const source = this.#decoder.fieldSource
    const shape = fields ? this.#shapeByPlan(fields) : this.#shapeByNames([])
    const count = fields?.fields.length ?? 0
    const columns = this.#columns
    columns.reserveValues(count + 4)
    let at = columns.valueCount
    const { values } = columns
    const dictionary = this.#dictionary
    let last = this.#last[shape]
    if (!last) {
      last = new Int32Array(count + 4).fill(-1)
      this.#last[shape] = last
    }
    const view = chunk.view
    for (let i = 0; i < count; i++) {
      const origin = (fields as DataPlan).fields[i]?.origin as { text: string } | { index: number }
      let number: number
      if ('text' in origin) number = this.#literal(origin.text)
      else if (origin.index >= source.count) number = this.#literal('')
      else {
        const type = source.types[origin.index] as number
        const place = source.offsets[origin.index] as number
        const size = source.sizes[origin.index] as number
        if (type === valueType.binXml) throw new BinXmlError('embedded fragment inside a value', place)
        const before = last[i] as number
        number =
          before >= 0 && dictionary.isSame(before, type, view, place, size)
            ? before
            : dictionary.number(type, view, place, size)
        last[i] = number
      }
      values[at++] = number
    }
    values[at++] = this.#systemValue(chunk, system.ProcessID, outer)
    values[at++] = this.#systemValue(chunk, system.ThreadID, outer)
    values[at++] = this.#systemValue(chunk, system.UserID, outer)
    values[at++] = this.#systemValue(chunk, system.ActivityID, outer)
    columns.valueCount = at
    return shape
  }

  #systemValue(
    chunk: ChunkView,
    origin: { text: string } | { index: number } | undefined,
    source: Instance,
  ): number {
    if (!origin) return noValue
    if ('text' in origin) return this.#literal(origin.text)
    if (origin.index >= source.count || source.types[origin.index] === valueType.null) return noValue
    return this.#dictionary.number(
      source.types[origin.index] as number,
      chunk.view,
      source.offsets[origin.index] as number,
      source.sizes[origin.index] as number,
    )
  }

  #literal(text: string): number {
    let number = this.#literals.get(text)
    if (number === undefined) {
      number = this.#dictionary.text(text)
      if (this.#literals.size < 10_000) this.#literals.set(text, number)
    }
    return number
  }

  #shapeByPlan(plan: DataPlan): number {
    let shape = this.#shapeOfPlan.get(plan)
    if (shape === undefined) {
      shape = this.#shapes.length
      this.#shapes.push({ names: plan.fields.map((field) => field.name), final: false })
      this.#shapeOfPlan.set(plan, shape)
    }
    return shape
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
    if (time === undefined || event === undefined || time < 0n || time > 0xffff_ffff_ffff_ffffn) {
      this.#problem(
        index,
        offset,
        'evtx.record.incomplete',
        `System has no ${event === undefined ? 'EventID' : 'TimeCreated'} that can be read`,
      )
      return
    }
    const id = BigInt.asUintN(64, numberOf(texts.system.EventRecordID) ?? 0n)
    const eventId = Number(event & 0xffffn)
    const system = this.#systems.ofTexts(texts.system)
    const row = this.#startRow()
    const columns = this.#columns
    columns.timeLow[row] = Number(time & 0xffff_ffffn)
    columns.timeHigh[row] = Number(time >> 32n)
    columns.idLow[row] = Number(id & 0xffff_ffffn)
    columns.idHigh[row] = Number(id >> 32n)
    columns.place[row] = index * 65_536 + offset
    columns.system[row] = system
    columns.eventId[row] = eventId
    columns.shape[row] = this.#shapeByNames(texts.names)
    columns.reserveValues(texts.names.length + systemValues.length)
    let at = columns.valueCount
    for (const value of texts.values) columns.values[at++] = this.#literal(value)
    for (const field of systemValues) {
      const text = texts.system[field]
      columns.values[at++] = text === undefined || text === '' ? noValue : this.#literal(text)
    }
    columns.valueCount = at
    if (this.#systems.isChosen(system, eventId, isChainEvent)) this.#selected++
    this.#tally.record(
      columns.timeLow[row] as number,
      columns.timeHigh[row] as number,
      columns.idLow[row] as number,
      columns.idHigh[row] as number,
      chunk.view.getUint32(offset + 8, true),
      chunk.view.getUint32(offset + 12, true),
      eventId,
      this.#systems.tuples[system] as SystemTuple,
    )
  }
}

/** Place of a substitution that has just this type; -1 otherwise. */
function place(
  origin: { text: string } | { index: number } | undefined,
  source: Instance,
  type: number,
): number {
  if (!origin || 'text' in origin || origin.index >= source.count) return -1
  return source.types[origin.index] === type ? (source.offsets[origin.index] as number) : -1
}
