import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Engine, startEngine } from '../../src/engine/start-engine.ts'
import { type Served, serve } from '../../src/serve/server.ts'
import { haveBrowser, launchBrowser } from './browser.ts'
import { type SmallApi, windowFolder } from './transport.ts'

/** What transport-page.ts leaves on its window. */
interface PageWindow {
  opened: Promise<{ api: SmallApi }>
}

describe.runIf(haveBrowser)('the window’s client in a browser', () => {
  const folder = windowFolder()
  let browser: Browser
  let engine: Engine
  let served: Served
  beforeAll(async () => {
    await build({
      configFile: false,
      logLevel: 'error',
      build: {
        outDir: folder.root,
        emptyOutDir: false,
        rolldownOptions: {
          input: join(import.meta.dirname, 'transport-page.ts'),
          output: { entryFileNames: 'page.js' },
        },
      },
    })
    writeFileSync(
      join(folder.root, 'index.html'),
      '<!doctype html><title>here</title><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>',
    )
    engine = startEngine({
      setup: { host: 'test' },
      entry: new URL('../unit/engine/small-engine-worker.ts', import.meta.url),
    })
    served = await serve({ root: folder.root, connect: () => engine.connect() })
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await served?.close()
    await engine?.stop()
    folder.remove()
  })

  async function open(search: string): Promise<{ page: Page; complaints: string[] }> {
    const page = await (await browser.newContext()).newPage()
    const complaints: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(served.url.replace('/#', `/${search}#`))
    return { page, complaints }
  }

  it.each([
    ['a WebSocket', ''],
    ['a message port, as in Electron', '?ipc'],
  ])('calls, streams, stops and is refused over %s', async (_name, search) => {
    const { page, complaints } = await open(search)
    const told = await page.evaluate(async () => {
      const { api } = await (window as unknown as PageWindow).opened
      const echoed = await api.echo({ text: 'Zürich \u202e 🜁' })
      const bytes = [...new Uint8Array(await (await api.bytes()).arrayBuffer())]
      const sent = await api.size(new File([new Uint8Array(1000).fill(255)], 'a.bin'))
      const refused = await api.refuse().catch((error: { code: string; data: unknown }) => ({
        code: error.code,
        data: error.data,
      }))
      const seen: number[] = []
      const stream = await api.count({ name: 'page', to: 3 })
      let turn = await stream.next()
      for (; !turn.done; turn = await stream.next()) seen.push(turn.value.done)
      const stop = new AbortController()
      const job = await api.count(
        { name: `stopped ${location.search}`, to: 100_000 },
        { signal: stop.signal },
      )
      await job.next()
      stop.abort()
      const stopped = await job.next().then(
        () => 'went on',
        () => 'stopped',
      )
      return { echoed, bytes, sent, refused, seen, result: turn.value, stopped }
    })
    expect(told).toEqual({
      echoed: 'Zürich \u202e 🜁',
      bytes: [0, 255, 1, 254],
      sent: 1000,
      refused: {
        code: 'REFUSED',
        data: { code: 'case.folder.unknown', remedy: 'Choose another folder.', facts: { dir: 'x' } },
      },
      seen: [0, 1, 2],
      result: { rows: 3 },
      stopped: 'stopped',
    })
    const trace = () =>
      page.evaluate(async () => (await (window as unknown as PageWindow).opened).api.trace())
    await expect.poll(trace).toContain(`stopped ${search} ended, aborted=true`)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('takes the token out of the address bar and still works after a reload', async () => {
    const { page } = await open('')
    const echo = () =>
      page.evaluate(async () => (await (window as unknown as PageWindow).opened).api.echo({ text: 'here' }))
    expect(await echo()).toBe('here')
    expect(page.url()).toBe(`http://127.0.0.1:${served.port}/`)
    await page.reload()
    expect(await echo()).toBe('here')
    await page.context().close()
  })

  it('another site’s page can not come in, even with the token', async () => {
    const { page } = await open('')
    await page.route('http://evil.example/', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>evil</title>' }),
    )
    await page.goto('http://evil.example/')
    const outcome = await page.evaluate(
      ({ port, token }) =>
        new Promise((done) => {
          const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, ['tasktrail', `token.${token}`])
          socket.onopen = () => done('came in')
          socket.onerror = () => done('refused')
        }),
      { port: served.port, token: served.token },
    )
    expect(outcome).toBe('refused')
    await page.context().close()
  })

  it('is told when the engine has gone', async () => {
    const { page } = await open('')
    await page.evaluate(async () => (await (window as unknown as PageWindow).opened).api.die())
    await expect.poll(() => page.title()).toBe('lost')
    await page.context().close()
  })
})
