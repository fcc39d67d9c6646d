/** Puts the texts of a case together, each once, up to a number of bytes; segments that do not fit are read from their own dictionary. */
import { CaseTexts, chunkBits, chunkSize, isLatin, type TextTable, type WideText } from './case-texts.ts'
import type { Values } from './values.ts'

/** Longer values leave their segment to its own dictionary: written out they might not fit into a chunk. No record holds one. */
const longest = 1 << 17

/** Lower case of each sign of Latin-1, which is one of them too. */
const lowerOf = Uint8Array.from({ length: 256 }, (_, unit) =>
  String.fromCharCode(unit).toLowerCase().charCodeAt(0),
)

export class TextsBuilder implements TextTable {
  /** for who looks at them */
  readonly texts = new CaseTexts(this)
  count = 0
  readonly wide = new Map<number, WideText>()
  readonly arrays = new Set<number>()
  readonly #most: number
  readonly #chunks: Buffer[] = []
  readonly #capitals: Uint8Array[] = []
  #starts = new Uint32Array(1 << 12)
  #end = 0
  #isSealed = false
  #table: Uint32Array | undefined
  /** hash of each id, for a larger table */
  #hashes = new Int32Array(0)
  #wideIds: Map<string, number> | undefined
  #wideBytes = 0
  #idBytes = 0
  #scratch = new Uint8Array(1 << 12)

  /** @param most bytes to keep */
  constructor(most: number) {
    this.#most = most
  }

  get starts(): Uint32Array {
    return this.#starts
  }
  get chunks(): number {
    return this.#chunks.length
  }
  lower(chunk: number): Buffer {
    return this.#chunks[chunk] as Buffer
  }
  passing(chunk: number): Buffer {
    return this.lower(chunk)
  }
  capitals(chunk: number): Uint8Array {
    return this.#capitals[chunk] as Uint8Array
  }

