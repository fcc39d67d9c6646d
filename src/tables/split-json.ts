/**
 * The objects of a JSON file with their byte offsets, for citations: one a line, one after the other, in one array, or in
 * the array of an envelope (`{"value":[…]}`). UTF-8. Only braces, brackets and strings are looked at here; each object is
 * parsed by itself, so that one broken object costs itself.
 */
import type { ByteSource } from '../evtx/byte-source.ts'
import { ByteWindow } from './byte-window.ts'
import { largestRow, type Piece } from './pieces.ts'

const code = {
  quote: 0x22,
  backslash: 0x5c,
  open: 0x7b,
  close: 0x7d,
  openList: 0x5b,
  closeList: 0x5d,
} as const
const deepest = 1000

export interface JsonForm {
  /** bytes of the mark of byte order */
  readonly skip: number
  /** how many brackets and braces stand around the records */
  readonly depth: 0 | 1 | 2
}

/** Form of the file by its first bytes. */
export function jsonForm(head: Uint8Array): JsonForm {
  const skip = head[0] === 0xef && head[1] === 0xbb ? 3 : 0
  const text = new TextDecoder().decode(head.subarray(skip, skip + 4096)).trimStart()
  if (text.startsWith('[')) return { skip, depth: 1 }
  return { skip, depth: /^\{\s*"(?:value|records|events|results|data|rows)"\s*:\s*\[/i.test(text) ? 2 : 0 }
}

export function* jsonPieces(source: ByteSource, form: JsonForm): Generator<Piece> {
  const window = new ByteWindow(source)
  let depth = 0
  let start = -1
  let isString = false
  for (let at = form.skip; ; at++) {
    const byte = window.at(at)
    if (byte < 0) break
    if (isString) {
      if (byte === code.backslash) at++
      else if (byte === code.quote) isString = false
      // a line feed cannot stand in a string: one that never closed ends here
      else if (byte === 0x0a) {
        yield { ok: false, offset: Math.max(start, 0), what: 'a text in it never closes' }
        isString = false
        depth = form.depth
        start = -1
      }
    } else if (byte === code.quote) isString = true
    else if (byte === code.open || byte === code.openList) {
      if (byte === code.open && depth === form.depth) start = at
      depth++
      if (depth > deepest) {
        yield { ok: false, offset: at, what: `it nests deeper than ${deepest} levels; reading stops here` }
        return
      }
    } else if (byte === code.close || byte === code.closeList) {
      depth = Math.max(0, depth - 1)
      if (depth === form.depth && start >= 0) {
        yield { ok: true, offset: start, bytes: window.slice(start, at + 1) }
        start = -1
      }
    }
    if (start < 0) window.drop(at)
    else if (at - start > largestRow) {
      yield { ok: false, offset: start, what: `an object is longer than ${largestRow} bytes` }
      start = -1
    }
  }
  if (start >= 0) yield { ok: false, offset: start, what: 'the file ends inside it: it is cut' }
}
