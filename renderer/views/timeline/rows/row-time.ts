/** `2021-06-10T21:21:26.3837263Z` as day and clock with all 7 decimals. A time beyond the calendar stays whole. */
export function splitTime(time: string): { readonly day: string; readonly clock: string } {
  const found = /^(.+)T(\d\d:\d\d:\d\d\.\d{7})Z$/.exec(time)
  return found ? { day: found[1] ?? '', clock: found[2] ?? '' } : { day: '', clock: time }
}
