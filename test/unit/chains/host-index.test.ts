/** What a host's records are looked up by, and which hosts and records begin a chain at all. */
import { describe, expect, it } from 'vitest'
import {
  findChains,
  findHostChains,
  hostKeysOf,
  joiningOf,
  namesOf,
  reportCoverage,
} from '../../../src/chains/find-chains.ts'
import { indexHost, opensTaskPipe } from '../../../src/chains/host-index.ts'
import { inTotalOrder } from '../../../src/chains/order.ts'
import { absent } from '../../../src/domain/absent.ts'
import type { ShareEvent, WindowsEvent } from '../../../src/domain/event.ts'
import {
  at,
  atexec,
  coverage,
  hostFacts,
  id,
  input,
  scheduler,
  svchost,
  World,
} from '../../builders/events.ts'

const world = new World()
const index = (...events: readonly WindowsEvent[]) => indexHost(world.host, inTotalOrder(events))
const none = absent('not-recorded', 'none')

describe('the pipe of the task scheduler', () => {
  const open = (target: string, mask: number | undefined = 0x3, share = 'IPC$'): ShareEvent => ({
    ...world.access(0, '0x1', share, target, 0),
    accessMask: mask,
  })
  it('is opened by write access to atsvc on IPC$', () => {
    for (const target of ['atsvc', 'ATSVC', '\\atsvc', '\\\\atsvc'])
      expect([target, opensTaskPipe(open(target))]).toEqual([target, true])
    for (const target of ['atsvc2', 'xatsvc', 'a\\tsvc', 'svcctl', ''])
      expect([target, opensTaskPipe(open(target))]).toEqual([target, false])
    expect([0x2, 0x12019f, 0x1, 0x0].map((mask) => opensTaskPipe(open('atsvc', mask)))).toEqual([
      true,
      true,
      false,
      false,
    ])
    expect(opensTaskPipe({ ...open('atsvc'), accessMask: undefined })).toBe(false)
    expect(opensTaskPipe(open('atsvc', 0x3, 'ADMIN$'))).toBe(false)
    expect(opensTaskPipe({ ...open('atsvc'), kind: 'share-connected' })).toBe(false)
    expect(opensTaskPipe({ ...open('atsvc'), relativeTarget: none })).toBe(false)
  })
})

describe('a host’s records', () => {
  it('are found by session, account, file and task, and those of built-in sessions by none of their ids', () => {
    const own = [
      world.privileges(0, '0x1'),
      world.access(1, '0x1', 'ADMIN$', 'Temp\\X.tmp', 0x1),
      world.pipe(2, '0x1', '10.0.0.66'),
      world.created(3, '0x1'),
      { ...world.access(4, '0x1', 'IPC$', '', 0x1), kind: 'share-connected' as const },
    ]
    const system = [
      world.privileges(5, '0x3e7'),
      world.access(6, '0x3e7', 'C$', 'y.tmp', 0x1),
      world.created(7, '0x3e7'),
    ]
    const nobody = own.map((event) => ({ ...event, logonId: undefined }) as WindowsEvent)
    const found = index(...own, ...system, ...nobody)
    expect([...found.privileges.keys()]).toEqual(['0x1'])
    expect([...found.shares].map(([key, list]) => [key, list.length])).toEqual([['0x1', 3]])
    expect([...found.changesByLogon].map(([key, list]) => [key, list.length])).toEqual([['0x1', 1]])
    expect(found.changesByPath.get('\\quirk')).toHaveLength(3)
    expect([...found.files].map(([key, list]) => [key, list.length])).toEqual([
      ['x.tmp', 2],
      ['y.tmp', 1],
    ])
    expect([...found.pipeOpens.values()].flat()).toHaveLength(2)
    const unnamed = { ...world.pipe(0, '0x1'), account: { sid: undefined, name: 'x', domain: undefined } }
    expect(index(unnamed).pipeOpens.size).toBe(0)
  })

  it('on IPC$, of folders, or without a name are no files', () => {
    const noTarget = { ...world.access(0, '0x1', 'C$', 'x', 0x1), relativeTarget: none }
    const found = index(
      world.access(0, '0x1', 'IPC$', 'svcctl', 0x1),
      world.access(1, '0x1', 'C$', 'Temp\\', 0x1),
      noTarget,
    )
    expect(found.files.size).toBe(0)
  })

  it('name the remote registry when it is opened for writing', () => {
    const opens = (target: string, mask: number) =>
      index(world.access(0, '0x1', 'IPC$', target, mask)).registryOpens.length
    expect([
      opens('winreg', 0x2),
      opens('\\WINREG', 0x3),
      opens('winreg', 0x1),
      opens('winreg2', 0x3),
    ]).toEqual([1, 1, 0, 0])
    expect(index(world.access(0, '0x1', 'C$', 'winreg', 0x3)).registryOpens).toEqual([])
  })

  it('name the PID of the Schedule service, each once and in its boot', () => {
    const start = (line: string, image = svchost.image) => world.process(0, 1044, image, { pid: 8 }, { line })
    const pids = (...events: readonly WindowsEvent[]) =>
      [...index(...events).schedulePids].map(([boot, found]) => `${boot}: ${[...found.keys()]}`)
    for (const line of [
      'svchost.exe -k netsvcs -p -s Schedule',
      '-s  SCHEDULE',
      'svchost.exe -s schedule -p',
    ])
      expect([line, pids(start(line))]).toEqual([line, ['0: 1044']])
    for (const line of [
      'svchost.exe -k netsvcs',
      'svchost.exe -s ScheduleX',
      'svchost.exe x-s Schedule',
      'svchost.exe -sSchedule',
    ])
      expect([line, pids(start(line))]).toEqual([line, []])
    expect(pids(start('x -s Schedule', 'C:\\Windows\\other.exe'))).toEqual([])
    expect(pids(world.history('triggered', 0, { servicePid: 1044 }))).toEqual(['0: 1044'])
    expect(pids(world.history('triggered', 0))).toEqual([])
    const maintenance = { ...world.history('triggered', 0, { servicePid: 1044 }), channel: 'Other' }
    expect(pids(maintenance)).toEqual([])
    const line = 'svchost.exe -k netsvcs -s Schedule'
    expect(pids(world.sysmonProcess(0, 7, 'x', 'x', { pid: 1044, image: 'y', line }))).toEqual(['0: 1044'])
    expect(pids(world.sysmonProcess(0, 1044, 'x', line, { pid: 7, image: 'y', line: 'y' }))).toEqual([
      '0: 1044',
    ])
    const first = world.history('triggered', 0, { servicePid: 1044 })
    const both = index(
      first,
      world.history('triggered', 5, { servicePid: 1044 }),
      world.boot(10),
      world.history('triggered', 20, { servicePid: 99 }),
    )
    expect([...both.schedulePids].map(([boot, found]) => `${boot}: ${[...found.keys()]}`)).toEqual([
      '0: 1044',
      '1: 99',
    ])
    expect(both.schedulePids.get(0)?.get(1044)).toBe(first)
  })

  it('show starts of Windows by their own records and by falling logon ids, in order', () => {
    const ids = (from: number, ...hex: readonly string[]) =>
      hex.map((text, n) => world.logon(from + n * 60_000, text, undefined))
    const fallen = ids(0, '0x5a41984', '0x1e240', '0x1f000', '0x20100')
    expect(index(...fallen, world.boot(900_000, 12), world.boot(-900_000, 12)).boots).toEqual([
      at(-900_000),
      at(59_000),
      at(900_000),
    ])
  })

  it('are kept as they are where they say when the host was blind', () => {
    const cleared = world.cleared(5)
    const found = index(cleared, world.boot(0, 13, 'stopped'))
    expect(found.cleared).toEqual([cleared])
    expect(found.bootEvents).toHaveLength(1)
    expect(found.policyChanges).toEqual([])
    expect(found.interruptions).toEqual([])
    expect(found.services).toEqual([])
  })
})

