/**
 * From another machine by RPC over TCP, as schtasks.exe /s, the console and the task API do: no pipe. The task log has 106 and 140 of a
 * creation before the audit's 4698, and Sysmon writes its 3 a good while after the connection it tells of.
 */
import { localTime, type PracticeAccount } from '../cast.ts'
import type { Mark } from '../happening.ts'
import { logonIdText } from '../logon-ids.ts'
import { remoteCaller, type Session } from '../records.ts'
import { schtasksTask } from '../task-xml.ts'
import { type HostWorld, inSystem32, ms } from '../world/host-world.ts'
import { drawPlan, type Plan, plannedTask } from './program.ts'
import { runAs } from './run-task.ts'

export interface RemoteCall {
  readonly ip: string
  /** as 4624 spells the address, when it differs from Sysmon's */
  readonly logonIp?: string
  readonly account?: PracticeAccount
  readonly by?: 'Kerberos' | 'NTLM'
}

/** One connection to the task service: endpoint mapper, bind with a logon, call. Gives the session and when the call comes. */
export function connectTcp(
  world: HostWorld,
  at: bigint,
  how: RemoteCall,
  mark: string,
): { readonly session: Session; readonly callAt: bigint } {
  const { records, random, cast, sysmon } = world
  const pids = records.pidsAt(at)
  const port = random.between(49_800, 64_000)
  const image = inSystem32('svchost.exe')
  const mapper = { pid: pids.rpcEndpointMapper, image, user: 'NT AUTHORITY\\NETWORK SERVICE' }
  const schedule = { pid: pids.schedule, image, user: 'NT AUTHORITY\\SYSTEM' }
  world.tell(
    sysmon?.inbound(at - ms(9), mapper, { ip: how.ip, port: port - 1 }, 135),
    sysmon?.inbound(at - ms(4), schedule, { ip: how.ip, port }, 49_664 + (pids.schedule % 27)),
  )
  const opened = world.logon(at, how.account ?? cast.suspect, {
    by: how.by ?? 'Kerberos',
    ip: how.logonIp ?? how.ip,
    port,
    mark: { chain: mark, role: 'rpc-logon' },
  })
  const session = { ...opened, ip: how.ip }
  world.logoff(at + random.ticks(2_000, 14_000), session)
  return { session, callAt: at + random.ticks(6, 60) }
}

export interface TcpTask extends RemoteCall {
  readonly at: bigint
  readonly mark?: string
  readonly plan?: Plan
  readonly startBoundary?: bigint
  readonly host?: string
  readonly folder?: string
  /** the definition asks for the highest run level */
  readonly highest?: boolean
}

export interface Registered {
  readonly mark: string
  readonly path: string
  readonly plan: Plan
  readonly createdAt: bigint
  readonly session: Session
  readonly content: string
}

/** The creation; a run, a change or a deletion are acts of their own. */
export function tcpTask(world: HostWorld, how: TcpTask): Registered {
  const { records, cast, sysmon, random } = world
  const { at, account = cast.suspect, plan = drawPlan(random.fork('plan')) } = how
  const mark = how.mark ?? world.newMark()
  const marked = (role: Mark['role']): Mark => ({ chain: mark, role })
  const user = `${account.domain}\\${account.name}`
  const { session, callAt } = connectTcp(world, at, how, mark)
  const path = `${how.folder ?? ''}\\${plan.name}`
  const content = schtasksTask({
    path,
    author: user,
    date: localTime(cast, callAt),
    trigger: plan.trigger,
    startBoundary: `${localTime(cast, how.startBoundary ?? callAt).slice(0, 17)}00`,
    userId: 'S-1-5-18',
    runLevel: how.highest ? 'HighestAvailable' : 'LeastPrivilege',
    command: plan.program.command,
    ...(plan.program.parameters === undefined ? {} : { parameters: plan.program.parameters }),
  })
  const schedule = {
    pid: records.pidsAt(at).schedule,
    image: inSystem32('svchost.exe'),
    user: 'NT AUTHORITY\\SYSTEM',
  }
  const key = `HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tree${path}`
  world.tell(
    sysmon?.fileCreated(callAt - ms(2), schedule, `C:\\Windows\\System32\\Tasks${path}`),
    sysmon?.keyChanged(callAt - ms(1.5), schedule, 'CreateKey', key),
    sysmon?.valueSet(callAt - ms(1.2), schedule, `${key}\\Id`, random.guid()),
    records.scheduler(callAt, 106, { TaskName: path, UserContext: runAs }, marked('task-registered')),
    records.scheduler(
      callAt + ms(0.1),
      140,
      { TaskName: path, UserName: 'S-1-5-18' },
      marked('task-updated'),
    ),
    records.taskAudit(
      callAt + ms(0.4),
      4698,
      session,
      { path, content },
      remoteCaller,
      marked('task-created'),
    ),
  )
  world.tasks.set(path, content)
  world.deeds.push({
    mark,
    kind: 'task-created',
    task: plannedTask(path, plan, user),
    account,
    source: {
      ip: how.ip,
      port: session.port as number,
      logonId: logonIdText(session.logonId),
      ...(how.host === undefined ? {} : { host: how.host }),
    },
    taskLogonId: logonIdText(session.logonId),
    path: 'rpc-tcp',
    origin: 'remote',
    callers: [],
    executed: false,
    deleted: false,
    processes: [],
    resembles: ['schtasks.exe'],
  })
  return { mark, path, plan, createdAt: callAt + ms(0.4), session, content }
}
