/** Where each row of the task list stands, in pixels: heads of groups, rows of two lines, and calm rows of one. Pure. */
import type { TaskRowsShape } from '../../../src/contract/task-shapes.ts'

export const headHeight = 30
export const rowHeight = 46
export const calmHeight = 28

type Groups = TaskRowsShape['groups']
export type Placed =
  | { readonly kind: 'head'; readonly group: string; readonly tasks: number; readonly top: number }
  | { readonly kind: 'row'; readonly position: number; readonly calm: boolean; readonly top: number }

/** browsers draw nothing below some 33 million pixels */
export const tallest = 30_000_000

const heightIn = (group: string) => (group === 'quiet' ? calmHeight : rowHeight)

export const listHeight = (groups: Groups): number =>
  Math.min(
    tallest,
    groups.reduce((sum, { group, tasks }) => sum + headHeight + tasks * heightIn(group), 0) + 8,
  )

/** Heads and rows between two heights, with a margin of a few rows. */
export function placesInView(groups: Groups, top: number, height: number): readonly Placed[] {
  const found: Placed[] = []
  const from = top - 200
  const to = top + height + 200
  let y = 0
  let first = 0
  for (const { group, tasks } of groups) {
    if (y + headHeight >= from && y <= to) found.push({ kind: 'head', group, tasks, top: y })
    y += headHeight
    const each = heightIn(group)
    const start = Math.max(0, Math.floor((from - y) / each))
    const end = Math.min(tasks, Math.ceil((to - y) / each))
    for (let at = start; at < end; at++)
      found.push({ kind: 'row', position: first + at, calm: group === 'quiet', top: y + at * each })
    y += tasks * each
    first += tasks
  }
  return found
}

/** Top and height of one row; undefined when there is none at this position. */
export function placeOf(
  groups: Groups,
  position: number,
): { readonly top: number; readonly height: number } | undefined {
  let y = 0
  let first = 0
  for (const { group, tasks } of groups) {
    y += headHeight
    const each = heightIn(group)
    if (position >= first && position < first + tasks)
      return { top: y + (position - first) * each, height: each }
    y += tasks * each
    first += tasks
  }
  return undefined
}
