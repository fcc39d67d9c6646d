/** Records of tasks put in place past the service: which ones they are, and who did it. */
import { describe, expect, it } from 'vitest'
import { findChains } from '../../../src/chains/find-chains.ts'
import { localPath, opensRegistryPipe, plantOf } from '../../../src/chains/plants.ts'
import { causesOf, isPromptFor } from '../../../src/chains/process-claims.ts'
import type { Story } from '../../../src/chains/stories.ts'
import { absent } from '../../../src/domain/absent.ts'
import type { Chain } from '../../../src/domain/chain.ts'
import type {
  ShareEvent,
  SysmonFileEvent,
  SysmonRegistryEvent,
  WindowsEvent,
} from '../../../src/domain/event.ts'
import { at, id, input, other, svchost, World } from '../../builders/events.ts'

const world = new World()
const none = absent('not-recorded', '-')
const base = { ...(world.boot(0) as WindowsEvent), channel: 'Microsoft-Windows-Sysmon/Operational' }
const share = (
  shareName: string,
  target: string,
  shareLocalPath?: string,
  mask: number | undefined = 0x2,
): ShareEvent => ({
  ...world.access(0, '0x1', 'x', target, 0),
  shareName: `\\\\*\\${shareName}`,
  shareLocalPath,
  accessMask: mask,
})
const file = (name: string, more: Partial<SysmonFileEvent> = {}): SysmonFileEvent => ({
  ...base,
  kind: 'sysmon-file',
  eventId: 11,
  pid: 700,
  image: 'C:\\Users\\Public\\ghost.exe',
  user: 'CORP\\admin',
  targetFilename: name,
  ...more,
})
const tree = 'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tree'
const key = (
  path: string,
  eventType: string | undefined = 'SetValue',
  more: Partial<SysmonRegistryEvent> = {},
): SysmonRegistryEvent => ({
  ...base,
  kind: 'sysmon-registry',
  eventId: 13,
  pid: 700,
  image: 'C:\\Users\\Public\\ghost.exe',
  user: 'CORP\\admin',
  eventType,
  targetObject: `${tree}${path}`,
  details: none,
  ...more,
})
const told = (event: WindowsEvent, isService = false) => {
  const plant = plantOf(event, () => isService)
  return plant && `${plant.how} ${plant.taskPath}`
}

describe('a file reached over a share', () => {
  it('lies where the share lies, or where its name says', () => {
    expect(localPath(share('Data', '\\\\a\\b', '\\??\\C:\\Stage\\\\'))).toBe('c:\\stage\\a\\b')
    expect(localPath(share('Data', 'b', 'C:\\x\\??\\y'))).toBe('c:\\x\\??\\y\\b')
    expect(localPath(share('ADMIN$', 'Temp\\x'))).toBe('*windir*\\temp\\x')
    expect(localPath(share('D$', 'x'))).toBe('d:\\x')
    for (const name of ['Data', 'DD$', 'D$x', '1$'])
      expect([name, localPath(share(name, 'x'))]).toEqual([name, undefined])
    expect(localPath({ ...share('C$', 'x'), relativeTarget: none })).toBe('c:\\')
  })
})

