/** The only source of chance in practice evidence: seeded, so that the same seed gives the same bytes on every machine. */

/** FNV-1a over UTF-16 units, then mixed: a 32-bit number from any text. */
function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 0
}

const rotateLeft = (value: number, by: number) => (value << by) | (value >>> (32 - by))

/** xoshiro128** seeded by splitmix32. `fork` gives an independent stream, so that one part's choices do not move another's. */
export class Random {
  readonly #label: string
  readonly #state: [number, number, number, number]

  constructor(label: string) {
    this.#label = label
    let seed = hashText(label)
    const mix = () => {
      seed = (seed + 0x9e3779b9) | 0
      let mixed = seed ^ (seed >>> 16)
      mixed = Math.imul(mixed, 0x21f0aaad)
      mixed ^= mixed >>> 15
      mixed = Math.imul(mixed, 0x735a2d97)
      return (mixed ^ (mixed >>> 15)) >>> 0
    }
    this.#state = [mix(), mix(), mix(), mix()]
  }

  fork(label: string): Random {
    return new Random(`${this.#label}/${label}`)
  }

  /** 0 … 2^32 - 1 */
  next(): number {
    const state = this.#state
    const result = Math.imul(rotateLeft(Math.imul(state[1], 5), 7), 9) >>> 0
    const shifted = state[1] << 9
    state[2] ^= state[0]
    state[3] ^= state[1]
    state[1] ^= state[2]
    state[0] ^= state[3]
    state[2] ^= shifted
    state[3] = rotateLeft(state[3], 11)
    return result
  }

  /** 0 … 1, without 1 */
  fraction(): number {
    return this.next() / 0x1_0000_0000
  }

  /** 0 … limit - 1 */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit)
  }

  /** both ends included */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1)
  }

  chance(probability: number): boolean {
    return this.fraction() < probability
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T
  }

  /** Ticks of 100 ns between two spans in milliseconds. */
  ticks(fromMs: number, toMs: number): bigint {
    return BigInt(Math.floor((fromMs + (toMs - fromMs) * this.fraction()) * 10_000))
  }

  letters(count: number): string {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
    return Array.from({ length: count }, () => alphabet[this.below(alphabet.length)]).join('')
  }

  hex(count: number): string {
    return Array.from({ length: count }, () => '0123456789ABCDEF'[this.below(16)]).join('')
  }

  /** `{8-4-4-4-12}`, upper case, version 4 */
  guid(): string {
    return `{${this.hex(8)}-${this.hex(4)}-4${this.hex(3)}-${this.pick(['8', '9', 'A', 'B'])}${this.hex(3)}-${this.hex(12)}}`
  }
}
