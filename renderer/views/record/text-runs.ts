/** A text cut where marks begin and end, and where it goes from tags to what stands between them. Pure. */
export interface TextRun {
  readonly text: string
  /** which of the marked places it belongs to; -1: none */
  readonly mark: number
  readonly tag: boolean
}

/** tags told apart at most: beyond them all is shown alike */
const mostTags = 6000

export function textRuns(text: string, places: readonly (readonly [number, number])[]): readonly TextRun[] {
  const tags: (readonly [number, number])[] = []
  for (const found of text.matchAll(/<[^<>]*>/g)) {
    if (tags.length >= mostTags) break
    tags.push([found.index, found.index + found[0].length])
  }
  const edges = [...new Set([0, text.length, ...places.flat(), ...tags.flat()])].sort((a, b) => a - b)
  const runs: TextRun[] = []
  let mark = 0
  let tag = 0
  for (let at = 0; at + 1 < edges.length; at++) {
    const [start, end] = [edges[at] as number, edges[at + 1] as number]
    while (mark < places.length && (places[mark]?.[1] ?? 0) <= start) mark++
    while (tag < tags.length && (tags[tag]?.[1] ?? 0) <= start) tag++
    const isMark = mark < places.length && (places[mark]?.[0] ?? end) <= start
    const isTag = tag < tags.length && (tags[tag]?.[0] ?? end) <= start
    runs.push({ text: text.slice(start, end), mark: isMark ? mark : -1, tag: isTag })
  }
  return runs
}
