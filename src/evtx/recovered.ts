/**
 * Recovered records: whole records that are not live. They lie behind a chunk's free offset, or inside its live part where an
 * earlier use of the chunk shows through (`evtx.record.stale`).
 *
 * A chunk is written from its start on, so what a later use has overwritten is always a stretch that ends in front of the first
 * stale record that is still framed: a framed record is as it was written. What it refers to need not be: its template's
 * definition and the names that uses may lie in the overwritten stretch. Read all the same, they give values of one event under
 * the words of another. So a definition must stand inside a framed record, live or stale, with the marks of an inline one, and
 * every name it uses must have the hash stored with it; and the template id of the record must agree (trap 6).
 */
import { Templates } from './binxml/templates.ts'
import { type ChunkHeader, framedSize, nextFramed, walkRecords } from './chunk.ts'
import type { ChunkView } from './chunk-view.ts'
import type { RecordDecoder } from './decode.ts'
import { BinXmlError, TemplateIdMismatch } from './problem.ts'

/** A framed record, by its offset in the chunk. */
export interface RecordPlace {
  readonly offset: number
  readonly size: number
}

/** Why a framed stale record is not offered, by the first thing that does not hold. */
export const staleReasons = [
  /** it has no template: nothing shows that its names are its own */
  'no-template',
  /** its bytes are no whole BinXML any more */
  'broken',
  /** the id it repeats is not that of the definition it points to */
  'template-id',
  /** the definition does not stand inside a whole record */
  'definition',
  /** a name its definition uses is not the one stored with that hash */
  'name',
  /** the definition holds, but its values give no record: no time or event id, broken words */
  'values',
] as const
export type StaleReason = (typeof staleReasons)[number]

/** distinct definitions looked at in one chunk; no real chunk has as many, and each costs a walk of its own */
const mostDefinitions = 128

export class RecoveredWalker {
  readonly #decoder: RecordDecoder
  /** only to learn which names a definition uses */
  readonly #templates = new Templates()
  readonly #intact = new Map<number, StaleReason | undefined>()
  /** of the chunk at hand: its header, its stale records, and pairs of begin and end of its live ones */
  #header: ChunkHeader | undefined
  #stale: readonly RecordPlace[] = []
  readonly #live: number[] = []

  /** @param decoder that reads this chunk's records too; its `startChunk` was called */
  constructor(decoder: RecordDecoder) {
    this.#decoder = decoder
  }

  /**
   * Calls `onRecord(offset, size)` for each whole stale record of the chunk whose template and names are still those it was
   * written with, by offset; the decoder has just located it. Template-less stale records are left out: nothing shows that their names are their own.
   * @param stale places that `walkRecords` has passed over in this chunk
   * @param passed counts on, by reason, the framed stale records that are passed over
   */
  walk(
    chunk: ChunkView,
    header: ChunkHeader,
    stale: readonly RecordPlace[],
    onRecord: (offset: number, size: number) => void,
    passed?: Record<StaleReason, number>,
  ): void {
    const places: RecordPlace[] = [...stale]
    for (let at = nextFramed(chunk, header.free, chunk.size); at >= 0; ) {
      const size = framedSize(chunk, at, chunk.size)
      places.push({ offset: at, size })
      at = nextFramed(chunk, at + size, chunk.size)
    }
    if (places.length === 0) return
    this.#intact.clear()
    this.#live.length = 0
    this.#stale = places
    this.#header = header
    for (const place of places) {
      const why = this.#lacks(chunk, place)
      if (why === undefined) onRecord(place.offset, place.size)
      else if (passed) passed[why]++
    }
  }

  /** What keeps a record from being whole; undefined when it is. */
  #lacks(chunk: ChunkView, { offset, size }: RecordPlace): StaleReason | undefined {
    try {
      if (!this.#decoder.locate(chunk, offset + 24, offset + size - 4)) return 'no-template'
    } catch (error) {
      if (error instanceof TemplateIdMismatch) return 'template-id'
      if (error instanceof BinXmlError || error instanceof RangeError) return 'broken'
      throw error
    }
    for (const definition of this.#decoder.definitions) {
      const why = this.#definitionLacks(chunk, definition)
      if (why !== undefined) return why
    }
    return undefined
  }

  #definitionLacks(chunk: ChunkView, definition: number): StaleReason | undefined {
    if (this.#intact.has(definition)) return this.#intact.get(definition)
    if (this.#intact.size >= mostDefinitions) return 'definition'
    const why = !this.#isInline(chunk, definition)
      ? 'definition'
      : this.#hasOwnNames(chunk, definition)
        ? undefined
        : 'name'
    this.#intact.set(definition, why)
    return why
  }

  /** The definition follows its own instance token (0c 01, id, offset of just this place) and ends inside that framed record. */
  #isInline(chunk: ChunkView, definition: number): boolean {
    const { view } = chunk
    if (definition < 10 || definition + 24 > chunk.size) return false
    if (view.getUint16(definition - 10, true) !== 0x010c) return false
    if (view.getUint32(definition - 4, true) !== definition) return false
    if (view.getUint32(definition - 8, true) !== view.getUint32(definition + 4, true)) return false
    const end = definition + 24 + view.getUint32(definition + 20, true)
    for (const { offset, size } of this.#stale)
      if (offset + 24 <= definition - 10 && end <= offset + size - 4) return true
    const live = this.#liveRecords(chunk)
    for (let i = 0; i < live.length; i += 2)
      if ((live[i] as number) + 24 <= definition - 10 && end <= (live[i + 1] as number) - 4) return true
    return false
  }

  /** Where the chunk's live records begin and end; looked for when the first is asked for. */
  #liveRecords(chunk: ChunkView): readonly number[] {
    if (this.#live.length === 0 && this.#header)
      walkRecords(chunk, 0, this.#header, [], (offset, size) => this.#live.push(offset, offset + size))
    return this.#live
  }

  #hasOwnNames(chunk: ChunkView, definition: number): boolean {
    this.#templates.startChunk()
    try {
      this.#templates.at(chunk, definition)
    } catch (error) {
      if (error instanceof BinXmlError || error instanceof RangeError) return false
      throw error
    }
    return this.#templates.names.offsets.every((offset) => isNameHashGood(chunk, offset))
  }
}

/** Each name is stored with a 16-bit hash: hash × 65599 + code unit, over all of them. */
function isNameHashGood(chunk: ChunkView, offset: number): boolean {
  const { view } = chunk
  const units = view.getUint16(offset + 6, true)
  if (offset + 8 + units * 2 > chunk.size) return false
  let hash = 0
  for (let i = 0; i < units; i++)
    hash = (Math.imul(hash, 65_599) + view.getUint16(offset + 8 + i * 2, true)) | 0
  return (hash & 0xffff) === view.getUint16(offset + 4, true)
}
