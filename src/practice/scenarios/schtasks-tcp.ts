/**
 * schtasks.exe from another machine: RPC over TCP, no pipe. Created, changed once, and waiting for its trigger. The task log has
 * 106 and 140 of the creation before the audit's 4698, and Sysmon writes its 3 a good while after the connection it tells of.
 */
import { baselineTasks } from '../baseline.ts'
import { type Cast, localTime } from '../cast.ts'
import type { Happening } from '../happening.ts'
import { LogonIds, logonIdText } from '../logon-ids.ts'
import type { Random } from '../random.ts'
import { HostRecords, remoteCaller, type Session } from '../records.ts'
import { everythingAudited, type Scenario, type Staging, type TrueChain } from '../staging.ts'
import { SysmonRecords } from '../sysmon-records.ts'
import { schtasksTask } from '../task-xml.ts'

const ms = (count: number) => BigInt(Math.round(count * 10_000))

const names = ['Site Tools Sync', 'Display Calibration', 'Print Quota Check', 'Telemetry Upload'] as const
const programs = [
  { command: 'C:\\ProgramData\\sync\\sync.exe', parameters: '-silent' },
  {
    command: 'powershell.exe',
    parameters: '-NoProfile -WindowStyle Hidden -File C:\\ProgramData\\calib\\run.ps1',
  },
  { command: 'C:\\Windows\\Temp\\quota.bat', parameters: undefined },
] as const

/** What is registered, where several hosts get the same. */
export interface Plan {
  readonly name: string
  readonly program: (typeof programs)[number]
  readonly trigger: 'BootTrigger' | 'LogonTrigger'
}
export const drawPlan = (random: Random): Plan => ({
  name: random.pick(names),
  program: random.pick(programs),
  trigger: random.pick(['BootTrigger', 'LogonTrigger'] as const),
})

export interface CreationOptions {
  readonly detailedFileShare: boolean
  /** the task is changed over another logon later */
  readonly changedLater: boolean
  readonly plan?: Plan
}

