/** Tasks as a list for a window: one short row each, the loudest first, filtered and by pages. */
import type { TaskEntry, TaskHost } from '../domain/task-entry.ts'
import { listTasks, type TaskDetails, taskDetails, taskHosts, taskTroubles } from './list-tasks.ts'
import type { OpenCase } from './open-case.ts'

export interface TaskRowsAsked {
  /** part of path, action, account, author or host, in any case of its letters */
  readonly text?: string | undefined
  readonly host?: string | undefined
  /** only tasks with findings or signs that speak against them */
  readonly only?: 'findings' | 'signs' | undefined
  readonly from: number
  readonly count: number
}

const mostTroubles = 200

export function taskRows(open: OpenCase, asked: TaskRowsAsked) {
  const tasks = listTasks(open)
  const fitting = tasks.filter((task) => fits(task, asked))
  const sorted = fitting
    .map((task, at) => ({ task, at, rank: rankOf(task) }))
    .sort((a, b) => b.rank - a.rank || a.at - b.at)
  const hosts: readonly TaskHost[] = taskHosts(open)
  return {
    hosts,
    total: fitting.length,
    all: tasks.length,
    groups: groups.flatMap((group, at) => {
      const tasks = sorted.filter(({ rank }) => rank === groups.length - 1 - at).length
      return tasks > 0 ? [{ group, tasks }] : []
    }),
    rows: sorted.slice(asked.from, asked.from + asked.count).map(({ task }) => rowOf(task)),
    troubles: taskTroubles(open).slice(0, mostTroubles),
  }
}

/** by falling rank */
const groups = ['alarm', 'notice', 'strong', 'sign', 'quiet'] as const

const against = ({ signals }: TaskEntry) => signals.filter(({ weighs }) => weighs === 'malicious')

function rankOf(task: TaskEntry): number {
  if (task.findings.some(({ severity }) => severity === 'alarm')) return 4
  if (task.findings.length > 0) return 3
  const signs = against(task).filter(({ id }) => id !== 'hidden')
  return signs.some(({ strong }) => strong) ? 2 : signs.length > 0 ? 1 : 0
}

function fits(task: TaskEntry, { text, host, only }: TaskRowsAsked): boolean {
  if (host !== undefined && task.host.toLowerCase() !== host.toLowerCase()) return false
  if (only === 'findings' && task.findings.length === 0) return false
  if (only === 'signs' && against(task).length === 0) return false
  if (!text) return true
  const wanted = text.toLowerCase()
  const has = (one: string | null | undefined) => one?.toLowerCase().includes(wanted) === true
  return (
    has(task.path) ||
    has(task.host) ||
    task.definitions.some(({ action, runAs, author }) => has(action) || has(runAs) || has(author)) ||
    task.lifetimes.some(({ creator }) => has(creator))
  )
}

function rowOf(task: TaskEntry) {
  const { history, findings, definitions, lifetimes, registry } = task
  const shown = definitions.findLast(({ action }) => action !== null) ?? definitions.at(-1)
  // the registry tells neither whom it runs as nor whether it is hidden
  const whole = definitions.findLast(({ hidden }) => hidden !== null)
  const codes = (severity: string) => [
    ...new Set(findings.filter((one) => one.severity === severity).map(({ code }) => code)),
  ]
  const signs = new Map<string, boolean>()
  for (const { id, strong } of against(task)) signs.set(id, strong || signs.get(id) === true)
  return {
    id: task.id,
    host: task.host,
    path: task.path,
    action: shown?.action?.slice(0, 4000) ?? null,
    runAs: whole?.runAs ?? null,
    hidden: whole?.hidden ?? null,
    enabled: whole?.enabled ?? null,
    triggers: whole?.triggers.slice(0, 48) ?? [],
    views: task.views,
    alarms: codes('alarm'),
    notices: codes('notice'),
    signs: [...signs]
      .map(([id, strong]) => ({ id, strong }))
      .sort((a, b) => Number(b.strong) - Number(a.strong)),
    differences: task.differences.length,
    records: history.length,
    runs: lifetimes.reduce((sum, { runs }) => sum + runs, 0),
    lifetimes: lifetimes.length,
    first: history[0]?.time ?? null,
    last: history.at(-1)?.time ?? null,
    lastRun: registry?.lastRun ?? null,
    hash: registry?.hash ?? null,
    chains: task.chains,
    trouble: task.trouble.length,
  }
}

/** records of one task that go to the window: the first and the last */
const mostHistory = 2000

export function taskDetailsForWindow(
  open: OpenCase,
  id: string,
): TaskDetails & { readonly historyLeftOut: number } {
  const details = taskDetails(open, id)
  const { history } = details.task
  const leftOut = Math.max(0, history.length - mostHistory)
  if (leftOut === 0) return { ...details, historyLeftOut: 0 }
  const half = mostHistory / 2
  const shown = [...history.slice(0, half), ...history.slice(-half)]
  return { ...details, task: { ...details.task, history: shown }, historyLeftOut: leftOut }
}
