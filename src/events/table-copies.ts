/**
 * Rows of exported tables that tell again what a log of the case tells: folded into the log's record, so that one event does
 * not count twice. A table cuts times to milliseconds and drops fields; what it does say must be the same, word for word.
 */
import { isAbsent } from '../domain/absent.ts'
import type { WindowsEvent } from '../domain/event.ts'
import { type Locator, locatorKey } from '../domain/locator.ts'

export interface FoldedEvents {
  readonly events: readonly WindowsEvent[]
  /** by `locatorKey` of the event that is kept: where else it is told */
  readonly duplicates: ReadonlyMap<string, readonly Locator[]>
}

const ticksPerMs = 10_000n
/** what tells of the record, not of the event */
const ofTheRecord = new Set([
  'locator',
  'time',
  'version',
  'provider',
  'channel',
  'recordedComputer',
  'loggedByPid',
])

/** `isTable` tells by evidence id whether an event was read from a table. Order stays as it was. */
export function foldTableCopies(
  { events, duplicates }: FoldedEvents,
  isTable: (evidenceId: string) => boolean,
): FoldedEvents {
  if (!events.some((event) => isTable(event.locator.evidenceId))) return { events, duplicates }
  const kept = new Map<string, WindowsEvent[]>()
  const keyOf = (event: WindowsEvent, ms: bigint) =>
    `${(event.recordedComputer.split('.')[0] ?? '').toLowerCase()}/${event.eventId}/${ms}`
  const keep = (event: WindowsEvent) => {
    const key = keyOf(event, event.time / ticksPerMs)
    kept.set(key, [...(kept.get(key) ?? []), event])
  }
  for (const event of events) if (!isTable(event.locator.evidenceId)) keep(event)
  const copies = new Set<WindowsEvent>()
  const folded = new Map(duplicates)
  for (const event of events) {
    if (!isTable(event.locator.evidenceId)) continue
    const ms = event.time / ticksPerMs
    // a time is cut or rounded to its millisecond, whichever the tool does
    const near = [ms, ms - 1n].flatMap((at) => kept.get(keyOf(event, at)) ?? [])
    const matching = near.filter((one) => says(event, one))
    const original = matching[0]
    if (!original) {
      keep(event)
      continue
    }
    copies.add(event)
    const key = locatorKey(original.locator)
    folded.set(key, [...(folded.get(key) ?? []), event.locator])
  }
  return { events: events.filter((event) => !copies.has(event)), duplicates: folded }
}

/** True when everything `copy` says is also what `original` says. */
function says(copy: unknown, original: unknown): boolean {
  if (copy === undefined || copy === null || isAbsent(copy) || copy === '') return true
  if (typeof copy !== 'object') return sameText(copy, original)
  if (typeof original !== 'object' || original === null || isAbsent(original)) return false
  return Object.entries(copy).every(
    ([name, value]) => ofTheRecord.has(name) || says(value, (original as Record<string, unknown>)[name]),
  )
}

const sameText = (a: unknown, b: unknown) =>
  a === b ||
  (typeof a === 'string' && typeof b === 'string' && a.trim().toLowerCase() === b.trim().toLowerCase())
