// Selected rows as positions: the row of the cursor, the anchor of a range, and rows added one by one.

export interface RowSelection {
  /** the row the keyboard stands on; -1 for none */
  readonly cursor: number
  readonly anchor: number
  /** rows added or ranges left behind by Ctrl: [first, last], in order, not touching */
  readonly ranges: readonly (readonly [number, number])[]
}

export const noRows: RowSelection = { cursor: -1, anchor: -1, ranges: [] }

export const oneRow = (at: number): RowSelection => ({ cursor: at, anchor: at, ranges: [[at, at]] })

/** Shift: everything between the anchor and `at`. */
export function rangeTo(selection: RowSelection, at: number): RowSelection {
  if (selection.anchor < 0) return oneRow(at)
  const { anchor } = selection
  return { cursor: at, anchor, ranges: [[Math.min(anchor, at), Math.max(anchor, at)]] }
}

/** Ctrl: adds `at`, or takes it out. */
export function withRow(selection: RowSelection, at: number): RowSelection {
  const ranges = isRowSelected(selection, at)
    ? selection.ranges.flatMap(([from, to]): [number, number][] =>
        at < from || at > to
          ? [[from, to]]
          : [
              ...(at > from ? [[from, at - 1] as [number, number]] : []),
              ...(at < to ? [[at + 1, to] as [number, number]] : []),
            ],
      )
    : joined([...selection.ranges, [at, at]])
  return { cursor: at, anchor: at, ranges }
}

function joined(ranges: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const out: [number, number][] = []
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const last = out.at(-1)
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to)
    else out.push([from, to])
  }
  return out
}

export const isRowSelected = (selection: RowSelection, at: number): boolean =>
  selection.ranges.some(([from, to]) => at >= from && at <= to)

export const selectedCount = (selection: RowSelection): number =>
  selection.ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0)
