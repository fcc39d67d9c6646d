import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { haveBrowser, launchBrowser } from './browser.ts'
import { faultsOf } from './faults.ts'
import { chainC2 } from './fixture/chain-c2.ts'
import { chainCrowded } from './fixture/chain-crowded.ts'
import { caseC2, caseWith, type FixtureCase } from './fixture/fixture-engine.ts'
import { type OpenedWindow, openWindow } from './fixture/open-window.ts'

const recent = [
  {
    dir: '/cases/fs01',
    title: 'Remote task on fs01',
    openedAt: '2026-11-22T19:31:00.0000000Z',
    exists: true,
  },
]

/** a loaded machine may take its time */
const patient = { timeout: 20_000 }

describe.runIf(haveBrowser)('overview', { timeout: 120_000 }, () => {
  let browser: Browser
  let opened: OpenedWindow | undefined
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await opened?.close()
    await browser?.close()
  })
  const open = async (of: FixtureCase = caseC2, look = {}) => {
    await opened?.close()
    opened = await openWindow(browser, { opened: of, recent }, look)
    await opened.page.getByRole('button', { name: 'Remote task on fs01' }).click()
    await opened.page.locator('.overview').waitFor()
    return opened
  }

  it('answers first, cites every fact, and breaks no rule of the page', async () => {
    const { page, complaints } = await open()
    const sentence = await page.getByRole('heading', { level: 1 }).textContent()
    expect(sentence?.replaceAll('\u00a0', ' ')).toBe(
      'A hidden task was created on fs01 over the network, ran as SYSTEM and was deleted 23 ms later.',
    )
    const facts = page.locator('dl.facts dd')
    for (const place of Array.from({ length: await facts.count() }, (_, n) => n))
      expect(
        await facts
          .nth(place)
          .getByRole('button', { name: /Open record \d+/ })
          .count(),
      ).toBeGreaterThan(0)
    await page.getByText('rejected: logged on 5.75 s earlier').waitFor()
    expect(complaints).toEqual([])
    expect(await page.locator('style').count()).toBe(0)
  })

  it('holds the whole answer in one sight at 1440 × 900, conflicts between rule and evidence first', async () => {
    const page = opened?.page ?? (await open()).page
    await page.getByRole('heading', { name: 'Rule and evidence disagree' }).waitFor(patient)
    await page.locator('.next').getByText('Escalate to Tier 2').waitFor()
    const floor = (await page.locator('.statusbar').boundingBox())?.y ?? 0
    for (const part of ['.lead', '.facts', '.rule', '.next', '.chain', '.unknown', '.cover']) {
      const box = await page.locator(part).first().boundingBox()
      expect((box?.y ?? 9999) + (box?.height ?? 0), part).toBeLessThanOrEqual(floor)
    }
    await page.getByRole('button', { name: /^See each condition/ }).click()
    await expect.poll(() => page.title(), patient).toContain('Playbook')
    await page.locator('#decision').waitFor()
  })

  it('opens the bytes of a record from its number, and its XML, by one key each', async () => {
    const { page } = await open()
    const door = page.locator('dl.facts').getByRole('button', { name: 'Open record 2004852' }).first()
    await door.focus()
    await page.keyboard.press('b')
    await page.getByRole('region', { name: 'Bytes of the record' }).waitFor(patient)
    await page.getByRole('region', { name: 'What the bytes mean' }).waitFor()
    await page.keyboard.press('Alt+ArrowLeft')
    await expect.poll(() => door.evaluate((each) => each === document.activeElement), patient).toBe(true)
    await page.keyboard.press('x')
    await page.getByRole('region', { name: 'Event as XML' }).waitFor(patient)
  })

  it('opens the record a citation names, in the timeline', async () => {
    const { page } = await open()
    await page.locator('dl.facts').getByRole('button', { name: 'Open record 2004852' }).first().click()
    await expect.poll(() => page.title(), patient).toContain('Timeline')
  })

  it('is walked by keys: one tab stop, arrows by time, Enter opens', async () => {
    const { page } = await open()
    await page.locator('[data-mark]').first().waitFor()
    expect(await page.locator('[data-mark][tabindex="0"]').count()).toBe(1)
    await page.locator('[data-mark][tabindex="0"]').focus()
    await page.keyboard.press('ArrowRight')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toContain(
      'cmd.exe 976',
    )
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toContain('2004850')
    await page.keyboard.press('t')
    await page.getByRole('table', { name: 'The chain as text' }).waitFor()
    await page.keyboard.press('Enter')
    await expect.poll(() => page.title(), patient).toContain('Timeline')
  })

  it('goes where G and a letter say, not while typing, and shows a map of what works', async () => {
    const { page } = await open()
    await page.keyboard.press('g')
    await page.keyboard.press('h')
    await expect.poll(() => page.title(), patient).toContain('Handover')
    await page.keyboard.press('g')
    await page.keyboard.press('o')
    await expect.poll(() => page.title(), patient).toContain('Overview')
    await page.keyboard.press('?')
    const map = page.getByRole('dialog')
    for (const place of [
      'Overview',
      'Timeline',
      'Chains',
      'Tasks',
      'Processes',
      'Playbook',
      'Acquire',
      'Evidence',
      'Handover',
    ])
      await map.getByText(place, { exact: true }).waitFor()
    expect(await map.getByText('Respond').count()).toBe(0)
  })

  it('has no two words of the drawing that touch, as the browser itself measures them', async () => {
    for (const [of, width] of [
      [caseC2, 1024],
      [caseC2, 1440],
      [caseWith({ chains: [chainCrowded] }), 1024],
      [caseWith({ chains: [chainCrowded] }), 1440],
      [caseWith({ chains: [chainCrowded] }), 2200],
    ] as const) {
      const { page } = await open(of, { viewport: { width, height: 900 } })
      await page.locator('[data-mark]').first().waitFor()
      await page.evaluate(() => document.fonts.ready.then(() => undefined))
      const touching = await page.evaluate(() => {
        const words = [...document.querySelectorAll('.chain-svg text[data-word]')].map((word) => ({
          text: word.textContent,
          box: word.getBoundingClientRect(),
        }))
        return words.flatMap((a, n) =>
          words
            .slice(n + 1)
            // letters fill less than their line: 2 px of leading above and below are blank
            .filter(
              ({ box }) =>
                a.box.left < box.right &&
                a.box.right > box.left &&
                a.box.top + 2 < box.bottom - 2 &&
                a.box.bottom - 2 > box.top + 2,
            )
            .map((b) => `${a.text} × ${b.text}`),
        )
      })
      expect(touching, `at ${width}`).toEqual([])
    }
  })

  it('lists the other chains, most serious first, and shows the one that is chosen', async () => {
    const { page } = await open(caseWith({ chains: [chainC2, chainCrowded] }))
    await page.getByText('2 chains, most serious first').waitFor()
    await page.getByRole('button', { name: 'Show the chain of \\Updater' }).click()
    await page.getByRole('heading', { name: /task was created on app04/ }).waitFor()
    await page.getByRole('button', { name: 'Previous chain' }).click()
    await page.getByRole('heading', { name: /hidden task was created on fs01/ }).waitFor()
  })

  it('does not call it a no when the logs cannot tell', async () => {
    const { page } = await open(caseWith({ chains: [] }))
    await page.getByText('Cannot tell whether a task was created').waitFor()
    await page.getByText('11 of 23 records missing').first().waitFor()
  })

  it('shows what cannot be told in the answer itself', async () => {
    const unknown = {
      answer: 'unknown' as const,
      why: 'TaskScheduler/Operational is disabled and 4688 is not audited.',
      citations: [],
    }
    const { page } = await open(caseWith({ chains: [{ ...chainC2, executed: unknown }] }))
    await page.getByRole('heading', { level: 1, name: /Cannot tell whether it ran\./ }).waitFor()
    await page.getByText('4688 is not audited').first().waitFor()
  })

  it('shows hostile names as text, with what is invisible in them made visible', async () => {
    const hostile = {
      ...chainC2,
      task: {
        ...chainC2.task,
        path: '\\a\u202egnp<img src=x onerror=alert(1)>',
        action: `cmd${' '.repeat(40)}/c evil`,
      },
    }
    const { page, complaints } = await open(caseWith({ chains: [hostile] }))
    await page.getByText('⟨U+202E⟩').first().waitFor()
    await page.getByText('⟨40 blanks⟩').first().waitFor()
    expect(await page.locator('main img').count()).toBe(0)
    expect(complaints).toEqual([])
  })

  it.each([
    ['light', 1440, 900],
    ['dark', 1440, 900],
    ['light', 1024, 700],
    ['dark', 1024, 700],
  ] as const)('has no fault that axe can find, in %s at %i × %i', async (colorScheme, width, height) => {
    const { page } = await open(caseWith({ chains: [chainC2, chainCrowded] }), {
      colorScheme,
      viewport: { width, height },
    })
    await page.locator('[data-mark]').first().waitFor()
    await page.getByRole('button', { name: 'Read as text' }).click()
    expect(await faultsOf(page)).toEqual([])
  })

  it('scrolls nothing but the work area', async () => {
    const { page } = await open()
    const sizes = await page.evaluate(() => {
      const root = document.documentElement
      return [root.scrollWidth - root.clientWidth, root.scrollHeight - root.clientHeight]
    })
    expect(sizes).toEqual([0, 0])
    const main = await page.locator('#main').evaluate((element) => element.scrollWidth - element.clientWidth)
    expect(main).toBe(0)
  })
})
