/**
 * What a missing record means (windows.md §9). A log is only ever said to be silent when it was collected, covers the moment, is whole,
 * unfiltered and known to be audited; everything less has its own name, and none of it is a "no".
 */
import type { ChannelCoverage, GapState, HostFacts } from '../domain/chain.ts'
import type { LogClearedEvent } from '../domain/event.ts'
import type { Locator } from '../domain/locator.ts'
import { type FileTime, fileTime, formatUtc, largestFileTime, seconds } from '../domain/time.ts'
import { type AuditKnowledge, auditBetween, type Subcategory } from './audit-policy.ts'
import { type ClockSet, setBackWithin } from './clock.ts'
import { spanWords } from './order.ts'

export const channels = {
  security: 'Security',
  scheduler: 'Microsoft-Windows-TaskScheduler/Operational',
} as const

export { type Subcategory, subcategories } from './audit-policy.ts'

export interface Judgement {
  readonly state: GapState
  /** the reason in one clause */
  readonly why: string
  /** `"Detailed File Share" success auditing = on now (collected …)`; undefined where no subcategory writes the records */
  readonly audit: string | undefined
  /** `Security covers … to …`; undefined when the log is not there */
  readonly covers: string | undefined
  /** records the judgement rests on: clearings, policy changes, clock changes */
  readonly citations: readonly Locator[]
}

/** windows.md §9: what is missing, the policy, what the log covers, the reason, and what the absence is worth. */
export function absenceSentence(expected: string, { state, why, audit, covers }: Judgement): string {
  const parts = [audit, covers, audit === why || covers === why ? undefined : why].filter(Boolean)
  const worth =
    state === 'truly-absent'
      ? 'it would have been recorded'
      : state === 'expected-absent'
        ? 'none is expected'
        : 'absence proves nothing'
  const reasons = parts.join('; ')
  return `No ${expected.replace(/^an? /, '')}. ${reasons.charAt(0).toUpperCase()}${reasons.slice(1)}; so ${worth}.`
}

/** What is known of the logs of one host. */
export interface HostCoverage {
  readonly logs: readonly ChannelCoverage[]
  readonly facts: readonly HostFacts[]
  readonly cleared: readonly LogClearedEvent[]
  readonly audit: AuditKnowledge
  readonly jumps: readonly ClockSet[]
  /** spans in which the log service did not write, or could not */
  readonly blind: readonly BlindSpan[]
}

/** From a stop of the log service (1100) or a full Security log (1104) to the next sign that it writes again. */
export interface BlindSpan {
  readonly channel: string | undefined
  readonly from: FileTime
  readonly to: FileTime
  readonly why: string
  readonly locator: Locator
}

const sameChannel = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()
export const logsOf = (host: HostCoverage, channel: string): readonly ChannelCoverage[] =>
  host.logs.filter((log) => sameChannel(log.channel, channel))

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
 * What it means that no such record lies between `from` and `until` (inclusive; `end`: until the log was taken). Security records need
 * the subcategory that writes them.
 */
export function judgeAbsence(
  host: HostCoverage,
  channel: string,
  subcategory: Subcategory | undefined,
  from: FileTime,
  until: FileTime | 'end',
): Judgement {
  const logs = logsOf(host, channel)
  const to = until === 'end' ? fileTime(largestFileTime) : until
  const audit = subcategory && auditBetween(host.audit, subcategory, from, to)
  const judged = (
    state: GapState,
    why: string,
    log?: ChannelCoverage,
    citations: readonly Locator[] = [],
  ): Judgement => ({
    state,
    why,
    audit: audit && logs.length > 0 ? audit.why : undefined,
    covers: log ? `${channel} covers ${span(log)}` : undefined,
    citations,
  })
  if (logs.length === 0) return withoutLog(host, channel, judged)
  const around = logs.filter((log) => log.from <= to && log.to >= from)
  const nearest = around[0] ?? (logs[0] as ChannelCoverage)
  if (audit?.was === 'off') return judged('not-audited', audit.why, nearest, audit.citations)
  const complete = around.find(
    (log) =>
      isWhole(log) &&
      log.from <= from &&
      (until === 'end' ? goesOnAfter(log, from) : log.to >= until || isRawCopy(log)),
  )
  const lost = complete ? undefined : whatWasLost(host, channel, logs, around, from, to)
  if (lost) return judged(lost.state, lost.why, lost.log, lost.citations)
  if (!complete) return judged('unknown', `${channel} covers the moment, but ${whatSpoils(around)}`, nearest)
  const blind = host.blind.find(
    (one) =>
      (one.channel === undefined || sameChannel(one.channel, channel)) && one.from < to && one.to > from,
  )
  if (blind) return judged('unknown', blind.why, complete, [blind.locator])
  const setBack = setBackWithin(host.jumps, from, to)
  if (setBack)
    return judged(
      'unknown',
      `the clock of the host was set back by ${spanWords(setBack.ms ?? 0)} within the time in question`,
      complete,
      [setBack.locator],
    )
  if (audit && audit.was !== 'on') return judged('unknown', audit.why, complete, audit.citations)
  return judged(
    'truly-absent',
    `${channel} covers ${span(complete)} without a gap${subcategory ? ` and "${subcategory.name}" was audited` : ''}: it would have been recorded`,
    complete,
    audit?.citations,
  )
}

