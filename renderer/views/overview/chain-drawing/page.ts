/** What is taken on the page: words never touch words, marks or lines. */
export interface Box {
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
}
const gap = 3

export class Page {
  readonly #taken: { readonly box: Box; readonly owner: string }[] = []
  readonly #edge: Box
  constructor(edge: Box) {
    this.#edge = edge
  }
  take(box: Box, owner: string): void {
    this.#taken.push({
      owner,
      box: {
        x0: Math.min(box.x0, box.x1),
        x1: Math.max(box.x0, box.x1),
        y0: Math.min(box.y0, box.y1),
        y1: Math.max(box.y0, box.y1),
      },
    })
  }
  /** True when the box lies on the page and touches nothing but what `owner` took. */
  isFree(box: Box, owner = ''): boolean {
    if (box.x0 < this.#edge.x0 || box.x1 > this.#edge.x1) return false
    return !this.#taken.some(
      (other) =>
        other.owner !== owner &&
        other.box.x0 < box.x1 + gap &&
        other.box.x1 > box.x0 - gap &&
        other.box.y0 < box.y1 &&
        other.box.y1 > box.y0,
    )
  }
  /** True when a line may run through the box: it crosses lines and bars, but no words and no marks save `except`. */
  isOpen(box: Box, except: readonly string[] = []): boolean {
    return !this.#taken.some(
      (other) =>
        !/^(line|twig|bar)\b/.test(other.owner) &&
        !except.includes(other.owner) &&
        other.box.x0 < box.x1 + 1 &&
        other.box.x1 > box.x0 - 1 &&
        other.box.y0 < box.y1 &&
        other.box.y1 > box.y0,
    )
  }
  /** Free stretches of a column between y0 and y1, top first. */
  freeSpans(
    x0: number,
    x1: number,
    y0: number,
    y1: number,
  ): readonly (readonly [from: number, to: number])[] {
    const taken = this.#taken
      .filter(({ box }) => box.x0 < x1 + gap && box.x1 > x0 - gap)
      .map(({ box }) => [box.y0 - 1, box.y1 + 1] as const)
      .sort((a, b) => a[0] - b[0])
    const spans: [number, number][] = []
    let from = y0
    for (const [top, bottom] of [...taken, [y1, y1] as const]) {
      if (top > from) spans.push([from, Math.min(top, y1)])
      from = Math.max(from, bottom)
    }
    return spans
  }
}

export type Weight = 'text' | 'label' | 'strong'
/** Width in pixels of 11 px text; the layout never asks the page for it. */
export type Measure = (text: string, weight: Weight) => number
/** Height of a line of 11 px words above and below its baseline. */
export const wordBox = (x: number, baseline: number, width: number): Box => ({
  x0: x,
  x1: x + width,
  y0: baseline - 9,
  y1: baseline + 3,
})
