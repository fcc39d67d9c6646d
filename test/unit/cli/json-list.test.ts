import { describe, expect, it } from 'vitest'
import { jsonDocument, jsonList } from '../../../src/cli/json-text.ts'

describe('a list written part by part', () => {
  it.each([
    [[]],
    [[1]],
    [[{ a: 'line\nbreak \u202e', b: [1, { c: [] }], d: {} }, null, 'x']],
    [Array.from({ length: 3000 }, (_, n) => ({ n, text: 'é\u0000'.repeat(200) }))],
  ])('is byte for byte the document of %#', (rows) => {
    expect([...jsonList(rows)].join('')).toBe(jsonDocument(rows))
  })
})
