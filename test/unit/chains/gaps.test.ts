import { describe, expect, it } from 'vitest'
import { findChains } from '../../../src/chains/find-chains.ts'
import type { ChainInput, GapState } from '../../../src/domain/chain.ts'
import type { WindowsEvent } from '../../../src/domain/event.ts'
import { at, auditedAll, coverage, hostFacts, input, scheduler, World } from '../../builders/events.ts'

const world = new World()
const task = world.created(0, '0x2000')
const stateOf = (expected: string, more: Partial<ChainInput>, events: readonly WindowsEvent[] = [task]) =>
  findChains(input(events, more))[0]?.gaps.find((gap) => gap.expected === expected)?.state
const security = (more: Parameters<typeof coverage>[2] = {}) => [coverage(world, 'Security', more)]
const audited = [hostFacts(world, { auditPolicy: auditedAll })]
const share = '0CCE9244-69AE-11D9-BED3-505054503030'

describe('what a missing record means', () => {
  it.each<[string, GapState, Partial<ChainInput>]>([
    ['the log is not in the evidence', 'not-collected', {}],
    [
      'the subcategory was off',
      'not-audited',
      {
        coverage: security({ eventIds: [4624, 4698] }),
        hosts: [hostFacts(world, { auditPolicy: { ...auditedAll, [share]: 0 } })],
      },
    ],
    [
      'only failures were audited',
      'not-audited',
      {
        coverage: security({ eventIds: [4624, 4698] }),
        hosts: [hostFacts(world, { auditPolicy: { ...auditedAll, [share]: 2 } })],
      },
    ],
    [
      'the subcategory is off now and the log shows that it was on once',
      'unknown',
      { coverage: security(), hosts: [hostFacts(world, { auditPolicy: { ...auditedAll, [share]: 0 } })] },
    ],
    ['the log begins later', 'out-of-retention', { coverage: security({ from: at(-1) }), hosts: audited }],
    [
      'the log ends before',
      'out-of-retention',
      { coverage: security({ provenance: 'full-export', to: at(-20_000) }), hosts: audited },
    ],
    [
      'the export was filtered',
      'filtered-out',
      { coverage: security({ provenance: 'filtered-export', missingRecordIds: 90n }), hosts: audited },
    ],
    ['records are missing', 'unknown', { coverage: security({ missingRecordIds: 3n }), hosts: audited }],
    ['parts could not be read', 'unknown', { coverage: security({ problems: 2 }), hosts: audited }],
    ['nobody knows the policy', 'unknown', { coverage: security() }],
    [
      'the policy was changed meanwhile',
      'unknown',
      { coverage: security({ eventIds: [4719] }), hosts: audited },
    ],
    ['it would have been recorded', 'truly-absent', { coverage: security(), hosts: audited }],
  ])('5145, when %s: %s', (_, state, more) => {
    expect(stateOf('5145 atsvc', more)).toBe(state)
  })

  it('says that the log was cleared', () => {
    const events = [task, world.cleared(30_000)]
    expect(stateOf('5145 atsvc', { coverage: security({ from: at(30_000) }) }, events)).toBe('log-cleared')
  })

  it('asks the channel’s own state when its log is missing', () => {
    const hosts = [hostFacts(world, { channels: [{ name: scheduler, enabled: false }] })]
    expect(stateOf('task history (106, 129, 200, 201)', { hosts })).toBe('not-audited')
    expect(stateOf('task history (106, 129, 200, 201)', {})).toBe('not-collected')
  })

  it('never judges one host by the logs of another', () => {
    const elsewhere = new World('fs02.corp.example')
    const logs = [coverage(elsewhere, 'Security')]
    expect(
      stateOf('5145 atsvc', { coverage: logs, hosts: [hostFacts(elsewhere, { auditPolicy: auditedAll })] }),
    ).toBe('not-collected')
  })

  it('expects no share access of a call over TCP and no address of the second logon of the pipe', () => {
    const tcp = [world.logon(-26, '0x2000', '10.0.0.66'), task]
    expect(stateOf('5145 atsvc', { coverage: security(), hosts: audited }, tcp)).toBe('expected-absent')
    const pipe = [world.pipe(-20, '0x1000', '10.0.0.66'), world.logon(-7, '0x2000', undefined), task]
    expect(stateOf('4624 with an address for 0x2000', {}, pipe)).toBe('expected-absent')
  })
})
