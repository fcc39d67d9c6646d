/**
 * One entry per task path and host: its lives, every change and run on record, the definitions of all views side by side with their
 * differences, what its actions really are, and the signs that speak against it.
 */
import { hostKeys } from '../chains/hosts.ts'
import type { Chain } from '../domain/chain.ts'
import { describeEvent } from '../domain/describe.ts'
import { citationOf } from '../domain/locator.ts'
import { fileTime, formatUtc, millisecondsBetween } from '../domain/time.ts'
import { taskResultMeaning } from '../events/meaning.ts'
import { typedEvent } from '../events/typed-event.ts'
import { signsOf, type TaskSign } from '../playbook/task-signals.ts'
import { compareTaskViews, type TaskFinding } from '../tasks/compare-views.ts'
import { type ResolvedAction, resolveAction } from '../tasks/resolve-action.ts'
import { checkTaskHash, readCachedTimes } from '../tasks/task-cache.ts'
import { findCaseChains } from './find-chains.ts'
import type { OpenCase } from './open-case.ts'
import { indexOfCase } from './records/index-of-case.ts'
import { type Definition, differences, type Told, tell, tellCached, tellJob } from './task-definitions.ts'
import { type Lifetime, lifetimesOf, type TaskEvent } from './task-lifetimes.ts'
import { type HostViews, taskViews } from './task-views.ts'

type Citation = ReturnType<typeof citationOf>
export interface TaskEntry {
  readonly host: string
  readonly path: string
  readonly lifetimes: {
    readonly began: Lifetime['began']
    readonly from: string
    readonly to: string | null
    readonly ended: 'deleted' | 'replaced' | null
    readonly creator: string | null
    readonly records: number
    readonly birth: Citation | null
    readonly death: Citation | null
    /** chains of this life, most serious first */
    readonly chains: string[]
  }[]
  readonly history: {
    readonly time: string
    readonly eventId: number
    readonly what: string
    readonly result: { readonly code: string; readonly meaning: string | null } | null
    readonly citation: Citation
  }[]
  readonly definitions: Definition[]
  readonly differences: string[]
  /** each distinct action with what it comes to; nothing is run or fetched to find out */
  readonly actions: (ResolvedAction & { readonly from: string })[]
  /** what speaks against the task, each with its reason; signs are of the last life */
  readonly signals: (Omit<TaskSign, 'isStrong'> & {
    readonly strong: boolean
    readonly citation: Citation | null
  })[]
  /** hidden, orphaned and tampered states, and why each is one */
  readonly findings: TaskFinding[]
  readonly registry: {
    readonly id: string | null
    readonly created: string | null
    readonly lastRun: string | null
    readonly lastSuccess: string | null
    readonly lastResult: { readonly code: string; readonly meaning: string | null } | null
    readonly hash: 'equal' | 'different' | 'not-checkable' | null
    readonly evidenceId: string
  } | null
}

/** Views of tasks that could not be read or are not whole, in words; what they would have told is missing above. */
export const taskTroubles = (open: OpenCase): string[] =>
  [...taskViews(open)].flatMap(([host, views]) => views.troubles.map((what) => `${host}: ${what}`))

const known = new WeakMap<object, { revision: number; tasks: TaskEntry[] }>()

export function listTasks(open: OpenCase): TaskEntry[] {
  const before = known.get(open.casefile)
  if (before && before.revision === open.casefile.revision) return before.tasks
  const tasks = gather(open)
  known.set(open.casefile, { revision: open.casefile.revision, tasks })
  return tasks
}

/** Everything of one task name on one host, brought together before it is told. */
interface Gathered {
  readonly host: string
  readonly path: string
  readonly events: TaskEvent[]
  readonly files: HostViews['files']
  readonly jobs: HostViews['jobs']
  readonly listed: HostViews['shown']
  readonly cached: HostViews['cache']
  readonly findings: TaskFinding[]
  readonly chains: Chain[]
}

