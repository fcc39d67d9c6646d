/** Who put a task in place past the task service, and from where: the session that wrote the file, or that held the remote registry open. */
import { recorded } from '../domain/absent.ts'
import type { Chain } from '../domain/chain.ts'
import type { Account, ShareEvent } from '../domain/event.ts'
import { isWellKnownLogon, type LogonId } from '../domain/ids.ts'
import { seconds } from '../domain/time.ts'
import type { ChainDraft } from './draft.ts'
import { type Judged, judged } from './mechanism.ts'
import { within } from './order.ts'
import { baseName, isLoopback } from './paths.ts'
import type { PlantEvent } from './plants.ts'
import { lineage, ownerOf } from './processes.ts'
import { bootOf, type Scene } from './scene.ts'
import { addressOf, isNetworkLogon, sessionAt } from './sessions.ts'
import { noOrigin, slackOf, workstationOf } from './source.ts'
import type { Story } from './stories.ts'
import { tellShareSession } from './tell-origin.ts'
import { chainBounds } from './windows.ts'

export interface PlantOrigin {
  readonly account: Account
  readonly logonId: LogonId | undefined
  readonly source: Chain['source']
  readonly judged: Judged
}

const path = 'file-or-registry'
const isShare = (event: PlantEvent): event is ShareEvent =>
  event.kind === 'share-access' || event.kind === 'share-connected'
const nobody: Account = { sid: undefined, name: undefined, domain: undefined }

function userOf(text: string | undefined): Account {
  if (text === undefined) return nobody
  const at = text.lastIndexOf('\\')
  return at < 0
    ? { ...nobody, name: text }
    : { sid: undefined, domain: text.slice(0, at), name: text.slice(at + 1) }
}

/** Steps of the act, and who did it. */
export function tellPlants(scene: Scene, story: Story, draft: ChainDraft): PlantOrigin {
  for (const { event } of story.plants) {
    draft.step(story.kind === 'task-updated' ? 'task-updated' : 'task-created', event)
    if (isShare(event)) tellShareSession(scene, draft, event)
  }
  const written = story.plants.find(({ how }) => how === 'share')?.event as ShareEvent | undefined
  if (written) return overShare(scene, written)
  const { event } = story.plants[0] as { event: PlantEvent }
  if (isShare(event)) return overShare(scene, event)
  const image = baseName(event.image)
  const opens = remoteRegistry(scene, event)
  if (event.kind === 'sysmon-registry' && opens.length > 0 && (image === 'svchost.exe' || image === ''))
    return overRegistry(scene, draft, event, opens)
  return byProcess(scene, draft, event)
}

function overShare(scene: Scene, event: ShareEvent): PlantOrigin {
  const session = sessionAt(scene.host.sessions, scene.host.boots, event.logonId, event.time, slackOf(scene))
  const ip = recorded(event.ip) ?? (session && addressOf(session.opened))
  const base = { account: event.account, logonId: event.logonId }
  const act = `the definition was written over ${event.shareName ?? 'a share'}; the task service was not asked`
  if (ip === undefined)
    return {
      ...base,
      source: noOrigin.source,
      judged: judged('remote-probable', path, `${act}; the address of the session is not recorded`),
    }
  const source: Chain['source'] = {
    ...noOrigin.source,
    ip,
    port: recorded(event.ip) === undefined ? session && recorded(session.opened.port) : recorded(event.port),
    ...workstationOf(session),
    logonId: event.logonId,
    basis: 'L2',
    strength: session ? 'exact' : 'strong',
  }
  return {
    ...base,
    source,
    judged: isLoopback(ip)
      ? judged('undetermined', path, `${act}; the session came from this host itself (${ip})`)
      : judged('remote-confirmed', path, `${act}; the session came from ${ip}`),
  }
}

/** Sessions that had the remote registry open for writing shortly before. */
function remoteRegistry(scene: Scene, event: PlantEvent): readonly ShareEvent[] {
  const boot = bootOf(scene, event.time)
  const opens = within(
    scene.host.registryOpens,
    event.time - seconds(scene.windows.outputSeconds),
    event.time + slackOf(scene),
  ).filter((open) => open.logonId !== undefined && bootOf(scene, open.time) === boot)
  const last = new Map(opens.map((open) => [open.logonId, open]))
  return [...last.values()].slice(-chainBounds.candidates)
}

