import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RowPages, rowsPerPage } from '../../../../../renderer/views/timeline/rows/row-pages.ts'
import {
  isRowSelected,
  noRows,
  oneRow,
  rangeTo,
  selectedCount,
  withRow,
} from '../../../../../renderer/views/timeline/rows/row-selection.ts'
import { splitTime } from '../../../../../renderer/views/timeline/rows/row-time.ts'
import {
  placeRow,
  rowHeight,
  shiftAfterScroll,
  shiftAt,
  slotCount,
  slotLimit,
} from '../../../../../renderer/views/timeline/rows/scroll-map.ts'
import type { TimelineRow, TimelineSlice } from '../../../../../src/contract/shapes.ts'

const row = (index: number): TimelineRow => ({
  index,
  time: '2021-06-10T21:21:26.3837263Z',
  eventId: 4698,
  what: `row ${index}`,
  host: 'fs01',
  account: null,
  address: null,
  channel: 'Security',
  provider: 'p',
  citation: { evidenceId: 'e', recordId: String(index), chunk: 0, offset: index },
  deltaMs: null,
  marks: [],
})

/** An engine that answers when told to, and remembers what was asked and given up. */
function slowEngine(total: number) {
  const open: { from: number; signal: AbortSignal; answer: () => void; fail: () => void }[] = []
  const call = (from: number, count: number, signal: AbortSignal) =>
    new Promise<TimelineSlice>((resolve, reject) => {
      const rows = Array.from({ length: Math.max(0, Math.min(count, total - from)) }, (_, n) => row(from + n))
      open.push({
        from,
        signal,
        answer: () => resolve({ total, all: total, rows }),
        fail: () => reject(new Error('disk gone')),
      })
    })
  const settle = () => new Promise<void>((done) => setTimeout(done, 0))
  return { open, call, settle }
}

describe('pages of rows', () => {
  test('rows in sight are asked for first, then one page in the direction of the scroll', async () => {
    const engine = slowEngine(10_000)
    const pages = new RowPages(engine.call)
    pages.want(0, 30)
    expect(engine.open.map((ask) => ask.from)).toEqual([0])
    engine.open[0]?.answer()
    await engine.settle()
    expect(pages.state().total).toBe(10_000)
    pages.want(500, 620, 1)
    expect(engine.open.slice(1).map((ask) => ask.from)).toEqual([400, 600, 800])
    for (const ask of engine.open) ask.answer()
    await engine.settle()
    expect(pages.row(599)?.what).toBe('row 599')
    expect(pages.row(601)?.what).toBe('row 601')
    expect(engine.open.at(-1)?.from).toBe(200)
  })

  test('a page that left the sight is given up and never asked to the end', async () => {
    const engine = slowEngine(1_000_000)
    const pages = new RowPages(engine.call)
    pages.want(0, 30)
    engine.open[0]?.answer()
    await engine.settle()
    for (let at = 10_000; at < 900_000; at += 10_000) pages.want(at, at + 30, 1)
    expect(engine.open.slice(1).filter((ask) => !ask.signal.aborted).length).toBeLessThanOrEqual(3)
    engine.open[1]?.answer()
    await engine.settle()
    expect(pages.row(engine.open[1]?.from ?? 0)).toBeUndefined()
  })

  test('a failed page is told once and asked again on retry', async () => {
    const engine = slowEngine(1000)
    const pages = new RowPages(engine.call)
    pages.want(0, 30)
    engine.open[0]?.fail()
    await engine.settle()
    expect(pages.state().failure).toBeInstanceOf(Error)
    pages.want(0, 31)
    expect(engine.open.length).toBe(1)
    pages.retry()
    engine.open[1]?.answer()
    await engine.settle()
    expect(pages.state().failure).toBeUndefined()
    expect(pages.row(7)?.index).toBe(7)
  })

  test('memory is bounded: far pages are dropped, those in sight stay', async () => {
    const engine = slowEngine(1_000_000)
    const pages = new RowPages(async (from, count, signal) => {
      const asked = engine.call(from, count, signal)
      engine.open.at(-1)?.answer()
      return asked
    })
    for (let page = 0; page < 200; page++) {
      pages.want(page * rowsPerPage, page * rowsPerPage + 30)
      await engine.settle()
    }
    expect(pages.row(0)).toBeUndefined()
    expect(pages.row(199 * rowsPerPage)?.index).toBe(199 * rowsPerPage)
  })

  test('rows to copy are loaded exactly, also where no page is cached', async () => {
    const pages = new RowPages(async (from, count) => ({
      total: 1000,
      all: 1000,
      rows: Array.from({ length: Math.min(count, 1000 - from) }, (_, n) => row(from + n)),
    }))
    const rows = await pages.load(190, 405, new AbortController().signal)
    expect(rows.map((each) => each.index)).toEqual(Array.from({ length: 216 }, (_, n) => 190 + n))
  })

  test('nothing is told after close', async () => {
    const engine = slowEngine(10)
    const pages = new RowPages(engine.call)
    let told = 0
    pages.subscribe(() => told++)
    pages.want(0, 5)
    pages.close()
    engine.open[0]?.answer()
    await engine.settle()
    expect(told).toBe(0)
    expect(engine.open[0]?.signal.aborted).toBe(true)
  })
})

