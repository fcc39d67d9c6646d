/** Boots of one host: logon ids and process ids mean something only inside one (windows.md §5.1). */
import type { BootEvent } from '../domain/event.ts'
import { type FileTime, seconds } from '../domain/time.ts'

/** One start of Windows writes several records (Kernel-General 12, 6005, 6009, Security 4608) within this time. */
const sameBoot = seconds(300)

/** Times at which a new boot began, in order. `events` in total order. */
export function bootStarts(events: readonly BootEvent[]): readonly FileTime[] {
  const starts: FileTime[] = []
  let seen = new Set<number>()
  let stopped = true
  for (const event of events) {
    if (event.what === 'stopped') {
      stopped = true
      continue
    }
    // 6008 is written by the boot after the crash: it marks that boot too.
    const last = starts.at(-1)
    const isNew = last === undefined || stopped || seen.has(event.eventId) || event.time - last > sameBoot
    if (isNew) {
      starts.push(event.time)
      seen = new Set()
    }
    stopped = false
    seen.add(event.eventId)
  }
  return starts
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
