/** Where each lane stands, and the marks and bars in it. */
import type { Drawing, Lane, Mark } from './model.ts'
import type { Measure, Page } from './page.ts'
import type { Scale } from './scale.ts'
import { spread } from './spread.ts'

export const axisHeight = 24
export const rowHeight = 18

export interface PlacedLane extends Lane {
  readonly y: number
  readonly height: number
  /** height at which the marks of the lane stand; the first row of a system lane */
  readonly bar: number
  /** names stand above or below the bar */
  readonly side: 'up' | 'down' | 'beside'
  /** session bar from the first to the last mark */
  readonly extent: readonly [from: number, to: number] | undefined
  /** processes that are not drawn one by one */
  readonly more: number
}
export interface PlacedMark extends Mark {
  readonly x: number
  readonly trueX: number
  readonly y: number
  /** records that stand in this mark's place */
  readonly also: readonly string[]
}
/** A name (and a time) that its lane has already found a place for. */
export interface Word {
  readonly text: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly kind: 'name' | 'key' | 'time' | 'says' | 'link' | 'count'
  /** mark or link it speaks of */
  readonly of: string
  /** a thin line from the mark to a name in the far row */
  readonly leader?: { readonly x: number; readonly y0: number; readonly y1: number }
}

export interface Lanes {
  readonly lanes: readonly PlacedLane[]
  readonly marks: readonly PlacedMark[]
  readonly words: readonly Word[]
  /** mark id to the id of the mark it is folded into */
  readonly folded: ReadonlyMap<string, string>
  readonly height: number
}
const mostProcesses = 12

/** Lays every lane from the top down. Marks and process names are taken on the page as they are placed. */
export function placeLanes(
  drawing: Drawing,
  scale: Scale,
  page: Page,
  measure: Measure,
  timeWord: (mark: Mark) => string,
): Lanes {
  const lanes: PlacedLane[] = []
  const marks: PlacedMark[] = []
  const words: Word[] = []
  const folded = new Map<string, string>()
  const sessions = drawing.lanes.filter((lane) => lane.kind === 'session')
  let y = axisHeight

  const placeRow = (row: readonly Mark[], at: number) => {
    const placed = spread(row.map((mark) => ({ id: mark.id, weight: mark.weight, trueX: scale.at(mark.ms) })))
    const xs: number[] = []
    for (const { id, x, folded: into } of placed) {
      const mark = row.find((each) => each.id === id)
      if (!mark) continue
      for (const other of into) folded.set(other, id)
      marks.push({ ...mark, x, trueX: scale.at(mark.ms), y: at, also: into })
      page.take({ x0: x - 7, x1: x + 7, y0: at - 8, y1: at + 8 }, id)
      if (into.length > 0) takeCount(page, x, at, id)
      xs.push(x)
    }
    return xs
  }

  for (const lane of drawing.lanes) {
    const mine = drawing.marks.filter((mark) => mark.lane === lane.id)
    if (lane.kind === 'system') {
      const placed = placeSystem(lane, mine, y, { scale, page, measure, timeWord, placeRow })
      lanes.push(placed.lane)
      marks.push(...placed.marks)
      words.push(...placed.words)
      y += placed.lane.height
      continue
    }
    const up = lane.kind === 'session' && sessions.length > 1 && sessions[0] === lane
    const side = lane.kind === 'session' ? (up ? 'up' : 'down') : 'beside'
    const height = lane.kind === 'session' ? (up ? 50 : 60) : 36
    const bar = y + (side === 'up' ? 38 : side === 'down' ? 26 : 18)
    const rights = mine.filter((mark) => mark.shape === 'rights')
    const rest = mine.filter((mark) => mark.shape !== 'rights')
    // privileges belong to the logon they were given at
    const into = rest.find((mark) => mark.shape === 'logon')
    if (into) for (const mark of rights) folded.set(mark.id, into.id)
    const xs = placeRow(into ? rest : mine, bar)
    const holder =
      into && rights.length > 0
        ? marks.find((mark) => mark.id === (folded.get(into.id) ?? into.id))
        : undefined
    if (holder) takeCount(page, holder.x, holder.y, holder.id)
    const first = Math.min(...xs)
    const last = Math.max(...xs)
    if (lane.kind === 'session' && last > first)
      page.take({ x0: first, x1: last, y0: bar - 5, y1: bar + 5 }, `bar ${lane.id}`)
    lanes.push({
      ...lane,
      y,
      height,
      bar,
      side,
      extent: lane.kind === 'session' && xs.length > 0 ? [first, last] : undefined,
      more: 0,
    })
    y += height
  }
  return { lanes, marks: withFolded(marks, folded), words, folded, height: y }
}

/** Where a mark that stands for several says how many: low at its right. */
export const countPlace = { x: 7, y: 13 } as const
const takeCount = (page: Page, x: number, y: number, id: string): void =>
  page.take(
    { x0: x + countPlace.x, x1: x + countPlace.x + 14, y0: y + countPlace.y - 9, y1: y + countPlace.y + 1 },
    `count ${id}`,
  )

const withFolded = (marks: readonly PlacedMark[], folded: ReadonlyMap<string, string>): PlacedMark[] => {
  const also = new Map<string, string[]>()
  for (const id of folded.keys()) {
    const root = rootOf(id, folded)
    const ids = also.get(root)
    if (ids) ids.push(id)
    else also.set(root, [id])
  }
  return marks.map((mark) => ({ ...mark, also: also.get(mark.id) ?? [] }))
}

/** The mark that stands on the page for a folded one. */
export function rootOf(id: string, folded: ReadonlyMap<string, string>): string {
  let at = id
  for (let turns = 0; turns < 64; turns++) {
    const into = folded.get(at)
    if (into === undefined) return at
    at = into
  }
  return at
}

