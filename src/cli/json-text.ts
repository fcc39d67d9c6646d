/** JSON as it goes to stdout: the same values, but nothing in it that moves a cursor, turns text round or hides. */
import { safeJson } from '../base/safe-json.ts'

export { safeJson }

/** One document, indented, with a line break at its end. 64-bit values must be texts already. */
export const jsonDocument = (value: unknown): string => `${safeJson(JSON.stringify(value, null, 2))}\n`

/** One line. */
export const jsonLine = (value: unknown): string => `${safeJson(JSON.stringify(value))}\n`

/** The same text as `jsonDocument` of a list, some rows at a time: a long list is longer than one string may be. */
export function* jsonList(rows: readonly unknown[]): Generator<string> {
  if (rows.length === 0) {
    yield '[]\n'
    return
  }
  let held = '['
  for (const [at, row] of rows.entries()) {
    // a line break never stands inside a string of JSON
    const text = JSON.stringify(row, null, 2).replaceAll('\n', '\n  ')
    held += `${at === 0 ? '' : ','}\n  ${safeJson(text)}`
    if (held.length > 1 << 20) {
      yield held
      held = ''
    }
  }
  yield `${held}\n]\n`
}
