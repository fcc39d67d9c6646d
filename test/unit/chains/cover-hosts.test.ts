// Coverage for the playbook is the coverage the chains were judged by.
import { expect, it } from 'vitest'
import { coverHosts } from '../../../src/chains/cover-hosts.ts'
import { hostCoverage } from '../../../src/chains/host-coverage.ts'
import { indexHost } from '../../../src/chains/host-index.ts'
import { inTotalOrder } from '../../../src/chains/order.ts'
import { atexec, auditedAll, coverage, hostFacts, input, World } from '../../builders/events.ts'

it('is the same from the few telling records as from all, a cleared log and a boot among them', () => {
  const world = new World()
  const events = inTotalOrder([...atexec(world), world.cleared(-5000), world.boot(-9000, 4608)])
  const more = {
    coverage: [coverage(world, 'Security')],
    hosts: [hostFacts(world, { auditPolicy: auditedAll })],
  }
  const all = hostCoverage(indexHost(world.host, events), events, more.coverage, more.hosts)
  expect(coverHosts(input(events, more)).get(world.host)).toEqual(all)
  expect(coverHosts(input([], { coverage: more.coverage })).get(world.host)?.logs).toHaveLength(1)
})
