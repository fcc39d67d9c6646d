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
  schedulerLog,
  svchost,
  World,
} from '../../builders/events.ts'

const chainOf = (events: readonly WindowsEvent[], more: Partial<ChainInput> = {}): Chain => {
  const chains = findChains(input(events, more))
  expect(chains).toHaveLength(1)
  return chains[0] as Chain
}
const linksOf = (chain: Chain, ...rules: string[]) =>
  chain.links.filter((link) => rules.includes(link.rule)).map((link) => `${link.rule} ${link.strength}`)
const cmd = 'C:\\Windows\\System32\\cmd.exe'
const line = 'cmd.exe /c evil.bat'
/** names PID 1044 as the Schedule service */
const service = (world: World) =>
  world.process(-900_000, 1044, svchost.image, { pid: 8 }, { line: 'svchost.exe -k netsvcs -p -s Schedule' })
/** how a process of the tree stands to the task */
const standings = (chain: Chain) =>
  chain.tree.nodes.map((node) => `${node.rule} ${node.strength} ${node.standing}`)

describe('did the task run', () => {
  it('believes the task history, by name and within the lifetime', () => {
    const world = new World()
    for (const what of [
      'instance-started',
      'process-created',
      'action-started',
      'action-completed',
      'instance-completed',
    ] as const) {
      const chain = chainOf([world.created(0, '0x1'), world.history(what, 5000)])
      expect(chain.executed.answer).toBe('yes')
      expect(chain.executed.citations).toHaveLength(1)
      expect(linksOf(chain, 'E1')).toEqual(['E1 exact'])
    }
  })

  it('takes a trigger, a failed start or another task’s run for no proof', () => {
    const world = new World()
    for (const event of [
      world.history('triggered', 5000),
      world.history('run-on-demand', 5000),
      world.history('start-failed', 5000),
      world.history('instance-started', 5000, { path: '\\Another' }),
      world.history('instance-started', -5000),
    ])
      expect(chainOf([world.created(0, '0x1'), event]).executed.answer).toBe('unknown')
  })

  it('does not count the runs of an earlier or later task of the same name', () => {
    const world = new World()
    const chains = findChains(
      input([
        world.created(0, '0x1'),
        world.history('instance-started', 100, { instance: '{A}' }),
        world.deleted(1000, '0x1'),
        world.history('instance-completed', 9000, { instance: '{A}' }),
        world.created(60_000, '0x1'),
      ]),
    ).toSorted((a, b) => (a.time < b.time ? -1 : 1))
    expect(chains.map((chain) => chain.executed.answer)).toEqual(['yes', 'unknown'])
    expect(chains[0]?.executed.citations).toHaveLength(2)
  })

  it('joins 129 to the process with its PID, and not to another process with that PID', () => {
    const world = new World()
    const events = [world.created(0, '0x1'), world.history('process-created', 5000, { pid: 976 })]
    const near = chainOf([...events, world.process(5003, 976, cmd, svchost)])
    expect(linksOf(near, 'E2')).toEqual(['E2 exact'])
    const far = chainOf([...events, world.process(7100, 976, cmd, svchost)])
    expect(linksOf(far, 'E2')).toEqual([])
  })

  it('grades a process by what proves its parent', () => {
    const world = new World()
    const task = world.created(0, '0x1')
    const run = world.process(7, 976, cmd, svchost, { line })
    const alone = chainOf([task, run])
    expect(standings(alone)).toEqual(['E3 medium consistent'])
    expect(alone.executed.answer).toBe('unknown')
    expect(alone.steps.map((step) => step.role)).toEqual(['task-created'])
    const proofs: WindowsEvent[] = [
      world.history('triggered', 900_000, { path: '\\Another', servicePid: 1044 }),
      world.process(
        -900_000,
        1044,
        svchost.image,
        { pid: 8 },
        { line: 'svchost.exe -k netsvcs -p -s Schedule' },
      ),
    ]
    for (const proof of proofs) expect(linksOf(chainOf([task, run, proof]), 'E3')).toEqual(['E3 strong'])
    const live = chainOf([task, run], { hosts: [hostFacts(world, { schedulePid: 1044 })] })
    expect(linksOf(live, 'E3')).toEqual(['E3 strong'])
  })

  it('rejects a process of another parent once the Schedule service is known', () => {
    const world = new World()
    const proof = world.history('triggered', -9000, { path: '\\Another', servicePid: 2000 })
    const chain = chainOf([world.created(0, '0x1'), world.process(7, 976, cmd, svchost, { line }), proof])
    expect(chain.executed.answer).toBe('unknown')
    expect(chain.steps.map((step) => step.role)).toEqual(['task-created'])
  })

  it('does not carry a live PID back into an earlier boot', () => {
    const world = new World()
    const chain = chainOf(
      [world.created(0, '0x1'), world.process(7, 976, cmd, svchost, { line }), world.boot(900_000)],
      {
        hosts: [hostFacts(world, { schedulePid: 1044 })],
      },
    )
    expect(standings(chain)).toEqual(['E3 medium consistent'])
  })

  it('takes a process that merely follows for nothing', () => {
    const world = new World()
    const followers = [
      world.process(7, 976, 'C:\\Windows\\System32\\cscript.exe', svchost, {
        line: 'cscript.exe /nologo Monitor.vbs',
      }),
      world.process(8, 977, cmd, svchost, { line: 'cmd.exe /c other.bat' }),
      world.process(9, 978, cmd, { pid: 55, image: 'C:\\Windows\\explorer.exe' }, { line }),
      world.process(-500, 979, cmd, svchost, { line }),
    ]
    for (const follower of followers) {
      const chain = chainOf([world.created(0, '0x1'), follower])
      expect(chain.executed.answer).toBe('unknown')
      expect(chain.steps).toHaveLength(1)
    }
  })

  it('answers "unknown" when only the image fits', () => {
    const world = new World()
    const chain = chainOf([world.created(0, '0x1'), world.process(7, 976, cmd, { pid: 1044 })])
    expect(chain.executed).toMatchObject({ answer: 'unknown', citations: [{ recordId: 1001n }] })
    expect(chain.executed.why).toContain('cmd.exe')
  })

  it('sees through variables, quotes, full paths and script hosts in the command', () => {
    const world = new World()
    const runs = (definition: ReturnType<typeof command>, image: string, recordedLine: string) =>
      chainOf([
        service(world),
        world.created(0, '0x1', { definition }),
        world.process(7, 976, image, svchost, { line: recordedLine }),
      ]).executed.answer
    expect(
      runs(
        command('%windir%\\System32\\cmd.exe', '/c "a b.bat"'),
        cmd,
        'C:\\WINDOWS\\System32\\cmd.exe /c "a b.bat"',
      ),
    ).toBe('yes')
    expect(runs(command('cmd', '/c x'), cmd, '"C:\\Windows\\system32\\cmd.EXE" /c x')).toBe('yes')
    expect(runs(command('C:\\tools\\shell.cmd'), cmd, 'cmd.exe /c "C:\\other\\shell.cmd"')).toBe('unknown')
    expect(
      runs(command('C:\\tools\\shell.cmd'), cmd, 'C:\\Windows\\SYSTEM32\\cmd.exe /c "C:\\tools\\shell.cmd"'),
    ).toBe('yes')
    expect(
      runs(
        command('%LOCALAPPDATA%\\x.exe', '-a'),
        'C:\\Users\\u\\AppData\\Local\\x.exe',
        'C:\\Users\\u\\AppData\\Local\\x.exe -a',
      ),
    ).toBe('yes')
    expect(runs(command('C:\\a\\x.exe', '-a'), 'C:\\b\\x.exe', 'C:\\b\\x.exe -a')).toBe('unknown')
    expect(runs(command('cmd.exe', '/c x'), cmd, 'cmd.exe /c xy')).toBe('unknown')
  })

  it('knows the task engine of Windows 7 and proves it by its own parent', () => {
    const world = new World()
    const engine = { pid: 300, image: 'C:\\Windows\\System32\\taskeng.exe' }
    const run = world.process(7, 976, cmd, engine, { line })
    const chain = chainOf([world.process(-100, 300, engine.image, svchost), world.created(0, '0x1'), run])
    expect(linksOf(chain, 'E4')).toEqual(['E4 strong'])
    expect(linksOf(chainOf([world.created(0, '0x1'), run]), 'E4')).toEqual(['E4 medium'])
  })

  it('takes Sysmon’s own word for the parent', () => {
    const world = new World()
    const chain = chainOf([
      world.created(0, '0x1'),
      world.sysmonProcess(7, 976, cmd, line, {
        ...svchost,
        line: 'C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s Schedule',
      }),
    ])
    expect(linksOf(chain, 'E3')).toEqual(['E3 strong'])
  })

  it('names twenty runs and says that there are more', () => {
    const world = new World()
    const many = Array.from({ length: 30 }, (_, n) =>
      world.process(60_000 * (n + 1), 3000 + n, cmd, svchost, { line }),
    )
    const chain = chainOf([service(world), world.created(0, '0x1'), ...many])
    expect(chain.steps.filter((step) => step.role === 'process-started')).toHaveLength(20)
    expect(chain.gaps.map((gap) => gap.expected)).toContain('every process that could be the task')
  })

  it('finds the run of a later trigger', () => {
    const world = new World()
    const chain = chainOf([
      service(world),
      world.created(0, '0x1'),
      world.process(1_800_000, 976, cmd, svchost, { line }),
    ])
    expect(chain.executed.answer).toBe('yes')
  })

  it('takes output read and then deleted for proof, and output only asked for not', () => {
    const world = new World()
    const quiet = atexec(world).filter((event) => event.kind !== 'process-started')
    expect(chainOf(quiet).executed.answer).toBe('yes')
    const asked = chainOf(
      quiet.filter((event) => !(event.kind === 'share-access' && event.accessMask === 0x10080)),
    )
    expect(asked.executed).toMatchObject({ answer: 'unknown' })
    expect(asked.executed.why).toContain('asked for 1 times')
  })
})

