/** Address ranges as people write them: `10.20.0.0/16`, `2001:db8::/32`, `10.1.2.3`. */

interface Address {
  readonly bits: 32 | 128
  readonly value: bigint
}

function ipv4(text: string): bigint | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n)
}

function ipv6(text: string): bigint | undefined {
  if (text.length > 45) return undefined
  const whole = text.replace(/(?<=:)\d+\.\d+\.\d+\.\d+$/, (tail) => {
    const quad = ipv4(tail)
    return quad === undefined ? tail : `${(quad >> 16n).toString(16)}:${(quad & 0xffffn).toString(16)}`
  })
  const halves = whole.split('::')
  if (halves.length > 2) return undefined
  const [left = [], right = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const missing = 8 - left.length - right.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const groups = [...left, ...Array<string>(missing).fill('0'), ...right]
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n)
}

const mapped = 0xffffn << 32n

function addressOf(text: string): Address | undefined {
  const plain = text.trim().replace(/%.*/, '')
  const four = ipv4(plain)
  if (four !== undefined) return { bits: 32, value: four }
  const six = ipv6(plain)
  if (six === undefined) return undefined
  // ::ffff:10.0.0.1 is the IPv4 address
  return six >> 32n === mapped >> 32n ? { bits: 32, value: six & 0xffff_ffffn } : { bits: 128, value: six }
}

export type AddressRange = (address: string) => boolean

/** A test for the range, or undefined when the text is none: a host name, a prefix too long, anything else. */
export function addressRange(text: string): AddressRange | undefined {
  const [base = '', prefix, ...rest] = text.trim().split('/')
  const low = addressOf(base)
  if (!low || rest.length > 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) return undefined
  const length = prefix === undefined ? low.bits : Number(prefix)
  if (length > low.bits) return undefined
  const shift = BigInt(low.bits - length)
  return (address) => {
    const one = addressOf(address)
    return one !== undefined && one.bits === low.bits && one.value >> shift === low.value >> shift
  }
}
