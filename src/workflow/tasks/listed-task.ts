/** Tasks as the service itself lists them (`tasktrail-task-list/1`). Every value is checked; texts are evidence. */
import * as z from 'zod'
import { documentRows } from './own-document.ts'
import type { PagedSource } from './paged-source.ts'

const Row = z.looseObject({
  path: z.string().min(1).max(40_000),
  state: z.int().nullish(),
  enabled: z.boolean().nullish(),
  lastRun: z.string().max(40).nullish(),
  lastResult: z.string().max(40).nullish(),
  missed: z.int().nullish(),
  nextRun: z.string().max(40).nullish(),
  sddl: z.string().max(100_000).nullish(),
  xml: z.string().nullish(),
  cut: z.boolean().nullish(),
})

export interface ListedTask {
  readonly path: string
  readonly state: number | null
  readonly enabled: boolean | null
  readonly lastRun: string | null
  readonly lastResult: string | null
  readonly missed: number | null
  readonly nextRun: string | null
  readonly sddl: string | null
  readonly isCut: boolean
  readonly offset: number
  readonly length: number
}
export type ListPiece =
  | { readonly ok: true; readonly task: ListedTask; readonly xml: string | undefined }
  | { readonly ok: false; readonly offset: number; readonly what: string }

const mostTasks = 200_000

export function* listedTasks(source: PagedSource): Generator<ListPiece> {
  let count = 0
  for (const piece of documentRows(source)) {
    if (!piece.ok) {
      yield piece
      continue
    }
    if (++count > mostTasks) {
      yield { ok: false, offset: piece.offset, what: `the list has more than ${mostTasks} tasks` }
      return
    }
    const row = Row.safeParse(piece.value)
    if (row.success) yield { ok: true, ...listed(row.data, piece.offset, piece.length) }
    else
      yield {
        ok: false,
        offset: piece.offset,
        what: `it does not describe a task: ${z.prettifyError(row.error).slice(0, 200)}`,
      }
  }
}

function listed(row: z.infer<typeof Row>, offset: number, length: number) {
  const task: ListedTask = {
    path: row.path,
    state: row.state ?? null,
    enabled: row.enabled ?? null,
    lastRun: row.lastRun ?? null,
    lastResult: row.lastResult ?? null,
    missed: row.missed ?? null,
    nextRun: row.nextRun ?? null,
    sddl: row.sddl ?? null,
    isCut: row.cut ?? false,
    offset,
    length,
  }
  return { task, xml: row.xml ?? undefined }
}

export const xmlOfRow = (value: unknown): string | undefined => {
  const row = Row.safeParse(value)
  return row.success ? (row.data.xml ?? undefined) : undefined
}
