/** Made by a process of the host itself: in a desktop session, below PowerShell remoting, WMI, Group Policy, a service. */
import { localTime, type PracticeAccount } from '../cast.ts'
import type { CallerProcess, Deed } from '../deed.ts'
import type { Mark } from '../happening.ts'
import { logonIdText } from '../logon-ids.ts'
import { type Session, type StartedProcess, system } from '../records.ts'
import { schtasksTask } from '../task-xml.ts'
import { asSystem, type HostWorld, inSystem32, ms } from '../world/host-world.ts'
import { actionOf, drawPlan, type Plan, plannedTask } from './program.ts'
import { runAs } from './run-task.ts'
import type { Registered } from './tcp-task.ts'

export interface HostedTask {
  readonly at: bigint
  readonly through:
    | 'desktop'
    | 'console'
    | 'winrm'
    | 'winrs'
    | 'wmi'
    | 'remote-service'
    | 'gpo'
    | 'deployment'
  readonly ip?: string
  /** WinRM mostly records no address */
  readonly addressRecorded?: boolean
  readonly account?: PracticeAccount
  readonly mark?: string
  readonly plan?: Plan
  readonly startBoundary?: bigint
  readonly folder?: string
  /** milliseconds between the logon and the call */
  readonly sessionAgeMs?: number
}

interface Stage {
  readonly session: Session
  readonly caller: StartedProcess
  readonly callers: readonly CallerProcess[]
  readonly path: Deed['path']
  readonly origin: Deed['origin']
  readonly source: Deed['source']
  readonly end: (at: bigint) => void
}

const powershell = 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe'

/** The task, once its caller is there. */
export function hostedTask(world: HostWorld, how: HostedTask): Registered {
  const { records, cast, random } = world
  const { at, plan = drawPlan(random.fork('plan')) } = how
  const mark = how.mark ?? world.newMark()
  const account = how.account ?? cast.suspect
  const stage = stages[how.through](world, { ...how, account, mark, plan })
  const marked = (role: Mark['role']): Mark => ({ chain: mark, role })
  const actor = stage.session.account
  const user = actor.sid === system.sid ? records.systemContext : `${actor.domain}\\${actor.name}`
  const callAt = at + random.ticks(30, 90)
  const path = `${how.folder ?? ''}\\${plan.name}`
  const content = schtasksTask({
    path,
    author: user,
    date: localTime(cast, callAt),
    trigger: plan.trigger,
    startBoundary: `${localTime(cast, how.startBoundary ?? callAt).slice(0, 17)}00`,
    userId: 'S-1-5-18',
    runLevel: 'LeastPrivilege',
    command: plan.program.command,
    ...(plan.program.parameters === undefined ? {} : { parameters: plan.program.parameters }),
  })
  const { caller } = stage
  const startKey = 0x3000000000000n + BigInt(random.between(400, 9000))
  world.tell(
    records.scheduler(callAt, 106, { TaskName: path, UserContext: runAs }, marked('task-registered')),
    records.taskAudit(
      callAt + ms(0.4),
      4698,
      stage.session,
      { path, content },
      { pid: caller.pid, parentPid: caller.parentPid, startKey },
      marked('task-created'),
    ),
  )
  stage.end(callAt + ms(20))
  world.tasks.set(path, content)
  world.deeds.push({
    mark,
    kind: 'task-created',
    task: plannedTask(path, plan, user),
    account: actor,
    source: stage.source,
    taskLogonId: logonIdText(stage.session.logonId),
    path: stage.path,
    origin: stage.origin,
    callers: stage.callers,
    executed: false,
    deleted: false,
    processes: [],
    resembles: ['schtasks.exe'],
  })
  return { mark, path, plan, createdAt: callAt + ms(0.4), session: stage.session, content }
}

interface Wanted extends HostedTask {
  readonly account: PracticeAccount
  readonly mark: string
  readonly plan: Plan
}
type MakeStage = (world: HostWorld, how: Wanted) => Stage

