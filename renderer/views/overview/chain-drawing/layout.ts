/**
 * A chain laid out for one width: lanes, marks, lines, bands and words, in pixels. Pure: same chain, width and letter
 * widths, same drawing. No two words touch; what finds no room is counted and stands in tooltip and text.
 */
import { formatDelta, formatLength } from '../../../widgets/format.ts'
import { axisHeight, type Lanes, type PlacedLane, type PlacedMark, placeLanes, type Word } from './lanes.ts'
import { type Line, placeLines, type Twig } from './lines.ts'
import type { Drawing, Mark } from './model.ts'
import { placeLinkWords, placeNames } from './names.ts'
import { type Measure, Page } from './page.ts'
import { type Band, type Scale, scaleOf } from './scale.ts'

export interface Tick {
  readonly x: number
  readonly text: string
  readonly width: number
  readonly zero: boolean
  /** draws a line through the lanes */
  readonly line: boolean
}
export interface BandWords extends Band {
  /** length of the pause, and where it is written; none when the column is full */
  readonly text: string
  readonly at:
    | { readonly x: number; readonly y: number; readonly upright: boolean; readonly second: boolean }
    | undefined
}
export interface Layout {
  readonly width: number
  readonly height: number
  /** width of the lane names at the left */
  readonly head: number
  readonly lanes: readonly PlacedLane[]
  readonly marks: readonly PlacedMark[]
  readonly lines: readonly Line[]
  readonly twigs: readonly Twig[]
  readonly words: readonly Word[]
  readonly ticks: readonly Tick[]
  readonly bands: readonly BandWords[]
  readonly zeroX: number
  readonly counts: {
    readonly total: number
    readonly named: number
    readonly onHover: number
    readonly folded: number
  }
}

export const headWidth = (width: number): number => (width >= 1500 ? 212 : width >= 960 ? 184 : 152)

export function layoutChain(drawing: Drawing, width: number, measure: Measure): Layout {
  const head = headWidth(width)
  const edge = { x0: head + 2, x1: width - 4 }
  const room = drawing.marks.at(-1)?.shape === 'process' ? 94 : 28
  const scale = scaleOf(
    drawing.marks.map((mark) => mark.ms),
    head + 4,
    width - room,
  )
  const page = new Page({ x0: edge.x0, x1: edge.x1, y0: 0, y1: Number.POSITIVE_INFINITY })
  const timeWord = (mark: Mark) => formatDelta(mark.ms)
  const lanes = placeLanes(drawing, scale, page, measure, timeWord)
  const { lines, twigs } = placeLines(drawing, lanes, page)
  const tools = { page, measure, timeWord }
  const names = placeNames(lanes, scale.bands, edge, tools)
  const linkWords = placeLinkWords(lines, tools)
  const words = [...lanes.words, ...names, ...linkWords]
  const height = lanes.height + 8
  return {
    width,
    height,
    head,
    lanes: lanes.lanes,
    marks: lanes.marks,
    lines,
    twigs,
    words,
    ticks: ticksOf(scale, measure, edge),
    bands: bandWords(scale, page, measure, height),
    zeroX: scale.at(0),
    counts: countsOf(drawing, lanes, words),
  }
}

function countsOf(drawing: Drawing, lanes: Lanes, words: readonly Word[]): Layout['counts'] {
  const named = new Set(
    words.filter((word) => word.kind === 'name' || word.kind === 'key').map((word) => word.of),
  )
  const shown = lanes.marks.length
  const named_ = lanes.marks.filter((mark) => named.has(mark.id)).length
  const total = drawing.marks.length
  return { total, named: named_, onHover: shown - named_, folded: total - shown }
}

const steps = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000,
  600_000, 3_600_000,
]

