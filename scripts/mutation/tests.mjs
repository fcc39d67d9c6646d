/** The tests that a mutation of src/chains or src/playbook has to fail: quick ones, in memory. */
export const included = [
  'test/unit/chains/*.test.ts',
  'test/unit/playbook/*.test.ts',
  'test/generated/quick.test.ts',
]
