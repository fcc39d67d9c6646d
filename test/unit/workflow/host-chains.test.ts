// Chains are found host by host: what one import adds is found as if all had come at once, and other hosts are left as they were.
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { writeHosts } from '../../../bench/hosts.ts'
import { chainsDocument, findCaseChains, hostsCovered } from '../../../src/workflow/find-chains.ts'
import { importEvidence } from '../../../src/workflow/import-evidence.ts'
import { writePractice } from '../../../src/workflow/make-practice.ts'
import type { OpenCase } from '../../../src/workflow/open-case.ts'
import { indexOfCase } from '../../../src/workflow/records/index-of-case.ts'
import { caseOf, newCase, scratchFolder } from '../../builders/case.ts'
import { haveSamples, manifest, sample } from '../../samples.ts'

/** The document after importing one path after the other, asked after each. */
async function stepByStep(paths: readonly string[]) {
  const open = await newCase()
  for (const path of paths) {
    await importEvidence(open, [path])
    findCaseChains(open)
  }
  return open
}

function expectSame(whole: OpenCase, stepped: OpenCase) {
  expect(findCaseChains(whole).length).toBeGreaterThan(0)
  expect(chainsDocument(stepped)).toEqual(chainsDocument(whole))
  const told = (open: OpenCase) => [...hostsCovered(open)].sort(([a], [b]) => (a < b ? -1 : 1))
  expect(told(stepped)).toEqual(told(whole))
}

describe('chains host by host', () => {
  let folders: readonly string[] = []
  let spread: readonly string[] = []
  beforeAll(async () => {
    folders = await writeHosts(scratchFolder(), 4, 1200)
    const { dir, files } = await writePractice(`${scratchFolder()}/evidence`, {
      scenario: 'spread-tcp',
      seed: 3,
      noise: 900,
    })
    spread = [...new Set(files.map((file) => file.slice(dir.length + 1).split(/[\\/]/)))]
      .flatMap(([first, ...rest]) => (rest.length > 0 && first ? [join(dir, first)] : []))
      .filter((folder, at, all) => all.indexOf(folder) === at)
  }, 120_000)

  it('gives the same document whether hosts come at once or one after the other, in any order', async () => {
    const whole = await caseOf(...folders)
    const stepped = await stepByStep(folders.toReversed())
    expectSame(whole, stepped)
    whole.close()
    stepped.close()
  }, 120_000)

  it('joins hosts that come one after the other', async () => {
    expect(spread).toHaveLength(3)
    const whole = await caseOf(...spread)
    const stepped = await stepByStep(spread)
    expect(findCaseChains(whole).some(({ cameFrom }) => (cameFrom?.length ?? 0) > 0)).toBe(true)
    expectSame(whole, stepped)
    whole.close()
    stepped.close()
  }, 120_000)

  it.runIf(haveSamples)(
    'gives the same document for the labelled samples one after the other',
    async () => {
      const wanted = new Set(manifest().chains.map((one) => one.sha256))
      const files = manifest()
        .files.filter((file) => wanted.has(file.sha256))
        .map((file) => sample(file.file))
      const whole = await caseOf(...files)
      const stepped = await stepByStep(files)
      expectSame(whole, stepped)
      whole.close()
      stepped.close()
    },
    120_000,
  )

  it('looks again only at the hosts an import is about', async () => {
    const [first = '', second = '', third = ''] = folders
    const open = await caseOf(first, second)
    const before = findCaseChains(open)
    await importEvidence(open, [join(third, 'Security.evtx')])
    const after = findCaseChains(open)
    expect(after.length).toBeGreaterThan(before.length)
    // the very same objects: nobody made them again
    for (const chain of before) expect(after.includes(chain)).toBe(true)
    await importEvidence(open, [third])
    const last = findCaseChains(open)
    const hosts = new Set(before.map(({ host }) => host))
    for (const chain of after) expect(last.includes(chain)).toBe(hosts.has(chain.host))
    open.close()
  }, 120_000)

  it('never cites a record of another host', async () => {
    const open = await caseOf(...folders)
    const index = indexOfCase(open)
    for (const chain of findCaseChains(open))
      for (const { locator } of chain.steps) {
        const row = index.find(locator)
        expect(row).toBeDefined()
        const { segment, row: at } = index.at(row as number)
        expect(segment.tuple(at).computer).toBe(chain.host)
      }
    open.close()
  }, 120_000)
})
