/**
 * Writes a ZIP file so that a final name always stands for a whole archive: partial file, flush, look at it again, the
 * `.sha256` beside it, then link to the final name without overwriting and flush the folder (bundle.md §4.4).
 *
 * archiver neither rejects nor settles when a source fails or the disk is full (§4.3). So it never sees a failing
 * stream here: bytes are pushed into it by hand, the first trouble wins, and everything waits against that trouble.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { type FileHandle, link, open, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { PassThrough, Transform, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ZipArchive } from 'archiver'
import { diskRefusal, systemErrorCode } from '../base/disk-trouble.ts'
import { assert, Cancelled, Refusal } from '../base/refusal.ts'

/** One file of the archive. The next one is asked for only when this one is written. */
export interface ZipPart {
  /** path inside the archive: relative, `/` between folders, ASCII */
  readonly name: string
  readonly bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

export interface WrittenZip {
  readonly path: string
  /** `<path>.sha256`, in the form of `sha256sum`, where one was wanted */
  readonly sidecar: string
  readonly sha256: string
  /** bytes of the archive */
  readonly size: number
}

export interface WriteZipOptions {
  /** date of every entry, written in UTC */
  readonly at: Date
  /** deflate level, 1 by default: 14 to 1 on event logs at little cost */
  readonly level?: number
  readonly signal?: AbortSignal | undefined
  /** false: no `.sha256` is written beside it */
  readonly sidecar?: boolean
  /** called with each finished partial file before it gets its final name; what it throws stops the archive */
  readonly inspect?: ((partial: { path: string; sha256: string; size: number }) => Promise<void>) | undefined
}

const linkUnsupported = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK', 'EINVAL'])

/**
 * Writes `target` from `parts`, in their order. Rejects with the first cause: what a part's bytes threw, Cancelled, or a
 * Refusal about our disk; then neither `target` nor a partial file is left. Never overwrites.
 */
export async function writeZip(
  target: string,
  parts: AsyncIterable<ZipPart>,
  options: WriteZipOptions,
): Promise<WrittenZip> {
  const partial = join(dirname(target), `.${basename(target)}.partial`)
  const sidecar = `${target}.sha256`
  for (const path of options.sidecar === false ? [target] : [target, sidecar])
    if (existsSync(path)) throw taken(path)
  const file = await open(partial, 'wx', 0o644).catch((error: unknown) => {
    if (systemErrorCode(error) === 'EEXIST') throw taken(partial)
    throw diskRefusal(error, 'creating the archive', partial)
  })
  try {
    let written: { sha256: string; size: number }
    try {
      written = await pack(file, parts, options, target)
      await file.sync().catch((error: unknown) => {
        throw diskRefusal(error, 'writing the archive', target)
      })
    } finally {
      await file.close().catch(() => undefined)
    }
    await options.inspect?.({ path: partial, ...written })
    if (options.signal?.aborted) throw new Cancelled()
    // The hash first: an archive under its final name always has its hash beside it, whenever a run is killed.
    const hasSidecar = options.sidecar !== false
    if (hasSidecar) await writeHashBeside(sidecar, `${written.sha256}  ${basename(target)}\n`)
    await publishFile(partial, target).catch(async (error: unknown) => {
      if (hasSidecar) await unlink(sidecar).catch(() => undefined)
      throw error
    })
    return { path: target, sidecar, ...written }
  } catch (error) {
    await unlink(partial).catch(() => undefined)
    throw error
  }
}

async function pack(
  file: FileHandle,
  parts: AsyncIterable<ZipPart>,
  options: WriteZipOptions,
  target: string,
): Promise<{ sha256: string; size: number }> {
  const trouble = new FirstTrouble()
  const zip = new ZipArchive({ zlib: { level: options.level ?? 1, chunkSize: 1 << 16 } })
  zip.on('error', (error) => trouble.raise(error))
  zip.on('warning', (error) => trouble.raise(error))
  const cancel = () => trouble.raise(new Cancelled())
  options.signal?.addEventListener('abort', cancel, { once: true })
  if (options.signal?.aborted) cancel()
  const meter = new Meter()
  const sunk = pipeline(zip, meter, sinkOf(file, target)).catch((error: unknown) => trouble.raise(error))
  try {
    const names = new Set<string>()
    for await (const part of parts) {
      checkName(part.name, names)
      await addPart(zip, part, options.at, trouble)
    }
    const finalized = zip.finalize()
    finalized.catch((error: unknown) => trouble.raise(error))
    await trouble.orElse(finalized)
    // `finalize` may settle before the last bytes have reached the file.
    await trouble.orElse(sunk)
    if (trouble.cause) throw trouble.cause.error
    return { sha256: meter.hash.digest('hex'), size: meter.size }
  } catch (error) {
    trouble.raise(error)
    zip.abort()
    zip.destroy()
    await sunk
    throw trouble.cause ? trouble.cause.error : error
  } finally {
    options.signal?.removeEventListener('abort', cancel)
  }
}

/** Pushes the bytes of one part in by hand; returns when archiver has written the entry. */
async function addPart(zip: ZipArchive, part: ZipPart, at: Date, trouble: FirstTrouble): Promise<void> {
  const feed = new PassThrough({ highWaterMark: 1 << 20 })
  const entered = new Promise<void>((resolve) => {
    zip.once('entry', () => resolve())
  })
  zip.append(feed, { name: part.name, date: at, mode: 0o644 })
  try {
    for await (const block of part.bytes) {
      if (trouble.cause) throw trouble.cause.error
      if (block.length > 0 && !feed.write(block)) {
        await trouble.orElse(new Promise<void>((resolve) => feed.once('drain', () => resolve())))
      }
    }
  } catch (error) {
    trouble.raise(error)
    // Without an error of its own: archiver would throw it where nobody catches.
    feed.destroy()
    throw error
  }
  feed.end()
  await trouble.orElse(entered)
}

/** The first thing that went wrong; later ones are its consequences. */
class FirstTrouble {
  cause: { readonly error: unknown } | undefined
  readonly #raised = Promise.withResolvers<never>()

