/** One entry per task path and host, from every view the evidence holds; and which views each host has. */
import { Refusal } from '../base/refusal.ts'
import { hostKeys } from '../chains/hosts.ts'
import type { Chain } from '../domain/chain.ts'
import type { EvidenceId } from '../domain/ids.ts'
import type { TaskCitation, TaskEntry, TaskFindingEntry, TaskHost } from '../domain/task-entry.ts'
import { compareTaskViews, type TaskFileView, type TaskFinding } from '../tasks/compare-views.ts'
import { readTaskBytes } from '../tasks/read-task.ts'
import { coverageOf, findCaseChains, hostsCovered } from './find-chains.ts'
import type { OpenCase } from './open-case.ts'
import { definitionTexts } from './tasks/definition-texts.ts'
import { hostViews, newestCache, newestList } from './tasks/host-views.ts'
import {
  type AllSightings,
  gatherSightings,
  type HostSources,
  readTaskFileBytes,
  type Sightings,
} from './tasks/sightings.ts'
import { type HostContext, tellTask } from './tasks/tell-task.ts'

/** What of the views could not be read, in words; what it would have told is missing from the tasks. */
export const taskTroubles = (open: OpenCase): string[] =>
  [...knownOf(open).gathered.hosts.values()]
    .flatMap(({ name, sources }) => sources.troubles.map((what) => `${name}: ${what}`))
    .sort()

export type { TaskEntry, TaskHost } from '../domain/task-entry.ts'

interface Known {
  readonly revision: number
  readonly gathered: AllSightings
  told: { readonly tasks: readonly TaskEntry[]; readonly hosts: readonly TaskHost[] } | undefined
}
const caches = new WeakMap<object, Known>()

function knownOf(open: OpenCase): Known {
  const before = caches.get(open.casefile)
  if (before && before.revision === open.casefile.revision) return before
  const made = { revision: open.casefile.revision, gathered: gatherSightings(open), told: undefined }
  caches.set(open.casefile, made)
  return made
}

/** How many tasks the evidence knows of; does not read their definitions. */
export const countTasks = (open: OpenCase): number => knownOf(open).gathered.tasks.length

/** Every task, sorted by host and path. */
export const listTasks = (open: OpenCase): readonly TaskEntry[] => toldOf(open).tasks
/** Hosts whose evidence speaks of tasks, with what was collected of each view. */
export const taskHosts = (open: OpenCase): readonly TaskHost[] => toldOf(open).hosts

function toldOf(open: OpenCase) {
  const known = knownOf(open)
  known.told ??= tell(open, known.gathered)
  return known.told
}

function tell(open: OpenCase, { tasks, hosts }: AllSightings) {
  const contexts = contextsOf(open, tasks, hosts)
  const chains = chainsByTask(
    open,
    [...hosts.values()].map(({ name }) => name),
  )
  const counts = new Map<string, number>()
  const entries = tasks.map((task) => {
    counts.set(task.hostKey, (counts.get(task.hostKey) ?? 0) + 1)
    const own = chains.get(`${task.hostKey}\u0000${task.path.toLowerCase()}`) ?? []
    return tellTask(open, task, contexts.get(task.hostKey) as HostContext, own)
  })
  const told = [...hosts]
    .map(([key, { name }]) => ({
      host: name,
      views: contexts.get(key)?.views ?? [],
      tasks: counts.get(key) ?? 0,
    }))
    .sort((a, b) => (a.host < b.host ? -1 : 1))
  return { tasks: entries, hosts: told }
}

/**
 * What the views tell of the tasks that chains are about, by chain. Empty where nothing but logs was collected: then there is no view
 * to hold against them. Other tasks are not read.
 */
export function tasksOfChains(open: OpenCase): ReadonlyMap<string, TaskEntry> {
  const before = ofChains.get(open.casefile)
  if (before?.revision === open.casefile.revision) return before.tasks
  const made = { revision: open.casefile.revision, tasks: tellTasksOfChains(open) }
  ofChains.set(open.casefile, made)
  return made.tasks
}
const ofChains = new WeakMap<object, { revision: number; tasks: ReadonlyMap<string, TaskEntry> }>()

const viewKinds: ReadonlySet<string> = new Set([
  'task-xml',
  'task-job',
  'registry-hive',
  'task-cache',
  'task-list',
])

function tellTasksOfChains(open: OpenCase): ReadonlyMap<string, TaskEntry> {
  const all = findCaseChains(open)
  const hasViews = open.casefile
    .evidence()
    .some(({ kind, state }) => state === 'complete' && viewKinds.has(kind))
  if (all.length === 0 || !hasViews) return new Map()
  const { tasks, hosts } = gatherSightings(open, new Set(all.map(({ task }) => task.path.toLowerCase())))
  const chains = chainsByTask(
    open,
    [...hosts.values()].map(({ name }) => name),
  )
  const asked = tasks.filter(({ hostKey, path }) => chains.has(`${hostKey}\u0000${path.toLowerCase()}`))
  const contexts = contextsOf(open, asked, hosts)
  const found = new Map<string, TaskEntry>()
  for (const task of asked) {
    const own = chains.get(`${task.hostKey}\u0000${task.path.toLowerCase()}`) ?? []
    const entry = tellTask(open, task, contexts.get(task.hostKey) as HostContext, own)
    for (const { id } of own) found.set(id, entry)
  }
  return found
}

