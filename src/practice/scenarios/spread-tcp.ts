/** One server as the stepping stone: from a desktop session on it the same task goes to two others. Evidence of all three. */
import { actionOf, drawPlan } from '../acts/program.ts'
import { type Cast, onAnotherHost } from '../cast.ts'
import type { Random } from '../random.ts'
import type { Session, StartedProcess } from '../records.ts'
import type { HostStaging, Scenario } from '../staging.ts'
import { HostWorld, inSystem32, ms } from '../world/host-world.ts'
import { newer, remoteCreation } from './over-tcp.ts'

function stage(cast: Cast, random: Random): readonly HostStaging[] {
  const plan = drawPlan(random.fork('plan'))
  const world = new HostWorld(cast, random, { sysmon: true })
  const { records, sysmon } = world
  const { suspect, host, start } = cast
  const user = `${suspect.domain}\\${suspect.name}`

  const logonAt = start - random.ticks(300_000, 1_500_000)
  const opened = { by: 'User32', type: 10, ip: cast.intruderAddress, port: 0 } as const
  const session: Session = world.logon(logonAt, suspect, opened)
  const shell: StartedProcess = {
    pid: world.pid(),
    image: inSystem32('cmd.exe'),
    commandLine: '"C:\\Windows\\system32\\cmd.exe" ',
    parentPid: world.pid(),
    parentImage: 'C:\\Windows\\explorer.exe',
  }
  world.starts(start - random.ticks(20_000, 60_000), shell, session)

  let at: bigint = start
  const targets = [1, 2].map((position): HostStaging => {
    const part = onAnotherHost(cast, position, newer)
    at += random.ticks(20_000, 70_000)
    // the same moment by the other host's clock
    const there = at + ms(part.host.clockOffsetMs - host.clockOffsetMs)
    const target = { ...part, start: there as Cast['start'], intruderAddress: host.address }
    const staging = remoteCreation(target, random.fork(`target ${position}`), {
      detailedFileShare: true,
      changedLater: false,
      plan,
      host: host.fqdn,
    })
    const port = staging.deeds[0]?.source?.port as number
    const tool: StartedProcess = {
      pid: world.pid(),
      image: inSystem32('schtasks.exe'),
      commandLine: `schtasks  /create /s ${target.host.name} /tn "${plan.name}" /tr "${actionOf(plan.program)}" /sc ${plan.trigger === 'BootTrigger' ? 'onstart' : 'onlogon'} /ru SYSTEM`,
      parentPid: shell.pid,
      parentImage: shell.image,
    }
    const client = { pid: tool.pid, image: tool.image, user }
    const to = { ip: target.host.address, host: target.host.fqdn }
    world.starts(at - ms(70), tool, session)
    world.tell(
      sysmon?.outbound(at - ms(9), client, port - 1, { ...to, port: 135 }),
      // the high port differs from host to host; this side records the one it was told
      sysmon?.outbound(at - ms(4), client, port, { ...to, port: taskPortOf(staging, port) }),
      records.processEnded(at + ms(150), tool, suspect, session.logonId),
    )
    return { cast: target, staging }
  })
  world.ends(at + ms(60_000), shell, session)
  world.logoff(at + ms(90_000), session)
  world.notes.push(
    `${host.fqdn} is the stepping stone: its own processes name both targets, and its address is the source there.`,
    'The clocks of the hosts differ by what their host.json says.',
  )
  return [{ cast, staging: world.staging() }, ...targets]
}

/** The port of the task service over there, from what it recorded of this connection. */
function taskPortOf({ happenings }: HostStaging['staging'], fromPort: number): number {
  const found = happenings.find(
    ({ schema, values }) => schema.eventId === 3 && values.SourcePort === fromPort,
  )
  return Number(found?.values.DestinationPort)
}

export const spreadTcp: Scenario = {
  name: 'spread-tcp',
  title: 'From one server the same task goes to two others, by RPC over TCP',
  teaches: 'Following an account from host to host: three logs, two chains, one stepping stone.',
  release: newer,
  stage,
}
