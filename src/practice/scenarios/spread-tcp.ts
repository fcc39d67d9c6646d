/** One server as the stepping stone: from a desktop session on it the same task goes to two others. Evidence of all three. */
import { baselineTasks } from '../baseline.ts'
import { type Cast, onAnotherHost } from '../cast.ts'
import type { Happening } from '../happening.ts'
import { LogonIds } from '../logon-ids.ts'
import type { Random } from '../random.ts'
import { HostRecords, type Session, type StartedProcess } from '../records.ts'
import { everythingAudited, type HostStaging, type Scenario } from '../staging.ts'
import { SysmonRecords } from '../sysmon-records.ts'
import { pidDrawer } from './atexec-pipe.ts'
import { drawPlan, newer, stageRemoteCreation } from './schtasks-tcp.ts'

const ms = (count: number) => BigInt(Math.round(count * 10_000))

function stage(cast: Cast, random: Random): readonly HostStaging[] {
  const plan = drawPlan(random.fork('plan'))
  const records = new HostRecords(cast, random.fork('records'))
  const sysmon = new SysmonRecords(cast, random.fork('sysmon'))
  const pid = pidDrawer(random.fork('pids'))
  const { suspect, host, start } = cast
  const user = `${suspect.domain}\\${suspect.name}`

  const logonAt = start - random.ticks(300_000, 1_500_000)
  const logonId = new LogonIds(host.boot, 'scenario').at(logonAt)
  const session: Session = { account: suspect, logonId, type: 10, ip: cast.intruderAddress, port: 0 }
  const shell: StartedProcess = {
    pid: pid(),
    image: 'C:\\Windows\\System32\\cmd.exe',
    commandLine: '"C:\\Windows\\system32\\cmd.exe" ',
    parentPid: pid(),
    parentImage: 'C:\\Windows\\explorer.exe',
  }
  const happenings: Happening[] = [
    records.privileges(logonAt, session),
    records.logon(logonAt, session, 'User32', true),
    records.processStarted(start - random.ticks(20_000, 60_000), shell, suspect, logonId),
  ]

  let at: bigint = start
  const pids = [shell.pid, shell.parentPid]
  const targets = [1, 2].map((position): HostStaging => {
    const part = onAnotherHost(cast, position, newer)
    at += random.ticks(20_000, 70_000)
    // the same moment by the other host's clock
    const there = at + ms(part.host.clockOffsetMs - host.clockOffsetMs)
    const target = { ...part, start: there as Cast['start'], intruderAddress: host.address }
    const staging = stageRemoteCreation(target, random.fork(`target ${position}`), {
      detailedFileShare: true,
      changedLater: false,
      plan,
    })
    const port = staging.chains[0]?.source.port as number
    const action =
      plan.program.parameters === undefined
        ? plan.program.command
        : `${plan.program.command} ${plan.program.parameters}`
    const tool: StartedProcess = {
      pid: pid(),
      image: 'C:\\Windows\\System32\\schtasks.exe',
      commandLine: `schtasks  /create /s ${target.host.name} /tn "${plan.name}" /tr "${action}" /sc ${plan.trigger === 'BootTrigger' ? 'onstart' : 'onlogon'} /ru SYSTEM`,
      parentPid: shell.pid,
      parentImage: shell.image,
    }
    pids.push(tool.pid)
    const client = { pid: tool.pid, image: tool.image, user }
    const to = { ip: target.host.address, host: target.host.fqdn }
    happenings.push(
      records.processStarted(at - ms(70), tool, suspect, logonId),
      sysmon.outbound(at - ms(9), client, port - 1, { ...to, port: 135 }),
      // the high port differs from host to host; this side records the one it was told
      sysmon.outbound(at - ms(4), client, port, { ...to, port: taskPortOf(staging.happenings, port) }),
      records.processEnded(at + ms(150), tool, suspect, logonId),
    )
    const chains = staging.chains.map((chain) => ({ ...chain, source: { ...chain.source, host: host.fqdn } }))
    return { cast: target, staging: { ...staging, chains } }
  })
  happenings.push(
    records.processEnded(at + ms(60_000), shell, suspect, logonId),
    records.logoff(at + ms(90_000), session),
  )
  return [
    {
      cast,
      staging: {
        happenings,
        audit: everythingAudited,
        sysmon: true,
        pids,
        tasks: baselineTasks(cast),
        chains: [],
        notes: [
          `${host.fqdn} is the stepping stone: its own processes name both targets, and its address is the source there.`,
          'The clocks of the hosts differ by what their host.json says.',
        ],
      },
    },
    ...targets,
  ]
}

/** The port of the task service over there, from what it recorded of this connection. */
function taskPortOf(happenings: readonly Happening[], fromPort: number): number {
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
