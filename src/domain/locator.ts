import type { EvidenceId } from './ids.ts'

/** Where a fact was read: everything shown can be followed to these bytes. */
export interface Locator {
  readonly evidenceId: EvidenceId
  /** EventRecordID */
  readonly recordId: bigint
  /** index of the 64 KiB chunk in the file */
  readonly chunk: number
  /** byte offset of the record inside that chunk */
  readonly offset: number
  /** the record was not live any more: found behind the live ones, and shown only because somebody asked */
  readonly recovered?: true
}

/** A locator in JSON (design/cli.md). Record ids are decimal strings. */
export interface Citation {
  readonly evidenceId: string
  readonly recordId: string
  readonly chunk: number
  readonly offset: number
  readonly recovered?: true | undefined
}

export const citationOf = (at: Locator): Citation => ({
  evidenceId: at.evidenceId,
  recordId: at.recordId.toString(),
  chunk: at.chunk,
  offset: at.offset,
  ...(at.recovered ? { recovered: true } : {}),
})

/** Total order of places; independent of the order of import. */
export function compareLocators(a: Locator, b: Locator): number {
  if (a.recordId !== b.recordId) return a.recordId < b.recordId ? -1 : 1
  if (a.evidenceId !== b.evidenceId) return a.evidenceId < b.evidenceId ? -1 : 1
  return a.chunk - b.chunk || a.offset - b.offset
}

export const locatorKey = (at: Locator): string => `${at.evidenceId}/${at.chunk}/${at.offset}`