describe('what the task started', () => {
  const root = (world: World) => [
    service(world),
    world.created(0, '0x1'),
    world.process(7, 976, cmd, svchost, { line }),
  ]
  const images = (chain: Chain) =>
    chain.steps.filter((step) => step.role === 'descendant-started').map((step) => step.facts.pid)

  it('follows process instances, not PIDs', () => {
    const world = new World()
    const chain = chainOf([
      ...root(world),
      world.process(20, 10, 'C:\\a.exe', { pid: 976, image: cmd }),
      world.process(30, 11, 'C:\\b.exe', { pid: 10, image: 'C:\\a.exe' }),
      world.process(35, 12, 'C:\\c.exe', { pid: 976, image: 'C:\\Windows\\notepad.exe' }),
      world.ended(50, 976, cmd),
      world.process(60, 13, 'C:\\d.exe', { pid: 976, image: cmd }),
      world.process(70, 976, 'C:\\reused.exe', { pid: 4 }),
      world.process(80, 14, 'C:\\e.exe', { pid: 976 }),
      world.process(5, 15, 'C:\\before.exe', { pid: 976, image: cmd }),
    ])
    expect(images(chain)).toEqual(['10', '11'])
    expect(chain.steps.filter((step) => step.role === 'process-ended')).toHaveLength(1)
  })

  it('stops at a restart', () => {
    const world = new World()
    const chain = chainOf([
      ...root(world),
      world.boot(1000),
      world.process(2000, 10, 'C:\\a.exe', { pid: 976, image: cmd }),
    ])
    expect(images(chain)).toEqual([])
  })

  it('bounds the tree and says that it is cut', () => {
    const world = new World()
    const deep = Array.from({ length: 15 }, (_, n) =>
      world.process(20 + n, 2000 + n, 'C:\\x.exe', { pid: n === 0 ? 976 : 1999 + n }),
    )
    const chain = chainOf([...root(world), ...deep])
    expect(images(chain)).toHaveLength(12)
    expect(chain.gaps.some((gap) => gap.expected.startsWith('processes further below'))).toBe(true)
    const wide = Array.from({ length: 600 }, (_, n) =>
      world.process(20 + n, 5000 + n, 'C:\\x.exe', { pid: 976 }),
    )
    expect(images(chainOf([...root(world), ...wide]))).toHaveLength(500)
  })
})

