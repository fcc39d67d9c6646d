/**
 * A clock set back writes the same hours twice: by time alone what came later seems to come first. Inside one log the record ids keep the
 * order, so everything a log holds behind the step is moved by its length; the recorded time stays with the event and is what is shown.
 */
import { recorded } from '../domain/absent.ts'
import type { TimeChangedEvent, WindowsEvent } from '../domain/event.ts'
import { type FileTime, fileTime, seconds } from '../domain/time.ts'
import { type ClockSet, clockJumps } from './clock.ts'
import { append, compareEvents } from './order.ts'
import { taskKey } from './paths.ts'

export const recordedTimeOf = (event: Pick<WindowsEvent, 'time' | 'recordedTime'>): FileTime =>
  event.recordedTime ?? event.time

const logOf = ({ locator, channel }: WindowsEvent): string => `${locator.evidenceId} ${channel}`

/** What two logs write of one moment: the task, the process. */
function subjectsOf(event: WindowsEvent): readonly string[] {
  switch (event.kind) {
    case 'task-history': {
      const pid = recorded(event.processId)
      const task = `task ${taskKey(event.taskPath)}`
      return pid === undefined ? [task] : [task, `pid ${pid}`]
    }
    case 'task-created':
    case 'task-deleted':
    case 'task-enabled':
    case 'task-disabled':
    case 'task-updated':
      return [`task ${taskKey(event.taskPath)}`]
    case 'process-started':
    case 'sysmon-process':
      return event.pid === undefined ? [] : [`pid ${event.pid}`]
    default:
      return []
  }
}

/** On which side of a step the records of other logs lie that speak of the same things, by recorded time. */
interface Side {
  readonly time: FileTime
  readonly isBehind: boolean
}
type Sides = Map<string, Side[]>
/** records of one moment in two logs */
const together = seconds(5)

function sideOf(event: WindowsEvent, sides: Sides): boolean | undefined {
  const near = subjectsOf(event)
    .flatMap((subject) => sides.get(subject) ?? [])
    .filter(({ time }) => time - event.time <= together && event.time - time <= together)
  const [first] = near
  return first && near.every(({ isBehind }) => isBehind === first.isBehind) ? first.isBehind : undefined
}

/** Index of the first event that stands behind the step, in a log that shows where it was; undefined when it does not. */
function shownBehind(events: readonly WindowsEvent[], jump: ClockSet): number | undefined {
  const before = (jump.from as bigint) + tolerance
  const after = (jump.to as bigint) - tolerance
  for (let index = 0; index < events.length; index++) {
    const event = events[index] as WindowsEvent
    if (event.locator === jump.locator) return index
    // in a log that does not record the step itself it shows as a fall of the time
    const last = events[index - 1]
    if (last && last.time > event.time && last.time <= before && event.time >= after) return index
  }
  return undefined
}
const tolerance = seconds(0.1)

/** The same in a log that does not show it: by what the other logs say of the same things, else before any doubled hour ended. */
function guessedBehind(events: readonly WindowsEvent[], jump: ClockSet, sides: Sides): number {
  const index = events.findIndex(
    (event) =>
      event.time > (jump.from as bigint) ||
      (event.time >= (jump.to as bigint) && sideOf(event, sides) === true),
  )
  return index < 0 ? events.length : index
}

/** The events as they are when no clock was set back. `events` in total order. */
export function straightened(events: readonly WindowsEvent[]): readonly WindowsEvent[] {
  const sets = events.filter((event): event is TimeChangedEvent => event.kind === 'time-changed')
  const jumps = clockJumps(sets).filter((jump) => jump.ms !== undefined && jump.ms < 0)
  if (jumps.length === 0) return events
  const logs = new Map<string, WindowsEvent[]>()
  for (const event of events) append(logs, logOf(event), event)
  for (const log of logs.values())
    log.sort((a, b) =>
      a.locator.recordId < b.locator.recordId
        ? -1
        : a.locator.recordId > b.locator.recordId
          ? 1
          : compareEvents(a, b),
    )
  const shifts = new Map<WindowsEvent, bigint>()
  for (const jump of jumps) {
    const length = (jump.from as bigint) - (jump.to as bigint)
    const sides: Sides = new Map()
    const move = (log: readonly WindowsEvent[], index: number) =>
      log.forEach((event, at) => {
        const isBehind = at >= index
        if (isBehind) shifts.set(event, (shifts.get(event) ?? 0n) + length)
        for (const subject of subjectsOf(event)) append(sides, subject, { time: event.time, isBehind })
      })
    const silent: (readonly WindowsEvent[])[] = []
    for (const log of logs.values()) {
      const index = shownBehind(log, jump)
      if (index === undefined) silent.push(log)
      else move(log, index)
    }
    const known: Sides = new Map([...sides].map(([subject, list]) => [subject, [...list]]))
    for (const log of silent) move(log, guessedBehind(log, jump, known))
  }
  return events
    .map((event) => {
      const shift = shifts.get(event)
      return shift === undefined
        ? event
        : { ...event, time: fileTime(event.time + shift), recordedTime: event.time }
    })
    .sort(compareEvents)
}
