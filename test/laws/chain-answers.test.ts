/** Laws of what chains answer: nothing is claimed without a record or a stated gap, and less evidence never makes more certain. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findChains, reportCoverage } from '../../src/chains/find-chains.ts'
import type { Chain, ChainInput, TriState } from '../../src/domain/chain.ts'
import type { AuditPolicyChangedEvent, WindowsEvent } from '../../src/domain/event.ts'
import { locatorKey } from '../../src/domain/locator.ts'
import { chainsDocument } from '../../src/report/chains-json.ts'
import { inputOf, setting } from '../builders/chain-worlds.ts'
import { admin, hostFacts, input, World } from '../builders/events.ts'

const runs = { numRuns: Number(process.env.LAW_RUNS ?? 150) }
const holds: <Ts>(property: fc.IProperty<Ts>, parameters?: fc.Parameters<Ts>) => void = fc.assert
const answersOf = (chain: Chain): readonly TriState[] => [chain.executed, chain.deleted]
const byId = (chains: readonly Chain[]) => new Map(chains.map((chain) => [chain.id, chain]))

/** With less evidence an answer stays, or a definite one becomes unknown. */
function isNotMoreCertain(less: TriState, more: TriState): boolean {
  return less.answer === more.answer || less.answer === 'unknown'
}

describe('what a chain answers', () => {
  it('has a record behind every yes, and a record or a covering log behind every no', () => {
    holds(
      fc.property(setting, (from) => {
        const whole = inputOf(from)
        const places = new Set(whole.events.map((event) => locatorKey(event.locator)))
        for (const chain of findChains(whole)) {
          for (const { answer, why, citations } of answersOf(chain)) {
            expect(why.length).toBeGreaterThan(10)
            for (const at of citations) expect(places.has(locatorKey(at))).toBe(true)
            if (answer === 'yes') expect(citations.length).toBeGreaterThan(0)
            if (answer === 'no') expect(why).toMatch(/holds every record|covers/)
            if (answer === 'unknown')
              expect(why).toMatch(/proves nothing|not in the evidence|registered again/)
          }
          expect(chain.runs.length > 0).toBe(chain.executed.answer === 'yes')
          expect(chain.mechanismWhy.length).toBeGreaterThan(10)
          for (const gap of chain.gaps) expect(gap.why.length).toBeGreaterThan(10)
        }
      }),
      runs,
    )
  })

  it('names an address only with the rule it rests on and a step that carries it', () => {
    holds(
      fc.property(setting, (from) => {
        for (const { source, steps } of findChains(inputOf(from))) {
          expect(source.ip === undefined || source.basis !== undefined).toBe(true)
          if (source.ip !== undefined) expect(steps.some((step) => step.facts.ip === source.ip)).toBe(true)
          if (source.candidates.length > 0) expect(source.ip).toBeUndefined()
        }
      }),
      runs,
    )
  })

  it('keeps what is only consistent with a run out of the steps and links', () => {
    holds(
      fc.property(setting, (from) => {
        for (const chain of findChains(inputOf(from))) {
          if (chain.executed.answer === 'yes') continue
          expect(chain.tree.nodes.every((node) => node.standing === 'consistent')).toBe(true)
          expect(chain.links.some((link) => ['E2', 'E3', 'E4', 'E5'].includes(link.rule))).toBe(false)
        }
      }),
      runs,
    )
  })
})

