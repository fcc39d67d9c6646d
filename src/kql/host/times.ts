/** KQL's functions on times and spans that SQL has no form for. */
import {
  floorDiv,
  lastTick,
  parseSpan,
  parseTime,
  spanText,
  ticksPerDay,
  ticksPerMs,
  timeText,
  unixStart,
} from '../ticks.ts'

type Whole = bigint | null

const dateOf = (ticks: bigint): Date => new Date(Number(floorDiv(ticks - unixStart, ticksPerMs)))
const ticksOf = (date: Date): bigint => unixStart + BigInt(date.getTime()) * ticksPerMs
const inRange = (ticks: bigint): Whole => (ticks >= 0n && ticks <= lastTick ? ticks : null)

const spans: Readonly<Record<string, bigint>> = {
  week: 7n * ticksPerDay,
  day: ticksPerDay,
  hour: 36_000_000_000n,
  minute: 600_000_000n,
  second: 10_000_000n,
  millisecond: 10_000n,
  microsecond: 10n,
  nanosecond: 0n,
}
const months: Readonly<Record<string, number>> = { year: 12, quarter: 3, month: 1 }

function startOf(unit: string, ticks: bigint): bigint {
  const date = dateOf(ticks)
  const day = floorDiv(ticks, ticksPerDay) * ticksPerDay
  if (unit === 'day') return day
  // the year 1 began with a Monday; weeks begin with Sunday
  if (unit === 'week') return day - ((day / ticksPerDay + 1n) % 7n) * ticksPerDay
  if (unit === 'month') date.setUTCDate(1)
  else date.setUTCMonth(0, 1)
  date.setUTCHours(0, 0, 0, 0)
  return ticksOf(date)
}

function added(unit: string, count: bigint, ticks: bigint): Whole {
  const span = spans[unit]
  if (span !== undefined) return inRange(ticks + span * count)
  const by = months[unit]
  if (by === undefined) return null
  const date = dateOf(ticks)
  const rest = ticks - ticksOf(date)
  const day = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() + Number(count) * by)
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  date.setUTCDate(Math.min(day, last))
  return Number.isNaN(date.getTime()) ? null : inRange(ticksOf(date) + rest)
}

const parts: Readonly<Record<string, (date: Date, ticks: bigint) => number>> = {
  year: (date) => date.getUTCFullYear(),
  quarter: (date) => Math.floor(date.getUTCMonth() / 3) + 1,
  month: (date) => date.getUTCMonth() + 1,
  day: (date) => date.getUTCDate(),
  dayofyear: (date) => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1,
  weekofyear: (date) => isoWeek(date),
  week_of_year: (date) => isoWeek(date),
  hour: (date) => date.getUTCHours(),
  minute: (date) => date.getUTCMinutes(),
  second: (date) => date.getUTCSeconds(),
  millisecond: (date) => date.getUTCMilliseconds(),
  microsecond: (date, ticks) => date.getUTCMilliseconds() * 1000 + Number((ticks / 10n) % 1000n),
}

function isoWeek(date: Date): number {
  const day = new Date(date)
  day.setUTCHours(0, 0, 0, 0)
  day.setUTCDate(day.getUTCDate() + 4 - (day.getUTCDay() || 7))
  return Math.ceil(((day.getTime() - Date.UTC(day.getUTCFullYear(), 0, 1)) / 86_400_000 + 1) / 7)
}

function difference(unit: string, later: bigint, earlier: bigint): Whole {
  const by = months[unit]
  if (by !== undefined) {
    const [a, b] = [dateOf(later), dateOf(earlier)]
    const count = (date: Date) => Math.floor((date.getUTCFullYear() * 12 + date.getUTCMonth()) / by)
    return BigInt(count(a) - count(b))
  }
  const span = spans[unit]
  if (span === undefined) return null
  if (span === 0n) return (later - earlier) * 100n
  if (unit === 'week') return (startOf('week', later) - startOf('week', earlier)) / span
  return floorDiv(later, span) - floorDiv(earlier, span)
}

