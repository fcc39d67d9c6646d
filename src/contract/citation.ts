/** Where a fact was read, as window and engine say it. */
import * as z from 'zod'

export const Citation = z.object({
  evidenceId: z.string(),
  recordId: z.string(),
  chunk: z.int().nonnegative(),
  offset: z.int().nonnegative(),
  /** the record is a recovered one */
  recovered: z.literal(true).optional(),
})

/** bytes from the start of an item that is no event log */
export const BytePlace = z.object({ evidenceId: z.string(), offset: z.number().nonnegative() })

/** What stands beside the citations of a statement: how many more records, and places in evidence that is no log. */
export const beside = {
  moreCitations: z.int().nonnegative().optional(),
  places: z.array(BytePlace).optional(),
} as const
export type BytePlace = z.infer<typeof BytePlace>
