/** Which session a call is joined to, which are only candidates, and which are told as rejected. */
import { describe, expect, it } from 'vitest'
import { findChains } from '../../../src/chains/find-chains.ts'
import { sessionAt, sessionsOf } from '../../../src/chains/sessions.ts'
import { absent } from '../../../src/domain/absent.ts'
import type { Chain } from '../../../src/domain/chain.ts'
import type { ServiceInstalledEvent, ShareEvent, WindowsEvent } from '../../../src/domain/event.ts'
import {
  admin,
  at,
  atexec,
  command,
  id,
  input,
  other,
  svchost,
  system,
  World,
} from '../../builders/events.ts'

const world = new World()
const none = absent('not-recorded', '-')
const of = (...events: readonly WindowsEvent[]): Chain =>
  findChains(input(events)).find((chain) => chain.task.path === '\\Quirk') as Chain
const bind = world.logon(-7, '0x2000', undefined)
const task = world.created(0, '0x2000')
const pipe = (ms: number, session: string, ip?: string): ShareEvent => ({
  ...world.pipe(ms, session, ip ?? '10.0.0.66'),
  ...(ip === undefined ? { ip: none, port: none } : {}),
})
const source = (...events: readonly WindowsEvent[]) => {
  const told = of(...events).source
  return `${told.ip} ${told.port} ${told.logonId} ${told.basis} ${told.strength}`
}

describe('the session that had the pipe open', () => {
  it('gives the address of its last opening, else that of its logon', () => {
    expect(source(pipe(-20, '0x1', '10.0.0.5'), pipe(-10, '0x1', '10.0.0.6'), bind, task)).toBe(
      '10.0.0.6 50000 0x1 L3 strong',
    )
    expect(source(pipe(-10, '0x1', '10.0.0.6'), pipe(-20, '0x1', '10.0.0.5'), bind, task)).toBe(
      '10.0.0.6 50000 0x1 L3 strong',
    )
    const logon = world.logon(-30, '0x1', '10.0.0.9', { port: 51_999 })
    expect(source(logon, pipe(-20, '0x1'), bind, task)).toBe('10.0.0.9 51999 0x1 L3 strong')
    expect(source(logon, pipe(-20, '0x1', '10.0.0.66'), bind, task)).toBe('10.0.0.66 50000 0x1 L3 strong')
  })

  it('is of the account, opened in the ten seconds before, in the boot, for writing, and not at the host', () => {
    const found = (open: WindowsEvent, ...more: readonly WindowsEvent[]) =>
      of(open, ...more, bind, task).source.ip
    expect([-10_001, -10_000, 100, 101].map((ms) => found(pipe(ms, '0x1', '10.0.0.5')))).toEqual([
      undefined,
      '10.0.0.5',
      '10.0.0.5',
      undefined,
    ])
    expect(found({ ...pipe(-20, '0x1', '10.0.0.5'), account: other })).toBeUndefined()
    expect(found({ ...pipe(-20, '0x1', '10.0.0.5'), logonId: undefined })).toBeUndefined()
    expect(found(pipe(-20, '0x3e7', '10.0.0.5'))).toBeUndefined()
    expect(of(pipe(-20, '0x1', '10.0.0.5'), world.boot(-10), bind, task).source.ip).toBeUndefined()
    expect(
      found(pipe(-20, '0x1', '10.0.0.5'), world.logon(-30, '0x1', undefined, { type: 2 })),
    ).toBeUndefined()
    const nobody = { ...task, account: { ...admin, sid: undefined } }
    expect(of(pipe(-20, '0x1', '10.0.0.5'), bind, nobody).source.ip).toBeUndefined()
    expect(of({ ...pipe(-20, '0x2000', '10.0.0.5'), account: other }, bind, task).source).toMatchObject({
      ip: '10.0.0.5',
      basis: 'L2',
    })
  })

  it('is looked for only where the call may have come through it', () => {
    expect(
      of(pipe(-20, '0x1', '10.0.0.5'), world.logon(-7, '0x2000', undefined, { type: 2 }), task).source.ip,
    ).toBeUndefined()
    expect(
      of(pipe(-20, '0x1', '10.0.0.5'), world.created(0, '0x3e7', { account: system })).source.ip,
    ).toBeUndefined()
    expect(of(pipe(-20, '0x1', '10.0.0.5'), { ...task, logonId: undefined }).source).toMatchObject({
      ip: undefined,
      candidates: [{ ip: '10.0.0.5' }],
    })
  })

  it('is the one that also handled the files of the task; several of one address are one', () => {
    const definition = command('cmd.exe', '/c C:\\Stage\\run.bat')
    const call = [bind, world.created(0, '0x2000', { definition })]
    const put = (session: string) => world.access(-5000, session, 'C$', 'Stage\\run.bat', 0x2)
    const opens = [pipe(-20, '0x1', '10.0.0.5'), pipe(-15, '0x2', '10.0.0.6'), pipe(-12, '0x3', '10.0.0.7')]
    expect(source(...opens, put('0x1'), ...call)).toBe('10.0.0.5 50000 0x1 L3 strong')
    const two = of(...opens, put('0x1'), put('0x2'), ...call).source
    expect(two.candidates.map((one) => one.ip)).toEqual(['10.0.0.6', '10.0.0.5', '10.0.0.7'])
    expect(two).toMatchObject({ ip: undefined, basis: 'L3', strength: 'medium' })
    expect(source(pipe(-20, '0x1', '10.0.0.5'), pipe(-15, '0x2', '10.0.0.5'), bind, task)).toBe(
      '10.0.0.5 50000 0x2 L3 strong',
    )
    const many = Array.from({ length: 25 }, (_, n) =>
      pipe(-100 + n, `0x${(0x100 + n).toString(16)}`, `10.0.1.${n}`),
    )
    expect(of(...many, bind, task).source.candidates).toHaveLength(20)
    // without the call’s own logon only the files join it to the pipe
    expect(source(pipe(-20, '0x1', '10.0.0.5'), put('0x1'), call[1] as WindowsEvent)).toBe(
      '10.0.0.5 50000 0x1 L3 strong',
    )
  })

  it('is none where only the files of the task tell of an address', () => {
    const definition = command('cmd.exe', '/c C:\\Stage\\run.bat > C:\\Windows\\Temp\\out.txt')
    const call = world.created(0, '0x2000', { definition })
    const read = (session: string, ip?: string) =>
      world.access(500, session, 'ADMIN$', 'Temp\\out.txt', 0x1, { ip })
    const put = world.access(-500, '0x9', 'C$', 'Stage\\run.bat', 0x2, { ip: '10.0.0.9' })
    expect(source(call, put)).toBe('undefined undefined undefined undefined undefined')
    expect(source(call, put, read('0x1', '10.0.0.5'))).toBe('10.0.0.5 50000 0x1 L4 medium')
    expect(source(call, read('0x1'), read('0x2', '10.0.0.5'))).toBe('10.0.0.5 50000 0x2 L4 medium')
    expect(
      of(
        call,
        read('0x1', '10.0.0.5'),
        read('0x2', '10.0.0.6'),
        read('0x3', '10.0.0.5'),
      ).source.candidates.map((one) => `${one.ip} ${one.logonId}`),
    ).toEqual(['10.0.0.5 0x1', '10.0.0.6 0x2'])
  })
})

