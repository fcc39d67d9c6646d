// Answers cost: each chain is answered once for bundle, report and IOC table together, and what was read of a host is read again only when
// its own evidence changes.
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { writeHosts } from '../../../bench/hosts.ts'
import { answerChain } from '../../../src/playbook/answer-chain.ts'
import { TraceCache, traceCase } from '../../../src/workflow/case-traces.ts'
import { derivedDocuments } from '../../../src/workflow/derived-documents.ts'
import { findCaseChains } from '../../../src/workflow/find-chains.ts'
import { importEvidence } from '../../../src/workflow/import-evidence.ts'
import { writePractice } from '../../../src/workflow/make-practice.ts'
import { answersDocument, iocsOfCase } from '../../../src/workflow/playbook-answers.ts'
import { indexOfCase } from '../../../src/workflow/records/index-of-case.ts'
import { caseOf, scratchFolder } from '../../builders/case.ts'

vi.mock('../../../src/playbook/answer-chain.ts', async (original) => {
  const real = await original<typeof import('../../../src/playbook/answer-chain.ts')>()
  return { answerChain: vi.fn(real.answerChain) }
})

describe('answers', () => {
  let folders: readonly string[] = []
  beforeAll(async () => {
    folders = await writeHosts(scratchFolder(), 3, 600)
  }, 120_000)

  it('are made once for each chain, for all documents of a bundle together', async () => {
    const open = await caseOf(...folders.slice(0, 2))
    const chains = findCaseChains(open)
    expect(chains.length).toBeGreaterThan(3)
    vi.mocked(answerChain).mockClear()
    const write = async (includesCase: boolean) => {
      let bytes = 0
      for (const file of derivedDocuments(open, includesCase, ''))
        for await (const part of file.bytes(new Map())) bytes += part.length
      return bytes
    }
    expect(await write(false)).toBeGreaterThan(10_000)
    expect(vi.mocked(answerChain)).toHaveBeenCalledTimes(chains.length)
    // nobody stated anything: with the case they are the same
    await write(true)
    iocsOfCase(open)
    expect(vi.mocked(answerChain)).toHaveBeenCalledTimes(chains.length)
    open.close()
  }, 120_000)

  it('read again only the logs of which something else is asked than before', async () => {
    const [first = '', second = '', third = ''] = folders
    const open = await caseOf(first, second)
    const cache = new TraceCache()
    const look = () => {
      const before = { ...cache.reads }
      const traces = traceCase(indexOfCase(open), findCaseChains(open), cache)
      return { traces, scans: cache.reads.scans - before.scans, logons: cache.reads.logons - before.logons }
    }
    const segments = () => indexOfCase(open).segments.length
    const start = segments()
    expect(look()).toMatchObject({ scans: start, logons: start })
    expect(look()).toMatchObject({ scans: 0, logons: 0 })
    await importEvidence(open, [third])
    const more = segments() - start
    expect(more).toBeGreaterThan(0)
    const after = look()
    // of the hosts that were there the same is asked; whom to look for in their logons may have grown
    expect(after.scans).toBe(more)
    expect(after.traces).toEqual(traceCase(indexOfCase(open), findCaseChains(open)))
    expect(after.traces.traces.length).toBeGreaterThan(0)
    open.close()
  }, 120_000)
})

describe('answers with what other views show of the task', () => {
  it.each([
    ['hidden-task', 'task-descriptor-removed'],
    ['registry-only-task', 'task-put-in-place'],
  ])(
    '%s: the finding weighs in the verdict and is cited',
    async (scenario, id) => {
      const { dir } = await writePractice(`${scratchFolder()}/evidence`, { scenario, seed: 4, noise: 40 })
      const open = await caseOf(dir)
      const documents = findCaseChains(open).map((chain) => answersDocument(open, chain.id))
      const told = documents.filter(({ evidence }) => evidence.reasons.some((one) => one.id === id))
      expect(told.length).toBeGreaterThan(0)
      for (const { evidence } of told) {
        const reason = evidence.reasons.find((one) => one.id === id)
        expect(reason).toMatchObject({ weighs: 'malicious', strong: true })
        expect((reason?.citations.length ?? 0) + (reason?.places?.length ?? 0)).toBeGreaterThan(0)
        expect(evidence.outcome).toBe('escalate')
      }
      open.close()
    },
    60_000,
  )
})
