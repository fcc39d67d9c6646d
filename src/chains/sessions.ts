/** Logon sessions of one host: (boot, logon id), opened by 4624, closed by 4634/4647 or the end of the boot. */
import { recorded } from '../domain/absent.ts'
import type { LogoffEvent, LogonEvent } from '../domain/event.ts'
import { isWellKnownLogon, type LogonId, type Sid } from '../domain/ids.ts'
import type { FileTime } from '../domain/time.ts'
import { bootAt } from './boots.ts'
import { append, compareEvents, firstNotBefore } from './order.ts'

export interface LogonSession {
  readonly logonId: LogonId
  readonly boot: number
  readonly opened: LogonEvent
  /** last 4634/4647 before the id is opened again; undefined when none is in the evidence */
  closed: LogoffEvent | undefined
  /** known only as the twin of `opened`: Windows made both with one logon, one with the full token */
  readonly isTwin?: true
}

export interface Sessions {
  readonly byId: ReadonlyMap<LogonId, readonly LogonSession[]>
  /** sessions with a network logon type, in order of opening */
  readonly networkBySid: ReadonlyMap<Sid, readonly LogonSession[]>
  /** logoffs whose logon is not in the evidence: they still tell the logon type */
  readonly orphanLogoffs: ReadonlyMap<LogonId, readonly LogoffEvent[]>
}

/** 3 network, 8 network with clear-text password */
export const isNetworkLogon = (logonType: number | undefined): boolean => logonType === 3 || logonType === 8

export const addressOf = (logon: LogonEvent): string | undefined => recorded(logon.ip)

/** `events` in total order, of one host. */
export function sessionsOf(
  events: readonly (LogonEvent | LogoffEvent)[],
  boots: readonly FileTime[],
): Sessions {
  const byId = new Map<LogonId, LogonSession[]>()
  const networkBySid = new Map<Sid, LogonSession[]>()
  const orphanLogoffs = new Map<LogonId, LogoffEvent[]>()
  for (const event of events) {
    const id = event.logonId
    if (id === undefined || isWellKnownLogon(id)) continue
    const boot = bootAt(boots, event.time)
    if (event.kind === 'logoff') {
      const last = byId.get(id)?.at(-1)
      if (last && last.boot === boot) last.closed = event
      else append(orphanLogoffs, id, event)
      continue
    }
    const session: LogonSession = { logonId: id, boot, opened: event, closed: undefined }
    append(byId, id, session)
    const sid = event.account.sid
    if (sid !== undefined && isNetworkLogon(event.logonType)) append(networkBySid, sid, session)
  }
  addTwins(byId, orphanLogoffs)
  return { byId, networkBySid, orphanLogoffs }
}

/** A session whose own 4624 is missing is known by the one that names it as its twin. */
function addTwins(
  byId: Map<LogonId, LogonSession[]>,
  orphanLogoffs: ReadonlyMap<LogonId, readonly LogoffEvent[]>,
): void {
  const twins: LogonSession[] = []
  for (const sessions of byId.values())
    for (const { opened, boot } of sessions) {
      const id = recorded(opened.linkedLogonId)
      if (id === undefined || isWellKnownLogon(id)) continue
      if (byId.get(id)?.some((other) => other.boot === boot)) continue
      const closed = orphanLogoffs.get(id)?.findLast((event) => event.time >= opened.time)
      twins.push({ logonId: id, boot, opened, closed, isTwin: true })
    }
  for (const twin of twins) append(byId, twin.logonId, twin)
  for (const twin of twins) byId.get(twin.logonId)?.sort((a, b) => compareEvents(a.opened, b.opened))
}

/** The session that had this logon id at `time` in its boot: opened before, not closed; `slack` in ticks for records of one moment. */
export function sessionAt(
  sessions: Sessions,
  boots: readonly FileTime[],
  id: LogonId | undefined,
  time: FileTime,
  slack: bigint,
): LogonSession | undefined {
  if (id === undefined || isWellKnownLogon(id)) return undefined
  const list = sessions.byId.get(id)
  if (!list) return undefined
  const boot = bootAt(boots, time)
  const openedAt = (index: number) => (list[index] as LogonSession).opened.time
  for (let index = firstNotBefore(list.length, openedAt, time + slack + 1n) - 1; index >= 0; index--) {
    const session = list[index] as LogonSession
    if (session.boot < boot) break
    // An id is not given out twice in a boot: the last session opened before is the one, or none is.
    if (session.boot === boot)
      return session.closed === undefined || time <= session.closed.time + slack ? session : undefined
  }
  return undefined
}
