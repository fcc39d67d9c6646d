import type { Facet } from '../../../../src/contract/shapes.ts'
import { filterKeyOf } from './language.ts'
import { type FilterKey, filterKeys } from './terms.ts'

/** One line of the completion list. `text` replaces the draft from `from` on. */
export interface Suggestion {
  readonly key: FilterKey
  readonly value: string | undefined
  readonly label: string
  /** what is said beside it: the meaning of the value, or what the key filters */
  readonly says: string
  readonly count: number | undefined
}

const keySays: Readonly<Record<FilterKey, string>> = {
  time: 'range, 21:21:12..21:35:20',
  host: 'which host',
  event: 'event id, 4624,4698',
  channel: 'which log',
  account: 'who, by name or SID',
  address: 'where from, none for no address',
  task: 'task path, \\Micro*',
  process: 'program or path',
  share: 'share and file',
  logon: 'logon id, 0x5a419bc',
  record: 'EventRecordID',
  evidence: 'which file',
  is: 'chain, rejected, duplicate, recovered',
  text: 'all text',
}

/** The part of the draft being typed: sign, key and the start of its last value. */
export function draftParts(draft: string): { not: boolean; key: FilterKey | undefined; begun: string } {
  const last = /(?:^|\s)(~?-?(?:not\s+)?)([^\s]*)$/i.exec(draft)
  const not = /-|not/i.test(last?.[1] ?? '')
  const word = last?.[2] ?? ''
  const colon = word.indexOf(':')
  const key = colon > 0 ? filterKeyOf(word.slice(0, colon)) : undefined
  const begun = key
    ? (word
        .slice(colon + 1)
        .split(',')
        .at(-1) ?? '')
    : word
  return { not, key, begun: begun.replace(/^"/, '') }
}

/**
 * What may follow the draft: keys while no key is typed, then values of the key with their counts, those that begin
 * with the typed text first. At most `most` lines.
 */
export function suggestionsFor(draft: string, facets: readonly Facet[], most = 8): readonly Suggestion[] {
  const { key, begun } = draftParts(draft)
  const lower = begun.toLowerCase()
  if (key === undefined) {
    if (begun.includes('"')) return []
    return filterKeys
      .filter((name) => name.startsWith(lower))
      .map((name) => ({
        key: name,
        value: undefined,
        label: `${name}:`,
        says: keySays[name],
        count: undefined,
      }))
      .slice(0, most)
  }
  const values = facets.find((facet) => facet.key === key)?.values ?? []
  const starts = values.filter((each) => each.value.toLowerCase().startsWith(lower))
  const holds = values.filter(
    (each) => !starts.includes(each) && `${each.value} ${each.label}`.toLowerCase().includes(lower),
  )
  return [...starts, ...holds].slice(0, most).map((each) => ({
    key,
    value: each.value,
    label: each.value === '' ? 'none' : each.value,
    says: each.label === each.value ? '' : each.label,
    count: each.count,
  }))
}
