/** What the logs of each host can tell, for those who judge absences after the chains are made. */
import type { ChainInput } from '../domain/chain.ts'
import type { WindowsEvent } from '../domain/event.ts'
import type { HostCoverage } from './coverage.ts'
import { hostKeysOf } from './find-chains.ts'
import { hostCoverage } from './host-coverage.ts'
import { indexHost } from './host-index.ts'
import { inTotalOrder } from './order.ts'

const telling: ReadonlySet<WindowsEvent['kind']> = new Set([
  'boot',
  'log-cleared',
  'log-interrupted',
  'audit-policy-changed',
  'time-changed',
])

/** Host key → coverage, for every host of the evidence. */
export function coverHosts(input: ChainInput): ReadonlyMap<string, HostCoverage> {
  const keyOf = hostKeysOf(input)
  const byHost = new Map<string, WindowsEvent[]>()
  const listOf = (name: string) => {
    const key = keyOf(name)
    const list = byHost.get(key) ?? []
    byHost.set(key, list)
    return list
  }
  for (const event of input.events) listOf(event.recordedComputer).push(event)
  for (const { host } of [...input.coverage, ...input.hosts]) listOf(host)
  const covered = new Map<string, HostCoverage>()
  for (const [key, unordered] of byHost) {
    const events = inTotalOrder(unordered)
    const few = events.filter((event) => telling.has(event.kind))
    // only where the log service stopped do boots matter, and those need the logons too
    const hasStops = few.some((event) => event.kind === 'log-interrupted')
    const logs = input.coverage.filter((log) => keyOf(log.host) === key)
    const facts = input.hosts.filter((one) => keyOf(one.host) === key)
    covered.set(key, hostCoverage(indexHost(key, hasStops ? events : few), events, logs, facts))
  }
  return covered
}
