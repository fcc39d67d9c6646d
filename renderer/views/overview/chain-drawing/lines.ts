/** Links as right-angled lines. They are laid before words, and words keep off them. */
import { isNamedLeft, type Lanes, type PlacedMark, rootOf } from './lanes.ts'
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
    // a name left of its mark ends the twig before it
    const names = lanes.words.filter((word) => word.of === to.id && word.x < to.x).map((word) => word.x - 4)
    const end = to.x - from.x > 8 ? Math.max(from.x, Math.min(to.x - 7, ...names)) : to.x + 7
    const kin = lanes.marks.filter((mark) => mark.parent === from.id && !isNamedLeft(mark, lanes.words))
    const through = [from.id, to.id, ...kin.map((mark) => mark.id)]
    const upright = { x0: from.x - 1, x1: from.x + 1, y0: from.y + 9, y1: to.y }
    const level = { x0: Math.min(from.x, end), x1: Math.max(from.x, end) - 3, y0: to.y - 1, y1: to.y + 1 }
    // no way that is clear of words: tooltip and text tell who the parent is
    if (!page.isOpen(upright, through) || !page.isOpen(level, [from.id, to.id])) return []
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
    const line =
      low.lane === 'system'
        ? intoSystem(link, high, low, lanes, page)
        : between(link, high, low, flats, lanes)
    if (!line) continue
    lines.push(line)
    take(line, page)
  }
  return { lines, twigs }
}

type Points = readonly (readonly [x: number, y: number])[]

/**
 * Down from the upper mark and level into the lower one; or level above it, or along the top of the lane, and down
 * into it. Undefined when every way runs through words: then tooltip and text tell of the link.
 */
function intoSystem(
  link: Link,
  high: PlacedMark,
  low: PlacedMark,
  lanes: Lanes,
  page: Page,
): Line | undefined {
  const top = high.y + 7
  const lane = lanes.lanes.find((each) => each.id === low.lane)
  const side = low.x > high.x ? -7 : 7
  const upright = Math.abs(low.x - high.x) < 9
  const down = (level: number): Points => [
    [high.x, top],
    [high.x, level],
    [low.x, level],
    [low.x, low.y - 8],
  ]
  const ways: Points[] = upright
    ? [
        [
          [high.x, top],
          [high.x, low.y - 8],
        ],
      ]
    : [
        [
          [high.x, top],
          [high.x, low.y],
          [low.x + side, low.y],
        ],
        down(low.y - 11),
        ...(lane && high.lane !== low.lane ? [down(lane.y + 4)] : []),
      ]
  // the last 3 px lie in the lower mark's own place
  const isOpen = (way: Points) => segmentsOf(shortened(way)).every((box) => page.isOpen(box, [high.id]))
  const points = ways.find(isOpen)
  if (!points) return undefined
  const level = upright ? undefined : points[1]?.[1]
  return {
    link,
    points,
    flat:
      level === undefined
        ? undefined
        : { x0: Math.min(high.x, low.x), x1: Math.max(high.x, low.x), y: level },
  }
}

const shortened = (points: Points): Points => {
  const [end, before] = [points.at(-1), points.at(-2)]
  if (!end || !before) return points
  const back = (from: number, to: number) => to - Math.sign(to - from) * 3
  return [...points.slice(0, -1), [back(before[0], end[0]), back(before[1], end[1])]]
}

const segmentsOf = (points: Points) =>
  points.slice(1).map(([x, y], place) => {
    const [bx, by] = points[place] ?? [x, y]
    return {
      x0: Math.min(bx, x) - 1,
      x1: Math.max(bx, x) + 1,
      y0: Math.min(by, y) - 1,
      y1: Math.max(by, y) + 1,
    }
  })

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
  for (const box of segmentsOf(line.points)) page.take(box, `line ${line.link.id}`)
}
