/** Everything a chain says is missing, for each way a task can come about: no more and no less. */
import { describe, expect, it } from 'vitest'
import { findChains } from '../../../src/chains/find-chains.ts'
import type { Chain, ChainInput } from '../../../src/domain/chain.ts'
import type { WindowsEvent } from '../../../src/domain/event.ts'
import {
  at,
  atexec,
  auditedAll,
  command,
  coverage,
  hostFacts,
  input,
  scheduler,
  svchost,
  system,
  World,
} from '../../builders/events.ts'

const world = new World()
const task = world.created(0, '0x2000')
const cmd = 'C:\\Windows\\System32\\cmd.exe'
const chainsOf = (events: readonly WindowsEvent[], more: Partial<ChainInput> = {}) =>
  findChains(input(events, more)).toSorted((a, b) => (a.time < b.time ? -1 : 1))
const first = (events: readonly WindowsEvent[], more: Partial<ChainInput> = {}) =>
  chainsOf(events, more)[0] as Chain
/** `expected: state`, the state left out where nothing of it was collected */
const gapsOf = (...events: readonly WindowsEvent[]) =>
  first(events).gaps.map(({ expected, state }) =>
    state === 'not-collected' ? expected : `${expected}: ${state}`,
  )

const history = 'task history (106, 129, 200, 201)'
const process = "4688 of the task's process"
const deletion = '4699 or 141'
const afterwards = [history, process, deletion]

