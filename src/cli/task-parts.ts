/** Parts of one task as text: its lives, its definitions side by side, its history. */
import type { TaskEntry } from './doors.ts'
import { tableLines } from './text-table.ts'

export const resultWords = ({ code, meaning }: { readonly code: string; readonly meaning: string | null }) =>
  meaning ? `${code} (${meaning})` : code

const began: Readonly<Record<string, string>> = {
  created: 'created',
  registered: 'registered',
  'first-seen': 'first record',
  registry: 'registered as the registry says,',
}

export function lifePairs({ lifetimes }: TaskEntry): [string, string][] {
  return lifetimes.map((life): [string, string] => [
    lifetimes.length > 1 ? `life ${life.number}` : 'life',
    [
      life.from ? `${began[life.began] ?? life.began} ${life.from}` : 'no time told',
      life.creator && `by ${life.creator}`,
      life.ended ? `${life.ended} ${life.to ?? ''}` : '',
      life.runs > 0 && `${life.runs} ${life.runs === 1 ? 'run' : 'runs'}`,
      life.why,
    ]
      .filter(Boolean)
      .join(', '),
  ])
}

/** Definitions that say the same stand together; where more than one thing is said, each says who says it. */
export function definitionPairs({ definitions, lifetimes }: TaskEntry): [string, string][] {
  if (definitions.length === 0) return [['definition', 'none in the evidence']]
  const groups = new Map<string, TaskEntry['definitions'][number][]>()
  for (const one of definitions) {
    const key = JSON.stringify([one.action, one.runAs, one.author, one.hidden, one.triggers])
    const same = groups.get(key)
    if (same) same.push(one)
    else groups.set(key, [one])
  }
  const shown = [...groups.values()].slice(0, 12)
  const told = shown.flatMap((same): [string, string][] => {
    const [one] = same
    if (!one) return []
    const lifeOf = (each: typeof one) =>
      lifetimes.length > 1 && each.lifetime !== null ? ` (life ${each.lifetime})` : ''
    const from = same.slice(0, 6).map((each) => `${each.from}${lifeOf(each)}`)
    const pairs: [string, string | null][] = [
      ['read from', `${from.join(', ')}${same.length > 6 ? `, and ${same.length - 6} more` : ''}`],
      ['action', one.action],
      ['runs as', [one.runAs, one.runLevel].filter(Boolean).join(', ') || null],
      ['author', one.author],
      ['triggers', one.triggers.join(', ') || null],
      ['hidden', one.hidden === null ? null : one.hidden ? 'yes' : 'no'],
    ]
    return pairs.filter((pair): pair is [string, string] => pair[1] !== null)
  })
  const left = groups.size - shown.length
  return left > 0 ? [...told, ['read from', `${left} other definitions; --json has all`]] : told
}

/** records of one task that are listed: the first and the last of them */
const mostHistory = 40

export function historyLines({ history, path }: TaskEntry, columns: number): readonly string[] {
  if (history.length === 0) return []
  const isLong = history.length > mostHistory
  const half = mostHistory / 2
  // the task is named above: its path again on every line hides what happened
  const subject = `Task ${path} `
  const shortened = (what: string) => (what.startsWith(subject) ? what.slice(subject.length) : what)
  const rowOf = (one: TaskEntry['history'][number]) => [
    one.time,
    String(one.eventId),
    one.citation.recordId,
    one.result?.meaning ? `${shortened(one.what)} (${one.result.meaning})` : shortened(one.what),
  ]
  const rows = isLong
    ? [
        ...history.slice(0, half).map(rowOf),
        [
          '',
          '',
          '',
          `… ${history.length - mostHistory} more records: tasktrail timeline --task shows them all`,
        ],
        ...history.slice(-half).map(rowOf),
      ]
    : history.map(rowOf)
  const table = tableLines(
    [
      { title: 'time (UTC)' },
      { title: 'event', align: 'right' },
      { title: 'record', align: 'right' },
      { title: 'what', cut: 'wrap', least: 20 },
    ],
    rows,
    columns - 2,
  )
  return table.map((line) => `  ${line}`)
}
