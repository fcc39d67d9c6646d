/** Everything the evidence shows of each task, sorted by host and path; what is large is read again when it is needed. */
import { closeSync, openSync, readSync } from 'node:fs'
import { limits } from '../../base/limits.ts'
import type { EvidenceEntry } from '../../casefile/case-file.ts'
import { hostKeys } from '../../chains/hosts.ts'
import { recorded } from '../../domain/absent.ts'
import { accountWords, describeEvent } from '../../domain/describe.ts'
import type { EvidenceId } from '../../domain/ids.ts'
import { type Citation, citationOf } from '../../domain/locator.ts'
import type { TaskReading } from '../../domain/task.ts'
import { typedEvent } from '../../events/typed-event.ts'
import type { TaskCacheEntry } from '../../tasks/cache-tree.ts'
import { type JobFile, readJobFile } from '../../tasks/job-file.ts'
import type { LifeDeed } from '../../tasks/lifetimes.ts'
import { readTaskBytes, readTaskXml } from '../../tasks/read-task.ts'
import type { OpenCase } from '../open-case.ts'
import { indexOfCase } from '../records/index-of-case.ts'
import { type ListedTask, listedTasks, xmlOfRow } from './listed-task.ts'
import { rowAt, takenAt } from './own-document.ts'
import { openPaged } from './paged-source.ts'
import { type CacheReading, readCacheOf } from './read-cache.ts'
import { type TaskEvent, taskEvents, treeKeyOf } from './task-events.ts'
import { jobPathOf, taskPathOf } from './task-paths.ts'

export interface TaskMark {
  /** FILETIME */
  readonly time: bigint
  readonly eventId: number
  readonly deed: LifeDeed
  readonly what: string
  readonly citation: Citation
  /** who did it, as the record of the audit names him */
  readonly account:
    | { readonly words: string; readonly sid: string | undefined; readonly name: string | undefined }
    | undefined
  /** the record should carry a definition */
  readonly hasDefinition: boolean
  /** result code as the task log has it */
  readonly result: string | undefined
  /** program the task log says was run */
  readonly program: string | undefined
  /** value below Tree that a registry record is about, and what was done to it */
  readonly treeValue: string | undefined
  readonly registryDeed: string | undefined
}
export interface FileSighting {
  readonly evidenceId: string
  readonly name: string
  readonly isFromTree: boolean
}
export interface CacheSighting {
  readonly evidenceId: string
  readonly takenAt: string | undefined
  readonly settled: boolean
  readonly entry: TaskCacheEntry
}
export interface ListSighting {
  readonly evidenceId: string
  readonly takenAt: string | undefined
  readonly task: ListedTask
}
export interface JobSighting {
  readonly evidenceId: string
  readonly name: string
}
export interface Sightings {
  readonly hostKey: string
  readonly host: string
  readonly path: string
  readonly marks: TaskMark[]
  readonly files: FileSighting[]
  readonly cache: CacheSighting[]
  readonly listed: ListSighting[]
  readonly jobs: JobSighting[]
}
export interface HostSources {
  readonly files: { readonly fromTree: number; readonly loose: number; readonly hasWindowsTasks: boolean }
  readonly caches: readonly (CacheReading & { readonly evidenceId: string; readonly kind: string })[]
  readonly lists: readonly {
    readonly evidenceId: string
    readonly takenAt: string | undefined
    readonly troubles: number
  }[]
  readonly jobs: number
  /** what of the views could not be read, in words that name the item */
  readonly troubles: readonly string[]
}
export interface AllSightings {
  readonly tasks: readonly Sightings[]
  readonly hosts: ReadonlyMap<string, { readonly name: string; readonly sources: HostSources }>
}

export const unknownHost = 'unknown host'

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] }
interface MutableSources {
  files: { fromTree: number; loose: number; hasWindowsTasks: boolean }
  caches: Mutable<HostSources>['caches']
  lists: Mutable<HostSources>['lists']
  jobs: number
  troubles: string[]
}

