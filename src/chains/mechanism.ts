/** Axis A (windows.md §6): did the call come from another machine, and on which path. Weighs what the rules found; adds no rule of its own. */
import { recorded } from '../domain/absent.ts'
import type { Chain, ChainPath, Mechanism } from '../domain/chain.ts'
import type { LogoffEvent, TaskChangedEvent } from '../domain/event.ts'
import { isWellKnownLogon, type LogonId } from '../domain/ids.ts'
import type { Locator } from '../domain/locator.ts'
import type { ClientProcess } from './client-process.ts'
import type { FileAccess } from './file-access.ts'
import { isLoopback } from './paths.ts'
import { bootOf, type Scene } from './scene.ts'
import { addressOf, isNetworkLogon } from './sessions.ts'
import type { Origin } from './source.ts'

export interface Judged {
  readonly mechanism: Mechanism
  readonly why: string
  readonly path: ChainPath
  /** records of other tasks that were looked at */
  readonly basis: readonly Locator[]
}

export const judged = (
  mechanism: Mechanism,
  path: ChainPath,
  why: string,
  basis: readonly Locator[] = [],
): Judged => ({ mechanism, path, why, basis })

const serviceAccounts: Readonly<Record<string, string>> = {
  '0x3e7': 'SYSTEM',
  '0x3e5': 'LOCAL SERVICE',
  '0x3e4': 'NETWORK SERVICE',
}

const logonTypes: Readonly<Record<number, string>> = {
  2: 'interactive',
  4: 'batch',
  5: 'service',
  7: 'unlock',
  9: 'new credentials',
  10: 'remote desktop',
  11: 'cached interactive',
  12: 'cached remote desktop',
  13: 'cached unlock',
}

const isBuiltIn = ({ logonId }: TaskChangedEvent): boolean =>
  logonId !== undefined && isWellKnownLogon(logonId)

export function judgeMechanism(
  scene: Scene,
  kind: Chain['kind'],
  change: TaskChangedEvent | undefined,
  client: ClientProcess | undefined,
  origin: Origin,
  files: readonly FileAccess[],
): Judged {
  if (!change || !client)
    return judged(
      'undetermined',
      'undetermined',
      'only the task history tells of it; it names no account and no logon',
    )
  const builtIn = isBuiltIn(change)
  // a built-in session with a process nobody recorded says no more than the session itself
  const fromProcess =
    builtIn && !client.process && !client.through ? undefined : byClientProcess(scene, change, client, origin)
  if (fromProcess) return fromProcess
  if (builtIn) return byServiceAccount(kind, change, client)
  return byNetwork(scene, change, client, origin, files)
}