describe('a record that puts a task in place', () => {
  it('is a file written below System32\\Tasks over a share', () => {
    expect(told(share('ADMIN$', 'System32\\Tasks\\Sub\\Quirk'))).toBe('share \\Sub\\Quirk')
    expect(told(share('C$', 'Windows\\System32\\Tasks\\A'))).toBe('share \\A')
    expect(told(share('ADMIN$', 'System32\\Tasks\\A', undefined, 0x4))).toBe('share \\A')
    for (const mask of [0x1, 0x0, 0x10000])
      expect(told(share('ADMIN$', 'System32\\Tasks\\A', undefined, mask))).toBeUndefined()
    expect(told({ ...share('ADMIN$', 'System32\\Tasks\\A'), accessMask: undefined })).toBeUndefined()
    for (const target of [
      'System32\\Tasks',
      'System32\\Tasks\\',
      'System32\\Tasks\\Sub\\',
      'System32\\TasksX\\A',
      'x\\System32\\Tasks\\A',
    ])
      expect([target, told(share('ADMIN$', target))]).toEqual([target, undefined])
    expect(told(share('Data', 'System32\\Tasks\\A'))).toBeUndefined()
    const pipe = share('IPC$', 'A', 'C:\\Windows\\System32\\Tasks')
    expect(told(pipe)).toBeUndefined()
  })

  it('is a file another process wrote there, and never the service’s own', () => {
    expect(told(file('C:\\Windows\\System32\\Tasks\\Quirk'))).toBe('file \\Quirk')
    expect(told(file('C:\\Windows\\System32\\Tasks\\Quirk'), true)).toBeUndefined()
    expect(told(file('C:\\Temp\\System32\\Tasks\\Quirk'))).toBeUndefined()
    expect(told(file('C:\\Windows\\Tasks\\Quirk.job'))).toBeUndefined()
    expect(told({ ...file('x'), targetFilename: undefined })).toBeUndefined()
  })

  it('is a key or a value of a key below Tree, but not its removal', () => {
    expect(told(key('\\Sub\\Quirk\\SD'))).toBe('registry \\Sub\\Quirk')
    expect(told(key('\\Quirk\\Id'))).toBe('registry \\Quirk')
    expect(told(key('\\Quirk\\INDEX'))).toBe('registry \\Quirk')
    expect(told(key('\\Quirk', 'CreateKey'))).toBe('registry \\Quirk')
    // a task may be named as a value is
    expect(told(key('\\Folder\\SD', 'CreateKey'))).toBe('registry \\Folder\\SD')
    expect(told(key('\\Quirk\\Other'))).toBe('registry \\Quirk\\Other')
    expect(told(key('\\Folder\\SD', 'SetValueX'))).toBe('registry \\Folder\\SD')
    expect(told({ ...key('\\Folder\\SD'), eventType: undefined })).toBe('registry \\Folder\\SD')
    expect(told(key('\\SD'))).toBeUndefined()
    for (const type of ['DeleteKey', 'DeleteValue', 'delete'])
      expect([type, told(key('\\Quirk', type))]).toEqual([type, undefined])
    expect(told(key('\\Quirk', 'Undelete'))).toBe('registry \\Quirk')
    expect(told(key(''))).toBeUndefined()
    expect(told({ ...key(''), targetObject: undefined })).toBeUndefined()
    expect(told(key('\\Quirk\\SD'), true)).toBeUndefined()
    expect(told(world.boot(0))).toBeUndefined()
  })

  it('may be preceded by the remote registry being opened for writing', () => {
    const open = (target: string, mask: number | undefined = 0x2, shareName = 'IPC$') =>
      opensRegistryPipe(share(shareName, target, undefined, mask))
    expect([open('winreg'), open('\\\\WINREG', 0x3)]).toEqual([true, true])
    expect([open('winreg', 0x1), open('winreg2'), open('a\\winreg'), open('winreg', 0x2, 'C$')]).toEqual([
      false,
      false,
      false,
      false,
    ])
    expect(opensRegistryPipe({ ...share('IPC$', 'winreg'), kind: 'share-connected' })).toBe(false)
    expect(opensRegistryPipe({ ...share('IPC$', 'x'), relativeTarget: none })).toBe(false)
    expect(opensRegistryPipe({ ...share('IPC$', 'winreg'), accessMask: undefined })).toBe(false)
  })
})

