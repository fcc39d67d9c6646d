/** Links as right-angled lines. They are laid before words, and words keep off them. */
import { type Lanes, type PlacedMark, rootOf } from './lanes.ts'
import type { Drawing, Link } from './model.ts'
import type { Page } from './page.ts'

export interface Line {
  readonly link: Link
  readonly points: readonly (readonly [x: number, y: number])[]
  /** the level part, where the words go; undefined for an upright line */
  readonly flat: { readonly x0: number; readonly x1: number; readonly y: number } | undefined
}
export interface Twig {
  readonly from: string
  readonly to: string
  readonly points: readonly (readonly [x: number, y: number])[]
}

/** The link worth drawing when several say the same between the same lanes: the strongest, then the shortest. */
const strengthRank: Readonly<Record<string, number>> = { exact: 0, strong: 1, medium: 2, weak: 3, derived: 4 }

export function placeLines(
  drawing: Drawing,
  lanes: Lanes,
  page: Page,
): { lines: readonly Line[]; twigs: readonly Twig[] } {
  const shown = (id: string): PlacedMark | undefined =>
    lanes.marks.find((mark) => mark.id === rootOf(id, lanes.folded))
  const twigs = drawing.links.flatMap((link): Twig[] => {
    const [from, to] = [shown(link.from), shown(link.to)]
    if (link.rule !== 'E5' || !from || !to || from === to || from.shape !== 'process') return []
    const end = to.x - from.x > 8 ? to.x - 7 : to.x + 7
    return [
      {
        from: from.id,
        to: to.id,
        points: [
          [from.x, from.y + 7],
          [from.x, to.y],
          [end, to.y],
        ],
      },
    ]
  })

  const seen = new Set<string>()
  const lines: Line[] = []
  const flats: { x0: number; x1: number; y: number }[] = []
  const ranked = [...drawing.links].sort(
    (a, b) =>
      (strengthRank[a.strength] ?? 5) - (strengthRank[b.strength] ?? 5) ||
      Math.abs(a.deltaMs) - Math.abs(b.deltaMs) ||
      (a.id < b.id ? -1 : 1),
  )
  for (const link of ranked) {
    const ends = [shown(link.from), shown(link.to)]
    const [from, to] = ends
    if (link.rule === 'E5' || !from || !to || from === to) continue
    const sameLane = from.lane === to.lane
    if (sameLane && (from.lane !== 'system' || Math.abs(from.y - to.y) < 4)) continue
    const key = `${link.rule} ${from.lane} ${to.lane} ${from.isAnchor ? from.id : ''} ${to.isAnchor ? to.id : ''}`
    if (seen.has(key)) continue
    seen.add(key)
    const [high, low] = from.y <= to.y ? [from, to] : [to, from]
    const line = low.lane === 'system' ? intoSystem(link, high, low) : between(link, high, low, flats, lanes)
    if (!line) continue
    lines.push(line)
    take(line, page)
  }
  return { lines, twigs }
}

/** Down from the upper mark, then level into the lower one. */
function intoSystem(link: Link, high: PlacedMark, low: PlacedMark): Line {
  const top = high.y + 7
  if (Math.abs(low.x - high.x) < 9)
    return {
      link,
      points: [
        [high.x, top],
        [high.x, low.y - 7],
      ],
      flat: undefined,
    }
  const end = low.x > high.x ? low.x - 7 : low.x + 7
  return {
    link,
    points: [
      [high.x, top],
      [high.x, low.y],
      [end, low.y],
    ],
    flat: { x0: Math.min(high.x, end), x1: Math.max(high.x, end), y: low.y },
  }
}

/** Level between two session lanes, in the corridor above the lower bar; a second line takes another height. */
function between(
  link: Link,
  high: PlacedMark,
  low: PlacedMark,
  flats: { x0: number; x1: number; y: number }[],
  lanes: Lanes,
): Line | undefined {
  const lower = lanes.lanes.find((lane) => lane.id === low.lane)
  if (!lower) return undefined
  // two lines that meet at one mark stand beside each other
  const foot = low.x + (high.x < low.x - 4 ? -2.5 : high.x > low.x + 4 ? 2.5 : 0)
  const [x0, x1] = [Math.min(high.x, foot), Math.max(high.x, foot)]
  const heights = [15, 20, 11].map((above) => lower.bar - above)
  const y =
    heights.find(
      (each) => !flats.some((flat) => Math.abs(flat.y - each) < 3 && flat.x0 < x1 - 1 && flat.x1 > x0 + 1),
    ) ??
    heights[0] ??
    lower.bar - 15
  flats.push({ x0, x1, y })
  return {
    link,
    points: [
      [high.x, high.y + 6],
      [high.x, y],
      [foot, y],
      [foot, low.y - 6],
    ],
    flat: x1 - x0 > 12 ? { x0, x1, y } : undefined,
  }
}

function take(line: Line, page: Page): void {
  line.points.slice(1).forEach(([x, y], place) => {
    const before = line.points[place]
    if (before)
      page.take({ x0: before[0] - 1, y0: before[1] - 1, x1: x + 1, y1: y + 1 }, `line ${line.link.id}`)
  })
}
