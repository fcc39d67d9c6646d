// What Tasks keeps while another view is shown: the task, the part of it that is open, and the filter. Per case, in this
// window only; nothing of it is evidence.

export interface TasksMemory {
  readonly task: string | null
  readonly part: string
  readonly text: string
  readonly only: 'findings' | 'signs' | null
  readonly host: string | null
}
const kept = new Map<string, TasksMemory>()
const casesKept = 8
const fresh: TasksMemory = { task: null, part: 'told', text: '', only: null, host: null }

export const recallTasks = (caseId: string): TasksMemory => kept.get(caseId) ?? fresh

export function rememberTasks(caseId: string, change: Partial<TasksMemory>): void {
  const next = { ...recallTasks(caseId), ...change }
  kept.delete(caseId)
  kept.set(caseId, next)
  for (const oldest of kept.keys()) {
    if (kept.size <= casesKept) break
    kept.delete(oldest)
  }
}
