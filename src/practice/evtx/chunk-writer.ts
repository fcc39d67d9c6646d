/**
 * Builds one 64 KiB chunk at a time: header, name and template tables, records. Names and template definitions are
 * written inline where they are first used and referred to by their offset in the chunk afterwards; nothing crosses chunks.
 */
import { crc32 } from 'node:zlib'
import { assert } from '../../base/refusal.ts'
import { chunkHeaderSize, chunkSize, recordMagic, token, valueType } from '../../evtx/format.ts'
import type { ElementNode, SubstitutionNode, TemplateDefinition, TextNode } from './tree.ts'
import { declaredType, type FieldType, type FieldValue, storedType, writeValue } from './value.ts'

const more = 0x40
const noDependency = 0xffff
/** record numbers of a chunk without records, as the event service writes them */
const noRecord = 0xffff_ffff_ffff_ffffn
const nameBuckets = 64
const templateBuckets = 32
const nameTableAt = 0x80
const templateTableAt = 0x180

/** Hash of an element or attribute name: stored beside it, and its bucket in the chunk header. */
export function nameHash(name: string): number {
  let hash = 0
  for (let at = 0; at < name.length; at++) hash = (Math.imul(hash, 65_599) + name.charCodeAt(at)) >>> 0
  return hash
}

function templateBucket(guid: Uint8Array): number {
  let hash = 0
  for (let at = 0; at < 16; at += 2) {
    hash = (Math.imul(hash, 65_599) + ((guid[at] as number) | ((guid[at + 1] as number) << 8))) >>> 0
  }
  return hash % templateBuckets
}

/** A nested fragment: another template instance (as in real logs) inside a value. */
export interface Instance {
  readonly template: TemplateDefinition
  readonly types: readonly (FieldType | 'binxml')[]
  readonly values: readonly (FieldValue | Instance)[]
}
const isInstance = (candidate: FieldValue | Instance): candidate is Instance =>
  typeof candidate === 'object' && candidate !== null && 'template' in candidate

/** The state of a chunk at the end of its live records, when leftovers follow. */
interface LiveEnd {
  readonly end: number
  readonly nameHeads: Uint32Array
  readonly templateHeads: Uint32Array
}

export class ChunkWriter {
  // a record is written first and measured afterwards: one that passes the end is taken back, so there must be room behind it
  readonly #bytes = Buffer.alloc(chunkSize * 3)
  #at = chunkHeaderSize
  #names = new Map<string, number>()
  #templates = new Map<TemplateDefinition, number>()
  #nameHeads = new Uint32Array(nameBuckets)
  #templateHeads = new Uint32Array(templateBuckets)
  #addedNames: string[] = []
  #addedTemplates: TemplateDefinition[] = []
  #live: LiveEnd | undefined
  // what a record that does not fit has to give back
  readonly #keptNameHeads = new Uint32Array(nameBuckets)
  readonly #keptTemplateHeads = new Uint32Array(templateBuckets)
  #lastRecordAt = 0
  #firstId = 0n
  #lastId = 0n
  records = 0

  /** True when no record was written yet. */
  get isEmpty(): boolean {
    return this.#at === chunkHeaderSize
  }

  /** Writes one record; false, and nothing changed, when it does not fit any more. */
  append(id: bigint, time: bigint, content: Instance | ElementNode): boolean {
    const start = this.#at
    this.#keptNameHeads.set(this.#nameHeads)
    this.#keptTemplateHeads.set(this.#templateHeads)
    this.#addedNames = []
    this.#addedTemplates = []
    this.#u32(recordMagic)
    this.#u32(0)
    this.#u64(id)
    this.#u64(time)
    this.#fragmentHeader()
    if ('template' in content) this.#instance(content)
    else this.#element(content, false)
    this.#u8(token.endOfFragment)
    const size = (this.#at - start + 4 + 7) & ~7
    this.#bytes.fill(0, this.#at, start + size - 4)
    this.#at = start + size - 4
    this.#u32(size)
    this.#bytes.writeUInt32LE(size, start + 4)
    // no chunk seen in real logs is filled to its last byte, and libevtx drops a record that ends there
    if (this.#at >= chunkSize) {
      this.#takeBack(start)
      return false
    }
    if (this.#live === undefined) {
      if (this.records === 0) this.#firstId = id
      this.#lastId = id
      this.#lastRecordAt = start
      this.records++
    }
    return true
  }

  /** From here on records are leftovers: complete, but behind the free offset and counted nowhere. */
  endLive(): void {
    this.#live ??= {
      end: this.#at,
      nameHeads: this.#nameHeads.slice(),
      templateHeads: this.#templateHeads.slice(),
    }
  }

