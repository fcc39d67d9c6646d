/** One host's events, laid out once so that every rule looks up instead of searching. */
import { isAbsent, recorded } from '../domain/absent.ts'
import type {
  AuditPolicyChangedEvent,
  BootEvent,
  LogClearedEvent,
  LogInterruptedEvent,
  LogoffEvent,
  LogonEvent,
  PrivilegesEvent,
  ProcessEndedEvent,
  ProcessStartedEvent,
  ServiceInstalledEvent,
  ShareEvent,
  SysmonFileEvent,
  SysmonProcessEvent,
  SysmonRegistryEvent,
  TaskChangedEvent,
  TaskHistoryEvent,
  TimeChangedEvent,
  WindowsEvent,
} from '../domain/event.ts'
import { isWellKnownLogon, type LogonId, type Sid } from '../domain/ids.ts'
import type { FileTime } from '../domain/time.ts'
import { bootAt, bootStarts, bootsByLogonIds } from './boots.ts'
import { type ClockSet, clockJumps } from './clock.ts'
import { append } from './order.ts'
import { baseName, shareOf, taskKey } from './paths.ts'
import { isPlantEvent, opensRegistryPipe, type Plant, type PlantEvent, plantOf } from './plants.ts'
import { type Processes, processesOf } from './processes.ts'
import { type Sessions, sessionsOf } from './sessions.ts'

export interface HostIndex {
  readonly key: string
  readonly boots: readonly FileTime[]
  readonly sessions: Sessions
  readonly privileges: ReadonlyMap<LogonId, readonly PrivilegesEvent[]>
  readonly shares: ReadonlyMap<LogonId, readonly ShareEvent[]>
  /** write access to the task scheduler's pipe: 5145 on IPC$, `atsvc`, mask with 0x2 */
  readonly pipeOpens: ReadonlyMap<Sid, readonly ShareEvent[]>
  /** 5145 on shares other than IPC$ by file name, lower case */
  readonly files: ReadonlyMap<string, readonly ShareEvent[]>
  /** write access to the remote registry, by anybody, in order */
  readonly registryOpens: readonly ShareEvent[]
  readonly changesByPath: ReadonlyMap<string, readonly TaskChangedEvent[]>
  readonly changesByLogon: ReadonlyMap<LogonId, readonly TaskChangedEvent[]>
  readonly historyByPath: ReadonlyMap<string, readonly TaskHistoryEvent[]>
  /** boot → PID of the Schedule service's svchost → the record that says so */
  readonly schedulePids: ReadonlyMap<number, ReadonlyMap<number, WindowsEvent>>
  /** tasks put in place past the task service */
  readonly plantsByPath: ReadonlyMap<string, readonly Plant[]>
  readonly services: readonly ServiceInstalledEvent[]
  readonly cleared: readonly LogClearedEvent[]
  readonly policyChanges: readonly AuditPolicyChangedEvent[]
  readonly interruptions: readonly LogInterruptedEvent[]
  readonly jumps: readonly ClockSet[]
  /** records of starts and stops of Windows */
  readonly bootEvents: readonly BootEvent[]
  readonly security: Processes
  readonly sysmon: Processes
}

const schedulerChannel = 'microsoft-windows-taskscheduler/operational'
const namesScheduleService = (commandLine: string): boolean => /(^|\s)-s\s+schedule(\s|$)/i.test(commandLine)

/** Write access to the pipe; masks, not AccessList texts, are compared (windows.md §4). */
export const opensTaskPipe = (event: ShareEvent): boolean =>
  event.kind === 'share-access' &&
  shareOf(event.shareName) === 'ipc$' &&
  (recorded(event.relativeTarget) ?? '').replace(/^\\+/, '').toLowerCase() === 'atsvc' &&
  event.accessMask !== undefined &&
  (event.accessMask & 0x2) !== 0

