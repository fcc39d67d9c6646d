/**
 * Reads ZIP archives in place, entry by entry, with everything a hostile archive may lie about checked by us:
 * yauzl only finds the central directory and the bytes. Names come as raw bytes; nobody here makes a path of them.
 */
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { crc32, createInflateRaw } from 'node:zlib'
import yauzl, { type Entry } from 'yauzl'
import { diskRefusal } from '../base/disk-trouble.ts'
import { Cancelled, Refusal } from '../base/refusal.ts'
import { type ByteSource, SourceReader } from './byte-source.ts'
import { DecryptionFailure, decryptEntry, WrongPassword } from './decrypt-zip.ts'

/** An entry as the central directory describes it: claims of whoever made the archive. */
export interface ZipEntry {
  /** name as raw bytes */
  readonly rawName: Uint8Array
  /** name decoded as its flags say (UTF-8 or code page 437), `\` turned into `/`; never used as a path */
  readonly name: string
  /** declared number of bytes after unpacking */
  readonly size: number
  readonly packedSize: number
  readonly method: number
  readonly encrypted: boolean
  readonly isFolder: boolean
  /** symbolic link, device, socket or FIFO of a Unix archive */
  readonly isSpecial: boolean
  readonly isSymlink: boolean
  readonly crc32: number
  /** offset of the local header */
  readonly offset: number
  readonly comment: Uint8Array
  /** general purpose bit flags of the central directory */
  readonly flags: number
  /** opaque: what the reader needs to find the bytes again */
  readonly source: Entry
}

/** The local header in front of an entry's bytes. */
export interface LocalHeader {
  readonly rawName: Uint8Array
  /** extra fields as raw bytes */
  readonly extra: Uint8Array
  readonly dataStart: number
  readonly flags: number
  readonly method: number
  readonly size: number
  readonly packedSize: number
}

/** What is wrong with one entry's bytes. Other entries may still be sound. */
export class EntryDamage extends Error {
  override readonly name = 'EntryDamage'
  readonly kind:
    | 'encrypted'
    | 'password'
    | 'method'
    | 'too-long'
    | 'too-short'
    | 'checksum'
    | 'unreadable'
    | 'trailing'
  constructor(kind: EntryDamage['kind'], message: string) {
    super(message)
    this.kind = kind
  }
}

export interface EntryReadOptions {
  readonly signal?: AbortSignal | undefined
  /** opens encrypted entries */
  readonly password?: string | undefined
  /** the entry's packed bytes may hold more than the deflate stream uses: then `trailing` is raised */
  readonly noTrailingBytes?: boolean
}

const reason = (error: unknown) => (error instanceof Error ? error.message : String(error))

export class ZipReader {
  readonly #zip: yauzl.ZipFile
  /** entries announced by the end record, before any was read */
  readonly entryCount: number
  /** bytes of the whole archive */
  readonly fileSize: number
  /** offset of the central directory */
  readonly directoryOffset: number
  readonly comment: Uint8Array

  private constructor(zip: yauzl.ZipFile) {
    this.#zip = zip
    this.entryCount = zip.entryCount
    this.fileSize = zip.fileSize
    // yauzl keeps its read position here; right after opening it is where the central directory starts.
    this.directoryOffset = Number(zip.readEntryCursor)
    this.comment = zip.comment as unknown as Uint8Array
    // An error that comes while nobody iterates must not end the process; readers get it from their own calls.
    zip.on('error', () => undefined)
  }

  /**
   * Opens an archive file, one in memory, or one whose bytes come from elsewhere (that stays open when this is closed).
   * Throws a Refusal `archive.zip.unreadable` when no archive is found.
   */
  static async open(from: string | Uint8Array | ByteSource): Promise<ZipReader> {
    const options = {
      autoClose: false,
      decodeStrings: false,
      lazyEntries: true,
      validateEntrySizes: false,
      strictFileNames: false,
    }
    if (typeof from !== 'string' && 'read' in from) {
      const reader = new SourceReader(from)
      const zip = yauzl.fromRandomAccessReaderPromise(reader, from.size, options)
      return new ZipReader(await zip.catch(unreadable('archive')))
    }
    if (typeof from !== 'string') {
      const bytes = Buffer.from(from.buffer, from.byteOffset, from.byteLength)
      return new ZipReader(await yauzl.fromBufferPromise(bytes, options).catch(unreadable('archive')))
    }
    const file = await open(from, 'r').catch((error: unknown) => {
      throw diskRefusal(error, 'opening the archive', from)
    })
    await file.close()
    return new ZipReader(await yauzl.openPromise(from, options).catch(unreadable(from)))
  }

