/** Terms that look at values: fields by name, accounts, free text. Each distinct value is tested once, and rows come from its postings. */
import type { CaseTexts } from './case-texts.ts'
import { anyValue, type Pattern, textPattern } from './patterns.ts'
import type { Positions } from './positions.ts'
import type { PlaceKey } from './postings.ts'
import { allRows, forEachRow, hasAnyRow, hasRow, noRows, setRow } from './row-bits.ts'
import type { Segment } from './segment.ts'
import { byKind, type Term, verdict } from './segment-terms.ts'
import type { SegmentTexts } from './segment-texts.ts'
import { TextSearch } from './text-search.ts'
import { CaseCheck } from './value-check.ts'
import type { Values } from './values.ts'

/** Verdicts on kinds: `without` for those that have no value of these keys. */
function kindsWith(segment: Segment, keys: readonly PlaceKey[], without: number): Uint8Array {
  const places = keys.map((key) => segment.places(key))
  const kinds = new Uint8Array(segment.heads.shapeOf.length).fill(without)
  for (const where of places)
    for (let kind = 0; kind < kinds.length; kind++)
      if ((where[kind] as readonly number[]).length > 0) kinds[kind] = verdict.byRow
  return kinds
}

/** Sets the rows that are not set in `others`. */
function markOthers(segment: Segment, others: Uint32Array, out: Uint32Array): void {
  const all = allRows(segment.rows)
  for (let w = 0; w < out.length; w++)
    out[w] = (out[w] as number) | ((all[w] as number) & ~(others[w] as number))
}

/**
 * Rows with a value that fits one of the patterns where `key` says. Where `anyValue` is among the patterns it stands for its
 * contrary: rows that have no value there.
 */
export function fieldTerm(patterns: readonly Pattern[], key: PlaceKey): Term {
  const wantsNone = patterns.includes(anyValue)
  const wanted = patterns.filter((pattern) => pattern !== anyValue)
  const isWanted = new CaseCheck(wanted)
  const isSet = new CaseCheck([anyValue])
  return (segment) => {
    const kinds = kindsWith(segment, [key], wantsNone ? verdict.yes : verdict.no)
    if (!kinds.includes(verdict.byRow)) return byKind(segment, () => wantsNone)
    const mark = (out: Uint32Array): void => {
      if (wantsNone) {
        const set = noRows(segment.rows)
        isSet.mark(segment, key, set)
        markOthers(segment, set, out)
      }
      if (wanted.length > 0) isWanted.mark(segment, key, out)
    }
    return { kinds, mark, cost: 1 }
  }
}

/** Rows that name an account by SID, name, or domain and name; `none` is for rows without an account's name. */
export function accountTerm(accounts: readonly string[]): Term {
  const wantsNone = accounts.some((value) => value.toLowerCase() === 'none')
  const wanted = accounts.filter((value) => value.toLowerCase() !== 'none')
  const whole = wanted.map(textPattern)
  // only a backslash at the front names no domain
  const names = wanted.filter((value) => value.startsWith('\\')).map((value) => textPattern(value.slice(1)))
  const inDomains = wanted.filter((value) => value.indexOf('\\') > 0).map(domainAndName)
  const isSet = new CaseCheck([anyValue])
  const isSid = new CaseCheck(whole)
  const isName = new CaseCheck([...whole, ...names])
  return (segment) => {
    const kinds = kindsWith(segment, ['account-name', 'account-sid'], wantsNone ? verdict.yes : verdict.no)
    if (!kinds.includes(verdict.byRow)) return byKind(segment, () => wantsNone)
    const mark = (out: Uint32Array): void => {
      if (wantsNone) {
        const set = noRows(segment.rows)
        isSet.mark(segment, 'account-name', set)
        markOthers(segment, set, out)
      }
      if (wanted.length > 0) {
        isSid.mark(segment, 'account-sid', out)
        isName.mark(segment, 'account-name', out)
      }
      for (const { domain, name } of inDomains) markInDomain(segment, domain, name, out)
    }
    return { kinds, mark, cost: 1 }
  }
}

const domainAndName = (value: string) => ({
  domain: new CaseCheck([textPattern(value.slice(0, value.indexOf('\\')))]),
  name: new CaseCheck([textPattern(value.slice(value.indexOf('\\') + 1))]),
})

/** Rows where domain and name stand for one and the same account. */
function markInDomain(segment: Segment, domain: CaseCheck, name: CaseCheck, out: Uint32Array): void {
  const { heads } = segment
  const names = name.on(segment)
  const domains = domain.on(segment)
  const named = noRows(segment.rows)
  name.mark(segment, 'account-name', named)
  const accountsOf = Array.from(heads.shapeOf, (shape) => segment.positions[shape]?.accounts ?? [])
  for (let b = 0; b < segment.blocks.length; b++) {
    const { firstRow, rows } = segment.blocks[b] as Segment['blocks'][number]
    forEachRow(named, firstRow, firstRow + rows, (row) => {
      if (hasRow(out, row)) return
      const numbers = segment.numbersOfRow(row)
      for (const at of accountsOf[heads.kind[row] as number] as Positions['accounts'])
        if (
          at.name >= 0 &&
          at.domain >= 0 &&
          names.has(numbers[at.name] as number) &&
          domains.has(numbers[at.domain] as number)
        )
          setRow(out, row)
    })
  }
}

