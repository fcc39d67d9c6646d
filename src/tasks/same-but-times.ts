/**
 * A service that keeps its task writes the same definition thousands of times, with another start time in a trigger. Such a text is not
 * read again: what differs is put in its place. Texts with comments, CDATA or a DTD are always read, so that a start time is one.
 */
import type { TaskDefinition, TaskReading } from '../domain/task.ts'

interface Known {
  /** the text without its start times */
  readonly rest: string
  readonly reading: TaskReading & { readonly definition: TaskDefinition }
}
const startTimes = /<StartBoundary>([^<&\s]{1,64})<\/StartBoundary>/g
/** Definitions remembered: the last of few tasks. */
const most = 4
const longest = 32_768
let known: readonly Known[] = []

/** @param read reads a text that is like none of the last */
export function readingLike(text: string, read: (text: string) => TaskReading): TaskReading {
  if (text.length > longest || text.includes('<!')) return read(text)
  const times: string[] = []
  const rest = text.replace(startTimes, (_, time: string) => {
    times.push(time)
    return '<StartBoundary/>'
  })
  if (times.length === 0) return read(text)
  const like = known.find((one) => one.rest === rest)
  if (like) return withTimes(like.reading, times)
  const reading = read(text)
  const { definition, trouble } = reading
  const found = definition?.triggers.flatMap(({ startBoundary }) => startBoundary ?? [])
  // only where each start time is that of one trigger, in their order
  if (
    definition &&
    !trouble &&
    found?.length === times.length &&
    found.every((time, at) => time === times[at])
  )
    known = [{ rest, reading: { ...reading, definition } }, ...known].slice(0, most)
  return reading
}

function withTimes({ definition, trouble }: Known['reading'], times: readonly string[]): TaskReading {
  let at = 0
  const triggers = definition.triggers.map((trigger) =>
    trigger.startBoundary === undefined ? trigger : { ...trigger, startBoundary: times[at++] },
  )
  return { definition: { ...definition, triggers }, trouble }
}
