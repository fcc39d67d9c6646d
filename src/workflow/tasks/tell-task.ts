/** One task of one host as it is told: everything the evidence shows of it, side by side. */
import { sha256Hex, utf8Of } from '../../base/sha256.ts'
import type { HostCoverage } from '../../chains/coverage.ts'
import type { Chain } from '../../domain/chain.ts'
import type {
  CodeWithMeaning,
  HostView,
  RegistryFacts,
  ServiceFacts,
  TaskEntry,
  TaskHashCheck,
  TaskView,
} from '../../domain/task-entry.ts'
import { fileTime, formatUtc } from '../../domain/time.ts'
import { systemErrorMeaning, taskResultMeaning } from '../../events/meaning.ts'
import type { TaskFinding } from '../../tasks/compare-views.ts'
import { readCachedTimes } from '../../tasks/task-cache.ts'
import type { OpenCase } from '../open-case.ts'
import { readDefinitions } from './read-definitions.ts'
import type { CacheSighting, ListSighting, Sightings } from './sightings.ts'
import { actionsOf, signalsOf } from './tell-actions.ts'
import { differenceWords, fieldDifferences } from './tell-differences.ts'
import { findingsOf } from './tell-findings.ts'
import { tellLifetimes } from './tell-lifetimes.ts'

/** What is known of the task's host. */
export interface HostContext {
  readonly views: readonly HostView[]
  readonly compared: ReadonlyMap<string, readonly TaskFinding[]>
  readonly cacheId: string | undefined
  readonly listId: string | undefined
  readonly coverage: HostCoverage | undefined
}

export const taskId = (hostKey: string, path: string): string =>
  sha256Hex(utf8Of(`${hostKey}\u0000${path.toLowerCase()}`)).slice(0, 16)

export function tellTask(
  open: OpenCase,
  task: Sightings,
  host: HostContext,
  chains: readonly Chain[],
): TaskEntry {
  const newest = task.cache.find(({ evidenceId }) => evidenceId === host.cacheId) ?? task.cache[0]
  const listed = task.listed.find(({ evidenceId }) => evidenceId === host.listId) ?? task.listed[0]
  const lives = tellLifetimes(task, newest, chains)
  const read = readDefinitions(open, task, lives.ofMark, lives.now)
  const definitions = read.all
  const differing = fieldDifferences(definitions, lives.lastEnded)
  const registry = newest ? registryFacts(newest, read.hashCheck) : null
  const trouble = definitions.flatMap(({ entry }) =>
    entry.trouble ? [`${entry.from}: ${entry.trouble}`] : [],
  )
  if (newest?.entry.task?.dynamicInfo) {
    const times = readCachedTimes(newest.entry.task.dynamicInfo)
    if ('what' in times) trouble.push(`registry: ${times.what}`)
  }
  if (read.passedOver > 0)
    trouble.push(
      `${read.passedOver} records with a definition were not laid side by side; the first and the last were.`,
    )
  return {
    id: taskId(task.hostKey, task.path),
    host: task.host,
    path: task.path,
    views: viewsOf(task, host.views),
    findings: findingsOf({
      task,
      newest,
      listed,
      compared: host.compared.get(task.path.toUpperCase()) ?? [],
      views: host.views,
      lives,
      definitions,
      chains,
      coverage: host.coverage,
      listId: host.listId,
    }),
    lifetimes: lives.lifetimes.map(({ told }) => told),
    history: task.marks.map(({ time, eventId, what, result, citation }, at) => ({
      time: formatUtc(fileTime(time)),
      eventId,
      what,
      result: result === undefined ? null : codeInWords(result),
      lifetime: lives.ofMark(at),
      citation,
    })),
    definitions: definitions.map(({ entry }) => entry),
    differences: differing.map(differenceWords),
    fieldDifferences: differing,
    hashCheck: read.hashCheck,
    registry,
    service: listed ? serviceFacts(listed) : null,
    actions: actionsOf(definitions),
    signals: signalsOf(task, lives.lifetimes, definitions, chains),
    chains: chains.map(({ id }) => id),
    trouble,
  }
}

/** A log that holds no record of the task, and every view that was not taken whole, leaves it open. */
function viewsOf(task: Sightings, views: readonly HostView[]): readonly TaskView[] {
  const isAudit = (eventId: number) => eventId >= 4698 && eventId <= 4702
  const shows: Readonly<Record<HostView['view'], boolean>> = {
    audit: task.marks.some(({ eventId }) => isAudit(eventId)),
    history: task.marks.some(({ eventId }) => eventId >= 100 && eventId <= 332),
    file: task.files.length > 0,
    registry: task.cache.length > 0,
    service: task.listed.length > 0,
    job: task.jobs.length > 0,
  }
  return views.map(({ view, state }) => ({
    view,
    shows: shows[view] ? 'yes' : state === 'whole' ? 'no' : 'unknown',
  }))
}

const utc = (time: bigint | undefined) =>
  time === undefined || time === 0n ? null : formatUtc(fileTime(time))

/** A result as a record has it: decimal, hex or negative. */
function codeInWords(text: string): CodeWithMeaning {
  const code = Number(text)
  return Number.isInteger(code) ? codeWithMeaning(code) : { code: text.slice(0, 100), meaning: null }
}

export function codeWithMeaning(code: number): CodeWithMeaning {
  const text = `0x${(code >>> 0).toString(16)}`
  return { code: text, meaning: taskResultMeaning(text) ?? systemErrorMeaning(text) ?? null }
}

function registryFacts(
  { entry, evidenceId, settled }: CacheSighting,
  hashCheck: TaskHashCheck,
): RegistryFacts {
  const { tree, task } = entry
  const read = task?.dynamicInfo && readCachedTimes(task.dynamicInfo)
  const times = read && 'created' in read ? read : undefined
  return {
    id: entry.id ?? null,
    created: utc(times?.created),
    lastRun: utc(times?.lastRun),
    lastSuccess: utc(times?.lastSuccess),
    lastResult: times?.lastRun === undefined ? null : codeWithMeaning(times.lastResult),
    dynamic: times ? [times.a, times.b] : null,
    hasSecurityDescriptor: tree?.hasSecurityDescriptor ?? null,
    index: tree?.index ?? null,
    treeWritten: utc(tree?.lastWritten),
    taskWritten: utc(task?.lastWritten),
    settled,
    hash: hashCheck.citations.length > 1 ? hashCheck.result : null,
    evidenceId,
    citation: { evidenceId, offset: task?.offset ?? tree?.offset ?? 0 },
  }
}

const states = ['unknown', 'disabled', 'queued', 'ready', 'running'] as const

function serviceFacts({ task, evidenceId, takenAt }: ListSighting): ServiceFacts {
  const result = task.lastResult === null ? Number.NaN : Number(task.lastResult)
  return {
    state: task.state === null ? 'unknown' : (states[task.state] ?? `state ${task.state}`),
    enabled: task.enabled,
    // the service says 30 November 1999 or 1899 for "never"
    lastRun: task.lastRun && !/^(1899|1999-11-30|0001)/.test(task.lastRun) ? task.lastRun : null,
    nextRun: task.nextRun && !/^(1899|1999-11-30|0001)/.test(task.nextRun) ? task.nextRun : null,
    lastResult: Number.isInteger(result) ? codeWithMeaning(result) : null,
    missedRuns: task.missed,
    securityDescriptor: task.sddl?.slice(0, 4000) ?? null,
    takenAt: takenAt ?? null,
    citation: { evidenceId, offset: task.offset },
  }
}
