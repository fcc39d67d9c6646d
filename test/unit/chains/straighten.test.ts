/** Records of a host whose clock was set back, brought into the order they were written in. */
import { describe, expect, it } from 'vitest'
import { compareEvents } from '../../../src/chains/order.ts'
import { recordedTimeOf, straightened } from '../../../src/chains/straighten.ts'
import type { TimeChangedEvent, WindowsEvent } from '../../../src/domain/event.ts'
import { formatUtc } from '../../../src/domain/time.ts'
import { admin, at, svchost, World } from '../../builders/events.ts'

const minute = 60_000
/** the clock goes from `from` back to `to`; the record lies in the Security log */
const set = (world: World, from: number, to: number): TimeChangedEvent => ({
  ...(world.cleared(to) as WindowsEvent),
  kind: 'time-changed',
  eventId: 4616,
  account: admin,
  previousTime: formatUtc(at(from)),
  newTime: formatUtc(at(to)),
})
const sorted = (events: readonly WindowsEvent[]) => straightened(events.toSorted(compareEvents))
const order = (events: readonly WindowsEvent[]) => sorted(events).map((event) => event.locator.recordId)
const ids = (...events: readonly WindowsEvent[]) => events.map((event) => event.locator.recordId)

describe('records of a clock set back', () => {
  it('are as they were where it never was', () => {
    const world = new World()
    const events = [world.logon(0, '0x1', undefined), world.created(10, '0x1')]
    expect(straightened(events)).toBe(events)
    const forward = [...events, set(world, 20, 20 + minute)]
    expect(straightened(forward)).toBe(forward)
  })

  it('stand in the order of their record ids in the log of the step, and keep the time they were recorded with', () => {
    const world = new World()
    const before = world.logon(0, '0x1', undefined)
    const late = world.logon(9 * minute, '0x2', undefined)
    const step = set(world, 10 * minute, 0)
    const after = world.created(minute, '0x2')
    const told = sorted([after, late, before, step])
    expect(told.map((event) => event.locator.recordId)).toEqual(ids(before, late, step, after))
    expect(told.map((event) => event.time)).toEqual([at(0), at(9 * minute), at(10 * minute), at(11 * minute)])
    expect(told.map(recordedTimeOf)).toEqual([before, late, step, after].map((event) => event.time))
    expect(told[0]?.recordedTime).toBeUndefined()
    expect(told[3]?.recordedTime).toBe(at(minute))
  })

  it('are moved by every step before them', () => {
    const world = new World()
    const first = set(world, 10 * minute, 0)
    const second = set(world, 5 * minute, 0)
    const after = world.created(minute, '0x2')
    expect(sorted([first, second, after]).map((event) => event.time)).toEqual([
      at(10 * minute),
      at(15 * minute),
      at(16 * minute),
    ])
  })

  it('show the step in another log by a fall of its times', () => {
    const world = new World()
    const early = world.history('registered', minute)
    const late = world.history('triggered', 9 * minute)
    const step = set(world, 10 * minute, 0)
    const after = world.history('instance-started', 2 * minute)
    expect(order([early, late, step, after])).toEqual(ids(early, late, step, after))
    // a fall that is none of this step: the later record lies before the time the clock was set to
    const odd = world.history('instance-started', -minute)
    const told = sorted([late, step, odd])
    expect(told.find((event) => event.locator.recordId === odd.locator.recordId)?.time).toBe(at(-minute))
  })

  it('take the side of what another log says of the same task or process, within five seconds', () => {
    const told = (
      make: (world: World, ms: number) => WindowsEvent,
      speak: (world: World, ms: number) => WindowsEvent,
      apart = 0,
    ) => {
      const world = new World()
      const step = set(world, 10 * minute, 0)
      // the Security log is in order by its ids: this one lies behind the step
      const known = speak(world, 2 * minute)
      const silent = make(world, 2 * minute + apart)
      const moved = sorted([step, known, silent]).find(
        (event) => event.locator.recordId === silent.locator.recordId,
      )
      return moved?.recordedTime !== undefined
    }
    const started = (world: World, ms: number) => world.history('instance-started', ms)
    const created = (world: World, ms: number) => world.created(ms, '0x1')
    const run = (world: World, ms: number) => world.process(ms, 976, 'C:\\a.exe', svchost)
    const named = (world: World, ms: number) => world.history('process-created', ms, { pid: 976 })
    expect(told(started, created)).toBe(true)
    for (const kind of ['task-deleted', 'task-enabled', 'task-disabled', 'task-updated'] as const)
      expect(told(started, (world, ms) => world.change(kind, ms, '0x1', { path: '\\QUIRK' }))).toBe(true)
    expect(told(started, created, 5000)).toBe(true)
    expect(told(started, created, 5001)).toBe(false)
    expect(told(started, created, -5000)).toBe(true)
    expect(told(started, created, -5001)).toBe(false)
    expect(told(started, (world, ms) => world.created(ms, '0x1', { path: '\\Other' }))).toBe(false)
    expect(told(named, run)).toBe(true)
    expect(told(named, (world, ms) => world.process(ms, 977, 'C:\\a.exe', svchost))).toBe(false)
    expect(told(started, run)).toBe(false)
    const sysmon = (world: World, ms: number) =>
      world.sysmonProcess(ms, 976, 'C:\\a.exe', '', { ...svchost, line: '' })
    expect(told(sysmon, run)).toBe(true)
    expect(told(started, (world, ms) => world.logon(ms, '0x1', undefined))).toBe(false)
  })

  it('lie before the step where the other logs disagree, and behind it after its hours', () => {
    const world = new World()
    const first = world.created(2 * minute, '0x1')
    const step = set(world, 10 * minute, 0)
    const again = world.created(2 * minute, '0x1')
    const silent = world.history('instance-started', 2 * minute)
    const later = world.history('instance-completed', 10 * minute + 1)
    const told = sorted([first, step, again, silent, later])
    const timeOf = (event: WindowsEvent) => told.find((one) => one.locator === event.locator)?.time
    const byId = (event: WindowsEvent) =>
      told.find((one) => one.locator.recordId === event.locator.recordId && one.channel === event.channel)
        ?.time
    expect(byId(silent)).toBe(at(2 * minute))
    expect(byId(later)).toBe(at(20 * minute + 1))
    expect(timeOf(again)).toBe(at(12 * minute))
  })
})
