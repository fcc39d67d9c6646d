import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { openerOf } from '../../../src/serve/open-browser.ts'
import { runServe } from '../../../src/serve/run-serve.ts'
import { windowFolder } from '../../window/transport.ts'

const folder = windowFolder()
afterAll(() => folder.remove())
const entry = new URL('../engine/small-engine-worker.ts', import.meta.url)

/** Runs browser mode until `use` is done with its address. */
async function running(
  options: Partial<Parameters<typeof runServe>[0]>,
  use: (address: string, stop: () => void) => Promise<void>,
): Promise<{ said: string[]; journal: string[] }> {
  const said: string[] = []
  const journal: string[] = []
  const stop = new AbortController()
  const end = runServe({
    open: false,
    root: folder.root,
    entry,
    signal: stop.signal,
    say: (line) => said.push(line),
    journal: (line) => journal.push(line),
    ...options,
  })
  try {
    await Promise.race([expect.poll(() => said.length, { timeout: 10_000 }).toBe(1), end])
    await use(said[0]?.split(' ').at(-1) ?? '', () => stop.abort())
  } finally {
    if (!options.leaveAfterMs) stop.abort()
  }
  await end
  return { said, journal }
}
const page = (address: string) => {
  const { host, hash } = new URL(address)
  return new WebSocket(`ws://${host}/rpc`, ['tasktrail', `token.${hash.replace('#token=', '')}`], {
    origin: `http://${host}`,
  })
}
const opened = (socket: WebSocket) =>
  new Promise((done, fail) => socket.once('open', done).once('error', fail))

describe('browser mode', () => {
  it('prints one line with the address, serves it, and stops when told', async () => {
    let served = ''
    const { said } = await running({}, async (address) => {
      served = address
      expect((await fetch(address)).status).toBe(200)
      const socket = page(address)
      await opened(socket)
    })
    expect(said).toEqual([
      expect.stringMatching(/^Tasktrail is at http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/),
    ])
    await expect(fetch(served)).rejects.toThrow()
  })

  it('opens the browser with a page only this account can read, and takes it away at the end', async () => {
    let redirect = ''
    await running(
      {
        open: true,
        openPage: async (path) => {
          redirect = path
          return null
        },
      },
      async (address) => {
        await expect.poll(() => redirect).not.toBe('')
        const text = readFileSync(redirect, 'utf8')
        expect(text).toContain(`content="0; url=${address}"`)
        expect(text).toContain('no-referrer')
        if (process.platform === 'win32') return
        expect(statSync(redirect).mode & 0o777).toBe(0o600)
        expect(statSync(dirname(redirect)).mode & 0o777).toBe(0o700)
      },
    )
    expect(existsSync(dirname(redirect))).toBe(false)
  })

  it('goes on when no browser can be opened, and says so', async () => {
    const { journal } = await running(
      { open: true, openPage: async () => 'xdg-open: not found' },
      async (address) => {
        await new Promise((done) => setTimeout(done, 50))
        expect((await fetch(address)).status).toBe(200)
      },
    )
    expect(journal.join()).toContain('open the address above yourself')
    expect(journal.join()).not.toContain('token=')
  })

  it('started with the browser, it ends when its last page has been gone for a while', async () => {
    const { journal } = await running(
      { open: true, openPage: async () => null, leaveAfterMs: 150 },
      async (address) => {
        const [first, second] = [page(address), page(address)]
        await Promise.all([opened(first), opened(second)])
        first.close()
        await new Promise((done) => setTimeout(done, 400))
        expect((await fetch(address)).status).toBe(200)
        second.close()
        const third = page(address)
        await opened(third)
        await new Promise((done) => setTimeout(done, 400))
        expect((await fetch(address)).status).toBe(200)
        third.close()
      },
    )
    expect(journal.join()).toContain('the last page has been gone')
  })

  it('refuses where there is no built window', async () => {
    await expect(
      runServe({ open: false, root: '/nowhere', entry, say: () => {}, journal: () => {} }),
    ).rejects.toMatchObject({ code: 'serve.window.missing' })
  })
})

describe('opening a page', () => {
  it.each([
    ['win32', 'C:\\Cache\\a b&c%25\\open.html', 'rundll32.exe', 'file:///C:/Cache/a%20b&c%2525/open.html'],
    ['darwin', '/cache/a b/open.html', 'open', 'file:///cache/a%20b/open.html'],
    ['linux', '/cache/a b/open.html', 'xdg-open', 'file:///cache/a%20b/open.html'],
  ] as const)('on %s', (platform, path, program, target) => {
    const [opener, args] = openerOf(platform, path)
    expect(opener).toBe(program)
    expect(args.at(-1)).toBe(target)
  })
})