describe('what a chain says is missing', () => {
  it('is, for a creation alone: its logon, the pipe, the run, the end', () => {
    expect(gapsOf(task)).toEqual(['4624 for 0x2000', '5145 atsvc', ...afterwards])
    expect(gapsOf({ ...task, logonId: undefined })).toEqual(['5145 atsvc', ...afterwards])
    expect(gapsOf({ ...task, task: undefined })).toEqual([
      'task definition: unknown',
      '4624 for 0x2000',
      '5145 atsvc',
      ...afterwards,
    ])
  })

  it('is no definition where another record of the story has one', () => {
    const later = world.change('task-updated', 10, '0x2000', { definition: command('x') })
    expect(gapsOf({ ...task, task: undefined }, later)).not.toContain('task definition: unknown')
    expect(gapsOf(task, world.change('task-disabled', 10, '0x2000'))).not.toContain(
      'task definition: unknown',
    )
  })

  it('is the creation where only something later is recorded, and what a deletion cannot have after it is not asked', () => {
    expect(gapsOf(world.history('registered', 0))).toEqual(['4698', process, deletion])
    const changed = world.change('task-updated', 0, '0x2000', { definition: command('x') })
    expect(gapsOf(changed)).toEqual([
      '4698: out-of-retention',
      '4624 for 0x2000',
      '5145 atsvc',
      ...afterwards,
    ])
    expect(gapsOf(world.deleted(0, '0x2000'))).toEqual([
      '4698: out-of-retention',
      'task definition: unknown',
      '4624 for 0x2000',
      '5145 atsvc',
    ])
    const planted = world.access(0, '0x1000', 'ADMIN$', 'System32\\Tasks\\Quirk', 0x2)
    expect(gapsOf(planted).slice(0, 2)).toEqual(['4698: expected-absent', history])
  })

  it('is, for a call through the pipe, the address of the second logon, which is never there', () => {
    expect(gapsOf(...atexec(world))).toEqual([
      '4624 with an address for 0x2000: expected-absent',
      '4672 for 0x1000',
      history,
      'a record that names PID 1044 as the Schedule service',
    ])
    const opened = [world.pipe(-20, '0x1000', '10.0.0.66'), world.logon(-7, '0x2000', undefined), task]
    expect(gapsOf(...opened)).toEqual([
      '4624 with an address for 0x2000: expected-absent',
      '4624 for 0x1000',
      '4672 for 0x1000',
      ...afterwards,
    ])
    expect(first(opened).gaps[0]?.why).toContain('inside the pipe')
    const shown = [...opened, world.logon(-26, '0x1000', '10.0.0.66'), world.privileges(-25, '0x1000')]
    expect(gapsOf(...shown)).toEqual(['4624 with an address for 0x2000: expected-absent', ...afterwards])
    // the call’s own session had the pipe open: its logon is asked for once
    expect(gapsOf(world.pipe(-20, '0x2000', '10.0.0.66'), task)).toEqual([
      '4624 for 0x2000',
      '4672 for 0x2000',
      ...afterwards,
    ])
  })

  it('is, for a call over TCP, no pipe', () => {
    expect(gapsOf(world.logon(-26, '0x2000', '10.0.0.66'), task)).toEqual([
      '4672 for 0x2000',
      '5145 atsvc: expected-absent',
      ...afterwards,
    ])
    const nameless = [world.logon(-26, '0x2000', undefined), world.created(0, '0x2000', { clientPid: 0 })]
    expect(gapsOf(...nameless)).toEqual([
      '4624 with an address for 0x2000: expected-absent',
      '4672 for 0x2000',
      '5145 atsvc',
      ...afterwards,
    ])
    expect(first(nameless).gaps[0]?.why).toContain('RPC authentication')
  })

  it('is, for remote management, no pipe either', () => {
    for (const image of ['wsmprovhost.exe', 'WmiPrvSE.exe']) {
      const carrier = world.process(-800, 600, `C:\\Windows\\${image}`, svchost, { logonId: '0x2000' })
      const events = [
        world.logon(-900, '0x2000', '10.0.0.66'),
        carrier,
        world.created(0, '0x2000', { clientPid: 600 }),
      ]
      expect(gapsOf(...events)).toEqual(['4672 for 0x2000', '5145 atsvc: expected-absent', ...afterwards])
    }
  })

  it('is, for work at the host and of the machine, neither logon nor pipe', () => {
    expect(gapsOf(world.logon(-26, '0x2000', undefined, { type: 2 }), task)).toEqual(afterwards)
    expect(gapsOf(world.created(0, '0x3e7', { account: system, clientPid: 5 }))).toEqual(afterwards)
    expect(gapsOf(world.change('task-updated', 0, '0x3e4', { account: system }))).toEqual([
      '4698: out-of-retention',
      'task definition: unknown',
      ...afterwards,
    ])
  })

  it('is the process only where none is shown to be the task’s, and the service’s name where the parent is not proven', () => {
    const before = ['4624 for 0x2000', '5145 atsvc']
    const line = 'cmd.exe /c evil.bat'
    const named = 'a record that names PID 1044 as the Schedule service'
    const run = world.process(7, 976, cmd, svchost, { line })
    expect(gapsOf(task, run)).toEqual([...before, history, named, deletion])
    expect(gapsOf(task, world.process(7, 976, cmd, { pid: 1044 }))).toEqual([...before, ...afterwards])
    expect(gapsOf(task, world.history('instance-started', 5))).toEqual([...before, process, deletion])
    const service = world.process(-9000, 1044, svchost.image, { pid: 8 }, { line: 'svchost.exe -s Schedule' })
    expect(gapsOf(service, task, run)).toEqual([...before, history, deletion])
    const engine = { pid: 300, image: 'C:\\Windows\\System32\\taskeng.exe' }
    expect(gapsOf(task, world.process(7, 976, cmd, engine, { line }))).toEqual([...before, history, deletion])
    // one process that is proven is enough
    expect(gapsOf(service, task, run, world.process(9, 977, cmd, svchost))).not.toContain(process)
  })

  it('is neither run nor end where the history shows that there was none', () => {
    const { gaps, deleted, executed } = first([task, world.history('registered', -1)], {
      coverage: [coverage(world, scheduler)],
    })
    expect(gaps.map((gap) => gap.expected)).toEqual(['4624 for 0x2000', '5145 atsvc'])
    expect([executed.answer, deleted.answer]).toEqual(['no', 'no'])
  })

  it('says that very many logons were not all looked at', () => {
    const logons = Array.from({ length: 60 }, (_, n) =>
      world.logon(-900 + n, `0x${(0x9000 + n).toString(16)}`, '10.0.0.7'),
    )
    expect(gapsOf(...logons, task)).toContain('all other network logons of the account: unknown')
    expect(gapsOf(...logons.slice(0, 40), task)).not.toContain(
      'all other network logons of the account: unknown',
    )
  })
})

