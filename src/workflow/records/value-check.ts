/** Which values of a dictionary fit one of some patterns. */
import type { Pattern } from './patterns.ts'
import type { Values } from './values.ts'

/** A value is looked at when first asked for, and then remembered. */
export class ValueCheck {
  readonly #values: Values
  readonly #patterns: readonly Pattern[]
  /** 0 not looked at yet, 1 fits, 2 does not */
  readonly #known: Uint8Array

  constructor(values: Values, patterns: readonly Pattern[]) {
    this.#values = values
    this.#patterns = patterns

    this.#known = new Uint8Array(values.count)
  }

  /** False for a number that stands for no value. */
  has(number: number): boolean {
    const known = this.#known[number]
    return known === 0 ? this.#look(number) : known === 1
  }

  #look(number: number): boolean {
    const type = this.#values.type(number)
    let fits = false
    for (let i = 0; !fits && i < this.#patterns.length; i++)
      fits = this.#patterns[i]?.types[type] === 1 && this.#test(this.#patterns[i] as Pattern, number)
    this.#known[number] = fits ? 1 : 2
    return fits
  }

  #test({ isHex, search, test }: Pattern, number: number): boolean {
    if (search && this.#values.isText(number)) return search.holds(this.#values, number)
    if (isHex && this.#values.isHex(number))
      return isHex(this.#values.hexLow(number), this.#values.hexHigh(number))
    return test(this.#values.text(number).toLowerCase())
  }
}