  /** bytes held, the ids of segments included */
  get bytes(): number {
    return (
      this.#chunks.length * (chunkSize + chunkSize / 8) +
      this.#starts.byteLength +
      this.#hashes.byteLength +
      (this.#table?.byteLength ?? 0) +
      this.#idBytes +
      this.#wideBytes
    )
  }

  /** Ids of all values of a dictionary, by number; undefined when there is no room for them. */
  add(values: Values): Uint32Array | undefined {
    const room = this.#most - this.bytes
    if (this.#isSealed || values.bytes / 2 > room || this.#end > 2 ** 31) return undefined
    const ids = new Uint32Array(values.count)
    for (let number = 0; number < values.count; number++) {
      if (values.size(number) > longest) return undefined
      ids[number] = this.#idOf(values, number)
    }
    this.#idBytes += ids.byteLength
    return ids
  }

  /** No more is added: what only adding needs is let go. */
  seal(): void {
    this.#isSealed = true
    this.#table = undefined
    this.#hashes = new Int32Array(0)
    this.#wideIds = undefined
    this.#starts = this.#starts.slice(0, this.count + 1)
  }

  #idOf(values: Values, number: number): number {
    const size = values.size(number)
    if (this.#scratch.length < size) this.#scratch = new Uint8Array(size * 2)
    if (values.isArray(number)) {
      const id = this.#addText(values.render(number))
      this.arrays.add(id)
      return id
    }
    if (!values.isText(number)) return this.#idOfText(values.render(number))
    const { units } = values
    const first = values.offset(number) >> 1
    let length = size >> 1
    if (values.dropsZeros(number)) while (length > 0 && units[first + length - 1] === 0) length--
    const scratch = this.#scratch
    for (let i = 0; i < length; i++) {
      const unit = units[first + i] as number
      if (unit > 0xff) return this.#idOfText(values.render(number))
      scratch[i] = unit
    }
    return this.#idOfLatin(length)
  }

  #idOfText(text: string): number {
    if (!isLatin(text)) {
      this.#wideIds ??= new Map([...this.wide].map(([id, wide]) => [wide.text, id]))
      const known = this.#wideIds.get(text)
      if (known !== undefined) return known
      const id = this.#addText(text)
      this.#wideIds.set(text, id)
      return id
    }
    if (this.#scratch.length < text.length) this.#scratch = new Uint8Array(text.length * 2)
    for (let i = 0; i < text.length; i++) this.#scratch[i] = text.charCodeAt(i)
    return this.#idOfLatin(text.length)
  }

  /** A new id, even where the text is known. */
  #addText(text: string): number {
    if (!isLatin(text) || text.length > chunkSize) {
      const lower = text.toLowerCase()
      this.wide.set(this.count, { text, lower: lower === text ? text : lower })
      this.#wideBytes += 160 + text.length * 4
      return this.#append(0)
    }
    if (this.#scratch.length < text.length) this.#scratch = new Uint8Array(text.length * 2)
    for (let i = 0; i < text.length; i++) this.#scratch[i] = text.charCodeAt(i)
    return this.#append(text.length)
  }

  /** The id of the text in `#scratch`, new or known. */
  #idOfLatin(length: number): number {
    const scratch = this.#scratch
    let hash = length
    for (let i = 0; i < length; i++) hash = Math.imul(hash ^ (scratch[i] as number), 0x0100_0193)
    hash ^= hash >>> 15
    let table = this.#table
    if (!table || this.count * 2 > table.length) table = this.#grownTable()
    const mask = table.length - 1
    for (let slot = (Math.imul(hash, 0x9e37_79b1) >>> 7) & mask; ; slot = (slot + 1) & mask) {
      const id = (table[slot] as number) - 1
      if (id < 0) {
        const added = this.#append(length)
        table[slot] = added + 1
        this.#hashes[added] = hash
        return added
      }
      if (this.#isScratch(id, length)) return id
    }
  }

  /** The text of this id is that in `#scratch`, sign for sign. */
  #isScratch(id: number, length: number): boolean {
    if (this.#sizeOf(id) !== length) return false
    const scratch = this.#scratch
    const start = this.#starts[id] as number
    const chunk = this.#chunks[start >>> chunkBits] as Buffer
    const capitals = this.#capitals[start >>> chunkBits] as Uint8Array
    const at = start & (chunkSize - 1)
    for (let i = 0; i < length; i++) {
      const unit = scratch[i] as number
      const lower = lowerOf[unit] as number
      if (chunk[at + i] !== lower) return false
      if ((((capitals[(at + i) >>> 3] as number) >>> ((at + i) & 7)) & 1) !== (lower === unit ? 0 : 1))
        return false
    }
    return true
  }

  /** Stores the text in `#scratch` under a new id. */
  #append(length: number): number {
    if ((this.#end & (chunkSize - 1)) + length > chunkSize || this.#chunks.length === 0) {
      // the rest of a chunk is an id nobody has; the first chunk begins with none
      if (this.#chunks.length > 0 && (this.#end & (chunkSize - 1)) > 0) {
        this.#newId()
        this.#end = this.#chunks.length * chunkSize
        this.#starts[this.count] = this.#end
      }
    }
    if (this.#end >>> chunkBits >= this.#chunks.length) {
      this.#chunks.push(Buffer.alloc(chunkSize))
      this.#capitals.push(new Uint8Array(chunkSize / 8))
    }
    const chunk = this.#chunks[this.#chunks.length - 1] as Buffer
    const capitals = this.#capitals[this.#chunks.length - 1] as Uint8Array
    let at = this.#end & (chunkSize - 1)
    for (let i = 0; i < length; i++, at++) {
      const unit = this.#scratch[i] as number
      const lower = lowerOf[unit] as number
      chunk[at] = lower
      if (lower !== unit) capitals[at >>> 3] = (capitals[at >>> 3] as number) | (1 << (at & 7))
    }
    this.#end += length
    return this.#newId()
  }

  #sizeOf(id: number): number {
    return (this.#starts[id + 1] as number) - (this.#starts[id] as number)
  }

  #newId(): number {
    const id = this.count++
    if (this.count + 1 >= this.#starts.length) {
      const grown = new Uint32Array(this.#starts.length * 2)
      grown.set(this.#starts)
      this.#starts = grown
    }
    this.#starts[this.count] = this.#end
    return id
  }

  #grownTable(): Uint32Array {
    const table = new Uint32Array(Math.max(1 << 12, 2 ** Math.ceil(Math.log2(this.count * 4 + 4))))
    const mask = table.length - 1
    this.#table = table
    const hashes = new Int32Array((table.length >>> 1) + 1)
    hashes.set(this.#hashes)
    this.#hashes = hashes
    for (let id = 0; id < this.count; id++) {
      // arrays and other signs are found by themselves
      if (this.wide.has(id) || this.arrays.has(id)) continue
      let slot = (Math.imul(this.#hashes[id] as number, 0x9e37_79b1) >>> 7) & mask
      while (table[slot] !== 0) slot = (slot + 1) & mask
      table[slot] = id + 1
    }
    return table
  }
}
