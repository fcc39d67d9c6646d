/** A browser for tests of the window. Without one they skip with a printed reason; with CI=true that is a failure. */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const places = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]
const executablePath = places.find((place) => place !== undefined && existsSync(place))

export const haveBrowser = executablePath !== undefined
if (!haveBrowser) {
  const reason = 'no Chromium found (set CHROMIUM to its path): tests of the window are skipped'
  if (process.env.CI === 'true') throw new Error(reason)
  console.warn(reason)
}

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    ...(executablePath ? { executablePath } : {}),
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
