import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { haveBrowser, launchBrowser } from './browser.ts'
import { faultsOf } from './faults.ts'
import type { AcquireSeen } from './fixture/fixture-acquire.ts'
import { caseC2, caseWith } from './fixture/fixture-engine.ts'
import { type OpenedWindow, openWindow } from './fixture/open-window.ts'

const recent = [
  {
    dir: '/cases/fs01',
    title: 'Remote task on fs01',
    openedAt: '2026-11-22T19:31:00.0000000Z',
    exists: true,
  },
]
const patient = { timeout: 20_000 }
const forget = (): AcquireSeen => ({ secrets: [], resumed: [], taken: [] })

describe.runIf(haveBrowser)('acquire', { timeout: 120_000 }, () => {
  let browser: Browser
  let opened: OpenedWindow | undefined
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await opened?.close()
    await browser?.close()
  })
  const open = async (options: Partial<Parameters<typeof openWindow>[1]> = {}, look = {}) => {
    await opened?.close()
    opened = await openWindow(browser, { opened: caseC2, recent, ...options }, look)
    const { page } = opened
    await page.getByRole('button', { name: 'Remote task on fs01' }).click()
    await page.getByRole('navigation', { name: 'Case' }).waitFor()
    await page.locator('.nav-item[title="Acquire"]').click()
    await page.getByRole('heading', { name: 'Acquire', level: 1 }).waitFor()
    return opened
  }
  const lookAt = async (page: Page, hosts: string) => {
    await page.getByLabel(/one name or address to a line/).fill(hosts)
    await page.getByRole('button', { name: /^Look at/ }).click()
  }
  const acquire = (page: Page) => page.locator('main').getByRole('button', { name: /^Acquire( from|$)/ })

  it('looks first and takes nothing: ways, rights, audit, clock, plan and traces in words', async () => {
    const seen = forget()
    const { page, complaints } = await open({ seen })
    await lookAt(page, 'fs01')
    await page.getByText('reachable by SSH').waitFor()
    const text = await page.locator('.host-card').innerText()
    expect(text).toContain('OFFSEC\\ir-collect has administrator rights there.')
    expect(text).toContain('Logons, task changes, process starts and detailed share access are audited.')
    expect(text).toContain('The clock is 41 ms ahead of this machine')
    expect(text).toContain('10 artifacts, most volatile first, 25.2 MB, about 34 s')
    await page.getByText('2 ways tried before SSH').click()
    await page.getByText('nothing listens there').waitFor()
    await page.getByText('What this leaves behind on the host').click()
    await page.getByText('removed at the end').waitFor()
    expect(seen.taken).toEqual([])
    expect(complaints).toEqual([])
  })

  it('takes the evidence with progress for each artifact, and says what is stored and hashed', async () => {
    const { page } = await open({ workMs: 3000 })
    await lookAt(page, 'fs01')
    await acquire(page).click()
    await page.getByRole('progressbar', { name: 'Acquiring from fs01' }).waitFor()
    await page.getByText('KB per second').first().waitFor()
    await expect.poll(() => page.locator('.plan-arrived').count(), patient).toBeGreaterThan(1)
    await expect.poll(() => page.locator('.plan-waiting').count(), patient).toBeGreaterThan(0)
    await page.getByText('Taken whole').waitFor()
    await page.getByText('3 files with three equal hashes').waitFor()
    expect(await page.locator('.plan-stored').count()).toBe(9)
    await page.getByRole('button', { name: 'Show what happened' }).click()
    await expect.poll(() => page.title(), patient).toContain('Overview')
  })

  it('changes the plan artifact by artifact, with size and time, and takes what is ticked', async () => {
    const seen: AcquireSeen = { ...forget(), wished: [] }
    const { page } = await open({ seen })
    await lookAt(page, 'again01')
    await page.getByText('10 artifacts, most volatile first, 25.2 MB').waitFor()
    await page.getByRole('checkbox', { name: 'System', exact: true }).uncheck()
    await page.getByText('9 artifacts, most volatile first, 21.1 MB').waitFor()
    await page.getByText('More that can be taken, 1 artifact').click()
    await page.getByRole('checkbox', { name: 'Application' }).check()
    await page.getByText('10 artifacts, most volatile first, 27.2 MB').waitFor()
    await acquire(page).click()
    await page.getByText('Taken whole').waitFor()
    expect(seen.wished).toEqual([{ with: ['log:Application'], without: ['log:System'] }])
  })

  it('asks for what was asked the last time, which the case remembers', async () => {
    const { page } = await open()
    await lookAt(page, 'again01')
    await page.getByRole('button', { name: 'As on 2021-06-10' }).click()
    await page.getByRole('heading', { name: 'Quick plan' }).waitFor()
    expect(await page.getByRole('checkbox', { name: 'Application' }).isChecked()).toBe(true)
    await page.getByText('More that can be taken, 1 artifact').click()
    expect(await page.getByRole('checkbox', { name: 'System', exact: true }).isChecked()).toBe(false)
  })

  it('goes on while another view is shown, stops on request, and resumes', async () => {
    const seen = forget()
    const { page } = await open({ workMs: 20_000, seen })
    await lookAt(page, 'fs01')
    await acquire(page).click()
    await page.getByRole('progressbar', { name: 'Acquiring from fs01' }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('e')
    await page.getByRole('button', { name: 'Acquiring from fs01' }).click()
    await page.getByText('Stop keeps what has arrived').waitFor()
    await page.keyboard.press('s')
    await page.getByText('Stopped. What had arrived is kept.').waitFor()
    await page.getByRole('button', { name: 'Go on with fs01' }).click()
    await page.getByRole('progressbar', { name: 'Acquiring from fs01' }).waitFor()
    expect(seen.resumed).toEqual(['fs01'])
  })

  it('names what failed and the next step, and calls nothing whole that is not', async () => {
    const { page } = await open()
    await lookAt(page, 'partly01')
    await page.getByText('is no administrator there').waitFor()
    const text = await page.locator('.host-card').innerText()
    expect(text).toContain('2 h 00 min behind this machine')
    expect(text).toContain('The creation of a task is not recorded (4698)')
    expect(text).toContain('The task history is disabled')
    await acquire(page).click()
    await page.getByText('Taken, with 2 problems').waitFor()
    expect(await page.locator('.plan-failed').count()).toBe(2)
    expect(await page.getByText('Taken whole').count()).toBe(0)
    await page.getByRole('button', { name: 'See the problems' }).click()
    await expect.poll(() => page.title(), patient).toContain('Evidence')
  })

  it('keeps what arrived when the connection is lost, and goes on from there', async () => {
    const { page } = await open()
    await lookAt(page, 'break01')
    await acquire(page).click()
    await page.getByRole('alert').getByText('was lost').waitFor()
    await page.getByRole('button', { name: 'Go on with break01' }).click()
    await page.getByText('Taken whole').waitFor()
  })

  it('sets hosts side by side; one that does not answer stops no other', async () => {
    const seen = forget()
    const { page } = await open({ seen })
    await lookAt(page, 'fs01\ndown01\n# a comment\nbreak01\nfs01\n')
    await page.getByText('3 hosts: 2 reachable, 1 without a way').waitFor()
    await page.getByRole('button', { name: 'Acquire from 2 of 3 hosts' }).click()
    await page.getByText('3 hosts: 1 done, 1 without a way, 1 failed').waitFor()
    expect(seen.taken).toEqual(['fs01', 'break01'])
    await page.getByRole('button', { name: 'fs01', exact: true }).click()
    await page.getByText('Taken whole').waitFor()
  })

  it('hands a password to the request once and keeps it nowhere', async () => {
    const seen = forget()
    const { page } = await open({ seen })
    await page.getByLabel(/one name or address to a line/).fill('fs01')
    await page.getByLabel('Account').fill('OFFSEC\\ir-collect')
    await page.getByLabel(/^Password/).fill('canary-7f3a')
    await page.getByRole('button', { name: 'Look at the host' }).click()
    await page.getByText('reachable by SSH').waitFor()
    expect(seen.secrets).toEqual(['canary-7f3a'])
    expect(await page.getByLabel(/^Password/).inputValue()).toBe('')
    const kept = await page.evaluate(() =>
      JSON.stringify([
        { ...localStorage },
        { ...sessionStorage },
        document.documentElement.outerHTML,
        location.href,
      ]),
    )
    expect(kept).not.toContain('canary')
    await acquire(page).click()
    await page.getByText('Taken whole').waitFor()
    expect(seen.secrets).toEqual(['canary-7f3a', undefined])
  })

  it('says what to install where no program gets to a host, and takes nothing into a sealed bundle', async () => {
    const { page } = await open({ tools: { powershell: false, ssh: false } })
    await page.getByText('This machine has neither PowerShell nor ssh').waitFor()
    const ssh = await open({ tools: { powershell: false, ssh: true } })
    expect(await ssh.page.locator('option[value=winrm]').innerText()).toContain('needs PowerShell')
    const sealed = await open({ opened: caseWith({ summary: { readOnly: true } }) })
    await sealed.page.getByText('A sealed bundle takes no further evidence').waitFor()
  })

  it('refuses what is no host and no time before anything is asked', async () => {
    const seen = forget()
    const { page } = await open({ seen })
    await page.getByRole('button', { name: 'Look at the host' }).click()
    await page.getByText('Name at least one host.').waitFor()
    await page.getByText('Time window, ports').click()
    await page.getByLabel('From, UTC').fill('yesterday')
    await lookAt(page, 'fs01')
    await page.getByText('Write a UTC time').waitFor()
    expect(seen.secrets).toEqual([])
  })

  it('shows hostile words of a host as text', async () => {
    const { page, complaints } = await open()
    await lookAt(page, 'hostile01')
    await page.getByText('reachable by SSH').waitFor()
    for (const name of ['Host and channels', '2 ways tried before SSH']) await page.getByText(name).click()
    await page.getByText('⟨U+202E⟩').first().waitFor()
    expect(await page.evaluate(() => Reflect.get(window, 'hostile'))).toBeUndefined()
    expect(await page.locator('.acquire img').count()).toBe(0)
    expect(complaints).toEqual([])
  })

  it.each(['light', 'dark'] as const)('has no fault that axe can find, in %s', async (colorScheme) => {
    const { page } = await open({ workMs: 6000 }, { colorScheme })
    expect(await faultsOf(page)).toEqual([])
    await page.getByText('Time window, ports').click()
    expect(await faultsOf(page)).toEqual([])
    await lookAt(page, 'fs01\npartly01\ndown01')
    await page.getByText(/1 without a way/).waitFor()
    for (const fold of await page.locator('.fold > summary').all()) await fold.click()
    expect(await faultsOf(page)).toEqual([])
    await acquire(page).click()
    await page.locator('.plan-now').waitFor()
    expect(await faultsOf(page)).toEqual([])
    await page.getByText(/2 done/).waitFor()
    expect(await faultsOf(page)).toEqual([])
  })
})
