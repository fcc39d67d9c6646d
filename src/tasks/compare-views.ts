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
  readonly bytes: Uint8Array
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
}

/** Everything the views disagree on, by path, then code. Views that were not collected are not held against others. */
export function compareTaskViews(views: TaskViews): readonly TaskFinding[] {
  const findings: TaskFinding[] = []
  const files = views.files && new Map(views.files.map((file) => [file.path.toUpperCase(), file]))
  for (const entry of views.cache ?? []) {
    findings.push(...findingsOfEntry(entry))
    const file = files?.get(entry.path.toUpperCase())
    if (files && !file && entry.tree)
      findings.push(
        finding(
          'tree-without-file',
          entry.path,
          'The registry lists the task; its file under System32\\Tasks is missing.',
        ),
      )
    if (file) findings.push(...findingsOfPair(entry, file))
  }
  if (views.cache && files) {
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
  if (views.shown && views.cache) {
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
  return findings.sort(
    (a, b) => compare(a.path.toUpperCase(), b.path.toUpperCase()) || compare(a.code, b.code),
  )
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const finding = (code: TaskFindingCode, path: string, what: string): TaskFinding => ({ code, path, what })

function findingsOfEntry(entry: TaskCacheEntry): readonly TaskFinding[] {
  const { path, tree, task } = entry
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
  if (task?.hash && checkTaskHash(task.hash, file.bytes) === 'different')
    found.push(
      finding(
        'hash-differs',
        path,
        'The file is not the one the Task Scheduler wrote: its SHA-256 is not the value Hash.',
      ),
    )
  if (!task?.actions || !file.definition) return found
  const cached = readCachedActions(task.actions)
  if (cached.trouble) return found
  const one = lineOf(file.definition.actions)
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
