// Chromium draws no element taller than about 33.5 million pixels. Above `slotLimit` rows the scroll bar therefore
// no longer has a pixel for each row: a fixed number of slots slides over the rows instead.

export const rowHeight = 22
/** 1.3 million rows of 22 px are 28.6 million pixels: below the limit with room for a zoomed display. */
export const slotLimit = 1_300_000

/** Slots the scroll bar has, and by how many rows they are shifted: row = slot + shift. */
export const slotCount = (total: number): number => Math.min(total, slotLimit)

export interface SlotPlace {
  readonly slot: number
  readonly shift: number
}

/** Where row `row` is put so that the thumb shows its true share of the whole. */
export function placeRow(row: number, total: number): SlotPlace {
  const slots = slotCount(total)
  const inside = Math.max(0, Math.min(row, total - 1))
  if (total <= slots) return { slot: inside, shift: 0 }
  const slot = Math.round((inside / (total - 1)) * (slots - 1))
  return { slot, shift: inside - slot }
}

/** The shift after the thumb was dragged to `slot`, out of `last` reachable slots: share of the bar is share of the rows. */
export function shiftAt(slot: number, last: number, total: number): number {
  const hidden = total - slotCount(total)
  if (hidden <= 0 || last <= 0) return 0
  return Math.round((Math.max(0, Math.min(slot, last)) / last) * hidden)
}

/**
 * The shift after a scroll. A step of few rows keeps it, so that rows stay under the eye; a drag sets it anew; and the
 * ends of the bar are the ends of the rows.
 */
export function shiftAfterScroll(scroll: {
  readonly from: number
  readonly to: number
  /** the slot at the top when the bar stands at its end */
  readonly last: number
  readonly shift: number
  /** slots in sight */
  readonly page: number
  readonly total: number
}): number {
  const { from, to, last, total } = scroll
  if (total <= slotCount(total)) return 0
  if (to <= 0 || to >= last) return shiftAt(to, last, total)
  return Math.abs(to - from) <= scroll.page * 3 ? scroll.shift : shiftAt(to, last, total)
}