describe('with less evidence', () => {
  it('nothing becomes more certain when the task history is taken away', () => {
    holds(
      fc.property(setting, (from) => {
        const mixed = inputOf(from)
        // 106 and 141 without the 4698 and 4699 beside them contradict a Security log that is whole and audited
        const contradicts = (event: WindowsEvent) =>
          event.kind === 'task-history' && (event.what === 'registered' || event.what === 'deleted')
        const whole = { ...mixed, events: mixed.events.filter((event) => !contradicts(event)) }
        const without: ChainInput = {
          ...whole,
          events: whole.events.filter((event) => event.kind !== 'task-history'),
          coverage: whole.coverage.filter((log) => log.channel === 'Security'),
        }
        const known = byId(findChains(whole))
        for (const chain of findChains(without)) {
          const more = known.get(chain.id)
          // a change that a history record had given to another story may stand alone now
          if (!more) continue
          expect(isNotMoreCertain(chain.deleted, more.deleted)).toBe(true)
          expect(chain.executed.answer).not.toBe('no')
        }
      }),
      runs,
    )
  })

  it('no audit policy and no coverage leave no "no" at all', () => {
    holds(
      fc.property(setting, (from) => {
        const blind = findChains({ ...inputOf(from), hosts: [], coverage: [] })
        for (const chain of blind) for (const { answer } of answersOf(chain)) expect(answer).not.toBe('no')
      }),
      runs,
    )
  })

  it('a change of the audit policy that names nothing takes away every "no" that rests on auditing', () => {
    holds(
      fc.property(setting, fc.integer({ min: -20_000, max: 20_000 }), (from, ms) => {
        const whole = inputOf(from)
        const known = byId(findChains(whole))
        const world = new World()
        const change: AuditPolicyChangedEvent = {
          ...(world.cleared(ms) as WindowsEvent),
          locator: { ...world.cleared(ms).locator, recordId: 800_000n, offset: 900_000 },
          kind: 'audit-policy-changed',
          eventId: 4719,
          account: admin,
          logonId: undefined,
          subcategoryGuid: undefined,
          changes: '%%8448',
        }
        for (const chain of findChains({ ...whole, events: [...whole.events, change] })) {
          const before = known.get(chain.id) as Chain
          expect(isNotMoreCertain(chain.deleted, before.deleted)).toBe(true)
          expect(chain.executed.answer).toBe(before.executed.answer)
          if (chain.deleted.answer === 'no') expect(chain.deleted.why).toContain('TaskScheduler')
        }
      }),
      runs,
    )
  })
})

describe('another host', () => {
  it('adds links and a name for an address, and changes nothing else', () => {
    holds(
      fc.property(setting, setting, (a, b) => {
        const one = inputOf(a)
        const two = inputOf(b, 'ws66.corp.example')
        const facts = hostFacts(new World('ws66.corp.example'), { addresses: ['10.0.0.66'] })
        const far = two.events.map((event) => ({
          ...event,
          locator: { ...event.locator, evidenceId: 'f'.repeat(64) as never },
        })) as WindowsEvent[]
        const both = findChains(
          input([...far, ...one.events], { coverage: one.coverage, hosts: [...one.hosts, facts] }),
        )
        const plain = (chains: readonly Chain[]) =>
          chainsDocument(chains).chains.map((chain) => ({
            ...chain,
            cameFrom: [],
            wentTo: [],
            source: { ...chain.source, host: null, hostBasis: null },
          }))
        expect(plain(both.filter((chain) => chain.host === 'fs01.corp.example'))).toEqual(
          plain(findChains(one)),
        )
        for (const chain of both)
          for (const link of [...chain.cameFrom, ...chain.wentTo]) expect(link.fromHost).not.toBe(link.toHost)
      }),
      runs,
    )
  })
})

describe('the coverage report', () => {
  it('is the same whatever order logs and events come in', () => {
    holds(
      fc.property(setting, fc.infiniteStream(fc.nat()), (from, keys) => {
        const whole = inputOf(from)
        const mix = <T>(list: readonly T[]) =>
          list
            .map((one) => ({ one, key: keys.next().value as number }))
            .sort((x, y) => x.key - y.key)
            .map(({ one }) => one)
        const plain = (reports: unknown) =>
          JSON.stringify(reports, (_, value) => (typeof value === 'bigint' ? `${value}` : value))
        expect(
          plain(reportCoverage({ ...whole, events: mix(whole.events), coverage: mix(whole.coverage) })),
        ).toBe(plain(reportCoverage(whole)))
      }),
      runs,
    )
  })
})