/** Rows with one of the texts in any of their values, or in provider, channel or computer. */
export function textTerm(texts: readonly string[]): Term {
  const searches = texts.map((text) => new TextSearch(text))
  const ofCase = new CaseHits(texts, searches)
  return (segment) => {
    const systems = segment.systems.map(({ provider, channel, computer }) => {
      const own = [provider, channel, computer].map((text) => text.toLowerCase())
      return searches.some((search) => own.some((text) => search.test(text)))
    })
    const { systemOf } = segment.heads
    const kinds = new Uint8Array(systemOf.length).fill(verdict.byRow)
    for (let kind = 0; kind < kinds.length; kind++)
      if (systems[systemOf[kind] as number]) kinds[kind] = verdict.yes
    const isNamed = (kind: number) => kinds[kind] === verdict.yes
    if (!kinds.includes(verdict.byRow)) return byKind(segment, isNamed)
    const { stored, texts: kept } = segment
    if (stored && kept) {
      const hits = ofCase.idsOn(kept)
      if (hits.length === 0) return byKind(segment, isNamed)
      return { kinds, mark: (out) => stored.postings('text').markIds(hits, out), cost: 2 }
    }
    const { hits, ids } = kept ? ofCase.on(kept) : hitsIn(segment.values, searches)
    if (!hits) return byKind(segment, isNamed)
    const mark = (out: Uint32Array, alive: Uint32Array): void => {
      const postings = segment.knownPostings('text')
      if (postings) postings.markHits(hits, ids, out)
      else markRowsWith(segment, ids ? ids.map((id) => hits[id] as number) : hits, alive, out)
    }
    return { kinds, mark, cost: 2 }
  }
}

/** Marks of values that hold a text: by their numbers, or by the ids of these numbers. Undefined: no value does. */
interface TextHits {
  readonly hits: Uint8Array | undefined
  readonly ids?: Uint32Array
}

function hitsIn(values: Values, searches: readonly TextSearch[]): TextHits {
  const hits = new Uint8Array(values.count)
  let found = 0
  for (const search of searches) found += search.mark(values, hits)
  return { hits: found > 0 ? hits : undefined }
}

/** The texts of a case are searched once for all segments. */
class CaseHits {
  readonly #asked: readonly string[]
  readonly #searches: readonly TextSearch[]
  #found: { readonly all: CaseTexts; readonly hits: Uint8Array | undefined; ids?: Uint32Array } | undefined

  constructor(asked: readonly string[], searches: readonly TextSearch[]) {
    this.#asked = asked
    this.#searches = searches
  }

  on(texts: SegmentTexts): TextHits {
    return { hits: this.#hitsOf(texts).hits, ids: texts.ids }
  }

  /** The same as ids, ascending. */
  idsOn(texts: SegmentTexts): Uint32Array {
    const found = this.#hitsOf(texts)
    if (found.ids) return found.ids
    const ids: number[] = []
    if (found.hits)
      for (let id = found.hits.indexOf(1); id >= 0; id = found.hits.indexOf(1, id + 1)) ids.push(id)
    found.ids = Uint32Array.from(ids)
    return found.ids
  }

  #hitsOf({ all }: SegmentTexts) {
    if (this.#found?.all !== all || (this.#found.hits && this.#found.hits.length < all.count)) {
      const hits = new Uint8Array(all.count)
      this.#asked.forEach((text, i) => {
        all.search(text, (this.#searches[i] as TextSearch).test, hits)
      })
      this.#found = { all, hits: hits.includes(1) ? hits : undefined }
    }
    return this.#found
  }
}

/** Without postings: one look at all values of the rows in question costs less than to make them. */
function markRowsWith(segment: Segment, hits: ArrayLike<number>, alive: Uint32Array, out: Uint32Array): void {
  const { kind: kindOf, widthOf, shapeOf } = segment.heads
  const widths = Uint32Array.from(shapeOf, (shape) => segment.shapes[shape]?.names.length ?? 0)
  for (let b = 0; b < segment.blocks.length; b++) {
    const { firstRow, rows } = segment.blocks[b] as Segment['blocks'][number]
    if (!hasAnyRow(alive, firstRow, firstRow + rows)) continue
    const numbers = segment.valuesOfBlock(b)
    let start = 0
    for (let row = firstRow; row < firstRow + rows; row++) {
      const kind = kindOf[row] as number
      if (hasRow(alive, row)) {
        let at = start
        const end = start + (widths[kind] as number)
        while (at < end && hits[numbers[at] as number] !== 1) at++
        if (at < end) setRow(out, row)
      }
      start += widthOf[kind] as number
    }
  }
}
