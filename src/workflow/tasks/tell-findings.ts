/** What has to be seen first of a task: hidden, orphaned, known to one view only, put in place past the Task Scheduler. */
import { type HostCoverage, judgeAbsence, subcategories } from '../../chains/coverage.ts'
import type { Chain } from '../../domain/chain.ts'
import { citationOf } from '../../domain/locator.ts'
import type { HostView, TaskCitation, TaskFindingEntry } from '../../domain/task-entry.ts'
import { fileTime, formatUtc, seconds } from '../../domain/time.ts'
import type { TaskFinding } from '../../tasks/compare-views.ts'
import type { ReadDefinition } from './read-definitions.ts'
import type { CacheSighting, ListSighting, Sightings } from './sightings.ts'
import type { ToldLifetimes } from './tell-lifetimes.ts'

export interface FindingGrounds {
  readonly task: Sightings
  readonly newest: CacheSighting | undefined
  readonly listed: ListSighting | undefined
  readonly compared: readonly TaskFinding[]
  readonly views: readonly HostView[]
  readonly lives: ToldLifetimes
  readonly definitions: readonly ReadDefinition[]
  readonly chains: readonly Chain[]
  readonly coverage: HostCoverage | undefined
  /** document of the service's list that does not show the task */
  readonly listId: string | undefined
}

type Finding = Omit<TaskFindingEntry, 'path'>

const finding = (
  code: string,
  what: string,
  citations: readonly TaskCitation[],
  severity: Finding['severity'] = 'alarm',
): Finding => ({ code, severity, what, one: null, other: null, citations })

export function findingsOf(grounds: FindingGrounds): readonly TaskFindingEntry[] {
  return [
    ...aloneFindings(grounds),
    ...plantFindings(grounds),
    ...registryDeeds(grounds),
    ...comparedFindings(grounds),
    ...recordFindings(grounds),
    ...programFindings(grounds),
  ].map((one) => ({ ...one, path: grounds.task.path }))
}

const registryPlace = (one: CacheSighting | undefined): TaskCitation[] =>
  one ? [{ evidenceId: one.evidenceId, offset: one.entry.tree?.offset ?? one.entry.task?.offset ?? 0 }] : []
const filePlaces = (task: Sightings): TaskCitation[] =>
  task.files.slice(0, 4).map(({ evidenceId }) => ({ evidenceId, offset: 0 }))
const isRegistered = (task: Sightings) =>
  task.marks.some(({ deed }) => deed === 'created' || deed === 'registered')
const stateOf = (views: readonly HostView[], name: HostView['view']) =>
  views.find(({ view }) => view === name)?.state ?? 'not-collected'

/** Known to one view alone, with no record of its creation or of anything else. */
function aloneFindings({ task, newest, views, coverage }: FindingGrounds): Finding[] {
  const recordsWords = recordWords(task, newest, coverage)
  if (task.cache.length > 0 && task.files.length === 0 && stateOf(views, 'file') === 'whole')
    return [
      finding(
        'registry-only',
        `Only the registry knows this task: there is no file of it below System32\\Tasks. ${recordsWords.text}`,
        [...registryPlace(newest), ...recordsWords.citations],
      ),
    ]
  if (task.files.length > 0 && task.cache.length === 0 && stateOf(views, 'registry') === 'whole')
    return [
      finding(
        'file-only',
        `Only its file knows this task: the registry does not list it. ${recordsWords.text}`,
        [...filePlaces(task), ...recordsWords.citations],
      ),
    ]
  return []
}

function recordWords(
  task: Sightings,
  newest: CacheSighting | undefined,
  coverage: HostCoverage | undefined,
): { text: string; citations: readonly TaskCitation[] } {
  if (isRegistered(task)) return { text: 'Records tell of its creation.', citations: [] }
  const written = newest?.entry.task?.lastWritten ?? newest?.entry.tree?.lastWritten
  const judged = written === undefined || written === 0n ? undefined : absenceAt(coverage, written)
  const none = task.marks.length === 0 ? 'No record speaks of it at all' : 'No record tells of its creation'
  if (!coverage || coverage.logs.length === 0)
    return { text: `${none}; no log of this host was collected.`, citations: [] }
  if (!judged) return { text: `${none}; when it came there is not known.`, citations: [] }
  const worth =
    judged.state === 'truly-absent'
      ? 'one would have been recorded when the registry key was last written'
      : `which proves nothing (${judged.why})`
  return { text: `${none}; ${worth}.`, citations: judged.citations.map(citationOf) }
}

function absenceAt(coverage: HostCoverage | undefined, time: bigint) {
  if (!coverage) return undefined
  const from = fileTime(time - seconds(5))
  return judgeAbsence(coverage, 'Security', subcategories.taskChanges, from, fileTime(time + seconds(5)))
}