/** What the host records of a task that somebody at `cast.intruderAddress` creates over TCP at `cast.start`. */
export function stageRemoteCreation(
  cast: Cast,
  random: Random,
  { detailedFileShare, changedLater, plan = drawPlan(random.fork('plan')) }: CreationOptions,
): Staging {
  const records = new HostRecords(cast, random.fork('records'))
  const sysmon = new SysmonRecords(cast, random.fork('sysmon'))
  const logonIds = new LogonIds(cast.host.boot, 'scenario')
  const { start, suspect, host } = cast
  const happenings: Happening[] = []
  const chain = 'created'
  const user = `${suspect.domain}\\${suspect.name}`
  const endpointMapper = {
    pid: host.pids.rpcEndpointMapper,
    image: 'C:\\Windows\\System32\\svchost.exe',
    user: 'NT AUTHORITY\\NETWORK SERVICE',
  }
  const schedule = {
    pid: host.pids.schedule,
    image: 'C:\\Windows\\System32\\svchost.exe',
    user: 'NT AUTHORITY\\SYSTEM',
  }
  const taskPort = random.between(49_664, 49_690)
  const { program, trigger } = plan
  const path = `\\${plan.name}`

  /** One run of schtasks.exe over there: endpoint mapper, bind with a logon, call. Gives the session and when the call comes. */
  const connect = (at: bigint): { readonly session: Session; readonly callAt: bigint } => {
    const port = random.between(49_800, 64_000)
    const session: Session = {
      account: suspect,
      logonId: logonIds.at(at),
      type: 3,
      ip: cast.intruderAddress,
      port,
    }
    const from = { ip: cast.intruderAddress, port }
    happenings.push(
      sysmon.inbound(at - ms(9), endpointMapper, { ip: cast.intruderAddress, port: port - 1 }, 135),
      sysmon.inbound(at - ms(4), schedule, from, taskPort),
      records.privileges(at, session, { chain, role: 'privileges' }),
      records.logon(at, session, 'Kerberos', true, { chain, role: 'rpc-logon' }),
      records.logoff(at + random.ticks(2_000, 14_000), session),
    )
    return { session, callAt: at + random.ticks(6, 60) }
  }
  const definition = (at: bigint, runLevel: 'LeastPrivilege' | 'HighestAvailable') =>
    schtasksTask({
      path,
      author: user,
      date: localTime(cast, at),
      trigger,
      startBoundary: `${localTime(cast, at).slice(0, 17)}00`,
      userId: 'S-1-5-18',
      runLevel,
      command: program.command,
      ...(program.parameters === undefined ? {} : { parameters: program.parameters }),
    })

  const created = connect(start)
  const content = definition(created.callAt, 'LeastPrivilege')
  const file = `C:\\Windows\\System32\\Tasks${path}`
  const key = `HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tree${path}`
  happenings.push(
    sysmon.fileCreated(created.callAt - ms(2), schedule, file),
    sysmon.keyCreated(created.callAt - ms(1.5), schedule, key),
    sysmon.valueSet(created.callAt - ms(1.2), schedule, `${key}\\Id`, random.guid()),
    records.scheduler(
      created.callAt,
      106,
      { TaskName: path, UserContext: user },
      { chain, role: 'task-registered' },
    ),
    records.scheduler(
      created.callAt + ms(0.1),
      140,
      { TaskName: path, UserName: 'S-1-5-18' },
      { chain, role: 'task-updated' },
    ),
    records.taskAudit(created.callAt + ms(0.4), 4698, created.session, { path, content }, remoteCaller, {
      chain,
      role: 'task-created',
      anchor: true,
    }),
  )

  const changed = definition(created.callAt, 'HighestAvailable')
  if (changedLater) {
    const later = connect(start + random.ticks(25_000, 90_000))
    const told140 = { TaskName: path, UserName: user }
    const mark = { chain, role: 'task-updated' } as const
    happenings.push(
      records.scheduler(later.callAt, 140, told140, mark),
      records.taskAudit(
        later.callAt + ms(0.3),
        4702,
        later.session,
        { path, content: changed },
        remoteCaller,
        mark,
      ),
    )
  }

  const told: TrueChain = {
    mark: chain,
    kind: 'task-created',
    task: {
      path,
      action: program.parameters === undefined ? program.command : `${program.command} ${program.parameters}`,
      runAs: 'S-1-5-18',
      author: user,
      hidden: false,
      trigger: trigger.replace('Trigger', ''),
    },
    account: suspect,
    source: {
      ip: created.session.ip as string,
      port: created.session.port as number,
      logonId: logonIdText(created.session.logonId),
      basis: 'L1',
    },
    taskLogonId: logonIdText(created.session.logonId),
    path: 'rpc-tcp',
    mechanism: 'remote-confirmed',
    executed: {
      answer: 'no',
      why: `the task waits for ${trigger === 'BootTrigger' ? 'the next start of the host' : 'somebody to log on'}; process creation and the task log are recorded throughout`,
    },
    deleted: { answer: 'no', why: 'the task is still on disk at collection' },
    processes: [],
    resembles: ['schtasks.exe'],
  }
  return {
    happenings,
    audit: { ...everythingAudited, detailedFileShare: detailedFileShare ? 1 : 0 },
    sysmon: true,
    pids: [],
    tasks: new Map([...baselineTasks(cast), [path, changedLater ? changed : content]]),
    chains: [told],
    notes: [
      'There is no 5145 for atsvc because no pipe was used.',
      detailedFileShare
        ? 'Detailed File Share was audited the whole time: the absence of 5145 for atsvc shows that the pipe was not used.'
        : 'Detailed File Share was not audited: the absence of 5145 by itself proves nothing.',
    ],
  }
}

/** A remote caller shows as ClientProcessId 0 only in version 1 of 4698. */
export const newer: NonNullable<Scenario['release']> = (release) => release.taskVersion === 1

export const schtasksTcp: Scenario = {
  name: 'schtasks-tcp',
  title: 'A task over RPC by TCP, created and changed from another machine, not run yet',
  teaches: 'Confirming a remote creation without any 5145: the playbook’s rule and the evidence disagree.',
  release: newer,
  stage: (cast, random) => stageRemoteCreation(cast, random, { detailedFileShare: true, changedLater: true }),
}
export const schtasksTcpUnaudited: Scenario = {
  name: 'schtasks-tcp-unaudited',
  title: 'The same over RPC by TCP, on a host that does not audit detailed file shares',
  teaches: 'Telling “was not recorded” from “did not happen”.',
  release: newer,
  stage: (cast, random) =>
    stageRemoteCreation(cast, random, { detailedFileShare: false, changedLater: true }),
}
