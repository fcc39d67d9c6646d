/** The rows of the list: heads by mechanism, chains below, each with its place in pixels. Pure. */
import type { ChainShape } from '../../../src/contract/shapes.ts'

export const headHeight = 30
export const itemHeight = 82

export type ListRow =
  | { readonly kind: 'head'; readonly top: number; readonly mechanism: string; readonly count: number }
  | { readonly kind: 'item'; readonly top: number; readonly chain: ChainShape; readonly place: number }

export interface ListRows {
  readonly rows: readonly ListRow[]
  readonly height: number
}

/** Chains come most serious first, which is by mechanism; a mechanism that comes again gets a head again. */
export function listRows(chains: readonly ChainShape[]): ListRows {
  const rows: ListRow[] = []
  let top = 0
  for (const [place, chain] of chains.entries()) {
    if (place === 0 || chains[place - 1]?.mechanism !== chain.mechanism) {
      const rest = chains.slice(place)
      const end = rest.findIndex((each) => each.mechanism !== chain.mechanism)
      rows.push({
        kind: 'head',
        top,
        mechanism: chain.mechanism,
        count: end < 0 ? rest.length : end,
      })
      top += headHeight
    }
    rows.push({ kind: 'item', top, chain, place })
    top += itemHeight
  }
  return { rows, height: top }
}

/** The rows that touch the part of the list from `top` on, and a few around. */
export function rowsInView(list: ListRows, top: number, height: number): readonly ListRow[] {
  const around = itemHeight * 3
  return list.rows.filter(
    (row) => row.top + itemHeight > top - around && row.top < top + Math.max(height, itemHeight) + around,
  )
}
