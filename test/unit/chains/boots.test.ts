import { describe, expect, it } from 'vitest'
import { bootAt, bootStarts, bootsByLogonIds } from '../../../src/chains/boots.ts'
import { findChains } from '../../../src/chains/find-chains.ts'
import type { Chain } from '../../../src/domain/chain.ts'
import { at, id, input, World } from '../../builders/events.ts'

const world = new World()
const ids = (...hex: readonly string[]) => hex.map((text, n) => ({ time: at(n * 60_000), logonId: id(text) }))

describe('starts of Windows', () => {
  it('are those that leave records of the kernel or of LSA, where such records are', () => {
    const service = [
      world.boot(500_000, 6006, 'stopped'),
      world.boot(501_000, 6009),
      world.boot(501_100, 6005),
    ]
    expect(bootStarts([world.boot(0, 12), world.boot(900, 6005), ...service])).toEqual([at(0)])
    // without any of them 6005 is all there is to go by
    expect(bootStarts([world.boot(900, 6005), ...service])).toEqual([at(900), at(501_000)])
  })

  it('are told by LSA alone as well, and the log service starting again after it is none', () => {
    expect(bootStarts([world.boot(0, 4608), world.boot(700_000, 6005)])).toEqual([at(0)])
  })

  it('are one for the records written within five minutes, another for what is repeated, later or after a stop', () => {
    expect(bootStarts([world.boot(0, 6005), world.boot(300_000, 6009)])).toEqual([at(0)])
    expect(bootStarts([world.boot(0, 6005), world.boot(300_001, 6009)])).toEqual([at(0), at(300_001)])
    expect(bootStarts([world.boot(0, 6005), world.boot(10_000, 6005)])).toEqual([at(0), at(10_000)])
    expect(
      bootStarts([world.boot(0, 6005), world.boot(60_000, 6006, 'stopped'), world.boot(61_000, 6009)]),
    ).toEqual([at(0), at(61_000)])
    // each is measured from the start before it
    const many = [world.boot(0, 6005), world.boot(600_000, 6009), world.boot(1_200_000, 6008)]
    expect(bootStarts([...many, world.boot(1_201_000, 6005)])).toEqual([at(0), at(600_000), at(1_200_000)])
    expect(bootStarts([])).toEqual([])
  })

  it('begin with their own moment', () => {
    const starts = [at(0), at(100)]
    expect([-1, 0, 99, 100, 101].map((ms) => bootAt(starts, at(ms)))).toEqual([0, 1, 1, 2, 2])
  })

  it('are seen by logon ids that begin low again', () => {
    const fallen = bootsByLogonIds(ids('0x5a41984', '0x5a419bc', '0x1e240', '0x1f000', '0x20100'), [])
    expect(fallen).toEqual([at(119_000)])
  })

  it('are not made up of one odd id, of little disorder, or where a start is recorded anyway', () => {
    expect(bootsByLogonIds(ids('0x5a41984', '0x1e240', '0x5a419bc', '0x5a42000', '0x5a43000'), [])).toEqual(
      [],
    )
    expect(bootsByLogonIds(ids('0x60000', '0x59000', '0x5a000', '0x5b000'), [])).toEqual([])
    expect(bootsByLogonIds(ids('0x5a41984', '0x1e240', '0x1f000', '0x20100'), [at(30_000)])).toEqual([])
    expect(bootsByLogonIds(ids('0x5a41984', '0x3e7', '0x3e4', '0x3e5'), [])).toEqual([])
  })

  it('are seen by ids far below the highest, whatever lies between, and by three of them', () => {
    const low = ['0x1e240', '0x1f000', '0x20100']
    // built-in sessions and logons without an id are not counted
    expect(bootsByLogonIds([...ids('0x5a41984', '0x3e7', ...low)], [])).toEqual([at(119_000)])
    expect(bootsByLogonIds([{ time: at(-1), logonId: undefined }, ...ids('0x5a41984', ...low)], [])).toEqual([
      at(59_000),
    ])
    expect(bootsByLogonIds(ids('0x5a41984', '0x1e240', '0x1f000'), [])).toEqual([])
    // the highest counts, not the last
    expect(bootsByLogonIds(ids('0x100000', '0x90000', '0x70000', '0x70010', '0x70020'), [])).toEqual([
      at(119_000),
    ])
    // a fall shown once is not shown again by the next logons
    expect(bootsByLogonIds(ids('0x5a41984', ...low, '0x20200', '0x20300'), [])).toEqual([at(59_000)])
  })

  it('need a fall to less than half and by much', () => {
    const fell = (high: string, low: string) => bootsByLogonIds(ids(high, low, low, low), []).length
    expect(fell('0x100000', '0x7ffff')).toBe(1)
    expect(fell('0x100000', '0x80000')).toBe(0)
    expect(fell('0x200000', '0x140000')).toBe(0)
    expect(fell('0x50000', '0xffff')).toBe(1)
    expect(fell('0x50000', '0x10000')).toBe(0)
    expect(fell('0x50000', '0x20000')).toBe(0)
  })

  it('are not confirmed by logons of a boot that is recorded', () => {
    const logons = ids('0x5a41984', '0x1e240', '0x1f000', '0x20100')
    expect(bootsByLogonIds(logons, [at(150_000)])).toEqual([])
    // in the recorded boot ids begin low anyway
    expect(bootsByLogonIds(logons, [at(59_000)])).toEqual([])
  })

  it('lie a second before the first low logon, but after the last high one', () => {
    const startWhen = (ms: number, ticks = 0n) => {
      const [high, ...low] = ids('0x5a41984', '0x1e240', '0x1f000', '0x20100')
      const time = (at(ms) + ticks) as ReturnType<typeof at>
      const first = high as NonNullable<typeof high>
      return bootsByLogonIds([first, ...low.map((one) => ({ ...one, time }))], [])[0]
    }
    expect(startWhen(5000)).toBe(at(4000))
    expect(startWhen(500)).toBe(at(0) + 1n)
    expect(startWhen(1000)).toBe(at(0) + 1n)
    expect(startWhen(0, 1n)).toBe(at(0) + 1n)
  })

  it('keep a logon id that comes up again from joining across them', () => {
    const high = [world.logon(-600_000, '0x2000', '10.0.0.66'), world.logon(-500_000, '0x5a41984', undefined)]
    const low = ['0x1f00', '0x1f10', '0x1f20', '0x1f30'].map((hex, n) =>
      world.logon(-60_000 + n, hex, undefined),
    )
    const [chain] = findChains(input([...high, ...low, world.created(0, '0x2000')]))
    expect(chain?.source.ip).toBeUndefined()
    const [same] = findChains(input([high[0] as never, world.created(0, '0x2000')]))
    expect(same?.source.ip).toBe('10.0.0.66')
  })
})

describe('a logon with two tokens', () => {
  it('is one session to whoever asks for its twin', () => {
    const logon = { ...world.logon(-1000, '0x2000', '10.0.0.66'), linkedLogonId: id('0x2001') }
    const [chain] = findChains(input([logon, world.created(0, '0x2001')])) as readonly [Chain]
    expect(chain.source).toMatchObject({ ip: '10.0.0.66' })
    expect(chain.links.find((link) => link.rule === 'L1')).toMatchObject({ strength: 'strong' })
  })
})