describe('logons that were not it', () => {
  const rejected = (...events: readonly WindowsEvent[]) =>
    of(...events).source.rejected.map((one) => `${one.ip}: ${one.why}`)
  it('are the network logons of the account in the minute before, or still open, with an address', () => {
    const decoy = (ms: number, more: Parameters<World['logon']>[3] = {}) =>
      world.logon(ms, '0x9', '10.0.0.9', more)
    const why = (ms: number) => rejected(decoy(ms), bind, task).length
    expect([-60_001, -60_000, -1, 100, 101].map(why)).toEqual([0, 1, 1, 1, 0])
    expect(rejected(decoy(-90_000), world.logoff(0, '0x9'), bind, task)).toHaveLength(1)
    expect(rejected(decoy(-90_000), world.logoff(-1, '0x9'), bind, task)).toEqual([])
    expect(rejected(decoy(-50, { type: 2 }), bind, task)).toEqual([])
    expect(rejected(decoy(-50, { account: other }), bind, task)).toEqual([])
    expect(rejected(world.logon(-50, '0x9', undefined), bind, task)).toEqual([])
    expect(rejected(decoy(-50), world.boot(-20), bind, task)).toEqual([])
    expect(rejected(decoy(-50), bind, { ...task, account: { ...admin, sid: undefined } })).toEqual([])
    expect(rejected(decoy(50), bind, task)).toEqual([
      '10.0.0.9: owns no atsvc access; opened 50.0 ms after the task event',
    ])
    expect(rejected(decoy(-2000), world.logoff(-1000, '0x9'), bind, task)).toEqual([
      '10.0.0.9: owns no atsvc access; opened 2.00 s before the task event, closed 1.00 s before the task event',
    ])
  })

  it('are neither the source itself nor a candidate, and stand in order of time', () => {
    const smb = world.logon(-30, '0x1', '10.0.0.5')
    expect(rejected(smb, pipe(-20, '0x1', '10.0.0.5'), bind, task)).toEqual([])
    const both = [
      smb,
      pipe(-20, '0x1', '10.0.0.5'),
      world.logon(-29, '0x3', '10.0.0.6'),
      pipe(-15, '0x3', '10.0.0.6'),
    ]
    expect(rejected(...both, bind, task)).toEqual([])
    const later = [world.logon(-10, '0x8', '10.0.0.8'), world.logon(-50, '0x9', '10.0.0.9')]
    expect(rejected(...later, bind, task).map((one) => one.slice(0, 8))).toEqual(['10.0.0.9', '10.0.0.8'])
    expect(
      rejected(world.logon(-40, '0x2000', '10.0.0.5'), world.logon(-30, '0x9', '10.0.0.5'), task),
    ).toEqual([])
  })

  it('are told up to fifty', () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, n) =>
        world.logon(-1000 + n, `0x${(0x500 + n).toString(16)}`, `10.0.1.${n}`),
      )
    expect(rejected(...many(50), bind, task)).toHaveLength(50)
    expect(rejected(...many(55), bind, task)).toHaveLength(50)
  })
})