function gather(open: OpenCase): TaskEntry[] {
  const events = [...taskEvents(open)]
  const views = taskViews(open)
  const chains = findCaseChains(open)
  const names = [
    ...events.map((event) => event.recordedComputer),
    ...views.keys(),
    ...chains.map((one) => one.host),
  ]
  const keys = hostKeys(new Set(names))
  const byKey = new Map<string, Gathered>()
  const entry = (host: string, path: string): Gathered => {
    const key = `${keys.get(host) ?? host.toLowerCase()}\u0000${path.toLowerCase()}`
    const known = byKey.get(key)
    if (known) return known
    const task = {
      host,
      path,
      events: [],
      files: [],
      jobs: [],
      listed: [],
      cached: [],
      findings: [],
      chains: [],
    }
    byKey.set(key, task)
    return task
  }
  for (const event of events) entry(event.recordedComputer, event.taskPath).events.push(event)
  for (const chain of chains) entry(chain.host, chain.task.path).chains.push(chain)
  for (const [host, found] of views) {
    for (const file of found.files) entry(host, file.path).files.push(file)
    for (const job of found.jobs) entry(host, job.path).jobs.push(job)
    for (const cached of found.cache) entry(host, cached.path).cached.push(cached)
    for (const listed of found.shown) entry(host, listed.path).listed.push(listed)
    for (const finding of findingsOf(found)) entry(host, finding.path).findings.push(finding)
  }
  const order = (task: Gathered) => `${task.host}\u0000${task.path}`
  return [...byKey.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1)).map(taskOf)
}

const findingsOf = (views: HostViews): readonly TaskFinding[] =>
  compareTaskViews({
    files: views.has.has('files')
      ? views.files.map(({ path, bytes, reading }) => ({ path, bytes, definition: reading.definition }))
      : undefined,
    cache: views.has.has('cache') ? views.cache : undefined,
    shown: views.has.has('shown') ? views.shown.map(({ path }) => path) : undefined,
  })

function taskOf({ host, path, events, files, jobs, cached, listed, findings, chains }: Gathered): TaskEntry {
  const lives = lifetimesOf(events)
  const told: Told[] = events.flatMap((event) =>
    event.kind !== 'task-history' && event.task
      ? [
          tell('event', `${event.eventId} of record ${event.locator.recordId}`, event.task, {
            time: event.time,
            citation: citationOf(event.locator),
          }),
        ]
      : [],
  )
  for (const file of files)
    told.push(tell('file', `file ${file.name}`, file.reading, { evidenceId: file.evidenceId }))
  for (const one of listed)
    if (one.reading)
      told.push(tell('service', 'the Task Scheduler itself', one.reading, { evidenceId: one.evidenceId }))
  const [entry] = cached
  for (const { task, evidenceId } of cached)
    if (task?.actions) told.push(tellCached(task.actions, evidenceId, task.author))
  for (const { job, evidenceId } of jobs) told.push(tellJob(job, evidenceId))
  const definitions = told.map((one) => one.definition)
  const [file] = files
  return {
    host,
    path,
    lifetimes: lives.map((life) => ({
      began: life.began,
      from: formatUtc(life.from),
      to: life.to === undefined ? null : formatUtc(life.to),
      ended: life.ended ?? null,
      creator: creatorOf(life),
      records: life.events.length,
      birth: life.birth ? citationOf(life.birth.locator) : null,
      death: life.death ? citationOf(life.death.locator) : null,
      chains: chains
        .filter((chain) => chain.time >= life.from && (life.to === undefined || chain.time <= life.to))
        .map((chain) => chain.id as string),
    })),
    history: events.map((event) => ({
      time: formatUtc(event.time),
      eventId: event.eventId,
      what: describeEvent(event),
      result:
        event.kind === 'task-history' && typeof event.resultCode === 'string'
          ? resultOf(event.resultCode)
          : null,
      citation: citationOf(event.locator),
    })),
    definitions,
    differences: differences(definitions),
    actions: distinctActions(told),
    signals: signalsOf(path, told, lives.at(-1), chains),
    findings,
    registry: entry
      ? {
          id: entry.id ?? null,
          ...timesOf(entry.task?.dynamicInfo),
          hash: entry.task?.hash && file ? checkTaskHash(entry.task.hash, file.bytes) : null,
          evidenceId: entry.evidenceId,
        }
      : null,
  }
}

