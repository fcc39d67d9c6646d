// Time axis of the density chart: which ticks, what they are called, and where a moment lies. Pure.

import { type FileTime, fileTime, formatUtc, parseUtc } from '../../../../src/domain/time.ts'

export interface Axis {
  readonly from: FileTime
  readonly to: FileTime
}

/** The axis between two contract times; undefined when they are no times or the wrong way round. */
export function axisBetween(from: string, to: string): Axis | undefined {
  const start = parseUtc(from)
  const end = parseUtc(to)
  if (start === undefined || end === undefined || end < start) return undefined
  // one moment gets a second of width, so that it can be drawn
  return { from: start, to: end === start ? fileTime(end + 10_000_000n) : end }
}

/** Share 0 … 1 of the axis at which a time lies; outside it may be less or more. */
export const shareOf = (axis: Axis, time: FileTime): number =>
  Number(time - axis.from) / Number(axis.to - axis.from)

/** The time at a share of the axis. */
export function timeAt(axis: Axis, share: number): FileTime {
  const inside = Math.min(1, Math.max(0, share))
  return fileTime(axis.from + BigInt(Math.round(Number(axis.to - axis.from) * inside)))
}

const second = 10_000_000n
const minute = 60n * second
const hour = 60n * minute
const day = 24n * hour
const steps: readonly bigint[] = [
  second / 1000n,
  second / 100n,
  second / 10n,
  second,
  5n * second,
  15n * second,
  30n * second,
  minute,
  2n * minute,
  5n * minute,
  10n * minute,
  30n * minute,
  hour,
  2n * hour,
  6n * hour,
  12n * hour,
  day,
  2n * day,
  7n * day,
  30n * day,
  91n * day,
  365n * day,
  3650n * day,
]

export interface Tick {
  readonly share: number
  readonly label: string
}

/** Ticks at round times, at most `most`. Days are named when the axis crosses one. */
export function ticksOf(axis: Axis, most: number): readonly Tick[] {
  const span = axis.to - axis.from
  const step = steps.find((each) => span / each < BigInt(Math.max(1, most))) ?? span
  if (step <= 0n) return []
  const ticks: Tick[] = []
  let time = ((axis.from + step - 1n) / step) * step
  for (; time <= axis.to && ticks.length < most; time += step) {
    const text = formatUtc(fileTime(time))
    ticks.push({ share: shareOf(axis, fileTime(time)), label: labelOf(text, step) })
  }
  return ticks
}

function labelOf(text: string, step: bigint): string {
  const [date = '', clock = ''] = text.split('T')
  if (step >= day) return date
  if (step >= minute) return clock.startsWith('00:00') ? date.slice(5) : clock.slice(0, 5)
  if (step >= second) return clock.slice(0, 8)
  return clock.slice(0, step >= second / 10n ? 10 : step >= second / 100n ? 11 : 12)
}

/** How long one bucket is, in words: `10 s`, `1.5 min`. */
export function bucketWords(axis: Axis, buckets: number): string {
  const ms = Number(axis.to - axis.from) / 10_000 / Math.max(1, buckets)
  const units: readonly (readonly [number, string])[] = [
    [86_400_000, 'days'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1000, 's'],
    [1, 'ms'],
  ]
  const [size, word] = units.find(([each]) => ms >= each) ?? [1, 'ms']
  const count = ms / size
  return `${count >= 10 ? Math.round(count) : Number(count.toFixed(1))} ${word}`
}