describe('the span a missing record is looked for in', () => {
  const audited = [hostFacts(world, { auditPolicy: auditedAll })]
  /** state of the gap when its log begins (or ends) there */
  const stateWith = (
    expected: string,
    events: readonly WindowsEvent[],
    log: Partial<Parameters<typeof coverage>[2]>,
    channel: 'Security' | typeof scheduler = 'Security',
  ) =>
    first(events, { coverage: [coverage(world, channel, log)], hosts: audited }).gaps.find(
      (gap) => gap.expected === expected,
    )?.state
  const begins = (
    expected: string,
    events: readonly WindowsEvent[],
    ms: number,
    channel?: typeof scheduler,
  ) => [ms, ms + 0.0001].map((from) => stateWith(expected, events, { from: at(from) }, channel))
  const ends = (expected: string, events: readonly WindowsEvent[], ms: number) =>
    [ms, ms - 0.0001].map((to) => stateWith(expected, events, { to: at(to), provenance: 'full-export' }))
  const edge = ['truly-absent', 'out-of-retention']

  it('begins a second before the act for its logon and its own record, ten for what opened the way', () => {
    expect(begins('4624 for 0x2000', [task], -1000)).toEqual(edge)
    expect(begins('5145 atsvc', [task], -10_000)).toEqual(edge)
    const pipe = [world.pipe(-20, '0x1000', '10.0.0.66'), world.logon(-7, '0x2000', undefined), task]
    expect(begins('4624 for 0x1000', pipe, -10_000)).toEqual(edge)
    expect(begins('4672 for 0x1000', pipe, -10_000)).toEqual(edge)
    expect(begins('4698', [world.history('registered', 0)], -1000)).toEqual(edge)
    expect(begins(history, [task], -1000, scheduler)).toEqual(edge)
    expect(begins(process, [task], 0)).toEqual(edge)
  })

  it('ends with the act, or with the life of the task', () => {
    const short = ['truly-absent', 'unknown']
    expect(ends('4624 for 0x2000', [task], 0)).toEqual(short)
    expect(ends('5145 atsvc', [task], 0)).toEqual(short)
    expect(ends('4698', [world.history('registered', 0)], 1000)).toEqual(short)
    const removed = world.deleted(60_000, '0x2000')
    expect(ends(process, [task, removed], 60_000)).toEqual(short)
    // while the task lives it is as long as the log
    expect(
      [2000, 2001].map((to) => stateWith(process, [task], { to: at(to), provenance: 'full-export' })),
    ).toEqual(['unknown', 'truly-absent'])
    expect(
      [2000, 60_000].map((to) => stateWith(deletion, [task], { to: at(to), provenance: 'full-export' })),
    ).toEqual(['unknown', undefined])
  })

  it('names the log and the subcategory that would have held it', () => {
    const off = (guid: string, expected: string, events: readonly WindowsEvent[]) =>
      first(events, {
        coverage: [coverage(world, 'Security', { eventIds: [] })],
        hosts: [
          hostFacts(world, { auditPolicy: { ...auditedAll, [`${guid}-69AE-11D9-BED3-505054503030`]: 0 } }),
        ],
      }).gaps.find((gap) => gap.expected === expected)?.state
    const tcp = [world.logon(-26, '0x2000', '10.0.0.66'), task]
    expect([
      off('0CCE9215', '4624 for 0x2000', [task]),
      off('0CCE921B', '4672 for 0x2000', tcp),
      off('0CCE922B', process, [task]),
      off('0CCE9227', deletion, [task]),
      off('0CCE9227', '4698', [world.history('registered', 0)]),
      off('0CCE9244', '5145 atsvc', [task]),
    ]).toEqual(Array(6).fill('not-audited'))
  })
})

