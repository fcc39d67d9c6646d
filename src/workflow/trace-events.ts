/** Records of other hosts that may be the other side of a logon a chain rests on: the few of the right kind, near it in time (X1). */
import { mayPointElsewhere } from '../chains/cross-host/traces.ts'
import type { WindowsEvent } from '../domain/event.ts'
import { isTraceEvent } from '../events/kinds.ts'
import { typedEvent } from '../events/typed-event.ts'
import { ticksOf } from './chain-roles.ts'
import type { RecordIndex } from './records/record-index.ts'
import type { Moment } from './records/row-places.ts'

interface Span {
  readonly from: number
  to: number
}
/** doubles hold times to 16 ticks */
const inexact = 32

/** Traces within `reach` ticks of any of the `times`, each record once. */
export function traceEvents(
  index: RecordIndex,
  times: readonly bigint[],
  reach: bigint,
): readonly WindowsEvent[] {
  const spans = spansOf(times, Number(reach) + inexact)
  const events: WindowsEvent[] = []
  if (spans.length === 0) return events
  index.segments.forEach((segment, s) => {
    const { kind: kindOf, eventIdOf, systemOf, earliest, latest } = segment.heads
    const isTrace = Array.from(eventIdOf, (id, kind) =>
      isTraceEvent(segment.systems[systemOf[kind] as number]?.provider ?? '', id),
    )
    if (!isTrace.includes(true)) return
    const near = firstEndingAt(spans, ticksIn(earliest))
    if (near === spans.length || (spans[near] as Span).from > ticksIn(latest)) return
    const base = index.bases[s] as number
    for (let row = 0; row < segment.rows; row++) {
      if (!isTrace[kindOf[row] as number]) continue
      const ticks = ticksOf(segment, row)
      const span = spans[firstEndingAt(spans, ticks)]
      if (!span || ticks < span.from || index.isDuplicate(base + row)) continue
      const event = typedEvent(segment.record(row))
      if (event && mayPointElsewhere(event)) events.push(event)
    }
  })
  return events
}

const ticksIn = ({ high, low }: Moment) => high * 2 ** 32 + low

/** Around the moments, those that touch as one; in order. */
function spansOf(times: readonly bigint[], reach: number): readonly Span[] {
  const spans: Span[] = []
  for (const time of times.map(Number).sort((a, b) => a - b)) {
    const last = spans.at(-1)
    if (last && time - reach <= last.to) last.to = time + reach
    else spans.push({ from: time - reach, to: time + reach })
  }
  return spans
}

/** Index of the first span that does not end before. */
function firstEndingAt(spans: readonly Span[], ticks: number): number {
  let low = 0
  let high = spans.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((spans[middle] as Span).to < ticks) low = middle + 1
    else high = middle
  }
  return low
}
