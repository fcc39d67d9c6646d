import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  compileFilter,
  toggleValue,
  valueState,
  withTimeRange,
} from '../../../../../renderer/views/timeline/filter/compile.ts'
import { draftParts, suggestionsFor } from '../../../../../renderer/views/timeline/filter/completion.ts'
import { filterText, parseFilter, termText } from '../../../../../renderer/views/timeline/filter/language.ts'
import {
  type FilterKey,
  filterKeys,
  marksOfRows,
  type Term,
} from '../../../../../renderer/views/timeline/filter/terms.ts'
import { Filter } from '../../../../../src/contract/shapes.ts'

const day = '2021-06-10'
const terms = (text: string): readonly Term[] => {
  const parsed = parseFilter(text, day)
  if (!parsed.ok) throw new Error(`${parsed.fault.message} at ${parsed.fault.at}`)
  return parsed.terms
}
const fault = (text: string, shownDay: string | undefined = day) => {
  const parsed = parseFilter(text, shownDay)
  if (parsed.ok) throw new Error(`accepted: ${JSON.stringify(parsed.terms)}`)
  return parsed.fault
}
const value = (text: string, exact = false) => ({ text, exact })

describe('the filter language', () => {
  test('a key with several values is one term, and bare words search the text', () => {
    expect(terms('event:4624,4698 whoami')).toEqual([
      { key: 'event', values: [value('4624'), value('4698')], not: false, off: false },
      { key: 'text', values: [value('whoami')], not: false, off: false },
    ])
  })

  test('not and - both exclude', () => {
    const excluded = [{ key: 'share', values: [value('D$')], not: true, off: false }]
    expect(terms('not share:D$')).toEqual(excluded)
    expect(terms('-share:D$')).toEqual(excluded)
    expect(terms('NOT  share:D$')).toEqual(excluded)
  })

  test('ip and user are accepted for address and account', () => {
    expect(terms('ip:10.23.123.11 USER:admmig').map((term) => term.key)).toEqual(['address', 'account'])
  })

  test('quotes keep blanks, commas, colons and doubled quotes; backslashes are letters', () => {
    expect(terms('task:"\\My ""odd"", task\\" C:\\Windows\\ \\bou*')).toEqual([
      { key: 'task', values: [value('\\My "odd", task\\', true)], not: false, off: false },
      { key: 'text', values: [value('C:\\Windows\\')], not: false, off: false },
      { key: 'text', values: [value('\\bou*')], not: false, off: false },
    ])
  })

  test('an IPv6 address is a value and not a key', () => {
    expect(terms('address:::1,fe80::1%4 ::1').map((term) => term.values.map((each) => each.text))).toEqual([
      ['::1', 'fe80::1%4'],
      ['::1'],
    ])
  })

  test('a switched off term is kept, written with ~, and does not filter', () => {
    const [term] = terms('~-share:D$')
    expect(term).toEqual({ key: 'share', values: [value('D$')], not: true, off: true })
    expect(filterText(terms('~-share:D$ host:fs01'))).toBe('~-share:D$ host:fs01')
    expect(compileFilter(terms('~-share:D$ host:fs01'))).toEqual({
      terms: [{ key: 'host', values: ['fs01'], not: false }],
    })
  })

  test('record numbers beyond a double stay exact', () => {
    expect(compileFilter(terms('record:18446744073709551615')).terms[0]?.values).toEqual([
      '18446744073709551615',
    ])
  })

  test('chips of one key and sign join, bare words stay apart', () => {
    expect(compileFilter(terms('event:4624 host:a event:4698,4624 -event:1 foo bar'))).toEqual({
      terms: [
        { key: 'event', values: ['4624', '4698'], not: false },
        { key: 'host', values: ['a'], not: false },
        { key: 'event', values: ['1'], not: true },
        { key: 'text', values: ['foo'], not: false },
        { key: 'text', values: ['bar'], not: false },
      ],
    })
  })
})