  /**
   * All entries in the order of the central directory. Throws a Refusal `archive.zip.damaged` where the directory
   * itself cannot be read on; what came before stands. Can be walked once.
   */
  async *entries(): AsyncGenerator<ZipEntry> {
    const each = this.#zip.eachEntry()
    for (;;) {
      let step: IteratorResult<Entry>
      try {
        step = await each.next()
      } catch (error) {
        throw new Refusal(
          'archive.zip.damaged',
          `the archive's list of contents breaks off after ${this.#zip.entriesRead} of ${this.entryCount} entries: ${reason(error)}`,
          'Get the archive again from where it was made.',
          { read: this.#zip.entriesRead, announced: this.entryCount },
        )
      }
      if (step.done) return
      yield entryOf(step.value)
    }
  }

  /** Offset behind the last directory entry read: where the end records begin once `entries` is through. */
  get directoryEnd(): number {
    return Number(this.#zip.readEntryCursor)
  }

  /** Reads the local header of an entry. Throws EntryDamage when there is none where the directory says. */
  async localHeader(entry: ZipEntry): Promise<LocalHeader> {
    try {
      const header = await this.#zip.readLocalFileHeaderPromise(entry.source)
      return {
        rawName: header.fileName,
        extra: header.extraField,
        dataStart: header.fileDataStart,
        flags: header.generalPurposeBitFlag,
        method: header.compressionMethod,
        size: header.uncompressedSize,
        packedSize: header.compressedSize,
      }
    } catch (error) {
      throw new EntryDamage('unreadable', reason(error))
    }
  }

  /** `length` raw bytes of the archive from `start`, at most as many as there are. */
  async rawBytes(start: number, length: number): Promise<Uint8Array> {
    const end = Math.min(start + length, this.fileSize)
    if (end <= start) return new Uint8Array()
    const reader = (this.#zip as unknown as { reader: yauzl.RandomAccessReader }).reader
    const blocks: Uint8Array[] = []
    for await (const block of reader.createReadStream({ start, end })) blocks.push(block as Uint8Array)
    return Buffer.concat(blocks)
  }

  /**
   * The unpacked bytes of an entry, streamed in blocks. Never more than the declared size: a lie ends it with
   * EntryDamage, as do a wrong checksum, encryption and unknown methods. Stop early by leaving the loop.
   */
  async *read(entry: ZipEntry, options: EntryReadOptions = {}): AsyncGenerator<Uint8Array> {
    const { password } = options
    if (entry.encrypted && password === undefined)
      throw new EntryDamage('encrypted', 'the entry is encrypted')
    const stream = await this.#zip
      .openReadStreamPromise(entry.source, { decodeFileData: false })
      .catch((error: unknown) => {
        throw new EntryDamage('unreadable', reason(error))
      })
    const plain = entry.encrypted && password !== undefined ? decrypted(entry, stream, password) : undefined
    const method = plain?.method ?? entry.method
    if (method !== 0 && method !== 8) {
      stream.destroy()
      throw new EntryDamage('method', `the entry is packed with method ${method}`)
    }
    const packed = plain ? Readable.from(plain.bytes, { objectMode: false }) : stream
    let size = 0
    let sum = 0
    for await (const block of method === 8 ? inflated(packed, entry, options) : stored(packed)) {
      if (options.signal?.aborted) throw new Cancelled()
      size += block.length
      if (size > entry.size) {
        throw new EntryDamage('too-long', `more bytes than the ${entry.size} the archive declares`)
      }
      sum = crc32(block, sum)
      yield block
    }
    if (size < entry.size) {
      throw new EntryDamage('too-short', `only ${size} of the ${entry.size} bytes the archive declares`)
    }
    const hasChecksum = plain?.hasChecksum ?? true
    if (hasChecksum && sum !== entry.crc32)
      throw new EntryDamage('checksum', 'the checksum (CRC-32) does not fit the bytes')
  }

  /** At most `limit` bytes from the start of an entry, for telling what it is. Checks nothing beyond them. */
  async head(entry: ZipEntry, limit: number, options: EntryReadOptions = {}): Promise<Uint8Array> {
    const blocks: Uint8Array[] = []
    let size = 0
    for await (const block of this.read(entry, options)) {
      blocks.push(block.subarray(0, limit - size))
      size += block.length
      if (size >= limit) break
    }
    return Buffer.concat(blocks)
  }

  close(): void {
    this.#zip.close()
  }
}

function unreadable(where: string) {
  return (error: unknown): never => {
    const refusal = diskRefusal(error, 'opening the archive', where)
    if (refusal instanceof Refusal) throw refusal
    throw new Refusal(
      'archive.zip.unreadable',
      `not a readable ZIP archive: ${reason(error)}`,
      'The copy is probably incomplete: copy it again and compare its size and hash with the original.',
      { path: where },
    )
  }
}

function entryOf(source: Entry): ZipEntry {
  const raw = source.fileNameRaw
  const unixMode = source.versionMadeBy >> 8 === 3 ? source.externalFileAttributes >>> 16 : 0
  const type = unixMode & 0o170000
  const name = yauzl.getFileNameLowLevel(source.generalPurposeBitFlag, raw, source.extraFields, false)
  return {
    rawName: raw,
    name,
    size: source.uncompressedSize,
    packedSize: source.compressedSize,
    method: source.compressionMethod,
    encrypted: (source.generalPurposeBitFlag & 1) !== 0,
    isFolder: name.endsWith('/') || type === 0o040000,
    isSpecial: type !== 0 && type !== 0o100000 && type !== 0o040000,
    isSymlink: type === 0o120000,
    crc32: source.crc32,
    offset: source.relativeOffsetOfLocalHeader,
    comment: source.fileCommentRaw,
    flags: source.generalPurposeBitFlag,
    source,
  }
}

function decrypted(entry: ZipEntry, stream: Readable, password: string) {
  const { method, packedSize, crc32: sum, flags, source } = entry
  const extra = source.extraFields.map(({ id, data }) => ({ id, data }))
  const about = { method, packedSize, crc32: sum, flags, modifiedTime: source.lastModFileTime, extra }
  try {
    const plain = decryptEntry(about, stream, password)
    return { ...plain, bytes: asDamage(plain.bytes) }
  } catch (error) {
    stream.destroy()
    throw damageOf(error)
  }
}

async function* asDamage(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes
  } catch (error) {
    throw damageOf(error)
  }
}

function damageOf(error: unknown): EntryDamage {
  if (error instanceof WrongPassword) return new EntryDamage('password', error.message)
  if (error instanceof DecryptionFailure) return new EntryDamage('checksum', error.message)
  return error instanceof EntryDamage ? error : new EntryDamage('unreadable', reason(error))
}

async function* stored(packed: Readable): AsyncGenerator<Uint8Array> {
  try {
    for await (const block of packed) yield block as Uint8Array
  } catch (error) {
    throw damageOf(error)
  }
}

async function* inflated(
  packed: Readable,
  entry: ZipEntry,
  options: EntryReadOptions,
): AsyncGenerator<Uint8Array> {
  const inflate = createInflateRaw({ chunkSize: Math.min(1 << 18, Math.max(entry.size, 1 << 12)) })
  packed.on('error', (error: Error) => inflate.destroy(error))
  packed.pipe(inflate)
  try {
    for await (const block of inflate) yield block as Uint8Array
  } catch (error) {
    throw error instanceof EntryDamage ? error : new EntryDamage('unreadable', reason(error))
  } finally {
    packed.unpipe(inflate)
    packed.destroy()
    inflate.destroy()
  }
  if (options.noTrailingBytes && inflate.bytesWritten < entry.packedSize) {
    const extra = entry.packedSize - inflate.bytesWritten
    throw new EntryDamage('trailing', `${extra} bytes lie hidden behind the packed content`)
  }
}

/** SHA-256 of a whole file, streamed. */
export async function hashFile(
  path: string,
  options: { signal?: AbortSignal | undefined; onBytes?: ((count: number) => void) | undefined } = {},
): Promise<string> {
  const hash = createHash('sha256')
  const file = await open(path, 'r').catch((error: unknown) => {
    throw diskRefusal(error, 'reading', path)
  })
  try {
    for await (const block of file.createReadStream({ highWaterMark: 1 << 20, autoClose: false })) {
      if (options.signal?.aborted) throw new Cancelled()
      hash.update(block as Uint8Array)
      options.onBytes?.((block as Uint8Array).length)
    }
  } catch (error) {
    throw diskRefusal(error, 'reading', path)
  } finally {
    await file.close().catch(() => undefined)
  }
  return hash.digest('hex')
}
