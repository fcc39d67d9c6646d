import { describe, expect, test } from 'vitest'
import { haveBrowser } from './browser.ts'
import { caseWith } from './fixture/fixture-engine.ts'
import { chips, counted, goTo, grid, showTimeline, small, soon, type, useTimeline } from './timeline-steps.ts'

describe.skipIf(!haveBrowser)('filtering the timeline', () => {
  const within = useTimeline()

  test('typed text becomes chips, filters the rows, and Backspace edits the last one', async () => {
    await within(small, async (page) => {
      await showTimeline(page)
      await type(page, 'account:*\\admmig time:21:21:20..21:21:30 not event:5145')
      await soon(() => counted(page)).toMatch(/^8 of 412 rows$/)
      expect(await chips(page)).toEqual([
        'account*\\admmig',
        'time2021-06-10 21:21:20..21:21:30',
        'notevent5145',
      ])
      await page.keyboard.press('Backspace')
      await soon(() => counted(page)).toMatch(/^12 of 412 rows$/)
      expect(await page.inputValue('.filter-draft')).toBe('-event:5145')
      await page.keyboard.press('Escape')
      await page.keyboard.press('Escape')
      await page.locator('.filter-chip-body').last().focus()
      await page.keyboard.press('Space')
      await soon(() => page.locator('.filter-chip.is-off').count()).toBe(1)
      await soon(() => counted(page)).toMatch(/^12 of 412 rows$/)
      await page.locator('.filter-chip-close').first().click()
      await soon(() => counted(page)).toMatch(/^412 of 412 rows$/)
    })
  })

  test('a malformed filter says where and what to do, and changes nothing', async () => {
    await within(small, async (page) => {
      await showTimeline(page)
      await type(page, 'host:fs01 colour:red')
      const fault = page.getByRole('alert')
      expect(await fault.innerText()).toContain('colour is no key here.')
      expect(await fault.locator('mark').innerText()).toBe('colour')
      expect(await chips(page)).toEqual([])
      expect(await counted(page)).toMatch(/^412 of 412 rows$/)
    })
  })

  test('the completion offers values with their counts, Alt Enter excludes one', async () => {
    await within(small, async (page) => {
      await showTimeline(page)
      await page.keyboard.press('/')
      await page.keyboard.type('channel:S')
      await soon(() => page.getByRole('option').count()).toBe(2)
      expect(await page.getByRole('option').first().innerText()).toMatch(/Security\s+311/)
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Alt+Enter')
      await soon(() => chips(page)).toEqual(['notchannelSecurity'])
      await soon(() => counted(page)).toMatch(/^101 of 412 rows$/)
    })
  })

  test('a facet filters, Alt and a click excludes, and the excluded value can be taken back', async () => {
    await within(small, async (page) => {
      await showTimeline(page)
      const facet = (name: string) => page.locator('.facet', { hasText: name })
      await facet('4698').click()
      await soon(() => counted(page)).toMatch(/^1 of 412 rows$/)
      await facet('4698').click()
      await soon(() => counted(page)).toMatch(/^412 of/)
      await facet('7036').click({ modifiers: ['Alt'] })
      await soon(() => counted(page)).toMatch(/^362 of/)
      await facet('7036').click()
      await soon(() => counted(page)).toMatch(/^412 of/)
    })
  })

  test('a dot asks for the value under the cursor, Alt and a dot hides it', async () => {
    await within(small, async (page) => {
      await showTimeline(page)
      await page.locator('[data-index="2"] .cell-address').click()
      await page.keyboard.press('.')
      await soon(() => chips(page)).toEqual(['address10.23.7.4'])
      await soon(() => counted(page)).toMatch(/^100 of/)
      await page.focus(grid)
      await page.keyboard.press('ArrowLeft')
      await page.keyboard.press('Alt+.')
      await soon(() => page.locator('.filter-chip').count()).toBe(2)
      expect((await chips(page))[1]).toMatch(/^notaccount/)
      await soon(() => counted(page)).toMatch(/^50 of/)
    })
  })

  test('a brush over the chart sets the time range', async () => {
    await within(small, async (page) => {
      await showTimeline(page)
      const box = await page.locator('.density-plot').boundingBox()
      if (!box) throw new Error('no chart')
      await page.mouse.move(box.x + box.width * 0.25, box.y + 40)
      await page.mouse.down()
      await page.mouse.move(box.x + box.width * 0.75, box.y + 40, { steps: 5 })
      await page.mouse.up()
      await soon(() => page.locator('.filter-chip').count()).toBe(1)
      await soon(async () => Number((await counted(page)).split(' ')[0])).toBeLessThan(260)
      expect(Number((await counted(page)).split(' ')[0])).toBeGreaterThan(150)
      await page.locator('[role=slider]').first().focus()
      const before = await page.locator('[role=slider]').first().getAttribute('aria-valuetext')
      await page.keyboard.press('ArrowLeft')
      await soon(() => page.locator('[role=slider]').first().getAttribute('aria-valuetext')).not.toBe(before)
    })
  })

  test('no rows match: says how many are filtered out and clears the filter', async () => {
    await within(small, async (page) => {
      await showTimeline(page)
      await type(page, 'event:1')
      await page.getByText('No rows match the filter').waitFor()
      expect(await page.locator('.rows-place').innerText()).toContain('412 rows are filtered out')
      await page.getByRole('button', { name: 'Clear filter' }).click()
      await soon(() => counted(page)).toMatch(/^412 of/)
    })
  })

  test('a refusal of the engine says what, and what to do', async () => {
    await within({ ...small, refuse: true }, async (page) => {
      await goTo(page, 't')
      const alert = page.getByRole('alert')
      await alert.waitFor()
      expect(await alert.innerText()).toContain('The case database could not be read')
      expect(await alert.innerText()).toContain('Check the disk')
    })
  })

  test('a case without records says so instead of showing an empty table', async () => {
    const none = caseWith({
      chains: [],
      summary: { counts: { evidence: 1, records: 0, events: 0, chains: 0, problems: 1, tasks: 0 } },
    })
    await within({ total: 0, opened: none }, async (page) => {
      await goTo(page, 't')
      await page.getByText('This case holds no records').waitFor()
      expect(await page.locator(grid).count()).toBe(0)
    })
  })

  test('a record opened from the overview is scrolled to, selected, and its details are open', async () => {
    await within(small, async (page) => {
      await page.waitForSelector('nav')
      await page.locator('.cite', { hasText: '2004852' }).first().click()
      await page.locator('.details .fields').waitFor()
      const row = page.locator('.row-line[aria-selected=true]')
      await soon(() => row.locator('.cell-record').innerText()).toBe('2004852')
      expect(await row.isVisible()).toBe(true)
    })
  })

  test('the filter is still there after a look at another view', async () => {
    await within(small, async (page) => {
      await showTimeline(page)
      await type(page, 'event:4698')
      await soon(() => counted(page)).toMatch(/^1 of/)
      await page.keyboard.press('Escape')
      await goTo(page, 'e')
      await page.getByRole('heading', { name: 'Items' }).waitFor()
      await showTimeline(page)
      expect(await chips(page)).toEqual(['event4698'])
      await soon(() => counted(page)).toMatch(/^1 of/)
    })
  })
})
