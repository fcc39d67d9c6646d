/**
 * Was a subcategory audited at a moment? The policy a collector found says what held then; the changes since (4719) say what held
 * before. Records that only the subcategory writes show that it was on at some time, and nothing about another (windows.md §9).
 */
import type { AuditRow, ChannelCoverage, HostFacts, PolicyChange } from '../domain/coverage.ts'
import type { AuditPolicyChangedEvent } from '../domain/event.ts'
import type { Locator } from '../domain/locator.ts'
import { type FileTime, formatUtc } from '../domain/time.ts'

const guid = (first: string) => `${first}-69AE-11D9-BED3-505054503030`

/** Audit subcategories by GUID (locale-free) with the events that show that one was on. */
export const subcategories = {
  logon: { guid: guid('0CCE9215'), name: 'Logon', ids: [4624] },
  logoff: { guid: guid('0CCE9216'), name: 'Logoff', ids: [4634, 4647] },
  specialLogon: { guid: guid('0CCE921B'), name: 'Special Logon', ids: [4672] },
  processCreation: { guid: guid('0CCE922B'), name: 'Process Creation', ids: [4688] },
  processTermination: { guid: guid('0CCE922C'), name: 'Process Termination', ids: [4689] },
  serviceInstalled: { guid: guid('0CCE9211'), name: 'Security System Extension', ids: [4697] },
  taskChanges: {
    guid: guid('0CCE9227'),
    name: 'Other Object Access Events',
    ids: [4698, 4699, 4700, 4701, 4702],
  },
  fileShare: { guid: guid('0CCE9224'), name: 'File Share', ids: [5140] },
  detailedFileShare: { guid: guid('0CCE9244'), name: 'Detailed File Share', ids: [5145] },
  connections: { guid: guid('0CCE9226'), name: 'Filtering Platform Connection', ids: [5156] },
} as const
export interface Subcategory {
  readonly guid: string
  readonly name: string
  readonly ids: readonly number[]
}

const names: ReadonlyMap<string, string> = new Map(
  Object.values(subcategories).map((one) => [one.guid, one.name]),
)

/** What the host's records and its collector say of the audit policy. */
export interface AuditKnowledge {
  readonly facts: readonly HostFacts[]
  /** 4719 in total order */
  readonly changes: readonly PolicyChange[]
  /** Security logs of the host */
  readonly logs: readonly ChannelCoverage[]
}

const tokens = {
  success: { added: /%%8449|success added/i, removed: /%%8448|success removed/i },
  failure: { added: /%%8451|failure added/i, removed: /%%8450|failure removed/i },
} as const
const turn = (text: string, what: keyof typeof tokens): 'added' | 'removed' | undefined =>
  tokens[what].added.test(text) ? 'added' : tokens[what].removed.test(text) ? 'removed' : undefined

export const policyChange = (event: AuditPolicyChangedEvent): PolicyChange => ({
  time: event.time,
  guid: event.subcategoryGuid,
  subcategory:
    (event.subcategoryGuid && names.get(event.subcategoryGuid)) ?? event.subcategoryGuid ?? 'unnamed',
  success: turn(event.changes ?? '', 'success'),
  failure: turn(event.changes ?? '', 'failure'),
  locator: event.locator,
})

/** undefined: nobody collected the policy. Collectors that disagree leave it unknown. */
function settingNow(facts: readonly HostFacts[], subcategory: Subcategory): number | undefined {
  const settings = new Set(
    facts.flatMap((one) => {
      const setting = one.auditPolicy?.[subcategory.guid]
      return setting === undefined ? [] : [setting]
    }),
  )
  return settings.size === 1 ? [...settings][0] : undefined
}

const auditsSuccess = (setting: number): boolean => (setting & 1) === 1
const whenCollected = (facts: readonly HostFacts[]): string => {
  const times = [...new Set(facts.flatMap((one) => (one.auditPolicy && one.collectedAt) || []))].sort()
  return times.length > 0 ? `collected ${times.join(' and ')}` : 'collected'
}

/** Success auditing of one subcategory over a span: `unknown` as soon as it may have differed inside it. */
export function auditBetween(
  known: AuditKnowledge,
  subcategory: Subcategory,
  from: FileTime,
  until: FileTime,
): AuditRow {
  const now = settingNow(known.facts, subcategory)
  // another log of the host, of another time, says nothing of this one
  const eventIds = new Set(
    known.logs.filter((log) => log.from <= until && log.to >= from).flatMap((log) => log.eventIds),
  )
  const base = {
    subcategory: subcategory.name,
    guid: subcategory.guid,
    events: subcategory.ids,
    now,
  }
  const row = (
    was: AuditRow['was'],
    source: AuditRow['source'],
    why: string,
    at: readonly Locator[] = [],
  ): AuditRow => ({ ...base, was, source, why, citations: at })
  const told = `"${subcategory.name}" success auditing`
  // a change that names no subcategory, or does not say what it did, may have been about this one
  const own = known.changes.filter((change) => change.guid === undefined || change.guid === subcategory.guid)
  const inside = own.filter((change) => change.time > from && change.time <= until)
  if (inside.length > 0)
    return row(
      'unknown',
      'changes',
      `${told} was changed within the time in question (4719 at ${formatUtc((inside[0] as PolicyChange).time)})`,
      inside.map((change) => change.locator),
    )
  const before = own.findLast((change) => change.time <= from)
  const after = own.find((change) => change.time > until)
  const source = now === undefined ? 'changes' : 'collected-and-changes'
  if (before?.success !== undefined && before.guid !== undefined)
    return row(
      before.success === 'added' ? 'on' : 'off',
      source,
      `${told} = ${before.success === 'added' ? 'on' : 'off'} since ${formatUtc(before.time)} (4719)`,
      [before.locator],
    )
  // what a change took away had been there, what it added had not
  if (after?.success !== undefined && after.guid !== undefined && before === undefined)
    return row(
      after.success === 'removed' ? 'on' : 'off',
      source,
      `${told} = ${after.success === 'removed' ? 'on' : 'off'} until ${formatUtc(after.time)} (4719)`,
      [after.locator],
    )
  if ((eventIds.has(4719) && known.changes.length === 0) || own.some((change) => change.guid === undefined))
    return row(
      'unknown',
      now === undefined ? 'none' : 'collected',
      'the audit policy was changed within this log (4719)',
    )
  const seen = subcategory.ids.some((id) => eventIds.has(id))
  if (now === undefined)
    return row(
      'unknown',
      seen ? 'records' : 'none',
      seen
        ? `"${subcategory.name}" was audited at some time in this log, but the audit policy of the host was not collected`
        : `the audit policy of the host was not collected, and the log holds no event of "${subcategory.name}"`,
    )
  if (auditsSuccess(now)) return row('on', 'collected', `${told} = on now (${whenCollected(known.facts)})`)
  return seen
    ? row(
        'unknown',
        'collected',
        `${told} = off now (${whenCollected(known.facts)}), but the log holds such events: it was on at some time, and no change of it is recorded`,
      )
    : row('off', 'collected', `${told} = off now (${whenCollected(known.facts)})`)
}
