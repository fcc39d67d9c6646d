import { describe, expect, it } from 'vitest'
import { bootStarts, bootsByLogonIds } from '../../../src/chains/boots.ts'
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
