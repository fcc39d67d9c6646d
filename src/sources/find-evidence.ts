/**
 * Walks folders, loose files and archives and yields what is worth taking; whatever is left out is yielded as a
 * problem. Order is that of the names, so that the same source gives the same import every time.
 */
import { lstat, readdir, stat } from 'node:fs/promises'
import { basename, resolve, sep } from 'node:path'
import { systemErrorCode, troubleInWords } from '../base/disk-trouble.ts'
import { limits } from '../base/limits.ts'
import { bad, good, type Outcome } from '../base/outcome.ts'
import { Cancelled } from '../base/refusal.ts'
import type { Problem } from '../domain/problem.ts'
import { detect } from './detect.ts'
import { findInZip } from './find-in-zip.ts'
import { type FoundFile, sourceProblem } from './found-file.ts'
import { leftOut } from './left-out.ts'
import { type FilePath, hasLogChunk, readHead, readPlain, troubleOf } from './plain-file.ts'
import { ZipSource } from './zip-source.ts'

export { type FoundFile, SourceTrouble } from './found-file.ts'

export interface FindOptions {
  readonly signal?: AbortSignal | undefined
  readonly onFound?: ((file: FoundFile) => void) | undefined
  /** where large nested archives are unpacked for the time of the walk; the system's temporary folder by default */
  readonly scratchDir?: string | undefined
  /** opens encrypted entries of archives; never stored */
  readonly archivePassword?: string | undefined
}

export type Found = Outcome<FoundFile, Problem>

interface Walk extends FindOptions {
  entries: number
  readonly seen: Set<string>
}

/** All files worth taking below `paths`. Never throws but for Cancelled: everything else is a problem. */
export async function* findEvidence(
  paths: readonly string[],
  options: FindOptions = {},
): AsyncGenerator<Found> {
  const walk: Walk = { ...options, entries: 0, seen: new Set() }
  for (const path of paths) {
    for await (const found of fromPath(path, walk)) {
      if (found.ok) options.onFound?.(found.value)
      yield found
    }
  }
}

async function* fromPath(path: string, walk: Walk): AsyncGenerator<Found> {
  try {
    // What the operator names himself may be a link; below it links are not followed.
    const stats = await stat(path)
    if (stats.isDirectory()) yield* fromFolder(path, path, 0, walk)
    else if (stats.isFile()) yield* fromFile(path, path, true, walk)
    else yield bad(special(path, stats))
  } catch (error) {
    if (error instanceof Cancelled) throw error
    if (systemErrorCode(error) === 'ENOENT') {
      yield bad(
        sourceProblem('path.missing', path, 'There is no such file or folder; check the path.', 'error'),
      )
    } else yield bad(troubleOf(error, path).problem)
  }
}

async function* fromFolder(path: FilePath, origin: string, depth: number, walk: Walk): AsyncGenerator<Found> {
  if (depth > limits.folderDepth) {
    const what = `Folders are nested deeper than ${limits.folderDepth}; what lies below was left out. Import it by itself.`
    yield bad(sourceProblem('folder.too-deep', origin, what))
    return
  }
  let names: readonly Buffer[]
  try {
    names = await readdir(path, { encoding: 'buffer' })
  } catch (error) {
    const what = `The folder cannot be listed: ${troubleInWords(error)}. Nothing below it was taken.`
    yield bad(sourceProblem('folder.unreadable', origin, what, 'error'))
    return
  }
  for (const raw of [...names].sort(Buffer.compare)) {
    if (walk.signal?.aborted) throw new Cancelled()
    if (++walk.entries > limits.folderEntries) {
      if (walk.entries === limits.folderEntries + 1) {
        const what = `More than ${limits.folderEntries} files; from here on they were left out. Import smaller folders.`
        yield bad(sourceProblem('folder.too-many', origin, what, 'error'))
      }
      return
    }
    yield* fromFolderEntry(
      joined(path, raw),
      `${withoutEnd(origin)}${sep}${raw.toString('utf8')}`,
      depth,
      walk,
    )
  }
}

async function* fromFolderEntry(
  path: FilePath,
  origin: string,
  depth: number,
  walk: Walk,
): AsyncGenerator<Found> {
  try {
    const stats = await lstat(path)
    if (stats.isDirectory()) yield* fromFolder(path, origin, depth + 1, walk)
    else if (stats.isFile()) yield* fromFile(path, origin, false, walk)
    else yield bad(special(origin, stats))
  } catch (error) {
    if (error instanceof Cancelled) throw error
    yield bad(troubleOf(error, origin).problem)
  }
}

async function* fromFile(path: FilePath, origin: string, follow: boolean, walk: Walk): AsyncGenerator<Found> {
  const key = typeof path === 'string' ? resolve(path) : path.toString('latin1')
  if (walk.seen.has(key)) return
  walk.seen.add(key)
  const { head, size } = await readHead(path, origin, follow)
  let detection = detect(head)
  if (detection.kind === 'foreign' && detection.isUnknown && (await hasLogChunk(path, origin, follow)))
    detection = { kind: 'evtx' }
  if (detection.kind === 'zip') {
    if (typeof path !== 'string') {
      yield bad(
        sourceProblem(
          'file.unreadable',
          origin,
          'The name of this archive is not valid text; rename a copy.',
        ),
      )
      return
    }
    yield* findInZip(ZipSource.ofFile(path, walk.archivePassword), origin, walk)
    return
  }
  const left = leftOut(detection, origin)
  if (left) {
    yield bad(left)
    return
  }
  yield good({
    name:
      typeof path === 'string' ? basename(path) : path.subarray(path.lastIndexOf(sep) + 1).toString('utf8'),
    origin,
    kind: detection.kind as FoundFile['kind'],
    size,
    ...(typeof path === 'string' && { path: resolve(path) }),
    open: async () => readPlain(path, origin, follow),
  })
}

function special(where: string, stats: Awaited<ReturnType<typeof lstat>>): Problem {
  if (stats.isSymbolicLink()) {
    const what =
      'A link, which is not followed: it may lead out of the evidence. Import its target by itself if it belongs.'
    return sourceProblem('link.not-followed', where, what)
  }
  const kind = stats.isFIFO() ? 'a named pipe' : stats.isSocket() ? 'a socket' : 'a device'
  return sourceProblem('file.special', where, `Left out: ${kind}, not a regular file.`)
}

function joined(folder: FilePath, name: Buffer): FilePath {
  const text = name.toString('utf8')
  if (typeof folder === 'string' && Buffer.from(text).equals(name))
    return `${withoutEnd(folder)}${sep}${text}`
  const start = typeof folder === 'string' ? Buffer.from(withoutEnd(folder)) : folder
  return Buffer.concat([start, Buffer.from(sep), name])
}

const withoutEnd = (path: string) => (path.length > 1 && path.endsWith(sep) ? path.slice(0, -1) : path)
