/** Which values fit one of some patterns. */
import type { CaseTexts } from './case-texts.ts'
import type { Pattern } from './patterns.ts'
import type { PlaceKey } from './postings.ts'
import type { Segment } from './segment.ts'
import type { SegmentTexts } from './segment-texts.ts'
import type { Values } from './values.ts'

/** Of the values of one segment. */
export interface NumberCheck {
  /** False for a number that stands for no value. */
  has(number: number): boolean
}

/** A value of one dictionary is looked at when first asked for, and then remembered. */
export class ValueCheck implements NumberCheck {
  readonly #values: Values
  readonly #patterns: readonly Pattern[]
  /** 0 not looked at yet, 1 fits, 2 does not */
  readonly #known: Uint8Array

  constructor(values: Values, patterns: readonly Pattern[]) {
    this.#values = values
    this.#patterns = patterns

    this.#known = new Uint8Array(values.count)
  }

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

/** The same over all segments: a text the case keeps once is looked at once. */
export class CaseCheck {
  readonly #patterns: readonly Pattern[]
  #known = new Uint8Array(0)
  #texts: CaseTexts | undefined
  /** of the texts looked at last, by key: ids that fit */
  #hits = new Map<PlaceKey, Uint32Array>()

  constructor(patterns: readonly Pattern[]) {
    this.#patterns = patterns
  }

  on(segment: Segment): NumberCheck {
    const { texts } = segment
    return texts ? this.#onTexts(texts) : new ValueCheck(segment.values, this.#patterns)
  }

  /** Sets the rows of a segment where a value fits that stands where `key` says. */
  mark(segment: Segment, key: PlaceKey, out: Uint32Array): void {
    const { stored, texts } = segment
    if (!stored || !texts) {
      segment.postings(key).mark(this.on(segment), out)
      return
    }
    this.#onTexts(texts)
    let hits = this.#hits.get(key)
    if (!hits) {
      hits = texts.all.fitting(stored.idsAt(key), this.#patterns)
      this.#hits.set(key, hits)
    }
    if (hits.length > 0) stored.postings(key).markIds(hits, out)
  }

  #onTexts(texts: SegmentTexts): KeptCheck {
    if (this.#texts !== texts.all || this.#known.length < texts.all.count) {
      this.#texts = texts.all
      this.#known = new Uint8Array(texts.all.count)
      this.#hits.clear()
    }
    return new KeptCheck(texts, this.#known, this.#patterns)
  }
}

class KeptCheck implements NumberCheck {
  readonly #of: SegmentTexts
  #ids: Uint32Array | undefined
  readonly #texts: CaseTexts
  /** by id: 0 not looked at yet, 1 fits, 2 does not */
  readonly #known: Uint8Array
  readonly #patterns: readonly Pattern[]

  constructor(texts: SegmentTexts, known: Uint8Array, patterns: readonly Pattern[]) {
    this.#of = texts
    this.#texts = texts.all
    this.#known = known
    this.#patterns = patterns
  }

  has(number: number): boolean {
    if (number >= this.#of.count) return false
    this.#ids ??= this.#of.ids
    const id = this.#ids[number] as number
    const known = this.#known[id]
    return known === 0 ? this.#look(id) : known === 1
  }

  #look(id: number): boolean {
    let fits = false
    for (let i = 0; !fits && i < this.#patterns.length; i++) {
      const { test, may } = this.#patterns[i] as Pattern
      fits = this.#texts.passes(id, test, may)
    }
    this.#known[id] = fits ? 1 : 2
    return fits
  }
}