/** Chains that found the task written past the service. */
function plantFindings({ task, chains }: FindingGrounds): Finding[] {
  return chains
    .filter((chain) => chain.path === 'file-or-registry')
    .slice(0, 4)
    .map((chain) =>
      finding(
        'put-in-place',
        `The task was put in place past the Task Scheduler, at ${formatUtc(chain.time)}: ${chain.mechanismWhy}. ${isRegistered(task) ? 'Records tell of its creation, too.' : 'No record tells of its creation.'}`,
        [citationOf(chain.anchor)],
      ),
    )
}

/** Sysmon saw the value that makes a task visible go away. */
function registryDeeds({ task }: FindingGrounds): Finding[] {
  const touching = task.marks.filter((mark) => mark.treeValue?.toLowerCase() === 'sd')
  const last = touching.at(-1)
  if (!last || !/^delete/i.test(last.registryDeed ?? '')) return []
  return [
    finding(
      'descriptor-removed',
      `Its security descriptor (SD) was removed from the registry at ${formatUtc(fileTime(last.time))}: since then schtasks and the console do not show the task. ${last.what}`,
      [last.citation],
    ),
  ]
}

const ofFile = new Set(['hash-differs', 'actions-differ', 'file-without-tree'])
/** `registry-only` and `file-only` say the same, and more */
const said: Readonly<Record<string, string>> = {
  'tree-without-file': 'registry-only',
  'file-without-tree': 'file-only',
}

function comparedFindings(grounds: FindingGrounds): Finding[] {
  const { task, newest, listed, listId, compared } = grounds
  const alone = new Set(aloneFindings(grounds).map(({ code }) => code))
  return compared.flatMap(({ code, what, one, other }): Finding[] => {
    if (alone.has(said[code] ?? '')) return []
    const citations = [...registryPlace(newest), ...(ofFile.has(code) ? filePlaces(task) : [])]
    if (code === 'not-shown' && listId) citations.push({ evidenceId: listId, offset: 0 })
    if (code === 'shown-without-tree' && listed)
      citations.push({ evidenceId: listed.evidenceId, offset: listed.task.offset })
    return [{ code, severity: 'alarm', what, one: one ?? null, other: other ?? null, citations }]
  })
}

/** What the views of today say against the records. */
function recordFindings({ task, newest, lives, coverage }: FindingGrounds): Finding[] {
  const found: Finding[] = []
  const last = lives.lifetimes.at(-1)
  const places = [...registryPlace(newest), ...filePlaces(task)]
  const isThere = task.files.length + task.cache.length + task.listed.length > 0
  if (isThere && last && last.ended !== undefined)
    found.push(
      finding(
        'there-after-deletion',
        'The records end with its deletion, and it is still there: it was made again without a record, or collected before it was deleted.',
        [...last.endedAt.map((at) => (task.marks[at] as Sightings['marks'][number]).citation), ...places],
      ),
    )
  if (last?.fromRegistry && last.began !== undefined) {
    const judged = absenceAt(coverage, last.began)
    if (judged?.state === 'truly-absent')
      found.push(
        finding(
          'created-unrecorded',
          `The registry says it was registered at ${formatUtc(fileTime(last.began))}. No 4698 tells of it, and one would have been recorded: ${judged.why}.`,
          [...registryPlace(newest), ...judged.citations.map(citationOf)],
        ),
      )
  }
  return found
}

/** The task log names a program that no definition of the same lifetime names. */
function programFindings({ task, lives, definitions }: FindingGrounds): Finding[] {
  const found = new Map<string, Finding>()
  for (const life of lives.lifetimes) {
    const own = definitions.filter(
      ({ entry, definition }) => entry.lifetime === life.told.number && definition !== undefined,
    )
    const actions = own.flatMap(({ definition }) => definition?.actions ?? [])
    // an action of another kind than a program is named in the log by words of its own
    if (actions.length === 0 || actions.some(({ kind }) => kind !== 'exec')) continue
    const texts = actions.map((action) => (action.kind === 'exec' ? action.command.toLowerCase() : ''))
    for (const at of life.marks) {
      const mark = task.marks[at] as Sightings['marks'][number]
      const name = mark.program && baseName(mark.program)
      if (!name || !/\.(exe|com|bat|cmd)$/.test(name) || found.size >= 8) continue
      const stem = name.replace(/\.[a-z]{3}$/, '')
      if (found.has(name) || texts.some((text) => text.includes(stem))) continue
      found.set(name, {
        ...finding(
          'ran-another-program',
          'The task log says it ran a program that none of its known definitions names: a definition is missing from the evidence, or was changed past the records.',
          [mark.citation, ...own.slice(0, 2).map(({ entry }) => entry.citation)],
        ),
        one: mark.program ?? null,
        other: own[0]?.entry.action ?? null,
      })
    }
  }
  return [...found.values()]
}

const baseName = (path: string) =>
  path
    .slice(path.lastIndexOf('\\') + 1)
    .replace(/"/g, '')
    .trim()
    .toLowerCase()
