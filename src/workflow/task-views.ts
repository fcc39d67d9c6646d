/**
 * What a case holds of tasks beside events: files, .job files, TaskCache from a hive or as collected, the service's own list. Each view
 * by host; one that cannot be read is told and costs itself only.
 */
import { readFileSync } from 'node:fs'
import * as z from 'zod'
import type { EvidenceEntry } from '../casefile/case-file.ts'
import type { EvidenceId } from '../domain/ids.ts'
import type { TaskReading } from '../domain/task.ts'
import { Hive } from '../registry/hive.ts'
import { type CacheKey, readTaskCache, type TaskCacheEntry } from '../tasks/cache-tree.ts'
import { type JobFile, readJobFile } from '../tasks/job-file.ts'
import { readTaskBytes, readTaskXml } from '../tasks/read-task.ts'
import { openFileSource } from './file-source.ts'
import type { OpenCase } from './open-case.ts'

export interface FoundFile {
  readonly path: string
  readonly name: string
  readonly evidenceId: string
  readonly bytes: Uint8Array
  readonly reading: TaskReading
}
export interface ListedTask {
  readonly path: string
  readonly evidenceId: string
  readonly reading: TaskReading | undefined
  /** local time of the host */
  readonly lastRun: string | undefined
  readonly lastResult: string | undefined
}
export interface HostViews {
  readonly files: FoundFile[]
  readonly jobs: { readonly path: string; readonly evidenceId: string; readonly job: JobFile }[]
  readonly cache: (TaskCacheEntry & { readonly evidenceId: string })[]
  readonly shown: ListedTask[]
  /** which views were collected at all: nothing is concluded from one that was not */
  readonly has: Set<'files' | 'cache' | 'shown'>
  readonly troubles: string[]
}

const emptyViews = (): HostViews => ({
  files: [],
  jobs: [],
  cache: [],
  shown: [],
  has: new Set(),
  troubles: [],
})
const longest = 64 << 20
const cachePath = 'Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache'

/** By host as the evidence names it; evidence without a host stands under `unknown host`. */
export function taskViews(open: OpenCase): ReadonlyMap<string, HostViews> {
  const byHost = new Map<string, HostViews>()
  const entries = [...open.casefile.evidence()].sort((a, b) => ((a.sha256 ?? '') < (b.sha256 ?? '') ? -1 : 1))
  for (const entry of entries) {
    const read = readers[entry.kind]
    if (!read || !entry.sha256 || entry.state !== 'complete') continue
    const host = entry.host ?? 'unknown host'
    const views = byHost.get(host) ?? emptyViews()
    byHost.set(host, views)
    try {
      if ((entry.size ?? 0) > longest && entry.kind !== 'registry-hive')
        throw new Error('it is larger than any list of tasks')
      read(views, entry, entry.sha256, open.store.pathOf(entry.sha256 as EvidenceId))
    } catch (error) {
      views.troubles.push(
        `${entry.name} could not be read: ${error instanceof Error ? error.message : error}`,
      )
    }
  }
  return byHost
}

type Reader = (views: HostViews, entry: EvidenceEntry, evidenceId: string, path: string) => void

const readers: Readonly<Record<string, Reader>> = {
  'task-xml': (views, entry, evidenceId, path) => {
    const bytes = new Uint8Array(readFileSync(path))
    const reading = readTaskBytes(bytes)
    const place = pathInTasksFolder(entry.origin)
    if (place !== undefined) views.has.add('files')
    const taskPath = place ?? reading.definition?.registration.uri ?? `\\${entry.name}`
    views.files.push({ path: taskPath, name: entry.name, evidenceId, bytes, reading })
  },
  'task-job': (views, entry, evidenceId, path) => {
    const job = readJobFile(new Uint8Array(readFileSync(path)))
    if (!job) throw new Error('it is no .job file')
    views.jobs.push({ path: `\\${entry.name.replace(/\.job$/i, '')}`, evidenceId, job })
    if (job.trouble) views.troubles.push(`${entry.name}: ${job.trouble}`)
  },
  'registry-hive': (views, entry, evidenceId, path) => {
    const source = openFileSource(path)
    try {
      const hive = new Hive(source)
      const key = hive.key(cachePath)
      if (key) {
        views.has.add('cache')
        takeCache(views, readTaskCache(key), evidenceId)
      }
      for (const { what, offset } of hive.problems)
        views.troubles.push(`${entry.name}, byte ${offset}: ${what}`)
    } finally {
      source.close()
    }
  },
  'task-cache': (views, _entry, evidenceId, path) => {
    const { keys } = CacheDocument.parse(JSON.parse(readFileSync(path, 'utf8')))
    views.has.add('cache')
    takeCache(views, readTaskCache(treeOf(keys)), evidenceId)
  },
  'task-list': (views, _entry, evidenceId, path) => {
    const { tasks } = ListDocument.parse(JSON.parse(readFileSync(path, 'utf8')))
    views.has.add('shown')
    for (const task of tasks)
      views.shown.push({
        path: task.path,
        evidenceId,
        reading: task.xml === null ? undefined : readTaskXml(task.xml),
        lastRun: task.lastRun ?? undefined,
        lastResult: task.lastResult ?? undefined,
      })
  },
}

