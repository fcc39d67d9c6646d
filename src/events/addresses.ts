/** Addresses as Windows events spell them: reading, one spelling per address, and what class an address is of. */
import { type Absent, absent, type Field } from '../domain/absent.ts'
import type { Endpoint } from '../domain/event.ts'
import { type RecordFields, unreadable, unsigned } from './fields.ts'

export type AddressClass = 'loopback' | 'link-local' | 'private' | 'public' | 'unknown'

const octet = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const dotted = new RegExp(`^${octet}\\.${octet}\\.${octet}\\.${octet}$`)

function readIpv4(text: string): readonly number[] | undefined {
  const found = dotted.exec(text)
  return found?.slice(1).map(Number)
}

/** The eight groups of an IPv6 address without zone; undefined when it is none. */
function readIpv6(text: string): readonly number[] | undefined {
  if (text.length > 45 || !text.includes(':')) return undefined
  let whole = text
  const tail = /(?<=:)[^:]*\.[^:]*$/.exec(text)?.[0]
  if (tail !== undefined) {
    const quad = readIpv4(tail)
    if (!quad) return undefined
    const [a = 0, b = 0, c = 0, d = 0] = quad
    whole = `${text.slice(0, -tail.length)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
  }
  const halves = whole.split('::')
  if (halves.length > 2) return undefined
  const groupsOf = (half: string | undefined) => (half ? half.split(':') : [])
  const left = groupsOf(halves[0])
  const right = groupsOf(halves[1])
  const missing = 8 - left.length - right.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const groups = [...left, ...Array<string>(missing).fill('0'), ...right]
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return groups.map((group) => Number.parseInt(group, 16))
}

/** RFC 5952: lower case, no leading zeros, the longest run of zeros as `::`. */
function writeIpv6(groups: readonly number[]): string {
  let start = -1
  let length = 1
  for (let at = 0; at < 8; at++) {
    let run = 0
    while (at + run < 8 && groups[at + run] === 0) run++
    if (run > length) {
      start = at
      length = run
    }
    if (run > 0) at += run - 1
  }
  const hex = groups.map((group) => group.toString(16))
  if (start < 0) return hex.join(':')
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`
}

const isMapped = (groups: readonly number[]) =>
  groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
const mappedIpv4 = (groups: readonly number[]): string => {
  const [high = 0, low = 0] = groups.slice(6)
  return `${high >> 8}.${high & 0xff}.${low >> 8}.${low & 0xff}`
}

/**
 * One spelling per address: `::ffff:10.0.0.1` becomes `10.0.0.1`, IPv6 is written as RFC 5952 says and keeps its `%zone`.
 * Undefined for anything that is no address (a host name, `-`, `LOCAL`).
 */
export function normalAddress(text: string): string | undefined {
  const trimmed = text.trim()
  if (readIpv4(trimmed)) return trimmed
  const bare = trimmed.replace(/^\[(.*)\]$/, '$1')
  const [address = '', zone] = bare.split('%', 2)
  const groups = readIpv6(address)
  if (!groups) return undefined
  if (isMapped(groups)) return mappedIpv4(groups)
  return zone && /^[\w.-]{1,32}$/.test(zone) ? `${writeIpv6(groups)}%${zone}` : writeIpv6(groups)
}

/**
 * Which class an address is of. `private` is RFC 1918, carrier NAT (RFC 6598) and IPv6 unique local addresses: it says where the
 * address is routed, never that its use is harmless. Unspecified, multicast and unreadable addresses are `unknown`.
 */
export function classifyAddress(text: string | undefined): AddressClass {
  const address = text === undefined ? undefined : normalAddress(text)?.split('%', 1)[0]
  if (address === undefined) return 'unknown'
  const ipv4 = readIpv4(address)
  if (ipv4) return classifyIpv4(ipv4)
  const groups = readIpv6(address)
  if (!groups) return 'unknown'
  const [first = 0] = groups
  if (groups.slice(0, 7).every((group) => group === 0)) return groups[7] === 1 ? 'loopback' : 'unknown'
  if ((first & 0xffc0) === 0xfe80) return 'link-local'
  if ((first & 0xfe00) === 0xfc00 || (first & 0xffc0) === 0xfec0) return 'private'
  // only 2000::/3 is given out as global unicast; NAT64 (64:ff9b::/96) stands for an IPv4 address
  if ((first & 0xe000) === 0x2000) return 'public'
  if (first === 0x64 && groups[1] === 0xff9b) return classifyAddress(mappedIpv4(groups))
  return 'unknown'
}

function classifyIpv4(octets: readonly number[]): AddressClass {
  const [a = 0, b = 0] = octets
  if (a === 127) return 'loopback'
  if (a === 169 && b === 254) return 'link-local'
  if (a === 10 || (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168)) return 'private'
  if (a === 100 && b >= 64 && b <= 127) return 'private'
  if (a === 0 || a >= 224) return 'unknown'
  return 'public'
}

/** IpAddress and IpPort of a Security event. `whenNone` says what `-` means for this event. */
export function endpointOf(fields: RecordFields, whenNone: Absent): Endpoint {
  return {
    ip: fields.parsed('IpAddress', normalAddress, whenNone),
    port: portOf(fields, 'IpPort', whenNone),
  }
}

function portOf(fields: RecordFields, name: string, whenNone: Absent): Field<number> {
  const text = fields.text(name)
  if (text === undefined) return fields.missing(name, whenNone)
  const port = unsigned(text)
  if (port === undefined || port > 0xffff) return unreadable(name, text)
  return port === 0 ? absent('not-recorded', `${name} is recorded as 0`) : port
}
