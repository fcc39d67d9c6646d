import { describe, expect, it } from 'vitest'
import { countStaged, type StagedCase, stageCase } from './count.ts'
import { randomCase } from './random-case.ts'

/** Staged once: a run that tries many changes of the source asks for the same cases again. */
const staged = new Map<number, StagedCase>()
function caseOf(seed: number): StagedCase {
  const one = staged.get(seed) ?? stageCase(randomCase(seed))
  staged.set(seed, one)
  return one
}

// few enough to be run for every mutation of the source
describe('a handful of generated cases', () => {
  it.each([1])('from seed %i on have no wrong answer', (first) => {
    const { failing } = countStaged(Array.from({ length: 20 }, (_, at) => caseOf(first + at)))
    expect(failing.filter(({ fault }) => fault === 'wrong' || fault === 'missed')).toEqual([])
  })
})
