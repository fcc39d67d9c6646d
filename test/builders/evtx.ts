/** Small logs in memory, for tests of readers and of everything behind them. Written by the practice room's own writer. */
import { parseUtc } from '../../src/domain/time.ts'
import { type LogOptions, LogWriter, type RecordDraft } from '../../src/practice/evtx/log-writer.ts'
import type { EventSchema } from '../../src/practice/evtx/schema.ts'
import { MemorySink } from '../../src/practice/evtx/sinks.ts'
import type { FieldValue } from '../../src/practice/evtx/value.ts'
import { schemaOf } from '../../src/practice/schemas/index.ts'

export interface BuiltRecord {
  readonly eventId: number
  /** ISO 8601 with up to 7 decimals and `Z`, or ticks since 1601 */
  readonly time: string | bigint
  /** fields by name; what is missing becomes empty text or, for other types, NULL */
  readonly data?: Readonly<Record<string, FieldValue>>
  /** default `Security` */
  readonly channel?: string
  /** default: the newest version known */
  readonly version?: number
  /** default: one more than the record before, from 1 */
  readonly recordId?: bigint
  /** default `fs01.corp.example` */
  readonly computer?: string
  /** System/Execution; defaults 644 and 700 */
  readonly processId?: number
  readonly threadId?: number
  readonly userSid?: string
  readonly activityId?: string
  /** a schema of the test's own, instead of channel, event id and version */
  readonly schema?: EventSchema
  /** left behind the free offset of the chunk instead of being a live record */
  readonly leftover?: boolean
}

/** Feeds a writer with short-hand records. */
export function draftsOf(records: Iterable<BuiltRecord>, firstRecordId = 1n): RecordDraft[] {
  let next = firstRecordId
  return Array.from(records, (record) => {
    const time = typeof record.time === 'bigint' ? record.time : parseUtc(record.time)
    if (time === undefined) throw new Error(`not a time: ${String(record.time)}`)
    const recordId = record.recordId ?? next
    next = recordId + 1n
    return {
      schema: record.schema ?? schemaOf(record.channel ?? 'Security', record.eventId, record.version),
      recordId,
      time,
      computer: record.computer ?? 'fs01.corp.example',
      processId: record.processId ?? 644,
      threadId: record.threadId ?? 700,
      values: record.data ?? {},
      ...(record.userSid === undefined ? {} : { userSid: record.userSid }),
      ...(record.activityId === undefined ? {} : { activityId: record.activityId }),
    }
  })
}

/** A complete log as bytes. */
export function buildLog(records: readonly BuiltRecord[], options: LogOptions = {}): Uint8Array {
  const sink = new MemorySink()
  const log = new LogWriter(sink, options)
  draftsOf(records).forEach((draft, index) => {
    if (!records[index]?.leftover) log.add(draft)
    else if (!log.addLeftover(draft)) throw new Error(`no room for leftover record ${draft.recordId}`)
  })
  log.finish()
  return sink.bytes
}
