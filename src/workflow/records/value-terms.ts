/** Terms that look at values: fields by name, accounts, free text. Each distinct value is tested once, and rows come from its postings. */
import { anyValue, type Pattern, textPattern } from './patterns.ts'
import type { Positions } from './positions.ts'
import type { PlaceKey } from './postings.ts'
import { allRows, forEachRow, hasAnyRow, hasRow, noRows, setRow } from './row-bits.ts'
import type { Segment } from './segment.ts'
import { byKind, type Term, verdict } from './segment-terms.ts'
import { TextSearch } from './text-search.ts'
import { ValueCheck } from './value-check.ts'

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
  return (segment) => {
    const kinds = kindsWith(segment, [key], wantsNone ? verdict.yes : verdict.no)
    if (!kinds.includes(verdict.byRow)) return byKind(segment, () => wantsNone)
    const mark = (out: Uint32Array): void => {
      if (wantsNone) {
        const set = noRows(segment.rows)
        segment.postings(key).mark(new ValueCheck(segment.values, [anyValue]), set)
        markOthers(segment, set, out)
      }
      if (wanted.length > 0) segment.postings(key).mark(new ValueCheck(segment.values, wanted), out)
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
  return (segment) => {
    const kinds = kindsWith(segment, ['account-name', 'account-sid'], wantsNone ? verdict.yes : verdict.no)
    if (!kinds.includes(verdict.byRow)) return byKind(segment, () => wantsNone)
    const mark = (out: Uint32Array): void => {
      const { values } = segment
      if (wantsNone) {
        const set = noRows(segment.rows)
        segment.postings('account-name').mark(new ValueCheck(values, [anyValue]), set)
        markOthers(segment, set, out)
      }
      if (wanted.length > 0) {
        segment.postings('account-sid').mark(new ValueCheck(values, whole), out)
        segment.postings('account-name').mark(new ValueCheck(values, [...whole, ...names]), out)
      }
      for (const { domain, name } of inDomains) markInDomain(segment, domain, name, out)
    }
    return { kinds, mark, cost: 1 }
  }
}

const domainAndName = (value: string) => ({
  domain: textPattern(value.slice(0, value.indexOf('\\'))),
  name: textPattern(value.slice(value.indexOf('\\') + 1)),
})

/** Rows where domain and name stand for one and the same account. */
function markInDomain(segment: Segment, domain: Pattern, name: Pattern, out: Uint32Array): void {
  const { values, heads } = segment
  const names = new ValueCheck(values, [name])
  const domains = new ValueCheck(values, [domain])
  const named = noRows(segment.rows)
  segment.postings('account-name').mark(names, named)
  const accountsOf = Array.from(heads.shapeOf, (shape) => segment.positions[shape]?.accounts ?? [])
  for (let b = 0; b < segment.blocks.length; b++) {
    const { firstRow, rows } = segment.blocks[b] as Segment['blocks'][number]
    forEachRow(named, firstRow, firstRow + rows, (row) => {
      if (hasRow(out, row)) return
      const numbers = segment.valuesOfBlock(b)
      const start = segment.valueStart(row)
      for (const at of accountsOf[heads.kind[row] as number] as Positions['accounts'])
        if (
          at.name >= 0 &&
          at.domain >= 0 &&
          names.has(numbers[start + at.name] as number) &&
          domains.has(numbers[start + at.domain] as number)
        )
          setRow(out, row)
    })
  }
}

/** Rows with one of the texts in any of their values, or in provider, channel or computer. */
export function textTerm(texts: readonly string[]): Term {
  const searches = texts.map((text) => new TextSearch(text))
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
    const hits = new Uint8Array(segment.values.count)
    let found = 0
    for (const search of searches) found += search.mark(segment.values, hits)
    if (found === 0) return byKind(segment, isNamed)
    const mark = (out: Uint32Array, alive: Uint32Array): void => {
      const postings = segment.knownPostings('text')
      if (postings) postings.markHits(hits, out)
      else markRowsWith(segment, hits, alive, out)
    }
    return { kinds, mark, cost: 2 }
  }
}

/** Without postings: one look at all values of the rows in question costs less than to make them. */
function markRowsWith(segment: Segment, hits: Uint8Array, alive: Uint32Array, out: Uint32Array): void {
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
