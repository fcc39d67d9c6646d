// Coverage for the playbook is the coverage the chains were judged by.
import { describe, expect, it } from 'vitest'
import { coverHosts } from '../../../src/chains/cover-hosts.ts'
import { hostCoverage } from '../../../src/chains/host-coverage.ts'
import { indexHost } from '../../../src/chains/host-index.ts'
import { inTotalOrder } from '../../../src/chains/order.ts'
import type { WindowsEvent } from '../../../src/domain/event.ts'
import { atexec, auditedAll, coverage, hostFacts, input, World } from '../../builders/events.ts'

const world = new World()
const stop = (ms: number) =>
  ({
    ...world.cleared(ms),
    kind: 'log-interrupted',
    eventId: 1100,
    what: 'stopped',
  }) as unknown as WindowsEvent
const more = {
  coverage: [coverage(world, 'Security')],
  hosts: [hostFacts(world, { auditPolicy: auditedAll })],
}
const fromAll = (events: readonly WindowsEvent[]) => {
  const ordered = inTotalOrder(events)
  return hostCoverage(indexHost(world.host, ordered), ordered, more.coverage, more.hosts)
}

describe('what the logs of each host can tell', () => {
  it('is the same from the few telling records as from all, a cleared log and a boot among them', () => {
    const events = inTotalOrder([...atexec(world), world.cleared(-5000), world.boot(-9000, 4608)])
    expect(coverHosts(input(events, more)).get(world.host)).toEqual(fromAll(events))
    expect(coverHosts(input([], { coverage: more.coverage })).get(world.host)?.logs).toHaveLength(1)
  })

  it('needs every record where the log service stopped', () => {
    const events = [...atexec(world), stop(100), world.boot(-9000, 4608)]
    const told = coverHosts(input(events, more)).get(world.host)
    expect(told?.blind).toHaveLength(1)
    expect(told).toEqual(fromAll(events))
    const elsewhere = new World('ws07.corp.example')
    const other = coverHosts(input([...events, elsewhere.logon(150, '0x1', undefined)], more))
    expect(other.get(world.host)).toEqual(told)
  })

  it('has a host for each name in records, logs and facts, and nothing of one in another', () => {
    const second = new World('ws07.corp.example')
    const events = [world.logon(0, '0x1', undefined), second.cleared(5), world.logon(9, '0x1', undefined)]
    const covered = coverHosts(
      input(events, {
        coverage: [...more.coverage, coverage(second, 'System')],
        hosts: [...more.hosts, hostFacts(new World('dc01.corp.example'))],
      }),
    )
    expect([...covered.keys()].sort()).toEqual([
      'dc01.corp.example',
      'fs01.corp.example',
      'ws07.corp.example',
    ])
    expect(covered.get(world.host)).toMatchObject({ cleared: [], logs: [{ channel: 'Security' }] })
    expect(covered.get(second.host)?.cleared).toHaveLength(1)
    expect(covered.get(second.host)?.logs.map((log) => log.channel)).toEqual(['System'])
    expect(covered.get(second.host)?.facts).toEqual([])
    expect(covered.get('dc01.corp.example')?.facts).toHaveLength(1)
    const quiet = coverHosts(input([second.logon(0, '0x1', undefined), world.logon(1, '0x1', undefined)]))
    expect(quiet.size).toBe(2)
    expect(coverHosts(input([])).size).toBe(0)
  })
})
