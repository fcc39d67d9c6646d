/** Records as JSON lines in bytes, by the plans of their templates. Unusual forms are left to the slow path. */
import { Instance } from '../binxml/instance.ts'
import type { DataPlan, EventPlan } from '../binxml/plan.ts'
import type { ChunkView } from '../chunk-view.ts'
import type { RecordDecoder } from '../decode.ts'
import { valueType } from '../format.ts'
import { BinXmlError } from '../problem.ts'
import { type ByteWriter, LiteralPool } from './byte-writer.ts'
import { LineCompiler, type LineProgram, part, partSize } from './json-program.ts'
import { isRemembered, LastOutput, markChanged, mostValues } from './last-output.ts'
import { inJson } from './units.ts'
import { mostUnits, recordRoom, writeValue } from './value-bytes.ts'

const mostLiterals = 8 << 20
const mostPrograms = 4096
/** last outputs remembered by one writer, and per program */
const mostLasts = 1024
const mostEvents = 64

export class JsonRecords {
  readonly #out: ByteWriter
  readonly #decoder: RecordDecoder
  readonly #hidden: Uint8Array | undefined
  readonly #pool = new LiteralPool()
  readonly #compiler: LineCompiler
  readonly #programs = new Map<EventPlan, Map<DataPlan | undefined, LineProgram | undefined>>()
  #count = 0
  #lasts = 0
  /** code units of the fields, as the slow path charges them, and of System beside them */
  #units = 0
  #systemUnits = 0
  /** marked with the number of the comparison where a value differs */
  readonly #changed = new Int32Array(mostValues)
  readonly #innerChanged = new Int32Array(mostValues)
  #mark = 0

  /**
   * @param hidden code units to be escaped beside what JSON asks for
   * @param file named in every line when given
   */
  constructor(
    out: ByteWriter,
    decoder: RecordDecoder,
    hidden: Uint8Array | undefined,
    file: string | undefined,
  ) {
    this.#out = out
    this.#decoder = decoder
    this.#hidden = hidden
    this.#compiler = new LineCompiler(this.#pool, hidden, file)
  }

