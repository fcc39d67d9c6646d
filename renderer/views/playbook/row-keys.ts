/** From line to line of the checklist: the box of the next one gets the focus. */

const boxes = () => [...document.querySelectorAll<HTMLElement>('[data-row] input[type=checkbox]')]

/** The line that has the focus, else the first that begins below the top of the work area. */
export function stepRow(by: number): void {
  const all = boxes()
  const row = document.activeElement?.closest('[data-row]')
  const place = all.findIndex((box) => row?.contains(box))
  const top = document.getElementById('main')?.getBoundingClientRect().top ?? 0
  const first = all.findIndex((box) => box.getBoundingClientRect().top > top)
  const to = place < 0 ? Math.max(0, first) : Math.max(0, Math.min(all.length - 1, place + by))
  all[to]?.focus({ preventScroll: true })
  all[to]?.closest('[data-row]')?.scrollIntoView({ block: 'nearest' })
}