describe('time ranges', () => {
  const bounds = (text: string) => {
    const { from, to } = compileFilter(terms(text))
    return [from, to]
  }

  test('clock-only times fall on the shown day and hold the whole last second', () => {
    expect(bounds('time:21:21:12..21:35:20')).toEqual([
      '2021-06-10T21:21:12.0000000Z',
      '2021-06-10T21:35:20.9999999Z',
    ])
  })

  test('the chip keeps the date, so it means the same when another day is shown', () => {
    expect(filterText(terms('time:21:21:12..21:35:20'))).toBe('time:2021-06-10T21:21:12..21:35:20')
    expect(parseFilter(filterText(terms('time:21:21:12..21:35:20')), '1999-01-01')).toEqual({
      ok: true,
      terms: terms('time:21:21:12..21:35:20'),
    })
  })

  test('a range may go over midnight, be open, or name one day, minute or second', () => {
    expect(bounds('time:23:50..00:10')).toEqual([
      '2021-06-10T23:50:00.0000000Z',
      '2021-06-11T00:10:59.9999999Z',
    ])
    expect(bounds('time:21:21..')).toEqual(['2021-06-10T21:21:00.0000000Z', undefined])
    expect(bounds('time:..2021-06-10')).toEqual([undefined, '2021-06-10T23:59:59.9999999Z'])
    expect(bounds('time:2021-06-10')).toEqual([
      '2021-06-10T00:00:00.0000000Z',
      '2021-06-10T23:59:59.9999999Z',
    ])
    expect(bounds('time:21:21')).toEqual(['2021-06-10T21:21:00.0000000Z', '2021-06-10T21:21:59.9999999Z'])
    expect(bounds('time:21:21:26.38')).toEqual([
      '2021-06-10T21:21:26.3800000Z',
      '2021-06-10T21:21:26.3899999Z',
    ])
    expect(bounds('time:2021-06-10T21:21:26.3837263..2021-06-11')).toEqual([
      '2021-06-10T21:21:26.3837263Z',
      '2021-06-11T23:59:59.9999999Z',
    ])
  })

  test('two ranges leave their overlap', () => {
    expect(bounds('time:21:00..21:30 time:21:20..')).toEqual([
      '2021-06-10T21:20:00.0000000Z',
      '2021-06-10T21:30:59.9999999Z',
    ])
  })

  test('dates that do not exist and ranges that end before they start are refused', () => {
    for (const text of [
      '2021-02-31',
      '24:61',
      '2021-13-01T00:00',
      '21:99..',
      'yesterday',
      '..',
      '1..2..3',
      '',
    ])
      expect(fault(`time:${text}`).message).toMatch(/time|range|start/i)
    expect(fault('time:2021-06-10..2021-06-09').message).toBe('The range ends before it starts.')
    expect(fault('time:2004852±5s').remedy).toContain('time:21:21:12..21:35:20')
  })

  test('without a shown row a clock needs its date', () => {
    expect(parseFilter('time:21:21..21:22').ok).toBe(false)
    expect(parseFilter('time:2021-06-10T21:21..21:22').ok).toBe(true)
  })
})

