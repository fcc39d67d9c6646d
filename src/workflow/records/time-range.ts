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

const isBefore = (high: number, low: number, range: TimeRange): boolean =>
  high < range.fromHigh || (high === range.fromHigh && low < range.fromLow)
const isAfter = (high: number, low: number, range: TimeRange): boolean =>
  high > range.toHigh || (high === range.toHigh && low > range.toLow)

/** How much of a segment lies in the range: its first and last moment tell. */
export function shareWithin(segment: Segment, range: TimeRange): 'none' | 'some' | 'all' {
  const { earliest, latest } = segment.heads
  if (isBefore(latest.high, latest.low, range) || isAfter(earliest.high, earliest.low, range)) return 'none'
  return isBefore(earliest.high, earliest.low, range) || isAfter(latest.high, latest.low, range)
    ? 'some'
    : 'all'
}

/** Rows of the segment in the range. */
export function rowsWithin(segment: Segment, range: TimeRange, out: Uint32Array): void {
  const { heads } = segment
  const { timeLow } = heads
  for (let row = 0; row < segment.rows; row++) {
    const high = heads.timeHigh(row)
    const low = timeLow[row] as number
    if (!isBefore(high, low, range) && !isAfter(high, low, range)) setRow(out, row)
  }
}