describe('whether a task was deleted', () => {
  it('is told by either record, and cites both', () => {
    const events = [task, world.history('deleted', 50), world.deleted(51, '0x2000')]
    const { deleted } = first(events)
    expect(deleted).toEqual({
      answer: 'yes',
      why: 'The deletion is recorded (4699, 141).',
      citations: [events[2], events[1]].map((event) => event?.locator),
    })
    expect(first([task, world.history('deleted', 50)]).deleted.why).toBe('The deletion is recorded (141).')
  })

  it('stays open when the name was registered again, or nobody asks the service', () => {
    const [before, after] = chainsOf([task, world.created(60_000, '0x2000')])
    expect(before?.deleted).toMatchObject({
      answer: 'unknown',
      why: 'No deletion is recorded, but the same name was registered again later.',
      citations: [],
    })
    expect(after?.deleted.why).toMatch(
      /Security of this host is not in the evidence; .* does not tell either\.$/,
    )
    const planted = first([world.access(0, '0x1000', 'ADMIN$', 'System32\\Tasks\\Quirk', 0x2)])
    expect(planted.deleted).toMatchObject({ answer: 'unknown', citations: [] })
    expect(planted.deleted.why).toContain('can be taken away the same way')
  })

  it('is denied by a whole history, citing the record it begins with', () => {
    const registered = world.history('registered', -1)
    const more = { coverage: [coverage(world, scheduler)] }
    expect(first([task, registered], more).deleted).toMatchObject({
      answer: 'no',
      citations: [registered.locator],
      why: expect.stringContaining('from the creation of the task to the moment the log was taken'),
    })
    const sign = world.history('triggered', 5000)
    expect(first([task, sign], more).deleted).toMatchObject({
      answer: 'no',
      citations: [sign.locator],
      why: expect.stringContaining('when the task was there'),
    })
    const cut = { coverage: [coverage(world, scheduler, { missingRecordIds: 1n })] }
    expect(first([task, registered], cut).deleted.answer).toBe('unknown')
    // what may follow a deletion is no sign of life, nor is a record of another log
    expect(first([task, world.history('instance-completed', 5000)], more).deleted.answer).toBe('unknown')
    const elsewhere = { coverage: [coverage(world, scheduler, { evidenceId: 'e'.repeat(64) })] }
    expect(first([task, sign], elsewhere).deleted.answer).toBe('unknown')
    expect(first([task, registered], elsewhere).deleted.answer).toBe('unknown')
    const exported = (to: number) => ({
      coverage: [coverage(world, scheduler, { provenance: 'full-export' as const, to: at(to) })],
    })
    expect(first([task, sign], exported(7000)).deleted.answer).toBe('unknown')
    expect(first([task, sign], exported(7001)).deleted.why).toContain('the end of the log')
  })
})

describe('when the silence of the history is heard', () => {
  const executed = (events: readonly WindowsEvent[], ...logs: Parameters<typeof coverage>[2][]) =>
    first(events, { coverage: logs.map((log) => coverage(world, scheduler, log)) }).executed
  it('needs the record of the very act the story begins with, within five seconds', () => {
    for (const ms of [-5000, 5000])
      expect(executed([task, world.history('registered', ms)], {}).answer).toBe('no')
    expect(executed([task, world.history('triggered', -1)], {}).answer).toBe('unknown')
    const changed = world.change('task-updated', 0, '0x2000', { definition: command('x') })
    expect(executed([changed, world.history('updated', -1)], {}).answer).toBe('no')
    expect(executed([changed, world.history('triggered', 5)], {}).answer).toBe('unknown')
    const disabled = world.change('task-disabled', 0, '0x2000')
    expect(executed([disabled, world.history('disabled', -1)], {}).answer).toBe('no')
    expect(executed([disabled, world.history('updated', 100)], {}).answer).toBe('unknown')
  })

  it('reaches to the end of the task, or to its own record of it', () => {
    const registered = world.history('registered', -1)
    const removed = world.deleted(60_000, '0x2000')
    const log = { provenance: 'filtered-export' } as const
    expect(
      [60_000, 59_999].map((to) => executed([task, registered, removed], { ...log, to: at(to) }).answer),
    ).toEqual(['no', 'unknown'])
    const own = world.history('deleted', 59_990)
    const told = executed([task, registered, own, removed], { ...log, to: at(59_995) })
    expect(told).toMatchObject({ answer: 'no', citations: [registered.locator, own.locator] })
    expect(executed([task, registered, removed], log).citations).toEqual([registered.locator])
    // the next log may speak where one does not
    expect(executed([task, registered, removed], { ...log, to: at(5) }, log).answer).toBe('no')
  })

  it('cites what it rests on, and the starts that failed', () => {
    const registered = world.history('registered', -1)
    const failed = world.history('start-failed', 500)
    expect(executed([task, registered, failed], {})).toMatchObject({
      answer: 'no',
      citations: [registered.locator, failed.locator],
      why: expect.stringContaining('a start was tried and failed (1 records)'),
    })
  })
})