describe('malformed and hostile filter text', () => {
  test('says what is wrong, at its place, and what to do', () => {
    expect(fault('host:fs01 color:red')).toMatchObject({
      at: 10,
      length: 5,
      message: 'color is no key here.',
    })
    expect(fault('host:fs01 event:abc')).toMatchObject({
      at: 16,
      length: 3,
      message: 'An event is a number.',
    })
    expect(fault('task:"open')).toMatchObject({ at: 5, length: 5, message: 'The quote is not closed.' })
    expect(fault('host:')).toMatchObject({ at: 0, length: 5, message: 'host has no value.' })
    expect(fault('host:a,,b').message).toBe('host has no value.')
    expect(fault('host:"a"b').message).toBe('A blank is missing here.')
    expect(fault('not').message).toBe('not stands alone.')
    expect(fault('- share:x').message).toBe('- stands alone.')
    expect(fault('logon:admin').remedy).toContain('0x5a419bc')
    expect(fault('is:ours').remedy).toContain('chain, rejected, responder, duplicate')
    expect(fault('tag:x').remedy).toContain('Tags are not kept')
    expect(fault('-time:21:21..21:22').message).toBe('A time range cannot be excluded.')
  })

  test('names of Object.prototype are no keys', () => {
    for (const name of ['constructor', 'toString', 'hasOwnProperty', 'valueOf'])
      expect(fault(`${name}:x`).message).toBe(`${name} is no key here.`)
  })

  test('more than the contract allows is refused at the keyboard', () => {
    expect(fault('a '.repeat(51)).message).toContain('50 terms')
    expect(fault(`host:${Array.from({ length: 101 }, (_, n) => `h${n}`).join(',')}`).message).toContain(
      '100 values',
    )
    expect(fault(`"${'x'.repeat(2001)}"`).message).toContain('2001 characters')
    expect(fault('x'.repeat(20_001)).message).toContain('20001 characters')
  })

  test('any text parses or is refused with a place inside it, and what parses fits the contract', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        ...filterKeys.map((key) => `${key}:`),
        '-',
        'not ',
        '"',
        ',',
        '..',
        ' ',
        '~',
        '\u202e',
        '21:21',
      ),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('')
        const parsed = parseFilter(text, day)
        if (parsed.ok) expect(Filter.safeParse(compileFilter(parsed.terms)).success).toBe(true)
        else {
          expect(parsed.fault.at).toBeGreaterThanOrEqual(0)
          expect(parsed.fault.at).toBeLessThanOrEqual(text.length)
          expect(parsed.fault.remedy).not.toBe('')
        }
      }),
      { numRuns: 500 },
    )
  })

  test('a filter written as text reads back as the same filter', () => {
    const free = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 })
    const values = (key: FilterKey) =>
      key === 'event' || key === 'record'
        ? fc.integer({ min: 0, max: 65535 }).map((n) => value(String(n)))
        : key === 'logon'
          ? fc.integer({ min: 1 }).map((n) => value(`0x${n.toString(16)}`))
          : key === 'is'
            ? fc.constantFrom(...marksOfRows).map((mark) => value(mark))
            : free.map((text) => value(text, /[\s,"]/.test(text) || text.includes('*')))
    const term = fc.constantFrom(...filterKeys.filter((key) => key !== 'time')).chain((key) =>
      fc.record({
        key: fc.constant(key),
        values: fc.uniqueArray(values(key), {
          minLength: 1,
          maxLength: 4,
          selector: (each) => each.text,
        }),
        not: fc.boolean(),
        off: fc.boolean(),
      }),
    )
    fc.assert(
      fc.property(fc.array(term, { maxLength: 6 }), (given) => {
        expect(parseFilter(filterText(given), day)).toEqual({ ok: true, terms: given })
      }),
      { numRuns: 500 },
    )
  })
})

describe('changing a filter by one value', () => {
  test('a facet adds its value to the chip of its key, and takes it away again', () => {
    const one = toggleValue([], 'event', '4698', false)
    const two = toggleValue(one, 'event', '4624', false)
    expect(filterText(two)).toBe('event:4698,4624')
    expect(valueState(two, 'event', '4624')).toBe('only')
    expect(filterText(toggleValue(two, 'event', '4698', false))).toBe('event:4624')
  })

  test('excluding a value that was asked for moves it to the other side', () => {
    expect(filterText(toggleValue(terms('event:4698,4624'), 'event', '4698', true))).toBe(
      'event:4624 -event:4698',
    )
  })

  test('a value with a wildcard in it is taken as it is', () => {
    expect(termText(toggleValue([], 'task', '\\a*b', false)[0] as Term)).toBe('task:"\\a*b"')
  })

  test('a new time range replaces the old one and stands first', () => {
    expect(filterText(withTimeRange(terms('host:a time:21:21..21:22'), '2021-06-10'))).toBe(
      'time:2021-06-10 host:a',
    )
    expect(filterText(withTimeRange(terms('host:a time:21:21..21:22'), undefined))).toBe('host:a')
  })
})

describe('completion', () => {
  const facets = [
    {
      key: 'address',
      values: [
        { value: '10.23.23.9', label: 'rejected as the source', count: 1 },
        { value: '::1', label: '::1', count: 2 },
        { value: '10.23.123.11', label: 'source of the chain', count: 5 },
      ],
    },
  ]
  test('offers keys first, then the values of the key with their counts', () => {
    expect(suggestionsFor('host:fs01 ad', facets).map((each) => each.label)).toEqual(['address:'])
    expect(suggestionsFor('-ip:10.23.', facets).map((each) => [each.value, each.says, each.count])).toEqual([
      ['10.23.23.9', 'rejected as the source', 1],
      ['10.23.123.11', 'source of the chain', 5],
    ])
    expect(suggestionsFor('address:source', facets).map((each) => each.value)).toEqual([
      '10.23.23.9',
      '10.23.123.11',
    ])
    expect(suggestionsFor('address:::1,10.23.1', facets).map((each) => each.value)).toEqual(['10.23.123.11'])
  })
  test('knows that the draft excludes', () => {
    expect(draftParts('not share:D')).toEqual({ not: true, key: 'share', begun: 'D' })
    expect(draftParts('-share:D').not).toBe(true)
    expect(draftParts('share:D').not).toBe(false)
  })
})