interface Tools {
  readonly scale: Scale
  readonly page: Page
  readonly measure: Measure
  readonly timeWord: (mark: Mark) => string
  readonly placeRow: (row: readonly Mark[], at: number) => number[]
}

/** The scheduler's records in one row, then each process in the first row under its parent where mark and name fit. */
function placeSystem(lane: Lane, mine: readonly Mark[], y: number, tools: Tools) {
  const { scale, page, measure, timeWord } = tools
  const scheduler = mine.filter((mark) => mark.shape === 'scheduler' || mark.shape === 'ended')
  const processes = mine.filter((mark) => mark.shape === 'process')
  const linked = new Set([
    ...processes.map((mark) => mark.parent),
    ...processes.filter((mark) => mark.role === 'process-started').map((mark) => mark.id),
  ])
  const kept = processes.length > mostProcesses ? keepHeaviest(processes, linked) : processes
  const top = y + 8
  if (scheduler.length > 0) tools.placeRow(scheduler, top + 10)
  const firstRow = top + (scheduler.length > 0 ? 24 : 0)

  const marks: PlacedMark[] = []
  const words: Word[] = []
  const rows = new Map<string, number>()
  let deepest = -1
  for (const mark of kept) {
    const x = scale.at(mark.ms)
    const nameWidth = measure(mark.name, 'strong')
    const time = timeWord(mark)
    const timeWidth = measure(time, 'text')
    const whole = nameWidth + 6 + timeWidth
    const from = mark.parent === undefined ? 0 : (rows.get(mark.parent) ?? -1) + 1
    // a row of its own below all others always has room; there the twig to the parent may find no way
    const lastRow = Math.max(from, deepest + 1)
    // children right under their parent stand on its twig, and it may run behind their marks
    const kin = marks
      .filter((each) => each.parent === mark.parent && !isNamedLeft(each, words))
      .map((each) => each.id)
    for (let row = from; row <= lastRow; row++) {
      const at = firstRow + row * rowHeight + rowHeight / 2
      const right = (width: number) => ({ x0: x - 7, x1: x + 11 + width, y0: at - 8, y1: at + 8 })
      const left = (width: number) => ({ x0: x - 11 - width, x1: x + 7, y0: at - 8, y1: at + 8 })
      const choices = [
        { box: right(whole), width: whole, side: 1, timed: true },
        { box: right(nameWidth), width: nameWidth, side: 1, timed: false },
        { box: left(whole), width: whole, side: -1, timed: true },
        { box: left(nameWidth), width: nameWidth, side: -1, timed: false },
      ]
      // a name on the left would stand on its own twig unless the parent lies before it
      const parent = marks.find((each) => each.id === mark.parent)
      const parentX = parent?.x
      const through = [parent?.id ?? '', ...kin]
      const twigOpen = (end: number) =>
        parent === undefined ||
        (page.isOpen({ x0: parent.x - 1, x1: parent.x + 1, y0: parent.y + 9, y1: at + 1 }, through) &&
          (x - parent.x <= 8 || page.isOpen({ x0: parent.x, x1: end, y0: at - 2, y1: at + 2 }, [parent.id])))
      const fits = choices.find(
        ({ box, side }) =>
          page.isFree(box) &&
          (side > 0 || parentX === undefined || box.x0 > parentX + 8) &&
          (row === lastRow || twigOpen(box.x0 - 2)),
      )
      if (!fits && row < lastRow) continue
      rows.set(mark.id, row)
      deepest = Math.max(deepest, row)
      marks.push({ ...mark, x, trueX: x, y: at, also: [] })
      page.take(fits?.box ?? { x0: x - 7, x1: x + 7, y0: at - 8, y1: at + 8 }, mark.id)
      if (fits) {
        const nameX = fits.side > 0 ? x + 11 : x - 11 - fits.width
        words.push({ text: mark.name, x: nameX, y: at + 4, width: nameWidth, kind: 'key', of: mark.id })
        if (fits.timed)
          words.push({
            text: time,
            x: nameX + nameWidth + 6,
            y: at + 4,
            width: timeWidth,
            kind: 'time',
            of: mark.id,
          })
      }
      if (parent) {
        page.take({ x0: parent.x - 1, x1: parent.x + 1, y0: parent.y + 8, y1: at }, 'twig')
        if (x - parent.x > 8)
          page.take({ x0: parent.x, x1: Math.min(x, fits?.box.x0 ?? x) - 1, y0: at - 1, y1: at + 1 }, 'twig')
      }
      break
    }
  }
  const height = Math.max(50, firstRow - y + (deepest + 1) * rowHeight + 8)
  const placed: PlacedLane = {
    ...lane,
    y,
    height,
    bar: scheduler.length > 0 ? top + 10 : firstRow + rowHeight / 2,
    side: 'beside',
    extent: undefined,
    more: processes.length - kept.length,
  }
  return { lane: placed, marks, words }
}

/** True when the name stands left of its mark. */
export const isNamedLeft = (
  mark: { readonly id: string; readonly x: number },
  words: readonly Word[],
): boolean => words.some((word) => word.of === mark.id && word.x < mark.x)

/** Above twelve, processes without children go first, the latest before the earlier. */
function keepHeaviest(processes: readonly Mark[], linked: ReadonlySet<string | undefined>): readonly Mark[] {
  const ranked = [...processes].sort(
    (a, b) => Number(linked.has(b.id)) - Number(linked.has(a.id)) || a.ms - b.ms || (a.id < b.id ? -1 : 1),
  )
  const kept = new Set(ranked.slice(0, mostProcesses).map((mark) => mark.id))
  return processes.filter((mark) => kept.has(mark.id))
}
