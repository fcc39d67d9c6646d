import { describe, expect, test } from 'vitest'
import { haveBrowser } from './browser.ts'
import { counted, goTo, showTimeline, small, soon, useTimeline } from './timeline-steps.ts'

describe.skipIf(!haveBrowser)('recovered records in the timeline', () => {
  const within = useTimeline()

  test('are not offered where the case has none', async () => {
    await within(small, async (page) => {
      await showTimeline(page)
      expect(await page.getByRole('button', { name: /^Recovered/ }).count()).toBe(0)
    })
  })

  test('are off until the switch is pressed, then marked by sign and word, counted apart, and kept on', async () => {
    await within({ ...small, recovered: 12 }, async (page) => {
      await showTimeline(page)
      const button = page.getByRole('button', { name: 'Recovered, 12' })
      await button.waitFor()
      expect(await button.getAttribute('aria-pressed')).toBe('false')
      expect(await counted(page)).toBe('412 of 412 rows')
      expect(await page.locator('.row-mark-recovered').count()).toBe(0)

      await button.click()
      await soon(() => counted(page)).toBe('412 of 412 rows, and 12 recovered')
      expect(await button.getAttribute('aria-pressed')).toBe('true')
      await soon(() => page.locator('.row-line.is-recovered .row-mark-recovered').count()).toBe(12)
      expect(await page.locator('.row-line.is-recovered .row-recovered').first().innerText()).toBe(
        'recovered',
      )

      await goTo(page, 'e')
      await showTimeline(page)
      await soon(() => counted(page)).toBe('412 of 412 rows, and 12 recovered')
      await button.click()
      await soon(() => counted(page)).toBe('412 of 412 rows')
    })
  })
})