  /**
   * Appends the line of the record at `offset`, its line break included.
   * @returns false, with nothing written, when the slow path has to tell what it is
   */
  write(chunk: ChunkView, index: number, offset: number, size: number): boolean {
    const out = this.#out
    // names of files are bounded by the system
    out.reserve(recordRoom * 3)
    const start = out.at
    try {
      const decoder = this.#decoder
      if (
        decoder.locate(chunk, offset + 24, offset + size - 4) &&
        this.#line(chunk, index, offset) &&
        decoder.expander.tryCharge(this.#units)
      )
        return true
    } catch (error) {
      if (!(error instanceof BinXmlError || error instanceof RangeError)) throw error
    }
    out.at = start
    out.forget()
    return false
  }

  #line(chunk: ChunkView, index: number, offset: number): boolean {
    const decoder = this.#decoder
    const { outer, event: plan, fields } = decoder
    if (!plan) return false
    const inner = fields && decoder.fieldSource !== outer ? decoder.inner : undefined
    const program = this.#program(plan, fields, inner !== undefined)
    if (!program) return false
    const { view } = chunk
    const event = place(outer, program.eventIndex, valueType.uint16, 2)
    const time = place(outer, program.timeIndex, valueType.fileTime, 8)
    if (event < 0 || time < 0) return false
    // event 0 of the year 1601 is no event
    if (view.getUint32(time, true) === 0 && view.getUint32(time + 4, true) === 0) return false
    this.#units = program.cost
    this.#systemUnits = program.systemCost
    if (this.#units > mostUnits || this.#systemUnits > mostUnits) return false
    const out = this.#out
    const start = out.at
    const last = this.#last(program, view.getUint16(event, true) & (mostEvents - 1), outer, inner)
    const isKnown = last?.isKnown(out) && last.outer.count === outer.count
    if (last && isKnown && (inner === undefined || last.inner?.count === inner.count)) {
      if (!this.#repeat(chunk, index, offset, program, last, inner)) return false
    } else if (!this.#whole(chunk, index, offset, program, last, inner)) return false
    if (this.#units > mostUnits) return false
    if (last === undefined) return true
    last.end(out, start, this.#units - program.cost, view)
    // the values are kept without being copied
    decoder.outer = last.outer
    last.outer = outer
    if (inner === undefined) return true
    decoder.inner = last.inner ?? new Instance()
    last.inner = inner
    return true
  }

  #program(plan: EventPlan, data: DataPlan | undefined, isInner: boolean): LineProgram | undefined {
    let programs = this.#programs.get(plan)
    const known = programs?.get(data)
    if (known !== undefined) return known
    if (programs?.has(data)) return undefined
    // hostile logs may define ever new templates
    if (this.#pool.size > mostLiterals || this.#count > mostPrograms) {
      this.#pool.clear()
      this.#programs.clear()
      this.#count = 0
      this.#lasts = 0
      programs = undefined
    }
    if (programs === undefined) {
      programs = new Map()
      this.#programs.set(plan, programs)
    }
    const program = this.#compiler.compile(plan, data, isInner ? part.innerField : part.outerField)
    programs.set(data, program)
    this.#count++
    return program
  }

  /** What is remembered of the last record like this one; undefined when it is not to be remembered. */
  #last(
    { steps, lasts }: LineProgram,
    event: number,
    outer: Instance,
    inner: Instance | undefined,
  ): LastOutput | undefined {
    const count = steps.length / partSize
    if (!isRemembered(count, outer) || (inner && !isRemembered(count, inner))) return undefined
    let last = lasts[event]
    if (last === undefined) {
      if (this.#lasts >= mostLasts) return undefined
      this.#lasts++
      last = new LastOutput(count)
      lasts[event] = last
    }
    return last
  }

  #whole(
    chunk: ChunkView,
    index: number,
    offset: number,
    { steps }: LineProgram,
    last: LastOutput | undefined,
    inner: Instance | undefined,
  ): boolean {
    for (let i = 0, k = 0; i < steps.length; i += partSize, k++) {
      const units = this.#units
      if (!this.#step(chunk, index, offset, steps, i, inner)) return false
      if (last === undefined) continue
      last.ends[k] = this.#out.at
      last.costs[k] = this.#units - units
    }
    return true
  }

  /** Copies what is as it was and renders the rest. */
  #repeat(
    chunk: ChunkView,
    index: number,
    offset: number,
    { steps }: LineProgram,
    last: LastOutput,
    inner: Instance | undefined,
  ): boolean {
    const { outer } = this.#decoder
    const mark = ++this.#mark
    const outerChanged = this.#changed
    const innerChanged = this.#innerChanged
    markChanged(chunk.view, outer, last.view, last.outer, outerChanged, mark)
    if (inner && last.inner) markChanged(chunk.view, inner, last.view, last.inner, innerChanged, mark)
    this.#units += last.cost
    const out = this.#out
    const { ends, costs } = last
    let from = last.start
    let first = 0
    for (let i = 0, k = 0; i < steps.length; i += partSize, k++) {
      const kind = steps[i + 2] as number
      if (kind === part.none) continue
      // the first parts are of the record's place
      if (kind >= part.recordId) {
        const value = steps[i + 3] as number
        if ((kind === part.innerField ? innerChanged : outerChanged)[value] !== mark) continue
      }
      if (this.#units > mostUnits) return false
      last.repeat(out, from, first, k)
      from = ends[k] as number
      const units = this.#units
      if (!this.#step(chunk, index, offset, steps, i, inner)) return false
      ends[k] = out.at
      first = k + 1
      const charged = this.#units - units
      this.#units -= costs[k] as number
      costs[k] = charged
    }
    last.repeat(out, from, first, ends.length)
    return true
  }

  #step(
    chunk: ChunkView,
    chunkIndex: number,
    offset: number,
    steps: Int32Array,
    i: number,
    inner: Instance | undefined,
  ): boolean {
    const out = this.#out
    const { view } = chunk
    out.copy(this.#pool.view, steps[i] as number, steps[i + 1] as number)
    const kind = steps[i + 2] as number
    const index = steps[i + 3] as number
    switch (kind) {
      case part.none:
        return true
      case part.chunk:
        out.decimal(chunkIndex)
        return true
      case part.offset:
        out.decimal(offset)
        return true
      case part.headerId:
        out.decimal64(view.getUint32(offset + 8, true), view.getUint32(offset + 12, true))
        return true
    }
    const source = kind === part.innerField && inner ? inner : this.#decoder.outer
    const isThere = index < source.count
    if (kind >= part.outerField && !isThere) return true
    const type = isThere ? (source.types[index] as number) : valueType.null
    const size = isThere ? (source.sizes[index] as number) : 0
    const at = isThere ? (source.offsets[index] as number) : 0
    if (kind >= part.outerField) {
      // an array is several fields, and a fragment elements
      if (type === valueType.binXml || type & valueType.array) return false
      const units = writeValue(out, chunk, type, at, size, inJson, mostUnits - this.#units, this.#hidden)
      this.#units += units
      return units >= 0
    }
    if (type === valueType.null) {
      out.text('null')
      return true
    }
    switch (kind) {
      case part.recordId:
        if (type !== valueType.uint64 || size !== 8) return false
        out.byte(0x22)
        out.decimal64(view.getUint32(at, true), view.getUint32(at + 4, true))
        out.byte(0x22)
        return true
      case part.time:
        return out.fileTime(view.getUint32(at, true), view.getUint32(at + 4, true))
      case part.eventId:
      case part.number:
        if (type === valueType.uint8 && size === 1) out.decimal(view.getUint8(at))
        else if (type === valueType.uint16 && size === 2) out.decimal(view.getUint16(at, true))
        else if (type === valueType.uint32 && size === 4) out.decimal(view.getUint32(at, true))
        else return false
        return true
    }
    return this.#quoted(chunk, type, at, size)
  }

  #quoted(chunk: ChunkView, type: number, at: number, size: number): boolean {
    if (type & valueType.array) return false
    const out = this.#out
    out.byte(0x22)
    const room = mostUnits - this.#systemUnits
    const units = writeValue(out, chunk, type, at, size, inJson, room, this.#hidden)
    if (units < 0) return false
    this.#systemUnits += units
    if (units > 0) out.byte(0x22)
    else {
      out.at--
      out.text('null')
    }
    return true
  }
}

/** Place of a value of just this type and size; -1 otherwise. */
const place = ({ count, types, sizes, offsets }: Instance, index: number, type: number, size: number) =>
  index < count && types[index] === type && sizes[index] === size ? (offsets[index] as number) : -1
