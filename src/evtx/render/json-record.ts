/**
 * Records as JSON lines in bytes, by the plans of their templates: the same keys, order and escapes as `JSON.stringify` of the
 * record gives. Unusual forms are left to the slow path.
 */
import type { DataPlan, EventPlan, Origin } from '../binxml/plan.ts'
import type { ChunkView } from '../chunk-view.ts'
import type { RecordDecoder } from '../decode.ts'
import { valueType } from '../format.ts'
import { BinXmlError } from '../problem.ts'
import { FieldNames } from '../record.ts'
import { ByteWriter, LiteralPool } from './byte-writer.ts'
import { inJson, writeText } from './units.ts'
import { mostUnits, recordRoom, writeValue } from './value-bytes.ts'

const mostFields = 4096
const mostLiterals = 8 << 20
const mostPlans = 4096

/** What stands in front of each value, in the order of a line. */
const keys = [
  '"chunk":',
  ',"offset":',
  ',"recordId":',
  ',"headerRecordId":"',
  '","eventId":',
  ',"version":',
  ',"provider":',
  ',"channel":',
  ',"computer":',
  ',"time":"',
  '","keywords":',
  ',"level":',
  ',"task":',
  ',"opcode":',
  ',"processId":',
  ',"threadId":',
  ',"userId":',
  ',"activityId":',
  ',"recovered":false,"data":{',
  '}}\n',
  'null',
] as const
const dataKey = 18
const endKey = 19
const nullKey = 20

interface FieldProgram {
  /** per value: literal in front of it, its bytes, index of the substitution (-1: none, only the literal) */
  readonly steps: Int32Array
  readonly cost: number
}

/** Text of a whole number, or null as JSON has it; anything else has no place in a numeric column. */
export const jsonNumber = (text: string | undefined): number | null => {
  const value = Number(text)
  return text !== undefined && text !== '' && Number.isSafeInteger(value) ? value : null
}

