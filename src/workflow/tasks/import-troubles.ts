/** What is wrong with a view of tasks, told when it is imported; everything readable of it is read all the same. */
import type { Problem } from '../../domain/problem.ts'
import { readJobFile } from '../../tasks/job-file.ts'
import { listedTasks } from './listed-task.ts'
import { openPaged } from './paged-source.ts'
import { readCacheOf } from './read-cache.ts'
import { readTaskFile, readTaskFileBytes } from './sightings.ts'

export const isTaskView = (kind: string): boolean => Object.hasOwn(readers, kind)

/** @param origin where the item came from, for the words of the problem */
export function taskViewProblems(kind: string, path: string, origin: string): readonly Problem[] {
  return readers[kind]?.(path, origin) ?? []
}

const mostListed = 100
const warning = (code: string, where: string, what: string): Problem => ({
  code,
  severity: 'warning',
  where,
  what,
})

const readers: Readonly<Record<string, (path: string, origin: string) => readonly Problem[]>> = {
  'task-xml': (path, origin) => {
    const { trouble } = readTaskFile(path)
    return trouble ? [warning(trouble.code, `${origin}, ${trouble.where}`, trouble.what)] : []
  },
  'task-job': (path, origin) => {
    const job = readJobFile(readTaskFileBytes(path))
    if (!job)
      return [warning('tasks.job.unreadable', origin, 'The .job file cannot be read: its task is not known.')]
    return job.trouble ? [warning('tasks.job.cut', origin, `${job.trouble} What stands before is read.`)] : []
  },
  'registry-hive': (path, origin) => cacheProblems(path, 'registry-hive', origin),
  'task-cache': (path, origin) => cacheProblems(path, 'task-cache', origin),
  'task-list': (path, origin) => {
    const problems: Problem[] = []
    let more = 0
    const source = openPaged(path)
    try {
      for (const piece of listedTasks(source)) {
        if (piece.ok) continue
        if (problems.length < mostListed)
          problems.push(
            warning(
              'tasks.list.malformed',
              `${origin}, byte ${piece.offset}`,
              `A task of the list cannot be used: ${piece.what}. The others are.`,
            ),
          )
        else more++
      }
    } finally {
      source.close()
    }
    return more > 0
      ? [
          ...problems,
          warning('tasks.list.malformed', origin, `${more} more tasks of the list cannot be used either.`),
        ]
      : problems
  },
}

const cacheProblems = (
  path: string,
  kind: 'registry-hive' | 'task-cache',
  origin: string,
): readonly Problem[] =>
  readCacheOf(path, kind).troubles.map(({ code, offset, what }) =>
    warning(code, `${origin}, byte ${offset}`, what),
  )
