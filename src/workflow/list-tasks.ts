/** One entry per task path and host: every change and run on record, the definitions found, and where they differ. */
import { readFileSync } from 'node:fs'
import { describeEvent } from '../domain/describe.ts'
import type { TaskChangedEvent, TaskHistoryEvent } from '../domain/event.ts'
import type { EvidenceId } from '../domain/ids.ts'
import { citationOf } from '../domain/locator.ts'
import type { TaskReading } from '../domain/task.ts'
import { formatUtc } from '../domain/time.ts'
import { typedEvent } from '../events/typed-event.ts'
import { readTaskBytes } from '../tasks/read-task.ts'
import { summarizeTask } from '../tasks/summary.ts'
import type { OpenCase } from './open-case.ts'
import { indexOfCase } from './records/index-of-case.ts'

interface Definition {
  readonly from: string
  readonly time: string | null
  readonly action: string | null
  readonly runAs: string | null
  readonly author: string | null
  readonly hidden: boolean | null
  readonly triggers: readonly string[]
  readonly trouble: string | null
}

export interface TaskEntry {
  readonly host: string
  readonly path: string
  readonly history: {
    readonly time: string
    readonly eventId: number
    readonly what: string
    readonly citation: ReturnType<typeof citationOf>
  }[]
  readonly definitions: Definition[]
  readonly differences: string[]
}

const known = new WeakMap<object, { revision: number; tasks: TaskEntry[] }>()

export function listTasks(open: OpenCase): TaskEntry[] {
  const before = known.get(open.casefile)
  if (before && before.revision === open.casefile.revision) return before.tasks
  const byKey = new Map<string, TaskEntry>()
  const entry = (host: string, path: string): TaskEntry => {
    const key = `${host.toLowerCase()}\u0000${path.toLowerCase()}`
    let task = byKey.get(key)
    if (!task) {
      task = { host, path, history: [], definitions: [], differences: [] }
      byKey.set(key, task)
    }
    return task
  }
  for (const event of taskEvents(open)) {
    const task = entry(event.recordedComputer, event.taskPath)
    task.history.push({
      time: formatUtc(event.time),
      eventId: event.eventId,
      what: describeEvent(event),
      citation: citationOf(event.locator),
    })
    if (event.kind !== 'task-history' && event.task)
      task.definitions.push(
        definition(`${event.eventId} of record ${event.locator.recordId}`, formatUtc(event.time), event.task),
      )
  }
  for (const item of open.casefile.evidence()) {
    if (item.kind !== 'task-xml' || !item.sha256) continue
    const reading = readTaskBytes(new Uint8Array(readFileSync(open.store.pathOf(item.sha256 as EvidenceId))))
    const path = pathInTasksFolder(item.origin) ?? reading.definition?.registration.uri ?? `\\${item.name}`
    entry(item.host ?? 'unknown host', path).definitions.push(definition(`file ${item.name}`, null, reading))
  }
  const tasks = [...byKey.values()].sort((a, b) =>
    `${a.host}\u0000${a.path}` < `${b.host}\u0000${b.path}` ? -1 : 1,
  )
  for (const task of tasks) task.differences.push(...differences(task.definitions))
  known.set(open.casefile, { revision: open.casefile.revision, tasks })
  return tasks
}

function* taskEvents(open: OpenCase): Generator<TaskChangedEvent | TaskHistoryEvent> {
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

/** `\folder\name` of a file below a folder `Tasks`, as Windows lays them out. */
function pathInTasksFolder(origin: string): string | undefined {
  const parts = origin.split(/[\\/!]/)
  const at = parts.findLastIndex((part) => part.toLowerCase() === 'tasks')
  return at >= 0 && at < parts.length - 1 ? `\\${parts.slice(at + 1).join('\\')}` : undefined
}

function definition(from: string, time: string | null, reading: TaskReading): Definition {
  const task = reading.definition
  const summary = task && summarizeTask(task)
  return {
    from,
    time,
    action: summary?.action ?? null,
    runAs: summary?.runAs ?? null,
    author: task?.registration.author ?? null,
    hidden: task ? task.settings.hidden : null,
    triggers: task?.triggers.map((trigger) => trigger.kind) ?? [],
    trouble: reading.trouble ? `${reading.trouble.what} (${reading.trouble.where})` : null,
  }
}

/** What differs between one definition and the next of the same task, in words. */
function differences(definitions: readonly Definition[]): string[] {
  const found: string[] = []
  for (let i = 1; i < definitions.length; i++) {
    const a = definitions[i - 1] as Definition
    const b = definitions[i] as Definition
    for (const field of ['action', 'runAs', 'author', 'hidden'] as const)
      if (a[field] !== b[field] && a[field] !== null && b[field] !== null)
        found.push(
          `${field}: ${a.from} says ${JSON.stringify(a[field])}, ${b.from} says ${JSON.stringify(b[field])}`,
        )
    if (a.triggers.join() !== b.triggers.join() && !a.trouble && !b.trouble)
      found.push(
        `triggers: ${a.from} says ${a.triggers.join(', ') || 'none'}, ${b.from} says ${b.triggers.join(', ') || 'none'}`,
      )
  }
  return found
}
