/**
 * What runs that were killed have left behind: partial archives and copies, cases that were never finished, hash files whose
 * archive never got its name. They are listed and offered; only the operator's word deletes them.
 */
import { lstat, readdir, readFile, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { diskRefusal } from '../base/disk-trouble.ts'
import { Refusal } from '../base/refusal.ts'

export interface Leftover {
  readonly path: string
  /** `partial`: a file that was being written; `opening`: a case that was being made; `hash`: a hash file without its archive */
  readonly kind: 'partial' | 'opening' | 'hash'
  readonly bytes: number
  /** last change, UTC */
  readonly changedAt: string
  /** changed so lately that a run may still be at it: it is not removed */
  readonly mayBeInUse: boolean
}

const quietMs = 2 * 60_000
const forms: readonly (readonly [RegExp, Leftover['kind'], 'file' | 'folder'])[] = [
  [/^\..+\.(?:zip|zip\.age|sha256|mjs|ps1|receipt\.json|sig)\.partial$/, 'partial', 'file'],
  [/^\..+\.opening-[0-9a-f]{8}$/, 'opening', 'folder'],
  [/^.+\.(?:zip|zip\.age)\.sha256$/, 'hash', 'file'],
]
/** names met in one folder that are looked at */
const mostNames = 10_000

/** Leftovers directly in these folders, by name. A folder that is not there has none. */
export async function findLeftovers(
  folders: readonly string[],
  now: () => Date = () => new Date(),
): Promise<readonly Leftover[]> {
  const found: Leftover[] = []
  for (const folder of new Set(folders)) {
    const names = (await readdir(folder).catch(() => [])).slice(0, mostNames).sort()
    for (const name of names) {
      const leftover = await leftoverAt(join(folder, name), now)
      if (leftover) found.push(leftover)
    }
  }
  return found
}

/** Deletes them. Refuses, before anything is deleted, a path that is no leftover or that a run may still be at. */
export async function removeLeftovers(
  paths: readonly string[],
  now: () => Date = () => new Date(),
): Promise<readonly Leftover[]> {
  const chosen: Leftover[] = []
  for (const path of paths) {
    const leftover = await leftoverAt(path, now)
    if (!leftover)
      throw new Refusal(
        'leftover.path.none',
        `not a leftover of an interrupted run: ${path}`,
        'List them again: tasktrail leftovers',
        { path },
      )
    if (leftover.mayBeInUse)
      throw new Refusal(
        'leftover.path.in-use',
        `changed within the last two minutes, a run may still be writing it: ${path}`,
        'Wait until that run has ended, then try again.',
        { path },
      )
    chosen.push(leftover)
  }
  for (const { path } of chosen)
    await rm(path, { recursive: true }).catch((error: unknown) => {
      throw diskRefusal(error, 'removing a leftover', path)
    })
  return chosen
}

async function leftoverAt(path: string, now: () => Date): Promise<Leftover | undefined> {
  const name = basename(path)
  const form = forms.find(([shape]) => shape.test(name))
  if (!form) return undefined
  const [, kind, what] = form
  const stats = await lstat(path).catch(() => undefined)
  if (!stats || !(what === 'file' ? stats.isFile() : stats.isDirectory())) return undefined
  if (kind === 'hash' && !(await isAlone(path, stats.size))) return undefined
  const changed = kind === 'opening' ? await lastChange(path) : stats.mtimeMs
  return {
    path,
    kind,
    bytes: kind === 'opening' ? await bytesBelow(path) : stats.size,
    changedAt: new Date(changed).toISOString(),
    mayBeInUse: now().getTime() - changed < quietMs,
  }
}

/** A hash file of ours (one line that names its archive) whose archive is not beside it. */
async function isAlone(path: string, size: number): Promise<boolean> {
  if (size > 1000) return false
  const archive = path.slice(0, -'.sha256'.length)
  const text = await readFile(path, 'latin1').catch(() => '')
  if (!/^[0-9a-f]{64} {2}/.test(text) || text.slice(66).trimEnd() !== basename(archive)) return false
  const names: readonly string[] = await readdir(dirname(path)).catch(() => [basename(archive)])
  return !names.includes(basename(archive))
}

async function entriesBelow(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}
const statsBelow = async (path: string) =>
  Promise.all((await entriesBelow(path)).slice(0, 100_000).map((file) => lstat(file).catch(() => undefined)))
const bytesBelow = async (path: string) =>
  (await statsBelow(path)).reduce((sum, stats) => sum + (stats?.size ?? 0), 0)
const lastChange = async (path: string) =>
  (await statsBelow(path)).reduce(
    (last, stats) => Math.max(last, stats?.mtimeMs ?? 0),
    (await lstat(path)).mtimeMs,
  )
