import { describe, expect, test } from 'vitest'
import { haveBrowser } from './browser.ts'
import { faultsOf } from './faults.ts'
import { counted, goTo, showTimeline, small, soon, type, useTimeline } from './timeline-steps.ts'

describe.skipIf(!haveBrowser)('rows the responder caused', () => {
  const within = useTimeline()

  test('are not spoken of where there are none', async () => {
    await within(small, async (page) => {
      await showTimeline(page)
      expect(await page.getByRole('button', { name: /^Responder/ }).count()).toBe(0)
    })
  })

  test.each(['light', 'dark'] as const)(
    'are greyed, counted, hidden on request and never dropped, in %s',
    async (colorScheme) => {
      await within(
        { ...small, responder: true },
        async (page) => {
          await showTimeline(page)
          const button = page.getByRole('button', { name: /^Responder, 5\d/ })
          await button.waitFor()
          const own = Number(/\d+/.exec(await button.innerText())?.[0])
          expect(await button.getAttribute('aria-pressed')).toBe('true')
          expect(await counted(page)).toBe('412 of 412 rows')
          await soon(() => page.locator('.row-line.is-responder').count()).toBeGreaterThan(0)
          expect(await page.locator('.row-responder').first().innerText()).toBe('responder')
          expect(await faultsOf(page)).toEqual([])

          await button.click()
          await soon(() => counted(page)).toBe(`${412 - own} of 412 rows`)
          await page.getByRole('button', { name: `Responder, ${own} hidden` }).waitFor()
          await soon(() => page.locator('.row-line.is-responder').count()).toBe(0)

          // asked for by name they come back, whatever the switch says
          await type(page, 'is:responder')
          await soon(() => counted(page)).toBe(`${own} of 412 rows`)
          await page.keyboard.press('/')
          await page.keyboard.press('Backspace')
          await page.keyboard.press('Escape')
          await goTo(page, 'e')
          await goTo(page, 't')
          await page.getByRole('button', { name: / hidden$/ }).waitFor()
        },
        { colorScheme },
      )
    },
  )
})
