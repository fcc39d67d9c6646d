/**
 * Rows of a CSV file (RFC 4180) with their byte offsets, for citations. UTF-8 and UTF-16 (little-endian, as PowerShell 5.1
 * writes it). A quote that never closes costs one row: reading goes on at the next line.
 */
import type { ByteSource } from '../evtx/byte-source.ts'
import { ByteWindow } from './byte-window.ts'
import { largestRow, type Piece } from './pieces.ts'

const quote = 0x22
const carriageReturn = 0x0d
const lineFeed = 0x0a

export interface CsvForm {
  readonly width: 1 | 2
  /** bytes of the mark of byte order */
  readonly skip: number
  readonly separator: ',' | ';' | '\t'
}

/** Form of the file by its first bytes. The separator is the one that cuts the first line into most cells. */
export function csvForm(head: Uint8Array): CsvForm {
  const isWide = (head[0] === 0xff && head[1] === 0xfe) || (head[0] !== 0 && head[1] === 0)
  const width = isWide ? 2 : 1
  const skip = isWide ? (head[0] === 0xff ? 2 : 0) : head[0] === 0xef && head[1] === 0xbb ? 3 : 0
  const first = (decodeRow(head.subarray(skip, skip + 65_536), width).split(/\r?\n/)[0] ?? '') as string
  const counts = ([',', ';', '\t'] as const).map((mark) => ({ mark, count: first.split(mark).length }))
  const best = counts.reduce((a, b) => (b.count > a.count ? b : a))
  return { width, skip, separator: best.mark }
}

/** Every row that is not empty, in file order; the first is the header. */
export function* csvRows(source: ByteSource, form: CsvForm): Generator<Piece> {
  const window = new ByteWindow(source)
  const { width } = form
  const unit = (offset: number): number => {
    const low = window.at(offset)
    if (low < 0 || width === 1) return low
    const high = window.at(offset + 1)
    return high < 0 ? -1 : low | (high << 8)
  }
  const separator = form.separator.charCodeAt(0)
  let start = form.skip
  for (;;) {
    let at = start
    let isQuoted = false
    let isFieldStart = true
    let tooLong = false
    for (;;) {
      const code = unit(at)
      if (code < 0) break
      if (isQuoted) {
        if (code === quote) {
          if (unit(at + width) === quote) at += width
          else isQuoted = false
        }
      } else if (code === lineFeed) break
      else if (code === quote && isFieldStart) isQuoted = true
      isFieldStart = !isQuoted && code === separator
      at += width
      if (at - start > largestRow) {
        tooLong = true
        break
      }
    }
    const isEnd = !tooLong && unit(at) < 0
    if (tooLong || (isEnd && isQuoted)) {
      yield {
        ok: false,
        offset: start,
        what: tooLong
          ? `a row is longer than ${largestRow} bytes, or a quote in it never closes`
          : 'the file ends inside a quoted cell: it is cut, or a quote never closes',
      }
      const next = nextLine(unit, start, width)
      if (next < 0) return
      start = next
      window.drop(start)
      continue
    }
    let end = at
    if (end > start && unit(end - width) === carriageReturn) end -= width
    if (end > start) yield { ok: true, offset: start, bytes: window.slice(start, end) }
    if (isEnd) return
    start = at + width
    window.drop(start)
  }
}

function nextLine(unit: (offset: number) => number, from: number, width: number): number {
  for (let at = from; ; at += width) {
    const code = unit(at)
    if (code < 0) return -1
    if (code === lineFeed) return at + width
  }
}

export function decodeRow(bytes: Uint8Array, width: 1 | 2): string {
  return new TextDecoder(width === 2 ? 'utf-16le' : 'utf-8', { ignoreBOM: true }).decode(bytes)
}

/** Cells of one row; quotes taken off, doubled ones made single. Text behind a closing quote is kept. */
export function csvCells(text: string, separator: string): string[] {
  const cells: string[] = []
  let at = 0
  for (;;) {
    let cell = ''
    if (text[at] === '"') {
      at++
      for (;;) {
        const close = text.indexOf('"', at)
        if (close < 0) {
          cell += text.slice(at)
          at = text.length
          break
        }
        cell += text.slice(at, close)
        at = close + 1
        if (text[at] !== '"') break
        cell += '"'
        at++
      }
    }
    const next = text.indexOf(separator, at)
    cells.push(cell + text.slice(at, next < 0 ? text.length : next))
    if (next < 0) return cells
    at = next + 1
  }
}