  /** The finished chunk; the bytes are valid until the next `append`. Starts a new chunk. */
  finish(): Buffer {
    const bytes = this.#bytes
    const end = this.#live?.end ?? this.#at
    bytes.fill(0, this.#at, chunkSize)
    bytes.fill(0, 0, chunkHeaderSize)
    bytes.write('ElfChnk\0', 0, 'latin1')
    const empty = this.records === 0
    bytes.writeBigUInt64LE(empty ? 1n : this.#firstId, 0x08)
    bytes.writeBigUInt64LE(empty ? noRecord : this.#lastId, 0x10)
    bytes.writeBigUInt64LE(empty ? noRecord : this.#firstId, 0x18)
    bytes.writeBigUInt64LE(empty ? noRecord : this.#lastId, 0x20)
    bytes.writeUInt32LE(0x80, 0x28)
    bytes.writeUInt32LE(this.#lastRecordAt, 0x2c)
    bytes.writeUInt32LE(end, 0x30)
    bytes.writeUInt32LE(crc32(bytes.subarray(chunkHeaderSize, end)), 0x34)
    bytes.writeUInt32LE(1, 0x78)
    const { nameHeads, templateHeads } = this.#live ?? {
      nameHeads: this.#nameHeads,
      templateHeads: this.#templateHeads,
    }
    nameHeads.forEach((head, bucket) => {
      bytes.writeUInt32LE(head, nameTableAt + bucket * 4)
    })
    templateHeads.forEach((head, bucket) => {
      bytes.writeUInt32LE(head, templateTableAt + bucket * 4)
    })
    bytes.writeUInt32LE(crc32(bytes.subarray(0x80, chunkHeaderSize), crc32(bytes.subarray(0, 0x78))), 0x7c)
    this.#reset()
    return bytes.subarray(0, chunkSize)
  }

  #reset(): void {
    this.#at = chunkHeaderSize
    this.#names = new Map()
    this.#templates = new Map()
    this.#nameHeads = new Uint32Array(nameBuckets)
    this.#templateHeads = new Uint32Array(templateBuckets)
    this.#live = undefined
    this.#lastRecordAt = 0
    this.records = 0
  }

  #takeBack(start: number): void {
    this.#at = start
    this.#nameHeads.set(this.#keptNameHeads)
    this.#templateHeads.set(this.#keptTemplateHeads)
    for (const name of this.#addedNames) this.#names.delete(name)
    for (const template of this.#addedTemplates) this.#templates.delete(template)
  }

  #u8(value: number): void {
    this.#at = this.#bytes.writeUInt8(value, this.#at)
  }
  #u16(value: number): void {
    this.#at = this.#bytes.writeUInt16LE(value, this.#at)
  }
  #u32(value: number): void {
    this.#at = this.#bytes.writeUInt32LE(value, this.#at)
  }
  #u64(value: bigint): void {
    this.#at = this.#bytes.writeBigUInt64LE(value, this.#at)
  }

  #fragmentHeader(): void {
    this.#u8(token.fragmentHeader)
    this.#u8(1)
    this.#u8(1)
    this.#u8(0)
  }

