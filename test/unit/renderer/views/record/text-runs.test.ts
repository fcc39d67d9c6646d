import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findAll } from '../../../../../renderer/views/record/record-text.ts'
import { textRuns } from '../../../../../renderer/views/record/text-runs.ts'

describe('runs of a marked text', () => {
  it('tells tags from what stands between them, and marks across both', () => {
    const text = '<Command>cmd.exe</Command>'
    expect(textRuns(text, findAll(text, 'd>cmd'))).toEqual([
      { text: '<Comman', mark: -1, tag: true },
      { text: 'd>', mark: 0, tag: true },
      { text: 'cmd', mark: 0, tag: false },
      { text: '.exe', mark: -1, tag: false },
      { text: '</Command>', mark: -1, tag: true },
    ])
  })
  it('gives back the text, whatever is searched for', () => {
    const letters = fc.string({ unit: fc.constantFrom('<', '>', 'a', 'b', '\u202e'), maxLength: 60 })
    fc.assert(
      fc.property(
        letters,
        fc.string({ unit: fc.constantFrom('a', 'b', '>'), maxLength: 2 }),
        (text, wanted) => {
          const runs = textRuns(text, findAll(text, wanted))
          expect(runs.map((run) => run.text).join('')).toBe(text)
        },
      ),
    )
  })
})
