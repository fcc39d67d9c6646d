/** A report as blocks of plain text, written as HTML or Markdown by one writer each. Texts are evidence: only the writers escape, and they always do. */

/** How a cell or a line is set. `yes` and `no` carry no hue: they are neither good nor bad. */
export type Tone = 'plain' | 'code' | 'strong' | 'quiet' | 'unknown' | 'harm' | 'judge'
export interface Styled {
  readonly text: string
  readonly tone: Tone
}
export type Cell = string | Styled | readonly (string | Styled)[]

export interface Mark {
  readonly kind: 'logon' | 'share' | 'task' | 'process' | 'other'
  readonly isAnchor: boolean
}
export interface PictureRow extends Mark {
  /** milliseconds from the anchor */
  readonly deltaMs: number
  readonly delta: string
  readonly what: string
  readonly place: string
}

/** Cells, or a line across the table that names the rows below it. */
export type TableRow = readonly Cell[] | { readonly group: string }

export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly text: string; readonly newPage?: boolean }
  | { readonly kind: 'text'; readonly text: Cell; readonly tone?: Tone | undefined }
  | { readonly kind: 'pairs'; readonly pairs: readonly (readonly [string, Cell])[] }
  | {
      readonly kind: 'table'
      readonly head: readonly string[]
      /** per cent of the width */
      readonly widths: readonly number[]
      readonly rows: readonly TableRow[]
    }
  | {
      readonly kind: 'notice'
      readonly tone: 'harm' | 'judge'
      readonly title: string
      readonly lines: readonly Cell[]
    }
  | { readonly kind: 'picture'; readonly title: string; readonly rows: readonly PictureRow[] }
  /** what kind of paper this is, and of which case: the first line of it */
  | { readonly kind: 'masthead'; readonly left: string; readonly right: string }
  /** the few words somebody has to take away, side by side */
  | {
      readonly kind: 'tiles'
      readonly tiles: readonly {
        readonly label: string
        readonly word: string
        readonly tone: Tone
        readonly note: string
      }[]
    }
  /** side by side where there is room */
  | { readonly kind: 'columns'; readonly columns: readonly (readonly Block[])[] }
  | { readonly kind: 'list'; readonly items: readonly Cell[]; readonly isNumbered?: boolean }

export const heading = (level: 1 | 2 | 3, text: string, newPage = false): Block => ({
  kind: 'heading',
  level,
  text,
  newPage,
})
export const paragraph = (text: Cell, tone?: Tone): Block => ({ kind: 'text', text, tone })
export const pairs = (...list: readonly (readonly [string, Cell])[]): Block => ({
  kind: 'pairs',
  pairs: list,
})
export const table = (
  head: readonly string[],
  widths: readonly number[],
  rows: readonly TableRow[],
): Block => ({ kind: 'table', head, widths, rows })
export const list = (...items: readonly Cell[]): Block => ({ kind: 'list', items })
export const code = (text: string): Styled => ({ text, tone: 'code' })
export const strong = (text: string): Styled => ({ text, tone: 'strong' })
export const quiet = (text: string): Styled => ({ text, tone: 'quiet' })
export const partsOf = (cell: Cell): readonly (string | Styled)[] =>
  typeof cell === 'string' || 'text' in cell ? [cell] : cell
