// What is left out before chains are made changes no chain: compared with taking every event there is.
import { describe, expect, it } from 'vitest'
import { findChains } from '../../../src/chains/find-chains.ts'
import { typedEvent } from '../../../src/events/typed-event.ts'
import { chainEvents } from '../../../src/workflow/chain-events.ts'
import { coverageOf, findCaseChains, hostFactsOf } from '../../../src/workflow/find-chains.ts'
import { practiceScenarios, writePractice } from '../../../src/workflow/make-practice.ts'
import type { OpenCase } from '../../../src/workflow/open-case.ts'
import { indexOfCase } from '../../../src/workflow/records/index-of-case.ts'
import { caseOf, scratchFolder } from '../../builders/case.ts'
import { haveSamples, manifest, sample } from '../../samples.ts'

/** Chains of every typed event of the case, nothing left out. */
function chainsOfAll(open: OpenCase) {
  const index = indexOfCase(open)
  const events = []
  for (const global of index.order) {
    if (index.isDuplicate(global)) continue
    const { segment, row } = index.at(global)
    const event = typedEvent(segment.record(row))
    if (event) events.push(event)
  }
  const { duplicates, events: chosen } = chainEvents(index)
  const chains = findChains({ events, duplicates, coverage: coverageOf(open), hosts: hostFactsOf(open) })
  return { chains, all: events.length, chosen: chosen.length }
}

describe('events chosen for chains', () => {
  it.runIf(haveSamples)(
    'give the same chains as all events, over the labelled and the largest samples together',
    async () => {
      const wanted = new Set([...manifest().chains, ...manifest().negatives].map((one) => one.sha256))
      const files = manifest().files.filter(
        (file) =>
          wanted.has(file.sha256) ||
          file.file.includes('otrf_schtask_create') ||
          (file.kind === 'evtx' && file.size > 1_000_000),
      )
      const open = await caseOf(...files.map((file) => sample(file.file)))
      const { chains, all, chosen } = chainsOfAll(open)
      expect(chains.length).toBeGreaterThanOrEqual(8)
      expect(chosen).toBeLessThan(all)
      expect(findCaseChains(open)).toEqual(chains)
      open.close()
    },
    120_000,
  )

  it.each(practiceScenarios().map(({ name }) => name))(
    'give the same chains as all events in the practice case %s',
    async (scenario) => {
      const { dir } = await writePractice(`${scratchFolder()}/evidence`, { scenario, seed: 7, noise: 800 })
      const open = await caseOf(dir)
      const { chains, all, chosen } = chainsOfAll(open)
      expect(chains.length).toBeGreaterThan(0)
      expect(chosen).toBeLessThanOrEqual(all)
      expect(findCaseChains(open)).toEqual(chains)
      open.close()
    },
    60_000,
  )
})
