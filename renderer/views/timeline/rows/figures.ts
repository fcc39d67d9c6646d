// Numbers as the window writes them: thin grouping, true minus, exact where exactness matters.

const thin = '\u202f'

/** 14906 → `14 906` with thin no-break spaces. */
export const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, thin)

/** Bytes with commas: 20,975,616. */
export const byteCount = (bytes: number): string => String(bytes).replace(/\B(?=(\d{3})+$)/g, ',')

/** `1 row`, `2 rows`: the word follows its number. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${grouped(count)} ${count === 1 ? one : many}`

/**
 * Time from the task. Below 10 s milliseconds with three decimals and a sign; above in words, with `coarse` set,
 * because nobody reads 161168.285 ms.
 */
export function deltaText(ms: number): { readonly text: string; readonly coarse: boolean } {
  const sign = ms < 0 ? '\u2212' : '+'
  const size = Math.abs(ms)
  if (size < 0.0005) return { text: '0.000', coarse: false }
  if (size < 10_000) {
    const [whole = '0', part = '000'] = size.toFixed(3).split('.')
    return { text: `${sign}${whole.replace(/\B(?=(\d{3})+$)/g, thin)}.${part}`, coarse: false }
  }
  return { text: `${sign}${spanText(size / 1000)}`, coarse: true }
}

const pad = (value: number) => String(value).padStart(2, '0')

/** A span in words of two units at most: `37 s`, `2 min 41 s`, `3 h 05 min`, `12 d 4 h`. */
export function spanText(seconds: number): string {
  const whole = Math.floor(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`
  return `${grouped(Math.floor(whole / 86_400))} d ${Math.floor((whole % 86_400) / 3600)} h`
}

/** `2021-06-10T21:21:26.3837263Z` → day and clock with all 7 decimals. A time beyond the calendar stays as it is. */
export function splitTime(time: string): { readonly day: string; readonly clock: string } {
  const found = /^(.+)T(\d\d:\d\d:\d\d\.\d{7})Z$/.exec(time)
  return found ? { day: found[1] ?? '', clock: found[2] ?? '' } : { day: '', clock: time }
}