const two = (value: bigint | number, width = 2): string => String(value).padStart(width, '0')

function formatted(ticks: bigint, format: string): string {
  const date = dateOf(ticks)
  const fraction = two(((ticks % 10_000_000n) + 10_000_000n) % 10_000_000n, 7)
  const hour = date.getUTCHours()
  return format.replace(/y+|M+|d+|H+|h+|m+|s+|f+|F+|t+/g, (run) => {
    switch (run[0]) {
      case 'y':
        return run.length > 2 ? two(date.getUTCFullYear(), 4) : two(date.getUTCFullYear() % 100)
      case 'M':
        return two(date.getUTCMonth() + 1, run.length)
      case 'd':
        return two(date.getUTCDate(), run.length)
      case 'H':
        return two(hour, run.length)
      case 'h':
        return two(hour % 12 || 12, run.length)
      case 'm':
        return two(date.getUTCMinutes(), run.length)
      case 's':
        return two(date.getUTCSeconds(), run.length)
      case 't':
        return hour < 12 ? 'AM' : 'PM'
      case 'F':
        return fraction.slice(0, run.length).replace(/0+$/, '')
      default:
        return fraction.slice(0, run.length)
    }
  })
}

export const timeFunctions = {
  kql_text_datetime: (ticks: Whole) => (ticks === null ? '' : timeText(ticks)),
  kql_text_timespan: (ticks: Whole) => (ticks === null ? '' : spanText(ticks)),
  kql_to_datetime: (text: string | null) => (text === null ? null : (parseTime(text) ?? null)),
  kql_to_timespan: (text: string | null) => (text === null ? null : (parseSpan(text) ?? null)),
  kql_startof: (unit: string, ticks: Whole, offset: Whole, isEnd: bigint): Whole => {
    if (ticks === null || offset === null) return null
    const start = added(unit, offset, startOf(unit, ticks))
    if (start === null || !isEnd) return start
    const next = added(unit, 1n, start)
    return next === null ? lastTick : next - 1n
  },
  kql_datetime_part: (unit: string, ticks: Whole): Whole => {
    const part = parts[unit]
    return ticks === null || !part ? null : BigInt(part(dateOf(ticks), ticks))
  },
  kql_datetime_add: (unit: string, count: Whole, ticks: Whole): Whole =>
    count === null || ticks === null ? null : added(unit, count, ticks),
  kql_datetime_diff: (unit: string, later: Whole, earlier: Whole): Whole =>
    later === null || earlier === null ? null : difference(unit, later, earlier),
  kql_make_datetime: (...given: (number | null)[]): Whole => {
    if (given.includes(null)) return null
    const [year, month, day, hour = 0, minute = 0, second = 0] = given as number[]
    return (
      parseTime(
        `${two(year ?? 0, 4)}-${two(month ?? 1)}-${two(day ?? 1)}T${two(hour)}:${two(minute)}:${two(Math.floor(second))}Z`,
      ) ?? null
    )
  },
  kql_make_timespan: (...given: (number | null)[]): Whole => {
    if (given.includes(null)) return null
    const values = given as number[]
    const [days, hours, minutes, seconds] =
      values.length === 4 ? values : values.length === 3 ? [0, ...values] : [0, ...values, 0]
    return (
      BigInt(days ?? 0) * ticksPerDay +
      BigInt(hours ?? 0) * 36_000_000_000n +
      BigInt(minutes ?? 0) * 600_000_000n +
      BigInt(Math.round((seconds ?? 0) * 10_000_000))
    )
  },
  kql_format_datetime: (ticks: Whole, format: string | null) =>
    ticks === null || format === null ? '' : formatted(ticks, format),
  kql_format_timespan: (ticks: Whole, format: string | null) =>
    ticks === null || format === null ? '' : formatted(unixStart + (ticks < 0n ? -ticks : ticks), format),
}
