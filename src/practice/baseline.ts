/** What every host's logs hold whatever else happens: its start, its services, its own tasks. */
import { type Cast, localTime } from './cast.ts'
import type { FieldValue } from './evtx/value.ts'
import type { Happening } from './happening.ts'
import type { Random } from './random.ts'
import { HostRecords, system, systemLogonId } from './records.ts'
import { schtasksTask, serviceTask } from './task-xml.ts'

const ms = (count: number) => BigInt(Math.round(count * 10_000))

// between the ids of the system's own processes and those that noise and stories use
const firstRunPid = 2600
const lastRunPid = 2604

export const licensingTask = '\\Microsoft\\Windows\\SoftwareProtectionPlatform\\SvcRestartTask'
const inventoryTask = '\\Site Tools\\Inventory Collector'
const inventoryImage = 'C:\\Program Files\\Site Tools\\collect.exe'

/** The licensing service's task with the start it is next set to. */
export const licensingXml = (cast: Cast, next: bigint): string =>
  serviceTask(licensingTask, 'S-1-5-20', localTime(cast, next), '%windir%\\system32\\sc.exe', 'start sppsvc')

/** Tasks that were there before and stay. */
export function baselineTasks(cast: Cast): Map<string, string> {
  return new Map([
    [licensingTask, licensingXml(cast, cast.host.boot + ms(7 * 86_400_000))],
    [
      inventoryTask,
      schtasksTask({
        path: inventoryTask,
        author: `${cast.domain.netbios}\\Site Tools`,
        date: localTime(cast, cast.host.boot - ms(40 * 86_400_000)),
        trigger: 'TimeTrigger',
        startBoundary: localTime(cast, cast.host.boot - ms(39 * 86_400_000)),
        userId: 'S-1-5-18',
        runLevel: 'LeastPrivilege',
        command: inventoryImage,
        parameters: '/quiet',
      }),
    ],
  ])
}

/** One planned run of the inventory task: its trigger, its process below the Schedule service, its end. */
export function inventoryRun(
  records: HostRecords,
  random: Random,
  at: bigint,
  pid: number,
  lastsMs: number,
): Happening[] {
  const { cast, host } = records
  const instance = random.guid()
  const named = { TaskName: inventoryTask }
  const context = { UserContext: `${cast.domain.netbios}\\${host.machineAccount.name}`, InstanceId: instance }
  const action = { ActionName: inventoryImage, TaskInstanceId: instance, EnginePID: pid }
  const run = {
    pid,
    image: inventoryImage,
    commandLine: `"${inventoryImage}" /quiet`,
    parentPid: records.pidsAt(at).schedule,
    parentImage: 'C:\\Windows\\System32\\svchost.exe',
  }
  const scheduler = (afterMs: number, eventId: number, values: Readonly<Record<string, FieldValue>>) =>
    records.scheduler(
      at + ms(afterMs),
      eventId,
      { ...named, ...values },
      undefined,
      eventId === 129 ? undefined : instance,
    )
  return [
    scheduler(0, 107, { InstanceId: instance }),
    records.processStarted(at + ms(6), run, system, systemLogonId),
    scheduler(7, 129, { Path: inventoryImage, ProcessID: pid, Priority: 16384 }),
    scheduler(7.2, 100, context),
    scheduler(7.3, 200, action),
    records.processEnded(at + ms(6 + lastsMs), run, system, systemLogonId),
    scheduler(lastsMs + 8, 201, { ...action, ResultCode: 0 }),
    scheduler(lastsMs + 9, 102, context),
  ]
}

/** What a start of Windows writes. */
export function bootRecords(records: HostRecords, random: Random, boot: bigint): Happening[] {
  const { cast, host } = records
  const pids = records.pidsAt(boot)
  const at = (milliseconds: number) => boot + ms(milliseconds)
  const service = (time: bigint, name: string, state: string) =>
    records.systemLog(time, 7036, { param1: name, param2: state }, pids.services)
  const started = (time: bigint, pid: number, group: string) =>
    records.processStarted(
      time,
      {
        pid,
        image: 'C:\\Windows\\System32\\svchost.exe',
        commandLine: `C:\\Windows\\system32\\svchost.exe -k ${group}`,
        parentPid: pids.services,
        parentImage: 'C:\\Windows\\System32\\services.exe',
      },
      system,
      systemLogonId,
    )
  const systemSession = { account: system, logonId: systemLogonId, type: 5 }
  const classic = (time: bigint, eventId: number, strings: readonly string[]) =>
    records.systemLog(time, eventId, { Strings: strings, Binary: null }, pids.eventLog)
  const split = host.release.build >= 15_063
  return [
    records.systemLog(
      at(0),
      12,
      {
        MajorVersion: 10,
        MinorVersion: 0,
        BuildVersion: host.release.build,
        QfeVersion: random.between(1000, 4999),
        ServiceVersion: 0,
        BootMode: 0,
        StartTime: boot,
      },
      4,
      system.sid,
    ),
    records.security(at(2200), 4608, 0, {}),
    classic(at(9000), 6009, ['10.00.', String(host.release.build), '', 'Multiprocessor Free', '0']),
    classic(at(9001), 6005, ['']),
    classic(at(9010), 6013, ['', '', '', '', '9', '60', `${cast.zone.offsetMinutes} ${cast.zone.name}`]),
    records.privileges(at(9400), systemSession),
    records.logon(at(9400), systemSession, 'Negotiate', true),
    started(at(9900), pids.dcomLaunch, 'DcomLaunch -p'),
    started(at(10_050), pids.rpcEndpointMapper, 'RPCSS -p'),
    // since Windows 10 1703 a service with enough memory has a process of its own, named by -s
    started(at(10_900), pids.schedule, split ? 'netsvcs -p -s Schedule' : 'netsvcs'),
    ...(split ? [started(at(10_910), pids.groupPolicy, 'netsvcs -p -s gpsvc')] : []),
    service(at(10_950), 'Task Scheduler', 'running'),
    service(at(11_200), 'Windows Event Log', 'running'),
    service(at(13_700), 'Server', 'running'),
  ]
}

/** What a stop of Windows writes. */
export function shutdownRecords(records: HostRecords, downAt: bigint): Happening[] {
  const pids = records.pidsAt(downAt)
  return [
    records.systemLog(downAt - ms(800), 6006, { Strings: [''], Binary: null }, pids.eventLog),
    records.systemLog(downAt, 13, { StopTime: downAt }, 4, system.sid),
  ]
}

/** The starts of the host, and its inventory task soon after the first and last before the logs are taken: what the logs cover is plain. */
export function baseline(cast: Cast, random: Random): Happening[] {
  const records = new HostRecords(cast, random)
  const { host } = cast
  return [
    ...bootRecords(records, random, host.boot),
    ...inventoryRun(records, random, host.boot + ms(100_000), firstRunPid, 2_400),
    ...host.restarts.flatMap(({ downAt, at }) => [
      ...shutdownRecords(records, downAt),
      ...bootRecords(records, random.fork(`start ${at}`), at),
    ]),
    ...inventoryRun(records, random, cast.collectedAt - ms(240_000), lastRunPid, 1_900),
    records.systemLog(
      cast.collectedAt - ms(200_000),
      7036,
      { param1: 'Windows Update', param2: 'running' },
      records.pidsAt(cast.collectedAt).services,
    ),
  ]
}