function contextsOf(
  open: OpenCase,
  tasks: readonly Sightings[],
  hosts: AllSightings['hosts'],
): ReadonlyMap<string, HostContext> {
  const coverage = coverageOf(open)
  const covered = hostsCovered(open)
  const problems = open.casefile.problems().filter(({ code }) => code.startsWith('acquire.'))
  const names = [...hosts.values()].map(({ name }) => name)
  const keys = hostKeys([
    ...names,
    ...coverage.map(({ host }) => host),
    ...problems.map(({ where }) => hostOfProblem(where)),
  ])
  const keyOf = (name: string) => keys.get(name) ?? name.toLowerCase()
  const byHost = new Map<string, Sightings[]>()
  for (const task of tasks) {
    const known = byHost.get(task.hostKey)
    if (known) known.push(task)
    else byHost.set(task.hostKey, [task])
  }
  return new Map(
    [...hosts].map(([key, { name, sources }]) => {
      // a host that was reached by its address is not known by it here: its troubles then count for every host
      const isOwn = (host: string) => keyOf(host) === key || !hosts.has(keyOf(host))
      const views = hostViews({
        name,
        sources,
        coverage: coverage.filter(({ host }) => keyOf(host) === key),
        problems: problems.filter(({ where }) => isOwn(hostOfProblem(where))),
      })
      const context: HostContext = {
        views,
        compared: comparedViews(open, byHost.get(key) ?? [], sources, views),
        cacheId: newestCache(sources)?.evidenceId,
        listId: newestList(sources)?.evidenceId,
        coverage: covered.get(key),
      }
      return [key, context] as const
    }),
  )
}

const hostOfProblem = (where: string) => where.slice(0, Math.max(0, where.indexOf(': ')))

/** Findings of one host by path in capitals. */
function comparedViews(
  open: OpenCase,
  tasks: readonly Sightings[],
  sources: HostSources,
  views: HostContext['views'],
): ReadonlyMap<string, readonly TaskFinding[]> {
  const stateOf = (name: string) => views.find(({ view }) => view === name)?.state
  const cache = newestCache(sources)
  const list = newestList(sources)
  const files = tasks.flatMap((task): TaskFileView[] => {
    // of several versions nobody knows which one was there when the registry was read
    const [only, ...others] = task.files
    if (!only) return []
    return [others.length === 0 ? new FileView(open, task.path, only.evidenceId) : versions(task.path)]
  })
  const found = compareTaskViews({
    files: stateOf('file') === 'not-collected' ? undefined : files,
    cache: cache?.entries,
    shown: list
      ? tasks.flatMap((task) =>
          task.listed.some(({ evidenceId }) => evidenceId === list.evidenceId) ? [task.path] : [],
        )
      : undefined,
    partial: {
      files: stateOf('file') !== 'whole',
      cache: stateOf('registry') !== 'whole',
      shown: stateOf('service') !== 'whole',
    },
  })
  const byPath = new Map<string, TaskFinding[]>()
  for (const one of found) {
    const key = one.path.toUpperCase()
    const known = byPath.get(key)
    if (known) known.push(one)
    else byPath.set(key, [one])
  }
  return byPath
}

const versions = (path: string): TaskFileView => ({ path, bytes: undefined, definition: undefined })

/** A task file that is read when the comparison asks for it. */
class FileView implements TaskFileView {
  readonly #open: OpenCase
  readonly #id: string
  readonly path: string
  constructor(open: OpenCase, path: string, id: string) {
    this.#open = open
    this.#id = id
    this.path = path
  }
  get bytes() {
    return readTaskFileBytes(this.#open.store.pathOf(this.#id as EvidenceId))
  }
  get definition() {
    return readTaskBytes(this.bytes).definition
  }
}

function chainsByTask(open: OpenCase, names: readonly string[]): ReadonlyMap<string, readonly Chain[]> {
  const all = findCaseChains(open)
  const keys = hostKeys([...names, ...all.map(({ host }) => host)])
  const byTask = new Map<string, Chain[]>()
  for (const chain of all) {
    const key = `${keys.get(chain.host) ?? chain.host.toLowerCase()}\u0000${chain.task.path.toLowerCase()}`
    const known = byTask.get(key)
    if (known) known.push(chain)
    else byTask.set(key, [chain])
  }
  return byTask
}

export interface CaseTaskFinding extends TaskFindingEntry {
  readonly host: string
  readonly path: string
  readonly task: string
  /** chains about the same task; empty when nothing but the views tells of it */
  readonly chains: readonly string[]
}

/** What the views of tasks disagree on, in the whole case: the loudest first, then by host and path. For answers and reports. */
export function taskFindings(open: OpenCase): readonly CaseTaskFinding[] {
  const found = listTasks(open).flatMap(({ id, host, path, findings, chains }) =>
    findings.map((finding) => ({ ...finding, host, path, task: id, chains })),
  )
  return found.sort((a, b) => (a.severity < b.severity ? -1 : a.severity > b.severity ? 1 : 0))
}

export interface TaskDetails {
  readonly task: TaskEntry
  readonly hostViews: TaskHost['views']
  /** definitions as they stand in the evidence */
  readonly texts: readonly {
    readonly from: string
    readonly citation: TaskCitation
    readonly text: string
    /** there is more of it than is shown */
    readonly cut: boolean
  }[]
}

/** One task with the raw texts of its definitions. Refuses an id that no task has. */
export function taskDetails(open: OpenCase, id: string): TaskDetails {
  const known = knownOf(open)
  const { tasks, hosts } = toldOf(open)
  const at = tasks.findIndex((task) => task.id === id)
  const task = tasks[at]
  const sightings = known.gathered.tasks[at]
  if (!task || !sightings)
    throw new Refusal(
      'task.entry.missing',
      `No task of this case has the id ${id.slice(0, 64)}.`,
      'List the tasks again: evidence may have been added.',
    )
  return {
    task,
    hostViews: hosts.find(({ host }) => host === task.host)?.views ?? [],
    texts: definitionTexts(open, sightings, task),
  }
}
