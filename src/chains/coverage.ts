/**
 * What a missing record means (windows.md §9). A log is only ever said to be silent when it was collected, covers the moment, is whole,
 * unfiltered and known to be audited; everything less has its own name, and none of it is a "no".
 */
import type { ChannelCoverage, GapState, HostFacts } from '../domain/chain.ts'
import type { LogClearedEvent } from '../domain/event.ts'
import { type FileTime, fileTime, formatUtc, largestFileTime, seconds } from '../domain/time.ts'

export const channels = {
  security: 'Security',
  scheduler: 'Microsoft-Windows-TaskScheduler/Operational',
} as const

/** Audit subcategories by GUID (locale-free) with the events that show that one was on. */
export const subcategories = {
  logon: { guid: '0CCE9215-69AE-11D9-BED3-505054503030', name: 'Logon', ids: [4624] },
  specialLogon: { guid: '0CCE921B-69AE-11D9-BED3-505054503030', name: 'Special Logon', ids: [4672] },
  processCreation: { guid: '0CCE922B-69AE-11D9-BED3-505054503030', name: 'Process Creation', ids: [4688] },
  taskChanges: {
    guid: '0CCE9227-69AE-11D9-BED3-505054503030',
    name: 'Other Object Access Events',
    ids: [4698, 4699, 4700, 4701, 4702],
  },
  detailedFileShare: {
    guid: '0CCE9244-69AE-11D9-BED3-505054503030',
    name: 'Detailed File Share',
    ids: [5145],
  },
} as const
export type Subcategory = (typeof subcategories)[keyof typeof subcategories]

export interface Judgement {
  readonly state: GapState
  readonly why: string
}

/** What is known of the logs of one host. */
export interface HostCoverage {
  readonly logs: readonly ChannelCoverage[]
  readonly facts: readonly HostFacts[]
  readonly cleared: readonly LogClearedEvent[]
}

const sameChannel = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()
export const logsOf = (host: HostCoverage, channel: string): readonly ChannelCoverage[] =>
  host.logs.filter((log) => sameChannel(log.channel, channel))

/** undefined: nobody collected the policy. Collectors that disagree leave it unknown. */
export function auditSetting(host: HostCoverage, subcategory: Subcategory): number | undefined {
  const settings = new Set(
    host.facts.flatMap((facts) => {
      const setting = facts.auditPolicy?.[subcategory.guid]
      return setting === undefined ? [] : [setting]
    }),
  )
  return settings.size === 1 ? [...settings][0] : undefined
}

export const auditsSuccess = (setting: number | undefined): boolean =>
  setting !== undefined && (setting & 1) === 1

/** A log that holds everything written between its first and last record, and was read without trouble. */
export const isWhole = (log: ChannelCoverage): boolean =>
  log.missingRecordIds === 0n && !log.mixedRecordIds && log.problems === 0

const raw = new Set(['raw-live-copy', 'raw-copy'])
/** A copy of the file reaches to the moment it was taken: silence after its last record counts. */
export const isRawCopy = (log: ChannelCoverage): boolean => raw.has(log.provenance)

/** A moment that counts as "later" when an export is asked whether it goes on after an event. */
const later = seconds(2)
/**
 * May the log's silence after `from` be taken for silence of the host? An export without missing ids may still end where somebody ended it,
 * so it speaks only as far as its records go, and must go on after the event.
 */
export const goesOnAfter = (log: ChannelCoverage, from: FileTime): boolean =>
  isRawCopy(log) || (log.provenance === 'full-export' && log.to - from > later)

const bootIds: Readonly<Record<string, readonly number[]>> = { security: [4608], system: [12, 6005, 6009] }
/** A log of the host that reaches past `from` holds records of a start of Windows. */
export const mayHoldBoot = (host: HostCoverage, from: FileTime): boolean =>
  host.logs.some(
    (log) =>
      log.to >= from && bootIds[log.channel.toLowerCase()]?.some((id) => log.eventIds.includes(id)) === true,
  )

const lastOf = (logs: readonly ChannelCoverage[]): FileTime =>
  logs.reduce((last, log) => (log.to > last ? log.to : last), fileTime(0n))
const span = (log: ChannelCoverage) => `${formatUtc(log.from)} to ${formatUtc(log.to)}`