function overRegistry(
  scene: Scene,
  draft: ChainDraft,
  event: PlantEvent,
  opens: readonly ShareEvent[],
): PlantOrigin {
  for (const open of opens) {
    draft.step('pipe-opened', open)
    tellShareSession(scene, draft, open)
    draft.link(
      'L3',
      open,
      event,
      opens.length === 1 ? 'medium' : 'weak',
      { sid: open.account.sid, target: 'winreg' },
      opens.length === 1
        ? 'the only session that had the remote registry open for writing; the registry record itself names no logon'
        : `${opens.length} sessions had the remote registry open for writing`,
    )
  }
  const addresses = new Set(opens.map((open) => recorded(open.ip)))
  const [only] = opens
  const ip = addresses.size === 1 && only ? recorded(only.ip) : undefined
  const act = 'the task was written into the registry by a service, while the remote registry was open'
  const isOne = new Set(opens.map((open) => open.account.sid)).size === 1
  if (ip === undefined || !only)
    return {
      account: isOne && only ? only.account : nobody,
      logonId: undefined,
      source: {
        ...noOrigin.source,
        basis: 'L3',
        strength: 'weak',
        candidates: opens.flatMap((open) => {
          const address = recorded(open.ip)
          return address === undefined
            ? []
            : [{ ip: address, port: recorded(open.port), logonId: open.logonId, locator: open.locator }]
        }),
      },
      judged: judged('remote-probable', path, `${act} by ${opens.length} sessions`),
    }
  const session = sessionAt(scene.host.sessions, scene.host.boots, only.logonId, only.time, slackOf(scene))
  return {
    account: isOne ? only.account : nobody,
    logonId: opens.length === 1 ? only.logonId : undefined,
    source: {
      ...noOrigin.source,
      ip,
      port: recorded(only.port),
      ...workstationOf(session),
      logonId: opens.length === 1 ? only.logonId : undefined,
      basis: 'L3',
      strength: 'medium',
    },
    judged: isLoopback(ip)
      ? judged('undetermined', path, `${act} from this host itself (${ip})`)
      : judged('remote-probable', path, `${act} from ${ip}`),
  }
}

/** A process of this host wrote it. */
function byProcess(scene: Scene, draft: ChainDraft, event: PlantEvent): PlantOrigin {
  if (isShare(event)) return overShare(scene, event)
  const { image, pid } = event
  const boot = bootOf(scene, event.time)
  const found = [scene.host.security, scene.host.sysmon]
    .map((processes) => ({
      processes,
      process: pid === undefined ? undefined : ownerOf(processes, boot, pid, event),
    }))
    .find(({ process }) => process !== undefined)
  const what = event.kind === 'sysmon-file' ? 'the file of the task' : "the task's registry key"
  const act = `${what} was written by ${image ?? 'a process'} (PID ${pid ?? '?'}); the task service was not asked`
  const account = userOf(event.user)
  if (pid === 4)
    return {
      account,
      logonId: undefined,
      source: noOrigin.source,
      judged: judged(
        'undetermined',
        path,
        `${what} was written by the kernel (PID 4), which writes for whoever uses a share: by whom is not recorded`,
      ),
    }
  const ids = found?.process
    ? lineage(found.processes, found.process).flatMap(({ logonIds }) => logonIds)
    : []
  for (const id of new Set(ids)) {
    if (isWellKnownLogon(id)) continue
    const session = sessionAt(scene.host.sessions, scene.host.boots, id, event.time, slackOf(scene))
    if (!session) continue
    if (found?.process) draft.step('process-started', found.process.event)
    draft.step('other-logon', session.opened)
    const ip = addressOf(session.opened)
    const base = { account: session.opened.account, logonId: id }
    if (!isNetworkLogon(session.opened.logonType) || (ip !== undefined && isLoopback(ip)))
      return { ...base, source: noOrigin.source, judged: judged('local', path, act) }
    return {
      ...base,
      source:
        ip === undefined
          ? noOrigin.source
          : {
              ...noOrigin.source,
              ip,
              port: recorded(session.opened.port),
              ...workstationOf(session),
              logonId: id,
              basis: 'L1',
              strength: 'strong',
            },
      judged: judged(
        'remote-confirmed',
        path,
        `${act}; it runs in a network logon${ip ? ` from ${ip}` : ''}`,
      ),
    }
  }
  if (found?.process) draft.step('process-started', found.process.event)
  return { account, logonId: undefined, source: noOrigin.source, judged: judged('local', path, act) }
}
