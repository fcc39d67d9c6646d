/** What lies before the investigator of one host: the records that were written and what each log covers. Nothing of the truth. */
import type { Recorded, RecordedMark } from '../happening.ts'
import type { HostEvents } from '../host-events.ts'
import { sysmonChannel, taskSchedulerChannel } from '../schemas/index.ts'
import { type AuditSubcategory, auditSubcategories } from '../staging.ts'

const seconds = (count: number) => BigInt(count) * 10_000_000n

const bootIds = new Set([12, 4608, 6005, 6009])

/** What one log covers, by the times that its records show. */
export class LogCover {
  from = 0n
  to = 0n
  #firstId: bigint | undefined
  #lastId = 0n
  records = 0
  readonly eventIds = new Set<number>()

  add({ time, recordId, happening }: Recorded): void {
    if (this.records === 0 || time < this.from) this.from = time
    if (this.records === 0 || time > this.to) this.to = time
    this.#firstId ??= recordId
    this.#lastId = recordId
    this.records++
    this.eventIds.add(happening.schema.eventId)
  }
  /** EventRecordIDs that are not there, between the first and the last */
  get missing(): bigint {
    return this.#firstId === undefined ? 0n : this.#lastId - this.#firstId + 1n - BigInt(this.records)
  }
}

export class HostEvidence {
  readonly events: HostEvents
  /** those that say something about a deed or its account; a log may hold millions of others */
  readonly records: Recorded[] = []
  readonly #covers = new Map<string, LogCover>()
  readonly #sids: ReadonlySet<string>
  readonly #pids: ReadonlySet<number>
  readonly #schedulerBoots = new Set<number>()

  constructor(events: HostEvents) {
    this.events = events
    const { deeds } = events.staging
    this.#sids = new Set(deeds.map(({ account }) => account.sid))
    this.#pids = new Set(deeds.flatMap(({ callers }) => callers.map(({ pid }) => pid)))
  }

  /** Takes the next record of the host, in the order of writing. */
  add(recorded: Recorded): void {
    const { channel } = recorded.happening.schema
    const cover = this.#covers.get(channel) ?? new LogCover()
    this.#covers.set(channel, cover)
    cover.add(recorded)
    if (recorded.happening.mark || this.#speaks(recorded)) this.records.push(recorded)
  }

  #speaks({ happening: { schema, values, time } }: Recorded): boolean {
    const { eventId } = schema
    if (schema.channel === logs.scheduler) {
      const boot = this.bootOf(time)
      if (this.#schedulerBoots.has(boot)) return false
      this.#schedulerBoots.add(boot)
      return true
    }
    if (schema.channel !== logs.security) return bootIds.has(eventId)
    if (eventId === 4624 || eventId === 4634) return this.#sids.has(values.TargetUserSid as string)
    if (eventId === 5145) return values.RelativeTargetName === 'atsvc'
    if (eventId !== 4688) return bootIds.has(eventId)
    return this.#pids.has(values.NewProcessId as number) || / -s schedule$/i.test(String(values.CommandLine))
  }

  get covers(): ReadonlyMap<string, LogCover> {
    return this.#covers
  }

  /** The records of one deed, decoys left out. */
  of(mark: string): readonly RecordedMark[] {
    return this.events.marks.filter(
      (one) => one.mark.decoy === undefined && (one.mark.chain === mark || one.mark.also?.includes(mark)),
    )
  }

  /** Starts of Windows before this true moment. */
  bootOf(time: bigint): number {
    return this.events.cast.host.restarts.filter(({ at }) => at <= time).length
  }

  /** The log held everything that its channel was given from a recorded moment until it was collected. */
  isSilent(channel: string, since: bigint): boolean {
    const cover = this.covers.get(channel)
    const { collectedAs } = this.events.staging
    const isRaw = collectedAs === 'raw'
    return (
      // a table of a query says nothing of what the query left out
      !collectedAs?.startsWith('sentinel') &&
      cover !== undefined &&
      cover.missing === 0n &&
      cover.from <= since &&
      // an export shows that it goes on only by going on
      (isRaw || cover.to - since > seconds(2))
    )
  }

  /** The clock was set: whoever goes by times alone may hold back a no. */
  get mayDoubt(): { readonly also?: readonly 'unknown'[] } {
    return this.events.staging.jumps?.length ? { also: ['unknown'] } : {}
  }

  /** The policy was collected and says that successes of this subcategory are recorded. */
  isKnownAudited(name: AuditSubcategory): boolean {
    return !this.events.staging.withoutFacts && (this.events.staging.audit[name] & 1) === 1
  }

  why(channel: string, name?: AuditSubcategory): string {
    const { staging } = this.events
    const gone = staging.withoutChannels?.find((one) => one.channel === channel)
    if (gone) return `${channel} was ${gone.enabled ? 'not collected' : 'switched off'}`
    if (name && (staging.audit[name] & 1) === 0) return `${auditSubcategories[name]} was not audited`
    if (staging.cleared?.some((one) => one.channel === channel)) return `${channel} was cleared`
    if (staging.filter?.has(channel)) return `${channel} is a filtered export`
    if (staging.retention?.has(channel)) return `${channel} begins too late`
    if (staging.jumps?.length) return 'the clock was set'
    if (staging.withoutFacts) return 'the audit policy was not collected'
    return 'no record of it is there'
  }
}

export const logs = { security: 'Security', scheduler: taskSchedulerChannel, sysmon: sysmonChannel } as const
