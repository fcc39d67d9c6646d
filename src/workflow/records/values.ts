/** The dictionary of one segment, read back: raw typed values, rendered to text when somebody looks. */
import { arrayTexts, scalarText } from '../../evtx/binxml/value.ts'
import { ChunkView } from '../../evtx/chunk-view.ts'
import { valueType } from '../../evtx/format.ts'
import { nodePlatform } from '../ingest/node-platform.ts'
import { textAsIs } from '../ingest/packed.ts'

/** Texts kept of one dictionary: what rows in sight repeat. Long ones are not worth it. */
const mostKeptUnits = 1 << 14
const longestKept = 256

export const isTextType = (type: number): boolean => type === valueType.string || type === textAsIs

export class Values {
  readonly count: number
  /** bytes of memory it holds for good */
  readonly bytes: number
  /** all values as UTF-16 units: texts start at even places */
  readonly units: Uint16Array
  /** per value its place in bytes, then size << 8 | type */
  readonly #entries: Uint32Array
  readonly #area: Uint8Array
  readonly #buffer: Buffer
  readonly #view: DataView
  readonly #kept = new Map<number, string>()
  #keptUnits = 0
  #others: Uint32Array | undefined

  /** @param blob as `Dictionary.pack` wrote it */
  constructor(blob: Uint8Array) {
    // typed arrays start at multiples of their width only
    const bytes = blob.byteOffset & 3 ? blob.slice() : blob
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.count = view.getUint32(0, true)
    this.bytes = bytes.length
    const head = 8 + this.count * 8
    this.#entries = new Uint32Array(bytes.buffer, bytes.byteOffset + 8, this.count * 2)
    this.#area = bytes.subarray(head)
    this.units = new Uint16Array(bytes.buffer, bytes.byteOffset + head, this.#area.length >> 1)
    this.#buffer = Buffer.from(this.#area.buffer, this.#area.byteOffset, this.#area.length)
    this.#view = new DataView(this.#area.buffer, this.#area.byteOffset, this.#area.length)
  }

  /** Type byte of a value, arrays with bit 0x80. */
  type(number: number): number {
    return number < this.count ? (this.#entries[number * 2 + 1] as number) & 0xff : 0
  }
  /** Numbers of the values that are no plain text. */
  get others(): Uint32Array {
    if (this.#others) return this.#others
    let count = 0
    for (let number = 0; number < this.count; number++) if (!this.isText(number)) count++
    const others = new Uint32Array(count)
    let at = 0
    for (let number = 0; number < this.count; number++) if (!this.isText(number)) others[at++] = number
    this.#others = others
    return others
  }
  /** First byte of a value among all of them; they lie in the order of their numbers. */
  offset(number: number): number {
    return this.#entries[number * 2] as number
  }
  size(number: number): number {
    return (this.#entries[number * 2 + 1] as number) >>> 8
  }

  isArray(number: number): boolean {
    return (this.type(number) & valueType.array) !== 0
  }
  /** Zeros at its end do not belong to a text of this type. */
  dropsZeros(number: number): boolean {
    return this.type(number) === valueType.string
  }
  /** One plain text, its bytes being its UTF-16 units. */
  isText(number: number): boolean {
    return isTextType(this.type(number))
  }

  /** The value as one text; elements of an array joined by `, `. */
  text(number: number): string {
    if (number >= this.count) return ''
    const known = this.#kept.get(number)
    if (known !== undefined) return known
    const text = this.render(number)
    if (text.length <= longestKept) {
      this.#keptUnits += text.length + 16
      if (this.#keptUnits > mostKeptUnits) {
        this.#kept.clear()
        this.#keptUnits = text.length
      }
      this.#kept.set(number, text)
    }
    return text
  }

  /** The same without remembering it: for a look at every value. */
  render(number: number): string {
    const type = this.type(number)
    const at = this.offset(number)
    const size = this.size(number)
    if (type === valueType.string) {
      let units = size >> 1
      while (units > 0 && this.#unit(at, units - 1) === 0) units--
      return this.#buffer.toString('utf16le', at, at + units * 2)
    }
    if (type === textAsIs) return this.#buffer.toString('utf16le', at, at + (size & ~1))
    if (this.isHex(number)) return hexText(this.hexLow(number), this.hexHigh(number))
    if (type === valueType.guid && size === 16) return this.#guid(at)
    if (type === valueType.uint32 && size === 4) return String(this.#view.getUint32(at, true))
    // a view of this value alone: one of all would be decoded whole for the sake of one text
    const chunk = new ChunkView(this.#area.subarray(at, at + size), nodePlatform)
    return type & valueType.array
      ? arrayTexts(chunk, type, 0, size).join(', ')
      : scalarText(chunk, type, 0, size)
  }

  /** As `guidText` spells it, which a look at every value has no time for. */
  #guid(at: number): string {
    const bytes = this.#area
    let text = '{'
    for (let i = 0; i < 16; i++) {
      if (i === 4 || i === 6 || i === 8 || i === 10) text += '-'
      text += hexPairs[bytes[at + (guidOrder[i] as number)] as number]
    }
    return `${text}}`
  }

  #unit(at: number, index: number): number {
    return this.#view.getUint16(at + index * 2, true)
  }

  /** The elements of an array value; one text for any other. */
  texts(number: number): readonly string[] {
    if (!this.isArray(number)) return [this.text(number)]
    const at = this.offset(number)
    const size = this.size(number)
    const chunk = new ChunkView(this.#area.subarray(at, at + size), nodePlatform)
    return arrayTexts(chunk, this.type(number), 0, size)
  }

  /** True for a number that is written `0x…`. */
  isHex(number: number): boolean {
    const entry = this.#entries[number * 2 + 1] as number
    return entry === hex64 || entry === hex32 || entry === sizeT8 || entry === sizeT4
  }
  /** Lower 32 bits of such a number. */
  hexLow(number: number): number {
    const at = (this.#entries[number * 2] as number) >> 1
    return ((this.units[at] as number) | ((this.units[at + 1] as number) << 16)) >>> 0
  }
  hexHigh(number: number): number {
    if ((this.#entries[number * 2 + 1] as number) >>> 8 === 4) return 0
    const at = ((this.#entries[number * 2] as number) >> 1) + 2
    return ((this.units[at] as number) | ((this.units[at + 1] as number) << 16)) >>> 0
  }
}

/** size << 8 | type of the numbers that are written `0x…` */
const hex64 = (8 << 8) | valueType.hex64
const sizeT8 = (8 << 8) | valueType.sizeT
const hex32 = (4 << 8) | valueType.hex32
const sizeT4 = (4 << 8) | valueType.sizeT

const hexPairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).toUpperCase().padStart(2, '0'))
/** bytes in the order they are written */
const guidOrder = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]

const hexText = (low: number, high: number): string =>
  high === 0 ? `0x${low.toString(16)}` : `0x${high.toString(16)}${low.toString(16).padStart(8, '0')}`
