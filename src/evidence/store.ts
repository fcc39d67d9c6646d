/**
 * The evidence store of a case: `<case>/evidence/ab/<sha256>`, named by content, read-only, never overwritten.
 * Bytes are first staged in `<case>/incoming/`; only whole, flushed and hashed files get a final name.
 */
import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  createReadStream,
  existsSync,
  linkSync,
  mkdirSync,
  renameSync,
  statSync,
  unlinkSync,
} from 'node:fs'
import { mkdir, open, readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { diskRefusal, systemErrorCode } from '../base/disk-trouble.ts'
import { assert, Cancelled, Refusal } from '../base/refusal.ts'
import type { EvidenceId } from '../domain/ids.ts'
import { flushFolder } from './folders.ts'

/** A file in `incoming/` that waits for its final name. */
export interface Staged {
  /** exists, empty, mode 0600; the caller opens it for writing and closes it before `commit` */
  readonly path: string
  /**
   * Flushes the file and gives it its final name. `id` must be the SHA-256 of what was written, `size` its length.
   * `already`: the same content was stored before; the staged copy is gone.
   */
  commit(id: EvidenceId, size: number): Promise<{ already: boolean }>
  /** Deletes the staged file. Harmless after `commit`. */
  discard(): Promise<void>
}

/** A staged file that was flushed by who wrote it. `id` must be the SHA-256 of what was written, `size` its length. */
export interface Flushed {
  readonly path: string
  readonly id: EvidenceId
  readonly size: number
}

export interface Admitted {
  readonly id: EvidenceId
  readonly size: number
  readonly already: boolean
}

export interface AdmitOptions {
  readonly signal?: AbortSignal
  /** called after each block with the number of bytes of that block */
  readonly onBytes?: (count: number) => void
  readonly maxBytes?: number
}

const hexId = /^[0-9a-f]{64}$/
/** Errors of file systems without hard links (exFAT, some network shares). */
const linkUnsupported = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK', 'EINVAL'])

export class EvidenceStore {
  readonly #evidence: string
  readonly #incoming: string
  readonly #readOnly: boolean
  /** folders below `evidence` that are there */
  readonly #made = new Set<string>()

  private constructor(caseDir: string, readOnly: boolean) {
    this.#evidence = join(caseDir, 'evidence')
    this.#incoming = join(caseDir, 'incoming')
    this.#readOnly = readOnly
  }

  /** Opens the store of a case folder and makes its folders (not when `readOnly`). Refuses when they cannot be made. */
  static async open(caseDir: string, options: { readOnly?: boolean } = {}): Promise<EvidenceStore> {
    const store = new EvidenceStore(caseDir, options.readOnly ?? false)
    if (!store.#readOnly) {
      try {
        await mkdir(store.#evidence, { recursive: true, mode: 0o700 })
        await mkdir(store.#incoming, { recursive: true, mode: 0o700 })
      } catch (error) {
        throw diskRefusal(error, 'opening the evidence store', caseDir)
      }
    }
    return store
  }

  /** A path in `incoming/` with a name nobody else has, for a caller that makes and flushes the file itself. */
  stagingPath(): string {
    if (this.#readOnly) {
      throw new Refusal(
        'evidence.store.read-only',
        'this case is read-only: nothing can be added to it',
        'Import the evidence into a new case.',
      )
    }
    return join(this.#incoming, `${randomBytes(16).toString('hex')}.part`)
  }

  /** A new empty file in `incoming/` with a name nobody else has. */
  async stage(): Promise<Staged> {
    const path = this.stagingPath()
    try {
      await (await open(path, 'wx', 0o600)).close()
    } catch (error) {
      throw diskRefusal(error, 'staging evidence', path)
    }
    return {
      path,
      commit: (id, size) => this.#commit(path, id, size),
      discard: () => this.discard(path),
    }
  }

  /**
   * Stores a stream of bytes: staged while hashed, then committed. Trouble with our own disk is a Refusal naming it;
   * what the stream itself throws is passed on unchanged. In both cases nothing is left behind.
   */
  async admit(bytes: AsyncIterable<Uint8Array>, options: AdmitOptions = {}): Promise<Admitted> {
    const staged = await this.stage()
    try {
      const hash = createHash('sha256')
      const file = await open(staged.path, 'r+').catch((error: unknown) => {
        throw diskRefusal(error, 'writing evidence', staged.path)
      })
      let size = 0
      try {
        for await (const block of bytes) {
          if (options.signal?.aborted) throw new Cancelled()
          size += block.length
          if (options.maxBytes !== undefined && size > options.maxBytes) {
            throw new Refusal(
              'evidence.item.too-large',
              `more than ${options.maxBytes} bytes arrived where at most that many were announced`,
              'Take the file out of its archive by other means and import it by itself.',
              { maxBytes: options.maxBytes },
            )
          }
          hash.update(block)
          await writeAll(file, block, staged.path)
          options.onBytes?.(block.length)
        }
        if (options.signal?.aborted) throw new Cancelled()
      } finally {
        await file.close()
      }
      const id = hash.digest('hex') as EvidenceId
      return { id, size, ...(await staged.commit(id, size)) }
    } catch (error) {
      await staged.discard()
      throw error
    }
  }

  /** Where the bytes of an item lie. The path is made of the hash alone. */
  pathOf(id: EvidenceId): string {
    assert(hexId.test(id), `an evidence id is 64 hex digits, not ${JSON.stringify(id)}`)
    return join(this.#evidence, id.slice(0, 2), id)
  }

  has(id: EvidenceId): boolean {
    return existsSync(this.pathOf(id))
  }

  /** Staging files of a killed import, by path. */
  async leftovers(): Promise<readonly string[]> {
    const names = await readdir(this.#incoming).catch((error: unknown) => {
      if (systemErrorCode(error) === 'ENOENT') return []
      throw diskRefusal(error, 'reading the staging folder', this.#incoming)
    })
    return names
      .filter((name) => name.endsWith('.part'))
      .sort()
      .map((name) => join(this.#incoming, name))
  }

  /** Deletes the staging files of a killed import; gives back how many. Call only while no import runs. */
  async sweep(): Promise<number> {
    const paths = await this.leftovers()
    for (const path of paths) await this.discard(path)
    return paths.length
  }

  /** Hashes the stored bytes again: false when they are not (any more) what the id says, or are gone. */
  async verify(id: EvidenceId, options: { signal?: AbortSignal } = {}): Promise<boolean> {
    const path = this.pathOf(id)
    try {
      return (await hashFile(path, options.signal)) === id
    } catch (error) {
      if (error instanceof Cancelled) throw error
      if (systemErrorCode(error) === 'ENOENT') return false
      throw diskRefusal(error, 'verifying evidence', path)
    }
  }

  async #commit(staged: string, id: EvidenceId, size: number): Promise<{ already: boolean }> {
    try {
      const file = await open(staged, 'r+')
      try {
        await file.sync()
      } finally {
        await file.close()
      }
    } catch (error) {
      await this.discard(staged)
      throw diskRefusal(error, 'storing evidence', this.pathOf(id))
    }
    const [already] = await this.placeFlushed([{ path: staged, id, size }])
    return { already: already === true }
  }

  /**
   * Gives staged files that are whole, hashed and flushed their final names, and flushes each folder once. Gives back for each
   * whether the same content was stored before. When one fails it and those behind it are gone; those before it are stored.
   */
  async placeFlushed(files: readonly Flushed[]): Promise<readonly boolean[]> {
    const already: boolean[] = []
    const folders = new Set<string>()
    let at: Flushed | undefined
    try {
      for (const file of files) {
        at = file
        const folder = join(this.#evidence, file.id.slice(0, 2))
        // a new folder is flushed itself and in the one above
        if (!this.#made.has(folder) && mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined)
          folders.add(this.#evidence)
        this.#made.add(folder)
        folders.add(folder)
        already.push(!(await this.#place(file)))
      }
      await Promise.all([...folders].map(flushFolder))
      return already
    } catch (error) {
      for (const { path } of files) await this.discard(path)
      throw diskRefusal(error, 'storing evidence', this.pathOf((at as Flushed).id))
    }
  }

  /**
   * False: the same content is stored already, and the staged copy is gone. It only changes names, at once: Node's threads, busy
   * with flushing what comes next, would keep each of these calls waiting for longer than it takes.
   */
  async #place({ path, id, size }: Flushed): Promise<boolean> {
    const final = this.pathOf(id)
    const { size: written } = statSync(path)
    assert(written === size, `staged ${written} bytes, committed as ${size}`)
    // Windows shares the read-only attribute between hard links and then refuses to unlink the staged one.
    if (process.platform !== 'win32') chmodSync(path, 0o444)
    const isNew = this.#rename(path, final)
    if (!isNew) await this.#confirmSame(final, id)
    else if (process.platform === 'win32') chmodSync(final, 0o444)
    try {
      unlinkSync(path)
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw error
    }
    return isNew
  }

  /** Gives `staged` the name `final` unless that name is taken. False: taken. Never overwrites. */
  #rename(staged: string, final: string): boolean {
    try {
      linkSync(staged, final)
      return true
    } catch (error) {
      const code = systemErrorCode(error)
      if (code === 'EEXIST') return false
      if (code === undefined || !linkUnsupported.has(code)) throw error
    }
    if (existsSync(final)) return false
    renameSync(staged, final)
    return true
  }

  /** The good copy in hand may only be dropped when the stored one still is what its name says. */
  async #confirmSame(final: string, id: EvidenceId): Promise<void> {
    if ((await hashFile(final)) === id) return
    throw new Refusal(
      'evidence.store.altered',
      `stored evidence no longer has the hash it was stored under: ${final}`,
      'Keep the case folder as it is for examination, and import the evidence into a new case.',
      { path: final, evidenceId: id, size: (await stat(final)).size },
    )
  }

  /** Deletes a staged file, if it is there. */
  async discard(path: string): Promise<void> {
    await unlink(path).catch(() => undefined)
  }
}

async function writeAll(file: Awaited<ReturnType<typeof open>>, block: Uint8Array, path: string) {
  try {
    for (let at = 0; at < block.length; ) {
      at += (await file.write(block, at, block.length - at)).bytesWritten
    }
  } catch (error) {
    throw diskRefusal(error, 'writing evidence', path)
  }
}

async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for await (const block of createReadStream(path, { highWaterMark: 1 << 20 })) {
    if (signal?.aborted) throw new Cancelled()
    hash.update(block as Uint8Array)
  }
  return hash.digest('hex')
}
