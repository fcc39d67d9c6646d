/** What one value of a filter means as a test on text. Everything is compared without regard to case. */
import { logonId } from '../../domain/ids.ts'

export type TextTest = (lower: string) => boolean

/** `*` stands for anything; without one the whole text must match, or, for `anywhere`, a part of it. */
export function textTest(value: string, anywhere = false): TextTest {
  const lower = value.toLowerCase()
  if (!lower.includes('*')) return anywhere ? (text) => text.includes(lower) : (text) => text === lower
  const parts = lower.split('*')
  return (text) => {
    const first = parts[0] ?? ''
    const last = parts[parts.length - 1] ?? ''
    if (
      !anywhere &&
      (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    )
      return false
    // greedy left to right: linear, whatever the pattern (a regular expression made of it could be made to hang)
    let at = anywhere ? 0 : first.length
    const middle = anywhere ? parts : parts.slice(1, -1)
    for (const part of middle) {
      const found = text.indexOf(part, at)
      if (found < 0) return false
      at = found + part.length
    }
    return anywhere || at <= text.length - last.length
  }
}

/** A path or command: the whole, the last part of the path, or a wildcard. */
export function pathTest(value: string): TextTest {
  const whole = textTest(value)
  const lower = value.toLowerCase()
  return (text) =>
    whole(text) || text.endsWith(`\\${lower}`) || (!lower.includes('*') && text.includes(lower))
}

/** An address, a wildcard, or a network such as `10.23.0.0/16`. */
export function addressTest(value: string): TextTest {
  const network = /^(\d+\.\d+\.\d+\.\d+)\/(\d{1,2})$/.exec(value.trim())
  const bits = Number(network?.[2] ?? 0)
  const base = network ? ipv4(network[1] ?? '') : undefined
  if (base === undefined || bits > 32) {
    const test = textTest(value)
    return (text) => test(text) || test(unwrapped(text))
  }
  const size = 2 ** (32 - bits)
  return (text) => {
    const address = ipv4(unwrapped(text))
    return address !== undefined && Math.floor(address / size) === Math.floor(base / size)
  }
}

const unwrapped = (text: string) => (text.startsWith('::ffff:') ? text.slice(7) : text)

function ipv4(text: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (!parts) return undefined
  let value = 0
  for (let i = 1; i <= 4; i++) {
    const part = Number(parts[i])
    if (part > 255) return undefined
    value = value * 256 + part
  }
  return value
}

/** Logon ids however they are written: `0x5A41984` and `0x0000000005a41984` are the same. */
export function logonTest(value: string): TextTest {
  const wanted = logonId(value)
  return wanted === undefined ? textTest(value) : (text) => logonId(text) === wanted
}

/** Numbers and ranges: `4624`, `4698..4702`. */
export function numberTest(value: string): (number: number) => boolean {
  const range = /^(\d+)\.\.(\d+)$/.exec(value.trim())
  if (range) {
    const from = Number(range[1])
    const to = Number(range[2])
    return (number) => number >= from && number <= to
  }
  const wanted = /^\d+$/.test(value.trim()) ? Number(value) : Number.NaN
  return (number) => number === wanted
}
