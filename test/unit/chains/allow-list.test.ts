import { describe, expect, it } from 'vitest'
import { addressRange } from '../../../src/chains/address-range.ts'
import { allowedBy } from '../../../src/chains/allow-list.ts'
import { findChains } from '../../../src/chains/find-chains.ts'
import type { AllowEntry } from '../../../src/domain/allow-list.ts'
import type { Chain } from '../../../src/domain/chain.ts'
import { adminSid, at, atexec, command, input, World } from '../../builders/events.ts'

const chain = findChains(input(atexec(new World())))[0] as Chain
const entry = (more: Partial<AllowEntry>): AllowEntry => ({
  id: 'e1',
  account: undefined,
  addresses: undefined,
  actionHash: undefined,
  expires: at(3_600_000),
  author: 'a.author',
  reason: 'patching',
  ...more,
})
const statesOf = (...entries: readonly AllowEntry[]) => allowedBy(chain, entries).map(({ state }) => state)

describe('a range of addresses', () => {
  it.each([
    ['10.0.0.0/24', '10.0.0.66', true],
    ['10.0.0.64/31', '10.0.0.66', false],
    ['10.0.0.66', '10.0.0.66', true],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['2001:db8::/32', '2001:db8:0:1::7', true],
    ['2001:db8::/32', '2001:db9::7', false],
    ['fe80::/10', 'fe80::1%12', true],
    ['0.0.0.0/0', '2001:db8::1', false],
  ])('%s and %s: %s', (range, address, inside) => {
    expect(addressRange(range)?.(address)).toBe(inside)
  })

  it('is nothing else than an address with a prefix', () => {
    for (const text of [
      '',
      'fs01',
      '10.0.0.0/33',
      '10.0.0/8',
      '10.0.0.0/8/8',
      '10.0.0.256',
      '1::2::3',
      '::/129',
    ])
      expect(addressRange(text)).toBeUndefined()
  })
})

describe('the site allow-list', () => {
  it('fits when everything an entry asks for fits', () => {
    expect(
      statesOf(entry({ account: adminSid, addresses: '10.0.0.0/24', actionHash: chain.task.actionHash })),
    ).toEqual(['fits'])
    expect(statesOf(entry({ account: 'CORP\\admin' }))).toEqual(['fits'])
    expect(statesOf(entry({ account: 'ADMIN' }))).toEqual(['fits'])
  })

  it('says what fits and what does not when only some of it does', () => {
    const [told] = allowedBy(chain, [entry({ account: adminSid, addresses: '192.0.2.0/24' })])
    expect(told).toMatchObject({
      state: 'partly',
      because: [`account ${adminSid}`],
      differs: ['source 10.0.0.66 is not in 192.0.2.0/24'],
    })
  })

  it('never fits with nothing, with another account, domain or action', () => {
    expect(
      statesOf(
        entry({}),
        entry({ account: 'S-1-5-21-9-9-9-9' }),
        entry({ account: 'OTHER\\admin' }),
        entry({ actionHash: '0'.repeat(64) }),
        entry({ addresses: 'anything' }),
      ),
    ).toEqual([])
  })

  it('counts the time of the deed: an entry that had ended vouches for nothing, and one without an end says so', () => {
    expect(statesOf(entry({ account: adminSid, expires: at(-1) }))).toEqual(['expired'])
    expect(statesOf(entry({ account: adminSid, expires: at(0) }))).toEqual(['fits'])
    const [told] = allowedBy(chain, [entry({ account: adminSid, expires: undefined })])
    expect(told?.differs).toEqual(['the entry never expires'])
  })

  it('changes nothing about the chain itself', () => {
    const before = JSON.stringify(chain, (_, value) => (typeof value === 'bigint' ? `${value}` : value))
    allowedBy(chain, [entry({ account: adminSid })])
    expect(JSON.stringify(chain, (_, value) => (typeof value === 'bigint' ? `${value}` : value))).toBe(before)
  })
})

describe('benign look-alikes', () => {
  const made = (path: string, line: readonly [string, string?]) => {
    const world = new World()
    const found = findChains(
      input([
        world.logon(-20, '0x2000', '10.0.0.66'),
        world.created(0, '0x2000', { path, definition: command(line[0], line[1]) }),
      ]),
    )
    return found[0]?.lookAlikes ?? []
  }

  it('tells a famous name with another command by what does not fit', () => {
    const [told] = made('\\Microsoft\\Windows\\GroupPolicy\\GPUpdate', ['cmd.exe', '/c evil.bat'])
    expect(told?.because).toHaveLength(1)
    expect(told?.differs).toEqual([
      'its command is not the usual one: cmd.exe /c evil.bat',
      'it was made by a caller from afar, where a service of this host is usual',
    ])
  })

  it('knows the remote updater that makes its task from afar', () => {
    const [told] = made('\\PSWindowsUpdate', [
      'powershell.exe',
      '-Command "Install-WindowsUpdate -AcceptAll"',
    ])
    expect(told?.differs).toEqual([])
    expect(told?.because).toHaveLength(3)
  })

  it('says nothing of a name it does not know', () => {
    expect(made('\\Quirk', ['cmd.exe'])).toEqual([])
  })
})
