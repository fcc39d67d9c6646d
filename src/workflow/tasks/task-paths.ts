/** Where a file of evidence says its task belongs. Names are evidence text and never used as paths here. */
import { originalPath } from '../../sources/collector.ts'

const tasksFolder = /^[a-z]:\\windows\\(?:system32|syswow64|sysnative)\\tasks(\\.+)$/i

/**
 * `\folder\name` of a file that lay below `System32\Tasks`, or else below a folder called `Tasks` in the collection; undefined
 * when neither tells.
 */
export function taskPathOf(origin: string): { path: string; isFromTree: boolean } | undefined {
  // taken from a live host: the path is exact, and a percent sign in it is one
  const live = /^[^\\/]+\\([A-Za-z]:\\.*)$/.exec(origin)?.[1]
  const inTree = tasksFolder.exec(live ?? originalPath(origin) ?? '')?.[1]
  if (inTree) return { path: inTree, isFromTree: true }
  const parts = origin.split(/[\\/!]/)
  const at = parts.findLastIndex((part) => part.toLowerCase() === 'tasks')
  return at >= 0 && at < parts.length - 1
    ? { path: `\\${parts.slice(at + 1).join('\\')}`, isFromTree: false }
    : undefined
}

/** `At1.job` → `\At1`; the old scheduler knows no folders. */
export const jobPathOf = (name: string): string => `\\${name.replace(/\.job$/i, '')}`