describe('a session with two tokens', () => {
  it('is its own logon where that is recorded, before or after the one that names it', () => {
    const linked = { ...world.logon(0, '0x10', undefined), linkedLogonId: id('0x11') }
    const own = world.logon(-5, '0x11', undefined)
    const list = sessionsOf([own, linked], [])
    expect(sessionAt(list, [], id('0x11'), at(50), 0n)).toMatchObject({ opened: own })
    expect(list.byId.get(id('0x11'))).toHaveLength(1)
    const late = { ...world.logon(100, '0x20', undefined), linkedLogonId: id('0x11') }
    const restarted = sessionsOf([own, late], [at(50)])
    expect(restarted.byId.get(id('0x11'))?.map((one) => one.isTwin)).toEqual([undefined, true])
    expect(sessionAt(restarted, [at(50)], id('0x11'), at(120), 0n)?.isTwin).toBe(true)
    const unlinked = { ...world.logon(0, '0x10', undefined), linkedLogonId: none }
    expect(sessionsOf([unlinked], []).byId.size).toBe(1)
  })
})

describe('the service that made the call', () => {
  const program = (image = 'C:\\Windows\\rcsvc.exe') =>
    world.process(
      -5000,
      500,
      image,
      { pid: 8, image: 'C:\\Windows\\System32\\services.exe' },
      { logonId: '0x3e7' },
    )
  const tool = (parent = 'C:\\Windows\\rcsvc.exe') =>
    world.process(-20, 600, 'C:\\x\\schtasks.exe', { pid: 500, image: parent }, { logonId: '0x3e7' })
  const call = world.created(0, '0x3e7', { account: system, clientPid: 600 })
  const installed = (
    ms: number,
    imagePath: string | undefined,
    more: Partial<ServiceInstalledEvent> = {},
  ): ServiceInstalledEvent =>
    ({
      ...(world.cleared(ms) as WindowsEvent),
      kind: 'service-installed',
      eventId: 4697,
      subject: admin,
      subjectLogonId: id('0x7000'),
      serviceName: 'Svc',
      imagePath,
      ...more,
    }) as ServiceInstalledEvent
  const logon = world.logon(-9000, '0x7000', '10.0.0.66')
  const ip = (...events: readonly WindowsEvent[]) => of(logon, program(), tool(), call, ...events).source.ip

  it('is found by the program its path names, in all its spellings', () => {
    for (const path of [
      'C:\\Windows\\rcsvc.exe',
      ' "C:\\Windows\\RCSVC.exe" -k',
      'rcsvc.exe',
      'C:\\a b\\rcsvc.exe -x y',
      '"C:\\a b\\rcsvc.exe"',
    ])
      expect([path, ip(installed(-6000, path))]).toEqual([path, '10.0.0.66'])
    for (const path of [
      'C:\\Windows\\other.exe',
      'C:\\rcsvc.exe\\other.exe',
      'other.exe "rcsvc.exe"',
      'C:\\rcsvc.exes',
      '',
      undefined,
    ])
      expect([path, ip(installed(-6000, path))]).toEqual([path, undefined])
    const bare = of(
      logon,
      program('C:\\Windows\\rcsvc'),
      tool('C:\\Windows\\rcsvc'),
      call,
      installed(-6000, 'C:\\Windows\\rcsvc -k'),
    )
    expect(bare.source.ip).toBe('10.0.0.66')
  })

  it('is the last 4697 in the five minutes before, in its boot; 7045 names no session', () => {
    expect(
      [-300_001, -300_000].map(
        (ms) =>
          of(
            world.logon(-400_000, '0x7000', '10.0.0.66'),
            program(),
            tool(),
            call,
            installed(ms, 'rcsvc.exe'),
          ).source.ip,
      ),
    ).toEqual([undefined, '10.0.0.66'])
    const plain = installed(-5900, 'rcsvc.exe', {
      eventId: 7045,
      subjectLogonId: undefined,
      channel: 'System',
    })
    expect(ip(installed(-6000, 'rcsvc.exe'), plain)).toBe('10.0.0.66')
    expect(ip(plain)).toBeUndefined()
    expect(
      of(logon, program(), tool(), call, plain).links.find((link) => link.fields.service === 'Svc')?.strength,
    ).toBe('medium')
    const again = installed(-5800, 'rcsvc.exe', { subjectLogonId: id('0x8000') })
    expect(ip(world.logon(-8000, '0x8000', '10.0.0.88'), installed(-6000, 'rcsvc.exe'), again)).toBe(
      '10.0.0.88',
    )
    expect(
      of(logon, installed(-6000, 'rcsvc.exe'), world.boot(-5500), program(), tool(), call).source.ip,
    ).toBeUndefined()
    expect(ip(installed(-6000, 'rcsvc.exe', { subjectLogonId: id('0x3e7') }))).toBeUndefined()
    expect(
      of(world.logon(-9000, '0x7000', '127.0.0.1'), program(), tool(), call, installed(-6000, 'rcsvc.exe'))
        .source.ip,
    ).toBeUndefined()
  })
})

