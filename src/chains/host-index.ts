/** One host's events, laid out once so that every rule looks up instead of searching. */
import { isAbsent, recorded } from '../domain/absent.ts'
import type {
  BootEvent,
  LogClearedEvent,
  LogoffEvent,
  LogonEvent,
  PrivilegesEvent,
  ProcessEndedEvent,
  ProcessStartedEvent,
  ShareEvent,
  SysmonProcessEvent,
  TaskChangedEvent,
  TaskHistoryEvent,
  WindowsEvent,
} from '../domain/event.ts'
import { isWellKnownLogon, type LogonId, type Sid } from '../domain/ids.ts'
import type { FileTime } from '../domain/time.ts'
import { bootAt, bootStarts } from './boots.ts'
import { append } from './order.ts'
import { baseName, shareOf, taskKey } from './paths.ts'
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
  readonly changesByPath: ReadonlyMap<string, readonly TaskChangedEvent[]>
  readonly historyByPath: ReadonlyMap<string, readonly TaskHistoryEvent[]>
  /** boot → PID of the Schedule service's svchost → the record that says so */
  readonly schedulePids: ReadonlyMap<number, ReadonlyMap<number, WindowsEvent>>
  readonly cleared: readonly LogClearedEvent[]
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
  const boots = bootStarts(events.filter((event): event is BootEvent => event.kind === 'boot'))
  const logons: (LogonEvent | LogoffEvent)[] = []
  const starts: (ProcessStartedEvent | ProcessEndedEvent)[] = []
  const sysmonStarts: SysmonProcessEvent[] = []
  const privileges = new Map<LogonId, PrivilegesEvent[]>()
  const shares = new Map<LogonId, ShareEvent[]>()
  const pipeOpens = new Map<Sid, ShareEvent[]>()
  const files = new Map<string, ShareEvent[]>()
  const changesByPath = new Map<string, TaskChangedEvent[]>()
  const historyByPath = new Map<string, TaskHistoryEvent[]>()
  const schedulePids = new Map<number, Map<number, WindowsEvent>>()
  const cleared: LogClearedEvent[] = []

  const noteSchedulePid = (event: WindowsEvent, pid: number | undefined) => {
    if (!pid) return
    const boot = bootAt(boots, event.time)
    const pids = schedulePids.get(boot) ?? new Map<number, WindowsEvent>()
    if (!pids.has(pid)) pids.set(pid, event)
    schedulePids.set(boot, pids)
  }

  for (const event of events) {
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
      default:
    }
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
    historyByPath,
    schedulePids,
    cleared,
    security: processesOf(starts, boots),
    sysmon: processesOf(sysmonStarts, boots),
  }
}
