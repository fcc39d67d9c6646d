import { describe, expect, it } from 'vitest'
import { findChains } from '../../../src/chains/find-chains.ts'
import type { WindowsEvent } from '../../../src/domain/event.ts'
import { atexec, input, other, World } from '../../builders/events.ts'

const told = (...events: readonly WindowsEvent[]) =>
  findChains(input(events))
    .toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
    .map(
      (chain) =>
        `${chain.kind} ${chain.steps.filter((step) => step.role.startsWith('task-')).map((step) => step.eventId)}`,
    )

describe('which task records are one story', () => {
  it('tells one lifetime once: creation, changes, deletion', () => {
    const world = new World()
    expect(
      told(
        world.created(0, '0x1'),
        world.change('task-updated', 10, '0x1'),
        world.change('task-disabled', 20, '0x1'),
        world.change('task-enabled', 30, '0x1'),
        world.deleted(40, '0x2'),
      ),
    ).toEqual(['task-created 4698,4702,4701,4700,4699'])
  })

  it('compares task names without regard to case and keeps other names apart', () => {
    const world = new World()
    expect(
      told(
        world.created(0, '0x1'),
        world.deleted(40, '0x1', { path: '\\QUIRK' }),
        world.created(5, '0x1', { path: '\\Other' }),
      ),
    ).toEqual(['task-created 4698,4699', 'task-created 4698'])
  })

  it('begins anew when the name is used again', () => {
    const world = new World()
    expect(
      told(
        world.created(0, '0x1'),
        world.deleted(10, '0x1'),
        world.created(20, '0x1'),
        world.created(30_000, '0x1'),
      ),
    ).toEqual(['task-created 4698,4699', 'task-created 4698', 'task-created 4698'])
    const chains = findChains(input([world.created(0, '0x1'), world.created(30_000, '0x1')]))
    expect(chains.map((chain) => chain.deleted.answer)).toEqual(['unknown', 'unknown'])
  })

  it('anchors changes of a task whose creation is not in the evidence', () => {
    const world = new World()
    expect(told(world.change('task-updated', 0, '0x1'), world.deleted(90_000, '0x9'))).toEqual([
      'task-updated 4702,4699',
    ])
    expect(told(world.deleted(0, '0x1'))).toEqual(['task-deleted 4699'])
    expect(told(world.change('task-enabled', 0, '0x1'))).toEqual(['task-enabled 4700'])
    expect(told(world.change('task-disabled', 0, '0x1'))).toEqual(['task-disabled 4701'])
    const [chain] = findChains(input([world.change('task-updated', 0, '0x1')]))
    expect(chain?.gaps.map((gap) => gap.expected)).toContain('4698')
  })

  it('tells a change by another account as that account’s own story', () => {
    const world = new World()
    expect(
      told(
        world.created(0, '0x1'),
        world.logon(89_990, '0x5', '10.0.0.66', { account: other }),
        world.change('task-updated', 90_000, '0x5', { account: other }),
      ),
    ).toEqual(['task-created 4698', 'task-updated 4702'])
  })

  it('tells a change over the network by the same account as a story of its own, so that its source is not lost', () => {
    const world = new World()
    const chains = findChains(
      input([
        world.logon(-9000, '0x1', undefined, { type: 2 }),
        world.created(0, '0x1', { clientPid: 7 }),
        world.logon(89_990, '0x5', '10.0.0.66'),
        world.change('task-updated', 90_000, '0x5'),
      ]),
    )
    expect(chains.map((chain) => [chain.kind, chain.mechanism, chain.source.ip])).toEqual([
      ['task-updated', 'remote-confirmed', '10.0.0.66'],
      ['task-created', 'local', undefined],
    ])
  })

  it('joins 106 and 141 to their 4698 and 4699, whichever was written first', () => {
    const world = new World()
    for (const [registered, removed] of [
      [-1, 999],
      [1, 1001],
    ] as const)
      expect(
        findChains(
          input([
            world.history('registered', registered),
            world.created(0, '0x1'),
            world.history('deleted', removed),
            world.deleted(1000, '0x1'),
          ]),
        ).map((chain) => chain.steps.length),
      ).toEqual([4])
  })

  it('anchors on 106 when no 4698 is there', () => {
    const world = new World()
    const chains = findChains(input([world.history('registered', 0), world.history('deleted', 5000)]))
    expect(chains).toMatchObject([
      { kind: 'task-created', mechanism: 'undetermined', deleted: { answer: 'yes' } },
    ])
    expect(chains[0]?.gaps.map((gap) => gap.expected)).toContain('4698')
  })

  it('keeps one id for a record exported twice, and different ids for different anchors', () => {
    const world = new World()
    const task = world.created(0, '0x1')
    const again = { ...task, locator: { ...task.locator, evidenceId: 'f'.repeat(64) as never, chunk: 7 } }
    const ids = [task, again, world.created(0, '0x1')].map((event) => findChains(input([event]))[0]?.id)
    expect(ids[0]).toBe(ids[1])
    expect(ids[0]).not.toBe(ids[2])
    expect(ids[0]).toMatch(/^[0-9a-f]{20}$/)
  })

  it('joins short and full name of one host, and keeps two hosts with one short name apart', () => {
    const full = new World('FS01.corp.example')
    const short = new World('fs01')
    const events = [short.logon(-26, '0x1000', '10.0.0.66'), full.created(0, '0x1000')]
    expect(findChains(input(events))).toMatchObject([
      { host: 'FS01.corp.example', source: { ip: '10.0.0.66' } },
    ])
    const twin = new World('fs01.lab.example')
    expect(findChains(input([...events, twin.boot(-9)]))[0]?.source.ip).toBeUndefined()
  })

  it('names the other files a cited record was found in', () => {
    const world = new World()
    const events = atexec(world)
    const task = events[3] as WindowsEvent
    const elsewhere = { ...task.locator, evidenceId: 'f'.repeat(64) as never }
    const key = `${task.locator.evidenceId}/${task.locator.chunk}/${task.locator.offset}`
    const [chain] = findChains(input(events, { duplicates: new Map([[key, [elsewhere]]]) }))
    expect(chain?.steps.find((step) => step.role === 'task-created')?.alsoAt).toEqual([elsewhere])
  })

  it('shows that a log was cleared near the task', () => {
    const world = new World()
    const [chain] = findChains(input([world.created(0, '0x1'), world.cleared(60_000)]))
    expect(chain?.steps.map((step) => step.role)).toEqual(['task-created', 'log-cleared'])
  })
})
