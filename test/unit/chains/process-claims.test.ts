import { describe, expect, it } from 'vitest'
import { findChains } from '../../../src/chains/find-chains.ts'
import type { WindowsEvent } from '../../../src/domain/event.ts'
import { input, svchost, World } from '../../builders/events.ts'

const cmd = 'C:\\Windows\\System32\\cmd.exe'
const line = 'cmd.exe /c evil.bat'
/** names PID 1044 as the Schedule service */
const service = (world: World) =>
  world.process(-900_000, 1044, svchost.image, { pid: 8 }, { line: 'svchost.exe -k netsvcs -p -s Schedule' })

describe('whose process it is', () => {
  const twins = (world: World) => [
    service(world),
    world.created(0, '0x1'),
    world.created(300_000, '0x1', { path: '\\Twin' }),
  ]
  const told = (events: readonly WindowsEvent[]) =>
    findChains(input(events))
      .toSorted((a, b) => (a.time < b.time ? -1 : 1))
      .map((chain) => chain.executed.answer)

  it('is that of the task the history names, and of no other with the same action', () => {
    const world = new World()
    const run = world.process(600_000, 976, cmd, svchost, { line })
    const named = world.history('process-created', 600_001, { path: '\\Twin', pid: 976 })
    expect(told([...twins(world), run, named])).toEqual(['unknown', 'yes'])
    const stranger = world.history('process-created', 600_001, { path: '\\Old', pid: 976 })
    expect(told([...twins(world), run, stranger])).toEqual(['unknown', 'unknown'])
  })

  it('is nobody’s proof when two tasks have the same action and neither was just started', () => {
    const world = new World()
    expect(told([...twins(world), world.process(600_000, 976, cmd, svchost, { line })])).toEqual([
      'unknown',
      'unknown',
    ])
  })

  it('is that of the task that was just made or triggered', () => {
    const world = new World()
    expect(told([...twins(world), world.process(300_500, 976, cmd, svchost, { line })])).toEqual([
      'unknown',
      'yes',
    ])
    const trigger = world.history('triggered', 599_990)
    expect(told([...twins(world), trigger, world.process(600_000, 976, cmd, svchost, { line })])).toEqual([
      'yes',
      'unknown',
    ])
  })

  it('is the remaining task’s when the other was deleted before', () => {
    const world = new World()
    const events = [...twins(world), world.deleted(400_000, '0x1', { path: '\\Twin' })]
    expect(told([...events, world.process(600_000, 976, cmd, svchost, { line })])).toEqual(['yes', 'unknown'])
  })
})