const process = (
  world: HostWorld,
  image: string,
  commandLine: string,
  parent: Pick<StartedProcess, 'pid' | 'image'>,
): StartedProcess => ({
  pid: world.pid(),
  image,
  commandLine,
  parentPid: parent.pid,
  parentImage: parent.image,
})

const schtasksLine = ({ plan, startBoundary }: Wanted, world: HostWorld) => {
  const once = startBoundary === undefined ? 'onstart' : 'once'
  const st = startBoundary === undefined ? '' : ` /st ${localTime(world.cast, startBoundary).slice(11, 16)}`
  return `schtasks  /create /tn "${plan.name}" /tr "${actionOf(plan.program).replaceAll('"', '\\"')}" /sc ${once}${st} /ru SYSTEM`
}

/** An administrator at a desktop: a split token, a shell below the Explorer, schtasks.exe. */
const desk =
  (type: 2 | 10): MakeStage =>
  (world, how) => {
    const { records, cast } = world
    const logonAt = how.at - ms(how.sessionAgeMs ?? world.random.between(240_000, 1_500_000))
    const ip = type === 10 ? (how.ip ?? cast.deskAddress) : '127.0.0.1'
    const chain = how.mark
    const ids = [world.logonId(logonAt), world.logonId(logonAt)] as const
    const base = { account: how.account, type, ip, port: 0 }
    const elevated: Session = { ...base, logonId: ids[0], linked: ids[1] }
    const limited: Session = { ...base, logonId: ids[1], linked: ids[0] }
    world.tell(
      records.privileges(logonAt, elevated, { chain, role: 'privileges' }),
      records.logon(logonAt, elevated, 'User32', true, { chain, role: 'other-logon' }),
      records.logon(logonAt, limited, 'User32', false),
    )
    const explorer = { pid: world.pid(), image: 'C:\\Windows\\explorer.exe' }
    const shell = process(world, inSystem32('cmd.exe'), '"C:\\Windows\\system32\\cmd.exe" ', explorer)
    const tool = process(world, inSystem32('schtasks.exe'), schtasksLine(how, world), shell)
    world.starts(how.at - ms(Math.min(45_000, (how.sessionAgeMs ?? 90_000) / 2)), shell, elevated)
    world.starts(how.at, tool, elevated, { chain, role: 'process-started' })
    return {
      session: elevated,
      caller: tool,
      callers: [{ pid: tool.pid }, { pid: shell.pid, tells: 'desktop' }],
      path: 'local',
      origin: 'local',
      source: type === 10 ? { ip, port: null, logonId: logonIdText(elevated.logonId) } : null,
      end: (at) => {
        world.ends(at, tool, elevated)
        world.ends(at + ms(90_000), shell, elevated)
        world.logoff(at + ms(1_200_000), limited)
        world.logoff(at + ms(1_200_001), elevated)
      },
    }
  }

/** A network session whose commands run in a process on this host. */
const hosted =
  (
    path: Deed['path'],
    tells: CallerProcess['tells'],
    by: 'Kerberos' | 'NTLM',
    makeLine: (
      world: HostWorld,
      how: Wanted,
      session: Session,
    ) => { readonly carrier: StartedProcess; readonly tool: StartedProcess | undefined },
  ): MakeStage =>
  (world, how) => {
    const { cast, random } = world
    const logonAt = how.at - ms(how.sessionAgeMs ?? random.between(400, 9_000))
    const ip = how.ip ?? cast.intruderAddress
    const mark: Mark = { chain: how.mark, role: 'rpc-logon' }
    const session = world.logon(logonAt, how.account, {
      by,
      mark,
      ...(how.addressRecorded === false ? {} : { ip }),
    })
    const { carrier, tool } = makeLine(world, how, session)
    const asCaller: Mark = { chain: how.mark, role: 'process-started' }
    world.starts(logonAt + ms(120), carrier, session, asCaller)
    if (tool) world.starts(how.at, tool, session, asCaller)
    const callers: CallerProcess[] = [
      ...(tool ? [{ pid: tool.pid }] : []),
      { pid: carrier.pid, ...(tells ? { tells } : {}) },
    ]
    return {
      session,
      caller: tool ?? carrier,
      callers,
      path,
      origin: 'remote',
      source: { ip, port: session.port ?? null, logonId: logonIdText(session.logonId) },
      end: (at) => {
        if (tool) world.ends(at, tool, session)
        world.ends(at + ms(6_000), carrier, session)
        world.logoff(at + ms(6_500), session)
      },
    }
  }

