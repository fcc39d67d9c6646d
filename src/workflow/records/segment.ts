/** One packed segment, read back: columns of all its rows, and their values block by block. */
import type { BlockEntry, SegmentEntry } from '../../casefile/segments.ts'
import type { EvidenceId } from '../../domain/ids.ts'
import type { EventRecord } from '../../domain/record.ts'
import { type FileTime, fileTime } from '../../domain/time.ts'
import { FieldNames } from '../../evtx/record.ts'
import { noValue, type Shape, type SystemTuple, systemValues } from '../ingest/packed.ts'
import { Values } from './values.ts'

/** Where a segment's packed parts come from: the case file, or memory. */
export interface SegmentSource {
  dictionary(segment: number): Uint8Array
  blocks(segment: number): readonly BlockEntry[]
  blockValues(segment: number, number: number): Uint8Array
}

interface Block {
  readonly number: number
  /** row of the segment it starts with */
  readonly firstRow: number
  readonly rows: number
  /** index of its first value in the segment */
  readonly firstValue: number
}

export class Segment {
  readonly evidenceId: EvidenceId
  readonly rows: number
  readonly systems: readonly SystemTuple[]
  readonly shapes: readonly Shape[]
  readonly timeLow: Uint32Array
  readonly timeHigh: Uint32Array
  readonly idLow: Uint32Array
  readonly idHigh: Uint32Array
  readonly place: Uint32Array
  readonly system: Uint16Array
  readonly eventId: Uint16Array
  readonly shape: Uint16Array
  /** index of each row's first value inside its block */
  readonly #valueStart: Uint32Array
  readonly blocks: readonly Block[]
  readonly #source: SegmentSource
  /** its records are not live ones */
  readonly recovered: boolean
  readonly #segment: number
  #values: Values | undefined
  #blockValues = new Map<number, Uint32Array>()

  constructor(source: SegmentSource, entry: SegmentEntry, evidenceId: EvidenceId, recovered = false) {
    this.#source = source
    this.recovered = recovered
    this.#segment = entry.segment
    this.evidenceId = evidenceId
    this.rows = entry.rows
    this.systems = JSON.parse(entry.systems) as SystemTuple[]
    this.shapes = JSON.parse(entry.shapes) as Shape[]
    this.timeLow = new Uint32Array(entry.rows)
    this.timeHigh = new Uint32Array(entry.rows)
    this.idLow = new Uint32Array(entry.rows)
    this.idHigh = new Uint32Array(entry.rows)
    this.place = new Uint32Array(entry.rows)
    this.system = new Uint16Array(entry.rows)
    this.eventId = new Uint16Array(entry.rows)
    this.shape = new Uint16Array(entry.rows)
    this.#valueStart = new Uint32Array(entry.rows)
    const widths = this.shapes.map((shape) => shape.names.length + systemValues.length)
    const blocks: Block[] = []
    let firstRow = 0
    let firstValue = 0
    for (const block of source.blocks(entry.segment)) {
      let at = 0
      for (const column of [this.timeLow, this.timeHigh, this.idLow, this.idHigh, this.place]) {
        column.set(new Uint32Array(aligned(block.heads, at, block.rows * 4)), firstRow)
        at += block.rows * 4
      }
      for (const column of [this.system, this.eventId, this.shape]) {
        column.set(new Uint16Array(aligned(block.heads, at, block.rows * 2)), firstRow)
        at += block.rows * 2
      }
      let start = 0
      for (let row = firstRow; row < firstRow + block.rows; row++) {
        this.#valueStart[row] = start
        start += widths[this.shape[row] as number] ?? 0
      }
      blocks.push({ number: block.number, firstRow, rows: block.rows, firstValue })
      firstRow += block.rows
      firstValue += start
    }
    this.blocks = blocks
  }

  get values(): Values {
    this.#values ??= new Values(this.#source.dictionary(this.#segment))
    return this.#values
  }

  /** Dictionary numbers of a block's values; the last few blocks are kept. */
  valuesOfBlock(index: number): Uint32Array {
    const known = this.#blockValues.get(index)
    if (known) return known
    const block = this.blocks[index]
    const blob = block ? this.#source.blockValues(this.#segment, block.number) : new Uint8Array(0)
    const numbers = new Uint32Array(aligned(blob, 0, blob.length))
    this.#blockValues.set(index, numbers)
    if (this.#blockValues.size > 80) {
      const oldest = this.#blockValues.keys().next().value
      if (oldest !== undefined) this.#blockValues.delete(oldest)
    }
    return numbers
  }

  blockOf(row: number): number {
    let low = 0
    let high = this.blocks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.blocks[middle]?.firstRow ?? 0) <= row) low = middle
      else high = middle - 1
    }
    return low
  }

  /** Where a row's values start inside its block's values. */
  valueStart(row: number): number {
    return this.#valueStart[row] as number
  }

  time(row: number): FileTime {
    return fileTime((BigInt(this.timeHigh[row] as number) << 32n) | BigInt(this.timeLow[row] as number))
  }
  recordId(row: number): bigint {
    return (BigInt(this.idHigh[row] as number) << 32n) | BigInt(this.idLow[row] as number)
  }
  tuple(row: number): SystemTuple {
    return this.systems[this.system[row] as number] as SystemTuple
  }

  /** The whole record, from the packed values alone. */
  record(row: number): EventRecord {
    const shape = this.shapes[this.shape[row] as number] as Shape
    const numbers = this.valuesOfBlock(this.blockOf(row))
    const start = this.valueStart(row)
    const { values } = this
    const fields = new FieldNames()
    const texts: string[] = []
    shape.names.forEach((name, i) => {
      const number = numbers[start + i] as number
      if (shape.final) texts.push(values.text(number))
      else if (values.isArray(number)) {
        const elements = values.texts(number)
        if (elements.length === 0) fields.add(name, '')
        for (const text of elements) fields.add(name, text)
      } else fields.add(name, values.text(number))
    })
    const own = (i: number): string | undefined => {
      const number = numbers[start + shape.names.length + i] as number
      return number === noValue ? undefined : values.text(number)
    }
    const place = this.place[row] as number
    const tuple = this.tuple(row)
    return {
      locator: {
        evidenceId: this.evidenceId,
        recordId: this.recordId(row),
        chunk: place >>> 16,
        offset: place & 0xffff,
        ...(this.recovered ? { recovered: true } : {}),
      },
      provider: tuple.provider,
      channel: tuple.channel,
      computer: tuple.computer,
      eventId: this.eventId[row] as number,
      version: tuple.version,
      level: tuple.level,
      task: tuple.task,
      opcode: tuple.opcode,
      keywords: tuple.keywords,
      time: this.time(row),
      processId: numberOrNone(own(0)),
      threadId: numberOrNone(own(1)),
      userSid: own(2),
      activityId: own(3),
      names: shape.final ? shape.names : fields.names,
      values: shape.final ? texts : fields.values,
    }
  }
}

function numberOrNone(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  const value = Number(text)
  return Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

/** Bytes at an address a typed array may start at. */
function aligned(bytes: Uint8Array, at: number, size: number): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset + at, bytes.byteOffset + at + size) as ArrayBuffer
}
