/** TaskCache of one item of evidence: of a SOFTWARE hive, or as the live collector brought it (`tasktrail-task-cache/1`). */
import * as z from 'zod'
import { Hive, HiveError } from '../../registry/hive.ts'
import { type CacheKey, readTaskCache, type TaskCacheEntry } from '../../tasks/cache-tree.ts'
import { documentRows, takenAt } from './own-document.ts'
import { openPaged, type PagedSource } from './paged-source.ts'

export interface CacheTrouble {
  readonly code: string
  /** bytes from the start of the item */
  readonly offset: number
  readonly what: string
}
export interface CacheReading {
  readonly entries: readonly TaskCacheEntry[]
  /** keys may be missing: what is not there proves nothing */
  readonly isPartial: boolean
  /** said beside every conclusion; undefined when there is nothing to say */
  readonly caveat: string | undefined
  readonly takenAt: string | undefined
  readonly troubles: readonly CacheTrouble[]
}

const cachePath = 'Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache'
const mostTroubles = 200

export function readCacheOf(path: string, kind: 'registry-hive' | 'task-cache'): CacheReading {
  const source = openPaged(path)
  try {
    return kind === 'registry-hive' ? fromHive(source) : fromDocument(source)
  } finally {
    source.close()
  }
}

const nothing = (trouble: CacheTrouble): CacheReading => ({
  entries: [],
  isPartial: true,
  caveat: trouble.what,
  takenAt: undefined,
  troubles: [trouble],
})

function fromHive(source: PagedSource): CacheReading {
  let hive: Hive
  try {
    hive = new Hive(source)
  } catch (error) {
    if (!(error instanceof HiveError || error instanceof RangeError)) throw error
    const offset = error instanceof HiveError ? error.offset : 0
    return nothing({
      code: 'registry.hive.unreadable',
      offset,
      what: `${error.message.replace(/\.$/, '')}: nothing of this hive is read. Collect it again.`,
    })
  }
  const key = hive.key(cachePath)
  if (!key) {
    const missing = nothing({
      code: 'tasks.cache.missing',
      offset: 0,
      what: `The hive has no key ${cachePath}, or it cannot be read: it tells nothing about tasks.`,
    })
    return { ...missing, troubles: [...hive.problems, ...missing.troubles] }
  }
  const cache = readTaskCache(key)
  const isDamaged = hive.problems.some((problem) => problem.code !== 'registry.hive.dirty')
  const isDirty = hive.problems.some((problem) => problem.code === 'registry.hive.dirty')
  return finished(cache, {
    isPartial: isDamaged,
    caveat: isDirty
      ? 'The hive was being written when it was copied; changes that stand only in its .LOG files are not read.'
      : undefined,
    takenAt: undefined,
    troubles: hive.problems,
  })
}

function finished(
  cache: ReturnType<typeof readTaskCache>,
  known: Omit<CacheReading, 'entries'>,
): CacheReading {
  const troubles = [...known.troubles]
  if (cache.cut)
    troubles.push({
      code: 'tasks.cache.cut',
      offset: 0,
      what: 'TaskCache holds more than any real one, or leads in circles: only a part of it is read.',
    })
  if (!cache.hasTree || !cache.hasTasks)
    troubles.push({
      code: 'tasks.cache.missing',
      offset: 0,
      what: `TaskCache has no key ${cache.hasTree ? 'Tasks' : 'Tree'}: the two cannot be held against each other.`,
    })
  const isPartial = known.isPartial || cache.cut || !cache.hasTree || !cache.hasTasks
  return { ...known, entries: cache.entries, isPartial, troubles: troubles.slice(0, mostTroubles) }
}

const Row = z.looseObject({
  part: z.string().max(40),
  path: z.string().max(40_000),
  values: z
    .array(z.looseObject({ name: z.string().max(40_000), type: z.string().max(80), value: z.unknown() }))
    .max(100_000),
})

interface Node {
  readonly name: string
  offset: number
  values: readonly { readonly name: string; readonly bytes: Uint8Array }[]
  readonly below: Map<string, Node>
}
const node = (name: string): Node => ({ name, offset: 0, values: [], below: new Map() })
const kept: ReadonlySet<string> = new Set(
  'ID INDEX SD PATH URI AUTHOR DATE HASH ACTIONS DYNAMICINFO'.split(' '),
)
const mostNodes = 500_000
const deepest = 64
const mostBytes = 192 << 20

function fromDocument(source: PagedSource): CacheReading {
  const root = node('TaskCache')
  const troubles: CacheTrouble[] = []
  let nodes = 0
  let bytes = 0
  let isFull = false
  for (const piece of documentRows(source)) {
    const row = piece.ok ? Row.safeParse(piece.value) : undefined
    if (!piece.ok || !row?.success) {
      const what = piece.ok ? 'it does not describe a registry key' : piece.what
      if (troubles.length < mostTroubles)
        troubles.push({
          code: 'tasks.cache.malformed',
          offset: piece.offset,
          what: `A row cannot be used: ${what}.`,
        })
      continue
    }
    const { part, path, values } = row.data
    if (part !== 'tree' && part !== 'tasks') continue
    const names = [part, ...path.split('\\').filter(Boolean)]
    if (names.length > deepest || nodes > mostNodes || bytes > mostBytes) {
      isFull = true
      continue
    }
    let here = root
    for (const name of names) {
      const key = name.toUpperCase()
      let next = here.below.get(key)
      if (!next) {
        next = node(name)
        here.below.set(key, next)
        nodes++
      }
      here = next
    }
    here.offset = piece.offset
    here.values = values.flatMap(({ name, value }) => {
      if (!kept.has(name.toUpperCase())) return []
      const data = bytesOf(value)
      bytes += data.length
      return [{ name, bytes: data }]
    })
  }
  if (isFull)
    troubles.push({
      code: 'tasks.cache.cut',
      offset: 0,
      what: 'The document holds more keys than any real registry: the rest is not read.',
    })
  return finished(readTaskCache(keyOf(root)), {
    isPartial: troubles.length > 0,
    caveat: undefined,
    takenAt: takenAt(source),
    troubles,
  })
}

const keyOf = (from: Node): CacheKey => ({
  name: from.name,
  lastWritten: undefined,
  offset: from.offset,
  *subkeys() {
    for (const below of from.below.values()) yield keyOf(below)
  },
  *values() {
    for (const { name, bytes } of from.values) yield { name, type: 3, bytes }
  },
})

/** A value as the collector writes it, as the bytes the registry has: texts in UTF-16, numbers of four bytes. */
function bytesOf(value: unknown): Uint8Array {
  if (typeof value === 'string') return new Uint8Array(Buffer.from(value, 'utf16le'))
  if (typeof value === 'number' && Number.isInteger(value)) {
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setUint32(0, value >>> 0, true)
    return bytes
  }
  const base64 = (value as { base64?: unknown } | null)?.base64
  return typeof base64 === 'string'
    ? new Uint8Array(Buffer.from(base64.slice(0, 4 << 20), 'base64'))
    : new Uint8Array(0)
}
