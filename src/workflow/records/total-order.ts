/** Rows of all segments in total order: time, EventRecordID, then the global row, which stands for evidence hash and place. */
import type { Segment } from './segment.ts'

/** @param bases first global row of each segment, and the total at the end */
export function totalOrder(segments: readonly Segment[], bases: Uint32Array): Uint32Array {
  const total = bases[segments.length] as number
  const order = new Uint32Array(total)
  for (let i = 0; i < total; i++) order[i] = i
  const runs = runsOf(segments, bases)
  if (runs.length <= 2) return order
  const segmentOf = segments.length <= 0x1_0000 ? new Uint16Array(total) : new Uint32Array(total)
  for (let s = 0; s < segments.length; s++) segmentOf.fill(s, bases[s], bases[s + 1])
  const compare = (a: number, b: number) => {
    const one = segmentOf[a] as number
    const other = segmentOf[b] as number
    return compareRows(
      segments[one] as Segment,
      a - (bases[one] as number),
      segments[other] as Segment,
      b - (bases[other] as number),
    )
  }
  return mergeRuns(order, runs, compare)
}

export function compareRows(a: Segment, i: number, b: Segment, k: number): number {
  const one = a.heads
  const other = b.heads
  return (
    one.timeHigh(i) - other.timeHigh(k) ||
    (one.timeLow[i] as number) - (other.timeLow[k] as number) ||
    one.idHigh(i) - other.idHigh(k) ||
    (one.idLow[i] as number) - (other.idLow[k] as number)
  )
}

/** Starts of the stretches that are in order as they stand, and the total at the end. */
function runsOf(segments: readonly Segment[], bases: Uint32Array): number[] {
  const runs: number[] = [0]
  let before: Segment | undefined
  segments.forEach((segment, s) => {
    const base = bases[s] as number
    if (before && segment.rows > 0 && compareRows(before, before.rows - 1, segment, 0) > 0) runs.push(base)
    for (let row = 1; row < segment.rows; row++)
      if (compareRows(segment, row - 1, segment, row) > 0) runs.push(base + row)
    if (segment.rows > 0) before = segment
  })
  runs.push(bases[segments.length] as number)
  return runs
}

/** Natural merge sort: logs are nearly in order, so few runs have to be merged. Of equal rows the earlier one comes first. */
function mergeRuns(
  rows: Uint32Array,
  starts: number[],
  compare: (a: number, b: number) => number,
): Uint32Array {
  let runs = starts
  let from: Uint32Array = rows
  let to: Uint32Array = new Uint32Array(rows.length)
  while (runs.length > 2) {
    const merged: number[] = [0]
    for (let r = 0; r + 1 < runs.length; r += 2) {
      const start = runs[r] as number
      const middle = runs[r + 1] as number
      const end = (runs[r + 2] ?? middle) as number
      let a = start
      let b = middle
      for (let at = start; at < end; at++) {
        if (b >= end || (a < middle && compare(from[a] as number, from[b] as number) <= 0))
          to[at] = from[a++] as number
        else to[at] = from[b++] as number
      }
      merged.push(end)
    }
    if (merged[merged.length - 1] !== rows.length) merged.push(rows.length)
    runs = merged
    const swap = from
    from = to
    to = swap
  }
  return from
}