function byClientProcess(
  scene: Scene,
  change: TaskChangedEvent,
  client: ClientProcess,
  origin: Origin,
): Judged | undefined {
  const { pid, process, through } = client
  const isLocalProcess = (pid !== undefined && pid > 0) || process !== undefined
  if (!isLocalProcess) return undefined
  const session = origin.taskSession?.opened
  const isNetwork = isNetworkLogon(session?.logonType)
  const ip = session && addressOf(session)
  const fromElsewhere = isNetwork && !(ip !== undefined && isLoopback(ip))
  const name =
    pid !== undefined ? `ClientProcessId ${pid}` : 'a task client of the same logon session just before'
  const image = process?.image ? ` (${process.image})` : ''
  if (through === 'gpo') return judged('machine-managed', 'gpo', `${name}${image} is the Group Policy client`)
  if (through === 'winrm' || through === 'wmi') {
    const carrier = through === 'winrm' ? 'WinRM (wsmprovhost or winrshost)' : 'WMI (WmiPrvSE)'
    if (isNetwork)
      return judged('remote-confirmed', through, `${name}${image} runs under ${carrier} in a network logon`)
    // the task cmdlets of PowerShell go through WMI on the host itself
    if (session !== undefined && through === 'wmi')
      return judged('local', 'local', `${name}${image} runs under ${carrier}, for a logon at this host`)
    return judged(
      'remote-probable',
      through,
      `${name}${image} runs under ${carrier}; the network logon behind it is not in the evidence`,
    )
  }
  if (client.isOverSsh)
    return judged(
      'remote-probable',
      'undetermined',
      `${name}${image} descends from the SSH server of this host: its shell was opened from elsewhere`,
    )
  if (through === 'service' && session === undefined && !isBuiltIn(change))
    return judged(
      'undetermined',
      'service',
      `${name}${image} descends from a process the service manager started; the logon ${change.logonId ?? '(none)'} it runs in is not in the evidence`,
    )
  if (through === 'service')
    return fromElsewhere
      ? judged(
          'remote-probable',
          'service',
          `${name}${image} descends from a process the service manager started, inside a network logon${ip ? ` from ${ip}` : ''}: a remote service tool is likely`,
        )
      : judged('local', 'service', `${name}${image} descends from a process the service manager started`)
  if (fromElsewhere)
    return judged(
      'remote-probable',
      'undetermined',
      `${name}${image} is a process of this host inside a network logon: WinRM, WMI or a service command is likely`,
    )
  if (session !== undefined || client.isDesktop || isBuiltIn(change))
    return judged('local', 'local', `${name}${image} is a process of this host`)
  const parents = parentsInSession(scene, change)
  if (parents.size >= worksHere)
    return judged(
      'local',
      'local',
      `${name}${image} is a process of this host; its logon session ${change.logonId} called through programs of ${parents.size} different parents, as somebody working at the host does`,
      [...parents.values()].flat(),
    )
  return judged(
    'undetermined',
    'undetermined',
    `${name}${image} is a process of this host; neither its logon nor what started it is in the evidence, so somebody may have reached it over the network`,
  )
}

/** A session of remote management has one process that calls, or programs of one shell; a desktop has many parents. */
const worksHere = 3

/** The task records of the session's callers, by the parent of each caller. */
function parentsInSession(scene: Scene, change: TaskChangedEvent): ReadonlyMap<number, readonly Locator[]> {
  const boot = bootOf(scene, change.time)
  const parents = new Map<number, Locator[]>()
  for (const other of scene.host.changesByLogon.get(change.logonId as LogonId) ?? []) {
    const parent = recorded(other.parentProcessId)
    if (parent === undefined || parent <= 0 || bootOf(scene, other.time) !== boot) continue
    const known = parents.get(parent)
    if (!known) parents.set(parent, [other.locator])
    // a few records of each are enough to look it up
    else if (known.length < 5) known.push(other.locator)
  }
  return parents
}

function byServiceAccount(kind: Chain['kind'], change: TaskChangedEvent, client: ClientProcess): Judged {
  const name = serviceAccounts[change.logonId ?? ''] ?? 'a built-in session'
  if (client.pid === 0)
    return judged(
      'undetermined',
      'undetermined',
      `the record names a caller from elsewhere (ClientProcessId 0) and the session of ${name}, which contradict each other`,
    )
  if (serviceAccounts[change.logonId ?? ''] === undefined)
    return judged('undetermined', 'undetermined', `the logon id ${change.logonId} belongs to nobody`)
  return kind === 'task-created'
    ? judged('local', 'local', `the session of ${name} (${change.logonId}) cannot be opened over the network`)
    : judged(
        'machine-managed',
        'local',
        `${name} (${change.logonId}) maintains its task; no sign of a remote call`,
      )
}

