/** Documents the live collector writes: a head, then one row after the other. Read row by row; a broken row costs itself. */
import { jsonPieces } from '../../tables/split-json.ts'
import type { PagedSource } from './paged-source.ts'

export interface DocumentRow {
  /** bytes from the start of the document */
  readonly offset: number
  readonly length: number
  readonly value: unknown
}
export type DocumentPiece =
  | ({ readonly ok: true } & DocumentRow)
  | { readonly ok: false; readonly offset: number; readonly what: string }

/** Rows stand in the list of the document's one object. */
const rowDepth = { skip: 0, depth: 2 } as const

export function* documentRows(source: PagedSource): Generator<DocumentPiece> {
  for (const piece of jsonPieces(source, rowDepth)) {
    if (!piece.ok) yield { ok: false, offset: piece.offset, what: piece.what }
    else {
      const { offset, bytes } = piece
      const value = parsed(bytes)
      if (value === undefined) yield { ok: false, offset, what: 'it is no valid JSON' }
      else yield { ok: true, offset, length: bytes.length, value }
    }
  }
  const end = new Uint8Array(Math.min(64, source.size))
  source.read(source.size - end.length, end)
  if (!/\]\s*\}\s*$/.test(Buffer.from(end).toString('latin1')))
    yield { ok: false, offset: source.size, what: 'the document has no end: it was cut off' }
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')) as unknown
  } catch {
    return undefined
  }
}

/** One row again, by its place. */
export function rowAt(source: PagedSource, offset: number, length: number): unknown {
  const bytes = new Uint8Array(length)
  return source.read(offset, bytes) < length ? undefined : parsed(bytes)
}

/** When the document was taken, as its head says. */
export function takenAt(source: PagedSource): string | undefined {
  const head = new Uint8Array(Math.min(4096, source.size))
  source.read(0, head)
  const text = Buffer.from(head).toString('utf8')
  const first = text.indexOf('[')
  return /"takenAt"\s*:\s*"([0-9T:.Z+-]{10,40})"/.exec(first < 0 ? text : text.slice(0, first))?.[1]
}
