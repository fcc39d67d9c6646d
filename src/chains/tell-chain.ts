/** One story told as a chain: its source, its run, its files, what is missing. */
import { sha256Hex, utf8Of } from '../base/sha256.ts'
import { recorded } from '../domain/absent.ts'
import type { Chain, TaskFile } from '../domain/chain.ts'
import type { Account, TaskChangedEvent, WindowsEvent } from '../domain/event.ts'
import type { ChainId } from '../domain/ids.ts'
import { seconds } from '../domain/time.ts'
import { clientProcessOf } from './client-process.ts'
import { taskOf } from './definition.ts'
import { ChainDraft } from './draft.ts'
import { tellExecution } from './execution.ts'
import { type FileAccess, fileAccesses } from './file-access.ts'
import { deletionOf, tellGaps } from './gaps.ts'
import { hostName } from './hosts.ts'
import { lookAlikesOf } from './look-alikes.ts'
import { type Judged, judgeMechanism, orphanLogoff } from './mechanism.ts'
import { compareEvents, spanWords, within } from './order.ts'
import { tellPlants } from './plant-origin.ts'
import { resemblancesOf } from './resembles.ts'
import type { Scene } from './scene.ts'
import { tellServices } from './services.ts'
import { noOrigin, type Origin, originOf } from './source.ts'
import { isTaskChange, type Story } from './stories.ts'
import { recordedTimeOf } from './straighten.ts'
import { tellChanges, tellOrigin } from './tell-origin.ts'

/** Same record, same id, whatever file it was read from: a second export of the log keeps it. */
export function chainId(story: Story): ChainId {
  const { anchor } = story
  const parts = [
    'tasktrail-chain/1',
    anchor.recordedComputer.toLowerCase(),
    anchor.channel.toLowerCase(),
    String(anchor.eventId),
    anchor.locator.recordId.toString(),
    recordedTimeOf(anchor).toString(),
  ]
  return sha256Hex(utf8Of(parts.join('\n'))).slice(0, 20) as ChainId
}

const fileOf = ({ event, role, file }: FileAccess, anchor: WindowsEvent): TaskFile => ({
  what: role,
  file,
  time: recordedTimeOf(event),
  ip: recorded(event.ip),
  logonId: event.logonId,
  accessMask: event.accessMask,
  beforeTask: compareEvents(event, anchor) < 0,
  locator: event.locator,
})

const nobody: Account = { sid: undefined, name: undefined, domain: undefined }

interface Told {
  readonly account: Account
  readonly basis: Chain['accountBasis']
  readonly logonId: Chain['taskLogonId']
  readonly origin: Origin
  readonly judged: Judged
}

const basisOf = (account: Account): Chain['accountBasis'] =>
  account.sid ? 'sid' : account.name === undefined ? undefined : 'name'

function tellAct(
  scene: Scene,
  story: Story,
  draft: ChainDraft,
  change: TaskChangedEvent | undefined,
  files: readonly FileAccess[],
): Told {
  if (!change) {
    if (story.plants.length > 0) {
      const { account, logonId, source, judged } = tellPlants(scene, story, draft)
      tellChanges(scene, story, draft, new Set())
      return { account, basis: basisOf(account), logonId, origin: { ...noOrigin, source }, judged }
    }
    draft.step('task-registered', story.anchor)
    // 106 names whom the task runs as, not who registered it: S-1-5-18 for a task that a user made for SYSTEM
    return {
      account: nobody,
      basis: undefined,
      logonId: undefined,
      origin: noOrigin,
      judged: judgeMechanism(scene, story.kind, undefined, undefined, noOrigin, files),
    }
  }
  const client = clientProcessOf(scene, change)
  const isLocalCall = (client.pid ?? 0) > 0 || client.process !== undefined
  const origin = originOf(scene, change, files, isLocalCall)
  const judged = judgeMechanism(scene, story.kind, change, client, origin, files)
  tellChanges(scene, story, draft, new Set(origin.owners.map((owner) => owner.logonId)))
  tellOrigin(scene, draft, change, origin, client, files, judged)
  const logoff = origin.taskSession ? undefined : orphanLogoff(scene, change)
  if (logoff) draft.step('other-logon', logoff)
  const base = { account: change.account, basis: basisOf(change.account), logonId: change.logonId }
  const service = tellServices(scene, draft, change, client, new Set([change.logonId, origin.source.logonId]))
  return service && origin.source.ip === undefined
    ? { ...base, origin: { ...origin, source: service.source }, judged: service.judged }
    : { ...base, origin, judged }
}

/** A clock set back near the act: the order follows the record ids, and times on both sides cannot be compared. */
function tellClock(scene: Scene, draft: ChainDraft, time: bigint): void {
  const near = seconds(scene.windows.clearedAfterSeconds)
  for (const jump of scene.host.jumps) {
    if (jump.ms === undefined || jump.ms >= 0) continue
    const { from, to } = jump as { from: bigint; to: bigint }
    if (to > time + near || from < time - near) continue
    draft.gap(
      'one running clock',
      'unknown',
      `The clock of the host was set back by ${spanWords(jump.ms)}; so times before and after cannot be compared: the order follows the record ids of each log.`,
      [jump.locator],
    )
  }
}

export function tellChain(scene: Scene, story: Story): Chain {
  const { anchor } = story
  const draft = new ChainDraft(scene.duplicates)
  const change = isTaskChange(anchor) ? anchor : undefined
  const files = change ? fileAccesses(scene, story, change) : []
  const { account, basis, logonId, origin, judged } = tellAct(scene, story, draft, change, files)
  const execution = tellExecution(scene, story, draft, files)
  const deleted = deletionOf(scene, story)
  const { clearedBeforeSeconds, clearedAfterSeconds } = scene.windows
  const from = anchor.time - seconds(clearedBeforeSeconds)
  for (const event of within(scene.host.cleared, from, anchor.time + seconds(clearedAfterSeconds)))
    draft.step('log-cleared', event)
  tellClock(scene, draft, anchor.time)
  tellGaps({ scene, story, draft, change, origin, judged, execution, deleted })
  const chain: Omit<Chain, 'lookAlikes'> = {
    id: chainId(story),
    host: hostName(anchor.recordedComputer, scene.host.key),
    kind: story.kind,
    anchor: anchor.locator,
    time: recordedTimeOf(anchor),
    task: taskOf(story),
    account,
    accountBasis: basis,
    source: origin.source,
    taskLogonId: logonId,
    path: judged.path,
    mechanism: judged.mechanism,
    mechanismWhy: judged.why,
    mechanismBasis: judged.basis,
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
  }
  return { ...chain, lookAlikes: lookAlikesOf(chain) }
}
