/** The coverage table of one host: what was collected of each channel, what its silence is worth, and what was audited when. */
import type {
  AuditRow,
  ChannelCoverage,
  CoverageReport,
  CoverageRow,
  HostFacts,
  Interruption,
} from '../domain/coverage.ts'
import type { WindowsEvent } from '../domain/event.ts'
import { type FileTime, formatUtc } from '../domain/time.ts'
import { auditBetween, subcategories } from './audit-policy.ts'
import { channels, type HostCoverage, isWhole } from './coverage.ts'
import { hostCoverage } from './host-coverage.ts'
import { indexHost } from './host-index.ts'
import { inTotalOrder } from './order.ts'

export interface ReportedHost {
  readonly key: string
  readonly events: readonly WindowsEvent[]
  readonly coverage: readonly ChannelCoverage[]
  readonly facts: readonly HostFacts[]
}

/** Channels a chain may need; one that was not collected has a row that says so. */
const wanted = [
  channels.security,
  channels.scheduler,
  'System',
  'Microsoft-Windows-Sysmon/Operational',
] as const

const least = (times: readonly FileTime[]): FileTime | undefined =>
  times.reduce<FileTime | undefined>((low, time) => (low === undefined || time < low ? time : low), undefined)
const most = (times: readonly FileTime[]): FileTime | undefined =>
  times.reduce<FileTime | undefined>(
    (high, time) => (high === undefined || time > high ? time : high),
    undefined,
  )

/** `at`: the moment whose audit policy is asked for; without one, the last record of the Security log. */
export function reportHost(host: ReportedHost, at?: FileTime): CoverageReport {
  const events = inTotalOrder(host.events)
  const index = indexHost(host.key, events)
  const coverage = hostCoverage(index, events, host.coverage, host.facts)
  const names = new Map<string, string>(wanted.map((name) => [name.toLowerCase(), name]))
  for (const log of coverage.logs) names.set(log.channel.toLowerCase(), log.channel)
  for (const facts of host.facts)
    for (const { name } of facts.channels ?? [])
      if (!names.has(name.toLowerCase())) names.set(name.toLowerCase(), name)
  const interruptions: Interruption[] = [
    ...index.cleared.map((event) => ({
      time: event.time,
      channel: event.clearedChannel,
      what: 'cleared' as const,
      locator: event.locator,
    })),
    ...index.interruptions.map((event) => ({
      time: event.time,
      channel: event.what === 'full' ? channels.security : '',
      what: event.what,
      locator: event.locator,
    })),
  ].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
  const clock = host.facts.find((facts) => facts.clock)?.clock
  const zone = host.facts.find(
    (facts) => facts.timeZone !== undefined || facts.utcOffsetMinutes !== undefined,
  )
  return {
    host: host.key,
    rows: [...names.keys()].sort().map((key) => rowOf(host, coverage, names.get(key) as string, at)),
    policyChanges: coverage.audit.changes,
    interruptions,
    clock: {
      offsetMs: clock?.offsetMs,
      uncertaintyMs: clock?.uncertaintyMs,
      timeZone: zone?.timeZone,
      utcOffsetMinutes: zone?.utcOffsetMinutes,
      jumps: index.jumps.map(({ time, ms, locator }) => ({ time, ms, locator })),
    },
    boots: index.boots,
  }
}

function rowOf(
  host: ReportedHost,
  coverage: HostCoverage,
  channel: string,
  at: FileTime | undefined,
): CoverageRow {
  const isThis = (name: string) => name.toLowerCase() === channel.toLowerCase()
  const logs = coverage.logs.filter((log) => isThis(log.channel))
  const settings = host.facts.flatMap((facts) => (facts.channels ?? []).filter((one) => isThis(one.name)))
  const enabled = new Set(settings.map((one) => one.enabled))
  const moment = at ?? most(logs.map((log) => log.to))
  const audit: readonly AuditRow[] =
    isThis(channels.security) && moment !== undefined
      ? Object.values(subcategories).map((one) => auditBetween(coverage.audit, one, moment, moment))
      : []
  return {
    host: host.key,
    channel,
    ...stateOf(coverage, channel, logs, enabled),
    from: least(logs.map((log) => log.from)),
    to: most(logs.map((log) => log.to)),
    records: logs.reduce((sum, log) => sum + log.records, 0),
    missingRecordIds: logs.reduce((sum, log) => sum + log.missingRecordIds, 0n),
    problems: logs.reduce((sum, log) => sum + log.problems, 0),
    provenance: [...new Set(logs.map((log) => log.provenance))],
    enabled: enabled.size === 1 ? [...enabled][0] : undefined,
    mode: settings.find((one) => one.mode !== undefined)?.mode,
    maxSize: settings.find((one) => one.maxSize !== undefined)?.maxSize,
    evidenceIds: [...new Set(logs.map((log) => log.evidenceId))],
    audit,
  }
}

function stateOf(
  coverage: HostCoverage,
  channel: string,
  logs: readonly ChannelCoverage[],
  enabled: ReadonlySet<boolean>,
): Pick<CoverageRow, 'state' | 'why'> {
  if (logs.length === 0)
    return enabled.size === 1 && enabled.has(false)
      ? { state: 'disabled', why: `${channel} was disabled when the host was looked at` }
      : { state: 'not-collected', why: `${channel} of this host is not in the evidence` }
  const cleared = coverage.cleared.filter(
    (event) => event.clearedChannel.toLowerCase() === channel.toLowerCase(),
  )
  const last = cleared.at(-1)
  if (last)
    return {
      state: 'cleared',
      why: `${channel} was cleared at ${formatUtc(last.time)}; what it held before is gone`,
    }
  if (logs.some((log) => log.provenance === 'filtered-export'))
    return {
      state: 'filtered',
      why: `${channel} is a filtered export: what the filter left out cannot be told`,
    }
  if (!logs.every(isWhole)) {
    const missing = logs.reduce((sum, log) => sum + log.missingRecordIds, 0n)
    const problems = logs.reduce((sum, log) => sum + log.problems, 0)
    return {
      state: 'gaps',
      why:
        missing > 0n
          ? `${missing} record ids are missing from it`
          : problems > 0
            ? `${problems} places in it could not be read`
            : 'its record ids are those of several logs, so nothing shows that it is whole',
    }
  }
  return logs.every((log) => log.provenance === 'undetermined' || log.provenance === 're-saved')
    ? { state: 'undetermined', why: 'how this log was taken is not known: its end proves nothing' }
    : { state: 'whole', why: 'no record id is missing between its first and its last record' }
}
