/** One packed segment, read back: columns of all its rows, and their values block by block. */
import { limits } from '../../base/limits.ts'
import type { BlockEntry, SegmentEntry } from '../../casefile/segments.ts'
import type { EvidenceId } from '../../domain/ids.ts'
import type { EventRecord } from '../../domain/record.ts'
import { type FileTime, fileTime } from '../../domain/time.ts'
import { FieldNames } from '../../evtx/record.ts'
import { noValue, type Shape, type SystemTuple } from '../ingest/packed.ts'
import { ByteCache, keptBytes } from './byte-cache.ts'
import type { CaseTexts } from './case-texts.ts'
import { type Block, HeadColumns } from './head-columns.ts'
import { type Positions, positionsOf } from './positions.ts'
import { type PlaceKey, Postings, placesOf } from './postings.ts'
import { numbers32, RowPlaces } from './row-places.ts'
import { type ReadableValues, SegmentTexts } from './segment-texts.ts'
import { SharedParts } from './shared-parts.ts'
import type { TextsBuilder } from './texts-builder.ts'
import { Values } from './values.ts'

/** Where a segment's packed parts come from: the case file, or memory. */
export interface SegmentSource {
  /** `isPassing`: in memory that the next part may take over */
  dictionary(segment: number, isPassing?: boolean): Uint8Array
  blocks(segment: number): readonly BlockEntry[]
  /** in memory that the next part may take over */
  blockValues(segment: number, number: number): Uint8Array
  packedAs?(segment: number): string | undefined
}

/** What a search file has of a segment. */
export interface StoredSearch {
  readonly texts: CaseTexts
  /** values of its dictionary */
  readonly count: number
  /** of each number among the texts */
  ids(): Uint32Array
  /** by ids */
  postings(key: PlaceKey): Postings
  /** of all segments of the file: those that stand where `key` says, ascending */
  idsAt(key: PlaceKey): Uint32Array
}

/** Dictionary numbers of a block's values, row after row; `noNumber` of `Segment` where there is none. */
export type Numbers = Uint16Array | Uint32Array

export class Segment {
  readonly evidenceId: EvidenceId
  /** in the log, from 0 on */
  readonly number: number
  readonly rows: number
  readonly systems: readonly SystemTuple[]
  readonly shapes: readonly Shape[]
  readonly heads: HeadColumns
  readonly blocks: readonly Block[]
  /** its records are not live ones */
  readonly recovered: boolean
  #positions: readonly Positions[] | undefined
  #texts: SegmentTexts | undefined
  #stored: StoredSearch | undefined
  readonly #source: SegmentSource
  readonly #segment: number
  readonly #cache: ByteCache
  readonly #valuesKey: number
  readonly #placesKey: number
  readonly #blockKeys: readonly number[]
  readonly #places = new Map<PlaceKey, readonly (readonly number[])[]>()
  readonly #postingKeys = new Map<PlaceKey, number>()
  /** final names of the values of each shape, where no value is an array */
  readonly #names: (readonly string[] | null)[] = []

  /**
   * @param cache where values are kept once read, with those of other segments
   * @param shared what it has in common with them
   */
  constructor(
    source: SegmentSource,
    entry: SegmentEntry,
    evidenceId: EvidenceId,
    recovered = false,
    cache = new ByteCache(keptBytes(entry.rows)),
    shared = new SharedParts(false),
  ) {
    this.#source = source
    this.recovered = recovered
    this.#segment = entry.segment
    this.number = entry.number
    this.evidenceId = evidenceId
    this.rows = entry.rows
    this.systems = shared.systems(entry.systems)
    this.shapes = shared.shapes(entry.shapes)
    this.heads = new HeadColumns(entry.rows, this.shapes, source.blocks(entry.segment), shared.room)
    this.blocks = this.heads.blocks
    this.#cache = cache
    this.#valuesKey = cache.newKey()
    this.#placesKey = cache.newKey()
    this.#blockKeys = this.blocks.map(() => cache.newKey())
  }

  /** Where filters find their values, by shape. */
  get positions(): readonly Positions[] {
    this.#positions ??= this.shapes.map(positionsOf)
    return this.#positions
  }

