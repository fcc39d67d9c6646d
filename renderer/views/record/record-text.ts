import type { CitationShape, RecordDetails } from '../../../src/contract/shapes.ts'

/** A citation in one line, enough to find the bytes with any tool. */
export const citationText = (at: CitationShape, evidenceName?: string): string =>
  [
    `record ${at.recordId}`,
    ...(evidenceName ? [evidenceName] : []),
    `chunk ${at.chunk}, offset ${at.offset}`,
    `evidence SHA-256 ${at.evidenceId}`,
  ].join(', ')

/** The record as JSON: fields in document order as pairs, because names may repeat. No bytes: those are evidence. */
export const recordJson = (details: RecordDetails): string => {
  const { bytes: _, ...rest } = details
  return JSON.stringify(rest, null, 2)
}

/** Where the search text stands in the XML; at most `most` places. Case is ignored. */
export function findAll(text: string, search: string, most = 500): readonly (readonly [number, number])[] {
  if (search.trim() === '') return []
  const places: [number, number][] = []
  const pattern = new RegExp(search.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'giu')
  for (const found of text.matchAll(pattern)) {
    places.push([found.index, found.index + found[0].length])
    if (places.length >= most) break
  }
  return places
}