describe('who put it in place', () => {
  const of = (...events: readonly WindowsEvent[]): Chain =>
    findChains(input(events)).find((chain) => chain.task.path === '\\Quirk') as Chain
  const known = world.history('triggered', -9000, { path: '\\Another', servicePid: 1044 })
  const byService = key('\\Quirk\\SD', 'SetValue', { pid: 2222, image: svchost.image })
  const open = (ms: number, session: string, more: Parameters<World['access']>[5] = {}) =>
    world.access(ms, session, 'IPC$', 'winreg', 0x3, more)
  const ways = (chain: Chain) =>
    `${chain.mechanism} ${chain.source.ip} ${chain.source.strength} ${chain.source.candidates.length} ${chain.account.name} ${chain.taskLogonId}`

  it('is whoever had the remote registry open in the ten minutes before, once each', () => {
    expect(ways(of(known, open(-300, '0x1'), byService))).toBe('remote-probable 10.0.0.66 medium 0 admin 0x1')
    expect(ways(of(known, open(-300, '0x1'), open(-200, '0x1'), byService))).toBe(
      'remote-probable 10.0.0.66 medium 0 admin 0x1',
    )
    expect(ways(of(known, open(-600_000, '0x1'), byService)).startsWith('remote-probable')).toBe(true)
    expect(ways(of(known, open(100, '0x1'), byService)).startsWith('remote-probable')).toBe(true)
    for (const ms of [-600_001, 101])
      expect(ways(of(known, open(ms, '0x1'), byService)).startsWith('local')).toBe(true)
    const knownAgain = world.history('triggered', -50, { path: '\\Another', servicePid: 1044 })
    expect(ways(of(open(-300, '0x1'), world.boot(-100), knownAgain, byService)).startsWith('local')).toBe(
      true,
    )
    expect(ways(of(open(-90, '0x1'), world.boot(-100), knownAgain, byService)).startsWith('remote')).toBe(
      true,
    )
    expect(ways(of(known, { ...open(-300, '0x1'), logonId: undefined }, byService)).startsWith('local')).toBe(
      true,
    )
  })

  it('is one address of two sessions, or two candidates, and nobody’s account where they differ', () => {
    expect(ways(of(known, open(-300, '0x1'), open(-200, '0x2'), byService))).toBe(
      'remote-probable 10.0.0.66 medium 0 admin undefined',
    )
    expect(ways(of(known, open(-300, '0x1'), open(-200, '0x2', { account: other }), byService))).toBe(
      'remote-probable 10.0.0.66 medium 0 undefined undefined',
    )
    expect(ways(of(known, open(-300, '0x1'), open(-200, '0x2', { ip: '10.0.0.7' }), byService))).toBe(
      'remote-probable undefined weak 2 admin undefined',
    )
    expect(ways(of(known, open(-300, '0x1'), open(-200, '0x2', { ip: undefined }), byService))).toBe(
      'remote-probable undefined weak 1 admin undefined',
    )
    expect(
      ways(of(known, open(-300, '0x1', { ip: '127.0.0.1' }), byService)).startsWith('undetermined 127.0.0.1'),
    ).toBe(true)
  })

  it('is the process itself where that is no service, whatever else was open', () => {
    const own = key('\\Quirk\\SD')
    expect(of(known, open(-300, '0x1'), own)).toMatchObject({
      mechanism: 'local',
      mechanismWhy: expect.stringContaining('registry key was written by C:\\Users'),
    })
    const written = file('C:\\Windows\\System32\\Tasks\\Quirk', { image: svchost.image, pid: 2222 })
    expect(of(known, open(-300, '0x1'), written)).toMatchObject({
      mechanism: 'local',
      mechanismWhy: expect.stringContaining('the file of the task was written by'),
    })
    const nameless = key('\\Quirk\\SD', 'SetValue', { image: undefined, pid: undefined })
    expect(of(known, open(-300, '0x1'), nameless).mechanism).toBe('remote-probable')
  })

  it('is the session its process, or an ancestor of it, runs in', () => {
    const written = file('C:\\Windows\\System32\\Tasks\\Quirk')
    const ghost = (logonId: string) =>
      world.process(
        -50,
        700,
        'C:\\Users\\Public\\ghost.exe',
        { pid: 500, image: 'C:\\x\\cmd.exe' },
        { logonId },
      )
    const shell = world.process(-90, 500, 'C:\\x\\cmd.exe', { pid: 400 }, { logonId: '0x2000' })
    const logon = world.logon(-900, '0x2000', '10.0.0.66')
    expect(ways(of(logon, ghost('0x2000'), written))).toBe('remote-confirmed 10.0.0.66 strong 0 admin 0x2000')
    expect(ways(of(logon, shell, ghost('0x3e7'), written))).toBe(
      'remote-confirmed 10.0.0.66 strong 0 admin 0x2000',
    )
    expect(ways(of(logon, shell, ghost('0x9'), written))).toBe(
      'remote-confirmed 10.0.0.66 strong 0 admin 0x2000',
    )
    expect(ways(of(world.logon(-900, '0x2000', undefined), ghost('0x2000'), written))).toBe(
      'remote-confirmed undefined undefined 0 admin 0x2000',
    )
    expect(ways(of(world.logon(-900, '0x2000', '::1'), ghost('0x2000'), written))).toBe(
      'local undefined undefined 0 admin 0x2000',
    )
    expect(ways(of(ghost('0x9'), written))).toBe('local undefined undefined 0 admin undefined')
    expect(of(ghost('0x9'), written).steps.map((step) => step.role)).toEqual([
      'process-started',
      'task-created',
    ])
  })

  it('is named by the record where nothing else names it', () => {
    const by = (user: string | undefined) => of(file('C:\\Windows\\System32\\Tasks\\Quirk', { user })).account
    expect(by('CORP\\admin')).toEqual({ sid: undefined, domain: 'CORP', name: 'admin' })
    expect(by('admin')).toEqual({ sid: undefined, domain: undefined, name: 'admin' })
    expect(by('\\admin')).toEqual({ sid: undefined, domain: '', name: 'admin' })
    expect(by(undefined)).toEqual({ sid: undefined, domain: undefined, name: undefined })
  })

  it('keeps the port of the logon where the access has no address, and tells a later plant as an update', () => {
    const written = {
      ...world.access(0, '0x1000', 'ADMIN$', 'System32\\Tasks\\Quirk', 0x2),
      ip: none,
      port: none,
    }
    expect(of(world.logon(-50, '0x1000', '10.0.0.66', { port: 51_234 }), written).source).toMatchObject({
      ip: '10.0.0.66',
      port: 51_234,
    })
    const both = findChains(
      input([
        world.created(-600_000, '0x1'),
        world.access(0, '0x1000', 'ADMIN$', 'System32\\Tasks\\Quirk', 0x2),
      ]),
    )
    expect(both.find((chain) => chain.kind === 'task-updated')?.steps.map((step) => step.role)).toEqual([
      'task-updated',
    ])
    // written over a share and by the service: the share says who
    const shared = of(
      key('\\Quirk\\SD', 'SetValue'),
      world.access(5, '0x1000', 'ADMIN$', 'System32\\Tasks\\Quirk', 0x2),
    )
    expect(shared.source.ip).toBe('10.0.0.66')
  })
})