  /** Keeps times, ids and places only as long as there is room beside the values. */
  letPlacesGo(): void {
    const key = this.#placesKey
    this.heads.letGo(() => {
      const kept = this.#cache.get(key)
      if (kept) return kept as RowPlaces
      const places = new RowPlaces(this.rows, this.#source.blocks(this.#segment))
      this.#cache.set(key, places, places.bytes, 'dictionary')
      return places
    })
  }

  get values(): Values {
    const known = this.#cache.get(this.#valuesKey)
    if (known) return known as Values
    const values = new Values(this.#source.dictionary(this.#segment))
    // texts kept for the whole case will stand for it
    this.#cache.set(this.#valuesKey, values, values.bytes, 'dictionary')
    return values
  }

  /**
   * The same for one look from end to end, good until those of another segment are asked for: where there is no room for all
   * dictionaries, each read anew would take new memory.
   * @param isKept when there is room
   */
  passingValues(isKept = true): Values {
    const kept = this.#cache.get(this.#valuesKey)
    if (kept) return kept as Values
    if (isKept && !this.#cache.isFull) return this.values
    const passing = passingOf.get(this.#source)
    if (passing?.owner === this) return passing.values
    passingOf.delete(this.#source)
    const values = new Values(this.#source.dictionary(this.#segment, true))
    passingOf.set(this.#source, { owner: this, values })
    return values
  }

  /** The values as texts kept for the whole case, once they are. */
  get texts(): SegmentTexts | undefined {
    return this.#texts
  }
  /** The same, or the dictionary. */
  get readable(): ReadableValues {
    return this.#texts ?? this.values
  }
  /** Puts the values among the texts of the case; false when there is no room. */
  keepTexts(all: TextsBuilder): boolean {
    if (this.#texts) return true
    const ids = all.add(this.passingValues())
    if (!ids) return false
    this.#texts = new SegmentTexts(
      all.texts,
      ids.length,
      () => ids,
      () => this.values,
    )
    this.#cache.drop(this.#valuesKey)
    return true
  }
  /** Takes texts and postings from a search file from here on. */
  attach(stored: StoredSearch): void {
    this.#stored = stored
    this.#texts = new SegmentTexts(
      stored.texts,
      stored.count,
      () => stored.ids(),
      () => this.values,
    )
    this.#cache.drop(this.#valuesKey)
  }
  /** Set where a search file has this segment. */
  get stored(): StoredSearch | undefined {
    return this.#stored
  }
  /** The packed form of its records, as the source tells it apart from others. */
  get packedAs(): string | undefined {
    return this.#source.packedAs?.(this.#segment)
  }

  /** Dictionary numbers of a block's values. A number that is not below `values.count` means that there is no value. */
  valuesOfBlock(index: number): Numbers {
    const key = this.#blockKeys[index]
    if (key === undefined) return new Uint32Array(0)
    const known = this.#cache.get(key)
    if (known) return known as Numbers
    const numbers = narrow(this.#readBlock(index))
    this.#cache.set(key, numbers, numbers.byteLength, 'block')
    return numbers
  }
  /** The same without keeping them. */
  looseNumbers(index: number): Numbers {
    const known = this.#cache.get(this.#blockKeys[index] as number)
    if (known) return known as Numbers
    return narrow(this.#readBlock(index))
  }
  /** Numbers of the values of one row, good until others are asked for. */
  numbersOfRow(row: number): Numbers {
    const index = this.blockOf(row)
    const start = this.valueStart(row)
    const end = start + (this.heads.widthOf[this.heads.kind[row] as number] as number)
    const kept = this.#cache.get(this.#blockKeys[index] as number) as Numbers | undefined
    if (kept) return kept.subarray(start, end)
    const passing = passingBlockOf.get(this.#source)
    if (passing?.owner === this && passing.index === index) return passing.numbers.subarray(start, end)
    const numbers = this.#readBlock(index)
    passingBlockOf.set(this.#source, { owner: this, index, numbers })
    return numbers.subarray(start, end)
  }
  #readBlock(index: number): Uint32Array {
    passingBlockOf.delete(this.#source)
    const blob = this.#source.blockValues(this.#segment, this.blocks[index]?.number ?? -1)
    return numbers32(blob, 0, blob.length >> 2)
  }

  /** Places of the values a key speaks of, by kind of row. */
  places(key: PlaceKey): readonly (readonly number[])[] {
    const known = this.#places.get(key)
    if (known) return known
    const places = placesOf(this, key)
    this.#places.set(key, places)
    return places
  }

  /** Rows of each value that stands where `key` says, if they are at hand. */
  knownPostings(key: PlaceKey): Postings | undefined {
    const cached = this.#postingKeys.get(key)
    return cached === undefined ? undefined : (this.#cache.get(cached) as Postings | undefined)
  }

  /** The same, made when they are not. */
  postings(key: PlaceKey): Postings {
    const known = this.knownPostings(key)
    if (known) return known
    const postings = Postings.of(this, key, this.readable.count, (block) => this.valuesOfBlock(block))
    const cached = this.#postingKeys.get(key) ?? this.#cache.newKey()
    this.#postingKeys.set(key, cached)
    this.#cache.set(cached, postings, postings.bytes, 'made')
    return postings
  }

  blockOf(row: number): number {
    return this.heads.blockOf(row)
  }
  /** Where a row's values start inside its block's values. */
  valueStart(row: number): number {
    return this.heads.valueStart(row)
  }

  time(row: number): FileTime {
    return fileTime((BigInt(this.heads.timeHigh(row)) << 32n) | BigInt(this.heads.timeLow[row] as number))
  }
  recordId(row: number): bigint {
    return (BigInt(this.heads.idHigh(row)) << 32n) | BigInt(this.heads.idLow[row] as number)
  }
  eventId(row: number): number {
    return this.heads.eventIdOf[this.heads.kind[row] as number] as number
  }
  /** Index into `shapes`. */
  shape(row: number): number {
    return this.heads.shapeOf[this.heads.kind[row] as number] as number
  }
  /** Chunk << 16 | offset. */
  place(row: number): number {
    return this.heads.place[row] as number
  }
  tuple(row: number): SystemTuple {
    return this.systems[this.heads.systemOf[this.heads.kind[row] as number] as number] as SystemTuple
  }

  /** The whole record, from the packed values alone. */
  record(row: number): EventRecord {
    const shapeNumber = this.shape(row)
    const shape = this.shapes[shapeNumber] as Shape
    const numbers = this.numbersOfRow(row)
    const values = this.readable
    const own = (i: number): string | undefined => {
      const number = numbers[shape.names.length + i] as number
      return number === noNumber(numbers) ? undefined : values.text(number)
    }
    const place = this.place(row)
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
      eventId: this.eventId(row),
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
      ...this.#fields(shapeNumber, shape, numbers),
    }
  }

  #fields(
    shapeNumber: number,
    shape: Shape,
    numbers: Numbers,
  ): { names: readonly string[]; values: readonly string[] } {
    const values = this.readable
    const width = shape.names.length
    const texts: string[] = []
    let hasArrays = false
    let length = 0
    for (let i = 0; i < width; i++) {
      const number = numbers[i] as number
      const text = values.text(number)
      texts.push(text)
      length += text.length
      hasArrays ||= values.isArray(number)
    }
    if (shape.final) return { names: shape.names, values: texts }
    // far below the limits no name has to be looked at twice
    if (!hasArrays && length < limits.renderedLength / 2 && width < 100) {
      const names = this.#namesOf(shapeNumber, shape)
      if (names) return { names, values: texts }
    }
    const fields = new FieldNames()
    shape.names.forEach((name, i) => {
      const number = numbers[i] as number
      if (values.isArray(number)) {
        const elements = values.texts(number)
        if (elements.length === 0) fields.add(name, '')
        for (const text of elements) fields.add(name, text)
      } else fields.add(name, texts[i] as string)
    })
    return { names: fields.names, values: fields.values }
  }

  #namesOf(shapeNumber: number, shape: Shape): readonly string[] | null {
    const known = this.#names[shapeNumber]
    if (known !== undefined) return known
    let names: readonly string[] | null = null
    if (shape.names.reduce((sum, name) => sum + name.length + 8, 0) < limits.renderedLength / 4) {
      const fields = new FieldNames()
      for (const name of shape.names) fields.add(name, '')
      names = fields.names
    }
    this.#names[shapeNumber] = names
    return names
  }
}

/** The dictionary that lies in the memory each source has for one of them, and whose it is. */
const passingOf = new WeakMap<SegmentSource, { readonly owner: Segment; readonly values: Values }>()

/** The block that lies in the memory each source has for one of them, and whose it is. */
const passingBlockOf = new WeakMap<
  SegmentSource,
  { readonly owner: Segment; readonly index: number; readonly numbers: Uint32Array }
>()

const noNumber16 = 0xffff
/** The number that stands for no value among `numbers`. */
export const noNumber = (numbers: Numbers): number => (numbers.BYTES_PER_ELEMENT === 2 ? noNumber16 : noValue)

/** The same numbers in half the memory, where all of them fit. */
function narrow(numbers: Uint32Array): Numbers {
  const half = new Uint16Array(numbers.length)
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i] as number
    if (number >= noNumber16 && number !== noValue) return numbers.slice()
    half[i] = number
  }
  return half
}

function numberOrNone(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  const value = Number(text)
  return Number.isSafeInteger(value) && value >= 0 ? value : undefined
}
