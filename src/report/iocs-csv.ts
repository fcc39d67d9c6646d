/** The playbook's IOC table as CSV: each value with the records it was seen in, safe to open in a spreadsheet. */

import { csvRow } from '../base/csv.ts'
import type { Citation } from '../domain/locator.ts'

export interface IocRow {
  readonly type: string
  readonly value: string
  readonly context: string
  readonly firstSeen: string | null
  readonly lastSeen: string | null
  readonly citations: readonly Citation[]
  /** records beyond those named */
  readonly moreCitations?: number | undefined
  /** ids of the chains it belongs to */
  readonly chains: readonly string[]
}

const head = ['type', 'value', 'context', 'first_seen', 'last_seen', 'chains', 'records']

/** `record 2004852 of E0001 (chunk 0, offset 512)`, or with the beginning of the hash where no exhibit number is known. */
export function placeWords(place: Citation, exhibits: ReadonlyMap<string, string>): string {
  const of = exhibits.get(place.evidenceId) ?? place.evidenceId.slice(0, 12)
  return `record ${place.recordId} of ${of} (chunk ${place.chunk}, offset ${place.offset}${place.recovered ? ', recovered' : ''})`
}

/** RFC 4180 with CR LF; head and one row a value, in the order given. */
export const iocsCsv = (rows: readonly IocRow[], exhibits: ReadonlyMap<string, string>): string =>
  csvRow(head) +
  rows
    .map((row) =>
      csvRow([
        row.type,
        row.value,
        row.context,
        row.firstSeen ?? '',
        row.lastSeen ?? '',
        row.chains.join(' '),
        row.citations.map((place) => placeWords(place, exhibits)).join('; ') +
          (row.moreCitations ? `; and ${row.moreCitations} more records, in the timeline` : ''),
      ]),
    )
    .join('')