/** Ticks that fit; the rest is left out, never squeezed. Zero first, then the ends of pieces, then whole steps. */
function ticksOf(scale: Scale, measure: Measure, edge: { x0: number; x1: number }): readonly Tick[] {
  const ticks: Tick[] = []
  const add = (text: string, at: number, zero: boolean, line: boolean) => {
    const width = measure(text, zero ? 'strong' : 'text')
    const x = Math.min(Math.max(at, edge.x0 + width / 2), edge.x1 - width / 2)
    if (ticks.some((tick) => Math.abs(tick.x - x) < (tick.width + width) / 2 + 8)) return
    ticks.push({ x, text, width, zero, line })
  }
  add('0', scale.at(0), true, false)
  for (const piece of scale.pieces)
    if (piece.from > 0 || piece.to < 0) add(formatDelta(piece.from), scale.at(piece.from), false, false)
  const home = scale.pieces.find((piece) => piece.from <= 0 && piece.to >= 0)
  if (home && scale.density > 0) {
    const step = steps.find((each) => each * scale.density >= 56)
    if (step !== undefined) {
      const first = Math.ceil(home.from / step)
      const last = Math.floor(home.to / step)
      for (let n = last; n >= first; n--) {
        if (n === 0) continue
        const ms = n * step
        const unit = n === last && n > 0
        add(tickWord(ms, step, unit), scale.at(ms), false, true)
      }
    }
  }
  return ticks
}

/** `+10`, `+40 ms`, `−2 s`: the unit stands at the last tick, and everywhere from a second up. */
function tickWord(ms: number, step: number, unit: boolean): string {
  if (step >= 1000) return `${ms < 0 ? '−' : '+'}${formatLength(ms).replace('.00', '').replace('.0', '')}`
  const number = step < 1 ? Math.abs(ms).toFixed(1) : String(Math.round(Math.abs(ms)))
  return `${ms < 0 ? '−' : '+'}${number}${unit ? ' ms' : ''}`
}

/** Each band says how long it is: all at one height where there is such a one, low rather than high. */
function bandWords(scale: Scale, page: Page, measure: Measure, height: number): readonly BandWords[] {
  const bottom = height - 6
  const level = scale.bands.map((band) => {
    const text = formatLength(band.ms)
    const half = Math.max(measure(text, 'strong'), measure('cut out', 'label')) / 2
    return { text, half, x: band.x + band.width / 2, fits: !scale.upright && 2 * half <= band.width - 4 }
  })
  const isFreeAt = (y: number) => (words: (typeof level)[number]) =>
    page.isFree({ x0: words.x - words.half, x1: words.x + words.half, y0: y - 10, y1: y + 18 })
  const together = level.filter((words) => words.fits)
  let common: number | undefined
  for (let y = bottom - 30; y > axisHeight + 14 && common === undefined; y -= 4)
    if (together.every(isFreeAt(y))) common = y
  return scale.bands.map((band, place): BandWords => {
    const words = level[place]
    if (!words) return { ...band, text: '', at: undefined }
    const { text, x, half } = words
    if (words.fits) {
      let y = common
      for (let each = bottom - 30; each > axisHeight + 14 && y === undefined; each -= 4)
        if (isFreeAt(each)(words)) y = each
      if (y !== undefined) {
        page.take({ x0: x - half, x1: x + half, y0: y - 10, y1: y + 18 }, 'band')
        return { ...band, text, at: { x, y, upright: false, second: true } }
      }
    }
    return { ...band, text, at: uprightPlace(page, x, band.width, measure(text, 'strong'), bottom) }
  })
}

/** The largest free stretch of the column, if the words fit in it standing. */
function uprightPlace(page: Page, x: number, width: number, length: number, bottom: number): BandWords['at'] {
  const half = Math.min(8, width / 2)
  const [best] = [...page.freeSpans(x - half + 3, x + half - 3, axisHeight + 4, bottom)]
    .filter(([a, b]) => b - a >= length + 10)
    .sort((p, q) => q[1] - q[0] - (p[1] - p[0]) || p[0] - q[0])
  if (!best) return undefined
  const y = (best[0] + best[1] + length) / 2
  page.take({ x0: x - half, x1: x + half, y0: y - length - 2, y1: y + 2 }, 'band')
  return { x: x + 4, y, upright: true, second: false }
}
