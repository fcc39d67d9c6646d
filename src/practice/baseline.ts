/** What every host's logs hold whatever else happens: its start, its services, its own tasks. */
import { type Cast, localTime } from './cast.ts'
import type { Happening } from './happening.ts'
import type { Random } from './random.ts'
import { HostRecords, system, systemLogonId } from './records.ts'
import { schtasksTask, serviceTask } from './task-xml.ts'

const ms = (count: number) => BigInt(count) * 10_000n

export const licensingTask = '\\Microsoft\\Windows\\SoftwareProtectionPlatform\\SvcRestartTask'
export const inventoryTask = '\\Site Tools\\Inventory Collector'
export const inventoryImage = 'C:\\Program Files\\Site Tools\\collect.exe'

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

/** The start of the host and the hour after it. */
export function baseline(cast: Cast, random: Random): Happening[] {
  const records = new HostRecords(cast, random)
  const { host } = cast
  const { boot, pids } = host
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
    started(at(10_050), pids.rpcEndpointMapper, 'RPCSS -p'),
    started(at(10_900), pids.schedule, 'netsvcs -p -s Schedule'),
    service(at(10_950), 'Task Scheduler', 'running'),
    service(at(11_200), 'Windows Event Log', 'running'),
    service(at(13_700), 'Server', 'running'),
  ]
}
