// Time ranges of the filter language. A range is made absolute when it is typed: a chip that only knew the clock
// would silently change its meaning when another day scrolls into view.

import { type FileTime, fileTime, formatUtc, parseUtc } from '../../../../src/domain/time.ts'

/** Ends are absolute UTC text as typed (`2021-06-10T21:21:12`), undefined for an open end. */
export interface TimeRange {
  readonly from: string | undefined
  readonly to: string | undefined
}

export type RangeOutcome =
  | { readonly ok: true; readonly range: TimeRange }
  | { readonly ok: false; readonly message: string; readonly remedy: string }

const clock = /^(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,7}))?)?$/
const stamp = /^(\d{4}-\d\d-\d\d)(?:[T ](\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,7})?)?))?Z?$/
const asWritten = 'Write time:21:21:12..21:35:20, or with the date, time:2021-06-10T21:21..2021-06-11T02:00.'

const refuse = (message: string, remedy = asWritten): RangeOutcome => ({ ok: false, message, remedy })

const padClock = (text: string) => (/^\d:/.test(text) ? `0${text}` : text).replace(',', '.')

/** `text` as absolute UTC; clock-only times fall on `day`. Undefined when it is no time. */
function absolute(text: string, day: string | undefined): string | undefined {
  const whole = text.trim().replace(/Z$/, '')
  const given = clock.test(whole) ? (day ? `${day}T${padClock(whole)}` : undefined) : dated(whole)
  if (given === undefined) return undefined
  return startOf(given) === undefined ? undefined : given
}

function dated(text: string): string | undefined {
  const found = stamp.exec(text)
  if (!found) return undefined
  return found[2] === undefined ? found[1] : `${found[1]}T${padClock(found[2])}`
}

/** First tick of the unit that `text` names: a day, a minute, a second or a fraction. */
function startOf(text: string): FileTime | undefined {
  const full = text.length === 10 ? `${text}T00:00:00` : text
  const time = parseUtc(full)
  // 2021-02-31 and 24:61 must not roll over into another day or hour
  return time !== undefined && formatUtc(time).startsWith(text.length === 10 ? text : text.slice(0, 16))
    ? time
    : undefined
}

const ticksIn = { day: 864_000_000_000n, minute: 600_000_000n, second: 10_000_000n }

/** Last tick of the unit that `text` names, so that `..21:35:20` still holds 21:35:20.9. */
function endOf(text: string): FileTime | undefined {
  const start = startOf(text)
  if (start === undefined) return undefined
  if (text.length === 10) return fileTime(start + ticksIn.day - 1n)
  if (text.length === 16) return fileTime(start + ticksIn.minute - 1n)
  if (text.length === 19) return fileTime(start + ticksIn.second - 1n)
  return fileTime(start + 10n ** BigInt(7 - (text.length - 20)) - 1n)
}

const dayAfter = (day: string): string =>
  formatUtc(fileTime((startOf(day) as FileTime) + ticksIn.day)).slice(0, 10)

/** Parses `A..B`, `A..`, `..B` or one time, which then means its whole day, minute or second. */
export function parseTimeRange(text: string, shownDay: string | undefined): RangeOutcome {
  if (/[±+]/.test(text)) return refuse('A range around a record is not known here.')
  const parts = text.split('..')
  if (parts.length > 2) return refuse('A time range has one start and one end.')
  const [left = '', right = left] = parts
  if (!left.trim() && !right.trim()) return refuse('The time range is empty.')
  const bare = [left, right].find((part) => part.trim() && clock.test(part.trim().replace(/Z$/, '')))
  const leftDay = /^\d{4}-\d\d-\d\d/.exec(left.trim())?.[0]
  if (bare !== undefined && !leftDay && !shownDay)
    return refuse(
      `${bare.trim()} has no date and no row is shown that could give one.`,
      'Write the date with it: 2021-06-10T21:21:12.',
    )
  const from = left.trim() ? absolute(left, shownDay) : undefined
  if (left.trim() && from === undefined) return refuse(`${left.trim()} is no time.`)
  const day = from?.slice(0, 10) ?? shownDay
  let to = right.trim() ? absolute(right, day) : undefined
  if (right.trim() && to === undefined) return refuse(`${right.trim()} is no time.`)
  if (from !== undefined && to !== undefined && (endOf(to) ?? 0n) < (startOf(from) ?? 0n)) {
    // 23:50..00:10 goes over midnight; two dates the wrong way round are an error
    if (!clock.test(right.trim())) return refuse('The range ends before it starts.')
    to = absolute(right, dayAfter(from.slice(0, 10)))
  }
  return { ok: true, range: { from, to } }
}

/** The range as filter text. It reads back as the same range on any day. */
export function rangeText({ from, to }: TimeRange): string {
  if (from !== undefined && from === to) return from
  const day = from?.slice(0, 10)
  const sameDay = to !== undefined && day !== undefined && to.length > 10 && to.startsWith(day)
  return `${from ?? ''}..${to === undefined ? '' : sameDay ? to.slice(11) : to}`
}

/** The range for reading: without the date when it is the one the whole case plays on. */
export function rangeLabel(range: TimeRange, onlyDay: string | undefined): string {
  const short = (text: string | undefined) =>
    text === undefined
      ? ''
      : onlyDay !== undefined && text.startsWith(`${onlyDay}T`)
        ? text.slice(11)
        : text.replace('T', ' ')
  if (range.from !== undefined && range.from === range.to) return short(range.from)
  const sameDay = range.from !== undefined && range.to?.startsWith(`${range.from.slice(0, 10)}T`)
  return `${short(range.from)}..${sameDay ? range.to?.slice(11) : short(range.to)}`
}

/** Both ends as the contract wants them: ISO UTC with 7 decimals, both ends included. */
export function rangeBounds(range: TimeRange): { from?: string; to?: string } {
  const from = range.from === undefined ? undefined : startOf(range.from)
  const to = range.to === undefined ? undefined : endOf(range.to)
  return {
    ...(from === undefined ? {} : { from: formatUtc(from) }),
    ...(to === undefined ? {} : { to: formatUtc(to) }),
  }
}

/** A range between two instants (a brush), as text with all 7 decimals. */
export const rangeBetween = (from: FileTime, to: FileTime): TimeRange => ({
  from: formatUtc(from < to ? from : to).slice(0, -1),
  to: formatUtc(from < to ? to : from).slice(0, -1),
})