describe('proofs of a run', () => {
  it('stand strongest first, each with what it leaves open, in order of time', () => {
    const service = world.process(
      -900_000,
      1044,
      svchost.image,
      { pid: 8 },
      { line: 'svchost.exe -k netsvcs -p -s Schedule' },
    )
    const events = [
      ...atexec(world),
      service,
      world.history('action-started', 9),
      world.history('instance-started', 8),
    ]
    const { runs, executed } = of(...events)
    expect(runs.map((one) => `${one.kind} ${one.grade}`)).toEqual([
      'history exact',
      'process-of-service strong',
      'output-fetched strong',
    ])
    expect(runs[0]).toMatchObject({
      proves: 'the task history records the run (100, 200; exact by name)',
      leaves: 'which process it was: no record of the history names one',
      time: at(8),
    })
    expect(runs[1]?.proves).toContain(
      'started 7.0 ms later: its command, started by the Schedule service (strong)',
    )
    expect(runs[2]?.proves).toBe(
      'CORP\\admin read the output file Temp\\Quirk.tmp and then deleted it (strong)',
    )
    expect(executed.citations.length).toBeGreaterThan(4)
    const named = of(task, world.history('process-created', 5, { pid: 976 }))
    expect(named.runs[0]?.leaves).toBeUndefined()
    const early = of(
      service,
      task,
      world.process(-50, 976, 'C:\\Windows\\System32\\cmd.exe', svchost, { line: 'cmd.exe /c evil.bat' }),
    )
    expect(early.runs[0]?.proves).toContain('started 50.0 ms before: its command')
    const many = of(task, ...Array.from({ length: 25 }, (_, n) => world.history('instance-started', 5 + n)))
    expect(many.runs[0]?.citations).toHaveLength(20)
  })

  it('need the output read before it was deleted', () => {
    const quiet = atexec(world).filter((event) => event.kind !== 'process-started')
    const swapped = quiet.map((event) =>
      event.kind === 'share-access' && event.accessMask === 0x1
        ? { ...event, accessMask: 0x10080 }
        : event.kind === 'share-access' && event.accessMask === 0x10080
          ? { ...event, accessMask: 0x1 }
          : event,
    )
    expect(of(...swapped).executed.answer).toBe('unknown')
    const written = quiet.map((event) =>
      event.kind === 'share-access' && event.accessMask === 0x1 ? { ...event, accessMask: 0x2 } : event,
    )
    expect(of(...written).executed.answer).toBe('unknown')
  })
})
