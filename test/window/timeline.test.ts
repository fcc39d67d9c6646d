import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { haveBrowser, launchBrowser } from './browser.ts'
import { caseC2, caseWith } from './fixture/fixture-engine.ts'
import { type OpenedTimeline, openTimeline, rowAt, type TimelineFixture } from './fixture/timeline-fixture.ts'

/** Waits until it holds; a loaded machine may take its time. */
const soon = <T>(of: () => T) => expect.poll(of, { timeout: 15_000 })

const small: TimelineFixture = { total: 412, opened: caseC2 }
const caseOf = (records: number) =>
  caseWith({
    summary: { counts: { evidence: 2, records, events: records, chains: 1, problems: 2, tasks: 1 } },
  })

const grid = '[role=grid]'
const goTo = async (page: Page, key: string) => {
  await page.waitForSelector('nav')
  await page.keyboard.press('g')
  await page.keyboard.press(key)
}
const showTimeline = async (page: Page) => {
  await goTo(page, 't')
  await page.waitForSelector(`${grid} [data-index="0"] .cell-what bdi`)
}
const counted = (page: Page) => page.locator('.filter-count').innerText()
const chips = (page: Page) => page.locator('.filter-chip').allTextContents()
const type = async (page: Page, text: string) => {
  await page.keyboard.press('/')
  await page.keyboard.type(text)
  await page.keyboard.press('Enter')
}
const rowsDrawn = (page: Page) =>
  page.$$eval('.row-line', (rows) =>
    rows.map((row) => ({
      index: Number(row.getAttribute('data-index')),
      rowIndex: Number(row.getAttribute('aria-rowindex')),
      record: row.querySelector('.cell-record')?.textContent ?? '',
      time: row.querySelector('.cell-time')?.textContent ?? '',
    })),
  )

describe.skipIf(!haveBrowser)('the timeline in a browser', () => {
  let browser: Browser
  let opened: OpenedTimeline | undefined
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
  })
  /** Opens, runs, and holds that nothing complained: no console error, no breach of the content policy. */
  const within = async (
    fixture: TimelineFixture,
    run: (page: Page, opened: OpenedTimeline) => Promise<void>,
    look: Parameters<typeof openTimeline>[2] = {},
  ) => {
    opened = await openTimeline(browser, fixture, look)
    try {
      await run(opened.page, opened)
      expect(opened.complaints).toEqual([])
    } finally {
      await opened.close()
    }
  }

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

  test('Enter opens the record, Esc closes it and gives the focus back to the rows', async () => {
    await within(small, async (page) => {
      await showTimeline(page)
      await type(page, 'is:anchor')
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
            for (const tab of viewport.width === 1440 ? ['Hex', 'XML', 'Links', 'Fields'] : ['Fields']) {
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
