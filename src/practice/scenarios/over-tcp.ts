/** schtasks.exe and the task API from another machine: RPC over TCP, no pipe. */
import { changeTcp, deleteTcp, runLater } from '../acts/later.ts'
import { drawPlan, programs, siteProgram } from '../acts/program.ts'
import { type TcpTask, tcpTask } from '../acts/tcp-task.ts'
import type { Cast } from '../cast.ts'
import type { Random } from '../random.ts'
import { everythingAudited, type Scenario, type Staging } from '../staging.ts'
import { HostWorld, ms } from '../world/host-world.ts'

/** A remote caller shows as ClientProcessId 0 only in version 1 of 4698. */
export const newer: NonNullable<Scenario['release']> = (release) => release.taskVersion === 1

export interface RemoteCreation extends Partial<TcpTask> {
  readonly detailedFileShare: boolean
  /** the task is changed over another logon later */
  readonly changedLater: boolean
}

/** What the host records of a task that somebody at `cast.intruderAddress` creates over TCP at `cast.start`. */
export function remoteCreation(cast: Cast, random: Random, how: RemoteCreation): Staging {
  const world = new HostWorld(cast, random, { sysmon: true })
  const { start, intruderAddress: ip } = cast
  const made = tcpTask(world, { at: start, ip, ...how })
  if (how.changedLater)
    changeTcp(world, made, { at: start + random.ticks(25_000, 90_000), ip, plan: made.plan, highest: true })
  world.notes.push(
    'There is no 5145 for atsvc because no pipe was used.',
    how.detailedFileShare
      ? 'Detailed File Share was audited the whole time: the absence of 5145 for atsvc shows that the pipe was not used.'
      : 'Detailed File Share was not audited: the absence of 5145 by itself proves nothing.',
  )
  return world.staging({
    audit: { ...everythingAudited, detailedFileShare: how.detailedFileShare ? 1 : 0 },
  })
}

export const schtasksTcp: Scenario = {
  name: 'schtasks-tcp',
  title: 'A task over RPC by TCP, created and changed from another machine, not run yet',
  teaches: 'Confirming a remote creation without any 5145: the playbook’s rule and the evidence disagree.',
  release: newer,
  stage: (cast, random) => remoteCreation(cast, random, { detailedFileShare: true, changedLater: true }),
}
export const schtasksTcpUnaudited: Scenario = {
  name: 'schtasks-tcp-unaudited',
  title: 'The same over RPC by TCP, on a host that does not audit detailed file shares',
  teaches: 'Telling “was not recorded” from “did not happen”.',
  release: newer,
  stage: (cast, random) => remoteCreation(cast, random, { detailedFileShare: false, changedLater: true }),
}

export const updateInstead: Scenario = {
  name: 'update-instead-of-create',
  title: 'An old task of the site gets a new action from another machine, and runs it',
  teaches: 'Looking for 4702: nothing was created on the day, and the creation years ago was harmless.',
  stage: (cast, random) => {
    const world = new HostWorld(cast, random)
    const { people, start, host } = cast
    const [owner] = people
    const made = tcpTask(world, {
      at: host.boot + ms(400_000),
      ip: cast.deskAddress,
      account: owner as Cast['suspect'],
      plan: { name: 'Rotate Print Spool Logs', program: siteProgram, trigger: 'TimeTrigger' },
    })
    const program = random.pick(programs)
    const change = changeTcp(world, made, {
      at: start,
      ip: cast.intruderAddress,
      plan: { ...made.plan, program },
      own: true,
    })
    runLater(world, start + random.ticks(60_000, 600_000), change, 'time', [made.mark])
    return world.staging()
  },
}

export const remoteWork: Scenario = {
  name: 'remote-update-job',
  title:
    'An update job of the administrators: a task as SYSTEM made from the management server, run and removed',
  teaches: 'Same mechanism as an intruder’s: only who, from where, and what it runs tell it apart.',
  stage: (cast, random) => {
    const world = new HostWorld(cast, random)
    const { start, deskAddress: ip } = cast
    const made = tcpTask(world, {
      at: start,
      ip,
      plan: {
        name: 'Run Site Update Job',
        trigger: 'TimeTrigger',
        program: {
          command: 'powershell.exe',
          parameters:
            '-NoProfile -Command "Import-Module SiteUpdate; Install-SiteUpdate -AcceptAll | Out-File C:\\SiteUpdate.log"',
          image: 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
        },
      },
    })
    const endedAt = runLater(world, start + ms(61_000), made, 'time')
    deleteTcp(world, made, { at: endedAt + random.ticks(20_000, 90_000), ip })
    return world.staging()
  },
}

export const nameReuse: Scenario = {
  name: 'task-name-reuse',
  title: 'Two lives of one task name: an administrator’s, deleted, and an intruder’s a day later',
  teaches: 'Splitting a name into lifetimes: what the first one ran says nothing of the second.',
  stage: (cast, random) => {
    const world = new HostWorld(cast, random)
    const { start, people } = cast
    const admin = people[0] as Cast['suspect']
    const plan = { ...drawPlan(random.fork('plan')), program: siteProgram, trigger: 'TimeTrigger' as const }
    const before = start - random.ticks(60_000_000, 90_000_000)
    const first = tcpTask(world, { at: before, ip: cast.deskAddress, account: admin, plan })
    const ended = runLater(world, before + ms(90_000), first, 'time')
    deleteTcp(world, first, { at: ended + ms(30_000), ip: cast.deskAddress, account: admin })
    tcpTask(world, {
      at: start,
      ip: cast.intruderAddress,
      plan: { ...plan, program: programs[1] as (typeof programs)[number], trigger: 'LogonTrigger' },
    })
    return world.staging()
  },
}
