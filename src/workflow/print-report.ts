/**
 * Prints the report's HTML as PDF with a Chromium, Chrome or Edge of this machine: without network, in a folder of its own that goes
 * away with it. What keeps script out is the report's own policy; switched off by an option, Chromium would not print at all.
 */
import { spawn } from 'node:child_process'
import { access, constants, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Cancelled, Refusal } from '../base/refusal.ts'

export interface PrintOptions {
  /** a browser to use; searched for when there is none */
  readonly browser?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** milliseconds; a report of hundreds of pages takes some */
  readonly patience?: number | undefined
}

const names: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: [
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
    'chrome',
    'microsoft-edge',
  ],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
}
/** Below the program folders of Windows. */
const windowsPlaces = [
  'Google\\Chrome\\Application\\chrome.exe',
  'Microsoft\\Edge\\Application\\msedge.exe',
  'Chromium\\Application\\chrome.exe',
]

/** Where a browser that prints lies; undefined when there is none. */
export async function findBrowser(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): Promise<string | undefined> {
  const folders =
    platform === 'win32'
      ? ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].flatMap((name) => environment[name] ?? [])
      : (environment.PATH ?? '').split(delimiter).filter(Boolean)
  const wanted = platform === 'win32' ? windowsPlaces : (names[platform] ?? names.linux ?? [])
  const candidates = wanted.flatMap((name) =>
    name.startsWith('/') ? [name] : folders.map((folder) => join(folder, name)),
  )
  for (const path of [
    ...(environment.TASKTRAIL_BROWSER ? [environment.TASKTRAIL_BROWSER] : []),
    ...candidates,
  ])
    if (await isProgram(path)) return path
  return undefined
}

const isProgram = (path: string) =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )

/** The pages as PDF. Refuses when no browser is there or it does not print. */
export async function printReport(html: string, options: PrintOptions = {}): Promise<Uint8Array> {
  const browser = options.browser ?? (await findBrowser())
  if (browser === undefined)
    throw new Refusal(
      'report.pdf.no-browser',
      'no Chromium, Chrome or Edge was found to print the report with',
      'Name one in TASKTRAIL_BROWSER, or write the report as HTML and print it from any browser.',
    )
  const folder = await mkdtemp(join(tmpdir(), 'tasktrail-print-'))
  try {
    const [page, pdf] = [join(folder, 'report.html'), join(folder, 'report.pdf')]
    await writeFile(page, html, { mode: 0o600 })
    const said = await run(browser, argumentsFor(folder, page, pdf), folder, options)
    const bytes = await readFile(pdf).catch(() => undefined)
    if (!bytes || bytes.subarray(0, 5).toString('latin1') !== '%PDF-') throw unprinted(browser, said)
    return bytes
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }).catch(() => undefined)
  }
}

function argumentsFor(folder: string, page: string, pdf: string): readonly string[] {
  // As root Chromium refuses to start with its sandbox; the walls left are the report's policy and no network.
  const isRoot = process.getuid?.() === 0
  return [
    '--headless',
    ...(isRoot ? ['--no-sandbox'] : []),
    `--user-data-dir=${join(folder, 'profile')}`,
    '--disable-gpu',
    '--disable-extensions',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-dev-shm-usage',
    '--no-first-run',
    '--no-default-browser-check',
    // whatever it might ask for goes nowhere
    '--proxy-server=127.0.0.1:9',
    '--host-resolver-rules=MAP * ~NOTFOUND',
    '--no-pdf-header-footer',
    '--generate-pdf-document-outline',
    `--print-to-pdf=${pdf}`,
    pathToFileURL(page).href,
  ]
}

function run(
  browser: string,
  words: readonly string[],
  folder: string,
  { signal, patience = 180_000 }: PrintOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new Cancelled())
    const child = spawn(browser, words, {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env.PATH, HOME: folder, TMPDIR: folder, SystemRoot: process.env.SystemRoot },
      windowsHide: true,
    })
    let said = ''
    child.stderr.on('data', (block: Buffer) => {
      said = (said + block.toString('utf8')).slice(-2000)
    })
    const end = (settle: () => void) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      settle()
    }
    const stop = (error: Error) => {
      child.kill('SIGKILL')
      end(() => reject(error))
    }
    const onAbort = () => stop(new Cancelled())
    const timer = setTimeout(() => stop(unprinted(browser, 'it did not finish in time')), patience)
    signal?.addEventListener('abort', onAbort, { once: true })
    child.on('error', (error) => end(() => reject(unprinted(browser, error.message))))
    child.on('close', () => end(() => resolve(said)))
  })
}

const unprinted = (browser: string, why: string) =>
  new Refusal(
    'report.pdf.not-printed',
    `${browser} did not print the report: ${why.trim().split('\n').at(-1) || 'it wrote no PDF'}`,
    'Write the report as HTML and print it from any browser.',
    { browser },
  )
