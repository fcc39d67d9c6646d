/** Marks of one row moved apart, a little; what would move too far folds into its neighbour, the lighter into the heavier. */

export interface Spreadable {
  readonly id: string
  readonly trueX: number
  readonly weight: number
}
export interface Placed {
  readonly id: string
  readonly x: number
  /** marks that stand in this one's place */
  readonly folded: readonly string[]
}
const apart = 13
const farthest = 10

interface Group {
  readonly marks: Spreadable[]
  readonly centre: number
}

function groupsOf(row: readonly Spreadable[]): Group[] {
  const groups: Group[] = []
  for (const mark of row) {
    groups.push({ marks: [mark], centre: mark.trueX })
    for (;;) {
      const b = groups.at(-1)
      const a = groups.at(-2)
      if (!a || !b) break
      const gap =
        b.centre - ((b.marks.length - 1) * apart) / 2 - (a.centre + ((a.marks.length - 1) * apart) / 2)
      if (gap >= apart - 1e-9) break
      const count = a.marks.length + b.marks.length
      groups.splice(-2, 2, {
        marks: [...a.marks, ...b.marks],
        centre: (a.centre * a.marks.length + b.centre * b.marks.length) / count,
      })
    }
  }
  return groups
}

/** More marks than a row could ever hold: those within 4 px stand behind the heaviest of them from the start. */
const crowd = 200
function thinned(row: Spreadable[], folded: Map<string, string[]>): Spreadable[] {
  if (row.length <= crowd) return row
  const bins = new Map<number, Spreadable[]>()
  for (const mark of row) {
    const bin = Math.floor(mark.trueX / 4)
    const among = bins.get(bin)
    if (among) among.push(mark)
    else bins.set(bin, [mark])
  }
  return [...bins.values()].map((among) => {
    const heavy = among.reduce((a, b) => (b.weight > a.weight ? b : a))
    if (among.length > 1)
      folded.set(
        heavy.id,
        among.filter((mark) => mark !== heavy).map((mark) => mark.id),
      )
    return heavy
  })
}

/** Places in order of time. No two closer than 13 px, none farther than 10 px from its true place. */
export function spread(marks: readonly Spreadable[]): readonly Placed[] {
  const folded = new Map<string, string[]>()
  const row = thinned(
    [...marks].sort((a, b) => a.trueX - b.trueX || (a.id < b.id ? -1 : 1)),
    folded,
  )
  for (;;) {
    const placed = groupsOf(row).flatMap((group) =>
      group.marks.map((mark, place) => ({
        mark,
        group,
        x: group.centre + (place - (group.marks.length - 1) / 2) * apart,
      })),
    )
    const worst = placed.find(({ mark, x }) => Math.abs(x - mark.trueX) > farthest)
    if (!worst || worst.group.marks.length < 2)
      return placed.map(({ mark, x }) => ({ id: mark.id, x, folded: folded.get(mark.id) ?? [] }))
    const light = worst.group.marks.reduce((a, b) => (b.weight < a.weight ? b : a))
    const near = worst.group.marks
      .filter((mark) => mark !== light)
      .reduce((a, b) => (Math.abs(b.trueX - light.trueX) < Math.abs(a.trueX - light.trueX) ? b : a))
    folded.set(near.id, [...(folded.get(near.id) ?? []), light.id, ...(folded.get(light.id) ?? [])])
    folded.delete(light.id)
    row.splice(row.indexOf(light), 1)
  }
}
