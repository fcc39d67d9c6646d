/** Reads a table of events (CSV or JSON) that another tool exported: record by record with its byte offset, or what is wrong. */
import type { ByteSource } from '../evtx/byte-source.ts'
import { schemaOf, type TableRecord, type TableRow, type TableSchema } from './schemas.ts'
import { csvCells, csvForm, csvRows, decodeRow } from './split-csv.ts'
import { jsonForm, jsonPieces } from './split-json.ts'

export type TableItem =
  | { readonly ok: true; readonly offset: number; readonly record: TableRecord }
  | { readonly ok: false; readonly offset: number; readonly what: string }

export interface TableReading {
  readonly schema: TableSchema
  readonly format: 'csv' | 'json'
  /** of the header; for JSON those of the first object */
  readonly columns: readonly string[]
  items(): Generator<TableItem>
}

const headSize = 1 << 16

/** What table the first bytes of a file begin, if it is one we know. `head` should hold the first 64 KiB. */
export function detectTable(head: Uint8Array): { schema: TableSchema; format: 'csv' | 'json' } | undefined {
  const text = new TextDecoder()
    .decode(head.subarray(0, 256))
    .replace(/^\ufeff/, '')
    .trimStart()
  const format = /^[[{]/.test(text) ? 'json' : 'csv'
  const columns = format === 'json' ? jsonColumns(head) : csvColumns(head)
  const schema = columns && schemaOf(columns)
  return schema && { schema, format }
}

/** @returns undefined when the source is no table we know */
export function readTable(source: ByteSource): TableReading | undefined {
  const head = new Uint8Array(headSize)
  const start = head.subarray(0, source.read(0, head))
  const found = detectTable(start)
  if (!found) return undefined
  const { schema, format } = found
  if (format === 'json')
    return {
      schema,
      format,
      columns: jsonColumns(start) ?? [],
      items: () => jsonItems(source, start, schema),
    }
  return { schema, format, columns: csvColumns(start) ?? [], items: () => csvItems(source, start, schema) }
}

/** One row of a table, found again by its offset: its bytes, its text, and every column, those that are no fields included. */
export function readTableRow(
  source: ByteSource,
  offset: number,
): {
  readonly bytes: Uint8Array
  readonly text: string
  readonly columns: readonly { readonly name: string; readonly value: string }[]
} {
  const table = readTable(source)
  const head = new Uint8Array(headSize)
  const start = head.subarray(0, source.read(0, head))
  const nothing = { bytes: new Uint8Array(0), text: '', columns: [] }
  if (!table) return nothing
  const below: ByteSource = {
    size: source.size - offset,
    read: (position, into) => source.read(position + offset, into),
  }
  const listed = (row: TableRow) =>
    Object.entries(row).flatMap(([name, value]) => (name === '' ? [] : [{ name, value }]))
  if (table.format === 'json') {
    const [piece] = first(jsonPieces(below, { skip: 0, depth: 0 }))
    if (!piece?.ok) return nothing
    const row = parseObject(piece.bytes)
    const text = new TextDecoder().decode(piece.bytes)
    return { bytes: piece.bytes, text, columns: typeof row === 'string' ? [] : listed(row) }
  }
  const form = csvForm(start)
  const [piece] = first(csvRows(below, { ...form, skip: 0 }))
  if (!piece?.ok) return nothing
  const text = decodeRow(piece.bytes, form.width)
  return { bytes: piece.bytes, text, columns: listed(rowOf(table.columns, csvCells(text, form.separator))) }
}

function* first<T>(all: Generator<T>): Generator<T> {
  for (const one of all) {
    yield one
    return
  }
}

function csvColumns(head: Uint8Array): readonly string[] | undefined {
  const form = csvForm(head)
  for (const row of csvRows(memory(head), form))
    return row.ok ? csvCells(decodeRow(row.bytes, form.width), form.separator).map(plainName) : undefined
  return undefined
}

/** PowerShell 5.1 puts `#TYPE …` first; no table we know has such a column, so the file is none of ours then. */
const plainName = (cell: string) => cell.trim()

function jsonColumns(head: Uint8Array): readonly string[] | undefined {
  for (const piece of jsonPieces(memory(head), jsonForm(head))) {
    const row = piece.ok ? parseObject(piece.bytes) : undefined
    return typeof row === 'object' ? Object.keys(row) : undefined
  }
  return undefined
}

function* csvItems(source: ByteSource, head: Uint8Array, schema: TableSchema): Generator<TableItem> {
  const form = csvForm(head)
  let columns: readonly string[] | undefined
  for (const piece of csvRows(source, form)) {
    if (!piece.ok) {
      yield piece
      continue
    }
    const cells = csvCells(decodeRow(piece.bytes, form.width), form.separator)
    if (!columns) {
      columns = cells.map(plainName)
      continue
    }
    if (cells.length > columns.length) {
      yield {
        ok: false,
        offset: piece.offset,
        what: `it has ${cells.length} cells for ${columns.length} columns`,
      }
      continue
    }
    yield itemOf(piece.offset, rowOf(columns, cells), schema, cells.length < columns.length)
  }
}

function rowOf(columns: readonly string[], cells: readonly string[]): TableRow {
  const row: Record<string, string> = Object.create(null)
  for (const [i, column] of columns.entries()) row[column] ??= cells[i] ?? ''
  return row
}

function itemOf(offset: number, row: TableRow, schema: TableSchema, isCut: boolean): TableItem {
  if (isCut)
    return {
      ok: false,
      offset,
      what: 'it has fewer cells than the header: the file is cut, or a quote is missing',
    }
  const record = schema.record(row)
  return typeof record === 'string' ? { ok: false, offset, what: record } : { ok: true, offset, record }
}

function* jsonItems(source: ByteSource, head: Uint8Array, schema: TableSchema): Generator<TableItem> {
  for (const piece of jsonPieces(source, jsonForm(head))) {
    if (!piece.ok) {
      yield piece
      continue
    }
    const row = parseObject(piece.bytes)
    yield typeof row === 'string'
      ? { ok: false, offset: piece.offset, what: row }
      : itemOf(piece.offset, row, schema, false)
  }
}

/** Values as text. Numbers beyond 2^53 would lose digits in JSON.parse: they are taken from the text itself. */
function parseObject(bytes: Uint8Array): TableRow | string {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  let parsed: Record<string, unknown>
  try {
    parsed = JSON.parse(text, exactNumbers) as Record<string, unknown>
  } catch (error) {
    return `it is no JSON: ${error instanceof Error ? error.message.slice(0, 120) : 'cannot be parsed'}`
  }
  const row: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(parsed)) {
    if (value === null || value === undefined) row[name] = ''
    else row[name] = typeof value === 'object' ? JSON.stringify(value) : String(value)
  }
  return row
}

function exactNumbers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  return context?.source ?? value
}

const memory = (bytes: Uint8Array): ByteSource => ({
  size: bytes.length,
  read(position, into) {
    const part = bytes.subarray(position, position + into.length)
    into.set(part)
    return part.length
  },
})
