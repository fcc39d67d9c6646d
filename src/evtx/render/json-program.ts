/**
 * A line of one kind of record as a list of steps: literal bytes, then a value. Worked out once per pair of an Event template
 * and the template of its values. The keys, their order and the escapes are those `JSON.stringify` gives.
 */
import type { DataPlan, EventPlan, Origin } from '../binxml/plan.ts'
import { FieldNames } from '../record.ts'
import { ByteWriter, type LiteralPool } from './byte-writer.ts'
import type { LastOutput } from './last-output.ts'
import { inJson, writeText } from './units.ts'

const mostFields = 4096

/** What follows the literal of a step. */
export const part = {
  none: 0,
  chunk: 1,
  offset: 2,
  headerId: 3,
  /** a text of digits, or null */
  recordId: 4,
  eventId: 5,
  time: 6,
  /** a number, or null */
  number: 7,
  /** a text with its quotes, or null */
  text: 8,
  /** a text inside quotes: of the outer and of the embedded instance */
  outerField: 9,
  innerField: 10,
} as const
/** Numbers per step: literal at, literal bytes, part, index of the value. */
export const partSize = 4

export interface LineProgram {
  readonly steps: Int32Array
  /** code units of fields charged whatever the values are, and of System beside them */
  readonly cost: number
  readonly systemCost: number
  readonly timeIndex: number
  readonly eventIndex: number
  /** by event id */
  readonly lasts: (LastOutput | undefined)[]
}

/** Text of a whole number, or null as JSON has it; anything else has no place in a numeric column. */
export const jsonNumber = (text: string | undefined): number | null => {
  const value = Number(text)
  return text !== undefined && text !== '' && Number.isSafeInteger(value) ? value : null
}

export class LineCompiler {
  readonly #pool: LiteralPool
  readonly #hidden: Uint8Array | undefined
  readonly #file: string | undefined
  readonly #literal = new ByteWriter(1024)
  #steps: number[] = []
  #systemCost = 0

  constructor(pool: LiteralPool, hidden: Uint8Array | undefined, file: string | undefined) {
    this.#pool = pool
    this.#hidden = hidden
    this.#file = file
  }

  /** @returns undefined for a form only the slow path writes */
  compile(
    { system }: EventPlan,
    data: DataPlan | undefined,
    field: typeof part.outerField | typeof part.innerField,
  ): LineProgram | undefined {
    this.#literal.clear()
    this.#steps = []
    this.#systemCost = 0
    const { TimeCreated: time, EventID: event, EventRecordID: id } = system
    if (!time || 'text' in time || !event || 'text' in event) return undefined
    if (id && 'text' in id && id.text !== '') return undefined
    this.#text('{')
    if (this.#file !== undefined) {
      this.#text('"file":')
      this.#quoted(this.#file)
      this.#text(',')
    }
    this.#part('"chunk":', part.chunk)
    this.#part(',"offset":', part.offset)
    if (id && 'index' in id) this.#part(',"recordId":', part.recordId, id.index)
    else this.#text(',"recordId":null')
    this.#part(',"headerRecordId":"', part.headerId)
    this.#part('","eventId":', part.eventId, event.index)
    this.#column(',"version":', system.Version, part.number)
    this.#column(',"provider":', system.Provider, part.text)
    this.#column(',"channel":', system.Channel, part.text)
    this.#column(',"computer":', system.Computer, part.text)
    this.#part(',"time":"', part.time, time.index)
    this.#column('","keywords":', system.Keywords, part.text)
    this.#column(',"level":', system.Level, part.number)
    this.#column(',"task":', system.Task, part.number)
    this.#column(',"opcode":', system.Opcode, part.number)
    this.#column(',"processId":', system.ProcessID, part.number)
    this.#column(',"threadId":', system.ThreadID, part.number)
    this.#column(',"userId":', system.UserID, part.text)
    this.#column(',"activityId":', system.ActivityID, part.text)
    this.#text(',"recovered":false,"data":{')
    const cost = data ? this.#fields(data, field) : 0
    if (cost < 0) return undefined
    this.#part('}}\n', part.none)
    return {
      steps: Int32Array.from(this.#steps),
      cost,
      systemCost: this.#systemCost,
      timeIndex: time.index,
      eventIndex: event.index,
      lasts: [],
    }
  }

  /** @returns what the names and literals cost, or -1 for names only the slow path can put in order */
  #fields(plan: DataPlan, field: number): number {
    if (plan.fields.length > mostFields) return -1
    const named = new FieldNames()
    for (const one of plan.fields) named.add(one.name, '')
    let cost = 0
    for (const [i, { name, origin }] of plan.fields.entries()) {
      const final = named.names[i] as string
      // keys that look like array indexes come first in a JavaScript dictionary
      if (/^\d+$/.test(final)) return -1
      cost += name.length + 8
      if (i > 0) this.#text(',')
      this.#quoted(final)
      this.#text(':')
      if ('text' in origin) {
        cost += origin.text.length
        this.#quoted(origin.text)
      } else {
        this.#part('"', field, origin.index)
        this.#text('"')
      }
    }
    return cost
  }

  #column(key: string, origin: Origin | undefined, kind: typeof part.number | typeof part.text): void {
    if (origin && 'index' in origin) {
      this.#part(key, kind, origin.index)
      return
    }
    this.#text(key)
    if (!origin || origin.text === '') this.#text('null')
    else if (kind === part.number) this.#text(String(jsonNumber(origin.text)))
    else {
      this.#systemCost += origin.text.length
      this.#quoted(origin.text)
    }
  }

  #part(text: string, kind: number, index = 0): void {
    this.#text(text)
    const at = this.#pool.size
    this.#pool.addBytes(this.#literal.written)
    this.#steps.push(at, this.#pool.size - at, kind, index)
    this.#literal.clear()
  }

  #text(text: string): void {
    this.#literal.text(text)
  }

  #quoted(text: string): void {
    this.#literal.reserve(text.length * 6 + 2)
    this.#literal.byte(0x22)
    writeText(this.#literal, text, inJson, this.#hidden)
    this.#literal.byte(0x22)
  }
}
