import type { TimelineRow } from '../../../src/contract/shapes.ts'

/** A sign a spreadsheet takes for a formula, also behind blanks or quotes, also in full width. */
const formula = /^[\s\u00a0"'\0]*[=+\-@|%\uff1d\uff0b\uff0d\uff20]/

/**
 * One CSV cell: always quoted, line breaks as ⏎, and with an apostrophe in front when a spreadsheet would take the text
 * for a formula. Evidence may hold `=HYPERLINK(…)` on purpose.
 */
export function csvCell(text: string): string {
  const safe = formula.test(text) || /^[\t\r\n]/.test(text) ? `'${text}` : text
  return `"${safe.replace(/\r\n|\n|\r/g, '⏎').replaceAll('"', '""')}"`
}

const columns = [
  'time_utc',
  'from_task_ms',
  'event',
  'what_happened',
  'host',
  'account',
  'address',
  'channel',
  'provider',
  'record',
  'evidence_sha256',
  'chunk',
  'offset',
  'marks',
] as const

/** Rows as CSV with a head and CRLF line ends. Absent values are empty cells. */
export function csvOfRows(rows: readonly TimelineRow[]): string {
  const lines = rows.map((row) =>
    [
      row.time,
      row.deltaMs === null ? '' : String(row.deltaMs),
      String(row.eventId),
      row.what,
      row.host,
      row.account ?? '',
      row.address ?? '',
      row.channel,
      row.provider,
      row.citation.recordId,
      row.citation.evidenceId,
      String(row.citation.chunk),
      String(row.citation.offset),
      row.marks.join(' '),
    ]
      .map((text, column) => (column === 1 && /^-?[\d.]+$/.test(text) ? `"${text}"` : csvCell(text)))
      .join(','),
  )
  return `${[columns.join(','), ...lines].join('\r\n')}\r\n`
}
