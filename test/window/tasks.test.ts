import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { haveBrowser, launchBrowser } from './browser.ts'
import { faultsOf } from './faults.ts'
import { caseC2, caseWith, type FixtureCase, type FixtureOptions } from './fixture/fixture-engine.ts'
import { type OpenedWindow, openWindow } from './fixture/open-window.ts'

const recent = [
  { dir: '/c', title: 'Remote task on fs01', openedAt: '2026-11-22T19:31:00.0000000Z', exists: true },
]
/** a loaded machine may take its time */
const patient = { timeout: 20_000 }

describe.runIf(haveBrowser)('tasks', { timeout: 300_000 }, () => {
  let browser: Browser
  let opened: OpenedWindow | undefined
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await opened?.close()
    await browser?.close()
  })
  const open = async (tasks: FixtureOptions['tasks'] = {}, look = {}, of: FixtureCase = caseC2) => {
    await opened?.close()
    opened = await openWindow(browser, { opened: of, recent, tasks }, look)
    await opened.page.getByRole('button', { name: 'Remote task on fs01' }).click()
    await opened.page.locator('.nav-item[title="Tasks"]').click()
    await opened.page.getByRole('heading', { level: 1 }).waitFor()
    return opened
  }

  it('tells a hidden task: what was found, each source, its lives, and leads to the bytes and back', async () => {
    const { page, complaints } = await open()
    // the task of the chain that every view speaks of
    await page.getByRole('heading', { level: 1, name: 'bouWFQYO' }).waitFor()
    await page.getByRole('listbox', { name: 'Tasks' }).focus()
    await page.keyboard.press('Home')
    await page.getByRole('heading', { level: 1, name: 'Updater' }).waitFor()
    expect(await page.getByRole('option', { selected: true }).textContent()).toContain(
      'Hidden, no security descriptor',
    )
    for (const part of [
      'Where it shows',
      'Found by comparing',
      'What each source says',
      'Signs',
      'Lifetimes',
    ])
      await page.getByRole('heading', { level: 2, name: part }).waitFor()
    await page.locator('.task-views').getByText('Does not show it').waitFor()
    await page.locator('.diff .is-diff').getByText('2>&1 #').waitFor()
    await page.getByText('whoami /all').waitFor()
    await page.getByText('missing: schtasks and the console do not show it').waitFor()
    await page.getByText('ends in the middle of an element').waitFor()

    const key = page.locator('.task-findings').getByRole('button', { name: 'Show bytes 0x1020' }).first()
    await key.click()
    const bytes = page.getByRole('region', { name: 'Bytes of the item' })
    await bytes.locator('mark.value').first().waitFor()
    expect(await bytes.textContent()).toContain('00001020')
    await page.keyboard.press('Escape')
    await expect.poll(() => bytes.count(), patient).toBe(0)
    await expect.poll(() => key.evaluate((door) => door === document.activeElement), patient).toBe(true)

    await page.locator('.signals').getByRole('button', { name: 'Open record 2004852' }).click()
    await expect.poll(() => page.title(), patient).toContain('Timeline')
    await page.keyboard.press('Alt+ArrowLeft')
    await page.getByRole('heading', { level: 1, name: 'Updater' }).waitFor()
    expect(complaints).toEqual([])
    expect(await page.locator('style').count()).toBe(0)
  })

  it('shows the definition as text with a search, and two side by side', async () => {
    const page = opened?.page ?? (await open()).page
    // on a record number X would open that record
    await page.getByRole('listbox', { name: 'Tasks' }).focus()
    await page.keyboard.press('x')
    const search = page.getByRole('searchbox', { name: 'Find in the definition' })
    await search.fill('hidden')
    await page.getByText('1 of 2').waitFor()
    await search.press('Enter')
    await page.getByText('2 of 2').waitFor()
    await page.getByRole('button', { name: 'Compare with another' }).click()
    await page.getByText('1 line of 11 differ').waitFor()
    expect(await page.locator('.lines .is-changed').textContent()).toContain('cmd.exe #')
    await page.getByRole('tab', { name: /History/ }).click()
    await page.getByText('12 records between are not shown here').waitFor()
  })

  it('finds one of 60,000 tasks of 300 hosts, by word, by host and by key', async () => {
    const { page } = await open({ count: 60_000, hosts: 300 })
    await page.getByText('60\u202f000 tasks, what to look at first on top').waitFor()
    const list = page.getByRole('listbox', { name: 'Tasks' })
    expect(await list.getByRole('option').count()).toBeLessThan(80)
    await list.focus()
    await page.keyboard.press('End')
    await page.getByRole('heading', { level: 1, name: 'Task 59999' }).waitFor(patient)
    expect(await list.getByRole('option', { selected: true }).getAttribute('aria-posinset')).toBe('60000')
    await page.keyboard.press('k')
    await page.getByRole('heading', { level: 1, name: 'Task 59998' }).waitFor(patient)
    await page.keyboard.press('/')
    await page.keyboard.type('task 59990')
    await page.getByText('1 of 60\u202f000 tasks', { exact: true }).waitFor(patient)
    await page.getByRole('listbox', { name: 'Tasks' }).getByRole('option').click()
    await page.getByRole('heading', { level: 1, name: 'Task 59990' }).waitFor(patient)
    await page.getByText('No source holds its definition').waitFor()
    await page.getByRole('searchbox', { name: 'Find a task' }).fill('')
    await page.getByLabel('Host').selectOption('ws007.offsec.lan')
    await page.getByText('200 of 60\u202f000 tasks').waitFor(patient)
    await page.getByRole('button', { name: 'Findings' }).click()
    await page.getByText('No task fits.').waitFor(patient)
    await page.getByRole('button', { name: /^Show all/ }).click()
    await page.getByText('60\u202f000 tasks, what').waitFor(patient)
  })

  it('says so when the evidence knows of no task, and why that proves nothing', async () => {
    const { page } = await open(
      { count: 0 },
      {},
      caseWith({ summary: { counts: { ...caseC2.summary.counts, tasks: 0 } } }),
    )
    await page.getByText('The evidence knows of no task').waitFor()
    expect(await faultsOf(page)).toEqual([])
  })

  it('shows hostile names and long commands as text, in both themes and at 200 %, without a fault', async () => {
    const evil = `\\a\u202egnp<img src=x onerror=alert(1)>${'\\long folder'.repeat(20)}`
    const line = `cmd.exe /c ${'"%windir%" & echo <b>'.repeat(190)}`
    for (const [colorScheme, width, height, deviceScaleFactor] of [
      ['light', 1440, 900, 1],
      ['dark', 1024, 700, 1],
      ['light', 720, 450, 2],
    ] as const) {
      const { page, complaints } = await open(
        { path: evil, line },
        { colorScheme, viewport: { width, height }, deviceScaleFactor },
      )
      await page.getByRole('listbox', { name: 'Tasks' }).getByRole('option').first().click()
      await page.getByRole('heading', { level: 1 }).getByText('⟨U+202E⟩').waitFor()
      expect(await page.locator('main img').count()).toBe(0)
      expect(await page.locator('#main').evaluate((main) => main.scrollWidth - main.clientWidth)).toBe(0)
      expect(await page.locator('.task-detail').evaluate((each) => each.scrollWidth - each.clientWidth)).toBe(
        0,
      )
      expect(await faultsOf(page)).toEqual([])
      expect(complaints).toEqual([])
      if (colorScheme === 'light') continue
      await page.getByRole('tab', { name: /Definition/ }).click()
      await page.getByRole('button', { name: 'Compare with another' }).click()
      expect(await faultsOf(page)).toEqual([])
      await page
        .getByRole('button', { name: /^Show bytes 0x/ })
        .first()
        .click()
      await page.locator('.place-bytes .hex').waitFor()
      expect(await faultsOf(page)).toEqual([])
    }
  })
})
