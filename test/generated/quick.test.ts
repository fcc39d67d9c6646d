import { describe, expect, it } from 'vitest'
import { countCases } from './count.ts'

// few enough to be run for every mutation of the source
describe('a handful of generated cases', () => {
  it.each([1, 21, 41, 61, 81, 101])('from seed %i on have no wrong answer', (first) => {
    const { failing } = countCases(Array.from({ length: 20 }, (_, at) => first + at))
    expect(failing.filter(({ fault }) => fault === 'wrong' || fault === 'missed')).toEqual([])
  })
})