  constructor() {
    this.#raised.promise.catch(() => undefined)
  }

  raise(error: unknown): void {
    if (this.cause) return
    this.cause = { error }
    this.#raised.reject(error)
  }

  orElse<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#raised.promise])
  }
}

/** Counts and hashes what goes to the file. */
class Meter extends Transform {
  readonly hash = createHash('sha256')
  size = 0

  override _transform(block: Buffer, _encoding: string, done: (error: null, block: Buffer) => void): void {
    this.hash.update(block)
    this.size += block.length
    done(null, block)
  }
}

/** Names the trouble itself: the pipeline hands it to archiver before anybody else sees it. */
function sinkOf(file: FileHandle, target: string): Writable {
  return new Writable({
    highWaterMark: 1 << 20,
    write(block: Buffer, _encoding, done) {
      writeAll(file, block).then(
        () => done(),
        (error: unknown) => done(diskRefusal(error, 'writing the archive', target) as Error),
      )
    },
  })
}

async function writeAll(file: FileHandle, block: Uint8Array): Promise<void> {
  for (let at = 0; at < block.length; ) at += (await file.write(block, at)).bytesWritten
}

/** archiver silently rewrites odd names; two could become one. They are a bug of ours. */
function checkName(name: string, names: Set<string>): void {
  assert(/^[\x21-\x7e]+$/.test(name), `archive name ${JSON.stringify(name)}`)
  const parts = name.split('/')
  assert(
    !/[\\:]/.test(name) && parts.every((part) => part !== '' && part !== '.' && part !== '..'),
    `archive name ${JSON.stringify(name)}`,
  )
  assert(!names.has(name.toLowerCase()), `archive name twice: ${name}`)
  names.add(name.toLowerCase())
}

/** Gives the partial file its final name, unless that name is taken. */
export async function publishFile(partial: string, target: string): Promise<void> {
  try {
    try {
      await link(partial, target)
      await unlink(partial)
    } catch (error) {
      const code = systemErrorCode(error)
      if (code === undefined || !linkUnsupported.has(code) || existsSync(target)) throw error
      await rename(partial, target)
    }
    await flushFolder(dirname(target))
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') throw taken(target)
    throw diskRefusal(error, 'naming the archive', target)
  }
}

/** Writes a small file beside an archive, whole or not at all; replaces one of that name. */
export async function writeHashBeside(path: string, text: string): Promise<void> {
  const partial = join(dirname(path), `.${basename(path)}.partial`)
  try {
    const file = await open(partial, 'w', 0o644)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(partial, path)
    await flushFolder(dirname(path))
  } catch (error) {
    await unlink(partial).catch(() => undefined)
    throw diskRefusal(error, 'writing the hash file beside the archive', path)
  }
}

/** Flushes a folder's entries; Windows has no such call and journals names by itself. */
async function flushFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** That a name is taken: nothing is ever overwritten. */
export function taken(path: string): Refusal {
  return new Refusal(
    'archive.target.exists',
    `there is a file of that name already, and it is never overwritten: ${path}`,
    'Choose another folder, or move the existing file away.',
    { path },
  )
}
