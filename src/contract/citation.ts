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