function byNetwork(
  scene: Scene,
  change: TaskChangedEvent,
  client: ClientProcess,
  origin: Origin,
  files: readonly FileAccess[],
): Judged {
  const { source, taskSession, owners } = origin
  const session = taskSession?.opened
  const remote = client.pid === 0 ? 'ClientProcessId 0: the caller was on another machine; ' : ''
  const ip = session && addressOf(session)
  if (session && !isNetworkLogon(session.logonType)) {
    const type = logonTypes[session.logonType ?? 0] ?? `type ${session.logonType}`
    return remote
      ? judged(
          'undetermined',
          'undetermined',
          `${remote}but the logon ${change.logonId} is ${type}; the two contradict each other`,
        )
      : judged('local', 'local', `the logon ${change.logonId} is ${type}, not a network logon`)
  }
  if (source.ip !== undefined && isLoopback(source.ip))
    return judged(
      'undetermined',
      owners.length > 0 ? 'atsvc-pipe' : 'undetermined',
      `the call came in over the network from this host itself (${source.ip}): a call to oneself or the end of a tunnel`,
    )
  const viaPipe = owners.length > 0 && (source.basis !== 'L1' || origin.chosen !== undefined)
  if (viaPipe && source.ip !== undefined)
    return judged(
      'remote-confirmed',
      'atsvc-pipe',
      `${remote}${source.basis === 'L3' ? 'another network logon of the same account' : 'the same logon'} opened the pipe atsvc from ${source.ip} just before`,
    )
  if (viaPipe && isOnlyCandidate(origin))
    return remote
      ? judged(
          'remote-confirmed',
          'undetermined',
          `${remote}a session of the account had the pipe atsvc open just before, but the logon of the call is not in the evidence: it may have had an address of its own`,
        )
      : judged(
          'undetermined',
          'undetermined',
          `the logon ${change.logonId ?? '(none)'} is not in the evidence; a session of the account had the pipe atsvc open just before, and nothing shows that the call went through it`,
        )
  if (viaPipe)
    return source.candidates.length > 0
      ? judged(
          remote ? 'remote-confirmed' : 'remote-probable',
          'atsvc-pipe',
          `${remote}${source.candidates.length} sessions of the account opened the pipe atsvc just before; which one made the call is not recorded`,
        )
      : judged(
          remote ? 'remote-confirmed' : 'remote-probable',
          'atsvc-pipe',
          `${remote}a session of the account opened the pipe atsvc just before; its address is not recorded`,
        )
  if (ip !== undefined)
    return judged(
      'remote-confirmed',
      'rpc-tcp',
      `${remote}the logon that made the call is a network logon from ${ip}; no pipe was opened, as schtasks and the task API over TCP do`,
    )
  if (remote)
    return judged(
      'remote-confirmed',
      'undetermined',
      `${remote}no record tells from which address or on which path`,
    )
  if (session)
    return judged(
      'remote-probable',
      'undetermined',
      `the logon ${change.logonId} is a network logon without an address; no pipe owner is in the evidence`,
    )
  const logoff = orphanLogoff(scene, change)
  if (logoff)
    return judged(
      'remote-probable',
      'undetermined',
      `the logoff of ${change.logonId} says network logon; the logon itself is not in the evidence`,
    )
  if (source.basis === 'L4')
    return judged(
      'remote-probable',
      'undetermined',
      'the account fetched the output this very task writes over a share; how the task was made is not recorded',
    )
  const moved = files.length > 0 ? '; files the task names were moved over a share' : ''
  return judged(
    'undetermined',
    'undetermined',
    `no record of the logon ${change.logonId ?? '(none)'}, and the task record does not name its caller${moved}`,
  )
}

/** The call's own logon is missing, and nothing else joins the pipe to it. */
const isOnlyCandidate = ({ taskSession, chosen, owners }: Origin): boolean =>
  taskSession === undefined && chosen === undefined && !owners.some((owner) => owner.confirmed)

/** The network logoff of a session whose logon is not in the evidence: the only record that tells how it was opened. */
export function orphanLogoff(scene: Scene, change: TaskChangedEvent): LogoffEvent | undefined {
  if (change.logonId === undefined) return undefined
  const boot = bootOf(scene, change.time)
  return scene.host.sessions.orphanLogoffs
    .get(change.logonId)
    ?.find(
      (event) => event.time >= change.time && event.logonType === 3 && bootOf(scene, event.time) === boot,
    )
}
