/** Logon sessions and process instances: ids that are given out again, in their boot and their lifetime. */
import { describe, expect, it } from 'vitest'
import { indexHost } from '../../../src/chains/host-index.ts'
import { inTotalOrder } from '../../../src/chains/order.ts'
import { claimsOf, namedProcess } from '../../../src/chains/process-claims.ts'
import {
  descendantsOf,
  endOf,
  instanceOf,
  keysOf,
  lineage,
  ownerOf,
  type ProcessInstance,
  parentOf,
  processesOf,
} from '../../../src/chains/processes.ts'
import { isNetworkLogon, sessionAt, sessionsOf } from '../../../src/chains/sessions.ts'
import { storiesOf } from '../../../src/chains/stories.ts'
import { defaultWindows } from '../../../src/chains/windows.ts'
import { absent } from '../../../src/domain/absent.ts'
import type {
  LogoffEvent,
  LogonEvent,
  ProcessEndedEvent,
  ProcessStartedEvent,
  WindowsEvent,
} from '../../../src/domain/event.ts'
import { at, command, id, World } from '../../builders/events.ts'

const world = new World()
const exe = 'C:\\x\\a.exe'
const start = (ms: number, pid: number, parent = 4, image = exe, parentImage?: string) =>
  world.process(ms, pid, image, { pid: parent, image: parentImage })
type Kept = ProcessStartedEvent | ProcessEndedEvent
const made = (events: readonly Kept[], boots: readonly number[] = []) =>
  processesOf(inTotalOrder<Kept>(events), boots.map(at))
const of = (processes: ReturnType<typeof made>, event: WindowsEvent) =>
  processes.all.find((one) => one.event === event) as ProcessInstance

