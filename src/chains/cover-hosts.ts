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
  let last: string | undefined
  for (const event of input.events) {
    if (telling.has(event.kind)) listOf(event.recordedComputer).push(event)
    else if (event.recordedComputer !== last) listOf(event.recordedComputer)
    last = event.recordedComputer
  }
  for (const { host } of [...input.coverage, ...input.hosts]) listOf(host)
  const covered = new Map<string, HostCoverage>()
  for (const [key, few] of byHost) {
    // only where the log service stopped does it matter which record came next, and boots need the logons too
    const hasStops = few.some((event) => event.kind === 'log-interrupted')
    const events = inTotalOrder(
      hasStops ? input.events.filter((event) => keyOf(event.recordedComputer) === key) : few,
    )
    const logs = input.coverage.filter((log) => keyOf(log.host) === key)
    const facts = input.hosts.filter((one) => keyOf(one.host) === key)
    covered.set(key, hostCoverage(indexHost(key, events), events, logs, facts))
  }
  return covered
}
