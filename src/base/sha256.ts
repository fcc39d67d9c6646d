/** SHA-256 (FIPS 180-4) for plain code, which has no crypto of the platform. For ids over short texts, not for evidence bytes. */
import { hexOf } from './hex.ts'

const isPrime = (n: number): boolean => {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false
  return true
}
const primes: number[] = []
for (let n = 2; primes.length < 64; n++) if (isPrime(n)) primes.push(n)
/** first 32 bits of the fraction of `root`; FIPS 180-4 §4.2.2 and §5.3.3 define the constants this way */
const fractionBits = (root: number): number => Math.floor((root - Math.floor(root)) * 2 ** 32) >>> 0
const roundConstants = Uint32Array.from(primes, (prime) => fractionBits(Math.cbrt(prime)))
const firstState = Uint32Array.from(primes.slice(0, 8), (prime) => fractionBits(Math.sqrt(prime)))

const rotate = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits))
const at = (words: Uint32Array, index: number): number => words[index] as number

function mixBlock(state: Uint32Array, block: DataView, offset: number, schedule: Uint32Array): void {
  for (let i = 0; i < 16; i++) schedule[i] = block.getUint32(offset + i * 4)
  for (let i = 16; i < 64; i++) {
    const w15 = at(schedule, i - 15)
    const w2 = at(schedule, i - 2)
    const s0 = rotate(w15, 7) ^ rotate(w15, 18) ^ (w15 >>> 3)
    const s1 = rotate(w2, 17) ^ rotate(w2, 19) ^ (w2 >>> 10)
    schedule[i] = at(schedule, i - 16) + s0 + at(schedule, i - 7) + s1
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  for (let i = 0; i < 64; i++) {
    const big1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const choice = (e & f) ^ (~e & g)
    const t1 = (h + big1 + choice + at(roundConstants, i) + at(schedule, i)) | 0
    const big0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const majority = (a & b) ^ (a & c) ^ (b & c)
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + big0 + majority) | 0
  }
  for (const [index, word] of [a, b, c, d, e, f, g, h].entries()) state[index] = at(state, index) + word
}

/** SHA-256 of `bytes` as 64 lower-case hex digits. */
export function sha256Hex(bytes: Uint8Array): string {
  const padded = new Uint8Array(((bytes.length + 8) >> 6) * 64 + 64)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setBigUint64(padded.length - 8, BigInt(bytes.length) * 8n)
  const state = firstState.slice()
  const schedule = new Uint32Array(64)
  for (let offset = 0; offset < padded.length; offset += 64) mixBlock(state, view, offset, schedule)
  const digest = new Uint8Array(32)
  const out = new DataView(digest.buffer)
  for (let i = 0; i < 8; i++) out.setUint32(i * 4, at(state, i))
  return hexOf(digest)
}

/** UTF-8 bytes of `text`; a lone surrogate becomes U+FFFD, as the platform's encoders do. */
export function utf8Of(text: string): Uint8Array {
  const bytes: number[] = []
  for (const sign of text) {
    const point = sign.codePointAt(0) as number
    const code = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point
    if (code < 0x80) bytes.push(code)
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63))
    else if (code < 0x1_0000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
    else
      bytes.push(
        0xf0 | (code >> 18),
        0x80 | ((code >> 12) & 63),
        0x80 | ((code >> 6) & 63),
        0x80 | (code & 63),
      )
  }
  return Uint8Array.from(bytes)
}