const resultOf = (code: string) => ({ code, meaning: taskResultMeaning(code) ?? null })

function timesOf(dynamicInfo: Uint8Array | undefined) {
  const times = dynamicInfo && readCachedTimes(dynamicInfo)
  if (!times || 'code' in times) return { created: null, lastRun: null, lastSuccess: null, lastResult: null }
  const utc = (ticks: bigint | undefined) => (ticks === undefined ? null : formatUtc(fileTime(ticks)))
  return {
    created: utc(times.created),
    lastRun: utc(times.lastRun),
    lastSuccess: utc(times.lastSuccess),
    lastResult: resultOf(`0x${times.lastResult.toString(16)}`),
  }
}

function creatorOf(life: Lifetime): string | null {
  const birth = life.birth
  if (!birth || birth.kind === 'task-history') {
    const change = life.events.find((event) => event.kind === 'task-created')
    if (!change || change.kind === 'task-history') return null
    return (
      [change.account.domain, change.account.name].filter(Boolean).join('\\') || (change.account.sid ?? null)
    )
  }
  return [birth.account.domain, birth.account.name].filter(Boolean).join('\\') || (birth.account.sid ?? null)
}

function* taskEvents(open: OpenCase): Generator<TaskEvent> {
  const index = indexOfCase(open)
  for (const global of index.order) {
    if (index.isDuplicate(global)) continue
    const { segment, row } = index.at(global)
    const id = segment.eventId(row)
    if (!((id >= 4698 && id <= 4702) || (id >= 100 && id <= 332))) continue
    const provider = segment.tuple(row).provider
    if (provider !== 'Microsoft-Windows-Security-Auditing' && provider !== 'Microsoft-Windows-TaskScheduler')
      continue
    const event = typedEvent(segment.record(row))
    if (event?.kind === 'task-history') {
      if (event.taskPath !== '') yield event
    } else if (event && 'taskPath' in event) yield event
  }
}

function distinctActions(told: readonly Told[]): TaskEntry['actions'] {
  const found = new Map<string, TaskEntry['actions'][number]>()
  for (const { task, definition } of told)
    for (const action of task?.actions ?? []) {
      const resolved = resolveAction(action)
      if (resolved && !found.has(resolved.line))
        found.set(resolved.line, { ...resolved, from: definition.from })
    }
  return [...found.values()].slice(0, 50)
}

function signalsOf(
  path: string,
  told: readonly Told[],
  life: Lifetime | undefined,
  chains: readonly Chain[],
): TaskEntry['signals'] {
  const last = told.findLast((one) => one.task)
  const change = life?.events.find((event) => event.kind === 'task-created') ?? life?.birth
  const creator = change && change.kind !== 'task-history' ? change.account : undefined
  const signs = signsOf({
    path,
    definition: last?.task,
    lacksDefinition: change !== undefined && change.kind !== 'task-history' && last === undefined,
    runAs: last?.definition.runAs ?? undefined,
    creator,
    isRemote: chains.some((chain) => chain.mechanism.startsWith('remote')),
    lifeMs:
      life?.birth && life.ended === 'deleted' && life.to !== undefined
        ? millisecondsBetween(life.from, life.to)
        : undefined,
    wasRun: chains.some((chain) => chain.executed.answer === 'yes'),
  })
  const citation = last?.definition.citation ?? (change ? citationOf(change.locator) : null)
  return signs.map(({ isStrong, ...sign }) => ({ ...sign, strong: isStrong, citation }))
}
