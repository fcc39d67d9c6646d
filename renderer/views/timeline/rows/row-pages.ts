// Pages of timeline rows by position: cached, asked for when they come into sight, given up when they leave it.
// Knows the contract's slice call and nothing of React or of pixels.

import type { TimelineRow, TimelineSlice } from '../../../../src/contract/shapes.ts'

export type SliceCall = (from: number, count: number, signal: AbortSignal) => Promise<TimelineSlice>

export const rowsPerPage = 200
/** Pages kept: 12,000 rows, some megabytes. */
const pagesKept = 60
/** Pages asked for at once: the engine answers one after another, so more only delays what is in sight. */
const asksAtOnce = 3

export interface RowPagesState {
  /** rows after the filter; undefined until the first answer */
  readonly total: number | undefined
  /** rows before the filter */
  readonly all: number | undefined
  /** recovered records among the rows; undefined when the filter did not ask for them */
  readonly recovered: number | undefined
  /** what stopped the last page from arriving */
  readonly failure: unknown
  /** grows with every change, for subscribers */
  readonly version: number
}

export class RowPages {
  readonly #call: SliceCall
  readonly #pages = new Map<number, readonly TimelineRow[]>()
  readonly #asked = new Map<number, AbortController>()
  readonly #failed = new Set<number>()
  readonly #listeners = new Set<() => void>()
  #wanted: readonly number[] = []
  #state: RowPagesState = {
    total: undefined,
    all: undefined,
    recovered: undefined,
    failure: undefined,
    version: 0,
  }
  #closed = false

  constructor(call: SliceCall) {
    this.#call = call
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
  readonly state = (): RowPagesState => this.#state

  /** The row at `position`, or undefined while it is on its way. Marks its page as used. */
  row(position: number): TimelineRow | undefined {
    return this.#pages.get(Math.floor(position / rowsPerPage))?.[position % rowsPerPage]
  }

  /**
   * Says which positions are in sight; `heading` is where the scroll goes (-1, 0, 1). Asks for what is missing, in
   * sight first, then one page ahead, and gives up pages that nobody looks at any more.
   */
  want(first: number, last: number, heading = 0): void {
    if (this.#closed) return
    const total = this.#state.total ?? Number.POSITIVE_INFINITY
    const lastPage = Math.max(0, Math.ceil(Math.min(total, Number.MAX_SAFE_INTEGER) / rowsPerPage) - 1)
    const from = Math.max(0, Math.floor(first / rowsPerPage))
    const to = Math.min(lastPage, Math.max(from, Math.floor(last / rowsPerPage)))
    const pages: number[] = []
    for (let page = from; page <= to; page++) pages.push(page)
    if (this.#state.total !== undefined) {
      const ahead = heading < 0 ? [from - 1, to + 1] : [to + 1, from - 1]
      pages.push(...ahead.filter((page) => page >= 0 && page <= lastPage))
    }
    this.#wanted = pages
    for (const [page, asked] of this.#asked) {
      if (pages.includes(page)) continue
      this.#asked.delete(page)
      asked.abort()
    }
    this.#ask()
  }

  /** Asks again for what failed. */
  retry(): void {
    this.#failed.clear()
    this.#change({ failure: undefined })
    this.#ask()
  }

  /** Rows `from … to` for copying, loaded if need be; cached pages are used. */
  async load(from: number, to: number, signal: AbortSignal): Promise<readonly TimelineRow[]> {
    const rows: TimelineRow[] = []
    for (let page = Math.floor(from / rowsPerPage); page <= Math.floor(to / rowsPerPage); page++) {
      const there = this.#pages.get(page)
      rows.push(...(there ?? (await this.#call(page * rowsPerPage, rowsPerPage, signal)).rows))
    }
    return rows.filter((row) => row.index >= from && row.index <= to)
  }

  /** Ends everything under way. No listener is told any more. */
  close(): void {
    this.#closed = true
    for (const asked of this.#asked.values()) asked.abort()
    this.#asked.clear()
    this.#listeners.clear()
  }

  #ask(): void {
    for (const page of this.#wanted) {
      if (this.#asked.size >= asksAtOnce) return
      if (this.#pages.has(page) || this.#asked.has(page) || this.#failed.has(page)) continue
      const asked = new AbortController()
      this.#asked.set(page, asked)
      void this.#fetch(page, asked)
    }
  }

  async #fetch(page: number, asked: AbortController): Promise<void> {
    try {
      const slice = await this.#call(page * rowsPerPage, rowsPerPage, asked.signal)
      if (this.#closed || this.#asked.get(page) !== asked) return
      this.#asked.delete(page)
      this.#keep(page, slice.rows)
      this.#change({
        total: slice.total,
        all: slice.all,
        recovered: slice.recovered?.shown,
        failure: undefined,
      })
    } catch (thrown) {
      // an answer nobody waits for any more is no failure
      if (this.#closed || asked.signal.aborted || this.#asked.get(page) !== asked) return
      this.#asked.delete(page)
      this.#failed.add(page)
      this.#change({ failure: thrown })
    }
    this.#ask()
  }

  #keep(page: number, rows: readonly TimelineRow[]): void {
    this.#pages.set(page, rows)
    for (const old of this.#pages.keys()) {
      if (this.#pages.size <= pagesKept) break
      if (old !== page && !this.#wanted.includes(old)) this.#pages.delete(old)
    }
  }

  #change(change: Partial<RowPagesState>): void {
    this.#state = { ...this.#state, ...change, version: this.#state.version + 1 }
    for (const listener of [...this.#listeners]) listener()
  }
}
