/** Process instances of one host: (boot, PID, start time). PIDs are used again, so a PID alone never joins. */
import { limits } from '../base/limits.ts'
import { recorded } from '../domain/absent.ts'
import type {
  Account,
  ProcessEndedEvent,
  ProcessStartedEvent,
  SysmonProcessEvent,
  WindowsEvent,
} from '../domain/event.ts'
import type { LogonId } from '../domain/ids.ts'
import type { FileTime } from '../domain/time.ts'
import { bootAt } from './boots.ts'
import { append, compareEvents, firstAtOrAfter, firstNotBefore } from './order.ts'
import { baseName, commandKey } from './paths.ts'

/** 4688 or Sysmon 1 read alike. */
export interface ProcessInstance {
  readonly event: ProcessStartedEvent | SysmonProcessEvent
  readonly boot: number
  readonly pid: number
  readonly parentPid: number | undefined
  readonly image: string | undefined
  readonly commandLine: string | undefined
  readonly parentImage: string | undefined
  readonly account: Account | undefined
  readonly logonIds: readonly LogonId[]
  /** command line and image in comparable form, made when first asked for */
  keys?: { readonly line: string | undefined; readonly image: string; readonly name: string }
}

/** Comparable forms of the image and the command line. */
export function keysOf(process: ProcessInstance): NonNullable<ProcessInstance['keys']> {
  process.keys ??= {
    line: process.commandLine === undefined ? undefined : commandKey(process.commandLine),
    image: commandKey(process.image ?? ''),
    name: baseName(process.image),
  }
  return process.keys
}

export interface Processes {
  /** in total order */
  readonly all: readonly ProcessInstance[]
  /** by image name without folder, lower case */
  readonly byImage: ReadonlyMap<string, readonly ProcessInstance[]>
  readonly byPid: ReadonlyMap<number, readonly ProcessInstance[]>
  /** instances that had this PID in this boot, in order */
  readonly ofPid: (boot: number, pid: number) => readonly ProcessInstance[]
  readonly byParentPid: ReadonlyMap<number, readonly ProcessInstance[]>
  readonly endsByPid: ReadonlyMap<number, readonly ProcessEndedEvent[]>
  /** those the Schedule service may have started: found out once for all tasks of the host */
  scheduled?: ScheduledProcesses
}

export interface ScheduledProcesses {
  readonly all: readonly ProcessInstance[]
  readonly byImage: ReadonlyMap<string, readonly ProcessInstance[]>
}

const pidKey = (boot: number, pid: number) => boot * 2 ** 32 + pid
/** 4688 without an own target names 0x0, which is nobody's logon. */
const real = (id: LogonId | undefined): LogonId[] => (id === undefined || id === '0x0' ? [] : [id])

export function instanceOf(
  event: ProcessStartedEvent | SysmonProcessEvent,
  boot: number,
): ProcessInstance | undefined {
  if (event.pid === undefined) return undefined
  const shared = { event, boot, pid: event.pid, image: event.image }
  return event.kind === 'process-started'
    ? {
        ...shared,
        parentPid: event.creatorPid,
        commandLine: recorded(event.commandLine) || undefined,
        parentImage: recorded(event.parentImage) || undefined,
        account: event.subject,
        logonIds: [...real(event.subjectLogonId), ...real(recorded(event.targetLogonId))],
      }
    : {
        ...shared,
        parentPid: event.parentPid,
        commandLine: event.commandLine || undefined,
        parentImage: event.parentImage || undefined,
        account: undefined,
        logonIds: real(event.logonId),
      }
}

/** Index of one kind of record (4688 with 4689, or Sysmon 1); `events` in total order. */
export function processesOf(
  events: readonly (ProcessStartedEvent | SysmonProcessEvent | ProcessEndedEvent)[],
  boots: readonly FileTime[],
): Processes {
  const all: ProcessInstance[] = []
  const byImage = new Map<string, ProcessInstance[]>()
  const byPid = new Map<number, ProcessInstance[]>()
  const byParentPid = new Map<number, ProcessInstance[]>()
  const endsByPid = new Map<number, ProcessEndedEvent[]>()
  for (const event of events) {
    if (event.pid === undefined) continue
    const boot = bootAt(boots, event.time)
    if (event.kind === 'process-ended') {
      append(endsByPid, pidKey(boot, event.pid), event)
      continue
    }
    const instance = instanceOf(event, boot)
    if (!instance) continue
    all.push(instance)
    append(byImage, baseName(instance.image), instance)
    append(byPid, pidKey(boot, instance.pid), instance)
    if (instance.parentPid !== undefined) append(byParentPid, pidKey(boot, instance.parentPid), instance)
  }
  const ofPid = (boot: number, pid: number) => byPid.get(pidKey(boot, pid)) ?? []
  return { all, byImage, byPid, ofPid, byParentPid, endsByPid }
}

