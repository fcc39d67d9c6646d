import { describe, expect, test } from 'vitest'
import { haveBrowser } from './browser.ts'
import { counted, grid, showTimeline, small, soon, type, useTimeline } from './timeline-steps.ts'

describe.skipIf(!haveBrowser)('the record under the timeline', () => {
  const within = useTimeline()

  test('Enter opens the record, Esc closes it and gives the focus back to the rows', async () => {
    await within(small, async (page) => {
      await showTimeline(page)
      await type(page, 'event:4698')
      await soon(() => counted(page)).toMatch(/^1 of/)
      await page.keyboard.press('Escape')
      await page.keyboard.press('j')
      await page.focus(grid)
      await page.keyboard.press('Enter')
      const pane = page.locator('.details')
      await pane.locator('.fields').waitFor()
      expect(await pane.getByRole('heading', { level: 2 }).innerText()).toContain('2004852')
      await page.keyboard.press('Escape')
      await soon(() => pane.count()).toBe(0)
      expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('grid')
    })
  })

  test('hostile evidence text stays text: no markup runs, marks that turn text are shown', async () => {
    await within(small, async (page) => {
      await showTimeline(page)
      await page.keyboard.press('j')
      await page.keyboard.press('x')
      await page.locator('.details .xml').waitFor()
      expect(await page.locator('.details .xml').innerText()).toContain(
        '<script>window.hostile = true</script>',
      )
      await page.getByRole('tab', { name: 'Fields and bytes' }).click()
      expect(await page.locator('.fields').innerText()).toContain('adm⟨U+202E⟩mig')
      expect(await page.evaluate(() => Reflect.get(window, 'hostile'))).toBeUndefined()
      expect(await page.locator('.main img, .main script').count()).toBe(0)
    })
  })

  test('a picked field is marked in the bytes, and a long record draws only the lines in sight', async () => {
    await within(small, async (page) => {
      await showTimeline(page)
      await page.keyboard.press('j')
      await page.keyboard.press('b')
      const hex = page.locator('.details-hex .hex')
      await hex.locator('[data-line]').first().waitFor()
      expect(await hex.locator('[data-line]').count()).toBeLessThan(60)
      expect(await hex.locator('[data-line="0"]').innerText()).toMatch(
        /^000029b0 +2a 2a 00 00 70 11 01 00 {2}/,
      )
      await page.locator('.hex-scroll').evaluateAll((boxes) => {
        for (const box of boxes) box.scrollTop = box.scrollHeight
      })
      await hex.locator('[data-line="4096"]').waitFor()
      expect(await hex.locator('[data-line]').count()).toBeLessThan(60)
      await page.getByRole('tab', { name: 'Fields and bytes' }).click()
      await page.getByRole('button', { name: 'TaskName' }).click()
      await soon(() => page.locator('.details-body mark.value').count()).toBeGreaterThan(1)
    })
  })

  test('the rows of another record are dropped, not mixed: the pane shows the record the cursor is on', async () => {
    await within(small, async (page) => {
      await showTimeline(page)
      await page.keyboard.press('j')
      await page.keyboard.press('b')
      for (let step = 0; step < 12; step++) await page.keyboard.press('j')
      const selected = page.locator('.row-line[aria-selected=true] .cell-record')
      const record = await selected.innerText()
      await soon(() => page.locator('.details-head .what').innerText()).toContain(record)
    })
  })

  test('copies: a citation with Y, and the marked rows as CSV that no spreadsheet runs', async () => {
    await within(
      small,
      async (page) => {
        await showTimeline(page)
        await page.keyboard.press('j')
        await page.keyboard.press('y')
        await soon(() => page.evaluate(() => navigator.clipboard.readText())).toContain(
          'record 3000000, chunk 0',
        )
        await page.locator('[data-index="0"]').click()
        await page.locator('[data-index="9"]').click({ modifiers: ['Shift'] })
        await page.keyboard.press('b')
        await page.getByRole('button', { name: 'Copy 10 as CSV' }).click()
        await soon(
          async () => (await page.evaluate(() => navigator.clipboard.readText())).split('\r\n').length,
        ).toBe(12)
      },
      { permissions: ['clipboard-read', 'clipboard-write'] },
    )
  })
})
