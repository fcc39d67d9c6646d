/** Where an address belongs (windows.md §6): the playbook's "internal or external", with its classes told apart. */

export type AddressClass =
  | 'loopback'
  | 'link-local'
  | 'private'
  | 'shared'
  | 'unique-local'
  | 'public'
  | 'reserved'
  | 'unreadable'

export interface ClassifiedAddress {
  readonly class: AddressClass
  /** undefined where the class tells neither */
  readonly isInternal: boolean | undefined
  readonly words: string
}

const words: Readonly<Record<AddressClass, readonly [boolean | undefined, string]>> = {
  loopback: [true, 'the host itself (loopback)'],
  'link-local': [true, 'internal (link-local: the same network segment)'],
  private: [true, 'internal (private, RFC 1918)'],
  shared: [true, 'internal (shared space of a provider, 100.64.0.0/10)'],
  'unique-local': [true, 'internal (unique local IPv6, fc00::/7)'],
  public: [false, 'external (public)'],
  reserved: [undefined, 'a reserved address that tells neither'],
  unreadable: [undefined, 'no readable address'],
}
const classified = (name: AddressClass): ClassifiedAddress => ({
  class: name,
  isInternal: words[name][0],
  words: words[name][1],
})

export function classifyAddress(text: string | undefined): ClassifiedAddress {
  const address = parseAddress(text)
  if (!address) return classified('unreadable')
  return classified(address.length === 4 ? classOfIpv4(address) : classOfIpv6(address))
}

/**
 * The same for a host whose own addresses are known: a public address of its own network is the site's. IPv6 gives public addresses to
 * everybody inside, and some sites do so with IPv4. Networks are told by the first 64 bits, of IPv4 by the first 24.
 */
export function classifyBeside(text: string | undefined, own: readonly string[]): ClassifiedAddress {
  const found = classifyAddress(text)
  if (found.class !== 'public') return found
  const address = parseAddress(text) ?? []
  const prefix = address.length === 4 ? 3 : 8
  const neighbour = own.find((one) => {
    const other = parseAddress(one)
    return (
      other?.length === address.length &&
      classifyAddress(one).class === 'public' &&
      other.slice(0, prefix).every((byte, at) => byte === address[at])
    )
  })
  return neighbour === undefined
    ? found
    : {
        ...found,
        isInternal: true,
        words: `internal (a public address of the network of the host itself, ${neighbour})`,
      }
}

function classOfIpv4([a = 0, b = 0, c = 0, d = 0]: readonly number[]): AddressClass {
  if (a === 127) return 'loopback'
  if (a === 169 && b === 254) return 'link-local'
  if (a === 10 || (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168)) return 'private'
  if (a === 100 && b >= 64 && b <= 127) return 'shared'
  if (a === 0 || a >= 224 || (a === 255 && b === 255 && c === 255 && d === 255)) return 'reserved'
  return 'public'
}

function classOfIpv6(bytes: readonly number[]): AddressClass {
  const leadingZeros = bytes.findIndex((byte) => byte !== 0)
  if (leadingZeros === -1) return 'reserved'
  if (leadingZeros === 15 && bytes[15] === 1) return 'loopback'
  const [a = 0, b = 0] = bytes
  if (a === 0xfe && (b & 0xc0) === 0x80) return 'link-local'
  if (a === 0xfe && (b & 0xc0) === 0xc0) return 'private'
  if ((a & 0xfe) === 0xfc) return 'unique-local'
  if (a === 0xff) return 'reserved'
  return 'public'
}

/** 4 or 16 bytes; IPv4 mapped into IPv6 becomes 4. undefined for anything that is no address. */
export function parseAddress(text: string | undefined): readonly number[] | undefined {
  if (text === undefined || text.length > 64) return undefined
  const plain = text
    .trim()
    .replace(/^\[|\]$/g, '')
    .replace(/%.*$/, '')
  const four = parseIpv4(plain)
  if (four) return four
  if (!plain.includes(':')) return undefined
  const six = parseIpv6(plain)
  if (!six) return undefined
  const isMapped = six.slice(0, 10).every((byte) => byte === 0) && six[10] === 0xff && six[11] === 0xff
  return isMapped ? six.slice(12) : six
}

function parseIpv4(text: string): readonly number[] | undefined {
  const found = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  const bytes = found?.slice(1).map(Number)
  return bytes?.every((byte) => byte <= 255) ? bytes : undefined
}

function parseIpv6(text: string): readonly number[] | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const sides = halves.map((half, at) => (half === '' ? [] : groupsOf(half, at === halves.length - 1)))
  if (sides.some((side) => side === undefined)) return undefined
  const [left = [], right = []] = sides as number[][]
  const missing = 16 - left.length - right.length
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined
  return [...left, ...Array.from({ length: missing }, () => 0), ...right]
}

/** `isLast`: the text ends here, where alone an IPv4 address may stand. */
function groupsOf(half: string, isLast: boolean): number[] | undefined {
  const bytes: number[] = []
  const groups = half.split(':')
  for (const [at, group] of groups.entries()) {
    const tail = isLast && at === groups.length - 1 ? parseIpv4(group) : undefined
    if (tail) bytes.push(...tail)
    else if (/^[0-9a-f]{1,4}$/i.test(group)) {
      const value = Number.parseInt(group, 16)
      bytes.push(value >> 8, value & 255)
    } else return undefined
  }
  return bytes.length <= 16 ? bytes : undefined
}
