import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

/**
 * The acceptance list of bundles has cases A0 to A38 (design/bundle.md §8); each is the name of at least one test. A32, more than
 * 4 GiB and 65 535 files, takes minutes: it is the rows seal-6gb and seal-files of the benchmarks.
 */
const last = 38
const measured = '32'
const tests = resolve(import.meta.dirname, '../..')

test('every case of the acceptance list is a test', () => {
  const named = new Set<string>()
  for (const entry of readdirSync(tests, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.test\.ts$/.test(entry.name)) continue
    const text = readFileSync(join(entry.parentPath, entry.name), 'utf8')
    for (const [, number] of text.matchAll(/['`"](?:with )?A(\d{1,2}) /g)) named.add(number ?? '')
  }
  const all = Array.from({ length: last + 1 }, (_, n) => String(n))
  expect(all.filter((n) => !named.has(n))).toEqual([measured])
})
