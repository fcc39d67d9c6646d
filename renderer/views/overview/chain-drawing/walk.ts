/** Walking a drawing by keys: by time, by lane, and along the strongest link. */

import type { Layout } from './layout.ts'
import type { Drawing, Link } from './model.ts'

const rank: Readonly<Record<string, number>> = { exact: 0, strong: 1, medium: 2, weak: 3, derived: 4 }

export type Step = 'earlier' | 'later' | 'up' | 'down' | 'first' | 'last' | 'link'

/** The mark to go to; the same one when there is none that way. */
export function walk(layout: Layout, drawing: Drawing, from: string, step: Step): string {
  const order = [...layout.marks].sort((a, b) => a.ms - b.ms || a.y - b.y || (a.id < b.id ? -1 : 1))
  const place = order.findIndex((mark) => mark.id === from)
  const here = order[place]
  if (!here) return order[0]?.id ?? from
  if (step === 'first') return order[0]?.id ?? from
  if (step === 'last') return order.at(-1)?.id ?? from
  if (step === 'earlier') return order[place - 1]?.id ?? from
  if (step === 'later') return order[place + 1]?.id ?? from
  if (step === 'link') return strongest(drawing, from, new Set(order.map((mark) => mark.id))) ?? from
  const rows = [...new Set(order.map((mark) => mark.y))].sort((a, b) => a - b)
  const wanted = rows[rows.indexOf(here.y) + (step === 'up' ? -1 : 1)]
  const row = order.filter((mark) => mark.y === wanted)
  if (row.length === 0) return from
  return row.reduce((a, b) => (Math.abs(b.x - here.x) < Math.abs(a.x - here.x) ? b : a)).id
}

/** The other end of the strongest link; at a tie the one that leads on in time. */
function strongest(drawing: Drawing, id: string, shown: ReadonlySet<string>): string | undefined {
  const other = (link: Link) => (link.from === id ? link.to : link.from)
  const [best] = drawing.links
    .filter((link) => (link.from === id || link.to === id) && shown.has(other(link)))
    .sort(
      (a, b) =>
        (rank[a.strength] ?? 5) - (rank[b.strength] ?? 5) ||
        Number(b.from === id) - Number(a.from === id) ||
        (a.id < b.id ? -1 : 1),
    )
  return best ? other(best) : undefined
}