class Gathering {
  readonly #keys: ReadonlyMap<string, string>
  readonly tasks = new Map<string, Sightings>()
  readonly hosts = new Map<string, { name: string; sources: MutableSources }>()

  constructor(names: Iterable<string>) {
    this.#keys = hostKeys(names)
  }

  host(recordedName: string) {
    const key = this.#keys.get(recordedName) ?? recordedName.toLowerCase()
    let host = this.hosts.get(key)
    if (!host) {
      host = {
        name: recordedName.toLowerCase() === key ? recordedName : key,
        sources: {
          files: { fromTree: 0, loose: 0, hasWindowsTasks: false },
          caches: [],
          lists: [],
          jobs: 0,
          troubles: [],
        },
      }
      this.hosts.set(key, host)
    }
    return { key, ...host }
  }

  task(recordedName: string, path: string): Sightings {
    const host = this.host(recordedName)
    const key = `${host.key}\u0000${path.toLowerCase()}`
    let task = this.tasks.get(key)
    if (!task) {
      task = {
        hostKey: host.key,
        host: host.name,
        path,
        marks: [],
        files: [],
        cache: [],
        listed: [],
        jobs: [],
      }
      this.tasks.set(key, task)
    }
    return task
  }
}

/** Items in an order that does not depend on the order of import. */
const itemsOf = (open: OpenCase): readonly (EvidenceEntry & { readonly sha256: string })[] =>
  open.casefile
    .evidence()
    .filter(
      (entry): entry is EvidenceEntry & { sha256: string } => entry.state === 'complete' && !!entry.sha256,
    )
    .sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1))

/** @param only paths in lower case: of other tasks the records are not gathered, only what the other views show */
export function gatherSightings(open: OpenCase, only?: ReadonlySet<string>): AllSightings {
  const index = indexOfCase(open)
  const items = itemsOf(open)
  const recordedNames = index.segments.flatMap((segment) => segment.systems.map(({ computer }) => computer))
  const gathering = new Gathering([...recordedNames, ...items.map((item) => item.host ?? unknownHost)])
  for (const event of taskEvents(index, only)) {
    const path = event.kind === 'sysmon-registry' ? (treeKeyOf(event)?.path ?? '') : event.taskPath
    gathering.task(event.recordedComputer, path).marks.push(markOf(event))
  }
  for (const item of items) {
    const host = item.host ?? unknownHost
    const path = open.store.pathOf(item.sha256 as EvidenceId)
    const evidenceId = item.sha256
    const { sources } = gathering.host(host)
    if (item.kind === 'task-xml') {
      const place = taskPathOf(item.origin)
      const task = place?.path ?? readTaskFile(path).definition?.registration.uri ?? `\\${item.name}`
      const isFromTree = place?.isFromTree === true
      if (isFromTree) sources.files.fromTree++
      else sources.files.loose++
      if (isFromTree && /^\\microsoft\\windows\\/i.test(task)) sources.files.hasWindowsTasks = true
      gathering.task(host, task).files.push({ evidenceId, name: item.name, isFromTree })
    } else if (item.kind === 'task-job') {
      sources.jobs++
      gathering.task(host, jobPathOf(item.name)).jobs.push({ evidenceId, name: item.name })
    } else if (item.kind === 'registry-hive' || item.kind === 'task-cache') {
      const reading = readCacheOf(path, item.kind)
      for (const { what, offset } of reading.troubles)
        sources.troubles.push(`${item.name}, byte ${offset}: ${what}`)
      sources.caches.push({ ...reading, evidenceId, kind: item.kind })
      for (const entry of reading.entries)
        gathering.task(host, entry.path).cache.push({
          evidenceId,
          takenAt: reading.takenAt,
          settled: reading.caveat === undefined,
          entry,
        })
    } else if (item.kind === 'task-list') {
      const source = openPaged(path)
      try {
        const at = takenAt(source)
        let troubles = 0
        for (const piece of listedTasks(source)) {
          if (!piece.ok) {
            if (++troubles <= 200)
              sources.troubles.push(
                `${item.name}, byte ${piece.offset}: a task of the list cannot be used: ${piece.what}`,
              )
          } else
            gathering.task(host, piece.task.path).listed.push({ evidenceId, takenAt: at, task: piece.task })
        }
        sources.lists.push({ evidenceId, takenAt: at, troubles })
      } finally {
        source.close()
      }
    }
  }
  const order = (a: Sightings, b: Sightings) => {
    const x = `${a.host}\u0000${a.path}`
    const y = `${b.host}\u0000${b.path}`
    return x < y ? -1 : x > y ? 1 : 0
  }
  return { tasks: [...gathering.tasks.values()].sort(order), hosts: gathering.hosts }
}

