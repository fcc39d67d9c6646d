/** The time a filter asks for, compared as two halves of 32 bits. */
import { Refusal } from '../../base/refusal.ts'
import { parseUtc } from '../../domain/time.ts'
import { setRow } from './row-bits.ts'
import type { Segment } from './segment.ts'

/** Both ends included. */
export interface TimeRange {
  readonly fromHigh: number
  readonly fromLow: number
  readonly toHigh: number
  readonly toLow: number
}

/** Undefined when none is asked for. Refuses a time it cannot read. */
export function timeRange(from: string | undefined, to: string | undefined): TimeRange | undefined {
  if (from === undefined && to === undefined) return undefined
  const first = read(from, 0n)
  const last = read(to, 0xffff_ffff_ffff_ffffn)
  return {
    fromHigh: Number(first >> 32n),
    fromLow: Number(first & 0xffff_ffffn),
    toHigh: Number(last >> 32n),
    toLow: Number(last & 0xffff_ffffn),
  }
}

function read(text: string | undefined, whenNone: bigint): bigint {
  if (text === undefined) return whenNone
  const time = parseUtc(text)
  if (time === undefined)
    throw new Refusal(
      'timeline.time.unreadable',
      `${JSON.stringify(text.slice(0, 60))} is no time.`,
      'Write it as 2021-06-10T21:21:26Z.',
    )
  return BigInt.asUintN(64, time)
}

function isBefore({ heads }: Segment, row: number, range: TimeRange): boolean {
  const own = heads.timeHigh(row)
  return own < range.fromHigh || (own === range.fromHigh && (heads.timeLow[row] as number) < range.fromLow)
}
function isAfter({ heads }: Segment, row: number, range: TimeRange): boolean {
  const own = heads.timeHigh(row)
  return own > range.toHigh || (own === range.toHigh && (heads.timeLow[row] as number) > range.toLow)
}

/** How much of a segment lies in the range: its earliest and latest row tell. */
export function shareWithin(segment: Segment, range: TimeRange): 'none' | 'some' | 'all' {
  const { earliestRow, latestRow } = segment.heads
  if (isBefore(segment, latestRow, range) || isAfter(segment, earliestRow, range)) return 'none'
  return isBefore(segment, earliestRow, range) || isAfter(segment, latestRow, range) ? 'some' : 'all'
}

/** Rows of the segment in the range. */
export function rowsWithin(segment: Segment, range: TimeRange, out: Uint32Array): void {
  for (let row = 0; row < segment.rows; row++)
    if (!isBefore(segment, row, range) && !isAfter(segment, row, range)) setRow(out, row)
}
