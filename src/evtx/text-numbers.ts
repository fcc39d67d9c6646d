/** Numbers and times that template-less logs hold as text; exact. */
const epochTicks = 116_444_736_000_000_000n

/** Decimal or `0x…` text as a bigint of at most 64 bits; undefined for anything else. */
export function numberOf(text: string | undefined): bigint | undefined {
  if (text === undefined || text.length > 24 || !/^(\d+|0x[0-9a-f]+)$/i.test(text.trim())) return undefined
  const number = BigInt(text.trim())
  return number <= 0xffff_ffff_ffff_ffffn ? number : undefined
}

/** FILETIME ticks of `2021-06-10T21:21:20.6360299Z`; fewer decimals are right-filled, more are cut. */
export function ticksOfText(text: string | undefined): bigint | undefined {
  if (text === undefined) return undefined
  const raw = /^FILETIME (\d+)$/.exec(text)
  if (raw?.[1]) return BigInt(raw[1])
  const found = /^([+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,12}))?Z?$/.exec(text.trim())
  if (!found) return undefined
  const ms = Date.parse(`${found[1]}Z`)
  if (Number.isNaN(ms)) return undefined
  return BigInt(ms) * 10_000n + epochTicks + BigInt((found[2] ?? '').slice(0, 7).padEnd(7, '0'))
}
