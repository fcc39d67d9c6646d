import { describe, expect, it } from 'vitest'
import { findChains } from '../../../src/chains/find-chains.ts'
import type { Chain } from '../../../src/domain/chain.ts'
import type { WindowsEvent } from '../../../src/domain/event.ts'
import { input, system, World } from '../../builders/events.ts'

const chainOf = (...events: readonly WindowsEvent[]): Chain => {
  const chains = findChains(input(events))
  expect(chains).toHaveLength(1)
  return chains[0] as Chain
}
const rules = (chain: Chain) => chain.links.map((link) => link.rule)

describe('who made the call', () => {
  it('believes ClientProcessId 0 that the caller was elsewhere, even without any logon', () => {
    const world = new World()
    const chain = chainOf(world.created(0, '0x2000', { clientPid: 0 }))
    expect(chain).toMatchObject({
      mechanism: 'remote-confirmed',
      path: 'undetermined',
      source: { ip: undefined },
    })
    expect(rules(chain)).toEqual(['L5'])
  })

  it('believes any other ClientProcessId that it was a process of this host, pipe or not', () => {
    const world = new World()
    const chain = chainOf(
      world.pipe(-20, '0x1000', '10.0.0.66'),
      world.created(0, '0x2000', { clientPid: 4242 }),
    )
    // somebody may have reached that process over the network: nothing here tells
    expect(chain).toMatchObject({
      mechanism: 'undetermined',
      path: 'undetermined',
      source: { ip: undefined, candidates: [] },
    })
  })

  it('calls a process of this host local when its logon, its ancestors or the habits of its session say so', () => {
    const world = new World()
    const task = world.created(0, '0x1000', { clientPid: 600 })
    const schtasks = (parent: string) =>
      world.process(-20, 600, 'C:\\Windows\\System32\\schtasks.exe', {
        pid: 500,
        image: `C:\\Windows\\${parent}`,
      })
    const isLocal = { mechanism: 'local', path: 'local' }
    expect(chainOf(world.logon(-9000, '0x1000', undefined, { type: 2 }), task)).toMatchObject(isLocal)
    expect(chainOf(schtasks('explorer.exe'), task)).toMatchObject(isLocal)
    expect(chainOf(schtasks('System32\\WindowsPowerShell\\v1.0\\powershell.exe'), task)).toMatchObject(
      isLocal,
    )
    expect(chainOf(schtasks('System32\\cmd.exe'), task).mechanism).toBe('undetermined')
    const by = (ms: number, clientPid: number, parentProcessId: number) => ({
      ...world.created(ms, '0x1000', { clientPid, path: `\\T${ms}` }),
      parentProcessId,
    })
    const told = (...parents: readonly number[]) =>
      findChains(input(parents.map((parent, n) => by(n, 900 + n, parent)))).map((chain) => chain.mechanism)
    expect(told(10, 20, 30)).toEqual(['local', 'local', 'local'])
    expect(told(10, 20, 20)).toEqual(['undetermined', 'undetermined', 'undetermined'])
  })

  it('knows a service tool inside a network logon, and remote shells of both kinds', () => {
    const world = new World()
    const logon = world.logon(-900, '0x1000', '10.0.0.66')
    const started = (image: string, parent: string) =>
      world.process(
        -800,
        500,
        image,
        { pid: 88, image: `C:\\Windows\\System32\\${parent}` },
        { logonId: '0x1000' },
      )
    const tool = world.process(
      -20,
      600,
      'C:\\Windows\\System32\\schtasks.exe',
      { pid: 500 },
      { logonId: '0x1000' },
    )
    const task = world.created(0, '0x1000', { clientPid: 600 })
    const service = started('C:\\Windows\\RCSVC.exe', 'services.exe')
    expect(chainOf(logon, service, tool, task)).toMatchObject({
      mechanism: 'remote-probable',
      path: 'service',
    })
    expect(chainOf(service, tool, task)).toMatchObject({ mechanism: 'undetermined', path: 'service' })
    const shell = started('C:\\Windows\\System32\\cmd.exe', 'winrshost.exe')
    expect(chainOf(logon, shell, tool, task)).toMatchObject({ mechanism: 'remote-confirmed', path: 'winrm' })
    // version 0 names no caller: the carrier in the very session is it, pipe or not
    const carrier = started('C:\\Windows\\System32\\wsmprovhost.exe', 'svchost.exe')
    const silent = world.created(0, '0x1000')
    expect(chainOf(logon, carrier, world.pipe(-30, '0x3000', '10.0.0.7'), silent)).toMatchObject({
      mechanism: 'remote-confirmed',
      path: 'winrm',
      source: { ip: '10.0.0.66' },
    })
  })

  it('resolves the client process and sees PowerShell remoting and WMI behind it', () => {
    const world = new World()
    const logon = world.logon(-900, '0x1000', '10.0.0.66')
    const carrier = (image: string) => [
      world.process(
        -800,
        500,
        `C:\\Windows\\System32\\${image}`,
        { pid: 88, image: svc },
        { logonId: '0x1000' },
      ),
      world.process(-20, 600, 'C:\\Windows\\System32\\schtasks.exe', { pid: 500 }, { logonId: '0x1000' }),
    ]
    const svc = 'C:\\Windows\\System32\\svchost.exe'
    const task = world.created(0, '0x1000', { clientPid: 600 })
    expect(chainOf(logon, ...carrier('wsmprovhost.exe'), task)).toMatchObject({
      mechanism: 'remote-confirmed',
      path: 'winrm',
      source: { ip: '10.0.0.66' },
    })
    expect(chainOf(logon, ...carrier('WmiPrvSE.exe'), task)).toMatchObject({
      mechanism: 'remote-confirmed',
      path: 'wmi',
    })
    expect(chainOf(...carrier('wsmprovhost.exe'), task)).toMatchObject({
      mechanism: 'remote-probable',
      path: 'winrm',
    })
    expect(chainOf(...carrier('powershell.exe'), task).mechanism).toBe('undetermined')
  })

  it('does not resolve a client PID to a process that had ended', () => {
    const world = new World()
    const chain = chainOf(
      world.process(-800, 600, 'C:\\Windows\\System32\\wsmprovhost.exe', { pid: 88 }),
      world.ended(-500, 600, 'C:\\Windows\\System32\\wsmprovhost.exe'),
      world.created(0, '0x1000', { clientPid: 600 }),
    )
    expect(chain).toMatchObject({ mechanism: 'undetermined', path: 'undetermined' })
  })

  it('knows Group Policy', () => {
    const world = new World()
    const chain = chainOf(
      world.process(
        -90_000,
        700,
        'C:\\Windows\\System32\\svchost.exe',
        { pid: 8 },
        { line: 'svchost.exe -k netsvcs -p -s gpsvc' },
      ),
      world.created(0, '0x3e7', { account: system, clientPid: 700 }),
    )
    expect(chain).toMatchObject({ mechanism: 'machine-managed', path: 'gpo' })
  })

  it('calls an interactive, batch or service logon local', () => {
    const world = new World()
    for (const type of [2, 4, 5, 11])
      expect(
        chainOf(world.logon(-9000, '0x1000', undefined, { type }), world.created(0, '0x1000')),
      ).toMatchObject({ mechanism: 'local', path: 'local' })
  })

  it('does not take schtasks /s of another machine for a local client', () => {
    const world = new World()
    const run = (line: string) =>
      chainOf(
        world.process(
          -20,
          600,
          'C:\\Windows\\System32\\schtasks.exe',
          { pid: 88, image: 'C:\\Windows\\explorer.exe' },
          { logonId: '0x1000', line },
        ),
        world.created(0, '0x1000'),
      ).mechanism
    expect(run('schtasks /create /s FS09 /tn Quirk /tr x')).toBe('undetermined')
    expect(run('schtasks /create /s localhost /tn Quirk /tr x')).toBe('local')
    expect(run('schtasks /create /sc minute /tn Quirk /tr x')).toBe('local')
    expect(run('schtasks /query /tn Another')).toBe('undetermined')
  })

  it('sorts machine maintenance below everything else', () => {
    const world = new World()
    const chains = findChains(
      input([
        world.change('task-updated', -50_000, '0x3e4', { account: system, path: '\\SvcRestartTask' }),
        world.logon(-9000, '0x1000', undefined, { type: 2 }),
        world.created(0, '0x1000', { clientPid: 77 }),
        world.created(10, '0x2000', { path: '\\B', clientPid: 0 }),
        world.created(20, '0x2000', { path: '\\C' }),
      ]),
    )
    expect(chains.map((chain) => chain.mechanism)).toEqual([
      'remote-confirmed',
      'undetermined',
      'local',
      'machine-managed',
    ])
  })
})
