/**
 * Packs the records of a log: header columns and all values, as numbers of a dictionary of raw values. Works on raw bytes by
 * the template's plan; forms without a plan take the tree path and are packed as text. No record is left out without a problem.
 */

import { isChainEvent } from '../../events/kinds.ts'
import type { SystemPlan } from '../../evtx/binxml/plan.ts'
import type { Platform } from '../../evtx/byte-source.ts'
import { readChunkHeader, walkRecords } from '../../evtx/chunk.ts'
import { ChunkView } from '../../evtx/chunk-view.ts'
import { RecordDecoder } from '../../evtx/decode.ts'
import { chunkSize, valueType } from '../../evtx/format.ts'
import { isPlainlyWhole, placeOfType } from '../../evtx/plainly-whole.ts'
import { BinXmlError, type EvtxProblem } from '../../evtx/problem.ts'
import { oddNumber, readRecord } from '../../evtx/read-log.ts'
import { type RecordText, textsOfTree } from '../../evtx/record.ts'
import { type RecordPlace, RecoveredWalker } from '../../evtx/recovered.ts'
import { numberOf, ticksOfText } from '../../evtx/text-numbers.ts'
import { GrowingBytes } from './aligned-memory.ts'
import { BlockColumns } from './columns.ts'
import type { CompiledPlan } from './compiled-plan.ts'
import { Dictionary } from './dictionary.ts'
import { InlineValues } from './inline-values.ts'
import { Kernel } from './kernel/kernel.ts'
import { KnownRecords } from './known-records.ts'
import type { LogTally } from './log-tally.ts'
import {
  chunksPerBlock,
  noValue,
  type PackedSegment,
  type SegmentOf,
  type Span,
  type SystemTuple,
  systemValues,
  withParts,
} from './packed.ts'
import { packValues } from './plan-values.ts'
import { SegmentParts } from './segment-parts.ts'
import { Shapes } from './shapes.ts'
import { SystemTable } from './system-table.ts'

/** bytes of distinct values after which a segment ends early: real ones have 2 MiB */
const largeDictionary = 64 << 20

/** stands for the chunk of a record that lies in none: its header is zeros */
const noChunk = new ChunkView(new Uint8Array(chunkSize + 16), {
  crc32: () => 0,
  utf16: () => '',
})

/** Ways that give the same and take longer. */
export interface SlowWays {
  /** the tree path for template-less records */
  readonly inlineByTree?: boolean
  /** the path of records that the kernel does not know for all */
  readonly withoutKernel?: boolean
}

export class Packer {
  readonly #decoder = new RecordDecoder()
  readonly #recovered = new RecoveredWalker(this.#decoder)
  readonly #platform: Platform
  readonly #slowly: SlowWays
  /** where records are counted; may be changed between segments */
  tally: LogTally
  readonly #kernel = new Kernel()
  readonly #dictionary = new Dictionary(this.#kernel)
  readonly #known = new KnownRecords(this.#kernel, this.#dictionary, this.#decoder.templates)
  readonly #columns = new BlockColumns(this.#kernel)
  readonly #systems = new SystemTable()
  readonly #inline = new InlineValues(this.#kernel)
  readonly #shapes = new Shapes()
  readonly #parts: SegmentParts
  #rows = 0
  #selected = 0
  readonly problems: EvtxProblem[] = []
  /** records that did not need the slow path */
  packedByKernel = 0
  #headsOnly = false

  /**
   * @param slowly for comparison
   * @param bytes takes the parts of each segment
   */
  constructor(platform: Platform, tally: LogTally, slowly: SlowWays = {}, bytes = new GrowingBytes()) {
    this.#platform = platform
    this.#parts = new SegmentParts(bytes)
    this.#slowly = slowly
    this.tally = tally
  }

  /** Leaves out all values: to measure what it costs to check and index records alone; may be changed between segments. */
  set headsOnly(headsOnly: boolean) {
    this.#headsOnly = headsOnly
    this.#known.headsOnly = headsOnly
  }