export class JsonRecords {
  readonly #out: ByteWriter
  readonly #decoder: RecordDecoder
  readonly #hidden: Uint8Array | undefined
  readonly #pool = new LiteralPool()
  readonly #plans = new Map<DataPlan, FieldProgram | undefined>()
  /** texts of templates in the pool: where they begin, their bytes */
  readonly #literals = new Map<Origin, readonly [at: number, bytes: number]>()
  #lastPlan: DataPlan | undefined
  #lastProgram: FieldProgram | undefined
  /** per key where it begins and its bytes */
  #keys: number[] = []
  readonly #file: string | undefined
  /** code units of the fields, as the slow path charges them, and of System beside them */
  #units = 0
  #systemUnits = 0

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
    this.#file = file
    this.#start()
  }

  #start(): void {
    const file = this.#file
    this.#pool.clear()
    this.#plans.clear()
    this.#literals.clear()
    this.#lastPlan = undefined
    const scratch = new ByteWriter(64)
    if (file !== undefined) {
      scratch.reserve(file.length * 6 + 16)
      scratch.text('"file":"')
      writeText(scratch, file, inJson, this.#hidden)
      scratch.text('",')
    }
    this.#keys = []
    for (const key of keys) {
      const at = this.#pool.add(key === keys[0] ? '{' : '')
      if (key === keys[0]) this.#pool.addBytes(scratch.written)
      this.#pool.add(key)
      this.#keys.push(at, this.#pool.size - at)
    }
  }

  /**
   * Appends the line of the record at `offset`, its line break included.
   * @returns false, with nothing written, when the slow path has to tell what it is
   */
  write(chunk: ChunkView, index: number, offset: number, size: number): boolean {
    // hostile logs may define ever new templates
    if (this.#pool.size > mostLiterals || this.#plans.size > mostPlans) this.#start()
    const out = this.#out
    out.reserve(recordRoom * 2 + (this.#keys[1] as number))
    const start = out.at
    this.#units = 0
    this.#systemUnits = 0
    try {
      const decoder = this.#decoder
      if (
        decoder.locate(chunk, offset + 24, offset + size - 4) &&
        this.#record(chunk, index, offset) &&
        decoder.expander.tryCharge(this.#units)
      )
        return true
    } catch (error) {
      if (!(error instanceof BinXmlError || error instanceof RangeError)) throw error
    }
    out.at = start
    return false
  }

  #record(chunk: ChunkView, index: number, offset: number): boolean {
    const plan = this.#decoder.event
    if (!plan) return false
    const program = this.#program(this.#decoder.fields)
    if (program === null) return false
    return this.#header(chunk, index, offset, plan) && this.#fields(chunk, program)
  }

  #header(chunk: ChunkView, index: number, offset: number, plan: EventPlan): boolean {
    const out = this.#out
    const { view } = chunk
    const { system } = plan
    const time = this.#place(system.TimeCreated, valueType.fileTime, 8)
    const event = this.#place(system.EventID, valueType.uint16, 2)
    if (time < 0 || event < 0) return false
    // event 0 of the year 1601 is no event
    if (view.getUint32(time, true) === 0 && view.getUint32(time + 4, true) === 0) return false
    this.#key(0)
    out.decimal(index)
    this.#key(1)
    out.decimal(offset)
    this.#key(2)
    if (this.#isMissing(system.EventRecordID)) this.#key(nullKey)
    else {
      const id = this.#place(system.EventRecordID, valueType.uint64, 8)
      if (id < 0) return false
      out.byte(0x22)
      out.decimal64(view.getUint32(id, true), view.getUint32(id + 4, true))
      out.byte(0x22)
    }
    this.#key(3)
    out.decimal64(view.getUint32(offset + 8, true), view.getUint32(offset + 12, true))
    this.#key(4)
    out.decimal(view.getUint16(event, true))
    if (!this.#column(5, chunk, system.Version)) return false
    if (!this.#column(6, chunk, system.Provider)) return false
    if (!this.#column(7, chunk, system.Channel)) return false
    if (!this.#column(8, chunk, system.Computer)) return false
    this.#key(9)
    if (!out.fileTime(view.getUint32(time, true), view.getUint32(time + 4, true))) return false
    return (
      this.#column(10, chunk, system.Keywords) &&
      this.#column(11, chunk, system.Level) &&
      this.#column(12, chunk, system.Task) &&
      this.#column(13, chunk, system.Opcode) &&
      this.#column(14, chunk, system.ProcessID) &&
      this.#column(15, chunk, system.ThreadID) &&
      this.#column(16, chunk, system.UserID) &&
      this.#column(17, chunk, system.ActivityID)
    )
  }

  #fields(chunk: ChunkView, program: FieldProgram | undefined): boolean {
    const out = this.#out
    this.#key(dataKey)
    if (program !== undefined) {
      this.#units += program.cost
      if (this.#units > mostUnits) return false
      const { steps } = program
      const literals = this.#pool.view
      const { types, offsets, sizes, count } = this.#decoder.fieldSource
      for (let i = 0; i < steps.length; i += 3) {
        out.copy(literals, steps[i] as number, steps[i + 1] as number)
        const index = steps[i + 2] as number
        if (index < 0 || index >= count) continue
        const type = types[index] as number
        // an array is several fields, and a fragment elements
        if (type === valueType.binXml || type & valueType.array) return false
        const room = mostUnits - this.#units
        const at = offsets[index] as number
        const units = writeValue(out, chunk, type, at, sizes[index] as number, inJson, room, this.#hidden)
        if (units < 0) return false
        this.#units += units
      }
    }
    this.#key(endKey)
    return true
  }

  /** @returns undefined for no fields, null for a plan that only the slow path writes */
  #program(plan: DataPlan | undefined): FieldProgram | undefined | null {
    if (plan === undefined) return undefined
    if (plan === this.#lastPlan) return this.#lastProgram ?? null
    if (!this.#plans.has(plan)) {
      this.#plans.set(plan, this.#compile(plan))
    }
    this.#lastPlan = plan
    this.#lastProgram = this.#plans.get(plan)
    return this.#lastProgram ?? null
  }

  #compile(plan: DataPlan): FieldProgram | undefined {
    if (plan.fields.length > mostFields) return undefined
    const named = new FieldNames()
    for (const field of plan.fields) named.add(field.name, '')
    const steps: number[] = []
    let cost = 0
    let pending = ''
    const literal = new ByteWriter(1024)
    const flush = (index: number) => {
      const at = this.#pool.size
      this.#pool.addBytes(literal.written)
      steps.push(at, this.#pool.size - at, index)
      literal.clear()
    }
    const escaped = (text: string) => {
      literal.reserve(text.length * 6)
      writeText(literal, text, inJson, this.#hidden)
    }
    for (const [i, { name, origin }] of plan.fields.entries()) {
      const final = named.names[i] as string
      // keys that look like array indexes come first in a JavaScript dictionary
      if (/^\d+$/.test(final)) return undefined
      cost += name.length + 8
      literal.text(`${pending}"`)
      escaped(final)
      literal.text('":"')
      pending = '"'
      if ('text' in origin) {
        cost += origin.text.length
        escaped(origin.text)
      } else flush(origin.index)
      pending = '",'
    }
    if (pending !== '') {
      literal.text('"')
      flush(-1)
    }
    return { steps: Int32Array.from(steps), cost }
  }

  #isMissing(origin: Origin | undefined): boolean {
    if (!origin) return true
    if ('text' in origin) return origin.text === ''
    const { outer } = this.#decoder
    return origin.index >= outer.count || outer.types[origin.index] === valueType.null
  }

  /** Place of a substitution of just this type and size; -1 otherwise. */
  #place(origin: Origin | undefined, type: number, size: number): number {
    const { outer } = this.#decoder
    if (!origin || 'text' in origin || origin.index >= outer.count) return -1
    if (outer.types[origin.index] !== type || outer.sizes[origin.index] !== size) return -1
    return outer.offsets[origin.index] as number
  }

  /** A text of the template between quotes, escaped once. */
  #literal(origin: { readonly text: string }): void {
    let place = this.#literals.get(origin)
    if (place === undefined) {
      const escaped = new ByteWriter(origin.text.length * 6 + 2)
      escaped.byte(0x22)
      writeText(escaped, origin.text, inJson, this.#hidden)
      escaped.byte(0x22)
      place = [this.#pool.size, escaped.at]
      this.#pool.addBytes(escaped.written)
      this.#literals.set(origin, place)
    }
    this.#out.copy(this.#pool.view, place[0], place[1])
  }

  #key(number: number): void {
    this.#out.copy(this.#pool.view, this.#keys[number * 2] as number, this.#keys[number * 2 + 1] as number)
  }

  /** A column with its key; those whose key ends without a quote are numbers. */
  #column(key: number, chunk: ChunkView, origin: Origin | undefined): boolean {
    const out = this.#out
    this.#key(key)
    if (!origin || this.#isMissing(origin)) {
      this.#key(nullKey)
      return true
    }
    const isNumber = key === 5 || (key >= 11 && key <= 15)
    if ('text' in origin) {
      if (isNumber) {
        out.text(String(jsonNumber(origin.text)))
        return true
      }
      this.#systemUnits += origin.text.length
      if (this.#systemUnits > mostUnits) return false
      this.#literal(origin)
      return true
    }
    const { outer } = this.#decoder
    const type = outer.types[origin.index] as number
    const at = outer.offsets[origin.index] as number
    const size = outer.sizes[origin.index] as number
    if (isNumber) {
      if (type === valueType.uint8 && size === 1) out.decimal(chunk.view.getUint8(at))
      else if (type === valueType.uint16 && size === 2) out.decimal(chunk.view.getUint16(at, true))
      else if (type === valueType.uint32 && size === 4) out.decimal(chunk.view.getUint32(at, true))
      else return false
      return true
    }
    if (type & valueType.array) return false
    out.byte(0x22)
    const room = mostUnits - this.#systemUnits
    const units = writeValue(out, chunk, type, at, size, inJson, room, this.#hidden)
    if (units < 0) return false
    this.#systemUnits += units
    if (units === 0) {
      out.at--
      this.#key(nullKey)
    } else out.byte(0x22)
    return true
  }
}
