/** Words for marks and lines, by weight: the heavier name is placed first; what finds no place goes to the tooltip. */
import type { Lanes, PlacedLane, PlacedMark, Word } from './lanes.ts'
import type { Line } from './lines.ts'
import type { Mark } from './model.ts'
import { type Measure, type Page, type Weight, wordBox } from './page.ts'
import type { Band } from './scale.ts'

interface Tools {
  readonly page: Page
  readonly measure: Measure
  readonly timeWord: (mark: Mark) => string
}
const weightOf = (kind: Word['kind']): Weight =>
  kind === 'key' ? 'strong' : kind === 'name' || kind === 'link' ? 'label' : 'text'

function put(tools: Tools, word: Omit<Word, 'width'>, owner: string): Word | undefined {
  const width = tools.measure(word.text, weightOf(word.kind))
  const box = wordBox(word.x, word.y, width)
  if (!tools.page.isFree(box, owner)) return undefined
  tools.page.take(box, `word ${word.of}`)
  return { ...word, width }
}

/** Names and times of the marks in session, event and rejected lanes. */
export function placeNames(
  lanes: Lanes,
  bands: readonly Band[],
  edge: { x1: number },
  tools: Tools,
): readonly Word[] {
  const words: Word[] = []
  const laneOf = new Map(lanes.lanes.map((lane) => [lane.id, lane]))
  for (const lane of lanes.lanes)
    if (lane.kind === 'rejected')
      for (const mark of lanes.marks.filter((each) => each.lane === lane.id))
        words.push(...placeRejected(lane, mark, bands, edge, tools))
  const named = lanes.marks
    .filter((mark) => !mark.rejected && mark.shape !== 'process')
    .sort(
      (a, b) =>
        Number(b.isAnchor) - Number(a.isAnchor) ||
        b.weight - a.weight ||
        a.ms - b.ms ||
        (a.id < b.id ? -1 : 1),
    )
  for (const mark of named) {
    const lane = laneOf.get(mark.lane)
    if (lane)
      words.push(...(lane.side === 'beside' ? placeBeside(mark, tools) : placeAtBar(lane, mark, tools)))
  }
  return words
}

const kindOf = (mark: PlacedMark): Word['kind'] => (mark.isAnchor ? 'key' : 'name')

/** In a lane with a bar: name over time, name in the near row, in the far row with a leader, beside the bar, then shorter. */
function placeAtBar(lane: PlacedLane, mark: PlacedMark, tools: Tools): readonly Word[] {
  const up = lane.side === 'up'
  const near = up ? lane.bar - 11 : lane.bar + 18
  const far = up ? lane.bar - 23 : lane.bar + 30
  const kind = kindOf(mark)
  const time = tools.timeWord(mark)
  const timeWidth = tools.measure(time, 'text')
  for (const name of new Set([mark.name, mark.shortName])) {
    const width = tools.measure(name, weightOf(kind))
    const block = Math.max(width, timeWidth)
    // the anchor's line goes straight down, so its own words stand beside it
    const starts = mark.isAnchor
      ? [mark.x + 9, mark.x - 9 - block]
      : [mark.x - 6, mark.x + 6 - block, mark.x - block / 2]
    const ends = (x: number) => (x < mark.x - block / 2 - 1 ? 'end' : 'start')
    for (const x of starts) {
      const nameX = ends(x) === 'end' ? x + block - width : x
      const timeX = ends(x) === 'end' ? x + block - timeWidth : x
      const [nameY, timeY] = up ? [far, near] : [near, far]
      const nameBox = wordBox(nameX, nameY, width)
      const timeBox = wordBox(timeX, timeY, timeWidth)
      if (!tools.page.isFree(nameBox, mark.id) || !tools.page.isFree(timeBox, mark.id)) continue
      return [
        { text: name, x: nameX, y: nameY, kind, of: mark.id },
        { text: time, x: timeX, y: timeY, kind: 'time' as const, of: mark.id },
      ].flatMap((word) => put(tools, word, `word ${mark.id}`) ?? [])
    }
    for (const x of [mark.x - 6, mark.x + 6 - width, mark.x - width / 2]) {
      const word = put(tools, { text: name, x, y: near, kind, of: mark.id }, mark.id)
      if (word) return [word]
    }
    for (const x of [mark.x - 6, mark.x + 6 - width]) {
      const leader = { x: mark.x, y0: up ? far + 4 : mark.y + 8, y1: up ? mark.y - 8 : far - 10 }
      const line = { x0: mark.x - 1, x1: mark.x + 1, y0: leader.y0, y1: leader.y1 }
      if (!tools.page.isFree(line, mark.id)) continue
      const word = put(tools, { text: name, x, y: far, kind, of: mark.id, leader }, mark.id)
      if (word) {
        tools.page.take(line, mark.id)
        return [word]
      }
    }
    const [first, last] = lane.extent ?? [mark.x, mark.x]
    const beside = mark.x >= last - 1 ? mark.x + 30 : mark.x <= first + 1 ? mark.x - 11 - width : undefined
    if (beside !== undefined) {
      const word = put(tools, { text: name, x: beside, y: lane.bar + 4, kind, of: mark.id }, mark.id)
      if (word) return [word]
    }
  }
  return []
}

