/**
 * Where the call came from (L1–L4, L6, L7). The nearest logon of the account is not the answer: an address counts only when its session made
 * the call itself or owns the pipe the call went through. Everything else that fits in time is named and rejected with the reason.
 */
import { recorded } from '../domain/absent.ts'
import type { Chain, RejectedSource } from '../domain/chain.ts'
import type { ShareEvent, TaskChangedEvent } from '../domain/event.ts'
import { isWellKnownLogon, type LogonId } from '../domain/ids.ts'
import { millisecondsBetween, seconds } from '../domain/time.ts'
import type { FileAccess } from './file-access.ts'
import { opensTaskPipe } from './host-index.ts'
import { compareEvents, firstNotBefore, spanWords, within } from './order.ts'
import { bootOf, type Scene } from './scene.ts'
import { addressOf, isNetworkLogon, type LogonSession, sessionAt } from './sessions.ts'
import { recordedTimeOf } from './straighten.ts'
import { chainBounds } from './windows.ts'

/** One session that owns write access to the task scheduler's pipe just before the task event. */
export interface PipeOwner {
  readonly logonId: LogonId
  readonly session: LogonSession | undefined
  /** the last opening before the task event */
  readonly open: ShareEvent
  readonly ip: string | undefined
  readonly port: number | undefined
  /** it also fetched or placed a file the task's command names */
  readonly confirmed: boolean
}

export interface Origin {
  readonly source: Chain['source']
  /** session of the task event's own logon id */
  readonly taskSession: LogonSession | undefined
  /** pipe owners that fit, the chosen one first */
  readonly owners: readonly PipeOwner[]
  readonly chosen: PipeOwner | undefined
  readonly searchCut: boolean
}

export const slackOf = (scene: Scene): bigint => seconds(scene.windows.tickSeconds)

/** Pipe openings by one logon id before the task event, in its boot. */
function ownersOf(scene: Scene, change: TaskChangedEvent, files: readonly FileAccess[]): PipeOwner[] {
  const { host } = scene
  const slack = slackOf(scene)
  const sid = change.account.sid
  const boot = bootOf(scene, change.time)
  const from = change.time - seconds(scene.windows.siblingSeconds)
  const to = change.time + slack
  const opens = new Map<LogonId, ShareEvent>()
  const own = change.logonId === undefined ? [] : within(host.shares.get(change.logonId), from, to)
  const ofAccount = sid === undefined ? [] : within(host.pipeOpens.get(sid), from, to)
  for (const open of [...own.filter(opensTaskPipe), ...ofAccount]) {
    if (open.logonId === undefined || isWellKnownLogon(open.logonId) || bootOf(scene, open.time) !== boot)
      continue
    const known = opens.get(open.logonId)
    if (!known || compareEvents(known, open) < 0) opens.set(open.logonId, open)
  }
  const owners: PipeOwner[] = []
  for (const [logonId, open] of opens) {
    const session = sessionAt(host.sessions, host.boots, logonId, open.time, slack)
    if (session && !isNetworkLogon(session.opened.logonType)) continue
    owners.push({
      logonId,
      session,
      open,
      ip: recorded(open.ip) ?? (session && addressOf(session.opened)),
      port: recorded(open.ip) === undefined ? session && recorded(session.opened.port) : recorded(open.port),
      confirmed: files.some((file) => file.event.logonId === logonId),
    })
  }
  return owners.sort((a, b) => -compareEvents(a.open, b.open))
}

const distinct = <T>(values: readonly T[]): number => new Set(values).size

/** Pipe owner whose address can be stated: the only one, or the only one that also handled the command's files. */
function choose(owners: readonly PipeOwner[], mustConfirm: boolean): PipeOwner | undefined {
  const addressed = owners.filter((owner) => owner.ip !== undefined)
  const confirmed = addressed.filter((owner) => owner.confirmed)
  for (const group of mustConfirm ? [confirmed] : [confirmed, addressed]) {
    if (group.length > 0 && distinct(group.map((owner) => owner.ip)) === 1) return group[0]
    if (group.length > 0) return undefined
  }
  return undefined
}

