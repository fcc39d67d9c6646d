import type { Locator } from './locator.ts'
import type { FileTime } from './time.ts'

/**
 * One EVTX record after reading, before its meaning: System fields and the named values as text, in document order.
 * Integers are decimal, hex types `0x…`, times ISO with 7 decimals, GUIDs `{…}` upper case, SIDs `S-1-…`. `%%nnnn` tokens stay.
 */
export interface EventRecord {
  readonly locator: Locator
  readonly provider: string
  readonly channel: string
  /** System/Computer as the record says it: a claim of the log, not our conclusion */
  readonly computer: string
  readonly eventId: number
  readonly version: number
  readonly level: number
  readonly task: number
  readonly opcode: number
  /** `0x8020000000000000` */
  readonly keywords: string
  readonly time: FileTime
  /** System/Execution; undefined when not recorded */
  readonly processId: number | undefined
  readonly threadId: number | undefined
  readonly userSid: string | undefined
  readonly activityId: string | undefined
  readonly names: readonly string[]
  readonly values: readonly string[]
  /** true for records found behind the live ones: never in timeline or chains unless asked */
  readonly recovered?: boolean
}
