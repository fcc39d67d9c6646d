/**
 * What the other views of a chain's task tell: its file, TaskCache in the registry, the service's own list. They say whether it ran when no
 * record does (windows.md §6, question 1), and what was hidden or changed past the records. Only of the lifetime that they show.
 */
import type { Answer, Reason } from '../domain/answers.ts'
import type { Chain } from '../domain/chain.ts'
import type { Citation, Locator } from '../domain/locator.ts'
import type { BytePlace, TaskCitation, TaskEntry, TaskFindingEntry } from '../domain/task-entry.ts'
import { type FileTime, fileTime, formatUtc, parseUtc, seconds } from '../domain/time.ts'
import type { PlaybookScene } from './scene.ts'

/** Registry and record of one creation are written within this time. */
const together = seconds(5)
/** `0x41303`: the task has not yet run */
const neverRun = '0x41303'

/** The task of the chain as the views tell it, and whether what they show of today is the lifetime the chain is about. */
export interface TaskState {
  readonly entry: TaskEntry
  readonly isCurrent: boolean
}

export function taskStateOf({
  chain,
  evidence,
}: Pick<PlaybookScene, 'chain' | 'evidence'>): TaskState | undefined {
  const entry = evidence.tasks?.get(chain.id)
  if (!entry) return undefined
  const own = entry.lifetimes.find(({ chains }) => chains.includes(chain.id))
  const last = entry.lifetimes.at(-1)
  const isCurrent = own ? own === last : !last?.from || (parseUtc(last.from) ?? chain.time) <= chain.time
  return { entry, isCurrent }
}

export const isPlace = (at: TaskCitation): at is BytePlace => !('recordId' in at)
const words = ({ evidenceId, offset }: BytePlace) => `item ${evidenceId.slice(0, 12)}, byte ${offset}`

/** The registry's times, where they are those of the chain's own lifetime. */
function registryOf({ entry, isCurrent }: TaskState, chain: Chain) {
  const { registry } = entry
  if (!isCurrent || !registry?.dynamic) return undefined
  const created = parseUtc(registry.created ?? '')
  if (created === undefined) return undefined
  const apart = created < chain.time ? chain.time - created : created - chain.time
  const isOwn = chain.kind === 'task-created' ? apart <= together : created <= chain.time + together
  return isOwn ? { ...registry, lastRunTime: parseUtc(registry.lastRun ?? '') } : undefined
}

type Told = Pick<Answer, 'answer' | 'why' | 'citations'> & { readonly places?: readonly BytePlace[] }

/** The answer of the records, and what the last run in the registry and in the service's list add to it. */
export function executedWithViews(scene: PlaybookScene, logEnd: FileTime | undefined): Told {
  const { chain, task } = scene
  const told: Told = { ...chain.executed }
  const registry = task && registryOf(task, chain)
  if (registry) return withRegistry(chain, told, registry, logEnd)
  const service = task?.isCurrent ? task.entry.service : null
  if (
    service?.lastResult?.code === neverRun &&
    service.lastRun === null &&
    chain.executed.answer === 'unknown'
  )
    return mayDeny(chain)
      ? {
          answer: 'no',
          why: `The Task Scheduler itself says that the task has not yet run (${neverRun}), as it was asked${service.takenAt ? ` at ${service.takenAt}` : ''} (${words(service.citation)}). ${chain.executed.why}`,
          citations: [chain.anchor, ...chain.executed.citations],
          places: [service.citation],
        }
      : told
  return told
}

/** A process that looks like the task's own speaks against "never run". */
const mayDeny = (chain: Chain): boolean =>
  chain.kind !== 'task-deleted' && chain.tree.nodes.length === 0 && chain.deleted.answer !== 'yes'

