/** What is said of a run, proven or not, and what only fits. */
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
  World,
} from '../../builders/events.ts'

const world = new World()
const task = world.created(0, '0x1')
const cmd = 'C:\\Windows\\System32\\cmd.exe'
const line = 'cmd.exe /c evil.bat'
const of = (events: readonly WindowsEvent[], more: Partial<ChainInput> = {}): Chain =>
  findChains(input(events, more)).find((chain) => chain.task.path === '\\Quirk') as Chain
const service = world.process(
  -900_000,
  1044,
  svchost.image,
  { pid: 8 },
  { line: 'svchost.exe -k netsvcs -p -s Schedule' },
)
const roles = (chain: Chain) => chain.steps.map((step) => step.role)
const nodes = (chain: Chain) =>
  chain.tree.nodes.map(
    (node) => `${node.pid} ${node.rule} ${node.strength} ${node.standing} ${node.parent.kind}`,
  )

describe('the history of a task', () => {
  const triggers = (count: number) =>
    Array.from({ length: count }, (_, n) => world.history('triggered', 10 + n))
  it('is told whole up to three hundred records, then its beginning and its end', () => {
    const whole = of([task, ...triggers(300)])
    expect(whole.steps).toHaveLength(301)
    expect(whole.gaps.some((gap) => gap.expected.includes('more history records'))).toBe(false)
    const long = of([task, ...triggers(305)])
    expect(long.steps).toHaveLength(301)
    expect(long.gaps.find((gap) => gap.expected === '5 more history records of the task')).toMatchObject({
      state: 'unknown',
    })
    const told = long.steps.filter((step) => step.role === 'task-triggered').map((step) => step.time)
    expect([told[0], told[249], told[250], told.at(-1)]).toEqual([at(10), at(259), at(265), at(314)])
  })

  it('tells each kind of record by its role, and what is no act by none', () => {
    const kinds = [
      'disabled',
      'missed-start',
      'ignored',
      'queued',
      'start-failed',
      'action-start-failed',
      'instance-failed',
      'action-failed',
      'terminated',
      'other',
    ] as const
    const chain = of([task, ...kinds.map((what, n) => world.history(what, 10 + n))])
    expect(roles(chain)).toEqual([
      'task-created',
      'task-disabled',
      'task-triggered',
      'task-triggered',
      'task-triggered',
      'task-started',
      'task-started',
      'task-finished',
      'task-finished',
      'task-finished',
    ])
    // the record a story begins with is not joined to itself
    expect(of([world.history('registered', 0)]).links).toEqual([])
  })
})

describe('a process that fits', () => {
  it('is a step only where the run is proven, and then only when it is more than similar', () => {
    const run = world.process(7, 976, cmd, svchost, { line })
    expect(roles(of([task, run]))).toEqual(['task-created'])
    const similar = world.process(8, 977, cmd, { pid: 1044 })
    const chain = of([service, task, run, similar])
    expect(roles(chain)).toEqual(['task-created', 'process-started', 'process-started'])
    expect(nodes(chain)).toEqual(['976 E3 strong proven service', '977 E3 medium consistent service'])
    const late = world.process(60_000, 978, cmd, svchost)
    expect(nodes(of([service, task, run, late]))).toEqual([
      '976 E3 strong proven service',
      '978 E3 weak consistent service',
    ])
    expect(roles(of([service, task, run, late]))).toEqual(['task-created', 'process-started'])
  })

  it('is proven beside output that was fetched only when its own command names the file', () => {
    const without = atexec(world).filter((event) => event.kind !== 'process-started')
    const fits = (image: string, parent: { pid: number; image: string }, recorded: string) =>
      nodes(of([...without, world.process(7, 976, image, parent, { line: recorded })]))
    const own = 'cmd.exe /C whoami > C:\\Windows\\Temp\\Quirk.tmp 2>&1'
    expect(fits(cmd, svchost, own)).toEqual(['976 E3 medium proven svchost'])
    const engine = { pid: 300, image: 'C:\\Windows\\System32\\taskeng.exe' }
    expect(fits(cmd, engine, own)).toEqual(['976 E4 medium consistent outside'])
    const asked = without.filter((event) => !(event.kind === 'share-access' && event.accessMask === 0x10080))
    expect(nodes(of([...asked, world.process(7, 976, cmd, svchost, { line: own })]))).toEqual([
      '976 E3 medium consistent svchost',
    ])
  })

  it('has its descendants from the log it stands in', () => {
    const parent = { ...svchost, line: 'svchost.exe -k netsvcs -s Schedule' }
    const root = world.sysmonProcess(7, 976, cmd, line, parent)
    const child = world.sysmonProcess(9, 977, 'C:\\x.exe', 'x', { pid: 976, image: cmd, line })
    expect(nodes(of([task, root, child]))).toEqual([
      '976 E3 strong proven service',
      '977 E5 derived proven node',
    ])
    const twice = of([task, root, world.process(8, 976, cmd, svchost, { line })])
    expect(nodes(twice)).toHaveLength(1)
    const apart = of([service, task, root, world.process(2100, 976, cmd, svchost, { line })])
    expect(nodes(apart)).toHaveLength(2)
  })

  it('says that more are below than are told', () => {
    const deep = Array.from({ length: 15 }, (_, n) =>
      world.process(20 + n, 2000 + n, 'C:\\x.exe', { pid: n === 0 ? 976 : 1999 + n }),
    )
    const gap = of([service, task, world.process(7, 976, cmd, svchost, { line }), ...deep]).gaps.find((one) =>
      one.expected.startsWith('processes further below'),
    )
    expect(gap).toMatchObject({ expected: `processes further below ${cmd}`, state: 'unknown' })
  })
})