const none: Chain['source'] = {
  ip: undefined,
  port: undefined,
  host: undefined,
  hostBasis: undefined,
  logonId: undefined,
  basis: undefined,
  strength: undefined,
  candidates: [],
  rejected: [],
}

export const noOrigin: Origin = {
  source: none,
  taskSession: undefined,
  owners: [],
  chosen: undefined,
  searchCut: false,
}

/** The name the caller gave itself: a claim. */
export function workstationOf(
  session: LogonSession | undefined,
): Pick<Chain['source'], 'host' | 'hostBasis'> {
  const host = session?.opened.workstation || undefined
  return { host, hostBasis: host === undefined ? undefined : 'workstation' }
}

/**
 * Source of one task event. `isLocalCall`: the caller is known to be a process of this host, so no pipe is looked for.
 */
export function originOf(
  scene: Scene,
  change: TaskChangedEvent,
  files: readonly FileAccess[],
  isLocalCall: boolean,
): Origin {
  const { host } = scene
  const taskSession = sessionAt(host.sessions, host.boots, change.logonId, change.time, slackOf(scene))
  if (change.logonId !== undefined && isWellKnownLogon(change.logonId)) return noOrigin
  const type = taskSession?.opened.logonType
  const direct =
    taskSession && (isNetworkLogon(type) || type === 10) ? addressOf(taskSession.opened) : undefined
  const mayBePipe = !isLocalCall && (taskSession === undefined || isNetworkLogon(type))
  const owners = mayBePipe ? ownersOf(scene, change, files) : []
  const own = owners.find((owner) => owner.logonId === change.logonId)
  const siblings = owners.filter((owner) => owner !== own)
  const base = { taskSession, owners: own ? [own, ...siblings] : siblings }

  const finish = (source: Partial<Chain['source']>, chosen: PipeOwner | undefined): Origin => {
    const { rejected, cut } = rejectedSources(scene, change, source.ip, chosen, owners, direct !== undefined)
    return { ...base, chosen, searchCut: cut, source: { ...none, ...source, rejected } }
  }
  if (taskSession && direct !== undefined)
    return finish(
      {
        ip: direct,
        port: recorded(taskSession.opened.port),
        ...workstationOf(taskSession),
        logonId: taskSession.logonId,
        basis: 'L1',
        strength: 'exact',
      },
      // a call with an address of its own came over TCP, whoever else had the pipe open
      own,
    )
  if (own?.ip !== undefined)
    return finish(
      {
        ip: own.ip,
        port: own.port,
        ...workstationOf(own.session),
        logonId: own.logonId,
        basis: 'L2',
        strength: 'strong',
      },
      own,
    )
  // Without the call's own logon nothing shows that it had no address: then only the files of the task join it to the pipe.
  const chosen = choose(siblings, taskSession === undefined)
  if (chosen)
    return finish(
      {
        ip: chosen.ip,
        port: chosen.port,
        ...workstationOf(chosen.session),
        logonId: chosen.logonId,
        basis: 'L3',
        strength: 'strong',
      },
      chosen,
    )
  const addressed = siblings.filter((owner) => owner.ip !== undefined)
  if (addressed.length > 0)
    return finish(
      {
        basis: 'L3',
        strength: 'medium',
        candidates: addressed
          .toSorted((a, b) => Number(b.confirmed) - Number(a.confirmed))
          .slice(0, chainBounds.candidates)
          .map((owner) => ({
            ip: owner.ip as string,
            port: owner.port,
            logonId: owner.logonId,
            locator: owner.open.locator,
          })),
      },
      undefined,
    )
  return finish(isLocalCall ? {} : fromFiles(files), undefined)
}

