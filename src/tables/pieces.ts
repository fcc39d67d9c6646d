/** What the splitters give: one piece per record of a table, or word of a stretch that is none. */
import { limits } from '../base/limits.ts'

export type Piece =
  | { readonly ok: true; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly offset: number; readonly what: string }

/** bytes of one row; a longer one is skipped and said */
export const largestRow = limits.renderedLength
