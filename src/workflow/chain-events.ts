/** The events of one host that its chains are made from. */
import { inTotalOrder } from '../chains/order.ts'
import type { WindowsEvent } from '../domain/event.ts'
import { type Locator, locatorKey } from '../domain/locator.ts'
import { typedEvent } from '../events/typed-event.ts'
import { chainRows } from './chain-rows.ts'
import { isSameMoment, type RecordIndex } from './records/record-index.ts'

export interface ChainEvents {
  /** in total order, each record once */
  readonly events: readonly WindowsEvent[]
  /** locator key of a record → the same record in other files */
  readonly duplicates: ReadonlyMap<string, readonly Locator[]>
}

/** Events of rows of one or more hosts. */
export function eventsOfRows(index: RecordIndex, rows: readonly number[]): ChainEvents {
  const events: WindowsEvent[] = []
  const duplicates = new Map<string, readonly Locator[]>()
  for (const global of rows) {
    if (index.isDuplicate(global)) {
      const original = originalOf(index, index.positionOf(global))
      if (original !== undefined) {
        const key = locatorKey(index.locator(original))
        duplicates.set(key, [...(duplicates.get(key) ?? []), index.locator(global)])
      }
      continue
    }
    const { segment, row } = index.at(global)
    const event = typedEvent(segment.record(row))
    if (event) events.push(event)
  }
  return { events: inTotalOrder(events), duplicates }
}

/** Events that chains read, of all hosts that have a task record at all: no other host can have a chain. */
export function chainEvents(index: RecordIndex): ChainEvents {
  const rows = chainRows(index, [...index.segments.keys()])
  return eventsOfRows(index, [...rows.values()].flat())
}

/** The row a duplicate repeats: the nearest earlier one of the same time and number that is no duplicate itself. */
function originalOf(index: RecordIndex, position: number): number | undefined {
  const here = index.at(index.order[position] as number)
  for (let k = position - 1; k >= 0; k--) {
    const global = index.order[k] as number
    const there = index.at(global)
    if (!isSameMoment(there, here)) return undefined
    if (
      !index.isDuplicate(global) &&
      there.segment.recordId(there.row) === here.segment.recordId(here.row) &&
      there.segment.eventId(there.row) === here.segment.eventId(here.row)
    )
      return global
  }
  return undefined
}
