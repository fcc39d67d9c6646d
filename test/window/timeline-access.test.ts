import { AxeBuilder } from '@axe-core/playwright'
import { describe, expect, test } from 'vitest'
import { haveBrowser } from './browser.ts'
import { counted, showTimeline, small, soon, type, useTimeline } from './timeline-steps.ts'

describe.skipIf(!haveBrowser)('the timeline for everyone', () => {
  const within = useTimeline()

  for (const colorScheme of ['light', 'dark'] as const)
    for (const viewport of [
      { width: 1440, height: 900 },
      { width: 1024, height: 700 },
      { width: 2560, height: 1440 },
    ])
      test(`no accessibility violation in ${colorScheme} at ${viewport.width}`, async () => {
        await within(
          small,
          async (page) => {
            await showTimeline(page)
            await type(page, 'account:*admmig')
            await soon(() => counted(page)).toMatch(/^12 of/)
            await page.keyboard.press('Escape')
            await page.keyboard.press('j')
            await page.keyboard.press('b')
            await page.locator('.details .hex').first().waitFor()
            for (const tab of viewport.width === 1440
              ? ['Hex', 'XML', 'Links', 'Fields and bytes']
              : [viewport.width > 1800 ? 'All in one' : 'Fields and bytes']) {
              await page.getByRole('tab', { name: tab }).first().click()
              const { violations } = await new AxeBuilder({ page: page as never }).analyze()
              expect(
                violations.map((each) => `${each.id} ${each.nodes.map((node) => node.html).join(' ')}`),
              ).toEqual([])
            }
          },
          { colorScheme, viewport },
        )
      })
})
