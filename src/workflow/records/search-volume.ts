/**
 * The search files of a case: texts and postings of up to 64 segments of one log each (`src/casefile/search-files.ts`). What lies
 * there is read when a filter asks for it and kept with the values; opening a case reads a directory of a few KB per file.
 */
import type { SearchFile } from '../../casefile/search-files.ts'
import type { EvidenceId } from '../../domain/ids.ts'
import type { ByteCache } from './byte-cache.ts'
import { CaseTexts, chunkSize, type TextTable, type WideText } from './case-texts.ts'
import { type PlaceKey, Postings, placeKeys } from './postings.ts'
import { numbers32 } from './row-places.ts'
import type { Segment, StoredSearch } from './segment.ts'
import type { TextsBuilder } from './texts-builder.ts'

/** What the maker notes; parts by number. */
interface VolumeNote {
  /** SHA-256 of the log */
  readonly log: string
  readonly segments: readonly {
    readonly number: number
    /** its packed form, as the database tells it */
    readonly packed: string
    readonly rows: number
    readonly values: number
    readonly ids: number
    /** in the order of `placeKeys` */
    readonly postings: readonly number[]
  }[]
  readonly texts: {
    readonly count: number
    readonly starts: number
    readonly wide: number
    readonly arrays: number
    readonly lower: readonly number[]
    readonly capitals: readonly number[]
  }
  /** ids that stand in any of the segments, in the order of `placeKeys` */
  readonly places: readonly { readonly part: number; readonly count: number }[]
}

export const mostSegmentsOfVolume = 64

/** Writes a volume, part by part. */
export class VolumeWriter {
  readonly #add: (bytes: Uint8Array) => number
  readonly #segments: VolumeNote['segments'][number][] = []
  readonly #places = placeKeys.map(() => new Set<number>())

  /** @param add writes a part and gives its number */
  constructor(add: (bytes: Uint8Array) => number) {
    this.#add = add
  }

  segment(segment: Segment, packed: string, ids: Uint32Array, postings: readonly Postings[]): void {
    this.#segments.push({
      number: segment.number,
      packed,
      rows: segment.rows,
      values: ids.length,
      ids: this.#add(bytesOf(ids)),
      postings: postings.map((one, key) => {
        const own = one.byIds(ids)
        // free text looks at all ids
        if (placeKeys[key] !== 'text') own.forEachNumber((id) => this.#places[key]?.add(id))
        return this.#add(own.pack())
      }),
    })
  }

  /** @returns what to note in the directory */
  end(log: EvidenceId, texts: TextsBuilder): unknown {
    const chunks = Array.from({ length: texts.chunks }, (_, chunk) => chunk)
    const end = texts.starts[texts.count] as number
    const used = (chunk: number) => Math.min(chunkSize, end - chunk * chunkSize)
    const json = (value: unknown) => this.#add(Buffer.from(JSON.stringify(value)))
    const note: VolumeNote = {
      log,
      segments: this.#segments,
      texts: {
        count: texts.count,
        starts: this.#add(bytesOf(texts.starts.subarray(0, texts.count + 1))),
        wide: json([...texts.wide].map(([id, { text }]) => [id, text])),
        arrays: json([...texts.arrays]),
        lower: chunks.map((chunk) => this.#add(texts.lower(chunk).subarray(0, used(chunk)))),
        capitals: chunks.map((chunk) => this.#add(texts.capitals(chunk).subarray(0, (used(chunk) + 7) >> 3))),
      },
      places: this.#places.map((ids) => ({
        part: this.#add(bytesOf(Uint32Array.from(ids).sort())),
        count: ids.size,
      })),
    }
    return note
  }
}

/** Gives segments of one log what a file holds of them; one whose packed form is another stays without. */
export function attachVolume(
  file: SearchFile,
  segments: readonly Segment[],
  packedAs: (segment: Segment) => string | undefined,
  cache: ByteCache,
): void {
  const note = file.note as VolumeNote
  if (!Array.isArray(note?.segments) || typeof note.texts !== 'object' || !Array.isArray(note.places)) return
  if (note.log !== segments[0]?.evidenceId) return
  const byNumber = new Map(note.segments.map((one) => [one.number, one]))
  const here = segments.filter((segment) => {
    const known = byNumber.get(segment.number)
    return known && known.rows === segment.rows && known.packed === packedAs(segment)
  })
  // a volume is all of one import: where one segment is another, the file is of an older one
  if (here.length !== byNumber.size) return
  const table = new StoredTexts(file, note, cache)
  const texts = new CaseTexts(table)
  for (const segment of here) {
    const known = byNumber.get(segment.number) as VolumeNote['segments'][number]
    segment.attach(new StoredSegment(file, known, texts, table, cache))
  }
}

class StoredSegment implements StoredSearch {
  readonly texts: CaseTexts
  readonly count: number
  readonly #file: SearchFile
  readonly #known: VolumeNote['segments'][number]
  readonly #cache: ByteCache
  readonly #table: StoredTexts
  readonly #idsKey: number
  readonly #postingKeys: readonly number[]

  constructor(
    file: SearchFile,
    known: VolumeNote['segments'][number],
    texts: CaseTexts,
    table: StoredTexts,
    cache: ByteCache,
  ) {
    this.#file = file
    this.#table = table
    this.#known = known
    this.#cache = cache
    this.texts = texts
    this.count = known.values
    this.#idsKey = cache.newKey()
    this.#postingKeys = placeKeys.map(() => cache.newKey())
  }

