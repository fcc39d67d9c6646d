/** One time scale for a whole chain. Long pauses are cut out; what stays is drawn to one measure. */

export interface Piece {
  /** first and last time of the piece, milliseconds from the anchor */
  readonly from: number
  readonly to: number
  /** its stretch on the page, margins included */
  readonly x0: number
  readonly x1: number
}
export interface Band {
  readonly x: number
  readonly width: number
  /** how long the pause is, milliseconds */
  readonly ms: number
}
export interface Scale {
  readonly pieces: readonly Piece[]
  readonly bands: readonly Band[]
  /** pixels per millisecond */
  readonly density: number
  /** bands too narrow for level words: theirs stand upright */
  readonly upright: boolean
  /** x of a time that a mark has, or of any time inside a piece */
  at(ms: number): number
}

/**
 * Places of the pauses to cut: the longest first, while it is longer than an eighth of what would stay. A pause like
 * the usual one between two records is never cut, or the cutting would go on until every record stood alone.
 */
function cutsOf(times: readonly number[], mostCuts: number): ReadonlySet<number> {
  const pauses = times
    .slice(1)
    .map((time, place) => ({ place: place + 1, ms: time - (times[place] as number) }))
    .sort((a, b) => b.ms - a.ms || a.place - b.place)
  const usual = pauses[Math.floor(pauses.length / 2)]?.ms ?? 0
  let stays = (times.at(-1) ?? 0) - (times[0] ?? 0)
  const cuts = new Set<number>()
  for (const pause of pauses) {
    const without = stays - pause.ms
    if (cuts.size >= mostCuts || without <= 0 || pause.ms <= without / 8 || pause.ms < 4 * usual) break
    cuts.add(pause.place)
    stays = without
  }
  return cuts
}

/** Lays `times` (milliseconds, any order) between x0 and x1. */
export function scaleOf(given: readonly number[], x0: number, x1: number): Scale {
  const times = [...new Set(given)].sort((a, b) => a - b)
  const plot = Math.max(1, x1 - x0)
  const margin = plot > 1200 ? 15 : 10
  const mostCuts = Math.max(1, Math.floor((plot * 0.55) / (18 + 2 * margin)))
  const cuts = cutsOf(times, mostCuts)
  const groups: number[][] = []
  times.forEach((time, place) => {
    if (place === 0 || cuts.has(place)) groups.push([])
    groups.at(-1)?.push(time)
  })
  const n = groups.length - 1
  const upright = n > 4 && plot / n < 150
  const band = n <= 0 ? 0 : upright ? 18 : Math.min(plot * 0.08, Math.max(58, (plot * 0.24) / n))
  const visible = groups.reduce((sum, group) => sum + ((group.at(-1) as number) - (group[0] as number)), 0)
  const free = Math.max(0, plot - n * band - groups.length * 2 * margin)
  const density = visible > 0 ? free / visible : 0
  // with nothing but single moments the room is shared out between them
  const spare = visible > 0 || groups.length === 0 ? 0 : free / groups.length

  const pieces: Piece[] = []
  const bands: Band[] = []
  let x = x0
  groups.forEach((group, place) => {
    const [from, to] = [group[0] as number, group.at(-1) as number]
    const before = pieces.at(-1)
    if (place > 0 && before) {
      bands.push({ x, width: band, ms: from - before.to })
      x += band
    }
    const width = 2 * margin + (to - from) * density + spare
    pieces.push({ from, to, x0: x, x1: x + width })
    x += width
  })
  return {
    pieces,
    bands,
    density,
    upright,
    at: (ms) => {
      const piece = pieces.find((each) => ms >= each.from && ms <= each.to) ?? pieces[0]
      return piece ? piece.x0 + margin + spare / 2 + (ms - piece.from) * density : x0
    },
  }
}
