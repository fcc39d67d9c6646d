/** Steps that tests of the timeline share, and a browser that is opened once per file. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { launchBrowser } from './browser.ts'
import { caseC2 } from './fixture/fixture-engine.ts'
import { type OpenedTimeline, openTimeline, type TimelineFixture } from './fixture/timeline-fixture.ts'

/** Waits until it holds; a loaded machine may take its time. */
export const soon = (of: () => unknown): ReturnType<typeof expect.poll> =>
  expect.poll(of, { timeout: 15_000 })

export const small: TimelineFixture = { total: 412, opened: caseC2 }
export const grid = '[role=grid]'
export const goTo = async (page: Page, key: string) => {
  await page.waitForSelector('nav')
  await page.keyboard.press('g')
  await page.keyboard.press(key)
}
export const showTimeline = async (page: Page) => {
  await goTo(page, 't')
  await page.waitForSelector(`${grid} [data-index="0"] .cell-what bdi`)
}
export const counted = (page: Page) => page.locator('.filter-count').innerText()
export const chips = (page: Page) => page.locator('.filter-chip').allTextContents()
export const type = async (page: Page, text: string) => {
  await page.keyboard.press('/')
  await page.keyboard.type(text)
  await page.keyboard.press('Enter')
}
export const rowsDrawn = (page: Page) =>
  page.$$eval('.row-line', (rows) =>
    rows.map((row) => ({
      index: Number(row.getAttribute('data-index')),
      rowIndex: Number(row.getAttribute('aria-rowindex')),
      record: row.querySelector('.cell-record')?.textContent ?? '',
      time: row.querySelector('.cell-time')?.textContent ?? '',
    })),
  )

/**
 * Opens, runs, and holds that nothing complained: no console error, no breach of the content policy. Call it once
 * inside a describe block.
 */
export function useTimeline() {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
  })
  return async (
    fixture: TimelineFixture,
    run: (page: Page, opened: OpenedTimeline) => Promise<void>,
    look: Parameters<typeof openTimeline>[2] = {},
  ) => {
    const opened = await openTimeline(browser, fixture, look)
    try {
      await run(opened.page, opened)
      expect(opened.complaints).toEqual([])
    } finally {
      await opened.close()
    }
  }
}
