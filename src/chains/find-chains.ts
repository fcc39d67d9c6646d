/**
 * From events to chains: one story per task lifetime and host, its source, its run, its gaps (windows.md §5, §6).
 * Pure and deterministic: the same evidence gives the same chains, ids and order, whatever order the events come in.
 */
import { sha256Hex, utf8Of } from '../base/sha256.ts'
import { recorded } from '../domain/absent.ts'
import type { Chain, ChainInput, Mechanism, TaskFile } from '../domain/chain.ts'
import type { TaskChangedEvent, WindowsEvent } from '../domain/event.ts'
import type { ChainId } from '../domain/ids.ts'
import { compareLocators } from '../domain/locator.ts'
import { millisecondsBetween, seconds } from '../domain/time.ts'
import { clientProcessOf } from './client-process.ts'
import type { HostCoverage } from './coverage.ts'
import { taskOf } from './definition.ts'
import { ChainDraft } from './draft.ts'
import { tellExecution } from './execution.ts'
import { type FileAccess, fileAccesses } from './file-access.ts'
import { deletionOf, tellGaps } from './gaps.ts'
import { indexHost } from './host-index.ts'
import { hostKeys, hostName } from './hosts.ts'
import { judgeMechanism, orphanLogoff } from './mechanism.ts'
import { compareEvents, inTotalOrder, within } from './order.ts'
import { resemblancesOf } from './resembles.ts'
import type { Scene } from './scene.ts'
import { noOrigin, originOf } from './source.ts'
import { type Story, storiesOf } from './stories.ts'
import { tellChanges, tellOrigin } from './tell-origin.ts'
import { type ChainWindows, defaultWindows } from './windows.ts'

/** Every chain of the evidence, the most serious first; ties by time, then locator. */
export function findChains(input: ChainInput, windows: ChainWindows = defaultWindows): readonly Chain[] {
  const names = new Set<string>()
  let last: string | undefined
  for (const { recordedComputer } of input.events) {
    if (recordedComputer !== last) names.add(recordedComputer)
    last = recordedComputer
  }
  for (const { host } of [...input.coverage, ...input.hosts]) names.add(host)
  const keys = hostKeys(names)
  const keyOf = (name: string) => keys.get(name) ?? name.toLowerCase()
  const chains: Chain[] = []
  for (const [key, events] of eventsByHost(input.events, keyOf)) {
    const host = indexHost(key, inTotalOrder(events))
    const facts = input.hosts.filter((one) => keyOf(one.host) === key)
    const coverage: HostCoverage = {
      logs: input.coverage.filter((log) => keyOf(log.host) === key).sort(byEvidence),
      facts,
      cleared: host.cleared,
    }
    const scene: Scene = { host, coverage, facts, duplicates: input.duplicates, windows }
    for (const story of storiesOf(host, windows)) chains.push(chainOf(scene, story))
  }
  return chains.sort(bySeriousness)
}

/** Only hosts with a task record can have a chain; the events of the others are not even indexed. */
function eventsByHost(
  events: readonly WindowsEvent[],
  keyOf: (name: string) => string,
): ReadonlyMap<string, WindowsEvent[]> {
  const byHost = new Map<string, WindowsEvent[]>()
  const withTasks = new Set<string>()
  let lastName: string | undefined
  let lastKey = ''
  let list: WindowsEvent[] = []
  for (const event of events) {
    if (event.recordedComputer !== lastName) {
      lastName = event.recordedComputer
      lastKey = keyOf(lastName)
      list = byHost.get(lastKey) ?? []
      byHost.set(lastKey, list)
    }
    list.push(event)
    if (isTaskRecord(event)) withTasks.add(lastKey)
  }
  for (const key of byHost.keys()) if (!withTasks.has(key)) byHost.delete(key)
  return byHost
}

const isTaskRecord = (event: WindowsEvent): boolean =>
  (event.kind.startsWith('task-') && event.kind !== 'task-history') ||
  (event.kind === 'task-history' && event.what === 'registered')

const byEvidence = (
  a: { from: bigint; evidenceId: string },
  b: { from: bigint; evidenceId: string },
): number => (a.from === b.from ? (a.evidenceId < b.evidenceId ? -1 : 1) : a.from < b.from ? -1 : 1)