/**
 * What it means that no such record lies between `from` and `until` (inclusive; `end`: until the log was taken). Security records need the subcategory that writes them.
 */
export function judgeAbsence(
  host: HostCoverage,
  channel: string,
  subcategory: Subcategory | undefined,
  from: FileTime,
  until: FileTime | 'end',
): Judgement {
  const logs = logsOf(host, channel)
  if (logs.length === 0) {
    const enabled = host.facts.flatMap((facts) =>
      (facts.channels ?? []).filter((one) => sameChannel(one.name, channel)).map((one) => one.enabled),
    )
    if (enabled.length > 0 && enabled.every((on) => !on))
      return {
        state: 'not-audited',
        why: `${channel} was disabled when the host was looked at, and is not in the evidence`,
      }
    return { state: 'not-collected', why: `${channel} of this host is not in the evidence` }
  }
  const setting = subcategory ? auditSetting(host, subcategory) : undefined
  if (subcategory && setting !== undefined && !auditsSuccess(setting))
    return {
      state: 'not-audited',
      why: `success auditing of "${subcategory.name}" was off when the policy was collected`,
    }
  const to = until === 'end' ? fileTime(largestFileTime) : until
  const around = logs.filter((log) => log.from <= to && log.to >= from)
  const complete = around.find(
    (log) =>
      isWhole(log) &&
      log.from <= from &&
      (until === 'end' ? goesOnAfter(log, from) : log.to >= until || isRawCopy(log)),
  )
  // An export that reaches over the moment was taken while the log still held it: the filter decides, not a later clearing.
  if (!complete && around.length > 0 && around.every((log) => log.provenance === 'filtered-export'))
    return { state: 'filtered-out', why: `${channel} is a filtered export: it may have left the record out` }
  const clearing = host.cleared.find(
    (event) => sameChannel(event.clearedChannel, channel) && event.time >= from,
  )
  if (clearing && !complete)
    return {
      state: 'log-cleared',
      why: `${channel} was cleared at ${formatUtc(clearing.time)}; what it held before is gone`,
    }
  // A filtered export begins and ends where its filter says: its edges tell nothing of the log's own.
  if (!complete && logs.every((log) => log.provenance === 'filtered-export'))
    return { state: 'filtered-out', why: `${channel} is a filtered export: it may have left the record out` }
  if (around.length === 0) {
    const nearest = logs[0] as ChannelCoverage
    return logs.every((log) => log.from > to)
      ? {
          state: 'out-of-retention',
          why: `${channel} begins at ${formatUtc(nearest.from)}, after the moment in question`,
        }
      : {
          state: 'out-of-retention',
          why: `${channel} holds nothing from the moment in question (${span(nearest)})`,
        }
  }
  if (!around.some((log) => log.from <= from))
    return {
      state: 'out-of-retention',
      why: `${channel} begins at ${formatUtc((around[0] as ChannelCoverage).from)}, inside the time in question`,
    }
  if (!complete) {
    const missing = around.reduce((sum, log) => sum + log.missingRecordIds, 0n)
    const problems = around.reduce((sum, log) => sum + log.problems, 0)
    const what =
      missing > 0n
        ? `${missing} record ids are missing from it`
        : problems > 0
          ? `${problems} places in it could not be read`
          : around.every((log) => log.mixedRecordIds)
            ? 'its record ids are those of several logs, so nothing shows that it is whole'
            : `its records end at ${formatUtc(lastOf(around))}, and it is not a copy that would show that nothing followed`
    return { state: 'unknown', why: `${channel} covers the moment, but ${what}` }
  }
  if (subcategory && !auditsSuccess(setting)) {
    const seen = subcategory.ids.some((id) => complete.eventIds.includes(id))
    return {
      state: 'unknown',
      why: seen
        ? `"${subcategory.name}" was audited at some time in this log, but the audit policy of the host was not collected`
        : `the audit policy of the host was not collected, and the log holds no event of "${subcategory.name}"`,
    }
  }
  if (subcategory && complete.eventIds.includes(4719))
    return { state: 'unknown', why: 'the audit policy was changed within this log (4719)' }
  return {
    state: 'truly-absent',
    why: `${channel} covers ${span(complete)} without a gap${subcategory ? ` and "${subcategory.name}" was audited` : ''}: it would have been recorded`,
  }
}
