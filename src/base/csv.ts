/**
 * CSV for spreadsheets (RFC 4180), safe to open: a cell that a spreadsheet would run gets a `'` before it.
 * This changes values (`-5` becomes `'-5`), so JSON Lines stays the canonical form.
 */

/** White space, NBSP and quotes that spreadsheets skip before they look for a formula. */
const skipped = /^[\s\u00a0\u1680\u2000-\u200f\u2028\u2029\u202f\u205f\u3000\ufeff"'`]*/
const startsFormula = /^[=+\-@|%\uff1d\uff0b\uff0d\uff20]/

/** Whether a spreadsheet would take the text for a formula. */
export function startsLikeFormula(text: string): boolean {
  const [before = ''] = skipped.exec(text) ?? []
  return /[\t\r]|^\n/.test(before) || startsFormula.test(text.slice(before.length))
}

/** The cell's text on one line, disarmed. */
export function spreadsheetSafe(text: string): string {
  const isFormula = startsLikeFormula(text)
  // A lone surrogate would become U+FFFD in UTF-8 without a word.
  const line = text.replace(/\r\n|[\n\r\u0085\u2028\u2029]/g, '⏎').toWellFormed()
  return isFormula ? `'${line}` : line
}

/** One row, every cell quoted, ended with CRLF. */
export const csvRow = (cells: readonly string[]): string =>
  `${cells.map((cell) => `"${spreadsheetSafe(cell).replaceAll('"', '""')}"`).join(',')}\r\n`