describe('an instance of a process', () => {
  it('is read alike from Security and Sysmon, without what is empty or nobody’s', () => {
    const none = absent('not-recorded', 'none')
    const event = { ...start(0, 7), commandLine: '', targetLogonId: id('0x9') }
    expect(instanceOf(event, 2)).toEqual({
      event,
      boot: 2,
      pid: 7,
      image: exe,
      parentPid: 4,
      commandLine: undefined,
      parentImage: undefined,
      account: event.subject,
      logonIds: ['0x3e7', '0x9'],
    })
    expect(instanceOf({ ...event, targetLogonId: id('0x0') }, 0)?.logonIds).toEqual(['0x3e7'])
    expect(instanceOf({ ...event, subjectLogonId: undefined, targetLogonId: none }, 0)?.logonIds).toEqual([])
    const sysmon = world.sysmonProcess(0, 7, exe, 'a.exe -x', { pid: 4, image: 'p', line: '' })
    expect(instanceOf(sysmon, 0)).toMatchObject({
      commandLine: 'a.exe -x',
      parentImage: 'p',
      account: undefined,
      logonIds: ['0x3e7'],
    })
    expect(instanceOf({ ...sysmon, commandLine: '', parentImage: '' }, 0)).toMatchObject({
      commandLine: undefined,
      parentImage: undefined,
    })
    expect(instanceOf({ ...event, pid: undefined }, 0)).toBeUndefined()
    expect(
      made([
        { ...event, pid: undefined },
        { ...world.ended(5, 7, exe), pid: undefined },
      ]).all,
    ).toEqual([])
  })

  it('has its command and image in comparable form, made once', () => {
    const one = instanceOf(
      { ...start(0, 7, 4, '"C:\\Windows\\A.exe"'), commandLine: 'A.exe  -X' },
      0,
    ) as ProcessInstance
    expect(keysOf(one)).toEqual({ line: 'a.exe -x', image: '*windir*\\a.exe', name: 'a.exe' })
    expect(keysOf(one)).toBe(keysOf(one))
    const bare = instanceOf({ ...start(0, 7), image: undefined }, 0) as ProcessInstance
    expect(keysOf(bare)).toEqual({ line: undefined, image: '', name: '' })
  })

  it('ends with its own 4689, before its PID is given out again', () => {
    const [first, end, second, last] = [
      start(0, 7),
      world.ended(50, 7, exe),
      start(100, 7),
      world.ended(150, 7, exe),
    ]
    const both = made([first, end, second, last])
    expect(endOf(both, of(both, first))).toBe(end)
    expect(endOf(both, of(both, second))).toBe(last)
    const lost = made([first, second, last])
    expect(endOf(lost, of(lost, first))).toBeUndefined()
    expect(endOf(lost, of(lost, second))).toBe(last)
    const foreign = made([first, world.ended(50, 7, 'C:\\x\\b.exe'), last])
    expect(endOf(foreign, of(foreign, first))).toBe(last)
    const nameless = { ...world.ended(50, 7, exe), image: undefined } as ProcessEndedEvent
    const unnamed = made([first, nameless])
    expect(endOf(unnamed, of(unnamed, first))).toBe(nameless)
    const upper = made([first, world.ended(50, 7, exe.toUpperCase())])
    expect(endOf(upper, of(upper, first))).toBeDefined()
    const early = made([world.ended(-5, 7, exe), first])
    expect(endOf(early, of(early, first))).toBeUndefined()
    const restarted = made([first, end], [20])
    expect(endOf(restarted, of(restarted, first))).toBeUndefined()
  })

  it('owns its PID from its start to its end', () => {
    const [first, end, second] = [start(0, 7), world.ended(50, 7, exe), start(100, 7)]
    const all = made([first, end, second])
    const owner = (ms: number, boot = 0) => ownerOf(all, boot, 7, world.boot(ms))?.event
    expect([-1, 0, 49, 50, 51, 99, 100, 999].map((ms) => owner(ms))).toEqual([
      undefined,
      first,
      first,
      first,
      undefined,
      undefined,
      second,
      second,
    ])
    expect(owner(10, 1)).toBeUndefined()
    expect(ownerOf(all, 0, 8, world.boot(10))).toBeUndefined()
    // of records of one moment the place decides
    const twin = world.boot(200)
    const after = start(200, 7)
    expect(ownerOf(made([second, after]), 0, 7, twin)?.event).toBe(second)
  })

  it('has a parent where PID, time and image fit', () => {
    const parent = start(0, 7)
    const family = (child: ProcessStartedEvent, ...more: readonly Kept[]) => {
      const all = made([parent, child, ...more])
      return parentOf(all, of(all, child))?.event
    }
    expect(family(start(10, 8, 7, 'c', exe))).toBe(parent)
    expect(family(start(10, 8, 7, 'c', exe.toUpperCase()))).toBe(parent)
    expect(family(start(10, 8, 7, 'c'))).toBe(parent)
    expect(family(start(10, 8, 7, 'c', 'C:\\x\\b.exe'))).toBeUndefined()
    expect(family(start(-10, 8, 7, 'c'))).toBeUndefined()
    expect(family(start(60, 8, 7, 'c'), world.ended(50, 7, exe))).toBeUndefined()
    expect(family(start(10, 7, 7, 'c'))).toBeUndefined()
    expect(family({ ...start(10, 8), creatorPid: undefined })).toBeUndefined()
  })

  it('has ancestors up to a bound, and descendants breadth first', () => {
    const chain = Array.from({ length: 20 }, (_, n) => start(n, 100 + n, 99 + n))
    const all = made(chain)
    expect(lineage(all, of(all, chain[2] as WindowsEvent)).map((one) => one.pid)).toEqual([102, 101, 100])
    expect(lineage(all, of(all, chain[19] as WindowsEvent))).toHaveLength(13)
    const root = start(0, 7)
    const tree = made([root, start(1, 8, 7), start(2, 9, 7), start(3, 10, 8), start(4, 11, 4)])
    const { found, cut } = descendantsOf(tree, of(tree, root))
    expect(found.map(({ child, depth }) => `${child.pid} ${depth}`)).toEqual(['8 1', '9 1', '10 2'])
    expect(cut).toBe(false)
    const deep = descendantsOf(all, of(all, chain[0] as WindowsEvent))
    expect([deep.found.length, deep.cut]).toEqual([12, true])
    // a PID given out again has children of its own
    const reused = made([root, start(5, 8, 7), world.ended(6, 7, exe), start(10, 7), start(11, 9, 7)])
    expect(descendantsOf(reused, of(reused, root)).found.map(({ child }) => child.pid)).toEqual([8])
    expect(descendantsOf(tree, of(tree, root)).found[2]?.parent.pid).toBe(8)
  })
})

