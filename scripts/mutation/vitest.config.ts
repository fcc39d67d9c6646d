import { defineConfig } from 'vitest/config'

/** The tests that a mutation of src/chains or src/playbook has to fail: quick ones, without event logs. */
export default defineConfig({
  test: {
    include: ['test/unit/chains/*.test.ts', 'test/unit/playbook/*.test.ts', 'test/generated/quick.test.ts'],
    // reads every sample anew for each mutation
    exclude: ['test/unit/chains/labelled-samples.test.ts'],
    environment: 'node',
    testTimeout: 60_000,
  },
})
