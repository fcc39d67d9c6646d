import { describe, expect, it } from 'vitest'
import { clockJumps, setBackWithin } from '../../../src/chains/clock.ts'
import type { TimeChangedEvent, WindowsEvent } from '../../../src/domain/event.ts'
import { formatUtc } from '../../../src/domain/time.ts'
import { admin, at, World } from '../../builders/events.ts'

const world = new World()
const set = (ms: number, from: number | undefined, to: number | undefined): TimeChangedEvent => ({
  ...(world.cleared(ms) as WindowsEvent),
  kind: 'time-changed',
  eventId: 4616,
  account: admin,
  previousTime: from === undefined ? undefined : formatUtc(at(from)),
  newTime: to === undefined ? undefined : formatUtc(at(to)),
})
const sizes = (...events: readonly TimeChangedEvent[]) => clockJumps(events).map(({ ms }) => ms)

describe('a clock that was set', () => {
  it('is told with its step, both ends and the record', () => {
    const event = set(0, 5000, 65_000)
    expect(clockJumps([event])).toEqual([
      { time: event.time, ms: 60_000, locator: event.locator, from: at(5000), to: at(65_000) },
    ])
    expect(clockJumps([])).toEqual([])
  })

  it('is told from a second on; less is the clock being kept right', () => {
    expect(sizes(set(0, 0, 999), set(1, 999, 0), set(2, 0, 1000), set(3, 9000, 8000))).toEqual([1000, -1000])
  })

  it('is told without a size where the record lacks one of its ends', () => {
    const halves = [set(0, undefined, 60_000), set(1, 60_000, undefined), set(2, undefined, undefined)]
    expect(clockJumps(halves)).toEqual(
      halves.map(({ time, locator }) => ({ time, ms: undefined, locator, from: undefined, to: undefined })),
    )
    // and what follows is not taken for the same
    expect(sizes(set(0, undefined, undefined), set(1, 0, 60_000))).toEqual([undefined, 60_000])
  })

  it('is one jump when two logs record it, two when either end differs', () => {
    expect(sizes(set(0, 0, 60_000), set(1, 4, 60_003))).toEqual([60_000])
    expect(sizes(set(0, 0, 60_000), set(1, 999, 60_999))).toEqual([60_000])
    expect(sizes(set(0, 0, 60_000), set(1, 0, 90_000))).toEqual([60_000, 90_000])
    expect(sizes(set(0, 0, 60_000), set(1, -30_000, 60_000))).toEqual([60_000, 90_000])
    expect(sizes(set(0, 0, 60_000), set(1, 1000, 60_000))).toEqual([60_000, 59_000])
    expect(sizes(set(0, 0, 60_000), set(1, 0, 61_000))).toEqual([60_000, 61_000])
  })
})

describe('a clock set back within a span', () => {
  const back = clockJumps([set(0, 10_000, 5000)])
  const touches = (from: number, until: number) => setBackWithin(back, at(from), at(until)) !== undefined

  it('touches it where the doubled time lies in it, its edges included', () => {
    expect(touches(0, 20_000)).toBe(true)
    expect(touches(10_000, 20_000)).toBe(true)
    expect(touches(0, 5000)).toBe(true)
    expect(touches(10_001, 20_000)).toBe(false)
    expect(touches(0, 4999)).toBe(false)
  })

  it('is neither a clock set forward nor one of unknown size', () => {
    expect(setBackWithin(clockJumps([set(0, 5000, 10_000)]), at(-90_000), at(90_000))).toBeUndefined()
    expect(setBackWithin(clockJumps([set(0, undefined, 5000)]), at(-90_000), at(90_000))).toBeUndefined()
  })
})
