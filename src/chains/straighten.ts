/**
 * A clock set back writes the same hours twice: by time alone what came later seems to come first. Inside one log the record ids keep the
 * order, so everything a log holds behind the step is moved by its length; the recorded time stays with the event and is what is shown.
 */
import { recorded } from '../domain/absent.ts'
import type { TimeChangedEvent, WindowsEvent } from '../domain/event.ts'
import { type FileTime, fileTime, millisecondsBetween, seconds } from '../domain/time.ts'
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

const byRecordId = (a: WindowsEvent, b: WindowsEvent): number =>
  a.locator.recordId < b.locator.recordId
    ? -1
    : a.locator.recordId > b.locator.recordId
      ? 1
      : compareEvents(a, b)

/** A fall of time along the record ids that no delay of writing explains, and how many steps have to lie in order beside it. */
const notableFall = seconds(30)
const orderedSteps = 3

/**
 * Clocks set back of which no record is left, seen in the task log: its times fall once along the record ids, and rise everywhere else.
 * Other logs write late at a start of Windows, and tables may be sorted the other way round: from those nothing is concluded.
 */
function untoldSets(events: readonly WindowsEvent[], told: readonly ClockSet[]): readonly ClockSet[] {
  const logs = new Map<string, WindowsEvent[]>()
  for (const event of events) if (event.kind === 'task-history') append(logs, logOf(event), event)
  const found: ClockSet[] = []
  for (const log of logs.values()) {
    let last: WindowsEvent | undefined
    // in total order already: where the ids rise with it there is nothing to look for
    if (
      log.every((event) => {
        const isRising = !last || event.locator.recordId >= last.locator.recordId
        last = event
        return isRising
      })
    )
      continue
    const fall = onlyFall(log.toSorted(byRecordId))
    const isTold = told.some(
      ({ from, to }) =>
        fall && fall.from <= (from as bigint) + tolerance && fall.to >= (to as bigint) - tolerance,
    )
    if (fall && !isTold) found.push(fall)
  }
  return found
}

function onlyFall(log: readonly WindowsEvent[]): (ClockSet & { from: FileTime; to: FileTime }) | undefined {
  let fall: (ClockSet & { from: FileTime; to: FileTime }) | undefined
  let rising = 0
  for (let at = 1; at < log.length; at++) {
    const [before, after] = [log[at - 1] as WindowsEvent, log[at] as WindowsEvent]
    if (after.time >= before.time) rising++
    else if (before.time - after.time >= notableFall) {
      if (fall) return undefined
      const ms = millisecondsBetween(before.time, after.time)
      fall = { time: after.time, ms, locator: after.locator, from: before.time, to: after.time }
    } else if (before.time - after.time > tolerance) return undefined
  }
  return rising >= orderedSteps ? fall : undefined
}

/** The events as they are when no clock was set back. `events` in total order. */
export function straightened(events: readonly WindowsEvent[]): readonly WindowsEvent[] {
  const sets = events.filter((event): event is TimeChangedEvent => event.kind === 'time-changed')
  const told = clockJumps(sets).filter((jump) => jump.ms !== undefined && jump.ms < 0)
  const untold = untoldSets(events, told)
  if (told.length + untold.length === 0) return events
  const jumps = [...told, ...untold]
  const logs = new Map<string, WindowsEvent[]>()
  for (const event of events) append(logs, logOf(event), event)
  for (const log of logs.values()) log.sort(byRecordId)
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
