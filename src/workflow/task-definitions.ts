/** Definitions of one task as each view tells them, and where two differ. */
import { boundedText } from '../domain/describe.ts'
import type { citationOf } from '../domain/locator.ts'
import type { TaskDefinition, TaskReading } from '../domain/task.ts'
import { type FileTime, formatUtc } from '../domain/time.ts'
import type { JobFile } from '../tasks/job-file.ts'
import { summarizeTask } from '../tasks/summary.ts'
import { readCachedActions } from '../tasks/task-cache.ts'

type Citation = ReturnType<typeof citationOf>
type ViewName = 'event' | 'file' | 'registry' | 'job' | 'service'

export interface Definition {
  readonly from: string
  readonly view: ViewName
  readonly time: string | null
  readonly action: string | null
  readonly runAs: string | null
  readonly author: string | null
  readonly hidden: boolean | null
  readonly triggers: readonly string[]
  readonly trouble: string | null
  readonly citation: Citation | null
  readonly evidenceId: string | null
}

export interface Told {
  readonly definition: Definition
  readonly task: TaskDefinition | undefined
}

const blank: Omit<Definition, 'from' | 'view'> = {
  time: null,
  action: null,
  runAs: null,
  author: null,
  hidden: null,
  triggers: [],
  trouble: null,
  citation: null,
  evidenceId: null,
}

export function tell(
  view: ViewName,
  from: string,
  reading: TaskReading,
  where: { readonly time?: FileTime; readonly citation?: Citation; readonly evidenceId?: string },
): Told {
  const task = reading.definition
  const summary = task && summarizeTask(task)
  return {
    task,
    definition: {
      from,
      view,
      time: where.time === undefined ? null : formatUtc(where.time),
      action: summary?.action ?? null,
      runAs: summary?.runAs ?? null,
      author: task?.registration.author ?? null,
      hidden: task ? task.settings.hidden : null,
      triggers: task?.triggers.map((trigger) => trigger.kind) ?? [],
      trouble: reading.trouble ? `${reading.trouble.what} (${reading.trouble.where})` : null,
      citation: where.citation ?? null,
      evidenceId: where.evidenceId ?? where.citation?.evidenceId ?? null,
    },
  }
}

/** The registry tells actions, and who they run as by the name of a principal only. */
export function tellCached(actions: Uint8Array, evidenceId: string, author: string | undefined): Told {
  const read = readCachedActions(actions)
  const lines = read.actions.flatMap((action) =>
    action.kind === 'exec'
      ? [[action.command, action.arguments].filter(Boolean).join(' ')]
      : action.kind === 'com-handler'
        ? [`COM ${action.classId}`]
        : [],
  )
  return {
    task: undefined,
    definition: {
      ...blank,
      from: 'the registry (TaskCache)',
      view: 'registry',
      action: lines.join(' ; ') || null,
      author: author ?? null,
      trouble: read.trouble?.what ?? null,
      evidenceId,
    },
  }
}

export const tellJob = (job: JobFile, evidenceId: string): Told => ({
  definition: {
    ...blank,
    from: 'a .job file',
    view: 'job',
    action: [job.command, job.arguments].filter(Boolean).join(' '),
    author: job.author ?? null,
    trouble: job.trouble ?? null,
    evidenceId,
  },
  task: undefined,
})

/** What differs between one definition and the next of the same task, in words; only what both views can tell is compared. */
export function differences(definitions: readonly Definition[]): string[] {
  const found: string[] = []
  const shown = (value: string | boolean) =>
    JSON.stringify(typeof value === 'string' ? boundedText(value, 1000) : value)
  for (let i = 1; i < definitions.length; i++) {
    const a = definitions[i - 1] as Definition
    const b = definitions[i] as Definition
    for (const field of ['action', 'runAs', 'author', 'hidden'] as const)
      if (a[field] !== b[field] && a[field] !== null && b[field] !== null)
        found.push(`${field}: ${a.from} says ${shown(a[field])}, ${b.from} says ${shown(b[field])}`)
    const tellTriggers = (one: Definition) => one.view !== 'registry' && one.view !== 'job' && !one.trouble
    if (a.triggers.join() !== b.triggers.join() && tellTriggers(a) && tellTriggers(b))
      found.push(
        `triggers: ${a.from} says ${a.triggers.join(', ') || 'none'}, ${b.from} says ${b.triggers.join(', ') || 'none'}`,
      )
  }
  return found
}