type Judge = (state: GapState, why: string) => Judgement

function withoutLog(host: HostCoverage, channel: string, judged: Judge): Judgement {
  const enabled = host.facts.flatMap((facts) =>
    (facts.channels ?? []).filter((one) => sameChannel(one.name, channel)).map((one) => one.enabled),
  )
  return enabled.length > 0 && enabled.every((on) => !on)
    ? judged('not-audited', `${channel} was disabled when the host was looked at, and is not in the evidence`)
    : judged('not-collected', `${channel} of this host is not in the evidence`)
}

interface Lost {
  readonly state: GapState
  readonly why: string
  readonly log?: ChannelCoverage
  readonly citations?: readonly Locator[]
}

/** Filtered, cleared or out of retention: why no log holds the whole span. */
function whatWasLost(
  host: HostCoverage,
  channel: string,
  logs: readonly ChannelCoverage[],
  around: readonly ChannelCoverage[],
  from: FileTime,
  to: FileTime,
): Lost | undefined {
  const filtered: Lost = {
    state: 'filtered-out',
    why: `${channel} is a filtered export: it may have left the record out`,
  }
  // An export that reaches over the moment was taken while the log still held it: the filter decides, not a later clearing.
  if (around.length > 0 && around.every((log) => log.provenance === 'filtered-export'))
    return { ...filtered, log: around[0] as ChannelCoverage }
  const clearing = host.cleared.find(
    (event) => sameChannel(event.clearedChannel, channel) && event.time >= from,
  )
  if (clearing)
    return {
      state: 'log-cleared',
      why: `${channel} was cleared at ${formatUtc(clearing.time)}; what it held before is gone`,
      log: logs[0] as ChannelCoverage,
      citations: [clearing.locator],
    }
  // A filtered export begins and ends where its filter says: its edges tell nothing of the log's own.
  if (logs.every((log) => log.provenance === 'filtered-export')) return filtered
  if (around.length === 0) {
    const nearest = logs[0] as ChannelCoverage
    return logs.every((log) => log.from > to)
      ? {
          state: 'out-of-retention',
          why: `${channel} begins at ${formatUtc(nearest.from)}, after the moment in question`,
          log: nearest,
        }
      : {
          state: 'out-of-retention',
          why: `${channel} holds nothing from the moment in question (${span(nearest)})`,
          log: nearest,
        }
  }
  const first = around[0] as ChannelCoverage
  if (!around.some((log) => log.from <= from))
    return {
      state: 'out-of-retention',
      why: `${channel} begins at ${formatUtc(first.from)}, inside the time in question`,
      log: first,
    }
  return undefined
}

/** Why a log that covers the moment may still have lost the record. */
function whatSpoils(around: readonly ChannelCoverage[]): string {
  const missing = around.reduce((sum, log) => sum + log.missingRecordIds, 0n)
  if (missing > 0n) return `${missing} record ids are missing from it`
  const problems = around.reduce((sum, log) => sum + log.problems, 0)
  if (problems > 0) return `${problems} places in it could not be read`
  return around.every((log) => log.mixedRecordIds)
    ? 'its record ids are those of several logs, so nothing shows that it is whole'
    : `its records end at ${formatUtc(lastOf(around))}, and it is not a copy that would show that nothing followed`
}
