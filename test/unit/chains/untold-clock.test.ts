// A clock set back of which no record is left shows in the task log: its times fall once along the record ids, and rise everywhere else.
import { describe, expect, it } from 'vitest'
import { findChains } from '../../../src/chains/find-chains.ts'
import type { TaskHistoryEvent, WindowsEvent } from '../../../src/domain/event.ts'
import { at, input, World } from '../../builders/events.ts'

type Moment = readonly [what: TaskHistoryEvent['what'], ms: number, path?: string]
const log = (world: World, moments: readonly Moment[]): WindowsEvent[] =>
  moments.map(([what, ms, path]) => world.history(what, ms, path === undefined ? {} : { path }))
const only = (events: readonly WindowsEvent[]) =>
  findChains(input(events)).filter(({ task }) => task.path === '\\Quirk')

const before: readonly Moment[] = [
  ['triggered', -9_000_000, '\\Other'],
  ['triggered', -90_000, '\\Other'],
  ['registered', 0],
  ['updated', 1],
]

describe('a clock set back that no record tells of', () => {
  it('keeps what the log wrote later behind what it wrote before, and shows the recorded times', () => {
    const world = new World()
    const chains = only(log(world, [...before, ['deleted', -47_000], ['triggered', 1_200_000, '\\Other']]))
    expect(chains).toHaveLength(1)
    const [chain] = chains
    expect(chain?.deleted.answer).toBe('yes')
    expect(chain?.steps.find(({ role }) => role === 'task-deleted')?.time).toBe(at(-47_000))
  })

  it('is concluded only from one fall among rising times: a table sorted the other way round shows none', () => {
    const reversed = new World()
    const moments = [...before, ['deleted', 60_000] as const, ['triggered', 120_000, '\\Other'] as const]
    const [told] = only(log(reversed, moments.toReversed()))
    expect([told?.time, told?.deleted.answer]).toEqual([at(0), 'yes'])
    expect(told?.steps.find(({ role }) => role === 'task-deleted')?.time).toBe(at(60_000))
    // two falls, or a small one: written late, not set back
    for (const extra of [
      [
        ['deleted', -47_000],
        ['triggered', 50_000, '\\Other'],
        ['triggered', -20_000, '\\Other'],
      ],
      [['deleted', -9_000]],
    ] as const satisfies readonly (readonly Moment[])[]) {
      const [chain] = only(log(new World(), [...before, ...extra]))
      expect(chain?.deleted.answer).toBe('unknown')
    }
  })

  it('moves the Security log by what both logs say of the same task', () => {
    const world = new World()
    const history = log(world, [...before, ['deleted', -47_000], ['triggered', 1_200_000, '\\Other']])
    const deletion = world.deleted(-46_999, '0x500')
    const [chain, ...others] = only([...history, deletion])
    expect(others).toEqual([])
    expect(chain?.deleted.answer).toBe('yes')
    expect(chain?.steps.map(({ eventId }) => eventId).slice(0, 2)).toEqual([106, 140])
  })
})
