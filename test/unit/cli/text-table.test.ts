import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { displayWidth, shorten, tableLines, wrap } from '../../../src/cli/text-table.ts'
import { actsOnTerminal } from './surface.ts'

describe('tables on a terminal', () => {
  it('never grow wider than the terminal while a column can give way', () => {
    return fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })), { maxLength: 8 }),
        fc.integer({ min: 40, max: 120 }),
        (rows, total) => {
          const lines = tableLines(
            [
              { title: 'path', cut: 'middle' },
              { title: 'what', cut: 'end' },
            ],
            rows,
            total,
          )
          for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(total)
          expect(lines).toHaveLength(rows.length + 1)
        },
      ),
    )
  })

  it('hold no character that acts, hides or turns text round', () => {
    return fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (cell) => {
        for (const line of tableLines([{ title: 't' }], [[cell]], 80))
          expect(line).not.toMatch(actsOnTerminal)
      }),
    )
  })

  it('cut paths in the middle and texts at the end, and say so', () => {
    expect(shorten('C:\\Windows\\System32\\Tasks\\bouWFQYO', 17, 'middle')).toBe('C:\\Windo…bouWFQYO')
    expect(shorten('Task created by admmig', 10)).toBe('Task crea…')
    expect(shorten('漢字漢字', 5)).toBe('漢字…')
  })

  it('go on below, and lose nothing, where a column wraps', () => {
    const cells = [
      ['L1', 'the logon id of the task record, in the same boot'],
      ['E3', 'x'.repeat(50)],
    ]
    const lines = tableLines([{ title: 'rule' }, { title: 'because', cut: 'wrap' }], cells, 30)
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(30)
    expect(
      lines
        .map((line) => line.slice(6))
        .join('')
        .replaceAll(' ', ''),
    ).toBe(`because${cells.map(([, text]) => text).join('')}`.replaceAll(' ', ''))
  })

  it('align wide characters by the columns they take', () => {
    const lines = tableLines(
      [{ title: 'a' }, { title: 'b' }],
      [
        ['漢字', 'x'],
        ['ab', 'y'],
      ],
      80,
    )
    expect(lines).toEqual(['a     b', '漢字  x', 'ab    y'])
  })

  it('leave a word too long whole, so that it can be copied', () => {
    const digest = 'ab'.repeat(32)
    expect(wrap(`digest ${digest} end`, 30)).toEqual(['digest', digest, 'end'])
  })
})
