/** The life of a task in one sentence, from what is recorded and from nothing else. */
import type { TaskEntryShape } from '../../../src/contract/task-shapes.ts'
import { formatLength, formatStamp, plural } from '../../widgets/format.ts'
import { beganWord } from './task-words.ts'

export function lifeSentence(task: TaskEntryShape, leftOut: number): string {
  const last = task.lifetimes.at(-1)
  const records = task.history.length + leftOut
  const told = plural(records, 'record')
  if (!last || last.from === null)
    return records === 0 ? 'No record names it.' : `${told}, none tells when it came.`
  const lives = task.lifetimes.length > 1 ? `${plural(task.lifetimes.length, 'lifetime')}. The last: ` : ''
  const by = last.creator === null ? '' : ` by ${last.creator}`
  const start = `${beganWord(last.began)} ${formatStamp(last.from, 3)} UTC${by}`
  const ends: Readonly<Record<string, string>> = { deleted: 'deleted', replaced: 'made anew' }
  const end =
    last.ended === null
      ? 'no record tells of its end'
      : last.to === null
        ? `${ends[last.ended] ?? last.ended} at a time that is not recorded`
        : `${ends[last.ended] ?? last.ended} ${formatLength(Date.parse(last.to) - Date.parse(last.from))} later`
  const runs = last.runs > 0 ? `, ${plural(last.runs, 'run')} recorded` : ''
  return `${lives}${start}, ${end}${runs}. ${told}.`
}
