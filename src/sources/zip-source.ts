/** One ZIP archive kept open while somebody reads it, and opened again when somebody comes back later. */
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EntryDamage, type ZipEntry, ZipReader } from '../archive/read-zip.ts'

/** Where the archive's bytes are, and how to clear them away. */
interface Loaded {
  readonly from: string | Uint8Array
  dispose(): Promise<void>
}

/** Nested archives up to this size stay in memory, larger ones go through a private scratch file. */
const memoryBytes = 32 << 20
/** A nested archive beyond this is left out. */
export const nestedArchiveBytes = 8 * 2 ** 30

export class ZipSource {
  readonly #load: () => Promise<Loaded>
  /** opens encrypted entries of this archive and of those inside it */
  readonly password: string | undefined
  #users = 0
  #opening: Promise<{ reader: ZipReader; loaded: Loaded }> | undefined

  private constructor(load: () => Promise<Loaded>, password: string | undefined) {
    this.#load = load
    this.password = password
  }

  static ofFile(path: string, password?: string): ZipSource {
    return new ZipSource(async () => ({ from: path, dispose: async () => undefined }), password)
  }

  /** An archive that is an entry of another one. `scratchDir` takes a private copy when it is large. */
  static ofEntry(outer: ZipSource, entry: ZipEntry, scratchDir: string | undefined): ZipSource {
    return new ZipSource(async () => {
      const reader = await outer.use()
      try {
        return await unpack(reader, entry, scratchDir ?? tmpdir(), outer.password)
      } finally {
        await outer.release()
      }
    }, outer.password)
  }

  /** The open archive; every call needs one `release`. */
  async use(): Promise<ZipReader> {
    this.#users++
    this.#opening ??= this.#load().then(async (loaded) => {
      try {
        return { reader: await ZipReader.open(loaded.from), loaded }
      } catch (error) {
        await loaded.dispose()
        throw error
      }
    })
    try {
      return (await this.#opening).reader
    } catch (error) {
      this.#users--
      this.#opening = undefined
      throw error
    }
  }

  async release(): Promise<void> {
    this.#users--
    if (this.#users > 0 || this.#opening === undefined) return
    const opening = this.#opening
    this.#opening = undefined
    const { reader, loaded } = await opening
    reader.close()
    await loaded.dispose()
  }

  /** The bytes of an entry. Holds the archive open exactly as long as somebody reads. */
  async *read(entry: ZipEntry): AsyncGenerator<Uint8Array> {
    const reader = await this.use()
    try {
      yield* reader.read(entry, { password: this.password })
    } finally {
      await this.release()
    }
  }
}

async function unpack(
  reader: ZipReader,
  entry: ZipEntry,
  scratchDir: string,
  password: string | undefined,
): Promise<Loaded> {
  if (entry.size > nestedArchiveBytes) throw new EntryDamage('too-long', 'a nested archive of that size')
  if (entry.size <= memoryBytes) {
    const blocks: Uint8Array[] = []
    for await (const block of reader.read(entry, { password })) blocks.push(block)
    return { from: Buffer.concat(blocks), dispose: async () => undefined }
  }
  const folder = await mkdtemp(join(scratchDir, 'nested-'))
  const dispose = () => rm(folder, { recursive: true, force: true })
  try {
    const path = join(folder, 'archive')
    const file = await open(path, 'wx', 0o600)
    try {
      for await (const block of reader.read(entry, { password })) await file.writeFile(block)
    } finally {
      await file.close()
    }
    return { from: path, dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}
