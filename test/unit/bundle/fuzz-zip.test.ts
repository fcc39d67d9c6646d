import { expect, test } from 'vitest'
import { fuzzZips } from '../../fuzz/fuzz-zips.ts'

test('2000 mutated archives: never a wrong VALID, nothing written, nothing thrown, bounded time and memory', async () => {
  const { archives, finds, verdicts, peakMb, slowest } = await fuzzZips(2000, 1)
  expect(finds).toEqual([])
  expect(archives).toBe(2000)
  // it meets every outcome, and archives that are sound in spite of the change
  expect(Object.keys(verdicts).sort()).toEqual(['INVALID', 'UNREADABLE', 'UNSAFE', 'VALID-SIGNED'])
  expect(peakMb).toBeLessThan(300)
  expect(slowest.cpuMs).toBeLessThan(5000)
}, 300_000)
