/** A responder opens the practice case, reads the conflict, follows the source to the bytes, ticks, decides, finds it all kept, and hands it over. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Engine, startEngine } from '../../src/engine/start-engine.ts'
import { type Served, serve } from '../../src/serve/server.ts'
import { makePracticeCase } from '../../src/workflow/make-practice.ts'
import { haveBrowser, launchBrowser } from './browser.ts'
import { builtWindow } from './fixture/open-window.ts'

const patient = { timeout: 60_000 }

describe.runIf(haveBrowser)('a responder with the practice case', { timeout: 300_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'tasktrail-story-'))
  const caseDir = join(folder, 'case')
  let browser: Browser
  let engine: Engine
  let served: Served
  beforeAll(async () => {
    const made = await makePracticeCase({
      scenario: 'atexec-pipe',
      seed: 1,
      noise: 200,
      dir: caseDir,
      operator: { name: 'R. Okafor', account: 'okafor', workstation: 'soc-07' },
      signal: new AbortController().signal,
      onProgress: () => {},
    })
    made.close()
    engine = startEngine({ setup: { host: 'test', caseDir } })
    served = await serve({ root: await builtWindow(), connect: () => engine.connect() })
    browser = await launchBrowser()
  }, 300_000)
  afterAll(async () => {
    await browser?.close()
    await served?.close()
    await engine?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('reads the conflict, follows the source to the bytes, ticks with a note, decides, seals, and Tier 2 verifies the bundle', async () => {
    const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
    const complaints: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(served.url)
    await page.locator('.nav-item[title="Playbook"]').click(patient)

    await page.getByText('Rule and evidence disagree').waitFor(patient)
    await page.getByText('administrative -> false Positive".').first().waitFor()
    const source = page.locator('[data-row="validate-source-address"]')
    await source.getByText('Conflict.').waitFor()
    const address = /\d+\.\d+\.\d+\.\d+/.exec((await source.locator('.reason').textContent()) ?? '')?.[0]
    expect(address).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
    await source
      .getByRole('button', { name: /Open record/ })
      .first()
      .click()

    // the record's fields hold the address, and its bytes are one key away
    await expect.poll(() => page.title(), patient).toContain('Timeline')
    await page
      .locator('.details')
      .getByText(address ?? '')
      .first()
      .waitFor(patient)
    await page.keyboard.press('b')
    const bytes = page.getByRole('region', { name: 'Bytes of the record' })
    await bytes.waitFor(patient)
    expect(await bytes.textContent()).toMatch(/2a 2a/)
    await page.keyboard.press('Alt+ArrowLeft')
    await expect.poll(() => page.title(), patient).toContain('Playbook')

    await source.getByRole('checkbox').click(patient)
    await expect.poll(() => source.getByRole('checkbox').isChecked(), patient).toBe(true)
    await source.getByRole('button', { name: /^Note on/ }).click()
    await source.getByRole('textbox').fill(`${address} is no management server of ours`)
    await source.getByRole('button', { name: 'Keep note' }).click()
    await source.locator('.stated').getByText('is no management server of ours').waitFor(patient)

    await page.getByRole('button', { name: /^Set disposition/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('radio', { name: /^Malicious/ }).check()
    await dialog.getByLabel('Reason').fill('Run as SYSTEM, output fetched, deleted at once.')
    await dialog.getByRole('button', { name: 'Set disposition' }).click()
    const history = page.locator('.history')
    await history.getByText('Malicious: Run as SYSTEM, output fetched, deleted at once.').waitFor(patient)
    await history.getByText('is no management server of ours').waitFor()
    expect(await history.locator('li').count()).toBe(3)

    // another window on the same case finds it all
    const again = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
    await again.goto(served.url)
    await again.locator('.nav-item[title="Playbook"]').click(patient)
    await again.locator('.playbook-side').getByText('Malicious', { exact: true }).waitFor(patient)
    await again.locator('.history').getByText('is no management server of ours').waitFor(patient)
    await again.locator('.nav-item[title="Chains"]').click()
    await again
      .getByRole('option', { selected: true })
      .getByText('Malicious', { exact: true })
      .waitFor(patient)

    // the case goes to Tier 2, who verifies the file that was written
    await page.locator('.nav-item[title="Handover"]').click()
    await page
      .getByRole('article', { name: 'Report' })
      .getByText(address ?? '')
      .first()
      .waitFor(patient)
    await page.getByLabel('Case or ticket number').fill('INC-2026-0142')
    await page.getByLabel('To whom').fill('Tier 2 desk')
    await page.getByLabel('Folder to write to').fill(folder)
    await page.getByRole('checkbox', { name: /^Sign it/ }).uncheck()
    await page.getByRole('button', { name: 'Seal bundle' }).click()
    const sealed = page.locator('.sealed')
    await sealed.waitFor(patient)
    const bundle = await sealed.locator('.middle-cut').first().getAttribute('title')
    expect(bundle).toMatch(/\.zip$/)
    const hash = await sealed.locator('.sealed-hash').first().textContent()
    await again.locator('.nav-item[title="Handover"]').click()
    await again.getByRole('tab', { name: 'Verify' }).click()
    await again.getByLabel('Bundle', { exact: true }).fill(bundle ?? '')
    await again.getByLabel('SHA-256 from the ticket').fill(hash ?? '')
    await again.getByRole('button', { name: 'Verify', exact: true }).click()
    await again.locator('.handover-verify .pairs').getByText('hash matches the ticket').waitFor(patient)
    await again.getByRole('button', { name: 'Open as read-only case' }).click()
    await again.getByText('Read-only, from a bundle').waitFor(patient)
    await again.locator('.overview').waitFor(patient)
    expect(complaints).toEqual([])
  })
})
