/** Times the clock of a host was set. A clock set back writes the same hours twice: nothing of them can be said by time alone. */
import type { ClockJump } from '../domain/coverage.ts'
import type { TimeChangedEvent } from '../domain/event.ts'
import { type FileTime, fileTime, millisecondsBetween, parseUtc } from '../domain/time.ts'

export interface ClockSet extends ClockJump {
  /** both ends of the span that was skipped or written twice; undefined when the record does not give them */
  readonly from: FileTime | undefined
  readonly to: FileTime | undefined
}

/** Steps smaller than this are the clock being disciplined, and move nothing out of order that matters here. */
const notableMs = 1000

/** Notable jumps in order, each told once though two logs record it. */
export function clockJumps(events: readonly TimeChangedEvent[]): readonly ClockSet[] {
  const jumps: ClockSet[] = []
  for (const event of events) {
    const before = parseUtc(event.previousTime ?? '')
    const after = parseUtc(event.newTime ?? '')
    if (before === undefined || after === undefined) {
      jumps.push({ time: event.time, ms: undefined, locator: event.locator, from: undefined, to: undefined })
      continue
    }
    const ms = millisecondsBetween(before, after)
    if (Math.abs(ms) < notableMs) continue
    const known = jumps.some(
      (one) =>
        one.from !== undefined &&
        Math.abs(millisecondsBetween(one.from, before)) < notableMs &&
        Math.abs(millisecondsBetween(one.to as FileTime, after)) < notableMs,
    )
    if (!known) jumps.push({ time: event.time, ms, locator: event.locator, from: before, to: after })
  }
  return jumps
}

/** A clock set back whose doubled hours touch the span. */
export const setBackWithin = (
  jumps: readonly ClockSet[],
  from: FileTime,
  until: FileTime,
): ClockSet | undefined =>
  jumps.find(
    (jump) =>
      jump.ms !== undefined &&
      jump.ms < 0 &&
      (jump.to as FileTime) <= until &&
      fileTime(jump.from as bigint) >= from,
  )