  /** Adds one chunk of the log; problems are appended to `problems`. */
  addChunk(bytes: ChunkView, index: number): void {
    const chunk = this.#own(bytes)
    const header = readChunkHeader(chunk, index, this.#platform, this.problems)
    this.tally.chunk(header.state)
    if (header.state === 'used') {
      this.#decoder.startChunk()
      this.#known.startChunk(chunk)
      const stale: RecordPlace[] = []
      walkRecords(
        chunk,
        index,
        header,
        this.problems,
        (offset, size) => this.#addRecord(chunk, index, offset, size),
        (offset, size) => stale.push({ offset, size }),
      )
      const { unrecoverable } = this.tally
      const onWhole = (offset: number, size: number) => {
        const plain = isPlainlyWhole(chunk, this.#decoder)
        if (plain || readRecord(chunk, index, offset, size, this.#decoder, {}, true).ok)
          this.tally.recoverable++
        else unrecoverable.values++
      }
      this.#recovered.walk(chunk, header, stale, onWhole, unrecoverable)
    }
    if (index % chunksPerBlock === chunksPerBlock - 1) this.endBlock(Math.floor(index / chunksPerBlock))
  }

  /** The chunk where the kernel sees it. */
  #own({ bytes }: ChunkView): ChunkView {
    return new ChunkView(this.#kernel.putChunk(bytes), this.#platform)
  }

  /** Adds records at these places of a chunk, for which the caller has asked by name: none of them is live. */
  addPlaces(bytes: ChunkView, index: number, places: readonly RecordPlace[]): void {
    const chunk = this.#own(bytes)
    this.#decoder.startChunk()
    this.#known.startChunk(chunk)
    for (const { offset, size } of places) this.#addRecord(chunk, index, offset, size)
  }

  /** Adds a record that was text from the start. `place` is its byte offset in the file. */
  addTexts(texts: RecordText, place: number): void {
    this.#byText(texts, noChunk, Math.floor(place / chunkSize), place % chunkSize)
  }

  /** Closes the segment and starts the next. `lastChunk` is the index of the last chunk added. */
  endSegment(number: number, lastChunk: number): PackedSegment {
    const segment = this.endSegmentInPlace(number, lastChunk)
    return withParts(segment, ({ at, size }) => this.#parts.bytes.slice(at, at + size))
  }

  /** As `endSegment`, but the parts stay where they are in `bytes`, until more is added. */
  endSegmentInPlace(number: number, lastChunk: number): SegmentOf<Span> {
    this.endBlock(Math.floor(lastChunk / chunksPerBlock))
    this.#known.endSegment((system, eventId, records) => {
      this.#systems.add(system, records)
      if (isChainEvent(this.#systems.tuples[system]?.provider ?? '', eventId)) this.#selected += records
    })
    const segment: SegmentOf<Span> = {
      number,
      rows: this.#rows,
      selected: this.#selected,
      ...this.#parts.close(this.#dictionary),
      systems: this.#systems.tuples,
      shapes: this.#shapes.all,
    }
    const { tuples, counts } = this.#systems
    tuples.forEach((tuple, i) => {
      this.tally.system(tuple, counts[i] as number)
    })
    this.#dictionary.clear()
    this.#systems.clear()
    this.#inline.clear()
    this.#shapes.clear()
    this.#rows = 0
    this.#selected = 0
    return segment
  }

  /** All parts of the segment that `endSegmentInPlace` has just closed; memory goes on behind them. */
  get bytes(): Uint8Array {
    return this.#parts.bytes
  }

  /** True when this segment's tables are nearly full or its parts large (only hostile logs get there): end it early. */
  get isFull(): boolean {
    return (
      this.#systems.tuples.length > 50_000 ||
      this.#shapes.all.length > 50_000 ||
      this.#parts.isLarge ||
      this.#dictionary.size > largeDictionary
    )
  }

  /** Closes the block that holds the rows added since the last one. */
  endBlock(number: number): void {
    if (this.#columns.rows > 0) this.#parts.addBlock(number, this.#columns)
    this.#columns.clear()
  }

  #addRecord(chunk: ChunkView, index: number, offset: number, size: number): void {
    if (!this.#slowly.withoutKernel && this.#known.pack(offset, size, index)) {
      this.packedByKernel++
      this.#tellTally(chunk, offset)
    } else this.#addSlowly(chunk, index, offset, size)
  }

  /** Records that the kernel does not know how to pack, or not yet. */
  #addSlowly(chunk: ChunkView, index: number, offset: number, size: number): void {
    try {
      const from = offset + 24
      const end = offset + size - 4
      let texts: RecordText | undefined
      if (this.#decoder.locate(chunk, from, end)) {
        if (this.#byPlan(chunk, index, offset)) return
        // just as the reader does: what the plan can tell is told even where the whole tree cannot be built
        texts = this.#decoder.planTexts(chunk)
      } else if (this.#byInline(chunk, index, offset, end)) return
      else texts = this.#decoder.fragmentTexts(chunk)
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
    const compiled = this.#headsOnly ? undefined : this.#compiled(plan)
    const shape = compiled
      ? packValues(chunk, decoder, compiled, this.#dictionary, this.#columns)
      : this.#packNothing()
    if (shape < 0) return false
    const system = this.#known.system(this.#systems) ?? this.#systems.find(chunk, plan, outer)
    const tuple = this.#systems.tuples[system] as SystemTuple
    this.#known.learn(decoder, compiled, shape, system, tuple, eventId)
    this.#addRow(
      chunk,
      index * 65_536 + offset,
      view.getUint32(time, true),
      view.getUint32(time + 4, true),
      view.getUint32(id, true),
      view.getUint32(id + 4, true),
      eventId,
      system,
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
    const row = columns.rows
    columns.rows = row + 1
    columns.timeLow[row] = timeLow
    columns.timeHigh[row] = timeHigh
    columns.idLow[row] = idLow
    columns.idHigh[row] = idHigh
    columns.places[row] = place
    columns.systems[row] = system
    columns.eventIds[row] = eventId
    columns.shapes[row] = shape
    if (this.#systems.count(system, eventId, isChainEvent)) this.#selected++
    this.#tellTally(chunk, place & 0xffff)
  }

  /** Counts the last row, of the record at `offset`. */
  #tellTally({ view }: ChunkView, offset: number): void {
    this.#rows++
    const { timeLow, timeHigh, idLow, idHigh, eventIds, rows } = this.#columns
    const row = rows - 1
    this.tally.record(
      timeLow[row] as number,
      timeHigh[row] as number,
      idLow[row] as number,
      idHigh[row] as number,
      view.getUint32(offset + 8, true),
      view.getUint32(offset + 12, true),
      eventIds[row] as number,
    )
  }

  /** @returns the shape of records that are packed without their values */
  #packNothing(): number {
    const columns = this.#columns
    columns.reserveValues(systemValues.length)
    columns.values.fill(noValue, columns.valueCount, columns.valueCount + systemValues.length)
    columns.valueCount += systemValues.length
    return this.#shapes.nameless
  }

  #compiled(system: SystemPlan): CompiledPlan {
    const { fields, fieldSource } = this.#decoder
    return this.#shapes.ofPlan(fields, system, fieldSource.template?.number ?? 0, this.#dictionary)
  }

  /** @returns false, with nothing kept, when it is no template-less record of the usual form */
  #byInline(chunk: ChunkView, index: number, offset: number, end: number): boolean {
    const inline = this.#inline
    const decoder = this.#decoder
    if (this.#slowly.inlineByTree || decoder.outer.template !== undefined) return false
    if (!inline.read(chunk, offset + 24, end, decoder.templates)) return false
    if (!decoder.expander.tryCharge(inline.record.cost)) return false
    const { timeLow, timeHigh, idLow, idHigh, eventId } = inline
    const system = inline.system(chunk, this.#systems)
    const known = inline.shape(chunk, this.#dictionary, (names) => this.#shapes.ofNames(names))
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
    const odd = oddNumber(texts.system.EventRecordID, index, offset)
    if (odd) this.problems.push(odd)
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
      this.#shapes.ofNames(texts.names),
    )
  }
}