/** No pipe record: the address that fetched the output named in this very task is a probable source, not a proven one. */
function fromFiles(files: readonly FileAccess[]): Partial<Chain['source']> {
  const fetched = files.filter((file) => file.isOutput && recorded(file.event.ip) !== undefined)
  const first = fetched[0]
  if (!first) return {}
  const ip = recorded(first.event.ip)
  if (distinct(fetched.map((file) => recorded(file.event.ip))) === 1)
    return {
      ip,
      port: recorded(first.event.port),
      logonId: first.event.logonId,
      basis: 'L4',
      strength: 'medium',
    }
  const byAddress = new Map(fetched.toReversed().map((file) => [recorded(file.event.ip) as string, file]))
  return {
    basis: 'L4',
    strength: 'weak',
    candidates: [...byAddress].map(([address, file]) => ({
      ip: address,
      port: recorded(file.event.port),
      logonId: file.event.logonId,
      locator: file.event.locator,
    })),
  }
}

const ago = (from: { readonly time: TaskChangedEvent['time'] }, change: TaskChangedEvent): string => {
  const ms = millisecondsBetween(from.time, change.time)
  return `${spanWords(ms)} ${ms < 0 ? 'after' : 'before'} the task event`
}

/** Other network logons of the account that a search by time would have offered, each with the reason why it is not the source. */
function rejectedSources(
  scene: Scene,
  change: TaskChangedEvent,
  ip: string | undefined,
  chosen: PipeOwner | undefined,
  owners: readonly PipeOwner[],
  isDirect: boolean,
): { readonly rejected: readonly RejectedSource[]; readonly cut: boolean } {
  const { host, windows } = scene
  const sid = change.account.sid
  const rejected = new Map<LogonId, RejectedSource>()
  if (sid === undefined) return { rejected: [], cut: false }
  const open = new Map(owners.map((owner) => [owner.logonId, owner]))
  const isCandidate = (logonId: LogonId) => ip === undefined && open.get(logonId)?.ip !== undefined
  for (const owner of owners) {
    if (ip === undefined || owner.ip === undefined || owner.ip === ip || owner === chosen) continue
    rejected.set(owner.logonId, {
      ip: owner.ip,
      port: owner.port,
      logonId: owner.logonId,
      why: isDirect
        ? `opened atsvc ${ago(owner.open, change)}, but the logon that made the call has an address of its own`
        : `opened atsvc ${ago(owner.open, change)}, but another session also handled the files this task names`,
      locator: owner.open.locator,
      time: recordedTimeOf(owner.open),
    })
  }
  const slack = slackOf(scene)
  const earliest = change.time - seconds(windows.decoySeconds)
  const boot = bootOf(scene, change.time)
  const sessions = host.sessions.networkBySid.get(sid) ?? []
  let looked = 0
  let cut = false
  const openedAt = (index: number) => (sessions[index] as LogonSession).opened.time
  for (
    let index = firstNotBefore(sessions.length, openedAt, change.time + slack + 1n) - 1;
    index >= 0;
    index--
  ) {
    const session = sessions[index] as LogonSession
    const { opened, closed } = session
    if (session.boot !== boot) break
    if (++looked > chainBounds.sessionsLookedBack || rejected.size >= chainBounds.rejectedSources) {
      cut = true
      break
    }
    const stillOpen = closed !== undefined && closed.time >= change.time
    if (opened.time < earliest && !stillOpen) continue
    const address = addressOf(opened)
    if (address === undefined || address === ip || session.logonId === change.logonId) continue
    if (rejected.has(session.logonId) || isCandidate(session.logonId)) continue
    const ended = closed !== undefined && closed.time < change.time ? `, closed ${ago(closed, change)}` : ''
    const reason = isDirect ? 'not the logon that made the call' : 'owns no atsvc access'
    rejected.set(session.logonId, {
      ip: address,
      port: recorded(opened.port),
      logonId: session.logonId,
      why: `${reason}; opened ${ago(opened, change)}${ended}`,
      locator: opened.locator,
      time: recordedTimeOf(opened),
    })
  }
  const list = [...rejected.values()].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
  return { rejected: list, cut }
}
