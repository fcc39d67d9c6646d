import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { haveBrowser, launchBrowser } from './browser.ts'
import { caseC2, caseWith, type FixtureOptions } from './fixture/fixture-engine.ts'
import { openTimeline, type TimelineFixture } from './fixture/timeline-fixture.ts'

/** Waits until it holds; a loaded machine may take its time. */
const soon = <T>(of: () => T) => expect.poll(of, { timeout: 15_000 })

const fixture = (options: Omit<FixtureOptions, 'opened'> = {}): TimelineFixture => ({
  total: 412,
  opened: caseC2,
  options: { workMs: 60, ...options },
})

describe.skipIf(!haveBrowser)('handover in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
  })
  const within = async (
    given: TimelineFixture,
    run: (page: Page) => Promise<void>,
    look: Parameters<typeof openTimeline>[2] = {},
  ) => {
    const window = await openTimeline(browser, given, look)
    try {
      await window.page.waitForSelector('nav')
      await window.page.locator('.nav-item[title="Handover"]').click()
      await window.page.getByRole('heading', { name: 'Handover' }).waitFor()
      await run(window.page)
      expect(window.complaints).toEqual([])
    } finally {
      await window.close()
    }
  }
  const seal = async (page: Page) => {
    await page.getByLabel('Case or ticket number').fill('INC-2026-0142')
    await page.getByLabel('To whom').fill('Tier 2 desk')
    await page.getByRole('button', { name: 'Seal bundle' }).click()
  }
  const verify = async (page: Page, ticket = '') => {
    await page.getByRole('tab', { name: 'Verify' }).click()
    await page.getByLabel('Bundle', { exact: true }).fill('/in/bundle.zip')
    await page.getByLabel('SHA-256 from the ticket').fill(ticket)
    await page.getByRole('button', { name: 'Verify', exact: true }).click()
    await page.locator('.handover-verify .verdict').waitFor()
  }

  test('a form that is not filled in says what is missing and seals nothing', async () => {
    await within(fixture(), async (page) => {
      await page.getByRole('button', { name: 'Seal bundle' }).click()
      expect(await page.locator('.field-fault').allInnerTexts()).toEqual([
        'Write the number of the case or ticket.',
        'Say who receives it.',
      ])
      expect(await page.locator('.sealed').count()).toBe(0)
    })
  })

  test('after sealing the hash for the ticket is one press away and the commands carry it', async () => {
    await within(
      fixture(),
      async (page) => {
        await seal(page)
        await page.locator('.sealed').waitFor()
        await page.getByRole('button', { name: 'Copy hash for ticket' }).click()
        await soon(() => page.evaluate(() => navigator.clipboard.readText())).toBe('e'.repeat(64))
        const steps = await page.locator('.verify-steps pre').allInnerTexts()
        expect(steps[0]).toBe('sha256sum -c handover.zip.sha256')
        expect(steps[1]).toBe(`echo '${'e'.repeat(64)}  'handover.zip | sha256sum -c -`)
        expect(steps[2]).toBe('unzip -tq handover.zip && unzip -q handover.zip && cd handover')
        // this one is not signed: no green, and no ssh-keygen that could only fail
        expect(await page.locator('.sealed .verdict-judge').count()).toBe(1)
        expect(steps.join('\n')).not.toContain('ssh-keygen')
        await page.getByRole('button', { name: 'Windows' }).click()
        expect(await page.locator('.verify-steps pre').first().innerText()).toContain(
          'Get-FileHash handover.zip',
        )
      },
      { permissions: ['clipboard-read', 'clipboard-write'] },
    )
  })

  test('sealing can be stopped, and what was sealed is still shown after a look at another view', async () => {
    await within(fixture({ workMs: 4000 }), async (page) => {
      await seal(page)
      await page.getByRole('button', { name: 'Stop' }).click()
      await page.getByText('Sealing stopped').waitFor()
      expect(await page.locator('.sealed').count()).toBe(0)
    })
    await within(fixture({ workMs: 400 }), async (page) => {
      await seal(page)
      await page.keyboard.press('Escape')
      await page.getByRole('heading', { name: 'Handover' }).click()
      await page.keyboard.press('g')
      await page.keyboard.press('e')
      await page.getByRole('heading', { name: 'Items' }).waitFor()
      await page.waitForTimeout(700)
      await page.keyboard.press('g')
      await page.keyboard.press('h')
      await page.locator('.sealed').waitFor()
    })
  })

  for (const [verdict, look, openable] of [
    ['VALID-SIGNED', 'good', true],
    ['VALID-UNSIGNED', 'judge', true],
    ['VALID-UNKNOWN-SIGNER', 'judge', true],
    ['INVALID', 'harm', false],
  ] as const)
    test(`${verdict} looks ${look} and ${openable ? 'may' : 'may not'} be opened`, async () => {
      await within(fixture({ verdict }), async (page) => {
        await verify(page)
        expect(await page.locator('.handover-verify .verdict').getAttribute('class')).toContain(
          `verdict-${look}`,
        )
        const open = page.getByRole('button', { name: 'Open as read-only case' })
        expect((await open.getAttribute('aria-disabled')) === null).toBe(openable)
        if (!openable) {
          expect(await page.locator('.findings').innerText()).toContain('Ask the sender for a new bundle.')
          return
        }
        await open.click()
        await page.waitForSelector('.view-overview')
      })
    })

  test('the ticket’s hash is compared, and a hash that is none is refused before anything is read', async () => {
    await within(fixture(), async (page) => {
      await verify(page, ` SHA256: ${'E'.repeat(64)} `)
      expect(await page.locator('.handover-verify .pairs').innerText()).toContain('hash matches the ticket')
      await verify(page, 'f'.repeat(64))
      await soon(() => page.locator('.handover-verify .pairs').innerText()).toContain(
        'hash is not the one in the ticket',
      )
      await page.getByLabel('SHA-256 from the ticket').fill('12345')
      await page.getByRole('button', { name: 'Verify', exact: true }).click()
      expect(await page.locator('.handover-verify .field-fault').innerText()).toContain('64 hex digits')
    })
  })

  test('the report stands there as it will be read, with or without what people stated, as text', async () => {
    await within(fixture(), async (page) => {
      const paper = page.getByRole('article', { name: 'Report' })
      await paper.getByText('Disposition: malicious.').waitFor()
      await paper.getByText('<b>who').waitFor()
      await paper.getByText('⟨U+202E⟩').waitFor()
      expect(await paper.locator('b').count()).toBe(0)
      await page.getByRole('checkbox', { name: 'with what people stated' }).uncheck()
      await paper.getByText('No disposition.').waitFor()
      await page.getByRole('tab', { name: 'IOC to Track' }).click()
      await page.getByText('No value of this chain can be tracked.').waitFor()
    })
  })

  test('a bundle is encrypted for keys that are keys, and a receipt is admitted or refused with the reason', async () => {
    await within(fixture(), async (page) => {
      await page.getByLabel('Encrypt for, one key to a line').fill('age1nope')
      await seal(page)
      await page.getByText('A recipient key begins with age1').waitFor()
      expect(await page.locator('.sealed').count()).toBe(0)
      await page.getByLabel('Encrypt for, one key to a line').fill(`age1${'q'.repeat(58)}`)
      await page.getByRole('button', { name: 'Seal bundle' }).click()
      await page.locator('.sealed').waitFor()
      await page.getByRole('tab', { name: 'Receipt' }).click()
      await page.getByRole('button', { name: 'Admit receipt' }).click()
      await page.getByText('Name the .receipt.json that came back.').waitFor()
      await page.getByLabel('Receipt file').fill('/in/altered')
      await page.getByLabel('The receiver’s allowed signers').fill('/in/signers')
      await page.getByRole('button', { name: 'Admit receipt' }).click()
      await page.getByText('it was changed').waitFor()
      await page.getByLabel('Receipt file').fill('/in/bundle.receipt.json')
      await page.getByRole('button', { name: 'Admit receipt' }).click()
      await page.getByText('Receipt admitted into custody').waitFor()
    })
  })

  test('a case made from a bundle cannot be sealed again and says why', async () => {
    const bundle = { verdict: 'VALID-SIGNED', bagDigest: 'd'.repeat(64), signer: null, path: '/in/x.zip' }
    await within(
      { ...fixture(), opened: caseWith({ summary: { readOnly: true, bundle } }) },
      async (page) => {
        await page.getByRole('tab', { name: 'Seal' }).click()
        expect(await page.getByRole('button', { name: 'Seal bundle' }).getAttribute('aria-disabled')).toBe(
          'true',
        )
        expect(await page.locator('.handover-seal').innerText()).toContain('This case is read-only')
        expect(await page.getByLabel('Purpose').isDisabled()).toBe(true)
      },
    )
  })

  for (const colorScheme of ['light', 'dark'] as const)
    for (const viewport of [
      { width: 1440, height: 900 },
      { width: 1024, height: 700 },
    ])
      test(`no accessibility violation in ${colorScheme} at ${viewport.width}`, async () => {
        await within(
          fixture({ verdict: 'INVALID' }),
          async (page) => {
            await page.getByRole('button', { name: 'Seal bundle' }).click()
            const first = await new AxeBuilder({ page: page as never }).analyze()
            await seal(page)
            await page.locator('.sealed').waitFor()
            await verify(page)
            const second = await new AxeBuilder({ page: page as never }).analyze()
            expect(
              [...first.violations, ...second.violations].map(
                (each) => `${each.id} ${each.nodes.map((node) => node.html).join(' ')}`,
              ),
            ).toEqual([])
          },
          { colorScheme, viewport },
        )
      })
})
