import { escapeLine } from '../base/escape.ts'

/** Aligned tables for people. Cells are evidence text: escaped here, so that no caller can forget. */
export interface Column {
  readonly title: string
  readonly align?: 'right'
  /** how a cell too wide gives way: cut (paths keep both ends) or gone on with below itself. Without it, never. */
  readonly cut?: 'end' | 'middle' | 'wrap'
  /** made no narrower than this; 12 unless told */
  readonly least?: number
}

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u
const zero = /\p{Mn}|\p{Me}/u

const widthOf = (symbol: string) => (zero.test(symbol) ? 0 : wide.test(symbol) ? 2 : 1)

/** Columns a text takes on a terminal. */
export function displayWidth(text: string): number {
  let width = 0
  for (const symbol of text) width += widthOf(symbol)
  return width
}

function takeStart(symbols: readonly string[], columns: number): string {
  let text = ''
  let width = 0
  for (const symbol of symbols) {
    width += widthOf(symbol)
    if (width > columns) break
    text += symbol
  }
  return text
}

function takeEnd(symbols: readonly string[], columns: number): string {
  let text = ''
  let width = 0
  for (let index = symbols.length - 1; index >= 0; index--) {
    const symbol = symbols[index] as string
    width += widthOf(symbol)
    if (width > columns) break
    text = symbol + text
  }
  return text
}

/** Text of at most `columns` columns; what was cut away is marked with `…`. */
export function shorten(text: string, columns: number, cut: 'end' | 'middle' = 'end'): string {
  if (displayWidth(text) <= columns) return text
  if (columns <= 1) return '…'
  const symbols = [...text]
  if (cut === 'end') return `${takeStart(symbols, columns - 1)}…`
  const tail = Math.ceil((columns - 1) / 2)
  return `${takeStart(symbols, columns - 1 - tail)}…${takeEnd(symbols, tail)}`
}

export const pad = (text: string, columns: number, align?: 'right'): string => {
  const blanks = ' '.repeat(Math.max(0, columns - displayWidth(text)))
  return align === 'right' ? blanks + text : text + blanks
}

/** Widths that fit into `total`: the widest column that may be cut gives way first. */
function shrink(natural: readonly number[], columns: readonly Column[], total: number): number[] {
  const widths = [...natural]
  let excess = widths.reduce((sum, width) => sum + width + 2, -2) - total
  while (excess > 0) {
    let widest = -1
    for (const [index, column] of columns.entries()) {
      const width = widths[index] as number
      if (column.cut && width > (column.least ?? 12) && width > (widths[widest] ?? 0)) widest = index
    }
    if (widest < 0) break
    widths[widest] = (widths[widest] as number) - 1
    excess -= 1
  }
  return widths
}

/**
 * Lines of a table: a head, then one line per row, no wider than `total` where its columns can be cut.
 * `paintHead` may colour the head.
 */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  total: number,
  paintHead: (text: string) => string = (text) => text,
): readonly string[] {
  const cells = rows.map((row) => row.map(escapeLine))
  const natural = columns.map((column, index) =>
    cells.reduce((most, row) => Math.max(most, displayWidth(row[index] ?? '')), displayWidth(column.title)),
  )
  const widths = Number.isFinite(total) ? shrink(natural, columns, total) : natural
  const lines = (row: readonly string[]) => {
    const parts = columns.map(({ cut }, index) => {
      const cell = row[index] ?? ''
      const width = widths[index] as number
      if (cut === 'wrap') return wrap(cell, width, true)
      return [cut ? shorten(cell, width, cut) : cell]
    })
    return Array.from({ length: Math.max(...parts.map((part) => part.length)) }, (_, n) =>
      columns
        .map(({ align }, index) => pad(parts[index]?.[n] ?? '', widths[index] as number, align))
        .join('  ')
        .trimEnd(),
    )
  }
  const head = lines(columns.map(({ title }) => title))
  return [...head.map(paintHead), ...cells.flatMap(lines)]
}

/** `label  text` lines with the texts aligned; a text too long goes on below itself. */
export function labelled(
  pairs: readonly (readonly [label: string, text: string])[],
  total: number,
  indent = '  ',
): readonly string[] {
  const width = Math.max(0, ...pairs.map(([label]) => displayWidth(label)))
  return pairs.flatMap(([label, text]) =>
    wrap(escapeLine(text), total - indent.length - width - 2).map(
      (part, index) => `${indent}${pad(index ? '' : label, width)}  ${part}`,
    ),
  )
}

/**
 * Breaks a text at blanks into lines of at most `columns`. A word too long stays whole, so that it can be copied, unless
 * `breakWords` says that the width must hold.
 */
export function wrap(text: string, columns: number, breakWords = false): readonly string[] {
  const most = breakWords ? Math.max(2, columns) : Math.max(20, columns)
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line && displayWidth(line) + 1 + displayWidth(word) > most) {
      lines.push(line)
      line = word
    } else line = line ? `${line} ${word}` : word
    while (breakWords && displayWidth(line) > most) {
      const start = takeStart([...line], most)
      lines.push(start)
      line = line.slice(start.length)
    }
  }
  return [...lines, line]
}