describe('hosts', () => {
  const second = new World('ws07.corp.example')
  it('are told apart by their full names, and a short one joins its full one', () => {
    const keyOf = hostKeysOf(
      input([{ ...world.boot(0), recordedComputer: 'FS01' }], { coverage: [coverage(world, 'Security')] }),
    )
    expect([keyOf('FS01'), keyOf('fs01.CORP.example'), keyOf('Unknown')]).toEqual([
      'fs01.corp.example',
      'fs01.corp.example',
      'unknown',
    ])
    expect([...namesOf([world.boot(0), world.boot(1), second.boot(2), world.boot(3)])]).toEqual([
      world.host,
      second.host,
    ])
  })

  it('have chains of their own, from their own records, logs and facts', () => {
    const mixed = [
      world.created(0, '0x1'),
      second.created(1, '0x1'),
      world.history('registered', 1),
      { ...world.deleted(5, '0x1'), recordedComputer: 'FS01' },
    ]
    const more = {
      coverage: [coverage(world, scheduler), coverage(second, 'Security')],
      hosts: [hostFacts(second)],
    }
    const chains = findChains(input(mixed, more))
    expect(chains.map((chain) => `${chain.host} ${chain.steps.length} ${chain.deleted.answer}`)).toEqual([
      'fs01.corp.example 3 yes',
      'ws07.corp.example 1 unknown',
    ])
    expect(reportCoverage(input([], more)).map((report) => report.host)).toEqual([
      'fs01.corp.example',
      'ws07.corp.example',
    ])
    expect(
      reportCoverage(input([], { hosts: [hostFacts(second), hostFacts(world)] })).map(
        (report) => report.host,
      ),
    ).toEqual(['fs01.corp.example', 'ws07.corp.example'])
  })

  it('without a record a story can begin with have none', () => {
    const own = (...events: readonly WindowsEvent[]) =>
      findHostChains({ key: world.host, events, coverage: [], facts: [], duplicates: new Map() })
    expect(
      own(
        world.logon(0, '0x1', undefined),
        world.history('triggered', 1),
        world.access(2, '0x1', 'C$', 'x', 0x2),
      ),
    ).toEqual([])
    expect(own(world.history('registered', 1))).toHaveLength(1)
    expect(own(world.deleted(1, '0x1'))).toHaveLength(1)
    expect(own(world.access(2, '0x1', 'ADMIN$', 'System32\\Tasks\\X', 0x2))).toHaveLength(1)
  })

  it('are joined where one asks: by the moments of arrivals, as far as clocks may differ', () => {
    const chains = findChains(input(atexec(world)))
    const joining = joiningOf(chains, { hosts: [] }, (name) => name)
    expect(joining.asks).toEqual([at(-26)])
    expect(joining.reach).toBe(150_000_000n)
    expect(joining.join([])).toEqual(chains)
    expect(joiningOf([], { hosts: [] }, (name) => name).asks).toEqual([])
    expect(id('0x1')).toBe('0x1')
  })
})
