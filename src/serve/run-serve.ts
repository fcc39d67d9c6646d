// Browser mode from start to end: engine, server, browser, and a clean stop.
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { escapeText } from '../base/escape.ts'
import { startEngine } from '../engine/start-engine.ts'
import { openPage, writeRedirect } from './open-browser.ts'
import { type ServeOptions, serve } from './server.ts'

export interface RunServeOptions {
  /** open the operator's browser, and end by itself some minutes after its last page has gone */
  readonly open: boolean
  /** 0 or absent: any free one */
  readonly port?: number
  /** case folder to show first */
  readonly caseDir?: string
  /** folder of the built window; found by itself when absent */
  readonly root?: string
  /** ends it; when absent, SIGINT, SIGTERM and SIGHUP do */
  readonly signal?: AbortSignal
  /** where the address goes (stdout), and where diagnostics go (stderr); one line each */
  readonly say?: (line: string) => void
  readonly journal?: (line: string) => void
  /** another engine thread than the product's, for tests */
  readonly entry?: URL
  /** another way to open the redirect page, for tests; resolves with why it did not work, or null */
  readonly openPage?: (page: string) => Promise<string | null>
  /** milliseconds without a page after which a server started with `open` ends */
  readonly leaveAfterMs?: number
}

/** Minutes without a page after which browser mode ends: long enough for a reload or a closed lid. */
const leaveAfterMs = 10 * 60_000
/** How long the redirect page lies on disk. */
const redirectMs = 120_000

/**
 * Serves until told to stop, then resolves. Prints the address with its token on stdout, once.
 * Refuses what serve() refuses.
 */
export async function runServe(options: RunServeOptions): Promise<void> {
  const say = options.say ?? ((line) => void process.stdout.write(`${line}\n`))
  const journal = options.journal ?? ((line) => void process.stderr.write(`tasktrail: ${escapeText(line)}\n`))
  const ending = new AbortController()
  const end = () => ending.abort()
  const unwire = wireSignals(options.signal, end)
  const engine = startEngine({
    setup: { host: 'serve', ...(options.caseDir ? { caseDir: resolve(options.caseDir) } : {}) },
    journal,
    ...(options.entry ? { entry: options.entry } : {}),
  })
  const leaving = options.open ? leaver(options.leaveAfterMs ?? leaveAfterMs, journal, end) : undefined
  const wiring: ServeOptions = {
    root: options.root ?? windowFolder(),
    connect: () => engine.connect(),
    port: options.port ?? 0,
    log: journal,
    onPages: (connected) => leaving?.(connected),
  }
  try {
    const served = await serve(wiring)
    say(`Tasktrail is at ${served.url}`)
    const redirect = options.open
      ? await openInBrowser(served.url, options.openPage ?? openPage, journal)
      : undefined
    await aborted(ending.signal)
    await redirect?.()
    await served.close()
  } finally {
    unwire()
    await engine.stop()
  }
}

/** Opens the browser; returns how to take the redirect page away early. */
async function openInBrowser(
  url: string,
  open: (page: string) => Promise<string | null>,
  journal: (line: string) => void,
): Promise<() => Promise<void>> {
  const redirect = await writeRedirect(url)
  const timer = setTimeout(() => void redirect.remove().catch(() => {}), redirectMs)
  timer.unref()
  const why = await open(redirect.path)
  if (why) journal(`no browser could be opened (${why}); open the address above yourself`)
  return () => {
    clearTimeout(timer)
    return redirect.remove()
  }
}

/** Ends after `ms` without a page, but only once there has been one: a person may still be copying the address. */
function leaver(ms: number, journal: (line: string) => void, end: () => void) {
  let timer: NodeJS.Timeout | undefined
  return (connected: number) => {
    clearTimeout(timer)
    if (connected > 0) return
    timer = setTimeout(() => {
      journal('the last page has been gone for some minutes; ending')
      end()
    }, ms)
  }
}

function wireSignals(signal: AbortSignal | undefined, end: () => void): () => void {
  if (signal) {
    if (signal.aborted) end()
    signal.addEventListener('abort', end, { once: true })
    return () => signal.removeEventListener('abort', end)
  }
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of names) process.once(name, end)
  return () => {
    for (const name of names) process.removeListener(name, end)
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  signal.aborted
    ? Promise.resolve()
    : new Promise((done) => signal.addEventListener('abort', () => done(), { once: true }))

/** The built window: beside the bundle (`out/renderer`), whether this code is an entry or in a shared chunk. */
function windowFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  const places = ['../renderer', '../../renderer', '../../out/renderer'].map((place) => resolve(here, place))
  return places.find((place) => existsSync(join(place, 'index.html'))) ?? places[2] ?? here
}
