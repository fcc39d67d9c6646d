import { describe, expect, it } from 'vitest'
import { findChains } from '../../../src/chains/find-chains.ts'
import type { Chain } from '../../../src/domain/chain.ts'
import type { SysmonFileEvent, SysmonRegistryEvent, WindowsEvent } from '../../../src/domain/event.ts'
import { input, svchost, World } from '../../builders/events.ts'

const world = new World()
const tree = 'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tree'
const key = (
  ms: number,
  task: string,
  by: { pid?: number; image?: string; type?: string } = {},
): SysmonRegistryEvent => ({
  ...(world.boot(ms) as WindowsEvent),
  channel: 'Microsoft-Windows-Sysmon/Operational',
  kind: 'sysmon-registry',
  eventId: 13,
  pid: by.pid ?? 700,
  image: by.image ?? 'C:\\Users\\Public\\ghost.exe',
  user: 'CORP\\admin',
  eventType: by.type ?? 'SetValue',
  targetObject: `${tree}${task}\\SD`,
  details: 'Binary Data',
})
const file = (
  ms: number,
  name: string,
  image = 'C:\\Users\\Public\\ghost.exe',
  pid = 700,
): SysmonFileEvent => ({
  ...(world.boot(ms) as WindowsEvent),
  channel: 'Microsoft-Windows-Sysmon/Operational',
  kind: 'sysmon-file',
  eventId: 11,
  pid,
  image,
  user: 'NT AUTHORITY\\SYSTEM',
  targetFilename: `C:\\Windows\\System32\\Tasks${name}`,
})
const chainsOf = (...events: readonly WindowsEvent[]) => findChains(input(events))
const only = (...events: readonly WindowsEvent[]): Chain => {
  const chains = chainsOf(...events)
  expect(chains).toHaveLength(1)
  return chains[0] as Chain
}
const pid = 1044

describe('a task put in place past the task service', () => {
  it('is told with its source when its file was written over a share', () => {
    const chain = only(
      world.logon(-50, '0x1000', '10.0.0.66', { port: 50_000 }),
      world.access(0, '0x1000', 'ADMIN$', 'System32\\Tasks\\Sub\\Quirk', 0x2),
    )
    expect(chain).toMatchObject({
      kind: 'task-created',
      path: 'file-or-registry',
      mechanism: 'remote-confirmed',
      task: { path: '\\Sub\\Quirk' },
      source: { ip: '10.0.0.66', port: 50_000, logonId: '0x1000', basis: 'L2' },
      account: { name: 'admin' },
    })
    expect(chain.gaps.find((gap) => gap.expected === '4698')?.state).toBe('expected-absent')
    const overDrive = only(world.access(0, '0x1000', 'C$', 'Windows\\System32\\Tasks\\Quirk', 0x6))
    expect(overDrive).toMatchObject({ path: 'file-or-registry', task: { path: '\\Quirk' } })
  })

  it('is not told of reading, of other folders, or of the folder itself', () => {
    expect(
      chainsOf(
        world.access(0, '0x1000', 'ADMIN$', 'System32\\Tasks\\Quirk', 0x1),
        world.access(0, '0x1000', 'ADMIN$', 'System32\\Tasks2\\Quirk', 0x2),
        world.access(0, '0x1000', 'ADMIN$', 'Temp\\System32\\Tasks\\Quirk', 0x2),
        world.access(0, '0x1000', 'ADMIN$', 'System32\\Tasks\\', 0x2),
        world.access(0, '0x1000', 'IPC$', 'System32\\Tasks\\Quirk', 0x2),
      ),
    ).toEqual([])
  })

  it('is told of a registry key another process wrote, and never of the service’s own writing', () => {
    expect(only(key(0, '\\Quirk'))).toMatchObject({
      path: 'file-or-registry',
      mechanism: 'local',
      task: { path: '\\Quirk' },
      account: { name: 'admin', domain: 'CORP' },
      accountBasis: 'name',
    })
    const service = { pid, image: svchost.image }
    const known = world.history('triggered', -9000, { path: '\\Another', servicePid: pid })
    expect(chainsOf(known, key(0, '\\Quirk', service), file(1, '\\Quirk', svchost.image, pid))).toEqual([])
    expect(chainsOf(key(0, '\\Quirk', service))).toEqual([])
    expect(chainsOf(key(0, '\\Quirk', { type: 'DeleteValue' }))).toEqual([])
  })

  it('is not told of the file and key of a registration that is recorded', () => {
    expect(only(world.created(0, '0x1'), key(2, '\\Quirk'), file(3, '\\Quirk')).path).not.toBe(
      'file-or-registry',
    )
  })

  it('takes file and key of one moment for one act', () => {
    expect(only(file(0, '\\Quirk'), key(5, '\\Quirk'), key(9, '\\Quirk')).steps).toHaveLength(3)
  })

  it('asks who had the remote registry open when a service wrote the key', () => {
    const known = world.history('triggered', -9000, { path: '\\Another', servicePid: pid })
    const written = key(0, '\\Quirk', { pid: 2222, image: svchost.image })
    const open = world.access(-300, '0x1000', 'IPC$', 'winreg', 0x3)
    const chain = only(known, open, written)
    expect(chain).toMatchObject({
      path: 'file-or-registry',
      mechanism: 'remote-probable',
      source: { ip: '10.0.0.66', basis: 'L3', strength: 'medium' },
    })
    const two = only(
      known,
      open,
      world.access(-200, '0x1100', 'IPC$', 'winreg', 0x3, { ip: '10.0.0.77' }),
      written,
    )
    expect(two.source).toMatchObject({ ip: undefined, strength: 'weak' })
    expect(two.source.candidates.map((one) => one.ip)).toEqual(['10.0.0.66', '10.0.0.77'])
  })

  it('follows its run by name like that of any task', () => {
    const chain = only(
      world.access(0, '0x1000', 'ADMIN$', 'System32\\Tasks\\Quirk', 0x2),
      world.history('process-created', 60_000, { pid: 976 }),
      world.process(60_002, 976, 'C:\\x.exe', svchost),
    )
    expect(chain.executed.answer).toBe('yes')
    expect(chain.links.map((link) => link.rule)).toContain('E2')
  })

  it('is an update when the task was there before', () => {
    const chains = chainsOf(
      world.created(-600_000, '0x1'),
      world.access(0, '0x1000', 'ADMIN$', 'System32\\Tasks\\Quirk', 0x2),
    )
    expect(chains.map((chain) => chain.kind).toSorted()).toEqual(['task-created', 'task-updated'])
  })
})
