/** Values of one segment by their numbers, as texts kept for the whole case. */
import type { CaseTexts } from './case-texts.ts'
import type { Values } from './values.ts'

/** What rows need of values to be shown. */
export type ReadableValues = Pick<Values, 'count' | 'text' | 'isArray' | 'texts'>

export class SegmentTexts implements ReadableValues {
  readonly all: CaseTexts
  readonly count: number
  readonly #ids: () => Uint32Array
  readonly #dictionary: () => Values

  /**
   * @param ids of `count` numbers
   * @param dictionary for what texts do not tell: the elements of arrays
   */
  constructor(all: CaseTexts, count: number, ids: () => Uint32Array, dictionary: () => Values) {
    this.all = all
    this.count = count
    this.#ids = ids
    this.#dictionary = dictionary
  }

  /** id of each number among all texts of the case */
  get ids(): Uint32Array {
    return this.#ids()
  }
  text(number: number): string {
    return number < this.count ? this.all.text(this.ids[number] as number) : ''
  }
  isArray(number: number): boolean {
    return number < this.count && this.all.isArray(this.ids[number] as number)
  }
  texts(number: number): readonly string[] {
    return this.isArray(number) ? this.#dictionary().texts(number) : [this.text(number)]
  }
}
