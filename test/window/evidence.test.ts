import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { haveBrowser, launchBrowser } from './browser.ts'
import { caseC2, caseWith } from './fixture/fixture-engine.ts'
import { openTimeline, type TimelineFixture } from './fixture/timeline-fixture.ts'

/** Waits until it holds; a loaded machine may take its time. */
const soon = <T>(of: () => T) => expect.poll(of, { timeout: 15_000 })

const opened = caseWith({
  evidence: [
    ...caseC2.evidence,
    {
      ...(caseC2.evidence[0] as (typeof caseC2.evidence)[number]),
      id: 'cd'.repeat(32),
      sha256: 'cd'.repeat(32),
      name: 'Updater\u202egnp.xml <img src=x>',
      origin: 'C:\\Windows\\System32\\Tasks\\Updater',
      kind: 'task-xml',
      host: null,
      channel: null,
      provenance: null,
      provenanceReasons: [],
      first: null,
      last: null,
      missingRecords: '0',
      state: 'incomplete',
    },
    {
      ...(caseC2.evidence[0] as (typeof caseC2.evidence)[number]),
      id: 'ef'.repeat(32),
      sha256: 'ef'.repeat(32),
      name: 'Security.evtx',
      provenance: 'undetermined',
      provenanceReasons: [],
    },
  ],
  problems: [
    ...caseC2.problems,
    ...Array.from({ length: 5 }, (_, place) => ({
      code: 'evtx.chunk.data-checksum',
      severity: 'error' as const,
      evidenceId: 'ef'.repeat(32),
      where: `chunk ${place}, offset ${4096 + place * 65536}`,
      what: `Chunk ${place} fails its checksum. Its records were not read.`,
    })),
  ],
})

describe.skipIf(!haveBrowser)('evidence in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
  })
  const within = async (
    fixture: TimelineFixture,
    run: (page: Page) => Promise<void>,
    look: Parameters<typeof openTimeline>[2] = {},
  ) => {
    const window = await openTimeline(browser, fixture, look)
    try {
      await window.page.waitForSelector('nav')
      await window.page.keyboard.press('g')
      await window.page.keyboard.press('e')
      await window.page.locator('.journal li').first().waitFor()
      await window.page.locator('.item-toggle').first().waitFor()
      await run(window.page)
      expect(window.complaints).toEqual([])
    } finally {
      await window.close()
    }
  }

  test('each item tells its provenance with its reasons, and its whole hash when opened', async () => {
    await within({ total: 412, opened }, async (page) => {
      const table = page.locator('.evidence-table')
      expect(await table.innerText()).toContain('11 of 23 record numbers are missing')
      expect(await table.innerText()).toContain('cannot tell')
      await page.getByRole('button', { name: 'alert-export.evtx' }).click()
      expect(await page.locator('.item-facts').innerText()).toContain(caseC2.evidence[0]?.sha256)
    })
  })

  test('a hostile file name is shown as it is, and is no markup', async () => {
    await within({ total: 412, opened }, async (page) => {
      expect(await page.locator('.evidence-table').innerText()).toContain(
        'Updater⟨U+202E⟩gnp.xml <img src=x>',
      )
      expect(await page.locator('.main img').count()).toBe(0)
      expect(await page.locator('.evidence-table').innerText()).toContain('read only in part')
    })
  })

  test('the copy button copies all 64 digits', async () => {
    await within(
      { total: 412, opened },
      async (page) => {
        await page.locator('.hash-copy').first().click()
        await soon(() => page.evaluate(() => navigator.clipboard.readText())).toBe(caseC2.evidence[0]?.sha256)
      },
      { permissions: ['clipboard-read', 'clipboard-write'] },
    )
  })

  test('problems stand in groups, the gravest first, and say what they limit', async () => {
    await within({ total: 412, opened }, async (page) => {
      const groups = page.locator('.problems > li')
      expect(await groups.count()).toBe(3)
      const first = await groups.first().innerText()
      expect(first).toContain('evtx.chunk.data-checksum')
      expect(first).toContain('5 times')
      expect(first).toContain('A no that rests on this log is weaker by it.')
      expect(await groups.first().locator('ul > li').count()).toBe(3)
      await groups.first().getByRole('button').click()
      expect(await groups.first().locator('ul > li').count()).toBe(5)
    })
  })

  test('an intact journal is told by a check and a word, a broken one by an alert', async () => {
    await within({ total: 412, opened }, async (page) => {
      expect(await page.locator('.custody-state .severity-good').innerText()).toBe('Journal intact')
    })
    await within({ total: 412, opened, brokenCustody: true }, async (page) => {
      expect(await page.getByRole('alert').innerText()).toContain('Journal broken')
      expect(await page.locator('.severity-good').count()).toBe(0)
    })
  })

  test('a read-only case refuses imports and says why', async () => {
    const bundle = { verdict: 'VALID-SIGNED', bagDigest: 'd'.repeat(64), signer: null, path: '/in/x.zip' }
    await within({ total: 412, opened: caseWith({ summary: { readOnly: true, bundle } }) }, async (page) => {
      const button = page.getByRole('button', { name: 'Import more evidence' })
      expect(await button.getAttribute('aria-disabled')).toBe('true')
      expect(await page.locator('.evidence').innerText()).toContain('Read-only: made from a sealed bundle')
      await button.click({ force: true })
      expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Evidence')
    })
  })

  for (const colorScheme of ['light', 'dark'] as const)
    for (const viewport of [
      { width: 1440, height: 900 },
      { width: 1024, height: 700 },
    ])
      test(`no accessibility violation in ${colorScheme} at ${viewport.width}`, async () => {
        await within(
          { total: 412, opened },
          async (page) => {
            await page.locator('.item-toggle').first().click()
            const { violations } = await new AxeBuilder({ page: page as never }).analyze()
            expect(
              violations.map((each) => `${each.id} ${each.nodes.map((node) => node.html).join(' ')}`),
            ).toEqual([])
          },
          { colorScheme, viewport },
        )
      })
})
