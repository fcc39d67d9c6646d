/** Records of other hosts that may be the other side of a logon a chain rests on: the few of the right kind, near it in time (X1). */
import type { WindowsEvent } from '../domain/event.ts'
import { isTraceEvent } from '../events/kinds.ts'
import { typedEvent } from '../events/typed-event.ts'
import type { RecordIndex } from './records/record-index.ts'

/** Traces within `reach` ticks of any of the `times`, each record once, in total order. */
export function traceEvents(
  index: RecordIndex,
  times: readonly bigint[],
  reach: bigint,
): readonly WindowsEvent[] {
  const events: WindowsEvent[] = []
  let next = 0
  for (const time of [...times].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))) {
    next = Math.max(next, firstAt(index, time - reach))
    for (; next < index.total; next++) {
      const global = index.order[next] as number
      const { segment, row } = index.at(global)
      if (segment.time(row) > time + reach) break
      if (index.isDuplicate(global) || !isTraceEvent(segment.tuple(row).provider, segment.eventId(row)))
        continue
      const event = typedEvent(segment.record(row))
      if (event) events.push(event)
    }
  }
  return events
}

/** First position in the total order whose record is not before `time`. */
function firstAt(index: RecordIndex, time: bigint): number {
  let low = 0
  let high = index.total
  while (low < high) {
    const middle = (low + high) >> 1
    const { segment, row } = index.at(index.order[middle] as number)
    if (segment.time(row) < time) low = middle + 1
    else high = middle
  }
  return low
}