const sameImage = (a: string | undefined, b: string | undefined): boolean =>
  !a || !b || a.toLowerCase() === b.toLowerCase()

/** Index of the first instance started at or after `time`; a PID may have been given out thousands of times. */
const firstStart = (list: readonly ProcessInstance[], time: bigint): number =>
  firstNotBefore(list.length, (index) => (list[index] as ProcessInstance).event.time, time)

/** When this instance ended: its 4689, before its PID was given out again. */
export function endOf(processes: Processes, instance: ProcessInstance): ProcessEndedEvent | undefined {
  const ends = processes.endsByPid.get(pidKey(instance.boot, instance.pid))
  if (!ends) return undefined
  const next = nextOwner(processes, instance)
  for (let index = firstAtOrAfter(ends, instance.event.time); index < ends.length; index++) {
    const end = ends[index] as ProcessEndedEvent
    if (next && compareEvents(end, next.event) > 0) return undefined
    if (compareEvents(end, instance.event) > 0 && sameImage(end.image, instance.image)) return end
  }
  return undefined
}

function nextOwner(processes: Processes, instance: ProcessInstance): ProcessInstance | undefined {
  const list = processes.ofPid(instance.boot, instance.pid)
  let index = firstStart(list, instance.event.time)
  while (index < list.length && compareEvents((list[index] as ProcessInstance).event, instance.event) <= 0)
    index++
  return list[index]
}

/** The instance that had `pid` at the moment of `at`, still running as far as the evidence tells. */
export function ownerOf(
  processes: Processes,
  boot: number,
  pid: number,
  at: WindowsEvent,
): ProcessInstance | undefined {
  const list = processes.ofPid(boot, pid)
  let index = firstStart(list, at.time + 1n) - 1
  while (index >= 0 && compareEvents((list[index] as ProcessInstance).event, at) > 0) index--
  const owner = list[index]
  if (!owner) return undefined
  const end = endOf(processes, owner)
  return end && end.time < at.time ? undefined : owner
}

/** Parent instance, when it is in the log: right PID, right time, right image; otherwise the parent is outside the log. */
export function parentOf(processes: Processes, child: ProcessInstance): ProcessInstance | undefined {
  if (child.parentPid === undefined || child.parentPid === child.pid) return undefined
  const parent = ownerOf(processes, child.boot, child.parentPid, child.event)
  if (!parent || parent === child) return undefined
  return sameImage(parent.image, child.parentImage) ? parent : undefined
}

/** The instance itself and its ancestors in the log, nearest first, at most `limits.treeDepth`. */
export function lineage(processes: Processes, instance: ProcessInstance): readonly ProcessInstance[] {
  const line = [instance]
  while (line.length <= limits.treeDepth) {
    const parent = parentOf(processes, line.at(-1) as ProcessInstance)
    if (!parent || line.includes(parent)) break
    line.push(parent)
  }
  return line
}

export interface Descendant {
  readonly parent: ProcessInstance
  readonly child: ProcessInstance
  readonly depth: number
}

/** Everything started below `root`, breadth first; `cut` when depth or number stopped it. */
export function descendantsOf(
  processes: Processes,
  root: ProcessInstance,
): { readonly found: readonly Descendant[]; readonly cut: boolean } {
  const found: Descendant[] = []
  const seen = new Set<ProcessInstance>([root])
  let level: ProcessInstance[] = [root]
  for (let depth = 1; level.length > 0; depth++) {
    const next: ProcessInstance[] = []
    for (const parent of level) {
      const children = processes.byParentPid.get(pidKey(parent.boot, parent.pid)) ?? []
      const heir = nextOwner(processes, parent)
      for (let index = firstStart(children, parent.event.time); index < children.length; index++) {
        const child = children[index] as ProcessInstance
        if (heir && child.event.time > heir.event.time) break
        if (seen.has(child) || parentOf(processes, child) !== parent) continue
        if (depth > limits.treeDepth || found.length >= limits.treeNodes) return { found, cut: true }
        seen.add(child)
        found.push({ parent, child, depth })
        next.push(child)
      }
    }
    level = next
  }
  return { found, cut: false }
}
