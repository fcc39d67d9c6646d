import { describe, expect, test } from 'vitest'
import { haveBrowser } from './browser.ts'
import { caseWith } from './fixture/fixture-engine.ts'
import { rowAt } from './fixture/timeline-fixture.ts'
import { grid, rowsDrawn, showTimeline, useTimeline } from './timeline-steps.ts'

const caseOf = (records: number) =>
  caseWith({
    summary: { counts: { evidence: 2, records, events: records, chains: 1, problems: 2, tasks: 1 } },
  })

describe.skipIf(!haveBrowser)('scrolling the timeline', () => {
  const within = useTimeline()

  for (const total of [1_200_000, 5_000_000])
    test(`${total} rows: few are drawn, every place shows its own rows, both ends are reached`, async () => {
      await within({ total, opened: caseOf(total) }, async (page) => {
        await showTimeline(page)
        expect(await page.getAttribute(grid, 'aria-rowcount')).toBe(String(total + 1))
        const settled = async () => {
          await page.waitForFunction(() => {
            const rows = [...document.querySelectorAll('.row-line')]
            return rows.length > 0 && rows.every((row) => row.querySelector('.cell-record')?.textContent)
          })
          return rowsDrawn(page)
        }
        for (const share of [0.5, 0.1, 0.9999, 0.3333, 1, 0]) {
          const wanted = await page.$eval(
            grid,
            (box, at) => {
              const last = box.scrollHeight - box.clientHeight
              box.scrollTop = at * last
              return box.scrollTop / last
            },
            share,
          )
          await page.waitForTimeout(150)
          const rows = await settled()
          expect(rows.length).toBeLessThan(90)
          for (const row of rows) {
            const truth = rowAt(row.index, total)
            expect(row.rowIndex).toBe(row.index + 2)
            expect(row.record).toBe(truth.citation.recordId)
            expect(row.time).toBe(truth.time.slice(11, -1))
          }
          const middle = rows[Math.floor(rows.length / 2)]?.index ?? -1
          expect(Math.abs(middle - wanted * total)).toBeLessThan(60)
          if (share === 1) expect(rows.at(-1)?.index).toBe(total - 1)
          if (share === 0) expect(rows[0]?.index).toBe(0)
        }
        await page.focus(grid)
        await page.keyboard.press('End')
        await page.waitForSelector(`[data-index="${total - 1}"][aria-selected=true]`)
        await page.keyboard.press('PageUp')
        await page.keyboard.press('ArrowUp')
        const cursor = await page.getAttribute(grid, 'aria-activedescendant')
        expect(Number(cursor?.replace('row-', ''))).toBeLessThan(total - 20)
        expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('grid')
      })
    })

  test('pages that pass by while the thumb is dragged are not asked for', async () => {
    const seen = { asked: 0, aborted: 0 }
    await within({ total: 1_200_000, opened: caseOf(1_200_000), sliceMs: 30, seen }, async (page) => {
      await showTimeline(page)
      const before = seen.asked
      // one step per frame, as a dragged thumb makes them
      await page.$eval(
        grid,
        (box) =>
          new Promise<void>((done) => {
            let step = 0
            const next = () => {
              box.scrollTop = (++step / 61) * (box.scrollHeight - box.clientHeight)
              if (step < 60) requestAnimationFrame(next)
              else done()
            }
            next()
          }),
      )
      await page.waitForFunction(() =>
        [...document.querySelectorAll('.row-line .cell-record')].every((cell) => cell.textContent),
      )
      expect(seen.asked - before).toBeLessThan(60)
    })
  })
})
