import { describe, expect, it } from 'vitest'
import { type CountedModule, closingLine, countTests } from '../reporter.ts'

const file = (states: readonly string[], errors = 0, suiteErrors = 0): CountedModule => ({
  errors: () => Array.from({ length: errors }, () => ({ message: 'x', stacks: [] })),
  children: {
    allTests: () => states.map((state) => ({ result: () => ({ state }) })),
    allSuites: () => [
      { errors: () => Array.from({ length: suiteErrors }, () => ({ message: 'x', stacks: [] })) },
    ],
  },
})

describe('the closing line of a test run', () => {
  it.each([
    [
      'tests by outcome',
      [file(['passed', 'passed', 'failed', 'skipped'])],
      0,
      '2 passed, 1 failed, 1 skipped\n',
    ],
    [
      'a file that could not be collected as failed',
      [file([], 1), file(['passed'])],
      0,
      '1 passed, 1 failed\n',
    ],
    ['a hook that threw as failed', [file(['skipped'], 0, 1)], 0, '0 passed, 1 failed, 1 skipped\n'],
    ['a test without an end as failed', [file(['passed', 'pending'])], 0, '1 passed, 1 failed\n'],
    ['an error outside every test as failed', [file(['passed'])], 1, '1 passed, 1 failed\n'],
  ])('counts %s', (_what, files, unhandled, line) => {
    expect(closingLine(countTests(files, Array.from({ length: unhandled })))).toBe(line)
  })
})
