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

/** A happening that was written: the ground truth cites these. */
export interface RecordedMark {
  readonly mark: Mark
  readonly happening: Happening
  /** as written: the host's clock may be coarser than the deed */
  readonly time: bigint
  readonly recordId: bigint
}
