// One folder's entries, so that evidence can be chosen without a native dialog. Names are evidence text: they
// are handed on as they are, and the window escapes them.
import { opendir, stat } from 'node:fs/promises'
import path from 'node:path'
import { Refusal } from '../base/refusal.ts'

/** Entries shown of one folder. */
const mostShown = 2000
/** Names read of one folder before the rest is left unread: sorting needs them all, memory needs an end. */
const mostRead = 100_000
/** Stands for the list of drives, which Windows has no path for. */
export const drives = 'drives:'

export interface BrowseEntry {
  name: string
  path: string
  kind: 'folder' | 'file' | 'other'
  size: number
}
export interface Browsed {
  path: string
  parent: string | null
  entries: BrowseEntry[]
  /** there is more in the folder than is listed */
  cut: boolean
}

/**
 * Lists `wanted`: an absolute path, `~…` below `home`, or empty for `home` itself. Folders come first, then by
 * name. Refuses what is no folder or can not be read.
 */
export async function browse(wanted: string, home: string): Promise<Browsed> {
  if (wanted === drives && process.platform === 'win32') return listDrives()
  const folder = path.resolve(absolute(wanted, home))
  const names: { name: string; isFolder: boolean }[] = []
  let cut = false
  try {
    for await (const entry of await opendir(folder)) {
      if (names.length >= mostRead) {
        cut = true
        break
      }
      names.push({ name: entry.name, isFolder: entry.isDirectory() })
    }
  } catch (error) {
    throw unreadable(folder, error)
  }
  names.sort((a, b) => Number(b.isFolder) - Number(a.isFolder) || compare(a.name, b.name))
  if (names.length > mostShown) cut = true
  const entries = await Promise.all(
    names.slice(0, mostShown).map(({ name }) => look(name, path.join(folder, name))),
  )
  // a link to a folder is a folder, which only the look through it tells
  entries.sort((a, b) => Number(b.kind === 'folder') - Number(a.kind === 'folder') || compare(a.name, b.name))
  return { path: folder, parent: parentOf(folder), entries, cut }
}

const compare = (a: string, b: string): number => {
  const [lowA, lowB] = [a.toLowerCase(), b.toLowerCase()]
  if (lowA !== lowB) return lowA < lowB ? -1 : 1
  return a < b ? -1 : Number(a > b)
}

function absolute(wanted: string, home: string): string {
  if (wanted === '' || wanted === '~') return home
  if (/^~[/\\]/.test(wanted)) return path.join(home, wanted.slice(2))
  if (path.isAbsolute(wanted) && !wanted.includes('\0')) return wanted
  throw new Refusal(
    'files.path.relative',
    `Not a full path: ${JSON.stringify(wanted)}.`,
    'Type the path from the drive or root on.',
    { path: wanted },
  )
}

function parentOf(folder: string): string | null {
  const parent = path.dirname(folder)
  if (parent !== folder) return parent
  return process.platform === 'win32' ? drives : null
}

async function look(name: string, full: string): Promise<BrowseEntry> {
  const found = await stat(full).catch(() => undefined)
  const kind = found?.isDirectory() ? 'folder' : found?.isFile() ? 'file' : 'other'
  return { name, path: full, kind, size: kind === 'file' ? (found?.size ?? 0) : 0 }
}

async function listDrives(): Promise<Browsed> {
  const letters = [...'CDEFGHIJKLMNOPQRSTUVWXYZ'].map((letter) => `${letter}:\\`)
  const found = await Promise.all(letters.map((root) => look(root, root)))
  return {
    path: drives,
    parent: null,
    entries: found.filter((entry) => entry.kind === 'folder'),
    cut: false,
  }
}

function unreadable(folder: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code
  const facts = { path: folder, errno: code ?? null }
  if (code === 'ENOTDIR')
    return new Refusal('files.folder.not-a-folder', `Not a folder: ${folder}`, 'Choose its folder.', facts)
  if (code === 'ENOENT')
    return new Refusal('files.folder.missing', `No such folder: ${folder}`, 'Check the path.', facts)
  if (code === 'EACCES' || code === 'EPERM')
    return new Refusal(
      'files.folder.denied',
      `Your account may not read ${folder}`,
      'Copy the evidence to a folder you may read, or start Tasktrail with an account that may.',
      facts,
    )
  return error
}
