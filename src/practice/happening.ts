/** One thing that happens on a host and that one of its logs records. */
import type { StepRole } from '../domain/chain.ts'
import type { EventSchema } from './evtx/schema.ts'
import type { FieldValue } from './evtx/value.ts'

export interface Mark {
  /** which chain of the ground truth it belongs to */
  readonly chain: string
  readonly role: StepRole
  /** the record the chain is measured from */
  readonly anchor?: true
  /** other chains it belongs to as well: a run of a task that two have worked on */
  readonly also?: readonly string[]
  /** looks as if it belonged, and does not: why */
  readonly decoy?: string
}

export interface Happening {
  readonly time: bigint
  readonly schema: EventSchema
  readonly values: Readonly<Record<string, FieldValue>>
  /** System/Execution */
  readonly processId: number
  readonly threadId: number
  readonly userSid?: string
  readonly activityId?: string
  readonly mark?: Mark
}

/** A happening that was written. */
export interface Recorded {
  readonly happening: Happening
  /** as written: the host's clock may be coarse, or set */
  readonly time: bigint
  readonly recordId: bigint
}
/** The ground truth cites these. */
export interface RecordedMark extends Recorded {
  readonly mark: Mark
}
