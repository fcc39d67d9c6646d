/** Tasks for people: what was collected, then every task with something to tell, loudest first, then the quiet ones as a table. */
import { escapeLine } from '../base/escape.ts'
import type { TaskEntry, TaskHost } from './doors.ts'
import { definitionPairs, historyLines, lifePairs, resultWords } from './task-parts.ts'
import type { Style } from './terminal.ts'
import { labelled, tableLines, wrap } from './text-table.ts'
import { linesText } from './verb.ts'

type Paint = (text: string, style: Style) => string

const viewNames: Readonly<Record<string, string>> = {
  audit: 'audit log',
  history: 'task log',
  file: 'task files',
  registry: 'registry',
  service: 'Task Scheduler',
  job: '.job files',
}

/** Which views each host has: nothing is concluded from one that was not collected. */
function hostLines(hosts: readonly TaskHost[], width: number, paint: Paint): string[] {
  return hosts.flatMap(({ host, tasks, views }) => [
    '',
    `${paint(`Views of tasks on ${escapeLine(host)}`, 'bold')} (${tasks} ${tasks === 1 ? 'task' : 'tasks'})`,
    ...labelled(
      views.map(({ view, state, why }): [string, string] => [
        viewNames[view] ?? view,
        state === 'whole' ? `${why}; taken whole` : why,
      ]),
      width,
    ),
  ])
}

/** What the actions come to where that is not what was written, and what else there is to say of them. */
function actionPairs({ actions }: TaskEntry): [string, string][] {
  return actions.flatMap((action): [string, string][] => {
    const pairs: [string, string][] = []
    if (action.expanded !== action.line)
      pairs.push(['resolves to', `${action.expanded} (assumed ${action.assumed.join(', ')})`])
    if (action.interpreter)
      pairs.push([
        'interpreter',
        `${action.interpreter}${action.script ? `, given ${action.script}` : ', which runs what it is told'}`,
      ])
    if (action.decoded !== null) pairs.push(['decoded', `${action.decoded} (not run)`])
    for (const url of action.urls) pairs.push(['web address', url])
    for (const path of action.uncPaths) pairs.push(['on a share', path])
    return pairs
  })
}

function factPairs(task: TaskEntry): [string, string][] {
  const pairs: [string, string][] = []
  const { registry, service, hashCheck } = task
  if (registry) {
    const { created, lastRun, lastSuccess, lastResult, dynamic } = registry
    const told = [
      created && `registered ${created}`,
      lastRun ? `last run ${lastRun}` : dynamic ? 'never run' : 'no times (DynamicInfo) to read',
      lastResult && `result ${resultWords(lastResult)}`,
      lastSuccess && `last success ${lastSuccess}`,
    ]
    pairs.push(['registry', told.filter(Boolean).join(', ')])
    if (registry.hash !== null) pairs.push(['hash check', `${hashCheck.result}: ${hashCheck.why}`])
  }
  if (service) {
    const told = [
      service.state,
      service.lastRun && `last run ${service.lastRun} (host time)`,
      service.lastResult && `result ${resultWords(service.lastResult)}`,
      service.nextRun && `next run ${service.nextRun} (host time)`,
    ]
    pairs.push(['service', told.filter(Boolean).join(', ')])
  }
  return pairs
}

const mostDifferences = 20

function taskLines(task: TaskEntry, columns: number, paint: Paint): string[] {
  const width = Number.isFinite(columns) ? columns : 120
  const alarms = task.findings.flatMap(({ severity, what, one, other, code }) => {
    const values = one !== null && other !== null ? ` One says ${one}, the other ${other}.` : ''
    const mark = severity === 'alarm' ? '!!' : ' !'
    return wrap(escapeLine(`${what}${values} [${code}]`), width - 5, true).map((line, at) =>
      paint(`  ${at === 0 ? mark : '  '} ${line}`, severity === 'alarm' ? 'red' : 'yellow'),
    )
  })
  const differences = task.differences.slice(0, mostDifferences)
  const more = task.differences.length - differences.length
  const signals = task.signals.filter((one) => one.weighs === 'malicious')
  const pairs: [string, string][] = [
    ...definitionPairs(task),
    ...lifePairs(task),
    ...actionPairs(task),
    ...factPairs(task),
    ...signals.map((one): [string, string] => [
      one.strong ? 'sign, strong' : 'sign',
      `${task.lifetimes.length > 1 && one.lifetime !== null ? `life ${one.lifetime}: ` : ''}${one.what}`,
    ]),
    ...differences.map((text): [string, string] => ['differs', text]),
    ...(more > 0
      ? ([['differs', `in ${more} more fields or changes; --json has all`]] as [string, string][])
      : []),
    ...(task.chains.length ? ([['chains', task.chains.join(', ')]] as [string, string][]) : []),
    ...task.trouble.map((text): [string, string] => ['trouble', text]),
  ]
  return [
    '',
    `${paint(escapeLine(task.path), 'bold')} on ${escapeLine(task.host)}`,
    ...alarms,
    ...labelled(pairs, width),
    ...historyLines(task, columns),
  ]
}

const hasStory = (task: TaskEntry) =>
  task.history.length > 0 ||
  task.differences.length > 0 ||
  task.findings.length > 0 ||
  task.trouble.length > 0
/** 3: the views speak against it; 2: strong signs; 1: signs; 0: nothing. Many honest tasks are hidden or change. */
const loudness = ({ findings, signals }: TaskEntry): number => {
  if (findings.some(({ severity }) => severity === 'alarm')) return 3
  const against = signals.filter(({ weighs, id }) => weighs === 'malicious' && id !== 'hidden')
  return against.some(({ strong }) => strong) ? 2 : against.length > 0 ? 1 : 0
}

export function tasksText(
  tasks: readonly TaskEntry[],
  hosts: readonly TaskHost[],
  columns: number,
  paint: Paint,
): string {
  const width = Number.isFinite(columns) ? columns : 120
  if (tasks.length === 0)
    return linesText(['The evidence knows of no task.', ...hostLines(hosts, width, paint)])
  const told = tasks.filter(hasStory)
  const quiet = tasks.filter((task) => !hasStory(task))
  const alarmed = tasks.filter((task) => loudness(task) === 3)
  const table = tableLines(
    [
      { title: 'host', cut: 'end', least: 8 },
      { title: 'task', cut: 'middle', least: 24 },
      { title: 'action', cut: 'middle', least: 24 },
      { title: 'runs as', cut: 'end' },
      { title: 'signs', cut: 'end', least: 8 },
    ],
    quiet.map((task) => {
      const last = task.definitions.at(-1)
      const signs = task.signals.filter(({ weighs }) => weighs === 'malicious').map(({ id }) => id)
      return [
        task.host,
        task.path,
        last?.action ?? last?.trouble ?? '',
        last?.runAs ?? '',
        [...new Set(signs)].join(', '),
      ]
    }),
    columns,
  )
  const count = (all: readonly unknown[], word: string) =>
    `${all.length} ${word}${all.length === 1 ? '' : 's'}`
  return linesText([
    paint(`${count(tasks, 'task')}, ${told.length} with a history or differences`, 'dim'),
    ...(alarmed.length
      ? [
          paint(
            `${count(alarmed, 'task')} hidden, orphaned, tampered with or put in place past the Task Scheduler, shown first (!!)`,
            'red',
          ),
        ]
      : []),
    ...hostLines(hosts, width, paint),
    ...told.toSorted((a, b) => loudness(b) - loudness(a)).flatMap((task) => taskLines(task, columns, paint)),
    ...(quiet.length ? ['', paint('Known from their definition alone', 'bold'), ...table] : []),
  ])
}
