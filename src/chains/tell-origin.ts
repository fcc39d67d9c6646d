/** Writes into the chain what the source rules found: the records of the call with the links L1 to L7. */
import { recorded } from '../domain/absent.ts'
import type { StepRole } from '../domain/chain.ts'
import type { ShareEvent, TaskChangedEvent } from '../domain/event.ts'
import type { LogonId } from '../domain/ids.ts'
import { millisecondsBetween, seconds } from '../domain/time.ts'
import type { ClientProcess } from './client-process.ts'
import type { ChainDraft } from './draft.ts'
import type { FileAccess } from './file-access.ts'
import type { Judged } from './mechanism.ts'
import { compareEvents, spanWords, within } from './order.ts'
import { bootOf, type Scene } from './scene.ts'
import { addressOf, isNetworkLogon, type LogonSession, sessionAt } from './sessions.ts'
import { type Origin, slackOf } from './source.ts'
import type { Story } from './stories.ts'
import { firstAndLast, leftWords } from './windows.ts'

/** L1: each change of the story with the logon session that made it. */
export function tellChanges(
  scene: Scene,
  story: Story,
  draft: ChainDraft,
  owners: ReadonlySet<LogonId>,
): void {
  const { told, left } = firstAndLast(story.changes)
  if (left > 0) draft.gap(`${left} more records of changes of the task`, 'unknown', leftWords)
  for (const change of told) {
    draft.step(change.kind, change)
    const session = sessionAt(
      scene.host.sessions,
      scene.host.boots,
      change.logonId,
      change.time,
      slackOf(scene),
    )
    if (!session) continue
    const role: StepRole = !isNetworkLogon(session.opened.logonType)
      ? 'other-logon'
      : owners.has(session.logonId)
        ? 'smb-logon'
        : 'rpc-logon'
    tellSession(scene, draft, session, role)
    draft.link(
      'L1',
      session.opened,
      change,
      session.isTwin ? 'strong' : 'exact',
      { logonId: session.logonId, logonType: session.opened.logonType },
      session.isTwin
        ? `this logon names ${session.logonId} as its twin with the other token (UAC); the logon of the twin itself is not in the evidence`
        : 'the logon id of the task record, in the same boot, while its session was open',
    )
  }
}

/** The logon and the privileges it was given; 4672 is mostly written before its 4624. */
function tellSession(scene: Scene, draft: ChainDraft, session: LogonSession, role: StepRole): void {
  draft.step(role, session.opened)
  const near = seconds(scene.windows.startSeconds)
  const { time } = session.opened
  for (const event of within(scene.host.privileges.get(session.logonId), time - near, time + near))
    if (bootOf(scene, event.time) === session.boot) draft.step('privileges', event)
}

/** L2 and L7: a share record with the logon that opened its session. */
export function tellShareSession(
  scene: Scene,
  draft: ChainDraft,
  event: ShareEvent,
): LogonSession | undefined {
  const session = sessionAt(scene.host.sessions, scene.host.boots, event.logonId, event.time, slackOf(scene))
  if (!session) return undefined
  tellSession(scene, draft, session, isNetworkLogon(session.opened.logonType) ? 'smb-logon' : 'other-logon')
  draft.link(
    'L2',
    session.opened,
    event,
    'exact',
    { logonId: session.logonId },
    'the share record carries the logon id of this session',
  )
  const ip = addressOf(session.opened)
  const port = recorded(session.opened.port)
  if (ip !== undefined && port !== undefined && ip === recorded(event.ip) && port === recorded(event.port))
    draft.link(
      'L7',
      session.opened,
      event,
      'strong',
      { ip, port },
      'address and port of the logon are those of the share access: it corroborates L2',
    )
  return session
}

