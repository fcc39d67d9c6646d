/** The dictionary of one segment, read back: raw typed values, rendered to text when somebody looks. */
import { arrayTexts, scalarText } from '../../evtx/binxml/value.ts'
import { ChunkView } from '../../evtx/chunk-view.ts'
import { nodePlatform } from '../ingest/node-platform.ts'
import { textAsIs } from '../ingest/packed.ts'

export class Values {
  readonly count: number
  readonly #entries: DataView
  readonly #chunk: ChunkView
  readonly #texts: (string | undefined)[] = []
  #lower: (string | undefined)[] | undefined

  /** @param blob as `Dictionary.pack` wrote it */
  constructor(blob: Uint8Array) {
    const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength)
    this.count = view.getUint32(0, true)
    this.#entries = new DataView(blob.buffer, blob.byteOffset + 8, this.count * 8)
    this.#chunk = new ChunkView(blob.subarray(8 + this.count * 8), nodePlatform)
  }

  #type(number: number): number {
    return number < this.count ? this.#entries.getUint8(number * 8 + 4) : 0
  }
  #offset(number: number): number {
    return this.#entries.getUint32(number * 8, true)
  }
  #size(number: number): number {
    return this.#entries.getUint32(number * 8 + 4, true) >>> 8
  }

  isArray(number: number): boolean {
    return (this.#type(number) & 0x80) !== 0
  }

  /** The value as one text; elements of an array joined by `, `. */
  text(number: number): string {
    if (number >= this.count) return ''
    const known = this.#texts[number]
    if (known !== undefined) return known
    const type = this.#type(number)
    const at = this.#offset(number)
    const size = this.#size(number)
    const text =
      type & 0x80
        ? arrayTexts(this.#chunk, type, at, size).join(', ')
        : type === textAsIs
          ? this.#chunk.text(at, size >> 1)
          : scalarText(this.#chunk, type, at, size)
    this.#texts[number] = text
    return text
  }

  /** The elements of an array value; one text for any other. */
  texts(number: number): readonly string[] {
    if (!this.isArray(number)) return [this.text(number)]
    return arrayTexts(this.#chunk, this.#type(number), this.#offset(number), this.#size(number))
  }

  /** Numbers of all values whose lower-case text satisfies `test`. */
  matching(test: (lower: string) => boolean): Uint8Array {
    this.#lower ??= []
    const hits = new Uint8Array(this.count)
    for (let number = 0; number < this.count; number++) {
      let lower = this.#lower[number]
      if (lower === undefined) {
        lower = this.text(number).toLowerCase()
        this.#lower[number] = lower
      }
      if (test(lower)) hits[number] = 1
    }
    return hits
  }
}