function withRegistry(
  chain: Chain,
  told: Told,
  registry: NonNullable<ReturnType<typeof registryOf>>,
  logEnd: FileTime | undefined,
): Told {
  const { lastRunTime, citation } = registry
  const place = `TaskCache, ${words(citation)}`
  const cited = { citations: told.citations.length ? told.citations : [chain.anchor], places: [citation] }
  const ranSince = lastRunTime !== undefined && lastRunTime >= chain.time - seconds(1)
  if (ranSince) {
    const result = registry.lastResult
      ? `, with the result ${registry.lastResult.code}${registry.lastResult.meaning ? ` (${registry.lastResult.meaning})` : ''}`
      : ''
    const says = `The registry says that it last ran at ${formatUtc(lastRunTime)}${result} (${place}).`
    if (told.answer === 'yes') return { ...told, places: [citation] }
    if (told.answer === 'unknown') return { answer: 'yes', why: `It ran: ${says} ${told.why}`, ...cited }
    // what happened after the log was taken is not in it
    if (logEnd !== undefined && lastRunTime > logEnd)
      return { answer: 'yes', why: `It ran after the task history was taken: ${says} ${told.why}`, ...cited }
    return {
      answer: 'unknown',
      why: `Registry and task history contradict each other. ${says} ${told.why} One of the two was changed or is not whole.`,
      ...cited,
    }
  }
  if (told.answer !== 'unknown' || !registry.settled || !mayDeny(chain)) return told
  const never =
    lastRunTime === undefined
      ? 'The registry says that it never ran'
      : `The registry says that it last ran at ${formatUtc(lastRunTime)}, before this`
  return {
    answer: 'no',
    why: `${never}, as long as until the registry was taken (${place}). ${told.why}`,
    ...cited,
  }
}

/** Told of the chain: hidden or changed past the records. `leftover` is what a badly removed program leaves as well. */
const weights: Readonly<Record<string, 'strong' | 'sign' | 'neutral'>> = {
  'no-security-descriptor': 'strong',
  'descriptor-removed': 'strong',
  'index-zero': 'strong',
  'index-missing': 'strong',
  'put-in-place': 'strong',
  'actions-differ': 'strong',
  'hash-differs': 'sign',
  'created-unrecorded': 'sign',
  'ran-another-program': 'sign',
  'not-shown': 'sign',
  'shown-without-tree': 'sign',
  'registry-only': 'sign',
  'path-differs': 'sign',
  'task-without-tree': 'sign',
  'tree-without-task': 'sign',
  'tree-without-file': 'sign',
  'there-after-deletion': 'neutral',
  'file-only': 'neutral',
  'file-without-tree': 'neutral',
}
/** A task that Windows' own tools cannot show, by doing and not by accident. */
const hiding: ReadonlySet<string> = new Set([
  'no-security-descriptor',
  'descriptor-removed',
  'index-zero',
  'index-missing',
])

/** Reasons from what the views disagree on; of a later life of the name they weigh nothing. */
export function stateReasons({ chain, task }: PlaybookScene): readonly Reason[] {
  if (!task) return []
  return task.entry.findings.map((finding) => {
    const weight = weights[finding.code] ?? 'sign'
    const counts = task.isCurrent && weight !== 'neutral'
    const other = task.isCurrent ? '' : ' (of a later task of this name)'
    return {
      id: `task-${finding.code}`,
      what: `${uncapped(finding.what)}${pair(finding)}${other}`.replace(/\.(?=$| \()/, ''),
      weighs: counts ? 'malicious' : 'neutral',
      isStrong: counts && weight === 'strong',
      ...citedBy(finding, chain),
    }
  })
}

const uncapped = (text: string) => text.slice(0, 1).toLowerCase() + text.slice(1)
const shorter = (text: string) => (text.length > 200 ? `${text.slice(0, 200)}…` : text)
const pair = ({ one, other }: TaskFindingEntry) =>
  one === null && other === null ? '' : ` ${shorter(one ?? 'nothing')} against ${shorter(other ?? 'nothing')}`

/** Records of the chain are named as such; what stands elsewhere is a place. */
function citedBy({ citations }: TaskFindingEntry, chain: Chain) {
  const records = citations.filter((at): at is Citation => !isPlace(at))
  const places = citations.filter(isPlace)
  return {
    citations: records.length || places.length ? records.map(locatorOf) : [chain.anchor],
    ...(places.length ? { places } : {}),
  }
}

const locatorOf = (at: Citation): Locator => ({
  evidenceId: at.evidenceId as Locator['evidenceId'],
  recordId: BigInt(at.recordId),
  chunk: at.chunk,
  offset: at.offset,
})

/** Findings of a task that is hidden from Windows' own tools, or was put in place past its service. */
export const backDoorFindings = ({ task }: PlaybookScene): readonly TaskFindingEntry[] =>
  task?.isCurrent ? task.entry.findings.filter(({ code }) => hiding.has(code)) : []

/** The view was taken, whole or in part: then it is not missing. */
export const hasView = ({ task }: PlaybookScene, view: TaskEntry['views'][number]['view']): boolean =>
  task?.entry.views.some((one) => one.view === view && one.shows !== 'unknown') === true
