import type { ContractFilter, FilterKey, Term, TermValue } from './terms.ts'
import { parseTimeRange, rangeBounds } from './time-range.ts'

type ContractTerm = ContractFilter['terms'][number]

/**
 * The terms as the engine's filter. Chips that are off are left out; chips of one key and sign join (OR inside a key),
 * except bare words, each of which must be found. Several time ranges leave their overlap.
 */
export function compileFilter(terms: readonly Term[]): ContractFilter {
  let from: string | undefined
  let to: string | undefined
  const joined: ContractTerm[] = []
  for (const term of terms) {
    if (term.off) continue
    if (term.key === 'time') {
      const parsed = parseTimeRange(term.values[0]?.text ?? '', undefined)
      if (!parsed.ok) continue
      const bounds = rangeBounds(parsed.range)
      if (bounds.from !== undefined && (from === undefined || bounds.from > from)) from = bounds.from
      if (bounds.to !== undefined && (to === undefined || bounds.to < to)) to = bounds.to
      continue
    }
    const values = term.values.map((value) => value.text)
    const same =
      term.key === 'text'
        ? undefined
        : joined.find((other) => other.key === term.key && other.not === term.not)
    if (same) same.values.push(...values.filter((value) => !same.values.includes(value)))
    else joined.push({ key: term.key, values: [...values], not: term.not })
  }
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }), terms: joined }
}

const has = (term: Term, value: string) => term.values.some((other) => other.text === value)

/** Is `value` of `key` asked for (`only`), excluded (`not`), or neither, by terms that are on. */
export function valueState(
  terms: readonly Term[],
  key: FilterKey,
  value: string,
): 'only' | 'not' | undefined {
  for (const term of terms)
    if (!term.off && term.key === key && has(term, value)) return term.not ? 'not' : 'only'
  return undefined
}

/** Adds one value to the chip of its key and sign, or takes it away when it is there: what a facet and `.` do. */
export function toggleValue(
  terms: readonly Term[],
  key: FilterKey,
  text: string,
  not: boolean,
): readonly Term[] {
  const value: TermValue = { text, exact: text.includes('*') && key !== 'time' }
  const there = terms.some((term) => !term.off && term.key === key && term.not === not && has(term, text))
  // the same value with the other sign would leave nothing at all
  const kept = terms
    .map((term) =>
      term.off || term.key !== key || !has(term, text)
        ? term
        : { ...term, values: term.values.filter((other) => other.text !== text) },
    )
    .filter((term) => term.values.length > 0)
  if (there) return kept
  const index = kept.findIndex((term) => !term.off && term.key === key && term.not === not)
  const chip = kept[index]
  if (!chip || key === 'text') return [...kept, { key, values: [value], not, off: false }]
  return kept.map((term, at) => (at === index ? { ...chip, values: [...chip.values, value] } : term))
}

/** Replaces every time range by one, or removes them. */
export const withTimeRange = (terms: readonly Term[], text: string | undefined): readonly Term[] => [
  ...(text === undefined
    ? []
    : [{ key: 'time' as const, values: [{ text, exact: false }], not: false, off: false }]),
  ...terms.filter((term) => term.key !== 'time'),
]
