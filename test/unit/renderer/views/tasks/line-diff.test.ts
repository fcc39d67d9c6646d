import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lineDiff } from '../../../../../renderer/views/tasks/line-diff.ts'

describe('two definitions line by line', () => {
  it('lays what changed beside what came in its place', () => {
    expect(lineDiff('a\nb\nc\nd', 'a\r\nB\r\nc\r\nd\r\ne')).toEqual([
      { left: 'a', right: 'a', same: true },
      { left: 'b', right: 'B', same: false },
      { left: 'c', right: 'c', same: true },
      { left: 'd', right: 'd', same: true },
      { left: undefined, right: 'e', same: false },
    ])
  })
  it('loses no line of either text and calls nothing the same that is not', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', '', 'cc'), { maxLength: 30 })
      .map((lines) => lines.join('\n'))
    fc.assert(
      fc.property(text, text, (one, other) => {
        const pairs = lineDiff(one, other) ?? []
        expect(pairs.flatMap(({ left }) => (left === undefined ? [] : [left])).join('\n')).toBe(one)
        expect(pairs.flatMap(({ right }) => (right === undefined ? [] : [right])).join('\n')).toBe(other)
        for (const { left, right, same } of pairs) expect(same).toBe(same && left === right)
        if (one === other) expect(pairs.every(({ same }) => same)).toBe(true)
      }),
    )
  })
  it('gives up on texts that share nothing, instead of taking minutes', () => {
    const many = (word: string) => Array.from({ length: 3000 }, (_, n) => `${word}${n}`).join('\n')
    expect(lineDiff(many('a'), many('b'))).toBeUndefined()
    expect(lineDiff('x\n'.repeat(5000), 'x')).toBeUndefined()
  })
})
