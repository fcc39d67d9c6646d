/** A chain that rests on records no longer live in their log says so, and claims less. */
import { describe, expect, it } from 'vitest'
import { findChains } from '../../../src/chains/find-chains.ts'
import { recoveredPlaces, tellRecovered } from '../../../src/chains/recovered-records.ts'
import type { Chain } from '../../../src/domain/chain.ts'
import type { WindowsEvent } from '../../../src/domain/event.ts'
import { atexec, input, World } from '../../builders/events.ts'

const recover = (event: WindowsEvent): WindowsEvent => ({
  ...event,
  locator: { ...event.locator, recovered: true },
})
/** The chain of atexec in which these records are recovered. */
const chainWith = (...which: readonly ((event: WindowsEvent) => boolean)[]): Chain => {
  const events = atexec(new World()).map((event) => (which.some((is) => is(event)) ? recover(event) : event))
  return findChains(input(events))[0] as Chain
}
const isPipe = (event: WindowsEvent) => event.kind === 'share-access' && event.accessMask === 0x3
const isTask = (event: WindowsEvent) => event.kind === 'task-created'
const isEnd = (event: WindowsEvent) => event.kind === 'task-deleted'
const isSmbLogon = (event: WindowsEvent) => event.kind === 'logon' && event.logonId === '0x1000'

describe('a chain over recovered records', () => {
  it('is left alone when it has none', () => {
    const chain = chainWith()
    expect(recoveredPlaces(chain)).toEqual([])
    expect(tellRecovered(chain)).toBe(chain)
  })

  it('names each of their places once, wherever it is cited', () => {
    const chain = chainWith(isPipe, isTask)
    expect(recoveredPlaces(chain)).toHaveLength(2)
    const bare = { ...chainWith(), steps: [], links: [], anchor: chain.anchor }
    expect(recoveredPlaces(bare as Chain)).toEqual([chain.anchor])
    const at = { ...chainWith().anchor, recovered: true as const }
    const base = chainWith()
    const [step] = base.steps
    expect(
      recoveredPlaces({ ...base, steps: [{ ...(step as Chain['steps'][number]), alsoAt: [at] }] }),
    ).toEqual([at])
    const one = { ip: '10.0.0.7', port: 1, logonId: undefined, locator: at }
    expect(recoveredPlaces({ ...base, source: { ...base.source, candidates: [one] } })).toEqual([at])
    const rejected = { ...one, logonId: '0x1' as never, why: '', time: base.time }
    expect(recoveredPlaces({ ...base, source: { ...base.source, rejected: [rejected] } })).toEqual([at])
    for (const answer of ['executed', 'deleted'] as const)
      expect(recoveredPlaces({ ...base, [answer]: { ...base[answer], citations: [at] } })).toEqual([at])
    const [link] = base.links
    for (const end of ['from', 'to'] as const)
      expect(
        recoveredPlaces({ ...base, links: [{ ...(link as Chain['links'][number]), [end]: at }] }),
      ).toEqual([at])
  })

  it('has links of medium strength at most where an end of them is recovered', () => {
    const plain = chainWith()
    const told = tellRecovered(chainWith(isPipe))
    for (const [n, link] of told.links.entries()) {
      const before = plain.links[n]
      const touched = link.from.recovered || link.to.recovered
      if (!touched) expect(link).toEqual(before)
      else {
        expect(['medium', 'weak']).toContain(link.strength)
        expect(link.why).toMatch(/^.+ Record 1001 is recovered: no longer live in the log/)
      }
    }
    expect(told.links.filter((link) => link.why.includes('recovered')).length).toBeGreaterThan(1)
    const both = tellRecovered(chainWith(isPipe, isTask)).links.find((link) => link.rule === 'L3')
    expect(both?.why).toContain('Both records are recovered')
    const weak = plain.links.map((link) => ({
      ...link,
      strength: 'weak' as const,
      from: { ...link.from, recovered: true as const },
    }))
    expect(tellRecovered({ ...plain, links: weak }).links.every((link) => link.strength === 'weak')).toBe(
      true,
    )
  })

  it('is probable where the rule of its source rests on one, and as it was where only something else does', () => {
    expect(chainWith(isPipe)).toMatchObject({ mechanism: 'remote-confirmed', source: { strength: 'strong' } })
    const weakened = tellRecovered(chainWith(isPipe))
    expect(weakened).toMatchObject({ mechanism: 'remote-probable', source: { strength: 'medium' } })
    expect(weakened.mechanismWhy).toMatch(
      /just before\. This chain uses 1 recovered record, which was no longer live/,
    )
    const kept = tellRecovered(chainWith(isEnd))
    expect(kept).toMatchObject({ mechanism: 'remote-confirmed', source: { strength: 'strong' } })
    const undecided = { ...chainWith(isPipe), mechanism: 'undetermined' as const, mechanismWhy: 'Said!' }
    expect(tellRecovered(undecided)).toMatchObject({
      mechanism: 'undetermined',
      mechanismWhy: expect.stringMatching(/^Said! This chain/),
    })
    expect(tellRecovered(chainWith(isPipe, isSmbLogon)).mechanismWhy).toContain(
      '2 recovered records, which were',
    )
  })

  it('says of each answer whether all or some of its records are recovered', () => {
    const told = tellRecovered(chainWith(isEnd))
    expect(told.deleted.why).toMatch(/\. It rests on recovered records only\.$/)
    expect(told.executed.why).not.toContain('recovered')
    const isFetch = (event: WindowsEvent) => event.kind === 'share-access' && event.accessMask === 0x1
    expect(tellRecovered(chainWith(isFetch)).executed.why).toMatch(/\. Some of its records are recovered\.$/)
  })
})
