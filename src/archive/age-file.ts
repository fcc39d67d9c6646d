/**
 * An age file as if it were plain: bytes are decrypted where they are read and nowhere kept. So an encrypted bundle is checked
 * and opened without a readable copy of it ever lying on a disk.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { diskRefusal } from '../base/disk-trouble.ts'
import { Refusal } from '../base/refusal.ts'
import {
  AgeDamage,
  type AgeKeys,
  chunkBytes,
  headerLength,
  isForPassphrase,
  largestHeader,
  openAgeStart,
  openChunk,
  sealedChunkBytes,
  tagBytes,
} from './age-payload.ts'
import type { ByteSource } from './byte-source.ts'

const firstLine = 'age-encryption.org/v1\n'
const armourLine = '-----BEGIN AGE ENCRYPTED FILE-----'
/** chunks kept: an archive is read in order, its list of contents at the end */
const keptChunks = 16

/** `passphrase` and `keys`: what opens it; undefined: the file is not encrypted with age. Refuses an unreadable file. */
export async function ageKindOf(path: string): Promise<'passphrase' | 'keys' | undefined> {
  const start = await startOf(path, 200)
  const text = Buffer.from(start).toString('latin1')
  if (text.startsWith(armourLine))
    throw new Refusal(
      'bundle.encryption.armoured',
      `the file is age in its text form, which is not read: ${path}`,
      'Turn it into the binary form first (age -d, or ask the sender for the file without -a).',
    )
  if (!text.startsWith(firstLine)) return undefined
  return isForPassphrase(start) ? 'passphrase' : 'keys'
}

export class AgeFile implements ByteSource {
  /** of the plain bytes */
  readonly size: number
  readonly #file: FileHandle
  readonly #path: string
  readonly #key: Uint8Array
  readonly #payloadAt: number
  readonly #sealedSize: number
  readonly #kept = new Map<number, Uint8Array>()

  private constructor(
    file: FileHandle,
    path: string,
    key: Uint8Array,
    payloadAt: number,
    sealedSize: number,
  ) {
    this.#file = file
    this.#path = path
    this.#key = key
    this.#payloadAt = payloadAt
    this.#sealedSize = sealedSize
    this.size = sealedSize - this.#chunkCount * tagBytes
  }

  /** Opens the header with one of the keys, and the last chunk: so a file that was cut is refused at once. */
  static async open(path: string, keys: AgeKeys): Promise<AgeFile> {
    const start = await startOf(path, largestHeader)
    const file = await open(path, 'r').catch((error: unknown) => {
      throw diskRefusal(error, 'opening the encrypted bundle', path)
    })
    try {
      headerLength(start)
      const { bytes, key } = await openAgeStart(start, keys)
      const { size } = await file.stat()
      const opened = new AgeFile(file, path, key, bytes.length, size - bytes.length)
      await opened.#chunk(opened.#chunkCount - 1)
      return opened
    } catch (error) {
      await file.close().catch(() => undefined)
      throw error instanceof Refusal ? error : ageRefusal(error)
    }
  }

  /** The same file once more, without opening its header anew: a passphrase costs a second each time. */
  async again(): Promise<AgeFile> {
    const file = await open(this.#path, 'r').catch((error: unknown) => {
      throw diskRefusal(error, 'opening the encrypted bundle', this.#path)
    })
    return new AgeFile(file, this.#path, this.#key, this.#payloadAt, this.#sealedSize)
  }

  get #chunkCount(): number {
    return Math.max(1, Math.ceil(this.#sealedSize / sealedChunkBytes))
  }

  /** `length` plain bytes from `at`, fewer at the end. Refuses where the file was changed. */
  async read(at: number, length: number): Promise<Uint8Array> {
    const end = Math.min(at + length, this.size)
    const blocks: Uint8Array[] = []
    for (let from = at; from < end; ) {
      const index = Math.floor(from / chunkBytes)
      const chunk = await this.#chunk(index)
      const block = chunk.subarray(from - index * chunkBytes, end - index * chunkBytes)
      if (block.length === 0) throw ageRefusal(new AgeDamage('the file is shorter than it was'))
      blocks.push(block)
      from += block.length
    }
    return blocks.length === 1 ? (blocks[0] as Uint8Array) : Buffer.concat(blocks)
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  async #chunk(index: number): Promise<Uint8Array> {
    const kept = this.#kept.get(index)
    if (kept) return kept
    const isLast = index === this.#chunkCount - 1
    const from = index * sealedChunkBytes
    const sealed = Buffer.alloc(Math.max(0, Math.min(sealedChunkBytes, this.#sealedSize - from)))
    let got = 0
    try {
      while (got < sealed.length) {
        const { bytesRead } = await this.#file.read(
          sealed,
          got,
          sealed.length - got,
          this.#payloadAt + from + got,
        )
        if (bytesRead === 0) break
        got += bytesRead
      }
    } catch (error) {
      throw diskRefusal(error, 'reading the encrypted bundle', this.#path)
    }
    let plain: Uint8Array
    try {
      plain = openChunk(this.#key, index, isLast, sealed.subarray(0, got))
    } catch (error) {
      throw ageRefusal(error)
    }
    if (this.#kept.size >= keptChunks) this.#kept.delete(this.#kept.keys().next().value as number)
    this.#kept.set(index, plain)
    return plain
  }
}

/** What a failed decryption means to a person. */
export function ageRefusal(error: unknown): Refusal {
  const message = error instanceof Error ? error.message : String(error)
  const isWrongKey = /identit|passphrase/i.test(message)
  return new Refusal(
    isWrongKey ? 'bundle.decryption.no-key' : 'bundle.decryption.damaged',
    isWrongKey
      ? 'none of the keys given opens this file'
      : `the encrypted file is damaged, cut or no age file (${message})`,
    isWrongKey
      ? 'Give the identity whose public line the sender used, or the passphrase.'
      : 'Compare its SHA-256 with the sender and ask for a new copy. Nothing of it was kept.',
  )
}

async function startOf(path: string, length: number): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r')
    try {
      const bytes = Buffer.alloc(length)
      let got = 0
      for (;;) {
        const { bytesRead } = await file.read(bytes, got, length - got, got)
        got += bytesRead
        if (bytesRead === 0 || got === length) return bytes.subarray(0, got)
      }
    } finally {
      await file.close()
    }
  } catch (error) {
    throw diskRefusal(error, 'opening the bundle', path)
  }
}
