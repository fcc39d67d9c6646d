/** Restarts, clocks and ids that are given out again. */
import { runLater } from '../acts/later.ts'
import { pipeTask } from '../acts/pipe-task.ts'
import { drawPlan, programs } from '../acts/program.ts'
import { tcpTask } from '../acts/tcp-task.ts'
import { type Cast, withRestart } from '../cast.ts'
import { system, systemLogonId } from '../records.ts'
import type { Scenario, Staging } from '../staging.ts'
import { asSystem, HostWorld, inSystem32, ms } from '../world/host-world.ts'

/** The clock is set at this moment: who did it, and what it showed before and after. */
export function setClock(world: HostWorld, at: bigint, byMs: number): NonNullable<Staging['jumps']> {
  const { records, cast } = world
  const pids = records.pidsAt(at)
  const shown = { PreviousTime: at, NewTime: at + BigInt(byMs) * 10_000n }
  world.tell(
    records.security(
      at,
      4616,
      1,
      {
        SubjectUserSid: system.sid,
        SubjectUserName: cast.host.machineAccount.name,
        SubjectDomainName: cast.domain.netbios,
        SubjectLogonId: systemLogonId,
        ...shown,
        ProcessId: pids.services,
        ProcessName: inSystem32('svchost.exe'),
      },
      undefined,
      4,
    ),
    records.systemLog(at, 1, { NewTime: shown.NewTime, OldTime: at, Reason: 1 }, 4, system.sid),
  )
  return [{ at, byMs }]
}

const jump = (name: string, title: string, byMs: number): Scenario => ({
  name,
  title,
  teaches: 'Order by the numbers of the records where times run backwards or leap.',
  stage: (cast, random) => {
    const world = new HostWorld(cast, random)
    const made = tcpTask(world, {
      at: cast.start,
      ip: cast.intruderAddress,
      plan: { ...drawPlan(random.fork('plan')), trigger: 'TimeTrigger' },
    })
    const jumps = setClock(world, cast.start + ms(20_000), byMs)
    runLater(world, cast.start + ms(50_000), made, 'time')
    return world.staging({ jumps })
  },
})
export const clockBack = jump(
  'clock-set-back',
  'The clock is set back by 90 minutes between the creation of a task and its run',
  -5_400_000,
)
export const clockForward = jump(
  'clock-set-forward',
  'The clock is set forward by three hours between the creation of a task and its run',
  10_800_000,
)

const restartLater = (cast: Cast): Cast =>
  withRestart(cast, cast.start + ms(600_000), cast.start + ms(645_000))

export const rebootBetween: Scenario = {
  name: 'reboot-before-run',
  title: 'A task over TCP that waits for the next start of Windows, and the start comes',
  teaches: 'Following a task over a restart, where logon ids and process ids begin anew.',
  adapt: restartLater,
  stage: (cast, random) => {
    const world = new HostWorld(cast, random)
    const plan = { ...drawPlan(random.fork('plan')), trigger: 'BootTrigger' as const }
    const made = tcpTask(world, { at: cast.start, ip: cast.intruderAddress, plan })
    const [restart] = cast.host.restarts
    runLater(world, (restart?.at ?? cast.start) + ms(14_000), made, 'boot')
    return world.staging()
  },
}

export const logonIdReuse: Scenario = {
  name: 'logon-id-reuse',
  title: 'After a restart the logon id of the task is given to somebody else, from another address',
  teaches: 'A logon id means something only within one start of Windows.',
  adapt: restartLater,
  stage: (cast, random) => {
    const world = new HostWorld(cast, random)
    const { deeds, records } = world
    pipeTask(world, { at: cast.start, ip: cast.intruderAddress, keep: true })
    const after = (cast.host.restarts[0]?.at ?? cast.start) + ms(200_000)
    const stranger = {
      account: cast.people[1] as Cast['suspect'],
      logonId: BigInt(deeds[0]?.taskLogonId as string),
      type: 3,
      ip: cast.deskAddress,
      port: world.port(),
    }
    world.tell(records.logon(after, stranger, 'Kerberos', false), records.logoff(after + ms(9_000), stranger))
    return world.staging()
  },
}

export const pidReuse: Scenario = {
  name: 'pid-reuse',
  title: 'The process id of the task’s process is given out again, and that process starts others',
  teaches: 'A process is an id within its lifetime: what runs under the id later is not the task’s.',
  stage: (cast, random) => {
    const world = new HostWorld(cast, random)
    pipeTask(world, { at: cast.start, ip: cast.intruderAddress })
    const shell = world.deeds[0]?.processes[0]
    const services = {
      parentPid: world.records.pidsAt(cast.start).services,
      parentImage: inSystem32('services.exe'),
    }
    const later = cast.start + ms(45_000)
    const heir = {
      pid: shell?.pid as number,
      image: 'C:\\Program Files\\Site Tools\\agent.exe',
      commandLine: '"C:\\Program Files\\Site Tools\\agent.exe" --heartbeat',
      ...services,
    }
    const child = {
      pid: world.pid(),
      image: inSystem32('ipconfig.exe'),
      commandLine: 'ipconfig',
      parentPid: heir.pid,
      parentImage: heir.image,
    }
    world.starts(later, heir, asSystem)
    world.starts(later + ms(400), child, asSystem)
    world.ends(later + ms(900), child, asSystem)
    world.ends(later + ms(1_500), heir, asSystem)
    return world.staging()
  },
}

export const sameCommand: Scenario = {
  name: 'same-command-elsewhere',
  title: 'Another service starts the very command of a task that has not run',
  teaches: 'A command line that fits is no run of the task: the parent has to be the Schedule service.',
  stage: (cast, random) => {
    const world = new HostWorld(cast, random)
    const program = programs[0] as (typeof programs)[number]
    const plan = { ...drawPlan(random.fork('plan')), program }
    tcpTask(world, { at: cast.start, ip: cast.intruderAddress, plan })
    const other = {
      pid: world.pid(),
      image: program.image,
      commandLine: `${program.command} ${program.parameters}`,
      parentPid: world.records.pidsAt(cast.start).remoteDesktop,
      parentImage: inSystem32('svchost.exe'),
    }
    world.starts(cast.start + ms(40_000), other, asSystem)
    world.ends(cast.start + ms(44_000), other, asSystem)
    return world.staging()
  },
}
