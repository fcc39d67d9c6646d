import { describe, expect, it } from 'vitest'
import { textParts } from '../../../../renderer/widgets/escape-parts.ts'
import {
  formatBytes,
  formatCount,
  formatDelta,
  formatExactBytes,
  formatHostClock,
  formatLength,
  formatOffset,
  formatStamp,
  formatTableDelta,
  shortHash,
} from '../../../../renderer/widgets/format.ts'

describe('numbers and times on screen', () => {
  it('group thousands with a thin space and sizes with a comma', () => {
    expect(formatCount(14906)).toBe('14\u202f906')
    expect(formatCount('18446744073709551615')).toBe(
      '18\u202f446\u202f744\u202f073\u202f709\u202f551\u202f615',
    )
    expect(formatExactBytes(69632)).toBe('69,632 bytes')
    expect(formatBytes(69632)).toBe('68.0 KB')
    expect(formatBytes(1)).toBe('1 byte')
  })
  it.each([
    [0, '0 ms'],
    [-20.3486, '−20.3 ms'],
    [7.0245, '+7.0 ms'],
    [3043.3251, '+3.04 s'],
    [-5747.6964, '−5.75 s'],
    [161_000, '+2 min 41 s'],
    [-7_500_000, '−2 h 05 min'],
  ])('writes %d ms from the task as %s', (ms, words) => {
    expect(formatDelta(ms)).toBe(words)
  })
  it('writes table distances with three decimals under ten seconds', () => {
    expect(formatTableDelta(-5747.6964)).toBe('−5\u202f747.696')
    expect(formatTableDelta(0)).toBe('0.000')
    expect(formatTableDelta(161_000)).toBe('+2 min 41 s')
  })
  it('never rounds a length up past its unit', () => {
    expect(formatLength(59_996)).toBe('1 min 00 s')
    expect(formatLength(3_599_600)).toBe('1 h 00 min')
  })
  it('cuts a time, never rounds it, and keeps what is no time as it is', () => {
    expect(formatStamp('2021-06-10T21:21:26.3837263Z', 3)).toBe('2021-06-10 21:21:26.383')
    expect(formatStamp('2021-06-10T21:21:26Z')).toBe('2021-06-10 21:21:26.0000000')
    expect(formatStamp('beyond-calendar+9')).toBe('beyond-calendar+9')
  })
  it('shows the host’s own clock, with its date when that is another day', () => {
    expect(formatHostClock('2021-06-10T21:21:26.3837263Z', 120)).toBe('23:21:26')
    expect(formatHostClock('2021-06-10T23:21:26.3837263Z', 120)).toBe('2021-06-11 01:21:26')
    expect(formatHostClock('2021-06-10T23:21:26.3837263Z', null)).toBeUndefined()
    expect(formatOffset(-210)).toBe('UTC−03:30')
  })
  it('shortens a hash to twelve and four', () => {
    expect(shortHash('befcc72aacc572fded5cb05f9022c00c9cf307044bebec66b5af8ae213a86752')).toBe(
      'befcc72aacc5…6752',
    )
  })
})

describe('evidence text on screen', () => {
  it('marks what would turn text round, and keeps the rest', () => {
    expect(textParts('a\u202egnp.exe')).toEqual([
      { text: 'a', mark: false },
      { text: '⟨U+202E⟩', mark: true },
      { text: 'gnp.exe', mark: false },
    ])
  })
  it('says how many blanks push text out of sight', () => {
    expect(textParts(`cmd${' '.repeat(12)}/c`).map((part) => part.text)).toEqual(['cmd', '⟨12 blanks⟩', '/c'])
    expect(textParts('a   b')).toEqual([{ text: 'a   b', mark: false }])
  })
  it('leaves markup as text', () => {
    expect(textParts('<b onclick=x>')).toEqual([{ text: '<b onclick=x>', mark: false }])
  })
})
