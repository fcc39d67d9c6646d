import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checklistRows } from '../../src/playbook/checklist-rows.ts'
import { haveBrowser, launchBrowser } from './browser.ts'
import { faultsOf } from './faults.ts'
import { chainC2 } from './fixture/chain-c2.ts'
import { chainCrowded } from './fixture/chain-crowded.ts'
import { caseC2, caseWith, type FixtureCase, type FixtureOptions } from './fixture/fixture-engine.ts'
import { type OpenedWindow, openWindow } from './fixture/open-window.ts'

const recent = [
  { dir: '/c', title: 'Remote task on fs01', openedAt: '2026-11-22T19:31:00.0000000Z', exists: true },
]
/** a loaded machine may take its time */
const patient = { timeout: 20_000 }

describe.runIf(haveBrowser)('playbook', { timeout: 180_000 }, () => {
  let browser: Browser
  let opened: OpenedWindow | undefined
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await opened?.close()
    await browser?.close()
  })
  const open = async (of: FixtureCase = caseC2, look = {}, options: Partial<FixtureOptions> = {}) => {
    await opened?.close()
    opened = await openWindow(browser, { opened: of, recent, ...options }, look)
    await opened.page.getByRole('button', { name: 'Remote task on fs01' }).click()
    await opened.page.getByRole('button', { name: 'Playbook', exact: true }).click()
    await opened.page.locator('.playbook').waitFor()
    return opened
  }

  it('shows every line as it is written, conflicts first, and breaks no rule of the page', async () => {
    const { page, complaints } = await open()
    expect(await page.locator('[data-row]').count()).toBe(checklistRows.length)
    for (const { heading } of checklistRows) await page.getByText(heading, { exact: true }).first().waitFor()
    const conflict = await page.getByText('Rule and evidence disagree').boundingBox()
    const first = await page.locator('[data-row]').first().boundingBox()
    expect(conflict?.y).toBeLessThan(first?.y ?? 0)
    await page.locator('[data-row="question-exfiltration"]').getByText('Cannot tell').waitFor()
    await page.getByRole('button', { name: /What is missing.*data exfil/ }).click()
    await page.getByText('Would tell: Whether and how much was sent out.').waitFor()
    expect(complaints).toEqual([])
    expect(await page.locator('style').count()).toBe(0)
  })

  it('ticks, notes, and takes both back, by key', async () => {
    const { page } = await open()
    const row = page.locator('[data-row="validate-events-present"]')
    await row.getByRole('checkbox').focus()
    await page.keyboard.press('Space')
    await row.getByText('R. Okafor').waitFor()
    expect(await row.getByRole('checkbox').isChecked()).toBe(true)
    await row.getByRole('checkbox').focus()
    await page.keyboard.press('n')
    await page.keyboard.type('seen in <b>three</b> logs')
    await page.keyboard.press('Control+Enter')
    await row.getByText('seen in <b>three</b> logs').waitFor()
    const history = page.locator('.history')
    expect(await history.locator('li').count()).toBe(2)
    await row.getByRole('checkbox').focus()
    await page.keyboard.press('u')
    await expect.poll(() => row.getByText('seen in').count(), patient).toBe(0)
    expect(await row.getByRole('checkbox').isChecked()).toBe(true)
    await history.locator('.is-undone').getByText('taken back').waitFor()
    await page.keyboard.press('j')
    expect(
      await page.evaluate(() => document.activeElement?.closest('[data-row]')?.getAttribute('data-row')),
    ).toBe('validate-time-correlation')
  })

  it('lets a person set the disposition, with a reason, and keeps it in the history', async () => {
    const { page } = await open()
    await page.keyboard.press('d')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Set disposition' }).click()
    await dialog.getByText('Choose one.').waitFor()
    await dialog.getByText('A disposition needs a reason.').waitFor()
    await dialog.getByRole('radio', { name: /Expected/ }).check()
    await dialog.getByText('The evidence points elsewhere.').waitFor()
    await dialog.getByRole('radio', { name: /^Malicious/ }).check()
    await dialog.getByLabel('Reason').fill('atexec, output fetched')
    await dialog.getByRole('button', { name: 'Set disposition' }).click()
    await expect.poll(() => dialog.count(), patient).toBe(0)
    await page.locator('.playbook-side').getByText('Malicious', { exact: true }).waitFor()
    await page.locator('.history').getByText('Malicious: atexec, output fetched').waitFor()
  })

  it('runs the clocks, here and in the head of every view', async () => {
    const { page } = await open()
    await page.getByRole('button', { name: 'Start: Triage clock' }).click()
    await page.locator('.topbar .clock').getByText('Triage').waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('e')
    await expect.poll(() => page.title(), patient).toContain('Evidence')
    await page.locator('.topbar .clock').click()
    await page.getByRole('button', { name: 'Stop: Triage clock' }).click()
    await expect.poll(() => page.locator('.topbar .clock').count(), patient).toBe(0)
    await page.getByText('met', { exact: true }).waitFor()
  })

  it('opens the record a line rests on, and comes back to the same place', async () => {
    const { page } = await open()
    const door = page
      .locator('[data-row="question-executed"]')
      .getByRole('button', { name: /Open record/ })
      .first()
    await door.click()
    await expect.poll(() => page.title(), patient).toContain('Timeline')
    await page.getByRole('button', { name: 'Back to Playbook' }).click()
    await expect.poll(() => page.title(), patient).toContain('Playbook')
    await expect
      .poll(
        () => page.evaluate(() => document.activeElement?.closest('[data-row]')?.getAttribute('data-row')),
        patient,
      )
      .toBe('question-executed')
  })

  it('fills in the right form of a command and says what is wrong with the written one', async () => {
    const { page } = await open()
    await page.locator('.command-toggle', { hasText: 'Show the task' }).click()
    await page.getByText('Get-ScheduledTask has no parameter ComputerName').first().waitFor()
    await page.getByText("$_.TaskName -ceq 'bouWFQYO'").first().waitFor()
    await page.getByText('Finds nothing now: the task was deleted.').first().waitFor()
  })

  it('writes known work down, filled in from the chain, takes it back, and removes it with a reason', async () => {
    const { page } = await open()
    await page.getByRole('button', { name: 'Add an entry' }).click()
    const form = page.getByRole('form', { name: 'New entry of the allow-list' })
    expect(await form.getByLabel('Addresses').inputValue()).toBe('10.23.123.11')
    await form.getByLabel('Until, UTC').fill('2026-02-31')
    await form.getByRole('button', { name: 'Add to the allow-list' }).click()
    await form.getByText('Write a day like 2026-12-31.').waitFor()
    await form.getByText('An entry needs a reason.').waitFor()
    await form.getByLabel('Until, UTC').fill('2026-12-31')
    await form.getByLabel('Reason').fill('CHG-7 <b>patching</b>')
    expect(await faultsOf(page)).toEqual([])
    await form.getByRole('button', { name: 'Add to the allow-list' }).click()
    const line = page.locator('.allow-list > li')
    await line.getByText('CHG-7 <b>patching</b>').waitFor(patient)
    await page.getByRole('button', { name: /^Undo/ }).click()
    await expect.poll(() => line.count(), patient).toBe(0)
    await page.getByRole('button', { name: 'Add an entry' }).click()
    await form.getByLabel('Reason').fill('CHG-8')
    await form.getByRole('button', { name: 'Add to the allow-list' }).click()
    await line.getByRole('button', { name: 'Remove' }).click()
    await line.getByRole('button', { name: 'Remove entry' }).click()
    await line.getByText('Say why.').waitFor()
    await line.getByLabel('Why it goes').fill('the change was called off')
    await line.getByRole('button', { name: 'Remove entry' }).click()
    await expect.poll(() => line.count(), patient).toBe(0)
  })

  it('says why nothing can be stated in a case from a bundle, and why an act was not kept', async () => {
    const bundle = { verdict: 'VALID-SIGNED', bagDigest: 'd'.repeat(64), signer: null, path: '/b.zip' }
    const { page } = await open(caseWith({ summary: { readOnly: true, bundle } }))
    await page.getByText('This case comes from a sealed bundle').first().waitFor()
    expect(await page.locator('[data-row] input:enabled').count()).toBe(0)
    const refused = await open(caseC2, {}, { playbook: { refuses: 'Another process writes to this case.' } })
    await refused.page.locator('[data-row] input').first().click()
    await refused.page.getByText('Another process writes to this case.').waitFor()
    expect(await refused.page.locator('[data-row] input').first().isChecked()).toBe(false)
  })

  it('shows hostile text as text', async () => {
    const evil = "\\a\u202egnp<img src=x onerror=alert(1)>'; calc; '"
    const { page, complaints } = await open(
      caseWith({ chains: [{ ...chainC2, task: { ...chainC2.task, path: evil } }] }),
      {},
      {
        playbook: {
          change: (document) => ({
            ...document,
            conflicts: document.conflicts.map((each) => ({ ...each, why: evil })),
            checklist: document.checklist.map((row) => ({
              ...row,
              value: evil,
              why: evil.repeat(200),
              todo: evil,
            })),
            iocs: document.iocs.map((ioc) => ({ ...ioc, value: evil })),
          }),
        },
      },
    )
    await page.getByText('⟨U+202E⟩').first().waitFor()
    expect(await page.locator('main img').count()).toBe(0)
    await page.locator('.command-toggle', { hasText: 'Show the task' }).click()
    await page.getByText('[char]0x202E').first().waitFor()
    const wide = await page.locator('#main').evaluate((main) => main.scrollWidth - main.clientWidth)
    expect(wide).toBe(0)
    expect(complaints).toEqual([])
  })

  it.each([
    ['light', 1440, 900, 1],
    ['dark', 1024, 700, 1],
    ['light', 720, 450, 2],
  ] as const)(
    'has no fault that axe can find, in %s at %i × %i',
    async (colorScheme, width, height, deviceScaleFactor) => {
      const { page } = await open(caseWith({ chains: [chainC2, chainCrowded] }), {
        colorScheme,
        viewport: { width, height },
        deviceScaleFactor,
      })
      await page.getByRole('button', { name: /What is missing.*Is there any/ }).click()
      await page.locator('.command-toggle', { hasText: 'Disable the task' }).click()
      await page.locator('[data-row] input').first().click()
      await page.locator('.toast').waitFor()
      expect(await faultsOf(page)).toEqual([])
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: /^Set disposition/ }).click()
      await page.getByRole('dialog').waitFor()
      expect(await faultsOf(page)).toEqual([])
    },
  )
})