describe('a logon session', () => {
  const sessions = (events: readonly (LogonEvent | LogoffEvent)[], boots: readonly number[] = []) => {
    const list = sessionsOf(inTotalOrder<LogonEvent | LogoffEvent>(events), boots.map(at))
    return (logonId: string | undefined, ms: number, slack = 0n) =>
      sessionAt(list, boots.map(at), logonId === undefined ? undefined : id(logonId), at(ms), slack)
  }
  const [logon, logoff] = [world.logon(0, '0x10', undefined), world.logoff(50, '0x10')]

  it('lasts from its logon to its logoff, with a little slack for records of one moment', () => {
    const session = sessions([logon, logoff])
    expect([-1, 0, 50, 51].map((ms) => session('0x10', ms)?.opened)).toEqual([
      undefined,
      logon,
      logon,
      undefined,
    ])
    expect([-2, -1, 51, 52].map((ms) => session('0x10', ms, 10_000n)?.opened)).toEqual([
      undefined,
      logon,
      logon,
      undefined,
    ])
    expect(session('0x11', 10)).toBeUndefined()
    expect(session(undefined, 10)).toBeUndefined()
    expect(sessions([world.logon(0, '0x3e7', undefined)])('0x3e7', 10)).toBeUndefined()
  })

  it('is the last one of its id, in its boot', () => {
    const later = world.logon(100, '0x10', undefined)
    const session = sessions([logon, logoff, later])
    expect([10, 60, 100, 900].map((ms) => session('0x10', ms)?.opened)).toEqual([
      logon,
      undefined,
      later,
      later,
    ])
    const twice = sessions([logon, later], [50])
    expect([10, 60, 200].map((ms) => twice('0x10', ms)?.opened)).toEqual([logon, undefined, later])
    // a logoff after the restart ends nothing of before
    const restarted = sessions([logon, world.logoff(60, '0x10')], [50])
    expect(restarted('0x10', 40)?.closed).toBeUndefined()
  })

  it('is known to be a network logon by its type alone', () => {
    expect([3, 8, 2, 10, undefined].map(isNetworkLogon)).toEqual([true, true, false, false, false])
    const list = sessionsOf([logon, world.logon(1, '0x11', undefined, { type: 2 })], [])
    expect([...list.networkBySid.values()].flat().map((one) => one.opened)).toEqual([logon])
    const nobody = { ...logon, account: { ...logon.account, sid: undefined } }
    expect(sessionsOf([nobody], []).networkBySid.size).toBe(0)
    expect(sessionsOf([{ ...logon, logonId: undefined }], []).byId.size).toBe(0)
  })

  it('keeps a logoff whose logon is not there', () => {
    const list = sessionsOf([logoff], [])
    expect(list.orphanLogoffs.get(id('0x10'))).toEqual([logoff])
    expect(sessionsOf([logon, logoff], []).orphanLogoffs.size).toBe(0)
    expect(sessionsOf([logon, world.logoff(60, '0x10')], [at(50)]).orphanLogoffs.size).toBe(1)
  })

  it('has a twin where its logon names one that is not there itself', () => {
    const linked = (ms: number, own: string, twin: string) => ({
      ...world.logon(ms, own, undefined),
      linkedLogonId: id(twin),
    })
    const first = linked(0, '0x10', '0x11')
    const end = world.logoff(80, '0x11')
    const session = sessions([first, end])
    expect(session('0x11', 50)).toMatchObject({ opened: first, isTwin: true, closed: end })
    expect(session('0x11', 90)).toBeUndefined()
    expect(session('0x10', 50)?.isTwin).toBeUndefined()
    const own = linked(1, '0x11', '0x10')
    expect(sessions([first, own])('0x11', 50)).toMatchObject({ opened: own })
    expect(sessions([first, own])('0x11', 50)?.isTwin).toBeUndefined()
    expect(sessions([linked(0, '0x10', '0x3e7')])('0x3e7', 50)).toBeUndefined()
    // one of before the restart is no twin of now
    const again = sessions([linked(0, '0x10', '0x11'), world.logon(100, '0x11', undefined)], [50])
    expect([20, 120].map((ms) => again('0x11', ms)?.isTwin)).toEqual([true, undefined])
    const before = world.logoff(-5, '0x11')
    expect(sessions([before, first])('0x11', 50)?.closed).toBeUndefined()
  })
})

