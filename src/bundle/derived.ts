/** Derived files of a bundle: the timeline as JSON lines Timesketch can load, and as a CSV safe to open in a spreadsheet. */

import { csvRow } from '../base/csv.ts'

/** A timeline row as the window shows it. */
export interface DerivedRow {
  /** UTC, ISO 8601, 7 decimals */
  readonly time: string
  readonly eventId: number
  readonly what: string
  readonly host: string
  readonly account: string | null
  readonly address: string | null
  readonly channel: string
  readonly provider: string
  readonly citation: {
    readonly evidenceId: string
    readonly recordId: string
    readonly chunk: number
    readonly offset: number
  }
  readonly marks: readonly string[]
}

export type DerivedRows = Iterable<DerivedRow> | AsyncIterable<DerivedRow>

const blockLength = 1 << 18

/** One JSON object per line, with the three columns Timesketch asks for. `exhibits`: evidence id → number in this bundle. */
export function timelineJsonl(
  rows: DerivedRows,
  exhibits: ReadonlyMap<string, string>,
): AsyncGenerator<Uint8Array> {
  return inBlocks(rows, '', (row) => {
    const { evidenceId, recordId, chunk, offset } = row.citation
    const line = {
      message: row.what,
      datetime: row.time,
      timestamp_desc: 'Event logged',
      event_id: row.eventId,
      host: row.host,
      account: row.account,
      address: row.address,
      channel: row.channel,
      provider: row.provider,
      marks: row.marks,
      source: { exhibit: exhibits.get(evidenceId) ?? null, evidenceId, recordId, chunk, offset },
    }
    return `${JSON.stringify(line)}\n`
  })
}

const columns = [
  'datetime',
  'timestamp_desc',
  'message',
  'event_id',
  'host',
  'account',
  'address',
  'channel',
  'provider',
  'marks',
  'exhibit',
  'evidence_id',
  'record_id',
  'chunk',
  'offset',
]

/** The same rows, RFC 4180 with CR LF, every cell quoted and none of them a formula. */
export function timelineCsv(
  rows: DerivedRows,
  exhibits: ReadonlyMap<string, string>,
): AsyncGenerator<Uint8Array> {
  return inBlocks(rows, csvRow(columns), (row) =>
    csvRow([
      row.time,
      'Event logged',
      row.what,
      String(row.eventId),
      row.host,
      row.account ?? '',
      row.address ?? '',
      row.channel,
      row.provider,
      row.marks.join(' '),
      exhibits.get(row.citation.evidenceId) ?? '',
      row.citation.evidenceId,
      row.citation.recordId,
      String(row.citation.chunk),
      String(row.citation.offset),
    ]),
  )
}

async function* inBlocks(
  rows: DerivedRows,
  start: string,
  format: (row: DerivedRow) => string,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  let text = start
  for await (const row of rows) {
    text += format(row)
    if (text.length < blockLength) continue
    yield encoder.encode(text)
    text = ''
  }
  if (text !== '') yield encoder.encode(text)
}