/** Same record, same id, whatever file it was read from: a second export of the log keeps it. */
function chainId(story: Story): ChainId {
  const { anchor } = story
  const parts = [
    'tasktrail-chain/1',
    anchor.recordedComputer.toLowerCase(),
    anchor.channel.toLowerCase(),
    String(anchor.eventId),
    anchor.locator.recordId.toString(),
    anchor.time.toString(),
  ]
  return sha256Hex(utf8Of(parts.join('\n'))).slice(0, 20) as ChainId
}

const fileOf = ({ event, role, file }: FileAccess, anchor: WindowsEvent): TaskFile => ({
  what: role,
  file,
  time: event.time,
  ip: recorded(event.ip),
  logonId: event.logonId,
  accessMask: event.accessMask,
  beforeTask: compareEvents(event, anchor) < 0,
  locator: event.locator,
})

const nobody = { sid: undefined, name: undefined, domain: undefined } as const

function chainOf(scene: Scene, story: Story): Chain {
  const { anchor } = story
  const draft = new ChainDraft(scene.duplicates)
  const change: TaskChangedEvent | undefined = anchor.kind === 'task-history' ? undefined : anchor
  const client = change && clientProcessOf(scene, change)
  const files = change ? fileAccesses(scene, story, change) : []
  const isLocalCall = client !== undefined && ((client.pid ?? 0) > 0 || client.process !== undefined)
  const origin = change ? originOf(scene, change, files, isLocalCall) : noOrigin
  const judged = judgeMechanism(scene, story.kind, change, client, origin, files)

  if (change && client) {
    tellChanges(scene, story, draft, new Set(origin.owners.map((owner) => owner.logonId)))
    tellOrigin(scene, draft, change, origin, client, files, judged)
    const logoff = origin.taskSession ? undefined : orphanLogoff(scene, change)
    if (logoff) draft.step('other-logon', logoff)
  } else draft.step('task-registered', anchor)
  const execution = tellExecution(scene, story, draft, files)
  const deleted = deletionOf(scene, story)
  const { clearedBeforeSeconds, clearedAfterSeconds } = scene.windows
  const from = anchor.time - seconds(clearedBeforeSeconds)
  for (const event of within(scene.host.cleared, from, anchor.time + seconds(clearedAfterSeconds)))
    draft.step('log-cleared', event)
  tellGaps({ scene, story, draft, change, origin, judged, execution, deleted })

  return {
    id: chainId(story),
    host: hostName(anchor.recordedComputer, scene.host.key),
    kind: story.kind,
    anchor: anchor.locator,
    time: anchor.time,
    task: taskOf(story),
    account: change?.account ?? nobody,
    accountBasis: change && (change.account.sid ? 'sid' : change.account.name ? 'name' : undefined),
    source: origin.source,
    taskLogonId: change?.logonId,
    path: judged.path,
    mechanism: judged.mechanism,
    mechanismWhy: judged.why,
    executed: execution.executed,
    deleted,
    runs: execution.runs,
    tree: execution.tree,
    files: files.map((file) => fileOf(file, anchor)),
    cameFrom: [],
    wentTo: [],
    steps: draft.steps(),
    links: draft.links(),
    gaps: draft.gaps(),
    resembles: resemblancesOf(story, judged.path),
    lookAlikes: [],
  }
}

const ranks: Readonly<Record<Mechanism, number>> = {
  'remote-confirmed': 0,
  'remote-probable': 1,
  undetermined: 2,
  local: 3,
  'machine-managed': 4,
}

const runsAsSystem = (chain: Chain): boolean =>
  /^(s-1-5-18|system|(.*\\)system)$/i.test(chain.task.runAs ?? '')

/** Deleted within 30 s of its creation (windows.md §5.6). */
function isShortLived(chain: Chain): boolean {
  const end = chain.steps.find((step) => step.role === 'task-deleted')
  return end !== undefined && millisecondsBetween(chain.time, end.time) <= 30_000
}

/** Serious signs, most telling first; each decides before the next is looked at. */
const signs: readonly ((chain: Chain) => boolean)[] = [
  (chain) => chain.executed.answer === 'yes',
  runsAsSystem,
  (chain) => chain.task.hidden === true,
  isShortLived,
]

function bySeriousness(a: Chain, b: Chain): number {
  if (a.mechanism !== b.mechanism) return ranks[a.mechanism] - ranks[b.mechanism]
  for (const sign of signs) if (sign(a) !== sign(b)) return sign(a) ? -1 : 1
  if (a.time !== b.time) return a.time < b.time ? -1 : 1
  return compareLocators(a.anchor, b.anchor)
}
