// The filter language: `key:value,value`, `not` or `-` before it, quotes for exact text, bare words for full text.
// Pure: text in, terms or a fault with its place out. Text may be pasted from anywhere, so it is treated as hostile.

import { type FilterKey, filterKeys, filterLimits, marksOfRows, type Term, type TermValue } from './terms.ts'
import { parseTimeRange, rangeText } from './time-range.ts'

/** What is wrong, where (UTF-16 offset and length in the text), and what to do. */
export interface FilterFault {
  readonly at: number
  readonly length: number
  readonly message: string
  readonly remedy: string
}

export type FilterOutcome =
  | { readonly ok: true; readonly terms: readonly Term[] }
  | { readonly ok: false; readonly fault: FilterFault }

const aliases: Readonly<Record<string, FilterKey>> = { ip: 'address', user: 'account' }
const known = new Set<string>(filterKeys)
/** Keys of the written language that this case cannot answer. */
const notHere: Readonly<Record<string, string>> = {
  tag: 'Tags are not kept in this case yet.',
  delta: 'Use time: with two times, or the density chart above the rows.',
}

const keyNames = `Keys are ${filterKeys.join(', ')}.`

class Fault extends Error {
  readonly fault: FilterFault
  constructor(at: number, length: number, message: string, remedy: string) {
    super(message)
    this.fault = { at, length: Math.max(1, length), message, remedy }
  }
}

/** The key `name` stands for, without regard to case; undefined when there is none. */
export function filterKeyOf(name: string): FilterKey | undefined {
  const lower = name.toLowerCase()
  return Object.hasOwn(aliases, lower) ? aliases[lower] : known.has(lower) ? (lower as FilterKey) : undefined
}