  /** Runs `write` and puts the number of bytes it took in front of them. */
  #measured(write: () => void): void {
    const sizeAt = this.#at
    this.#u32(0)
    write()
    this.#bytes.writeUInt32LE(this.#at - sizeAt - 4, sizeAt)
  }

  #name(name: string): void {
    const known = this.#names.get(name)
    if (known !== undefined) {
      this.#u32(known)
      return
    }
    const offset = this.#at + 4
    const hash = nameHash(name)
    const bucket = (hash & 0xffff) % nameBuckets
    this.#u32(offset)
    this.#u32(this.#nameHeads[bucket] as number)
    this.#u16(hash & 0xffff)
    this.#u16(name.length)
    this.#at += this.#bytes.write(name, this.#at, 'utf16le')
    this.#u16(0)
    this.#nameHeads[bucket] = offset
    this.#names.set(name, offset)
    this.#addedNames.push(name)
  }

  /** `inTemplate`: only there do element starts carry the id of the value they depend on. */
  #element(node: ElementNode, inTemplate: boolean): void {
    const hasAttributes = node.attributes.length > 0
    this.#u8(token.openElement | (hasAttributes ? more : 0))
    if (inTemplate) this.#u16(node.dependsOn ?? noDependency)
    this.#measured(() => {
      this.#name(node.name)
      if (hasAttributes) {
        this.#measured(() => {
          node.attributes.forEach((attribute, index) => {
            this.#u8(token.attribute | (index < node.attributes.length - 1 ? more : 0))
            this.#name(attribute.name)
            this.#leaf(attribute.value)
          })
        })
      }
      if (node.content.length === 0) {
        this.#u8(token.closeEmpty)
        return
      }
      this.#u8(token.closeStart)
      for (const child of node.content) {
        if ('name' in child) this.#element(child, inTemplate)
        else this.#leaf(child)
      }
      this.#u8(token.endElement)
    })
  }

  #leaf(node: TextNode | SubstitutionNode): void {
    if ('text' in node) {
      assert(node.text.length <= 0xffff, 'text of at most 65,535 UTF-16 units')
      this.#u8(token.value)
      this.#u8(valueType.string)
      this.#u16(node.text.length)
      this.#at += this.#bytes.write(node.text, this.#at, 'utf16le')
      return
    }
    this.#u8(node.optional ? token.optionalSubstitution : token.substitution)
    this.#u16(node.index)
    this.#u8(node.type === 'binxml' ? valueType.binXml : declaredType[node.type])
  }

  #instance({ template, types, values }: Instance): void {
    this.#u8(token.templateInstance)
    this.#u8(1)
    this.#at += this.#copy(template.guid.subarray(0, 4))
    const known = this.#templates.get(template)
    this.#u32(known ?? this.#at + 4)
    if (known === undefined) this.#define(template)
    this.#u32(values.length)
    const descriptors = this.#at
    this.#at += values.length * 4
    values.forEach((value, index) => {
      const start = this.#at
      const kind = types[index]
      assert(kind !== undefined, 'a type for every value')
      let stored: number = valueType.null
      if (isInstance(value)) {
        stored = valueType.binXml
        this.#fragmentHeader()
        this.#instance(value)
        this.#u8(token.endOfFragment)
      } else if (value !== null && value !== undefined) {
        assert(kind !== 'binxml', 'a nested fragment is an instance')
        stored = storedType[kind]
        this.#at = writeValue(this.#bytes, this.#at, kind, value)
      }
      this.#bytes.writeUInt16LE(this.#at - start, descriptors + index * 4)
      this.#bytes.writeUInt16LE(stored, descriptors + index * 4 + 2)
    })
  }

  #copy(bytes: Uint8Array): number {
    this.#bytes.set(bytes, this.#at)
    return bytes.length
  }

  #define(template: TemplateDefinition): void {
    const offset = this.#at
    const bucket = templateBucket(template.guid)
    this.#u32(this.#templateHeads[bucket] as number)
    this.#at += this.#copy(template.guid)
    this.#measured(() => {
      this.#fragmentHeader()
      this.#element(template.root, true)
      this.#u8(token.endOfFragment)
    })
    this.#templateHeads[bucket] = offset
    this.#templates.set(template, offset)
    this.#addedTemplates.push(template)
  }
}
