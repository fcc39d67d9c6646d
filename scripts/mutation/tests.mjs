/** The tests that a mutation of src/chains or src/playbook has to fail: quick ones, in memory. */
export const included = [
  'test/unit/chains/*.test.ts',
  'test/unit/playbook/*.test.ts',
  'test/generated/quick.test.ts',
]

/** Titles of tests that ask the whole of everything and cost as much as all the others. */
export const leftOut = /hostile names > go through|whatever order the events come in/
