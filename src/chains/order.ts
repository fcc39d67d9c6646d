/** The total order of events: time, then record id, then place. Input may come in any order; the result never depends on it. */
import type { WindowsEvent } from '../domain/event.ts'
import { compareLocators } from '../domain/locator.ts'
import type { FileTime } from '../domain/time.ts'

export function compareEvents(a: WindowsEvent, b: WindowsEvent): number {
  if (a.time !== b.time) return a.time < b.time ? -1 : 1
  return compareLocators(a.locator, b.locator)
}

/** The same events in total order; the array itself when it already is. */
export function inTotalOrder<E extends WindowsEvent>(events: readonly E[]): readonly E[] {
  let ordered = true
  for (let i = 1; ordered && i < events.length; i++) {
    ordered = compareEvents(events[i - 1] as E, events[i] as E) <= 0
  }
  return ordered ? events : [...events].sort(compareEvents)
}

/** Index of the first event at or after `time`. */
export const firstAtOrAfter = (events: readonly { readonly time: FileTime }[], time: bigint): number =>
  firstNotBefore(events.length, (index) => (events[index] as { time: FileTime }).time, time)

/** The same over anything ordered that has a time at each index. */
export function firstNotBefore(length: number, timeAt: (index: number) => FileTime, time: bigint): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >> 1
    if (timeAt(middle) < time) low = middle + 1
    else high = middle
  }
  return low
}

/** The ordered events with `from ≤ time ≤ to`. */
export function within<E extends { readonly time: FileTime }>(
  events: readonly E[] | undefined,
  from: bigint,
  to: bigint,
): readonly E[] {
  if (!events) return []
  const first = firstAtOrAfter(events, from)
  let last = first
  while (last < events.length && (events[last] as E).time <= to) last++
  return events.slice(first, last)
}

/** Adds to a list kept in a map. */
export function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}

/** A span for people: `7.0 ms`, `5.75 s`, `8 min 20 s`. Exact differences stand in the links. */
export function spanWords(ms: number): string {
  const size = Math.abs(ms)
  if (size < 1000) return `${size.toFixed(1)} ms`
  if (size < 60_000) return `${(size / 1000).toFixed(2)} s`
  const seconds = Math.round(size / 1000)
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
}
