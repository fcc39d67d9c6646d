/** Evidence text cut into what it is and what was made visible in it. */
import { escapeLine, escapeText } from '../../src/base/escape.ts'

export interface TextPart {
  readonly text: string
  /** true for a mark that stands for something invisible: `⟨U+202E⟩`, `⟨12 blanks⟩` */
  readonly mark: boolean
}

/** Runs of four or more blanks become a mark, so that padding cannot push text out of sight. */
export function textParts(text: string, lines = false): readonly TextPart[] {
  const safe = (lines ? escapeText(text) : escapeLine(text)).replace(
    lines ? /(?<=\S) {4,}/g : / {4,}/g,
    (blanks) => `⟨${blanks.length} blanks⟩`,
  )
  return safe
    .split(/(⟨(?:U\+[0-9A-F]{4,6}|\d+ blanks)⟩|⏎)/)
    .map((part, index) => ({ text: part, mark: index % 2 === 1 }))
    .filter((part) => part.text !== '')
}
