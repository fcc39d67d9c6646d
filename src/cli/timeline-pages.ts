import type { Place, Row, Slice } from './doors.ts'
import { UsageError } from './exit-code.ts'

/** Reads a filtered timeline by position, page by page. */
export type ReadSlice = (from: number, count: number) => Slice | Promise<Slice>

const pageRows = 500

/** Opaque to callers: the row's time and place, so that a cursor stays right when evidence is added. */
export function cursorOf({ time, citation, index }: Row): string {
  const { evidenceId, recordId, chunk, offset } = citation
  return Buffer.from([time, index, recordId, chunk, offset, evidenceId].join(' ')).toString('base64url')
}

interface Cursor {
  readonly time: string
  readonly index: number
  readonly place: Place
}

function readCursor(text: string): Cursor {
  const found =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z) (\d{1,15}) (\d{1,20}) (\d{1,10}) (\d{1,10}) ([0-9a-f]{64})$/.exec(
      Buffer.from(text, 'base64url').toString('utf8'),
    )
  const [, time, index, recordId, chunk, offset, evidenceId] = found ?? []
  if (!time || !recordId || !evidenceId)
    throw new UsageError('--after takes the `next` cursor of an earlier timeline, and this is none')
  return {
    time,
    index: Number(index),
    place: { recordId, chunk: Number(chunk), offset: Number(offset), evidenceId },
  }
}

const isAt = (row: Row | undefined, { place }: Cursor) =>
  row !== undefined &&
  row.citation.evidenceId === place.evidenceId &&
  row.citation.chunk === place.chunk &&
  row.citation.offset === place.offset

/** Position of the first row behind the cursor's row, also when rows were added since or the filter hides that row. */
export async function positionAfter(text: string, read: ReadSlice): Promise<number> {
  const cursor = readCursor(text)
  const { total, rows } = await read(cursor.index, 1)
  if (isAt(rows[0], cursor)) return cursor.index + 1
  // times are ISO texts of one width, so they compare as texts: find the first row not before the cursor's time
  let low = 0
  let high = total
  while (low < high) {
    const middle = (low + high) >> 1
    const [row] = (await read(middle, 1)).rows
    if (row && row.time < cursor.time) low = middle + 1
    else high = middle
  }
  return await skipBehind(low, cursor, read)
}

/** Of the rows of the cursor's very instant, those up to its own are behind us; where that row is gone, order tells. */
async function skipBehind(first: number, cursor: Cursor, read: ReadSlice): Promise<number> {
  let next = first
  for (let at = first; ; ) {
    const { rows } = await read(at, pageRows)
    for (const row of rows) {
      if (row.time !== cursor.time) return next
      if (isAt(row, cursor)) return row.index + 1
      if (compare(row.citation, cursor.place) < 0) next = row.index + 1
    }
    if (rows.length === 0) return next
    at += rows.length
  }
}

function compare(a: Place, b: Place): number {
  const [left, right] = [BigInt(a.recordId), BigInt(b.recordId)]
  if (left !== right) return left < right ? -1 : 1
  if (a.evidenceId !== b.evidenceId) return a.evidenceId < b.evidenceId ? -1 : 1
  return a.chunk - b.chunk || a.offset - b.offset
}

/** Rows from a position on, `limit` at most, page by page, so that memory stays flat. */
export async function* readRows(
  from: number,
  limit: number,
  read: ReadSlice,
): AsyncGenerator<readonly Row[]> {
  for (let at = from, left = limit; left > 0; ) {
    const { rows } = await read(at, Math.min(left, pageRows))
    if (rows.length === 0) return
    yield rows
    at += rows.length
    left -= rows.length
  }
}
