/**
 * What foreign collectors leave: where a file lay on the host, told from where it lies in the collection, and the logs they
 * keep of their own work, with hashes of what they copied. Recognised by content and layout, never by a name alone.
 */

import type { ByteSource } from '../evtx/byte-source.ts'
import { csvCells, csvForm, csvRows, decodeRow } from '../tables/split-csv.ts'
import { jsonForm, jsonPieces } from '../tables/split-json.ts'

export interface CollectorLog {
  readonly tool: 'velociraptor' | 'kape'
  /** `hashes`: lists files with a hash; `uploads`: lists files; `messages`: what it said meanwhile; `settings`: what it was asked */
  readonly kind: 'hashes' | 'uploads' | 'messages' | 'settings'
}

/** The collector's log these first bytes begin; undefined for anything else. */
export function detectCollectorLog(head: Uint8Array): CollectorLog | undefined {
  const text = new TextDecoder()
    .decode(head.subarray(0, 512))
    .replace(/^\ufeff/, '')
    .trimStart()
  const columns = text.startsWith('{') ? keysOf(head) : csvColumns(head)
  const has = (...names: readonly string[]) => names.every((name) => columns.has(name))
  if (has('SourceFile', 'SourceFileSha256')) return { tool: 'velociraptor', kind: 'hashes' }
  if (has('vfs_path', '_Components')) return { tool: 'velociraptor', kind: 'uploads' }
  if (has('client_time', 'level', 'message')) return { tool: 'velociraptor', kind: 'messages' }
  if (has('session_id', 'request', 'create_time')) return { tool: 'velociraptor', kind: 'settings' }
  if (has('SourceFile', 'SourceFileSha1')) return { tool: 'kape', kind: 'hashes' }
  return undefined
}

/**
 * Path on the host, `C:\Windows\System32\Tasks\x`, of a file that lies at `origin` in a collection: Velociraptor's escaped
 * folders, drive letters as folders (KAPE, CyLR), or a folder tree with `Windows` in it. Undefined when nothing tells.
 */
export function originalPath(origin: string): string | undefined {
  const parts = origin.split(/[\\/!]/).filter((part) => part !== '')
  const upload = parts.lastIndexOf('uploads')
  const inVelociraptor =
    upload >= 0 && /^(?:auto|ntfs|file|lazy_ntfs|mft|ntfs_vss|lazy_file)$/.test(parts[upload + 1] ?? '')
  if (inVelociraptor) {
    const inside = parts.slice(upload + 2).map(unescaped)
    const [device, ...rest] = inside
    const drive = /([A-Za-z]:)$/.exec(device ?? '')?.[1]
    return drive ? `${drive.toUpperCase()}\\${rest.join('\\')}` : undefined
  }
  const drive = parts.findIndex((part, i) => /^[A-Za-z](?::|%3A)?$/.test(part) && looksLikeRoot(parts[i + 1]))
  if (drive >= 0)
    return `${(parts[drive] as string)[0]?.toUpperCase()}:\\${parts
      .slice(drive + 1)
      .map(unescaped)
      .join('\\')}`
  const windows = parts.findIndex(
    (part, i) => /^windows$/i.test(part) && /^(system32|tasks)$/i.test(parts[i + 1] ?? ''),
  )
  return windows >= 0 ? `C:\\${parts.slice(windows).join('\\')}` : undefined
}

const looksLikeRoot = (name: string | undefined) =>
  name !== undefined && /^(windows|users|programdata|program files.*|\$.*|winnt)$/i.test(name)

function unescaped(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

export interface CopiedFile {
  /** path on the host, as the collector wrote it, in capitals and without device prefix */
  readonly key: string
  readonly path: string
  readonly algorithm: 'sha256' | 'sha1'
  /** hex in small letters */
  readonly hash: string
}

/** The same file is written as `\\.\C:\x` and `C:\x`. */
export const pathKey = (path: string): string => path.replace(/^\\\\[.?]\\/, '').toUpperCase()

/** Files a log lists with their hashes; rows that tell none are passed over. */
export function* copiedFiles(source: ByteSource): Generator<CopiedFile> {
  for (const row of rowsOf(source)) {
    const path = row.get('SourceFile')
    const sha256 = row.get('SourceFileSha256')?.toLowerCase()
    const sha1 = row.get('SourceFileSha1')?.toLowerCase()
    if (!path) continue
    const key = pathKey(path)
    if (sha256 && /^[0-9a-f]{64}$/.test(sha256)) yield { key, path, algorithm: 'sha256', hash: sha256 }
    else if (sha1 && /^[0-9a-f]{40}$/.test(sha1)) yield { key, path, algorithm: 'sha1', hash: sha1 }
  }
}

function* rowsOf(source: ByteSource): Generator<ReadonlyMap<string, string>> {
  const head = new Uint8Array(65_536)
  const start = head.subarray(0, source.read(0, head))
  const isJson = new TextDecoder()
    .decode(start.subarray(0, 16))
    .replace(/^\ufeff/, '')
    .trimStart()
    .startsWith('{')
  if (isJson) {
    for (const piece of jsonPieces(source, jsonForm(start))) {
      const row = piece.ok ? parsed(piece.bytes) : undefined
      if (row) yield row
    }
    return
  }
  const form = csvForm(start)
  let columns: readonly string[] | undefined
  for (const piece of csvRows(source, form)) {
    if (!piece.ok) continue
    const cells = csvCells(decodeRow(piece.bytes, form.width), form.separator)
    if (!columns) columns = cells
    else yield new Map(columns.map((column, i) => [column, cells[i] ?? '']))
  }
}

function parsed(bytes: Uint8Array): ReadonlyMap<string, string> | undefined {
  try {
    const row = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>
    return new Map(Object.entries(row).map(([name, value]) => [name, typeof value === 'string' ? value : '']))
  } catch {
    return undefined
  }
}

function keysOf(head: Uint8Array): ReadonlySet<string> {
  const source = memory(head)
  for (const piece of jsonPieces(source, { skip: jsonForm(head).skip, depth: 0 })) {
    const row = piece.ok ? parsed(piece.bytes) : undefined
    if (row) return new Set(row.keys())
    break
  }
  // one large object that is longer than the head: its first names are enough
  const text = new TextDecoder().decode(head.subarray(0, 8192))
  return new Set([...text.matchAll(/^\s?"([A-Za-z_]{1,40})"\s*:/gm)].map((match) => match[1] as string))
}

function csvColumns(head: Uint8Array): ReadonlySet<string> {
  const form = csvForm(head)
  for (const row of csvRows(memory(head), form))
    return new Set(row.ok ? csvCells(decodeRow(row.bytes, form.width), form.separator) : [])
  return new Set()
}

const memory = (bytes: Uint8Array): ByteSource => ({
  size: bytes.length,
  read(position, into) {
    const part = bytes.subarray(position, position + into.length)
    into.set(part)
    return part.length
  },
})
