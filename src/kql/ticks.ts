/** Times and spans of KQL: ticks of 100 ns, from the start of the year 1. */

export const ticksPerMs = 10_000n
export const ticksPerDay = 864_000_000_000n
/** ticks from the year 1 to 1601, where FILETIME begins, and to 1970 */
export const filetimeStart = 504_911_232_000_000_000n
export const unixStart = 621_355_968_000_000_000n
/** the last tick of the year 9999 */
export const lastTick = 3_155_378_975_999_999_999n

const units: Readonly<Record<string, bigint>> = {
  d: ticksPerDay,
  day: ticksPerDay,
  days: ticksPerDay,
  h: 36_000_000_000n,
  hr: 36_000_000_000n,
  hrs: 36_000_000_000n,
  hour: 36_000_000_000n,
  hours: 36_000_000_000n,
  m: 600_000_000n,
  min: 600_000_000n,
  minute: 600_000_000n,
  minutes: 600_000_000n,
  s: 10_000_000n,
  sec: 10_000_000n,
  second: 10_000_000n,
  seconds: 10_000_000n,
  ms: 10_000n,
  milli: 10_000n,
  millis: 10_000n,
  millisecond: 10_000n,
  milliseconds: 10_000n,
  micro: 10n,
  micros: 10n,
  microsecond: 10n,
  microseconds: 10n,
  tick: 1n,
  ticks: 1n,
}

/** `1.5h`, `-00:10:00`, `1.02:03:04.5`, `3` (days); undefined for what is none. */
export function parseSpan(text: string): bigint | undefined {
  const word = text.trim().replace(/^["']|["']$/g, '')
  const short = /^(-?)(\d+)(?:\.(\d{1,9}))?([a-z]+)$/i.exec(word)
  if (short) {
    const unit = units[(short[4] as string).toLowerCase()]
    if (unit === undefined) return undefined
    const fraction = short[3] ?? ''
    const ticks =
      BigInt(short[2] as string) * unit + (BigInt(fraction || '0') * unit) / 10n ** BigInt(fraction.length)
    return short[1] ? -ticks : ticks
  }
  const long = /^(-?)(?:(\d{1,8})\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?$/.exec(word)
  if (long) {
    const [, sign, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = ''] = long
    if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined
    const ticks =
      BigInt(days) * ticksPerDay +
      (BigInt(hours) * 3600n + BigInt(minutes) * 60n + BigInt(seconds)) * 10_000_000n +
      BigInt(fraction.padEnd(7, '0'))
    return sign ? -ticks : ticks
  }
  return /^-?\d{1,7}$/.test(word) ? BigInt(word) * ticksPerDay : undefined
}

/** ISO 8601 and what KQL takes beside it; a text without a zone is UTC. Undefined for what is none. */
export function parseTime(text: string): bigint | undefined {
  const word = text.trim().replace(/^["']|["']$/g, '')
  const parts =
    /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i.exec(
      word,
    )
  if (!parts) return undefined
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone] = parts
  const date = new Date(0)
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return undefined
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59 || Number(year) < 1) return undefined
  const seconds = BigInt(Number(hour) * 3600 + Number(minute) * 60 + Number(second))
  const offset = zone && zone.toUpperCase() !== 'Z' ? zoneTicks(zone) : 0n
  return (
    unixStart +
    BigInt(date.getTime()) * ticksPerMs +
    seconds * 10_000_000n +
    BigInt(fraction.slice(0, 7).padEnd(7, '0')) -
    offset
  )
}

function zoneTicks(zone: string): bigint {
  const minutes = BigInt(zone.slice(1, 3)) * 60n + BigInt(zone.slice(-2))
  return (zone.startsWith('-') ? -1n : 1n) * minutes * 600_000_000n
}

/** `2026-08-20T10:00:00.0000000Z`, as KQL spells it. */
export function timeText(ticks: bigint): string {
  const ms = floorDiv(ticks - unixStart, ticksPerMs)
  const rest = ticks - unixStart - ms * ticksPerMs
  return `${new Date(Number(ms)).toISOString().slice(0, -1)}${String(rest).padStart(4, '0')}Z`
}

/** `1.02:03:04.5000000`, days and fraction where there are any. */
export function spanText(ticks: bigint): string {
  const whole = ticks < 0n ? -ticks : ticks
  const two = (value: bigint) => String(value).padStart(2, '0')
  const days = whole / ticksPerDay
  const seconds = (whole % ticksPerDay) / 10_000_000n
  const fraction = whole % 10_000_000n
  const clock = `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`
  return `${ticks < 0n ? '-' : ''}${days ? `${days}.` : ''}${clock}${fraction ? `.${String(fraction).padStart(7, '0')}` : ''}`
}

export const floorDiv = (value: bigint, by: bigint): bigint => {
  const quotient = value / by
  return value % by !== 0n && value < 0n !== by < 0n ? quotient - 1n : quotient
}
