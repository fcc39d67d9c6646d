/** An administrator at work: a Remote Desktop session, schtasks.exe on the host itself, and the task runs as planned. */
import { baselineTasks } from '../baseline.ts'
import { type Cast, localTime } from '../cast.ts'
import type { Happening } from '../happening.ts'
import { LogonIds, logonIdText } from '../logon-ids.ts'
import type { Random } from '../random.ts'
import { HostRecords, type Session, type StartedProcess, system, systemLogonId } from '../records.ts'
import { everythingAudited, type Scenario, type Staging } from '../staging.ts'
import { schtasksTask } from '../task-xml.ts'
import { pidDrawer } from './atexec-pipe.ts'

const ms = (count: number) => BigInt(Math.round(count * 10_000))
const minute = 600_000_000n

const works = [
  {
    name: 'Rotate Print Spool Logs',
    image: 'C:\\Program Files\\Site Tools\\rotate.exe',
    parameters: '/keep 14',
  },
  {
    name: 'Export Badge List',
    image: 'C:\\Program Files\\Site Tools\\badges.exe',
    parameters: '/to D:\\Export',
  },
  { name: 'Check Free Space', image: 'C:\\Program Files\\Site Tools\\freespace.exe', parameters: '/warn 10' },
] as const

function stage(cast: Cast, random: Random): Staging {
  const records = new HostRecords(cast, random.fork('records'))
  const logonIds = new LogonIds(cast.host.boot, 'scenario')
  const { start, suspect, host } = cast
  const chain = 'created'
  const pid = pidDrawer(random.fork('pids'))
  const happenings: Happening[] = []

  const logonAt = start - BigInt(random.between(4, 25)) * minute
  const elevatedId = logonIds.at(logonAt)
  const limitedId = logonIds.at(logonAt)
  const desk = { ip: cast.deskAddress, port: 0 }
  const elevated: Session = { account: suspect, logonId: elevatedId, type: 10, linked: limitedId, ...desk }
  const limited: Session = { account: suspect, logonId: limitedId, type: 10, linked: elevatedId, ...desk }
  happenings.push(
    records.privileges(logonAt, elevated, { chain, role: 'privileges' }),
    records.logon(logonAt, elevated, 'User32', true, { chain, role: 'other-logon' }),
    records.logon(logonAt, limited, 'User32', false),
  )

  const shell: StartedProcess = {
    pid: pid(),
    image: 'C:\\Windows\\System32\\cmd.exe',
    commandLine: '"C:\\Windows\\system32\\cmd.exe" ',
    parentPid: pid(),
    parentImage: 'C:\\Windows\\explorer.exe',
  }
  const work = random.pick(works)
  const path = `\\${work.name}`
  const runAt = start + BigInt(random.between(5, 40)) * minute
  const startBoundary = `${localTime(cast, runAt).slice(0, 16)}:00`
  // the trigger fires at the full minute of local time
  const firedAt = runAt - (runAt % minute) + random.ticks(5, 60)
  const tool: StartedProcess = {
    pid: pid(),
    image: 'C:\\Windows\\System32\\schtasks.exe',
    commandLine: `schtasks  /create /tn "${work.name}" /tr "\\"${work.image}\\" ${work.parameters}" /sc once /st ${startBoundary.slice(11, 16)} /ru SYSTEM`,
    parentPid: shell.pid,
    parentImage: shell.image,
  }
  const user = `${suspect.domain}\\${suspect.name}`
  const createdAt = start + random.ticks(30, 90)
  const content = schtasksTask({
    path,
    author: user,
    date: localTime(cast, createdAt),
    trigger: 'TimeTrigger',
    startBoundary,
    userId: 'S-1-5-18',
    runLevel: 'LeastPrivilege',
    command: `"${work.image}"`,
    parameters: work.parameters,
  })
  happenings.push(
    records.processStarted(start - ms(45_000), shell, suspect, elevatedId),
    records.processStarted(start, tool, suspect, elevatedId, { chain, role: 'process-started' }),
    records.scheduler(
      createdAt,
      106,
      { TaskName: path, UserContext: user },
      { chain, role: 'task-registered' },
    ),
    records.taskAudit(
      createdAt + ms(0.4),
      4698,
      elevated,
      { path, content },
      { pid: tool.pid, parentPid: shell.pid, startKey: 0x3000000000000n + BigInt(random.between(400, 9000)) },
      { chain, role: 'task-created', anchor: true },
    ),
    records.processEnded(createdAt + ms(20), tool, suspect, elevatedId),
  )

  const run: StartedProcess = {
    pid: pid(),
    image: work.image,
    commandLine: `"${work.image}" ${work.parameters}`,
    parentPid: host.pids.schedule,
    parentImage: 'C:\\Windows\\System32\\svchost.exe',
  }
  const instance = random.guid()
  const endedAt = firedAt + random.ticks(800, 20_000)
  const named = { TaskName: path }
  const context = { UserContext: 'NT AUTHORITY\\SYSTEM', InstanceId: instance }
  const action = { TaskInstanceId: instance, ActionName: `"${work.image}"`, EnginePID: run.pid }
  const triggered = { ...named, InstanceId: instance }
  const process = { ...named, Path: work.image, ProcessID: run.pid, Priority: 16384 }
  happenings.push(
    records.scheduler(firedAt, 107, triggered, { chain, role: 'task-triggered' }, instance),
    records.processStarted(firedAt + ms(5), run, system, systemLogonId, { chain, role: 'process-started' }),
    records.scheduler(firedAt + ms(5.4), 129, process, { chain, role: 'process-created' }),
    records.scheduler(
      firedAt + ms(5.8),
      100,
      { ...named, ...context },
      { chain, role: 'task-started' },
      instance,
    ),
    records.scheduler(
      firedAt + ms(5.9),
      200,
      { ...named, ...action },
      { chain, role: 'task-started' },
      instance,
    ),
    records.processEnded(endedAt, run, system, systemLogonId, { chain, role: 'process-ended' }),
    records.scheduler(
      endedAt + ms(1),
      201,
      { ...named, ...action, ResultCode: 0 },
      { chain, role: 'task-finished' },
      instance,
    ),
    records.scheduler(
      endedAt + ms(1.3),
      102,
      { ...named, ...context },
      { chain, role: 'task-finished' },
      instance,
    ),
    records.processEnded(endedAt + ms(90_000), shell, suspect, elevatedId),
    records.logoff(endedAt + ms(120_000), limited),
    records.logoff(endedAt + ms(120_001), elevated),
  )

  return {
    happenings,
    audit: everythingAudited,
    sysmon: false,
    pids: [shell.pid, shell.parentPid, tool.pid, run.pid],
    tasks: new Map([...baselineTasks(cast), [path, content]]),
    chains: [
      {
        mark: chain,
        kind: 'task-created',
        task: {
          path,
          action: `"${work.image}" ${work.parameters}`,
          runAs: 'S-1-5-18',
          author: user,
          hidden: false,
          trigger: 'Time',
        },
        account: suspect,
        source: { ip: cast.deskAddress, port: null, logonId: logonIdText(elevatedId), basis: 'L1' },
        taskLogonId: logonIdText(elevatedId),
        path: 'local',
        mechanism: 'local',
        executed: { answer: 'yes', why: 'its time came while the host was up' },
        deleted: { answer: 'no', why: 'the task is still on disk at collection' },
        processes: [run],
        resembles: ['schtasks.exe'],
      },
    ],
    notes: [
      'The account is an administrator’s and the address is inside: both are no proof of innocence; what decides is that the task was made on the host, in a desktop session.',
    ],
  }
}

export const localAdmin: Scenario = {
  name: 'local-admin',
  title: 'An administrator makes a task on the host itself, in a Remote Desktop session',
  teaches: 'Telling a task made in a session on the host from one made over the network by the same account.',
  stage,
}