class Reader {
  at = 0
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
  get done(): boolean {
    return this.at >= this.text.length
  }
  blanks(): void {
    while (!this.done && /\s/.test(this.text[this.at] ?? '')) this.at++
  }
  take(letter: string): boolean {
    if (this.text[this.at] !== letter) return false
    this.at++
    return true
  }
  /** `name:` at this place; moves past the colon. */
  key(): { name: string; at: number } | undefined {
    const found = /^[A-Za-z]{2,20}(?=:)/.exec(this.text.slice(this.at, this.at + 22))
    if (!found) return undefined
    const at = this.at
    this.at += found[0].length + 1
    return { name: found[0], at }
  }
  value(): TermValue {
    if (this.text[this.at] !== '"') {
      const from = this.at
      while (!this.done && !/[\s,"]/.test(this.text[this.at] ?? '')) this.at++
      return { text: this.text.slice(from, this.at), exact: false }
    }
    const open = this.at++
    let text = ''
    for (;;) {
      const close = this.text.indexOf('"', this.at)
      if (close < 0)
        throw new Fault(
          open,
          this.text.length - open,
          'The quote is not closed.',
          'Close it with ". A quote inside is written twice.',
        )
      text += this.text.slice(this.at, close)
      this.at = close + 1
      // a quote inside is written twice; backslashes are always letters, because paths are full of them
      if (!this.take('"')) return { text, exact: true }
      text += '"'
    }
  }
}

function checkValue(key: FilterKey, value: TermValue, at: number, length: number): void {
  const refuse = (message: string, remedy: string): never => {
    throw new Fault(at, length, message, remedy)
  }
  if (value.text === '' && !value.exact)
    refuse(`${key} has no value.`, `Write ${key}:value, or ${key}:"" for an empty one.`)
  if (value.text.length > filterLimits.valueLength)
    refuse(
      `This value has ${value.text.length} characters, more than ${filterLimits.valueLength}.`,
      'Search for a part of it.',
    )
  if (key === 'event' && !/^\d{1,5}(?:\.\.\d{1,5})?$/.test(value.text))
    refuse(
      'An event is a number.',
      'Write event:4698, event:4698,4702 or event:4698..4702. To search words, leave out event:.',
    )
  if (key === 'record' && !/^\d{1,20}(?:\.\.\d{1,20})?$/.test(value.text))
    refuse('A record is a number.', 'Write record:2004852, the EventRecordID.')
  if (key === 'logon' && !/^0x[0-9a-f*]+$/i.test(value.text))
    refuse('A logon id is written as 0x and hex digits.', 'Write logon:0x5a419bc.')
  if (key === 'is' && !(marksOfRows as readonly string[]).includes(value.text.toLowerCase()))
    refuse(`is: does not know this word.`, `It knows ${marksOfRows.join(', ')}.`)
}

function readTime(reader: Reader, shownDay: string | undefined, not: boolean): readonly TermValue[] {
  const from = reader.at
  const value = reader.value()
  const length = reader.at - from
  if (not)
    throw new Fault(
      from,
      length,
      'A time range cannot be excluded.',
      'Give the range that shall stay, for example time:..21:21:12.',
    )
  const parsed = parseTimeRange(value.text, shownDay)
  if (!parsed.ok) throw new Fault(from, length, parsed.message, parsed.remedy)
  if (reader.text[reader.at] === ',')
    throw new Fault(reader.at, 1, 'One time range at a time.', 'Remove the comma.')
  return [{ text: rangeText(parsed.range), exact: false }]
}

function readTerm(reader: Reader, shownDay: string | undefined): Term {
  const start = reader.at
  const off = reader.take('~')
  let not = reader.take('-')
  const word = /^not\s+/i.exec(reader.text.slice(reader.at, reader.at + 200))
  if (!not && word) {
    reader.at += word[0].length
    not = true
  } else if (!not && /^not$/i.test(reader.text.slice(reader.at)))
    throw new Fault(reader.at, 3, 'not stands alone.', 'Say what to exclude: not share:D$.')
  if (not && (reader.done || /\s/.test(reader.text[reader.at] ?? '')))
    throw new Fault(start, reader.at - start, '- stands alone.', 'Say what to exclude: -share:D$.')
  const named = reader.key()
  let key: FilterKey = 'text'
  if (named) {
    const meant = filterKeyOf(named.name)
    if (!meant) {
      const lower = named.name.toLowerCase()
      throw new Fault(
        named.at,
        named.name.length,
        `${named.name} is no key here.`,
        `${Object.hasOwn(notHere, lower) ? notHere[lower] : keyNames} To search the text itself, put it in quotes.`,
      )
    }
    key = meant
  }
  if (key === 'time') return { key, values: readTime(reader, shownDay, not), not, off }
  const values: TermValue[] = []
  do {
    const from = reader.at
    const value = reader.value()
    const place = named && reader.at === from ? named.at : from
    checkValue(key, value, place, reader.at - place)
    const kept = key === 'is' ? { text: value.text.toLowerCase(), exact: false } : value
    if (!values.some((other) => other.text === kept.text && other.exact === kept.exact)) values.push(kept)
    if (values.length > filterLimits.values)
      throw new Fault(from, reader.at - from, `More than ${filterLimits.values} values.`, 'Use a wildcard.')
  } while (reader.take(','))
  if (!reader.done && !/\s/.test(reader.text[reader.at] ?? ''))
    throw new Fault(reader.at, 1, 'A blank is missing here.', 'Put a blank between two terms.')
  return { key, values, not, off }
}

/**
 * Parses filter text. `shownDay` (`2021-06-10`) dates clock-only times. Never throws on any text; the first fault
 * is returned with its place.
 */
export function parseFilter(text: string, shownDay?: string): FilterOutcome {
  if (text.length > filterLimits.textLength)
    return {
      ok: false,
      fault: {
        at: filterLimits.textLength,
        length: 1,
        message: `The filter has ${text.length} characters, more than ${filterLimits.textLength}.`,
        remedy: 'Paste a shorter one.',
      },
    }
  const reader = new Reader(text)
  const terms: Term[] = []
  try {
    for (reader.blanks(); !reader.done; reader.blanks()) {
      const from = reader.at
      terms.push(readTerm(reader, shownDay))
      if (terms.length > filterLimits.terms)
        throw new Fault(from, reader.at - from, `More than ${filterLimits.terms} terms.`, 'Remove some.')
    }
  } catch (thrown) {
    if (thrown instanceof Fault) return { ok: false, fault: thrown.fault }
    throw thrown
  }
  return { ok: true, terms }
}

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`

/** One value as it is written: quoted when it is exact or would read as something else without quotes. */
export function valueText(key: FilterKey, value: TermValue): string {
  if (key === 'time') return value.text
  if (value.exact || value.text === '' || /[\s,"]/.test(value.text)) return quoted(value.text)
  return value.text
}

/** One term as text that parses to the same term. */
export function termText(term: Term): string {
  const values = term.values.map((value) => valueText(term.key, value)).join(',')
  const first = term.values[0]
  // a bare word needs no key unless it would read as one, as `not`, or as a sign
  const bare =
    term.key === 'text' &&
    (values.startsWith('"') || (first !== undefined && !/^(?:not$|[-~]|[A-Za-z]{2,20}:)/i.test(first.text)))
  return `${term.off ? '~' : ''}${term.not ? '-' : ''}${bare ? '' : `${term.key}:`}${values}`
}

/** The whole filter as text: what copy gives and paste takes. */
export const filterText = (terms: readonly Term[]): string => terms.map(termText).join(' ')
