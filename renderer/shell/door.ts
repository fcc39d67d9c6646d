/** The citation a record was opened by, so that the way back ends where it began. */

export interface Door {
  readonly tab: string | null
  /** `evidence/chunk/offset` of the citation; undefined when the record was not opened by one */
  readonly cite: string | undefined
  /** which of several with the same record, in the order of the page */
  readonly nth: number
}

const all = (cite: string) =>
  [...document.querySelectorAll<HTMLElement>('[data-cite]')].filter((each) => each.dataset.cite === cite)

export function doorOf(element: Element | null): Omit<Door, 'tab'> {
  const found = element?.closest<HTMLElement>('[data-cite]')
  const cite = found?.dataset.cite
  return { cite, nth: found && cite !== undefined ? all(cite).indexOf(found) : 0 }
}

const patience = 3000
/** Puts the focus back on the door once its view shows it again; leaves it when somebody else took it meanwhile. */
export function focusDoor(cite: string, nth: number, since = performance.now()): void {
  requestAnimationFrame(() => {
    const doors = all(cite)
    const door = doors[nth] ?? doors[0]
    const taken = document.activeElement !== null && document.activeElement !== document.body
    if (door) {
      door.focus({ preventScroll: true })
      door.scrollIntoView({ block: 'center' })
    } else if (performance.now() - since < patience && !taken) focusDoor(cite, nth, since)
  })
}
