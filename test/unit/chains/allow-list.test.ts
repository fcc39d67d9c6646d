import { describe, expect, it } from 'vitest'
import { allowedBy } from '../../../src/chains/allow-list.ts'
import { findChains } from '../../../src/chains/find-chains.ts'
import type { AllowEntry } from '../../../src/domain/allow-list.ts'
import type { Chain } from '../../../src/domain/chain.ts'
import { admin, adminSid, at, atexec, command, input, other, World } from '../../builders/events.ts'

const made = () => findChains(input(atexec(new World())))[0] as Chain
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
const statesOf = (...entries: readonly AllowEntry[]) => allowedBy(made(), entries).map(({ state }) => state)

describe('the site allow-list', () => {
  it('fits when everything an entry asks for fits', () => {
    expect(
      statesOf(entry({ account: adminSid, addresses: '10.0.0.0/24', actionHash: made().task.actionHash })),
    ).toEqual(['fits'])
    expect(statesOf(entry({ account: 'CORP\\admin' }))).toEqual(['fits'])
    expect(statesOf(entry({ account: 'ADMIN' }))).toEqual(['fits'])
  })

  it('says what fits and what does not when only some of it does', () => {
    const [told] = allowedBy(made(), [entry({ account: adminSid, addresses: '192.0.2.0/24' })])
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
    const [told] = allowedBy(made(), [entry({ account: adminSid, expires: undefined })])
    expect(told?.differs).toEqual(['the entry never expires'])
  })

  it('says why an account does not fit: another SID, none recorded, another domain', () => {
    const whyNot = (account: Chain['account'], asked: string) =>
      allowedBy({ ...made(), account }, [entry({ account: asked, addresses: '10.0.0.66' })])[0]?.differs
    const nameless = { sid: undefined, name: undefined, domain: undefined }
    expect(whyNot(other, adminSid)).toEqual([`the account is ${other.sid}, not ${adminSid}`])
    expect(whyNot({ ...admin, sid: undefined }, adminSid)).toEqual([
      `the account is CORP\\admin, whose SID is not recorded, not ${adminSid}`,
    ])
    expect(whyNot(nameless, 'admin')).toEqual(['the account is an unnamed account, not admin'])
    expect(whyNot(nameless, adminSid)?.[0]).toContain('an unnamed account, whose SID is not recorded')
    expect(whyNot(admin, 'EVIL\\admin')).toEqual(['the account is CORP\\admin, not EVIL\\admin'])
    // an empty domain is asked for like any other
    expect(whyNot(admin, '\\admin')).toHaveLength(1)
  })

  it('takes a SID or a name as it is typed, and a name that only looks like a SID as a name', () => {
    expect(statesOf(entry({ account: ` ${adminSid.toLowerCase()} `.trimStart() }))).toEqual(['fits'])
    const odd = { ...made(), account: { sid: undefined, name: 'svc-s-1-5', domain: 'CORP' } }
    expect(allowedBy(odd, [entry({ account: 'CORP\\svc-s-1-5' })])[0]?.because).toEqual([
      'account name CORP\\svc-s-1-5 (a name is no identity: prefer the SID)',
    ])
    expect(allowedBy(made(), [entry({ account: 'admin' })])[0]?.because).toEqual([
      `account name CORP\\admin (a name is no identity: prefer the SID ${adminSid})`,
    ])
  })

  it('says what it could not compare: no address, no range, no action', () => {
    const chain = made()
    const told = (from: Chain, more: Partial<AllowEntry>) =>
      allowedBy(from, [entry({ account: adminSid, ...more })])[0]
    const unknown = {
      ...chain,
      source: { ...chain.source, ip: undefined },
      task: { ...chain.task, actionHash: undefined },
    }
    expect(told(unknown, { addresses: '0.0.0.0/0' })).toMatchObject({
      state: 'partly',
      differs: ['the source address is not known'],
    })
    expect(told(chain, { addresses: 'fs01' })?.differs).toEqual([
      'fs01 is no address and no range of addresses',
    ])
    expect(told(unknown, { actionHash: '0'.repeat(64) })?.differs).toEqual([
      'the action of the task is not known',
    ])
    expect(told(chain, { actionHash: '0'.repeat(64) })?.differs).toEqual(['the action is another one'])
    expect(told(chain, { actionHash: ` ${chain.task.actionHash?.toUpperCase()} ` })?.because).toContain(
      'the action is the very one on the list',
    )
  })

  it('stands in the order of what it is worth: whole, ended, in part; then by id', () => {
    const told = allowedBy(made(), [
      entry({ id: 'd', account: adminSid, addresses: '192.0.2.1' }),
      entry({ id: 'c', account: adminSid, expires: at(-1) }),
      entry({ id: 'b', account: adminSid }),
      entry({ id: 'a', account: adminSid, expires: undefined }),
    ])
    expect(told.map((one) => `${one.entry.id} ${one.state}`)).toEqual([
      'a fits',
      'b fits',
      'c expired',
      'd partly',
    ])
    expect(told[0]?.differs).toEqual(['the entry never expires'])
    expect(told[1]?.differs).toEqual([])
    expect(told[2]?.differs).toHaveLength(1)
    expect(told[2]?.differs[0]).toMatch(/^the entry ended at 2024-05-06T07:08:08\.9990000Z, before the deed$/)
  })

  it('changes nothing about the chain itself', () => {
    const chain = made()
    const before = JSON.stringify(chain, (_, value) => (typeof value === 'bigint' ? `${value}` : value))
    allowedBy(chain, [entry({ account: adminSid })])
    expect(JSON.stringify(chain, (_, value) => (typeof value === 'bigint' ? `${value}` : value))).toBe(before)
  })
})

describe('benign look-alikes', () => {
  const madeFor = (path: string, line: readonly [string, string?]) => {
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
    const [told] = madeFor('\\Microsoft\\Windows\\GroupPolicy\\GPUpdate', ['cmd.exe', '/c evil.bat'])
    expect(told?.because).toHaveLength(1)
    expect(told?.differs).toEqual([
      'its command is not the usual one: cmd.exe /c evil.bat',
      'it was made by a caller from afar, where a service of this host is usual',
    ])
  })

  it('knows the remote updater that makes its task from afar', () => {
    const [told] = madeFor('\\PSWindowsUpdate', [
      'powershell.exe',
      '-Command "Install-WindowsUpdate -AcceptAll"',
    ])
    expect(told?.differs).toEqual([])
    expect(told?.because).toHaveLength(3)
  })

  it('says nothing of a name it does not know', () => {
    expect(madeFor('\\Quirk', ['cmd.exe'])).toEqual([])
  })
})