describe('whose process it is', () => {
  it('is that of the start nearest to the record that names its PID', () => {
    const [early, late] = [start(0, 7), start(100, 7)]
    const all = made([early, late])
    const named = (ms: number, near = 500_000n, boot = 0) => namedProcess(all, boot, 7, at(ms), near)?.event
    expect([0, 40, 60, 100, 140].map((ms) => named(ms))).toEqual([early, early, late, late, late])
    expect([named(150), named(151)]).toEqual([late, undefined])
    expect(named(-51)).toBeUndefined()
    expect(named(0, 500_000n, 1)).toBeUndefined()
    expect(namedProcess(all, 0, 8, at(0), 500_000n)).toBeUndefined()
  })

  it('may be that of another task with the same command at that time', () => {
    const definition = command('a.exe', '-x')
    const events = [
      world.created(0, '0x1', { path: '\\One', definition }),
      world.created(10, '0x1', { path: '\\Two', definition }),
      world.created(20, '0x1', { path: '\\Other', definition: command('b.exe') }),
      world.deleted(9000, '0x1', { path: '\\Two' }),
    ]
    const index = indexHost(world.host, events)
    const stories = storiesOf(index, defaultWindows)
    const claims = claimsOf(index, stories, defaultWindows)
    const one = stories.find((story) => story.path === '\\One') as (typeof stories)[number]
    const rivals = (ms: number, line = 'a.exe -x') =>
      claims.rivalsOf(one, line, at(ms))?.map((story) => story.path)
    // from two seconds before it was made to two seconds after it was gone
    expect([-1991, -1990, 50, 11_000, 11_001].map((ms) => rivals(ms))).toEqual([
      [],
      ['\\Two'],
      ['\\Two'],
      ['\\Two'],
      [],
    ])
    expect(rivals(50, 'c.exe')).toEqual([])
    const many = Array.from({ length: 65 }, (_, n) =>
      world.created(n, '0x1', { path: `\\T${n}`, definition }),
    )
    const crowd = indexHost(world.host, many)
    const all = storiesOf(crowd, defaultWindows)
    expect(
      claimsOf(crowd, all, defaultWindows).rivalsOf(all[0] as (typeof all)[number], 'a.exe -x', at(0)),
    ).toBeUndefined()
    const fewer = indexHost(world.host, many.slice(1))
    const rest = storiesOf(fewer, defaultWindows)
    expect(
      claimsOf(fewer, rest, defaultWindows).rivalsOf(rest[0] as (typeof rest)[number], 'a.exe -x', at(0)),
    ).toHaveLength(63)
  })

  it('is one task’s where its history names it', () => {
    const run = start(5000, 976)
    const events = inTotalOrder<WindowsEvent>([
      world.created(0, '0x1'),
      run,
      world.history('process-created', 5003, { pid: 976 }),
    ])
    const index = indexHost(world.host, events)
    const claims = claimsOf(index, storiesOf(index, defaultWindows), defaultWindows)
    expect(claims.ownerOf(of(index.security, run))).toBe('\\quirk')
    const silent = indexHost(world.host, [run])
    expect(claimsOf(silent, [], defaultWindows).ownerOf(of(silent.security, run))).toBeUndefined()
  })
})
