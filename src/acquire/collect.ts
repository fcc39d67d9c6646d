/**
 * Takes what the plan says, one artifact after the other, into the spool. What fails costs itself and becomes a problem; a lost
 * connection, garbage or a full disk of ours ends the run, and what has arrived stays.
 */
import type { Problem } from '../domain/problem.ts'
import { takeSmallFiles } from './collect-files.ts'
import { takeArchives, takeLog, takeRaw } from './collect-logs.ts'
import { answers, type CollectOptions, splitOnce } from './collecting.ts'
import { DocumentWriter } from './document.ts'
import { RequestFailed } from './failures.ts'
import { type Answer, CacheKey, itemOf, RowValue } from './messages.ts'
import type { PlannedArtifact } from './plan.ts'
import { troubleProblem } from './preflight.ts'
import type { Taken } from './spool.ts'

export async function collect(all: CollectOptions): Promise<void> {
  const { spool, plan } = all
  for (const artifact of plan.artifacts) {
    const options: CollectOptions = {
      ...all,
      onProblem: (problem) => all.onProblem({ ...problem, artifact: artifact.id }),
    }
    if (spool.state.done.includes(artifact.id)) continue
    options.onArtifact?.(artifact)
    // what a broken run took of it before is taken anew, but for archives, which count one by one
    if (artifact.id !== 'archives')
      spool.state.taken = spool.state.taken.filter((one) => one.artifact !== artifact.id)
    try {
      await takeArtifact(artifact, options)
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error
      options.onProblem(failureProblem(options.host, artifact, error))
      for (const key of Object.keys(spool.state.begun))
        if (key === artifact.id || key.startsWith(`${artifact.id}\n`)) delete spool.state.begun[key]
    }
    spool.state.done.push(artifact.id)
    await spool.save()
  }
}

export function failureProblem(host: string, artifact: PlannedArtifact, error: RequestFailed): Problem {
  const cannot = /^tasktrail-cannot: (.*)/.exec(error.message)?.[1]
  if (cannot)
    return {
      code: 'acquire.artifact.unavailable',
      severity: 'warning',
      where: `${host}: ${artifact.what}`,
      what: `${cannot}. It was not taken; use another way for it.`,
    }
  return {
    ...troubleProblem(host, {
      where: artifact.what,
      what: error.message,
      ...error.marks,
    }),
    severity: 'error',
  }
}

function takeArtifact(artifact: PlannedArtifact, options: CollectOptions): Promise<void> {
  const [group = '', name = ''] = splitOnce(artifact.id)
  switch (group) {
    case 'state':
      return takeState(name, artifact, options)
    case 'tasks':
      return takeTasks(name, artifact, options)
    case 'log':
      return takeLog(name, artifact, options)
    case 'raw':
      return takeRaw(name, artifact, options, artifact.why)
    case 'archives':
      return takeArchives(artifact, options)
    default:
      return Promise.resolve() // host: asked by the preflight, written at the end
  }
}

/** Raw values stay bytes, as base64. */
const asStored = (value: unknown): unknown =>
  Buffer.isBuffer(value) ? { base64: value.toString('base64') } : value

/** Members of a row, checked one by one; `k`, `type` and the like are the protocol's own. */
function rowOf(answer: Extract<Answer, { type: 'item' }>): Record<string, unknown> {
  const row: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(answer).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (['k', 'type', 'id', 'kind', 'of'].includes(name)) continue
    const parsed = RowValue.parse(value)
    row[name] = Array.isArray(parsed)
      ? parsed.map((one) =>
          one !== null && typeof one === 'object' ? { ...one, value: asStored(one.value) } : one,
        )
      : asStored(parsed)
  }
  return row
}

async function takeState(of: string, artifact: PlannedArtifact, options: CollectOptions): Promise<void> {
  await takeDocument(artifact, options, {
    name: `${of}.json`,
    kind: 'host-state',
    head: { schema: 'tasktrail-host-state/1', of },
    list: 'rows',
    fill: (writer) =>
      answers(options, 'state', { of }, async (answer) => {
        if (answer.type === 'item' && answer.kind === 'row')
          await writer.add({ of: answer.of, ...rowOf(answer) })
      }),
  })
}

interface DocumentPlan {
  readonly name: string
  readonly kind: Taken['kind']
  readonly head: Readonly<Record<string, unknown>>
  readonly list: string
  readonly fill: (writer: DocumentWriter) => Promise<void>
}

async function takeDocument(
  artifact: PlannedArtifact,
  options: CollectOptions,
  about: DocumentPlan,
): Promise<void> {
  const { spool, host } = options
  const file = spool.newPart()
  const head = {
    ...about.head,
    host: options.preflight.fqdn ?? host,
    takenAt: options.now().toISOString(),
    way: options.connection.way,
  }
  const writer = await DocumentWriter.open(spool.path(file), head, about.list, (soFar) =>
    options.onBytes?.(soFar, null),
  )
  try {
    await about.fill(writer)
  } catch (error) {
    await writer.abandon()
    throw error
  }
  const { size, sha256 } = await writer.end()
  spool.state.taken.push({
    artifact: artifact.id,
    name: about.name,
    hostPath: about.name,
    kind: about.kind,
    file,
    size,
    sha256OnHost: null,
    sha256,
    method: `asked over ${options.connection.way}, ${writer.rows} rows`,
  })
}

async function takeTasks(view: string, artifact: PlannedArtifact, options: CollectOptions): Promise<void> {
  if (view === 'files' || view === 'jobs') return takeSmallFiles(view, artifact, options)
  if (view === 'com')
    return takeDocument(artifact, options, {
      name: 'tasks.json',
      kind: 'task-list',
      head: { schema: 'tasktrail-task-list/1' },
      list: 'tasks',
      fill: (writer) =>
        answers(options, 'tasks-com', {}, async (answer) => {
          const task = itemOf(answer, 'task')
          if (task) await writer.add(task)
        }),
    })
  return takeDocument(artifact, options, {
    name: 'task-cache.json',
    kind: 'task-cache',
    head: { schema: 'tasktrail-task-cache/1' },
    list: 'keys',
    fill: (writer) =>
      answers(options, 'tasks-cache', {}, async (answer) => {
        if (answer.type !== 'item' || !answer.kind.startsWith('cache-')) return
        const key = CacheKey.parse(answer)
        await writer.add({
          part: answer.kind.slice('cache-'.length),
          path: key.path,
          values: key.values.map(({ value, ...one }) => ({ ...one, value: asStored(value) })),
        })
      }),
  })
}