const deeds: Readonly<Record<number, LifeDeed>> = {
  4698: 'created',
  106: 'registered',
  4699: 'deleted',
  141: 'unregistered',
  4700: 'changed',
  4701: 'changed',
  4702: 'changed',
  140: 'changed',
  142: 'changed',
}

function markOf(event: TaskEvent): TaskMark {
  const { eventId, time } = event
  const base = { time, eventId, what: describeEvent(event), citation: citationOf(event.locator) }
  const none = { account: undefined, hasDefinition: false, program: undefined, result: undefined }
  if (event.kind === 'sysmon-registry')
    return {
      ...base,
      ...none,
      deed: 'noted',
      treeValue: treeKeyOf(event)?.value ?? '',
      registryDeed: event.eventType ?? '',
    }
  const plain = { treeValue: undefined, registryDeed: undefined }
  if (event.kind === 'task-history')
    return {
      ...base,
      ...none,
      ...plain,
      deed: deeds[eventId] ?? 'ran',
      program: recorded(event.processPath) ?? recorded(event.actionName),
      result: recorded(event.resultCode),
    }
  const words = accountWords(event.account)
  return {
    ...base,
    ...none,
    ...plain,
    deed: deeds[eventId] ?? 'changed',
    account: words ? { words, sid: event.account.sid, name: event.account.name } : undefined,
    hasDefinition: true,
  }
}

/** more of a definition than this is not read; the reader of the XML says that it was cut */
const mostFileBytes = limits.taskXmlLength * 2 + 2

export function readTaskFileBytes(path: string): Uint8Array {
  const file = openSync(path, 'r')
  try {
    const parts: Uint8Array[] = []
    for (let left = mostFileBytes; left > 0; ) {
      const part = new Uint8Array(Math.min(left, 64 << 10))
      const read = readSync(file, part)
      if (read === 0) break
      parts.push(part.subarray(0, read))
      left -= read
    }
    return parts.length === 1 ? (parts[0] as Uint8Array) : new Uint8Array(Buffer.concat(parts))
  } finally {
    closeSync(file)
  }
}
export const readTaskFile = (path: string) => readTaskBytes(readTaskFileBytes(path))

/** The definition a record carries, read again. */
export function readingOfRecord(
  open: OpenCase,
  citation: Citation,
): { readonly reading: TaskReading | undefined; readonly text: string | undefined } {
  const index = indexOfCase(open)
  const row = index.find(citation)
  if (row === undefined) return { reading: undefined, text: undefined }
  const at = index.at(row)
  const event = typedEvent(at.segment.record(at.row))
  if (!event || !('content' in event)) return { reading: undefined, text: undefined }
  return { reading: event.task, text: recorded(event.content) }
}

export function readingOfListed(open: OpenCase, { evidenceId, task }: ListSighting) {
  const source = openPaged(open.store.pathOf(evidenceId as EvidenceId))
  try {
    const text = xmlOfRow(rowAt(source, task.offset, task.length))
    return { text, reading: text === undefined ? undefined : readTaskXml(text) }
  } finally {
    source.close()
  }
}

export const readingOfJob = (open: OpenCase, { evidenceId }: JobSighting): JobFile | undefined =>
  readJobFile(readTaskFileBytes(open.store.pathOf(evidenceId as EvidenceId)))
