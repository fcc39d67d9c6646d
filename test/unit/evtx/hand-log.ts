/**
 * Chunks and logs written token by token, for forms that no ordinary writer makes. Offsets, sizes and types are what the test
 * says they are: nothing is checked here.
 */
import { crc32 } from 'node:zlib'

type Body = () => void
const none: Body = () => {}

/** Value of a template instance: type byte and the bytes `write` puts down. */
export interface HandValue {
  readonly type: number
  readonly write: Body
}
export interface HandDefinition {
  readonly guid: Buffer
  readonly body: Body
  /** offset in the chunk once it has been written */
  at?: number
}

export class HandChunk {
  readonly bytes = Buffer.alloc(65_536)
  at = 512
  #lastAt = 0
  #firstId = 0n
  #lastId = 0n
  readonly records: { readonly at: number; readonly end: number }[] = []

  u8(...values: number[]): void {
    for (const value of values) this.at = this.bytes.writeUInt8(value, this.at)
  }
  u16(value: number): void {
    this.at = this.bytes.writeUInt16LE(value, this.at)
  }
  u32(value: number): void {
    this.at = this.bytes.writeUInt32LE(value, this.at)
  }
  u64(value: bigint): void {
    this.at = this.bytes.writeBigUInt64LE(value, this.at)
  }
  utf16(text: string): void {
    this.at += this.bytes.write(text, this.at, 'utf16le')
  }
  raw(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.at)
    this.at += bytes.length
  }

  /** `body` with its length in front. */
  sized(body: Body): void {
    const start = this.at
    this.u32(0)
    body()
    this.bytes.writeUInt32LE(this.at - start - 4, start)
  }

  record(id: bigint, time: bigint, body: Body): void {
    const start = this.at
    this.u32(0x2a2a)
    this.u32(0)
    this.u64(id)
    this.u64(time)
    body()
    while ((this.at + 4 - start) % 8 !== 0) this.u8(0)
    const size = this.at + 4 - start
    this.u32(size)
    this.bytes.writeUInt32LE(size, start + 4)
    if (this.records.length === 0) this.#firstId = id
    this.#lastId = id
    this.#lastAt = start
    this.records.push({ at: start, end: this.at })
  }

  header(): void {
    this.u8(0x0f, 1, 1, 0)
  }
  end(): void {
    this.u8(0)
  }
  /** Offset of a name and, always anew, the name itself. */
  name(text: string): void {
    this.u32(this.at + 4)
    this.u32(0)
    this.u16(0)
    this.u16(text.length)
    this.utf16(text)
    this.u16(0)
  }
  text(text: string): void {
    this.u8(0x05, 0x01)
    this.u16(text.length)
    this.utf16(text)
  }
  /** A substitution; `optional` ones disappear with a NULL. */
  value(index: number, type: number, optional = false): void {
    this.u8(optional ? 0x0e : 0x0d)
    this.u16(index)
    this.u8(type)
  }
  /** @param dependency written only when given: inside definitions (0xffff for none) and never outside them */
  element(
    name: string,
    body: Body = none,
    attributes: readonly (readonly [string, Body])[] = [],
    dependency?: number,
  ): void {
    this.u8(0x01 | (attributes.length > 0 ? 0x40 : 0))
    if (dependency !== undefined) this.u16(dependency)
    this.sized(() => {
      this.name(name)
      if (attributes.length > 0)
        this.sized(() => {
          attributes.forEach(([attribute, value], index) => {
            this.u8(0x06 | (index < attributes.length - 1 ? 0x40 : 0))
            this.name(attribute)
            value()
          })
        })
      this.u8(0x02)
      body()
      this.u8(0x04)
    })
  }

  /** System with everything as literal text. */
  system(eventId: number, recordId: bigint, dependency?: number): void {
    const leaf = (name: string, content: string) =>
      this.element(name, () => this.text(content), [], dependency)
    this.element(
      'System',
      () => {
        this.element('Provider', none, [['Name', () => this.text('Hand-Written')]], dependency)
        leaf('EventID', String(eventId))
        this.element(
          'TimeCreated',
          none,
          [['SystemTime', () => this.text('2021-06-10T21:21:20.6360299Z')]],
          dependency,
        )
        leaf('EventRecordID', recordId.toString())
        leaf('Channel', 'Security')
        leaf('Computer', 'fs01.corp.example')
      },
      [],
      dependency,
    )
  }

  /** A template instance; the definition is written in place at its first use. */
  instance(definition: HandDefinition, values: readonly HandValue[]): void {
    this.u8(0x0c, 0x01)
    this.raw(definition.guid.subarray(0, 4))
    if (definition.at === undefined) {
      definition.at = this.at + 4
      this.u32(definition.at)
      this.u32(0)
      this.raw(definition.guid)
      this.sized(() => {
        this.header()
        definition.body()
        this.end()
      })
    } else this.u32(definition.at)
    this.u32(values.length)
    const descriptors = this.at
    this.at += values.length * 4
    values.forEach(({ type, write }, index) => {
      const start = this.at
      write()
      this.bytes.writeUInt16LE(this.at - start, descriptors + index * 4)
      this.bytes.writeUInt16LE(type, descriptors + index * 4 + 2)
    })
  }

  /** Fills in the header; `free` as the test wants it, else behind the last record. */
  finish(free = this.at): Buffer {
    const { bytes } = this
    bytes.write('ElfChnk\0', 0, 'latin1')
    bytes.writeBigUInt64LE(this.#firstId, 0x08)
    bytes.writeBigUInt64LE(this.#lastId, 0x10)
    bytes.writeBigUInt64LE(this.#firstId, 0x18)
    bytes.writeBigUInt64LE(this.#lastId, 0x20)
    bytes.writeUInt32LE(0x80, 0x28)
    bytes.writeUInt32LE(this.#lastAt, 0x2c)
    bytes.writeUInt32LE(free, 0x30)
    return sealChunk(bytes)
  }
}

/** Both checksums of a chunk made right, after surgery. */
export function sealChunk(bytes: Buffer): Buffer {
  const free = bytes.readUInt32LE(0x30)
  bytes.writeUInt32LE(crc32(bytes.subarray(512, Math.min(free, 65_536))), 0x34)
  bytes.writeUInt32LE(crc32(bytes.subarray(0x80, 512), crc32(bytes.subarray(0, 0x78))), 0x7c)
  return bytes
}

/** A file of these chunks with a header that is right. */
export function logOf(...chunks: readonly Uint8Array[]): Buffer {
  const header = Buffer.alloc(4096)
  header.write('ElfFile\0', 0, 'latin1')
  header.writeBigUInt64LE(BigInt(Math.max(0, chunks.length - 1)), 0x10)
  header.writeUInt32LE(0x80, 0x20)
  header.writeUInt16LE(1, 0x24)
  header.writeUInt16LE(3, 0x26)
  header.writeUInt16LE(4096, 0x28)
  header.writeUInt16LE(chunks.length, 0x2a)
  header.writeUInt32LE(crc32(header.subarray(0, 0x78)), 0x7c)
  return Buffer.concat([header, ...chunks])
}

let guids = 0
export const definition = (body: Body): HandDefinition => ({
  guid: Buffer.from((++guids).toString(16).padStart(32, '7'), 'hex'),
  body,
})

/** One record in one chunk: an Event template with System as text and, behind it, `own`. */
export function eventLog(
  own: (chunk: HandChunk) => void,
  values: (chunk: HandChunk) => readonly HandValue[],
): Buffer {
  const chunk = new HandChunk()
  const event = definition(() => {
    chunk.element(
      'Event',
      () => {
        chunk.system(4624, 7n, 0xffff)
        own(chunk)
      },
      [],
      0xffff,
    )
  })
  chunk.record(1n, 133_000_000_000_000_000n, () => {
    chunk.header()
    chunk.instance(event, values(chunk))
    chunk.end()
  })
  return logOf(chunk.finish())
}

/** A text value. */
export const string = (chunk: HandChunk, text: string): HandValue => ({
  type: 1,
  write: () => chunk.utf16(text),
})
/** A Data element with a name, inside a definition. */
export const leaf = (chunk: HandChunk, name: string, write: () => void, dependency = 0xffff) =>
  chunk.element('Data', write, [['Name', () => chunk.text(name)]], dependency)
