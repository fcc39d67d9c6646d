import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { haveBrowser, launchBrowser } from './browser.ts'
import { faultsOf } from './faults.ts'
import { caseC2, caseWith } from './fixture/fixture-engine.ts'
import { type OpenedWindow, openWindow } from './fixture/open-window.ts'

const recent = [
  {
    dir: '/cases/fs01',
    title: 'Remote task on fs01',
    openedAt: '2026-11-22T19:31:00.0000000Z',
    exists: true,
  },
  { dir: '/mnt/gone', title: 'Night task', openedAt: '2026-10-02T17:40:00.0000000Z', exists: false },
]

/** a loaded machine may take its time */
const patient = { timeout: 20_000 }

describe.runIf(haveBrowser)('case home', { timeout: 120_000 }, () => {
  let browser: Browser
  let opened: OpenedWindow | undefined
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
  })
  const open = async (options: Partial<Parameters<typeof openWindow>[1]> = {}, look = {}) => {
    await opened?.close()
    opened = await openWindow(browser, { opened: caseC2, recent, ...options }, look)
    await opened.page.getByRole('heading', { name: 'Start a case' }).waitFor()
    return opened
  }
  afterAll(() => opened?.close())

  it('takes the token out of the address bar, finds every file it asks for and breaks no rule of the page', async () => {
    const { page, complaints } = await open()
    await page.getByText('Two addresses, one account').waitFor()
    expect(page.url()).not.toContain('token')
    expect(complaints).toEqual([])
    expect(await page.locator('style').count()).toBe(0)
  })

  it('opens a recent case, and offers none whose folder is gone', async () => {
    const { page } = await open()
    await expect.poll(() => page.getByRole('button', { name: 'Night task' }).count(), patient).toBe(0)
    await page.getByText('folder is not there').waitFor()
    await page.getByRole('button', { name: 'Remote task on fs01' }).click()
    await page.getByRole('heading', { name: /hidden task was created/ }).waitFor()
  })

  it('says so when there are no cases yet', async () => {
    const { page } = await open({ recent: [] })
    await page.getByText('No cases yet').waitFor()
  })

  it('opens a practice case from its scenario', async () => {
    const { page } = await open()
    await page.getByRole('button', { name: /Decoy logon/ }).click()
    await page.getByRole('progressbar', { name: 'Practice: Decoy logon' }).waitFor()
    await page.getByRole('heading', { name: /hidden task was created/ }).waitFor()
  })

  it('imports evidence, counts the problems and leads to them', async () => {
    const { page } = await open()
    await page.getByRole('button', { name: /Import evidence/ }).click()
    await page.getByLabel(/one path to a line/).fill('/evidence/fs01')
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page.getByText('Imported, with 2 problems recorded').waitFor()
    await page.getByRole('button', { name: 'See the problems' }).click()
    await expect.poll(() => page.title(), patient).toContain('Evidence')
  })

  it('keeps what is finished when an import is stopped, and can go on', async () => {
    const { page } = await open({ workMs: 20_000 })
    await page.getByRole('button', { name: /Import evidence/ }).click()
    await page.getByLabel(/one path to a line/).fill('/evidence/fs01')
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page.getByText('Stop keeps what is finished').waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('Stopped. What was finished is kept.').waitFor()
    await page.getByRole('button', { name: 'Show what is there' }).click()
    await page.getByText('This case is not whole: an import was stopped').waitFor()
    await page.getByRole('button', { name: 'Tasktrail, all cases' }).click()
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('progressbar', { name: 'Import' }).waitFor()
  })

  it('goes on importing while another view is open, and says so', async () => {
    const { page } = await open({ workMs: 20_000 })
    await page.getByRole('button', { name: 'Remote task on fs01' }).click()
    await page.getByRole('button', { name: 'Tasktrail, all cases' }).click()
    await page.getByRole('button', { name: /Import evidence/ }).click()
    await page.getByLabel(/one path to a line/).fill('/evidence/fs01')
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page.getByRole('progressbar', { name: 'Import' }).waitFor()
    await page.getByRole('button', { name: /Back to/ }).click()
    await page.getByRole('button', { name: /^Importing/ }).click()
    await page.getByRole('progressbar', { name: 'Import' }).waitFor()
  })

  it('shows a refusal with what happened and the way out', async () => {
    const { page } = await open()
    await page.getByRole('button', { name: /Import evidence/ }).click()
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page.getByText('Name at least one file or folder.').waitFor()
    await page.getByLabel(/one path to a line/).fill('/evidence/missing')
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    const alert = page.getByRole('alert')
    await alert.waitFor()
    expect(await alert.textContent()).toContain('/evidence/missing does not exist.')
    expect(await alert.textContent()).toContain('Check the path')
  })

  it('browses folders, shows hostile names for what they are and a refused folder as refused', async () => {
    const { page } = await open()
    await page.getByRole('button', { name: /Import evidence/ }).click()
    await page.getByRole('button', { name: 'Browse' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('⟨U+202E⟩').waitFor()
    await dialog.getByRole('button', { name: 'locked' }).click()
    await dialog.getByRole('alert').waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('dialog').count(), patient).toBe(0)
    await page.getByRole('button', { name: 'Browse' }).click()
    await dialog.getByRole('button', { name: 'alert-export.evtx' }).click()
    await dialog.getByRole('button', { name: 'Choose this file' }).click()
    expect(await page.getByLabel(/one path to a line/).inputValue()).toContain('alert-export.evtx')
  })

  it('verifies a bundle before it opens it, and opens no invalid one', async () => {
    const { page } = await open({ verdict: 'INVALID' })
    await page.getByRole('button', { name: /Open a bundle/ }).click()
    await page.getByLabel('Bundle', { exact: true }).fill('/evidence/handover.zip')
    await page.getByRole('button', { name: 'Verify' }).click()
    await page.getByText('Bundle is not valid').waitFor()
    expect(await page.getByRole('button', { name: 'Open read-only' }).count()).toBe(0)

    const signed = await open({ verdict: 'VALID-SIGNED' })
    await signed.page.getByRole('button', { name: /Open a bundle/ }).click()
    await signed.page.getByLabel('Bundle', { exact: true }).fill('/evidence/handover.zip')
    await signed.page.getByRole('button', { name: 'Verify' }).click()
    await signed.page.getByText('Bundle is valid and signed').waitFor()
    await signed.page.getByRole('button', { name: 'Open read-only' }).click()
    await signed.page.getByText('Read-only, from a bundle').waitFor()
  })

  it('comes back to its case when the window is reloaded', async () => {
    const { page } = await open()
    await page.getByRole('button', { name: 'Remote task on fs01' }).click()
    await page.getByRole('heading', { name: /hidden task was created/ }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: /hidden task was created/ }).waitFor()
  })

  it('says so when the engine is not there', async () => {
    const { page } = await open()
    await page.evaluate(() => sessionStorage.setItem('tasktrail.token', 'wrong'))
    await page.reload()
    await page.getByText('The local Tasktrail server refused.').waitFor()
  })

  it.each(['light', 'dark'] as const)(
    'has no fault that axe can find, in %s, with every panel',
    async (colorScheme) => {
      const { page } = await open({ opened: caseWith({}) }, { colorScheme })
      for (const name of [undefined, /Import evidence/, /Open a bundle/, /Open a case folder/]) {
        if (name) await page.getByRole('button', { name }).click()
        expect(await faultsOf(page)).toEqual([])
      }
      await page.getByRole('button', { name: 'Keyboard map' }).click()
      await page.getByRole('dialog').waitFor()
      expect(await faultsOf(page)).toEqual([])
    },
  )
})