describe('when "no" may be said', () => {
  const world = new World()
  const task = world.created(0, '0x1')
  const registered = world.history('registered', -1)
  const removed = world.history('deleted', 60_000)
  const executed = (events: readonly WindowsEvent[], ...logs: Parameters<typeof coverage>[2][]) =>
    chainOf(events, { coverage: logs.map((log) => coverage(world, scheduler, log)) }).executed.answer

  it('says "no" when a whole history covers the whole life of the task', () => {
    const life = { from: at(-1), to: at(60_000), provenance: 'filtered-export' } as const
    expect(executed([task, registered, removed], life)).toBe('no')
    expect(executed([task, registered, removed], { ...life, missingRecordIds: 1n })).toBe('unknown')
    expect(executed([task, registered, removed], { ...life, problems: 1 })).toBe('unknown')
    expect(executed([task, removed], life)).toBe('unknown')
  })

  it('says "no" for a living task when the log was copied raw, or exported whole and goes on', () => {
    const born = [task, registered]
    expect(executed(born, {})).toBe('no')
    expect(executed(born, { to: at(-1) })).toBe('no')
    expect(executed(born, { provenance: 'full-export' })).toBe('no')
    expect(executed(born, { provenance: 'full-export', to: at(500) })).toBe('unknown')
    for (const provenance of ['filtered-export', 're-saved', 'undetermined'] as const)
      expect(executed(born, { provenance })).toBe('unknown')
    expect(executed(born)).toBe('unknown')
  })

  it('hears no silence of a log that did not record the registration itself', () => {
    expect(executed([task], {})).toBe('unknown')
  })

  it('believes an export that ends early only for a task that waits for a start of Windows', () => {
    const trigger = (kind: string) =>
      ({
        kind,
        enabled: true,
        startBoundary: undefined,
        endBoundary: undefined,
        delay: undefined,
        repetition: undefined,
        details: {},
      }) as const
    const create = (kind: string) =>
      world.created(0, '0x1', { definition: command('a.exe', '', { triggers: [trigger(kind)] }) })
    const log = { provenance: 'full-export', from: at(-5), to: at(-1), evidenceId: schedulerLog } as const
    expect(executed([create('Boot'), registered], log)).toBe('no')
    expect(executed([create('Time'), registered], log)).toBe('unknown')
    const withBoot = chainOf([create('Boot'), registered], {
      coverage: [coverage(world, scheduler, log), coverage(world, 'System', { eventIds: [12] })],
    })
    expect(withBoot.executed.answer).toBe('unknown')
  })

  it('believes a whole history more than a process that looks like the task’s own, and tells of both', () => {
    const run = world.process(7, 976, cmd, svchost, { line })
    const chain = chainOf([service(world), task, registered, run], {
      coverage: [coverage(world, scheduler, {})],
    })
    expect(chain.executed.answer).toBe('no')
    expect(chain.executed.why).toContain('PID 976')
    expect(chain.executed.citations.map((at) => at.recordId)).toContain(run.locator.recordId)
    expect(chain.tree.nodes.map((node) => node.standing)).toEqual(['consistent'])
  })

  it('lets fetched output win over a silent history', () => {
    const events = atexec(world).filter((event) => event.kind !== 'process-started')
    expect(executed([registered, ...events], {})).toBe('yes')
  })

  it('says "not deleted" only from a whole log that was audited', () => {
    const security = (more: Parameters<typeof coverage>[2], policy?: Record<string, number>) =>
      chainOf([task], {
        coverage: [coverage(world, 'Security', more)],
        hosts: policy ? [hostFacts(world, { auditPolicy: policy })] : [],
      }).deleted.answer
    expect(security({}, auditedAll)).toBe('no')
    expect(security({})).toBe('unknown')
    expect(security({}, { ...auditedAll, '0CCE9227-69AE-11D9-BED3-505054503030': 2 })).toBe('unknown')
    expect(security({ eventIds: [4698, 4719] }, auditedAll)).toBe('unknown')
    expect(security({ missingRecordIds: 4n }, auditedAll)).toBe('unknown')
    expect(security({ provenance: 'filtered-export' }, auditedAll)).toBe('unknown')
  })
})
