// A service may change its task ten thousand times: the chain tells the first and the last, and how many lie between.
import { describe, expect, it } from 'vitest'
import { findChains } from '../../../src/chains/find-chains.ts'
import { command, input, system, World } from '../../builders/events.ts'

describe('a task with very many changes', () => {
  const world = new World()
  const events = Array.from({ length: 412 }, (_, at) =>
    world.change('task-updated', at * 60_000, '0x3e7', {
      account: system,
      definition: command('sppsvc.exe'),
    }),
  )
  const [chain, ...others] = findChains(input(events))

  it('is one chain that names the first and the last of them, and says where the others are', () => {
    expect(others).toEqual([])
    const told = chain?.steps.filter(({ role }) => role === 'task-updated') ?? []
    expect(told).toHaveLength(300)
    expect(told[0]?.locator).toEqual(events[0]?.locator)
    expect(told.at(-1)?.locator).toEqual(events.at(-1)?.locator)
    expect(chain?.task.definitions).toHaveLength(300)
    const gap = chain?.gaps.find(({ expected }) => expected.includes('more records of changes'))
    expect(gap?.expected).toMatch(/^112 /)
    expect(gap?.why).toContain('timeline')
  })
})
