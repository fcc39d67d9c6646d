/** Everything known of the logs of one host, from its evidence, its records and its collector. */
import type { ChannelCoverage, HostFacts } from '../domain/coverage.ts'
import type { LogInterruptedEvent, WindowsEvent } from '../domain/event.ts'
import { type FileTime, fileTime, formatUtc, largestFileTime, seconds } from '../domain/time.ts'
import { policyChange } from './audit-policy.ts'
import { type BlindSpan, channels, type HostCoverage } from './coverage.ts'
import type { HostIndex } from './host-index.ts'
import { firstAtOrAfter } from './order.ts'

const byEvidence = (
  a: { from: bigint; evidenceId: string },
  b: { from: bigint; evidenceId: string },
): number => (a.from === b.from ? (a.evidenceId < b.evidenceId ? -1 : 1) : a.from < b.from ? -1 : 1)

/** A stop of the log service this near to a stop of Windows belongs to it. */
const shutdown = seconds(300)

function blindSpans(index: HostIndex, events: readonly WindowsEvent[]): readonly BlindSpan[] {
  return index.interruptions.flatMap((stop) => {
    const span = stop.what === 'full' ? fullLog(stop, events) : stoppedService(index, stop, events)
    return span ? [span] : []
  })
}

/** Until the Security log is written to again. */
function fullLog(stop: LogInterruptedEvent, events: readonly WindowsEvent[]): BlindSpan {
  const next = events
    .slice(firstAtOrAfter(events, stop.time + 1n))
    .find((one) => one.channel === stop.channel)
  return {
    channel: channels.security,
    from: stop.time,
    to: next?.time ?? fileTime(largestFileTime),
    why: `the Security log was full at ${formatUtc(stop.time)} (1104): what happened then was not recorded`,
    locator: stop.locator,
  }
}

/** Unless Windows itself stopped: the machine was off then. */
function stoppedService(
  index: HostIndex,
  stop: LogInterruptedEvent,
  events: readonly WindowsEvent[],
): BlindSpan | undefined {
  const next = events[firstAtOrAfter(events, stop.time + 1n)]
  const nextBoot = index.boots.find((boot) => boot > stop.time)
  const isShutdown =
    (nextBoot !== undefined && (next === undefined || nextBoot <= next.time)) ||
    index.bootEvents.some(
      (event) =>
        event.what === 'stopped' && event.time >= stop.time - shutdown && event.time <= stop.time + shutdown,
    )
  if (isShutdown) return undefined
  return {
    channel: undefined,
    from: stop.time,
    to: next?.time ?? (fileTime(largestFileTime) as FileTime),
    why: `the event log service was stopped at ${formatUtc(stop.time)} (1100) while Windows ran: what happened then was not recorded`,
    locator: stop.locator,
  }
}

/** `logs` and `facts` of this host only; `events` are its events in total order. */
export function hostCoverage(
  index: HostIndex,
  events: readonly WindowsEvent[],
  logs: readonly ChannelCoverage[],
  facts: readonly HostFacts[],
): HostCoverage {
  const security = logs.filter((log) => log.channel.toLowerCase() === 'security')
  return {
    logs: logs.toSorted(byEvidence),
    facts,
    cleared: index.cleared,
    audit: {
      facts,
      changes: index.policyChanges.map(policyChange),
      logs: security,
    },
    jumps: index.jumps,
    blind: blindSpans(index, events),
  }
}