function takeCache(views: HostViews, read: ReturnType<typeof readTaskCache>, evidenceId: string): void {
  for (const entry of read.entries) views.cache.push({ ...entry, evidenceId })
  if (read.cut) views.troubles.push('the registry holds more tasks than are read; the rest is left out')
}

/** `\folder\name` of a file below a folder `Tasks`, as Windows lays them out. */
export function pathInTasksFolder(origin: string): string | undefined {
  const parts = origin.split(/[\\/!]/)
  const at = parts.findLastIndex((part) => part.toLowerCase() === 'tasks')
  return at >= 0 && at < parts.length - 1 ? `\\${parts.slice(at + 1).join('\\')}` : undefined
}

const text = z.string().max(2 << 20)
const ListDocument = z.looseObject({
  schema: z.literal('tasktrail-task-list/1'),
  tasks: z
    .array(
      z.looseObject({
        path: z.string().max(4096),
        xml: text.nullable(),
        lastRun: z.string().max(64).nullish(),
        lastResult: z.string().max(64).nullish(),
      }),
    )
    .max(200_000),
})
const Bytes = z.object({ b64: z.base64() }).transform(({ b64 }) => new Uint8Array(Buffer.from(b64, 'base64')))
const CacheDocument = z.looseObject({
  schema: z.literal('tasktrail-task-cache/1'),
  keys: z
    .array(
      z.looseObject({
        part: z.string().max(40),
        path: z.string().max(4096),
        values: z
          .array(
            z.looseObject({
              name: z.string().max(4096),
              type: z.string().max(200),
              value: z.union([Bytes, text, z.number(), z.array(z.unknown()), z.null()]),
            }),
          )
          .max(100_000),
      }),
    )
    .max(1_000_000),
})
type CollectedKey = z.infer<typeof CacheDocument>['keys'][number]

interface Node extends CacheKey {
  readonly children: Map<string, Node>
  own: CollectedKey['values']
}

/** Keys by path as a tree again: `tree` and `tasks` below TaskCache. */
function treeOf(keys: readonly CollectedKey[]): CacheKey {
  const node = (name: string): Node => {
    const children = new Map<string, Node>()
    return {
      name,
      lastWritten: undefined,
      children,
      own: [],
      subkeys: () => children.values(),
      *values() {
        for (const { name: value, type, value: held } of this.own) {
          const bytes = bytesOf(held, type)
          if (bytes) yield { name: value, type: 0, bytes }
        }
      },
    }
  }
  const root = node('')
  for (const key of keys) {
    let at = root
    for (const name of [key.part, ...key.path.split('\\').filter(Boolean)]) {
      const id = name.toUpperCase()
      const next = at.children.get(id) ?? node(name)
      at.children.set(id, next)
      at = next
    }
    at.own = key.values
  }
  return root
}

function bytesOf(held: CollectedKey['values'][number]['value'], type: string): Uint8Array | undefined {
  if (held instanceof Uint8Array) return held
  if (typeof held === 'string' && /string/i.test(type))
    return new Uint8Array(Buffer.from(`${held}\0`, 'utf16le'))
  if (typeof held === 'string' && /binary/i.test(type)) return new Uint8Array(Buffer.from(held, 'base64'))
  if (held === null || Array.isArray(held)) return undefined
  const number = Number(held)
  if (!Number.isSafeInteger(number)) return undefined
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, number >>> 0, true)
  return bytes
}
