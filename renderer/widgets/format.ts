/** Numbers, sizes and times as the window writes them. Pure: same value, same text. */

const thin = '\u202f'

/** `14 906`, thin spaces in thousands. Takes counts and exact decimal strings. */
export const formatCount = (count: number | bigint | string): string =>
  String(count).replace(/\B(?=(\d{3})+(?!\d))/g, thin)

/** `1 record`, `12 records`. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`

const units = ['bytes', 'KB', 'MB', 'GB', 'TB'] as const
/** `1.07 MB` (powers of 1024); exact bytes belong in the tooltip. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  if (unit === 0) return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`
  return `${value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)} ${units[unit]}`
}
/** `69,632 bytes` */
export const formatExactBytes = (bytes: number): string =>
  `${String(bytes).replace(/\B(?=(\d{3})+(?!\d))/g, ',')} bytes`

/** A length of time in words: `20.3 ms`, `5.75 s`, `2 min 41 s`, `3 h 05 min`, `12 days 4 h`. */
export function formatLength(ms: number): string {
  const length = Math.abs(ms)
  if (length < 999.95)
    return `${length < 10 && length % 1 !== 0 ? length.toFixed(1) : trim(length.toFixed(1))} ms`
  if (length < 59_995) return `${(length / 1000).toFixed(length < 9_995 ? 2 : 1)} s`
  const seconds = Math.round(length / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 2880) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
  const hours = Math.round(minutes / 60)
  return `${Math.floor(hours / 24)} days ${hours % 24} h`
}
const trim = (text: string) => text.replace(/\.0$/, '')

/** Signed distance from the anchor, short: `−20.3 ms`, `+3.04 s`, `0 ms`. */
export function formatDelta(ms: number): string {
  if (ms === 0) return '0 ms'
  const length = Math.abs(ms)
  const words = length < 999.95 ? `${length.toFixed(1)} ms` : formatLength(length)
  return `${ms < 0 ? '−' : '+'}${words}`
}

/** Signed distance for tables: milliseconds with three decimals under 10 s, words above. */
export function formatTableDelta(ms: number): string {
  const sign = ms < 0 ? '−' : ms > 0 ? '+' : ''
  if (Math.abs(ms) >= 10_000) return `${sign}${formatLength(ms)}`
  const [whole = '0', rest = '000'] = Math.abs(ms).toFixed(3).split('.')
  return `${sign}${formatCount(whole)}.${rest}`
}

/** `2021-06-10 21:21:26.3837263` from ISO UTC; decimals 0 to 7 are cut, never rounded. */
export function formatStamp(iso: string, decimals = 7): string {
  const found = /^(\d+-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d+))?Z$/.exec(iso)
  if (!found) return iso
  const fraction = (found[3] ?? '').padEnd(7, '0').slice(0, decimals)
  return `${found[1]} ${found[2]}${decimals ? `.${fraction}` : ''}`
}
export const formatDay = (iso: string): string => iso.slice(0, 10)
export const formatClock = (iso: string, decimals = 7): string => formatStamp(iso, decimals).slice(11)

/** The host's own clock, `23:21:26`, from UTC and minutes east of it; undefined when the offset is unknown. */
export function formatHostClock(iso: string, offsetMinutes: number | null): string | undefined {
  const ms = Date.parse(iso)
  if (offsetMinutes === null || Number.isNaN(ms)) return undefined
  const local = new Date(ms + offsetMinutes * 60_000).toISOString()
  return local.slice(0, 10) === iso.slice(0, 10)
    ? local.slice(11, 19)
    : `${local.slice(0, 10)} ${local.slice(11, 19)}`
}
/** `UTC+02:00` */
export function formatOffset(minutes: number): string {
  const [h, m] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `UTC${minutes < 0 ? '−' : '+'}${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`
}

/** `e3b0c44298fc…b855`: 12 + 4 of a hash; the whole goes to the tooltip. */
export const shortHash = (hash: string): string =>
  hash.length > 20 ? `${hash.slice(0, 12)}…${hash.slice(-4)}` : hash