describe('what starts a task', () => {
  const story = (history: Story['history'], changes: Story['changes']): Story => ({
    anchor: changes[0] as Story['changes'][number],
    path: '\\Quirk',
    kind: 'task-created',
    changes,
    history,
    plants: [],
    from: at(0),
    instances: new Set(),
    deletion: undefined,
    end: undefined,
    next: undefined,
  })
  it('is its creation, its changes, its triggers and runs on demand, not its end', () => {
    const changes = [
      world.created(0, '0x1'),
      world.change('task-updated', 1, '0x1'),
      world.change('task-enabled', 2, '0x1'),
      world.change('task-disabled', 3, '0x1'),
      world.deleted(4, '0x1'),
    ]
    const history = (
      ['registered', 'triggered', 'run-on-demand', 'updated', 'instance-started'] as const
    ).map((what, n) => world.history(what, 10 + n))
    expect(causesOf(story(history, changes)).map((event) => event.eventId)).toEqual([
      4698, 4702, 4700, 106, 107, 110,
    ])
  })

  it('is prompt within its window, a tick early and two seconds late', () => {
    const one = story([], [world.created(0, '0x1')])
    const prompt = (ms: number) => isPromptFor(one, at(ms), 20_000_000n, 1_000_000n)
    expect([-101, -100, 0, 2000, 2001].map(prompt)).toEqual([false, true, true, true, false])
    const two = story([world.history('triggered', 60_000)], [world.created(0, '0x1')])
    expect(isPromptFor(two, at(60_001), 20_000_000n, 0n)).toBe(true)
    expect(id('0x1')).toBe('0x1')
  })
})
