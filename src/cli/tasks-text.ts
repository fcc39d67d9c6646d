import { escapeLine } from '../base/escape.ts'
import type { TaskEntry } from './doors.ts'
import type { Style } from './terminal.ts'
import { labelled, tableLines } from './text-table.ts'
import { linesText } from './verb.ts'

/** The definition found last: what the task is now, as far as the evidence goes. */
function definitionPairs({ definitions }: TaskEntry): [string, string][] {
  const last = definitions.at(-1)
  if (!last) return [['definition', 'none in the evidence']]
  const pairs: [string, string | null][] = [
    ['action', last.action],
    ['runs as', last.runAs],
    ['author', last.author],
    ['triggers', last.triggers.join(', ') || null],
    ['hidden', last.hidden === null ? null : last.hidden ? 'yes' : 'no'],
    ['read from', last.from],
    ['trouble', last.trouble],
  ]
  return pairs.filter((pair): pair is [string, string] => pair[1] !== null)
}

const began = { created: 'created', registered: 'registered', 'first-seen': 'first seen' } as const

function lifePairs({ lifetimes }: TaskEntry): [string, string][] {
  return lifetimes.map((life, at): [string, string] => [
    lifetimes.length > 1 ? `life ${at + 1}` : 'life',
    [
      `${began[life.began]} ${life.from}`,
      life.creator && `by ${life.creator}`,
      life.ended ? `${life.ended} ${life.to}` : 'no end recorded',
      life.chains.length ? `chain ${life.chains.join(', ')}` : '',
    ]
      .filter(Boolean)
      .join(', '),
  ])
}

/** What the actions come to where that is not what was written, and what else there is to say of them. */
function actionPairs({ actions }: TaskEntry): [string, string][] {
  return actions.flatMap((action): [string, string][] => [
    ...(action.expanded !== action.line ? ([['resolves to', action.expanded]] as [string, string][]) : []),
    ...(action.decoded !== undefined ? ([['decoded', action.decoded]] as [string, string][]) : []),
    ...action.urls.map((url): [string, string] => ['web address', url]),
    ...action.uncPaths.map((path): [string, string] => ['on a share', path]),
  ])
}

function registryPairs({ registry }: TaskEntry): [string, string][] {
  if (!registry) return []
  const { lastRun, lastResult, hash } = registry
  const result = lastResult
    ? `, result ${lastResult.code}${lastResult.meaning ? ` (${lastResult.meaning})` : ''}`
    : ''
  return [
    [
      'registry',
      `${lastRun ? `last run ${lastRun}${result}` : 'never run, or not told'}${hash ? `; hash of the file ${hash}` : ''}`,
    ],
  ]
}

function taskLines(task: TaskEntry, columns: number, paint: (text: string, style: Style) => string) {
  const width = Number.isFinite(columns) ? columns : 120
  const history = tableLines(
    [
      { title: 'time (UTC)' },
      { title: 'event', align: 'right' },
      { title: 'record', align: 'right' },
      { title: 'what', cut: 'wrap', least: 20 },
    ],
    task.history.map((one) => [
      one.time,
      String(one.eventId),
      one.citation.recordId,
      one.result?.meaning ? `${one.what} (${one.result.meaning})` : one.what,
    ]),
    columns - 2,
  )
  return [
    '',
    `${paint(escapeLine(task.path), 'bold')} on ${escapeLine(task.host)}`,
    ...labelled(
      [
        ...lifePairs(task),
        ...definitionPairs(task),
        ...actionPairs(task),
        ...registryPairs(task),
        ...task.findings.map((one): [string, string] => ['finding', one.what]),
        ...task.signals
          .filter((one) => one.weighs === 'malicious')
          .map((one): [string, string] => [one.strong ? 'sign, strong' : 'sign', one.what]),
        ...task.differences.map((text): [string, string] => ['differs', text]),
      ],
      width,
    ),
    ...(task.history.length ? history.map((line) => `  ${line}`) : []),
  ]
}

/** Tasks with a history or differences one by one; those known from their definition alone as a table. */
export function tasksText(
  tasks: readonly TaskEntry[],
  columns: number,
  paint: (text: string, style: Style) => string,
): string {
  if (tasks.length === 0) return 'The evidence knows of no task.\n'
  const hasStory = (task: TaskEntry) =>
    task.history.length > 0 || task.differences.length > 0 || task.findings.length > 0
  const told = tasks.filter(hasStory)
  const quiet = tasks.filter((task) => !hasStory(task))
  const table = tableLines(
    [
      { title: 'host', cut: 'end', least: 8 },
      { title: 'task', cut: 'middle', least: 24 },
      { title: 'action', cut: 'middle', least: 24 },
      { title: 'runs as', cut: 'end' },
    ],
    quiet.map((task) => {
      const last = task.definitions.at(-1)
      return [task.host, task.path, last?.action ?? last?.trouble ?? '', last?.runAs ?? '']
    }),
    columns,
  )
  return linesText([
    paint(
      `${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'}, ${told.length} with a history or differences`,
      'dim',
    ),
    ...told.flatMap((task) => taskLines(task, columns, paint)),
    ...(quiet.length ? ['', paint('Known from their definition alone', 'bold'), ...table] : []),
  ])
}
