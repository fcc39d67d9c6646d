import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { haveBrowser, launchBrowser } from './browser.ts'
import { faultsOf } from './faults.ts'
import { chainC2 } from './fixture/chain-c2.ts'
import { chainCrowded } from './fixture/chain-crowded.ts'
import { caseWith, type FixtureOptions } from './fixture/fixture-engine.ts'
import { type OpenedWindow, openWindow } from './fixture/open-window.ts'

const recent = [
  { dir: '/c', title: 'Remote task on fs01', openedAt: '2026-11-22T19:31:00.0000000Z', exists: true },
  { dir: '/d', title: 'Another \u202e<b>case</b>', openedAt: '2026-11-21T19:31:00.0000000Z', exists: true },
]
/** a loaded machine may take its time */
const patient = { timeout: 20_000 }
const hosts = Array.from({ length: 300 }, (_, n) => ({
  name: `ws${n}.offsec.lan`,
  utcOffsetMinutes: 120,
  timeZone: null,
}))

describe.runIf(haveBrowser)('the frame of the window', { timeout: 180_000 }, () => {
  let browser: Browser
  let opened: OpenedWindow | undefined
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await opened?.close()
    await browser?.close()
  })
  const open = async (options: Partial<FixtureOptions> = {}, look = {}) => {
    await opened?.close()
    const of = caseWith({ chains: [chainC2, chainCrowded], summary: { hosts } })
    opened = await openWindow(browser, { opened: of, recent, ...options }, look)
    await opened.page.getByRole('button', { name: 'Remote task on fs01' }).click()
    await opened.page.locator('.overview').waitFor()
    return opened
  }
  const find = async (page: Page, words: string) => {
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: /^Find a record/ }).fill(words)
  }

  it('finds views, acts, chains, tasks, hosts and rows from one field, by keys alone', async () => {
    const { page, complaints } = await open({ tasks: { count: 40 } })
    await find(page, 'handover')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.title(), patient).toContain('Handover')
    await find(page, 'updater')
    await page.getByRole('option', { name: /Created on app04/ }).click()
    await page.getByRole('heading', { name: /task was created on app04/ }).waitFor(patient)
    await find(page, 'task 17')
    await page.getByRole('option', { name: /Folder 17/ }).waitFor(patient)
    await page.getByRole('option', { name: /Folder 17/ }).click()
    await page.getByRole('heading', { level: 1, name: 'Task 17' }).waitFor(patient)
    await find(page, '2004852')
    await page.getByRole('option', { name: 'Record 2004852' }).click()
    await expect.poll(() => page.title(), patient).toContain('Timeline')
    await page.locator('.filter-place').getByText('2004852').first().waitFor(patient)
    await find(page, 'ws299')
    await page.getByRole('option', { name: /^ws299/ }).click()
    await page.locator('.filter-place').getByText('ws299.offsec.lan').first().waitFor(patient)
    // it opens while somebody types, too
    await page.keyboard.press('/')
    await page.keyboard.press('Control+k')
    expect(await faultsOf(page)).toEqual([])
    await page.keyboard.type('zzz nothing is called so')
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('combobox', { name: /^Find a record/ }).count(), patient).toBe(0)
    expect(complaints).toEqual([])
  })

  it('keeps settings: a clock beside UTC, dense lists, the theme', async () => {
    const page = opened?.page ?? (await open()).page
    await page.keyboard.press('Escape')
    await page.locator('.nav-item[title="Overview"]').click()
    await page.keyboard.press('Control+,')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Beside UTC').selectOption('zone')
    await dialog.getByLabel('Zone').selectOption('Asia/Tokyo')
    await dialog.getByRole('button', { name: 'Dense' }).click()
    await dialog.getByRole('button', { name: 'Dark' }).click()
    expect(await faultsOf(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByText('in Asia/Tokyo').waitFor(patient)
    await page.reload()
    await page.locator('.statusbar').getByText('Asia/Tokyo').waitFor(patient)
    expect(await page.locator('html').getAttribute('data-density')).toBe('dense')
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark')
  })

  it('shows in a second window what the first one stated, and takes it back from there', async () => {
    const { page } = await open()
    await find(page, 'another window')
    const [second] = await Promise.all([page.waitForEvent('popup'), page.keyboard.press('Enter')])
    await second.locator('.overview').waitFor(patient)
    for (const each of [page, second]) await each.locator('.nav-item[title="Playbook"]').click()
    const row = '[data-row="validate-events-present"]'
    await page.locator(row).getByRole('checkbox').click(patient)
    await expect.poll(() => second.locator(row).getByRole('checkbox').isChecked(), patient).toBe(true)
    // the way back is there in every view
    await page.locator('.nav-item[title="Chains"]').click()
    await page.getByRole('button', { name: /^Undo/ }).waitFor()
    await page.locator('#main').focus()
    await page.keyboard.press('Control+z')
    await expect.poll(() => second.locator(row).getByRole('checkbox').isChecked(), patient).toBe(false)
    await second.close()
  })

  it('takes up an import that an earlier page began, and leads to other cases', async () => {
    const { page } = await open({ running: true, workMs: 120_000 })
    await page
      .locator('.statusbar')
      .getByText(/^Importing/)
      .waitFor(patient)
    await page
      .locator('.statusbar')
      .getByText(/^Importing/)
      .click()
    await page.getByRole('progressbar', { name: 'Import' }).waitFor(patient)
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('Stopped. What was finished is kept.').waitFor(patient)
    await page.getByRole('button', { name: /^Back to/ }).click()
    await page.locator('.case-switch').click()
    await page
      .getByRole('menuitem', { name: /Another/ })
      .getByText('⟨U+202E⟩')
      .waitFor()
    expect(await page.locator('.case-menu b').count()).toBe(0)
    await page.getByRole('menuitem', { name: 'All cases' }).click()
    await expect.poll(() => page.title(), patient).toContain('Cases')
  })

  it('prints the work area alone, in the light theme', async () => {
    const { page } = await open({}, { colorScheme: 'dark' })
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    for (const part of ['.topbar', '.nav', '.statusbar', '.view-actions'])
      expect(await page.locator(part).first().isVisible(), part).toBe(false)
    await page.locator('.print-head').getByText('Overview. Times in UTC.').waitFor()
    const ground = await page.locator('#main').evaluate((main) => getComputedStyle(main).backgroundColor)
    expect(ground).toBe('rgb(255, 255, 255)')
    const tall = await page.evaluate(() => document.documentElement.scrollHeight > innerHeight)
    expect(tall).toBe(true)
  })
})