/** Pipe, files, client process and path of the anchor's call. */
export function tellOrigin(
  scene: Scene,
  draft: ChainDraft,
  change: TaskChangedEvent,
  origin: Origin,
  client: ClientProcess,
  files: readonly FileAccess[],
  verdict: Judged,
): void {
  const { source, owners, chosen, taskSession } = origin
  for (const owner of owners) {
    const isNamed = owner === chosen || source.candidates.some((one) => one.logonId === owner.logonId)
    const isOwn = owner.logonId === change.logonId
    // of two sessions from one address the one that handled the files of the task is the one that made it
    const isSameCaller = source.basis === 'L3' && owner.ip === source.ip && !chosen?.confirmed
    // what shows the path is cited, though it gives no address
    const isNameless = source.basis === undefined && owner.ip === undefined
    if (!isNamed && !isOwn && !isSameCaller && !isNameless) continue
    draft.step('pipe-opened', owner.open)
    tellShareSession(scene, draft, owner.open)
    tellConnections(scene, draft, owner.logonId, change)
    if (isOwn) continue
    const isUnique = source.candidates.length === 0 && !isNameless
    draft.link(
      'L3',
      owner.open,
      change,
      isUnique ? 'strong' : 'medium',
      { sid: change.account.sid, target: 'atsvc' },
      isUnique
        ? `${owner === chosen && owner.confirmed ? 'the session of this account that opened the pipe and handled the files of the task' : 'the only session of this account that opened the pipe within the window'}; the RPC bind made the second logon ${change.logonId}`
        : isNameless
          ? 'a session of this account opened the pipe within the window; its address is not recorded'
          : `${source.candidates.length} sessions of this account opened the pipe within the window`,
    )
  }
  for (const file of files) {
    draft.step(file.role, file.event)
    tellShareSession(scene, draft, file.event)
    const confirms = source.ip !== undefined && recorded(file.event.ip) === source.ip
    const [from, to] = compareEvents(file.event, change) < 0 ? [file.event, change] : [change, file.event]
    draft.link(
      'L4',
      from,
      to,
      confirms && source.basis !== 'L4' ? 'strong' : 'medium',
      { file: file.file, ip: recorded(file.event.ip), sid: change.account.sid },
      confirms && source.basis !== 'L4'
        ? "a file of the task's command, handled by the same account from the same address: it confirms the source"
        : "a file of the task's command, handled by the same account",
    )
  }
  tellClient(draft, change, origin, client)
  if (verdict.path === 'rpc-tcp' && taskSession)
    draft.link(
      'L6',
      taskSession.opened,
      change,
      'strong',
      {
        logonId: taskSession.logonId,
        logonType: taskSession.opened.logonType,
        ip: source.ip,
        port: source.port,
      },
      'network logon with an address of its own and no pipe: remote over RPC/TCP',
    )
}

function tellConnections(scene: Scene, draft: ChainDraft, id: LogonId, change: TaskChangedEvent): void {
  const from = change.time - seconds(scene.windows.siblingSeconds)
  const to = change.time + seconds(scene.windows.outputSeconds)
  const boot = bootOf(scene, change.time)
  const connections = within(scene.host.shares.get(id), from, to).filter(
    (event) => event.kind === 'share-connected' && bootOf(scene, event.time) === boot,
  )
  for (const event of connections.slice(0, 10)) {
    draft.step('share-connected', event)
    tellShareSession(scene, draft, event)
  }
}

function tellClient(
  draft: ChainDraft,
  change: TaskChangedEvent,
  origin: Origin,
  client: ClientProcess,
): void {
  const { pid, process, throughProcess } = client
  if (pid === 0) {
    draft.link(
      'L5',
      origin.taskSession?.opened ?? origin.chosen?.open ?? change,
      change,
      'strong',
      { clientProcessId: 0 },
      'ClientProcessId 0: the caller was a process of another machine',
    )
    return
  }
  if (process) {
    draft.step('process-started', process.event)
    if (throughProcess && throughProcess !== process) draft.step('process-started', throughProcess.event)
    draft.link(
      'L5',
      process.event,
      change,
      'strong',
      pid === undefined
        ? { logonId: change.logonId, image: process.image }
        : { clientProcessId: pid, image: process.image },
      pid === undefined
        ? `the record names no caller (version 0); ${process.image} of the same logon session named the task ${spanWords(millisecondsBetween(process.event.time, change.time))} before`
        : 'the client process id of the task record is this process, running at that moment',
    )
    return
  }
  if (pid !== undefined)
    draft.link(
      'L5',
      change,
      change,
      'strong',
      { clientProcessId: pid },
      `the caller was process ${pid} of this host; its start is not in the evidence`,
    )
}
