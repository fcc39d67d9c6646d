/** The stretch of time a coverage strip is drawn against: around the task, never wider than it helps. */
import type { Density } from '../../../src/contract/shapes.ts'

export interface Frame {
  /** milliseconds since 1970 */
  readonly from: number
  readonly to: number
}
const minute = 60_000
const reach = 24 * 60 * minute
const least = 5 * minute

/** All logs, but at most a day before and after the task and at least five minutes. */
export function coverageFrame(coverage: Density['coverage'], anchor: string | null): Frame {
  const starts = coverage.map((strip) => Date.parse(strip.from)).filter(Number.isFinite)
  const ends = coverage.map((strip) => Date.parse(strip.to)).filter(Number.isFinite)
  const anchorMs = anchor === null ? undefined : Date.parse(anchor)
  let from = Math.min(...starts, anchorMs ?? Number.POSITIVE_INFINITY)
  let to = Math.max(...ends, anchorMs ?? Number.NEGATIVE_INFINITY)
  if (!Number.isFinite(from) || !Number.isFinite(to)) return { from: 0, to: least }
  if (anchorMs !== undefined) {
    from = Math.max(from, anchorMs - reach)
    to = Math.min(to, anchorMs + reach)
  }
  const missing = least * 2 - (to - from)
  if (missing > 0) {
    from -= missing / 2
    to += missing / 2
  }
  const margin = (to - from) * 0.02
  return { from: from - margin, to: to + margin }
}

const steps = [1, 2, 3, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080, 43_200].map(
  (m) => m * minute,
)

/** At most six whole clock times inside the frame; days are written as dates. */
export function ticksOf(frame: Frame): readonly { readonly ms: number; readonly word: string }[] {
  const step =
    steps.find((each) => (frame.to - frame.from) / each <= 6) ?? Math.ceil((frame.to - frame.from) / 6)
  const ticks: { ms: number; word: string }[] = []
  for (let ms = Math.ceil(frame.from / step) * step; ms <= frame.to; ms += step) {
    const iso = new Date(ms).toISOString()
    ticks.push({ ms, word: step >= 1440 * minute ? iso.slice(0, 10) : iso.slice(11, 16) })
  }
  return ticks
}
