import { stringify } from 'csv-stringify/sync'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { csvRow, spreadsheetSafe } from '../../../src/base/csv.ts'

describe('CSV for spreadsheets', () => {
  it.each([
    '=1+1',
    '+1',
    '-5',
    '@SUM(A1)',
    '|calc',
    '%x',
    '\t=1',
    '\r=1',
    '\n=1',
    ' =1',
    '\u00a0=1',
    '"=1',
    "'=1",
    ' \u00a0"=1',
    '＝1',
    '＋1',
    '－1',
    '＠1',
    '\ufeff=1',
    '\u3000=1',
  ])('disarms %j', (cell) => {
    expect(spreadsheetSafe(cell)).toBe(`'${cell.replace(/[\r\n]/g, '⏎')}`)
  })

  it.each(['', 'admmig', 'a=b', '5', '\\Task', 'C:\\x -y', '10.0.0.1'])('leaves %j as it is', (cell) => {
    expect(spreadsheetSafe(cell)).toBe(cell)
  })

  it('quotes as an independent writer does, whatever the text', () => {
    return fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 5 }), (cells) => {
        const theirs = stringify([cells.map(spreadsheetSafe)], {
          quoted: true,
          quoted_empty: true,
          record_delimiter: '\r\n',
        })
        expect(csvRow(cells)).toBe(theirs)
      }),
    )
  })

  it('keeps one record on one line', () => {
    expect(csvRow(['a\r\nb\nc\rd', 'e'])).toBe('"a⏎b⏎c⏎d","e"\r\n')
  })
})