describe('the scroll bar over many rows', () => {
  test('up to 1.3 million rows each row has its own place, below the browser’s limit', () => {
    expect(slotCount(1_200_000) * rowHeight).toBeLessThan(33_000_000)
    expect(slotCount(50_000_000) * rowHeight).toBeLessThan(33_000_000)
    expect(placeRow(777_777, 1_200_000)).toEqual({ slot: 777_777, shift: 0 })
  })

  test('above it every row is still reachable and stands where the thumb says', () => {
    fc.assert(
      fc.property(fc.integer({ min: slotLimit + 1, max: 80_000_000 }), fc.nat(), (total, pick) => {
        const at = pick % total
        const { slot, shift } = placeRow(at, total)
        expect(slot + shift).toBe(at)
        expect(slot).toBeGreaterThanOrEqual(0)
        expect(slot).toBeLessThan(slotCount(total))
        expect(Math.abs(slot / (slotCount(total) - 1) - at / (total - 1))).toBeLessThan(1e-5)
      }),
    )
  })

  test('a short step keeps the rows under the eye, a drag jumps, and the ends are the ends', () => {
    const total = 5_000_000
    const page = 30
    const last = slotCount(total) - page
    const at = (from: number, to: number, shift: number) =>
      shiftAfterScroll({ from, to, last, shift, page, total })
    expect(at(600_000, 600_003, 123)).toBe(123)
    expect(at(10, 650_000, 0)).toBe(shiftAt(650_000, last, total))
    expect(at(40, 0, 99)).toBe(0)
    expect(at(last - 2, last, 99)).toBe(total - slotLimit)
    expect(shiftAfterScroll({ from: 0, to: 900, last: 970, shift: 5, page, total: 1000 })).toBe(0)
  })
})

describe('selecting rows', () => {
  test('Shift makes a range from the anchor, in both directions', () => {
    const range = rangeTo(rangeTo(oneRow(10), 15), 7)
    expect(range.ranges).toEqual([[7, 10]])
    expect(range.cursor).toBe(7)
    expect(rangeTo(noRows, 4)).toEqual(oneRow(4))
  })
  test('Ctrl adds and takes away single rows', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 40 }), (clicks) => {
        const truth = new Set<number>()
        let selection = noRows
        for (const at of clicks) {
          selection = withRow(selection, at)
          if (!truth.delete(at)) truth.add(at)
        }
        expect(selectedCount(selection)).toBe(truth.size)
        for (let at = 0; at <= 20; at++) expect(isRowSelected(selection, at)).toBe(truth.has(at))
      }),
    )
  })
})

describe('times of rows', () => {
  test('a time beyond the calendar stays as it is', () => {
    expect(splitTime('2021-06-10T21:21:26.3837263Z')).toEqual({
      day: '2021-06-10',
      clock: '21:21:26.3837263',
    })
    expect(splitTime('beyond-calendar+99')).toEqual({ day: '', clock: 'beyond-calendar+99' })
  })
})
