/**
 * The views of a host's tasks held against each other: what the Task Scheduler shows, the files, the registry's Tree and Tasks.
 * A difference is what a hidden or tampered task leaves (windows.md §3). Pure.
 */
import type { TaskDefinition } from '../domain/task.ts'
import type { TaskCacheEntry } from './cache-tree.ts'
import { checkTaskHash, readCachedActions } from './task-cache.ts'

export interface TaskFileView {
  /** `\Folder\Name`, below System32\Tasks */
  readonly path: string
  /** read when asked for, so that a hundred thousand files need not lie in memory */
  readonly bytes: Uint8Array | undefined
  readonly definition: TaskDefinition | undefined
}

export type TaskFindingCode =
  | 'no-security-descriptor'
  | 'index-zero'
  | 'index-missing'
  | 'tree-without-file'
  | 'file-without-tree'
  | 'task-without-tree'
  | 'tree-without-task'
  | 'path-differs'
  | 'hash-differs'
  | 'actions-differ'
  | 'not-shown'
  | 'shown-without-tree'

export interface TaskFinding {
  readonly code: TaskFindingCode
  /** path of the task the finding is about */
  readonly path: string
  readonly what: string
  /** the two values that differ, where two were compared */
  readonly one?: string | undefined
  readonly other?: string | undefined
}

export interface TaskViews {
  /** undefined: this view was not collected, and nothing is concluded from it */
  readonly files: readonly TaskFileView[] | undefined
  readonly cache: readonly TaskCacheEntry[] | undefined
  /** paths the Task Scheduler itself lists, hidden ones included */
  readonly shown: readonly string[] | undefined
  /** views of which only a part was collected: nothing is concluded from what is not in them */
  readonly partial?: {
    readonly files?: boolean
    readonly cache?: boolean
    readonly shown?: boolean
  }
}

/** Everything the views disagree on, by path, then code. Views that were not collected are not held against others. */
export function compareTaskViews(views: TaskViews): readonly TaskFinding[] {
  const findings: TaskFinding[] = []
  const partial = views.partial ?? {}
  const files = views.files && new Map(views.files.map((file) => [file.path.toUpperCase(), file]))
  for (const entry of views.cache ?? []) {
    findings.push(...findingsOfEntry(entry, partial.cache === true))
    const file = files?.get(entry.path.toUpperCase())
    if (files && !partial.files && !file && entry.tree)
      findings.push(
        finding(
          'tree-without-file',
          entry.path,
          'The registry lists the task; its file under System32\\Tasks is missing.',
        ),
      )
    if (file) findings.push(...findingsOfPair(entry, file))
  }
  if (views.cache && files && !partial.cache) {
    const known = new Set(views.cache.filter((entry) => entry.tree).map((entry) => entry.path.toUpperCase()))
    for (const [key, file] of files)
      if (!known.has(key))
        findings.push(
          finding(
            'file-without-tree',
            file.path,
            'There is a task file; the registry does not list the task, so the Task Scheduler does not run it.',
          ),
        )
  }
  if (views.shown && views.cache && !partial.shown) {
    const shown = new Set(views.shown.map((path) => path.toUpperCase()))
    for (const entry of views.cache)
      if (entry.tree && !shown.has(entry.path.toUpperCase()))
        findings.push(
          finding(
            'not-shown',
            entry.path,
            'The registry lists the task; the Task Scheduler does not show it, hidden tasks included.',
          ),
        )
  }
  if (views.shown && views.cache && !partial.cache) {
    const known = new Set(views.cache.filter((entry) => entry.tree).map((entry) => entry.path.toUpperCase()))
    for (const path of views.shown)
      if (!known.has(path.toUpperCase()))
        findings.push(
          finding(
            'shown-without-tree',
            path,
            'The Task Scheduler shows the task; the registry does not list it: it was removed there, or registered between the two looks.',
          ),
        )
  }
  return findings.sort(
    (a, b) => compare(a.path.toUpperCase(), b.path.toUpperCase()) || compare(a.code, b.code),
  )
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const finding = (code: TaskFindingCode, path: string, what: string): TaskFinding => ({ code, path, what })

/** @param isPartial keys may have been left out of what was collected */
function findingsOfEntry(entry: TaskCacheEntry, isPartial: boolean): readonly TaskFinding[] {
  const { path, tree, task } = entry
  if (!tree && isPartial) return []
  if (!tree)
    return [
      finding(
        'task-without-tree',
        path,
        'The registry holds the task under Tasks; no key under Tree names it.',
      ),
    ]
  const found: TaskFinding[] = []
  if (!tree.hasSecurityDescriptor)
    found.push(
      finding(
        'no-security-descriptor',
        path,
        'The task has no security descriptor (SD) under Tree: schtasks and the console do not show it.',
      ),
    )
  if (tree.index === 0)
    found.push(
      finding('index-zero', path, 'The value Index of the task is 0: the Task Scheduler does not show it.'),
    )
  if (tree.index === undefined)
    found.push(
      finding(
        'index-missing',
        path,
        'The task has no value Index under Tree: the Task Scheduler does not show it.',
      ),
    )
  if (!task && isPartial) return found
  if (!task)
    found.push(finding('tree-without-task', path, 'The Tree key names a task that is not under Tasks.'))
  else if (task.path !== undefined && task.path.toUpperCase() !== path.toUpperCase())
    found.push({
      ...finding('path-differs', path, 'The path under Tree and the value Path under Tasks differ.'),
      one: path,
      other: task.path,
    })
  return found
}

function findingsOfPair(entry: TaskCacheEntry, file: TaskFileView): readonly TaskFinding[] {
  const found: TaskFinding[] = []
  const { task, path } = entry
  const bytes = task?.hash && file.bytes
  if (task?.hash && bytes && checkTaskHash(task.hash, bytes) === 'different')
    found.push(
      finding(
        'hash-differs',
        path,
        'The file is not the one the Task Scheduler wrote: its SHA-256 is not the value Hash.',
      ),
    )
  const definition = task?.actions && file.definition
  if (!task?.actions || !definition) return found
  const cached = readCachedActions(task.actions)
  if (cached.trouble) return found
  const one = lineOf(definition.actions)
  const other = lineOf(cached.actions)
  if (one !== other)
    found.push({
      ...finding(
        'actions-differ',
        path,
        "The actions in the file and those in the registry differ; the registry's are run.",
      ),
      one,
      other,
    })
  return found
}

/** Actions as one comparable text: blanks at the ends mean nothing, everything else does. */
function lineOf(actions: TaskDefinition['actions']): string {
  const parts = actions.map((action) => {
    if (action.kind === 'exec')
      return ['exec', action.command, action.arguments ?? '', action.workingDirectory ?? '']
    if (action.kind === 'com-handler') return ['com-handler', action.classId.toUpperCase(), action.data ?? '']
    return [action.kind, ...Object.entries(action.details).flat()]
  })
  return JSON.stringify(parts.map((part) => part.map((text) => text.trim())))
}
