import { describe, expect, it } from 'vitest'
import { findChains } from '../../../src/chains/find-chains.ts'
import type { Chain } from '../../../src/domain/chain.ts'
import type { WindowsEvent } from '../../../src/domain/event.ts'
import { atexec, command, input, other, system, World } from '../../builders/events.ts'

const chainOf = (...events: readonly WindowsEvent[]): Chain => {
  const chains = findChains(input(events))
  expect(chains).toHaveLength(1)
  return chains[0] as Chain
}
const rules = (chain: Chain) => chain.links.map((link) => link.rule)

describe('where the call came from', () => {
  it('takes the address of the session that owns the pipe, not of the nearest logon', () => {
    const world = new World()
    const chain = chainOf(
      ...atexec(world),
      world.logon(-9, '0x3000', '10.0.0.7', { port: 40_000 }),
      world.logon(-30_000, '0x4000', '10.0.0.8'),
    )
    expect(chain.source).toMatchObject({
      ip: '10.0.0.66',
      port: 56_594,
      logonId: '0x1000',
      basis: 'L3',
      strength: 'strong',
    })
    expect(chain.source.rejected.map((one) => one.ip)).toEqual(['10.0.0.8', '10.0.0.7'])
    expect(rules(chain)).toEqual(expect.arrayContaining(['L1', 'L2', 'L3', 'L4', 'L7']))
  })

  it('does not offer the logons of other accounts or other hosts as decoys', () => {
    const world = new World()
    const elsewhere = new World('fs02.corp.example')
    const chain = chainOf(
      ...atexec(world),
      world.logon(-9, '0x3000', '10.0.0.7', { account: other }),
      elsewhere.logon(-9, '0x3000', '10.0.0.9'),
      elsewhere.pipe(-5, '0x3000', '10.0.0.9'),
    )
    expect(chain.source.rejected).toEqual([])
    expect(chain.source.ip).toBe('10.0.0.66')
  })

  it('rejects a session opened long before that is still open, with the time', () => {
    const world = new World()
    const chain = chainOf(
      ...atexec(world),
      world.logon(-500_000, '0x3000', '10.0.0.7'),
      world.logoff(500_000, '0x3000'),
      world.logon(-400_000, '0x4000', '10.0.0.8'),
      world.logoff(-300_000, '0x4000'),
    )
    expect(chain.source.rejected).toMatchObject([
      { ip: '10.0.0.7', why: 'owns no atsvc access; opened 8 min 20 s before the task event' },
    ])
  })

  it('lists every pipe owner and names no single address when several fit', () => {
    const world = new World()
    const chain = chainOf(
      world.logon(-50, '0x1000', '10.0.0.66'),
      world.pipe(-40, '0x1000', '10.0.0.66'),
      world.logon(-30, '0x1100', '10.0.0.77'),
      world.pipe(-25, '0x1100', '10.0.0.77'),
      world.logon(-7, '0x2000', undefined),
      world.created(0, '0x2000'),
    )
    expect(chain.source).toMatchObject({ ip: undefined, basis: 'L3', strength: 'medium' })
    expect(chain.source.candidates.map((one) => one.ip)).toEqual(['10.0.0.77', '10.0.0.66'])
    expect(chain).toMatchObject({ mechanism: 'remote-probable', path: 'atsvc-pipe' })
    expect(chain.links.filter((link) => link.rule === 'L3').map((link) => link.strength)).toEqual([
      'medium',
      'medium',
    ])
  })

  it('lets the output file decide between two pipe owners', () => {
    const world = new World()
    const chain = chainOf(
      world.logon(-60, '0x1100', '10.0.0.77'),
      world.pipe(-15, '0x1100', '10.0.0.77'),
      ...atexec(world),
    )
    expect(chain.source).toMatchObject({ ip: '10.0.0.66', strength: 'strong', candidates: [] })
    expect(chain.source.rejected).toMatchObject([{ ip: '10.0.0.77' }])
    expect(chain.source.rejected[0]?.why).toContain('opened atsvc')
  })

  it('is sure of one address when two sessions from it opened the pipe', () => {
    const world = new World()
    const chain = chainOf(
      world.logon(-60, '0x1100', '10.0.0.66'),
      world.pipe(-50, '0x1100', '10.0.0.66'),
      world.logon(-40, '0x1000', '10.0.0.66'),
      world.pipe(-30, '0x1000', '10.0.0.66'),
      world.logon(-7, '0x2000', undefined),
      world.created(0, '0x2000'),
    )
    expect(chain.source).toMatchObject({ ip: '10.0.0.66', strength: 'strong', candidates: [] })
  })

  it('asks for write access to the pipe, within ten seconds before, by the same SID', () => {
    const world = new World()
    const task = world.created(0, '0x2000')
    const bind = world.logon(-7, '0x2000', undefined)
    for (const pipe of [
      world.pipe(-20, '0x1000', '10.0.0.66', { mask: 0x1 }),
      world.pipe(-10_001, '0x1000', '10.0.0.66'),
      world.pipe(101, '0x1000', '10.0.0.66'),
      world.pipe(-20, '0x1000', '10.0.0.66', { account: other }),
      world.access(-20, '0x1000', 'IPC$', 'winreg', 0x3),
      world.access(-20, '0x1000', 'ADMIN$', 'atsvc', 0x3),
    ])
      expect(chainOf(pipe, bind, task).source.ip).toBeUndefined()
    expect(chainOf(world.pipe(-9999, '0x1000', '10.0.0.66'), bind, task).source.ip).toBe('10.0.0.66')
    expect(chainOf(world.pipe(-20, '0x1000', '10.0.0.66', { mask: 0x12_019f }), bind, task).source.ip).toBe(
      '10.0.0.66',
    )
  })

  it('takes the pipe’s own address when the logon behind it is not in the evidence, and says so', () => {
    const world = new World()
    const chain = chainOf(
      world.pipe(-20, '0x1000', '10.0.0.66'),
      world.logon(-7, '0x2000', undefined),
      world.created(0, '0x2000'),
    )
    expect(chain.source).toMatchObject({
      ip: '10.0.0.66',
      basis: 'L3',
      strength: 'strong',
      logonId: '0x1000',
    })
    expect(chain.gaps.map((gap) => gap.expected)).toContain('4624 for 0x1000')
  })

  it('names only a candidate while the logon of the call is not in the evidence: it may have had an address of its own', () => {
    const world = new World()
    const task = world.created(0, '0x2000')
    const pipe = world.pipe(-20, '0x1000', '10.0.0.66')
    const chain = chainOf(pipe, task)
    expect(chain.source).toMatchObject({ ip: undefined, basis: 'L3', strength: 'medium' })
    expect(chain.source.candidates.map((one) => one.ip)).toEqual(['10.0.0.66'])
    expect(chain).toMatchObject({ mechanism: 'undetermined', path: 'undetermined' })
    const remote = chainOf(pipe, world.created(0, '0x2000', { clientPid: 0 }))
    expect(remote).toMatchObject({ mechanism: 'remote-confirmed', path: 'undetermined' })
    // a file of the task handled by that session joins the two
    const line = 'cmd.exe /C whoami > %windir%\\Temp\\Quirk.tmp'
    const named = world.created(0, '0x2000', { definition: command('cmd.exe', line.slice(8)) })
    const fetched = world.access(900, '0x1000', 'ADMIN$', 'Temp\\Quirk.tmp', 0x1)
    expect(chainOf(pipe, named, fetched).source).toMatchObject({ ip: '10.0.0.66', strength: 'strong' })
  })

  it('takes the address of the call’s own logon, whoever else of the account had the pipe open', () => {
    const world = new World()
    for (const ip of ['10.0.0.66', '10.0.0.77']) {
      const chain = chainOf(
        world.logon(-40, '0x1000', ip),
        world.pipe(-30, '0x1000', ip),
        world.logon(-10, '0x2000', '10.0.0.66'),
        world.created(0, '0x2000'),
      )
      expect(chain).toMatchObject({ path: 'rpc-tcp', source: { ip: '10.0.0.66', logonId: '0x2000' } })
      expect(chain.steps.map((step) => step.role)).not.toContain('pipe-opened')
    }
  })

  it('knows the pipe used by the task’s own session', () => {
    const world = new World()
    const chain = chainOf(
      world.logon(-40, '0x1000', '10.0.0.66', { port: 50_000 }),
      world.pipe(-20, '0x1000', '10.0.0.66'),
      world.created(0, '0x1000'),
    )
    expect(chain).toMatchObject({
      path: 'atsvc-pipe',
      mechanism: 'remote-confirmed',
      source: { basis: 'L1', strength: 'exact' },
    })
    expect(rules(chain)).toEqual(['L1', 'L2', 'L7'])
  })

  it('finds the source by the share records of the task’s own logon when its 4624 is missing', () => {
    const world = new World()
    const chain = chainOf(world.pipe(-20, '0x1000', '10.0.0.66'), world.created(0, '0x1000'))
    expect(chain).toMatchObject({ mechanism: 'remote-confirmed', source: { ip: '10.0.0.66', basis: 'L2' } })
  })

  it('calls a network logon with its own address remote over TCP', () => {
    const world = new World()
    const chain = chainOf(world.logon(-26, '0x1000', '10.0.0.66'), world.created(0, '0x1000'))
    expect(chain).toMatchObject({
      path: 'rpc-tcp',
      mechanism: 'remote-confirmed',
      source: { ip: '10.0.0.66', basis: 'L1' },
    })
    expect(rules(chain)).toEqual(['L1', 'L6'])
  })

  it('does not call a loopback address remote', () => {
    const world = new World()
    for (const ip of ['127.0.0.1', '::1']) {
      const chain = chainOf(world.logon(-26, '0x1000', ip), world.created(0, '0x1000'))
      expect(chain.mechanism).toBe('undetermined')
      expect(chain.source.ip).toBe(ip)
    }
  })

  it('joins a logon id only while its session is open', () => {
    const world = new World()
    const early = [
      world.logon(-5000, '0x1000', '10.0.0.66'),
      world.logoff(-2000, '0x1000'),
      world.created(0, '0x1000'),
    ]
    expect(rules(chainOf(...early))).toEqual([])
    const late = [world.logon(50, '0x1000', '10.0.0.66'), world.created(0, '0x1000')]
    expect(rules(chainOf(...late))).toEqual(['L1', 'L6'])
    expect(rules(chainOf(world.logon(5000, '0x1000', '10.0.0.66'), world.created(0, '0x1000')))).toEqual([])
    const open = [
      world.logon(-5000, '0x1000', '10.0.0.66'),
      world.created(0, '0x1000'),
      world.logoff(3, '0x1000'),
    ]
    expect(rules(chainOf(...open))).toEqual(['L1', 'L6'])
  })

  it('never joins a logon id across a restart', () => {
    const world = new World()
    const events = [
      world.logon(-9000, '0x1000', '10.0.0.66'),
      world.pipe(-8000, '0x1000', '10.0.0.66'),
      world.boot(-4000, 12),
      world.boot(-3000, 6005),
      world.created(0, '0x1000'),
    ]
    expect(chainOf(...events).source.ip).toBeUndefined()
    expect(chainOf(...events.filter((event) => event.kind !== 'boot')).source.ip).toBe('10.0.0.66')
  })

  it('never joins the logon ids of SYSTEM and the service accounts', () => {
    const world = new World()
    const chain = chainOf(
      world.logon(-26, '0x3e7', '10.0.0.66', { account: system }),
      world.pipe(-20, '0x3e7', '10.0.0.66', { account: system }),
      world.created(0, '0x3e7', { account: system }),
    )
    expect(chain).toMatchObject({ mechanism: 'local', source: { ip: undefined } })
    expect(chain.links).toEqual([])
  })

  it('takes an output fetched over a share as a probable source only', () => {
    const world = new World()
    const definition = command('cmd.exe', '/C whoami > C:\\Windows\\Temp\\Quirk.tmp')
    const chain = chainOf(
      world.created(0, '0x2000', { definition }),
      world.access(3000, '0x1000', 'ADMIN$', 'Temp\\Quirk.tmp', 0x1),
    )
    expect(chain.source).toMatchObject({ ip: '10.0.0.66', basis: 'L4', strength: 'medium' })
    expect(chain.mechanism).toBe('remote-probable')
  })

  it('compares the folder of a file and not only its name', () => {
    const world = new World()
    const definition = command('C:\\Windows\\Temp\\run.bat')
    const task = world.created(0, '0x2000', { definition })
    const roles = (chain: Chain) => chain.steps.map((step) => step.role)
    expect(roles(chainOf(world.access(-900, '0x1000', 'ADMIN$', 'Temp\\run.bat', 0x2), task))).toContain(
      'payload-written',
    )
    expect(roles(chainOf(world.access(-900, '0x1000', 'ADMIN$', 'Logs\\run.bat', 0x2), task))).toEqual([
      'task-created',
    ])
  })
})