describe('no proof of a run', () => {
  const why = (events: readonly WindowsEvent[], more: Partial<ChainInput> = {}) => of(events, more).executed
  it('names what fits and how little that says', () => {
    expect(why([task]).why).toBe(
      'No record shows a start, and that proves nothing: Microsoft-Windows-TaskScheduler/Operational of this host is not in the evidence.',
    )
    const medium = why([task, world.process(7, 976, cmd, svchost, { line })])
    expect(medium.why).toContain(`. ${cmd} (PID 976) is consistent with a run: image and command line`)
    const weak = why([task, world.process(7, 976, cmd, { pid: 1044 })])
    expect(weak.why).toContain(
      `${cmd} (PID 976) fits in time and image, but nothing shows that the task started it.`,
    )
    expect(weak.citations).toHaveLength(1)
    const definition = command('cmd.exe', '/c evil.bat')
    const rival = world.created(1, '0x1', { path: '\\Other', definition })
    const doubted = why([task, rival, world.process(7, 976, cmd, svchost, { line })])
    expect(doubted.why).toContain(
      `${cmd} (PID 976) is consistent with a run, but the task \\Other had the same action`,
    )
    expect(doubted.citations).toHaveLength(2)
  })

  it('names output that was asked for, and starts that failed', () => {
    const asked = atexec(world).filter(
      (event) =>
        event.kind !== 'process-started' && !(event.kind === 'share-access' && event.accessMask === 0x10080),
    )
    expect(why(asked).why).toContain(
      'its output file was asked for 1 times; the records show the request, not that the file was there.',
    )
    const failed = Array.from({ length: 22 }, (_, n) => world.history('start-failed', 10 + n))
    const told = why([task, ...failed])
    expect(told.why).toContain('No record shows a start; a start was tried and failed (20 records), and')
    expect(told.citations).toHaveLength(20)
    for (const what of ['action-start-failed', 'missed-start'] as const)
      expect(why([task, world.history(what, 10)]).why).toContain('failed (1 records)')
  })

  it('is all there is for a deletion alone', () => {
    expect(why([world.deleted(0, '0x1')])).toEqual({
      answer: 'unknown',
      why: 'The record tells of the deletion only; whether the task ran before is not in the evidence.',
      citations: [],
    })
  })

  it('says why the task log does not decide', () => {
    const history = (more: Parameters<typeof coverage>[2]) =>
      why([task], {
        coverage: [coverage(world, scheduler, more)],
        hosts: [hostFacts(world, { auditPolicy: auditedAll })],
      }).why
    expect(history({})).toContain('Operational does not cover the whole life of the task.')
    expect(history({ missingRecordIds: 2n })).toContain('does not cover the whole life of the task.')
    expect(history({ provenance: 'filtered-export', missingRecordIds: 2n })).toContain('is a filtered export')
    expect(history({ from: at(5) })).toContain('begins at')
  })

  it('of a whole history stands against a process of the service, not against output that was fetched', () => {
    const whole = { coverage: [coverage(world, scheduler)] }
    const registered = world.history('registered', -1)
    const run = world.process(7, 976, cmd, svchost, { line })
    expect(of([service, task, registered, run], whole).executed.answer).toBe('no')
    expect(of([service, task, run], whole).executed.answer).toBe('yes')
    const fetched = of([service, registered, ...atexec(world)], whole)
    expect(fetched.executed.answer).toBe('yes')
    expect(fetched.runs.map((one) => one.kind)).toEqual(['process-of-service', 'output-fetched'])
  })
})
