/** Boots of one host: logon ids and process ids mean something only inside one (windows.md §5.1). */
import type { BootEvent } from '../domain/event.ts'
import { isWellKnownLogon, type LogonId } from '../domain/ids.ts'
import { type FileTime, fileTime, seconds } from '../domain/time.ts'

/** One start of Windows writes several records (Kernel-General 12, 6005, 6009, Security 4608) within this time. */
const sameBoot = seconds(300)

/** Written by the kernel and by LSA, at a start of Windows only; 6005 and 6009 also come when just the log service starts again. */
const isStartOfWindows = (event: BootEvent): boolean => event.eventId === 12 || event.eventId === 4608

/** Times at which a new boot began, in order. `events` in total order. */
export function bootStarts(events: readonly BootEvent[]): readonly FileTime[] {
  const starts: FileTime[] = []
  const isStart: boolean[] = []
  let seen = new Set<number>()
  let stopped = true
  for (const event of events) {
    if (event.what === 'stopped') {
      stopped = true
      continue
    }
    // 6008 is written by the boot after the crash: it marks that boot too.
    const last = starts.at(-1) ?? event.time
    const isNew = stopped || seen.has(event.eventId) || event.time - last > sameBoot
    if (isNew) {
      starts.push(event.time)
      isStart.push(false)
      seen = new Set()
    }
    if (isStartOfWindows(event)) isStart[isStart.length - 1] = true
    stopped = false
    seen.add(event.eventId)
  }
  // where starts of Windows leave their own records, the log service alone starting again is none
  return isStart.includes(true) ? starts.filter((_, index) => isStart[index]) : starts
}

/** Logon ids are numbers that only grow until the next start: how far they must fall, and for how many logons, to show one. */
const fall = 0x40000n
const confirming = 3

/**
 * Starts of Windows that left no record, seen by logon ids that begin low again. `logons` in total order; a single odd id shows nothing:
 * the ids after it have to stay low too.
 */
export function bootsByLogonIds(
  logons: readonly { readonly time: FileTime; readonly logonId: LogonId | undefined }[],
  recorded: readonly FileTime[],
): readonly FileTime[] {
  const ids = logons.flatMap((logon) =>
    logon.logonId === undefined || isWellKnownLogon(logon.logonId)
      ? []
      : [{ time: logon.time, id: BigInt(logon.logonId), boot: bootAt(recorded, logon.time) }],
  )
  const found: FileTime[] = []
  let highest = 0n
  let before: FileTime | undefined
  let boot = 0
  for (let index = 0; index < ids.length; index++) {
    const { time, id, boot: own } = ids[index] as (typeof ids)[number]
    if (own !== boot) {
      boot = own
      highest = 0n
    }
    const isLow = (other: bigint) => other < highest / 2n && highest - other > fall
    if (isLow(id) && before !== undefined) {
      const next = ids.slice(index, index + confirming)
      if (next.length === confirming && next.every((one) => one.boot === own && isLow(one.id))) {
        // 4672 stands a moment before its 4624
        const start = time - seconds(1)
        found.push(fileTime(start > before ? start : before + 1n < time ? before + 1n : time))
        highest = 0n
      }
    }
    if (id > highest) highest = id
    before = time
  }
  return found
}

/** Number of the boot a time lies in: 0 before the first recorded start. */
export function bootAt(starts: readonly FileTime[], time: FileTime): number {
  let low = 0
  let high = starts.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((starts[middle] as FileTime) <= time) low = middle + 1
    else high = middle
  }
  return low
}