const dcom = (world: HostWorld, at: bigint) => ({
  pid: world.records.pidsAt(at).dcomLaunch,
  image: inSystem32('svchost.exe'),
})

const stages: Readonly<Record<HostedTask['through'], MakeStage>> = {
  desktop: desk(10),
  console: desk(2),
  winrm: hosted('winrm', 'winrm', 'Kerberos', (world, how) => ({
    carrier: process(
      world,
      inSystem32('wsmprovhost.exe'),
      'C:\\Windows\\system32\\wsmprovhost.exe -Embedding',
      dcom(world, how.at),
    ),
    tool: undefined,
  })),
  winrs: hosted('winrm', 'winrm', 'Kerberos', (world, how) => {
    const carrier = process(
      world,
      inSystem32('winrshost.exe'),
      'C:\\Windows\\system32\\WinrsHost.exe -Embedding',
      dcom(world, how.at),
    )
    return { carrier, tool: process(world, inSystem32('schtasks.exe'), schtasksLine(how, world), carrier) }
  }),
  wmi: hosted('wmi', 'wmi', 'NTLM', (world, how) => {
    const carrier = process(
      world,
      'C:\\Windows\\System32\\wbem\\WmiPrvSE.exe',
      'C:\\Windows\\system32\\wbem\\wmiprvse.exe -secured -Embedding',
      dcom(world, how.at),
    )
    return {
      carrier,
      tool: process(
        world,
        powershell,
        `powershell.exe -NoProfile -Command "${schtasksLine(how, world).replaceAll('"', "'")}"`,
        carrier,
      ),
    }
  }),
  /** a service started from elsewhere runs schtasks.exe with the caller's own network session */
  'remote-service': hosted('service', 'service', 'NTLM', (world, how) => {
    const services = {
      pid: world.records.pidsAt(how.at).services,
      image: inSystem32('services.exe'),
    }
    const carrier = process(world, 'C:\\Windows\\RCSVC.exe', 'C:\\Windows\\RCSVC.exe', services)
    return { carrier, tool: process(world, inSystem32('schtasks.exe'), schtasksLine(how, world), carrier) }
  }),
  gpo: (world, how) => {
    const pid = world.records.pidsAt(how.at).groupPolicy
    const caller: StartedProcess = {
      pid,
      image: inSystem32('svchost.exe'),
      commandLine: '',
      parentPid: world.records.pidsAt(how.at).services,
      parentImage: inSystem32('services.exe'),
    }
    return {
      session: { ...asSystem, type: 5 },
      caller,
      callers: [{ pid, tells: 'gpo' }],
      path: 'gpo',
      origin: 'machine',
      source: null,
      end: () => {},
    }
  },
  /** the agent of a software deployment, itself a service */
  deployment: (world, how) => {
    const services = {
      pid: world.records.pidsAt(how.at).services,
      image: inSystem32('services.exe'),
    }
    const agent = process(world, 'C:\\Windows\\CCM\\CcmExec.exe', 'C:\\Windows\\CCM\\CcmExec.exe', services)
    const tool = process(world, inSystem32('schtasks.exe'), schtasksLine(how, world), agent)
    const asCaller: Mark = { chain: how.mark, role: 'process-started' }
    world.starts(how.at - ms(how.sessionAgeMs ?? 600_000), agent, asSystem, asCaller)
    world.starts(how.at, tool, asSystem, asCaller)
    return {
      session: { ...asSystem, type: 5 },
      caller: tool,
      callers: [{ pid: tool.pid }, { pid: agent.pid, tells: 'service' }],
      path: 'service',
      origin: 'machine',
      source: null,
      end: (at) => world.ends(at, tool, asSystem),
    }
  },
}
