/**
 * Evidence text made safe to look at: controls, bidi marks, zero-width characters and lone surrogates become `⟨U+202E⟩`,
 * so that nothing in a task name moves a cursor, turns text round or hides. The stored value is never changed.
 */
/** controls (C0, DEL, C1), soft hyphen, bidi marks and isolates, zero-width and invisible format characters, interlinear marks */
const unsafeRange =
  '\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb'
/** and lone surrogates, and the invisible tag characters */
const unsafe = new RegExp(
  `[${unsafeRange}]|[\\ud800-\\udbff](?![\\udc00-\\udfff])|(?<![\\ud800-\\udbff])[\\udc00-\\udfff]|\\udb40[\\udc00-\\udc7f]`,
  'g',
)

const codePoint = (text: string) =>
  `⟨U+${(text.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`

/** One line of safe text. Line breaks become `⏎`, tabs a blank. */
export function escapeLine(text: string): string {
  return text
    .replace(/\r\n|\n|\r/g, '⏎')
    .replace(/\t/g, ' ')
    .replace(unsafe, codePoint)
}

/** Safe text that keeps its line breaks and tabs. */
export function escapeText(text: string): string {
  return text
    .split(/(\r\n|\n|\t)/)
    .map((part, index) => (index % 2 ? part.replace('\r', '') : part.replace(unsafe, codePoint)))
    .join('')
}
