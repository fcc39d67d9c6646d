import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { haveBrowser, launchBrowser } from './browser.ts'
import { faultsOf } from './faults.ts'
import { chainC2 } from './fixture/chain-c2.ts'
import { chainCrowded } from './fixture/chain-crowded.ts'
import { chainWithTree } from './fixture/chain-tree.ts'
import { caseC2, caseWith, type FixtureCase } from './fixture/fixture-engine.ts'
import { type OpenedWindow, openWindow } from './fixture/open-window.ts'

const recent = [
  { dir: '/c', title: 'Remote task on fs01', openedAt: '2026-11-22T19:31:00.0000000Z', exists: true },
]
/** a loaded machine may take its time */
const patient = { timeout: 20_000 }
const evil = '\\a\u202egnp<img src=x onerror=alert(1)>'

describe.runIf(haveBrowser)('chains and processes', { timeout: 180_000 }, () => {
  let browser: Browser
  let opened: OpenedWindow | undefined
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await opened?.close()
    await browser?.close()
  })
  const open = async (view: 'Chains' | 'Processes', of: FixtureCase = caseC2, look = {}) => {
    await opened?.close()
    opened = await openWindow(browser, { opened: of, recent }, look)
    await opened.page.getByRole('button', { name: 'Remote task on fs01' }).click()
    await opened.page.locator(`.nav-item[title="${view}"]`).click()
    await opened.page.getByRole('heading', { level: 1 }).waitFor()
    return opened
  }

  it('shows the whole of a chain: source, proofs, gaps, links, records, each with its door', async () => {
    const { page, complaints } = await open('Chains')
    for (const part of ['Source', 'Did it run', 'Resembles', 'Gaps', 'Links', 'Records 11'])
      await page.getByRole('heading', { level: 2, name: part }).waitFor()
    await page.getByText('Logged on 5.75 s earlier, opened no atsvc pipe.').waitFor()
    expect(await page.getByRole('table', { name: 'Links between records' }).locator('tbody tr').count()).toBe(
      10,
    )
    expect(
      await page
        .getByRole('table', { name: 'Records of this chain', exact: true })
        .locator('tbody tr')
        .count(),
    ).toBe(11)
    await page
      .getByRole('table', { name: 'Records of this chain', exact: true })
      .getByRole('button', { name: 'Open record 2004860' })
      .click()
    await expect.poll(() => page.title(), patient).toContain('Timeline')
    await page.keyboard.press('Alt+ArrowLeft')
    await expect.poll(() => page.title(), patient).toContain('Chains')
    await page.getByRole('button', { name: 'Task', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'bouWFQYO' }).waitFor(patient)
    await page.getByRole('button', { name: 'Its chain' }).click()
    await expect.poll(() => page.title(), patient).toContain('Chains')
    expect(complaints).toEqual([])
  })

  it('lists 500 chains, most serious first, by keyboard and by filter', async () => {
    const local = { ...chainCrowded, mechanism: 'local', links: [], steps: chainCrowded.steps.slice(0, 8) }
    const chains = Array.from({ length: 500 }, (_, place) => ({
      ...(place < 2 ? chainC2 : local),
      id: `chain-${place}`,
      task: { ...local.task, path: `\\Job ${place}` },
    }))
    const { page } = await open('Chains', caseWith({ chains }))
    const list = page.getByRole('listbox', { name: 'Chains' })
    await page.getByText('500 chains, most serious first').waitFor()
    expect(await list.getByRole('option').count()).toBeLessThan(30)
    await list.getByText('≠ 1').first().waitFor()
    await list.focus()
    await page.keyboard.press('End')
    await list.getByRole('option', { selected: true }).getByText('\\Job 499').waitFor()
    expect(await list.getByRole('option', { selected: true }).getAttribute('aria-posinset')).toBe('500')
    await page.keyboard.press('k')
    await list.getByRole('option', { selected: true }).getByText('\\Job 498').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('host:app04 "job 17"')
    await page.getByText('11 of 500 chains').waitFor()
    await page.getByLabel('Filter chains').fill('nothing like it')
    await page.getByText('No chain fits this filter.').waitFor()
    await page.getByRole('button', { name: /Show all/ }).click()
    await page.getByText('500 chains, most serious first').waitFor()
    // what is chosen here is what the other views speak of
    await page.locator('.nav-item[title="Overview"]').click()
    await page.getByText('499 of 500').waitFor()
  })

  it('reaches the list from a menu where there is no room for it', async () => {
    const { page } = await open('Chains', caseWith({ chains: [chainC2, chainCrowded] }), {
      viewport: { width: 1024, height: 700 },
    })
    await page.getByRole('button', { name: '1 of 2 chains' }).click()
    await page.getByRole('dialog').getByRole('option').nth(1).click()
    await page.getByRole('heading', { level: 1, name: /app04/ }).waitFor()
    await page.keyboard.press('[')
    await page.getByRole('heading', { level: 1, name: /fs01/ }).waitFor()
  })

  it('shows processes as trees, with what is only consistent apart, and decodes beside the original', async () => {
    const { page, complaints } = await open('Processes', caseWith({ chains: [chainWithTree] }))
    const proven = page.getByRole('treegrid', { name: 'Started by the task, run 1' })
    expect(await proven.locator('[data-node]').count()).toBe(4)
    await page.getByRole('treegrid', { name: /Consistent with the task/ }).waitFor()
    await page.getByText('parent outside the log').first().waitFor()
    await proven.locator('[data-node="0"]').focus()
    for (const _ of [1, 2, 3]) await page.keyboard.press('ArrowDown')
    await page.getByText('IEX (New-Object Net.WebClient)').waitFor()
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    expect(await proven.locator('[data-node]').count()).toBe(3)
    await page.keyboard.press('Home')
    await page.getByText('0xc000013a, ended by Ctrl C').first().waitFor()
    expect(await page.locator('main img').count()).toBe(0)
    await page.keyboard.press('Enter')
    await expect.poll(() => page.title(), patient).toContain('Timeline')
    expect(complaints).toEqual([])
  })

  it('tells no process from a no, and no chain from a gap', async () => {
    const no = { answer: 'no' as const, why: 'Process creation is audited and none fits.', citations: [] }
    const { page } = await open('Processes', caseWith({ chains: [{ ...chainC2, executed: no }] }))
    await page.getByText('It did not run, so there is no process').waitFor()
    const none = await open('Processes', caseWith({ chains: [] }))
    await none.page.getByText('This case has no chain').waitFor()
    await none.page.locator('.nav-item[title="Playbook"]').click()
    await none.page.getByText('This case has no chain').waitFor()
  })

  it('shows hostile names as text, and stays as wide as the window', async () => {
    const hostile = {
      ...chainWithTree,
      host: `fs01${evil}`,
      task: { ...chainC2.task, path: evil.repeat(20), action: `cmd ${evil}`.repeat(80), author: evil },
      account: { sid: evil, name: evil, domain: evil, basis: null },
      mechanismWhy: evil.repeat(30),
      gaps: [{ expected: evil.repeat(20), state: 'not-audited', why: evil }],
      resembles: [{ tool: evil, because: [evil], differs: [evil.repeat(20)] }],
      runs: [
        { kind: 'x', grade: evil, proves: evil.repeat(20), leaves: evil, time: chainC2.time, citations: [] },
      ],
      steps: chainWithTree.steps.map((step) => ({ ...step, what: evil.repeat(10), channel: evil })),
      links: chainC2.links.map((link) => ({
        ...link,
        why: evil.repeat(10),
        fields: { [evil]: evil.repeat(20) },
      })),
    }
    const { page, complaints } = await open('Chains', caseWith({ chains: [hostile, chainCrowded] }))
    await page.getByText('⟨U+202E⟩').first().waitFor()
    for (const view of ['Chains', 'Processes', 'Playbook']) {
      await page.locator(`.nav-item[title="${view}"]`).click()
      await page.getByRole('heading', { level: 1 }).waitFor()
      expect(await page.locator('main img, main script').count()).toBe(0)
      const wide = await page.evaluate(() =>
        ['#main', '.chain-detail'].map((each) => {
          const place = document.querySelector(each)
          return place ? place.scrollWidth - place.clientWidth : 0
        }),
      )
      expect(wide, view).toEqual([0, 0])
    }
    expect(complaints).toEqual([])
  })

  it.each([
    ['Chains', 'light', 1440, 900, 1],
    ['Chains', 'dark', 1024, 700, 1],
    ['Chains', 'dark', 720, 450, 2],
    ['Processes', 'dark', 1440, 900, 1],
    ['Processes', 'light', 1024, 700, 1],
  ] as const)(
    '%s has no fault that axe can find, in %s at %i × %i',
    async (view, colorScheme, width, height, deviceScaleFactor) => {
      const { page } = await open(view, caseWith({ chains: [chainWithTree, chainCrowded] }), {
        colorScheme,
        viewport: { width, height },
        deviceScaleFactor,
      })
      if (view === 'Chains') await page.locator('[data-mark]').first().waitFor()
      expect(await faultsOf(page)).toEqual([])
    },
  )
})