/** Index of the events of one host, in total order. */
export function indexHost(key: string, events: readonly WindowsEvent[]): HostIndex {
  const bootEvents = events.filter((event): event is BootEvent => event.kind === 'boot')
  const recordedBoots = bootStarts(bootEvents)
  const inferred = bootsByLogonIds(
    events.filter((event): event is LogonEvent => event.kind === 'logon'),
    recordedBoots,
  )
  const boots = [...recordedBoots, ...inferred].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const logons: (LogonEvent | LogoffEvent)[] = []
  const starts: (ProcessStartedEvent | ProcessEndedEvent)[] = []
  const sysmonStarts: SysmonProcessEvent[] = []
  const privileges = new Map<LogonId, PrivilegesEvent[]>()
  const shares = new Map<LogonId, ShareEvent[]>()
  const pipeOpens = new Map<Sid, ShareEvent[]>()
  const files = new Map<string, ShareEvent[]>()
  const changesByPath = new Map<string, TaskChangedEvent[]>()
  const changesByLogon = new Map<LogonId, TaskChangedEvent[]>()
  const historyByPath = new Map<string, TaskHistoryEvent[]>()
  const schedulePids = new Map<number, Map<number, WindowsEvent>>()
  const cleared: LogClearedEvent[] = []
  const policyChanges: AuditPolicyChangedEvent[] = []
  const interruptions: LogInterruptedEvent[] = []
  const clockEvents: TimeChangedEvent[] = []
  const services: ServiceInstalledEvent[] = []
  const registryOpens: ShareEvent[] = []
  const mayPlant: PlantEvent[] = []

  const noteSchedulePid = (event: WindowsEvent, pid: number | undefined) => {
    if (!pid) return
    const boot = bootAt(boots, event.time)
    const pids = schedulePids.get(boot) ?? new Map<number, WindowsEvent>()
    if (!pids.has(pid)) pids.set(pid, event)
    schedulePids.set(boot, pids)
  }

  for (const event of events) {
    if (isPlantEvent(event)) mayPlant.push(event)
    switch (event.kind) {
      case 'logon':
      case 'logoff':
        logons.push(event)
        break
      case 'privileges':
        if (event.logonId !== undefined && !isWellKnownLogon(event.logonId))
          append(privileges, event.logonId, event)
        break
      case 'share-connected':
      case 'share-access': {
        if (event.logonId !== undefined && !isWellKnownLogon(event.logonId))
          append(shares, event.logonId, event)
        if (opensRegistryPipe(event)) registryOpens.push(event)
        if (opensTaskPipe(event)) {
          if (event.account.sid !== undefined) append(pipeOpens, event.account.sid, event)
        } else if (event.kind === 'share-access' && shareOf(event.shareName) !== 'ipc$') {
          const name = isAbsent(event.relativeTarget) ? '' : baseName(event.relativeTarget)
          if (name) append(files, name, event)
        }
        break
      }
      case 'task-created':
      case 'task-deleted':
      case 'task-enabled':
      case 'task-disabled':
      case 'task-updated':
        append(changesByPath, taskKey(event.taskPath), event)
        if (event.logonId !== undefined && !isWellKnownLogon(event.logonId))
          append(changesByLogon, event.logonId, event)
        break
      case 'task-history':
        append(historyByPath, taskKey(event.taskPath), event)
        if (event.channel.toLowerCase() === schedulerChannel) noteSchedulePid(event, event.loggedByPid)
        break
      case 'process-started': {
        starts.push(event)
        const line = recorded(event.commandLine)
        if (line && baseName(event.image) === 'svchost.exe' && namesScheduleService(line))
          noteSchedulePid(event, event.pid)
        break
      }
      case 'process-ended':
        starts.push(event)
        break
      case 'sysmon-process':
        sysmonStarts.push(event)
        if (event.parentCommandLine && namesScheduleService(event.parentCommandLine))
          noteSchedulePid(event, event.parentPid)
        if (event.commandLine && namesScheduleService(event.commandLine)) noteSchedulePid(event, event.pid)
        break
      case 'log-cleared':
        cleared.push(event)
        break
      case 'audit-policy-changed':
        policyChanges.push(event)
        break
      case 'log-interrupted':
        interruptions.push(event)
        break
      case 'time-changed':
        clockEvents.push(event)
        break
      case 'service-installed':
        services.push(event)
        break
      default:
    }
  }
  // only now every record that names the service has been seen
  const isService = (event: SysmonFileEvent | SysmonRegistryEvent) => {
    if (baseName(event.image) !== 'svchost.exe') return false
    const pids = schedulePids.get(bootAt(boots, event.time))
    // an svchost.exe nobody can name is taken for the service: it writes both for every task there is
    return pids === undefined || pids.size === 0 || event.pid === undefined || pids.has(event.pid)
  }
  const plantsByPath = new Map<string, Plant[]>()
  for (const event of mayPlant) {
    const plant = plantOf(event, isService)
    if (plant) append(plantsByPath, taskKey(plant.taskPath), plant)
  }
  return {
    key,
    boots,
    sessions: sessionsOf(logons, boots),
    privileges,
    shares,
    pipeOpens,
    files,
    changesByPath,
    changesByLogon,
    historyByPath,
    plantsByPath,
    registryOpens,
    schedulePids,
    services,
    cleared,
    policyChanges,
    interruptions,
    jumps: clockJumps(clockEvents),
    bootEvents,
    security: processesOf(starts, boots),
    sysmon: processesOf(sysmonStarts, boots),
  }
}
