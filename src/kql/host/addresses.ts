/** IPv4 addresses and ranges. */
type Text = string | null

/** `10.0.0.0/8` as first and last number; undefined for what is none. */
function range(text: string, mask?: number): readonly [number, number] | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(text.trim())
  if (!parts) return undefined
  const bytes = parts.slice(1, 5).map(Number)
  const prefix = Math.min(parts[5] === undefined ? 32 : Number(parts[5]), mask ?? 32)
  if (bytes.some((byte) => byte > 255) || prefix > 32 || prefix < 0) return undefined
  const address = bytes.reduce((sum, byte) => sum * 256 + byte, 0)
  const size = 2 ** (32 - prefix)
  const from = Math.floor(address / size) * size
  return [from, from + size - 1]
}

function isIn(address: Text, ranges: readonly string[]): bigint | null {
  const one = address === null ? undefined : range(address)
  if (!one) return null
  return ranges.some((text) => {
    const other = range(text)
    return other !== undefined && one[0] >= other[0] && one[1] <= other[1]
  })
    ? 1n
    : 0n
}

const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']

export const addressFunctions = {
  kql_ipv4_private: (address: Text) => isIn(address, privateRanges),
  kql_ipv4_in: (address: Text, text: Text) => (text === null || !range(text) ? null : isIn(address, [text])),
  kql_ipv4_in_any: (address: Text, ...lists: Text[]) =>
    isIn(
      address,
      lists.flatMap((json) => {
        const value: unknown = json === null ? [] : JSON.parse(json)
        return (Array.isArray(value) ? value : [value]).map(String)
      }),
    ),
  kql_ipv4_match: (one: Text, other: Text, prefix?: bigint | null) => {
    const mask = prefix === undefined || prefix === null ? undefined : Number(prefix)
    const narrowest = (text: string) => Number(/\/(\d{1,2})$/.exec(text)?.[1] ?? 32)
    if (one === null || other === null) return null
    const shared = Math.min(narrowest(one), narrowest(other), mask ?? 32)
    const [a, b] = [range(one, shared), range(other, shared)]
    return a && b ? (a[0] === b[0] ? 1n : 0n) : null
  },
}
