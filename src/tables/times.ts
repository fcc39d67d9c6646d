/** Times as exports write them, as ISO 8601 in UTC; only forms that leave no doubt about day and month. */

/**
 * `2021-06-10T21:21:26.357Z`, `2019-01-15 05:15:04.503`, with an offset, or the portal's `6/10/2021, 9:21:26.357 PM` (always
 * month first, whatever the language). A time without a zone is UTC: callers refuse columns where it is not.
 */
export function isoTime(text: string): string | undefined {
  const iso = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?\s*(Z|[+-]\d\d:?\d\d)?$/i.exec(
    text.trim(),
  )
  if (iso) {
    const fraction = (iso[3] ?? '').slice(0, 7).padEnd(7, '0')
    const zone = !iso[4] || iso[4].toUpperCase() === 'Z' ? 'Z' : iso[4].replace(/^([+-]\d\d):?/, '$1:')
    const ms = Date.parse(`${iso[1]}T${iso[2]}${zone}`)
    return Number.isNaN(ms) ? undefined : `${new Date(ms).toISOString().slice(0, 19)}.${fraction}Z`
  }
  const portal = /^(\d{1,2})\/(\d{1,2})\/(\d{4}),? (\d{1,2}):(\d\d):(\d\d)(?:\.(\d{1,7}))? ([AP])M$/i.exec(
    text.trim(),
  )
  if (!portal) return undefined
  const [month, day, year, hour, minute, second] = portal.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  if (hour < 1 || hour > 12 || month < 1 || month > 12) return undefined
  const full = (hour % 12) + (portal[8]?.toUpperCase() === 'P' ? 12 : 0)
  const ms = Date.UTC(year, month - 1, day, full, minute, second)
  if (new Date(ms).getUTCDate() !== day) return undefined
  return `${new Date(ms).toISOString().slice(0, 19)}.${(portal[7] ?? '').padEnd(7, '0')}Z`
}