/** In a lane without a bar: right of the mark, else left. */
function placeBeside(mark: PlacedMark, tools: Tools): readonly Word[] {
  const kind = kindOf(mark)
  for (const name of new Set([mark.name, mark.shortName])) {
    const width = tools.measure(name, weightOf(kind))
    for (const x of [mark.x + 11, mark.x - 11 - width]) {
      const word = put(tools, { text: name, x, y: mark.y + 4, kind, of: mark.id }, mark.id)
      if (!word) continue
      const time = tools.timeWord(mark)
      const timeX = x > mark.x ? x + width + 6 : x - 6 - tools.measure(time, 'text')
      const timed = put(tools, { text: time, x: timeX, y: mark.y + 4, kind: 'time', of: mark.id }, mark.id)
      return timed ? [word, timed] : [word]
    }
  }
  return []
}

/** A rejected source: its name, and the reason written in the lane, clear of the bands where there is room. */
function placeRejected(
  lane: PlacedLane,
  mark: PlacedMark,
  bands: readonly Band[],
  edge: { x1: number },
  tools: Tools,
): readonly Word[] {
  const y = mark.y + 4
  const words: Word[] = []
  const name = put(
    tools,
    { text: `${mark.name} ${mark.eventId}`, x: mark.x + 12, y, kind: 'name', of: mark.id },
    mark.id,
  )
  if (name) words.push(name)
  const after = (name ? name.x + name.width : mark.x + 6) + 10
  const long = `Rejected as the source: ${lane.why ?? ''}`
  for (const text of [long, `Rejected: ${lane.why ?? ''}`, 'Rejected']) {
    const width = tools.measure(text, 'text')
    const clear = (x: number) => !bands.some((band) => band.x < x + width && band.x + band.width > x)
    const starts = [after, ...bands.map((band) => band.x + band.width + 10).filter((x) => x >= after)]
    const leftward = mark.x - 12 - width
    for (const x of [...starts.filter(clear), ...starts, leftward]) {
      if (x + width > edge.x1) continue
      const word = put(tools, { text, x, y, kind: 'says', of: mark.id }, mark.id)
      if (word) return [...words, word]
    }
  }
  return words
}

/** Words of links: on the line, else beside its ends, else shorter. */
export function placeLinkWords(lines: readonly Line[], tools: Tools): readonly Word[] {
  const words: Word[] = []
  for (const { link, flat, points } of lines) {
    if (!flat) {
      const [from, to] = [points[0], points.at(-1)]
      if (from && to && Math.abs(to[1] - from[1]) > 24)
        for (const text of link.words) {
          const width = tools.measure(text, 'label')
          const y = (from[1] + to[1]) / 2 + 4
          const word =
            put(tools, { text, x: from[0] - 7 - width, y, kind: 'link', of: link.id }, `line ${link.id}`) ??
            put(tools, { text, x: from[0] + 7, y, kind: 'link', of: link.id }, `line ${link.id}`)
          if (word) {
            words.push(word)
            break
          }
        }
      continue
    }
    for (const text of link.words) {
      const width = tools.measure(text, 'label')
      const middle = (flat.x0 + flat.x1) / 2 - width / 2
      const spots: (readonly [number, number])[] =
        flat.x1 - flat.x0 > width + 12 ? [[middle, flat.y - 4]] : []
      spots.push(
        [flat.x0 - width - 7, flat.y + 4],
        [flat.x1 + 16, flat.y + 4],
        [flat.x0 - width - 7, flat.y - 3],
      )
      const word = spots
        .map(([x, y]) => put(tools, { text, x, y, kind: 'link', of: link.id }, `line ${link.id}`))
        .find((each) => each !== undefined)
      if (!word) continue
      words.push(word)
      break
    }
  }
  return words
}