  ids(): Uint32Array {
    const kept = this.#cache.get(this.#idsKey)
    if (kept) return kept as Uint32Array
    const ids = wordsOf(this.#file, this.#known.ids, this.count)
    this.#cache.set(this.#idsKey, ids, ids.byteLength, 'dictionary')
    return ids
  }

  idsAt(key: PlaceKey): Uint32Array {
    return this.#table.idsAt(key)
  }

  postings(key: PlaceKey): Postings {
    const i = placeKeys.indexOf(key)
    const cached = this.#postingKeys[i] as number
    const kept = this.#cache.get(cached)
    if (kept) return kept as Postings
    const postings = checked(this.#file, () =>
      Postings.packed(this.#file.read(this.#known.postings[i] ?? -1)),
    )
    this.#cache.set(cached, postings, postings.bytes, 'dictionary')
    return postings
  }
}

class StoredTexts implements TextTable {
  readonly count: number
  readonly chunks: number
  readonly #file: SearchFile
  readonly #parts: VolumeNote['texts']
  readonly #cache: ByteCache
  readonly #places: VolumeNote['places']
  readonly #placeKeys: readonly number[]
  readonly #lowerKeys: readonly number[]
  readonly #capitalKeys: readonly number[]
  #starts: Uint32Array | undefined
  #wide: ReadonlyMap<number, WideText> | undefined
  #arrays: ReadonlySet<number> | undefined

  constructor(file: SearchFile, { texts: parts, places }: VolumeNote, cache: ByteCache) {
    this.#file = file
    this.#parts = parts
    this.#places = places
    this.#placeKeys = places.map(() => cache.newKey())
    this.#cache = cache
    this.count = parts.count
    this.chunks = parts.lower.length
    this.#lowerKeys = parts.lower.map(() => cache.newKey())
    this.#capitalKeys = parts.capitals.map(() => cache.newKey())
  }

  get starts(): Uint32Array {
    this.#starts ??= wordsOf(this.#file, this.#parts.starts, this.count + 1)
    return this.#starts
  }
  get wide(): ReadonlyMap<number, WideText> {
    this.#wide ??= new Map(
      this.#json<[number, string][]>(this.#parts.wide).map(([id, text]) => {
        const lower = text.toLowerCase()
        return [id, { text, lower: lower === text ? text : lower }]
      }),
    )
    return this.#wide
  }
  get arrays(): ReadonlySet<number> {
    this.#arrays ??= new Set(this.#json<number[]>(this.#parts.arrays))
    return this.#arrays
  }

  idsAt(place: PlaceKey): Uint32Array {
    const i = placeKeys.indexOf(place)
    const key = this.#placeKeys[i] as number
    const kept = this.#cache.get(key)
    if (kept) return kept as Uint32Array
    const { part = -1, count = 0 } = this.#places[i] ?? {}
    const ids = wordsOf(this.#file, part, count)
    this.#cache.set(key, ids, ids.byteLength, 'dictionary')
    return ids
  }

  lower(chunk: number): Buffer {
    const key = this.#lowerKeys[chunk] as number
    const kept = this.#cache.get(key)
    if (kept) return kept as Buffer
    const bytes = this.#chunk(this.#parts.lower, chunk)
    this.#cache.set(key, bytes, bytes.length, 'dictionary')
    return bytes
  }
  passing(chunk: number): Buffer {
    if (!this.#cache.isFull) return this.lower(chunk)
    const kept = this.#cache.get(this.#lowerKeys[chunk] as number)
    return kept ? (kept as Buffer) : this.#chunk(this.#parts.lower, chunk, passed)
  }
  capitals(chunk: number): Uint8Array {
    const key = this.#capitalKeys[chunk] as number
    const kept = this.#cache.get(key)
    if (kept) return kept as Uint8Array
    const bytes = this.#chunk(this.#parts.capitals, chunk)
    this.#cache.set(key, bytes, bytes.length, 'dictionary')
    return bytes
  }

  #chunk(parts: readonly number[], chunk: number, room?: Buffer): Buffer {
    const part = parts[chunk] ?? -1
    const size = this.#file.sizeOf(part)
    if (size > chunkSize) this.#file.refuse(`a chunk has ${size} bytes`)
    const bytes = this.#file.read(part, room?.subarray(0, size))
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  #json<T>(part: number): T {
    return checked(this.#file, () => JSON.parse(Buffer.from(this.#file.read(part)).toString('utf8')) as T)
  }
}

/** where a chunk lies that is looked at once: there is room for one */
const passed = Buffer.alloc(chunkSize)

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array) =>
  new Uint8Array(buffer, byteOffset, byteLength)

function wordsOf(file: SearchFile, part: number, count: number): Uint32Array {
  const bytes = file.read(part)
  if (bytes.length !== count * 4) file.refuse(`${bytes.length} bytes stand for ${count} numbers`)
  return numbers32(bytes, 0, count)
}

/** A part with its checksum that is not of the form it should be is as good as damaged. */
function checked<T>(file: SearchFile, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError) file.refuse(error.message)
    throw error
  }
}
