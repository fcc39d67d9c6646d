import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { maxPayloadBytes, type Served, serve } from '../../../src/serve/server.ts'
import { windowFolder } from '../../window/transport.ts'

/** A connected engine that sends every frame back. */
const echoing = (ports: MessagePort[]) => () => {
  const { port1, port2 } = new MessageChannel()
  port2.on('message', (frame) => port2.postMessage(frame))
  ports.push(port2)
  return port1
}

describe('the local server', () => {
  const folder = windowFolder()
  const ports: MessagePort[] = []
  const journal: string[] = []
  const pages: number[] = []
  let served: Served
  beforeAll(async () => {
    mkdirSync(join(folder.root, 'assets'))
    writeFileSync(join(folder.root, 'assets', 'main-a_B-1.js'), 'export {}')
    writeFileSync(join(folder.root, 'notes.txt'), 'not of the window')
    writeFileSync(join(folder.root, '..', 'tasktrail-outside.html'), 'outside')
    served = await serve({
      root: folder.root,
      connect: echoing(ports),
      log: (line) => journal.push(line),
      onPages: (connected) => pages.push(connected),
    })
  })
  afterAll(async () => {
    await served.close()
    for (const port of ports) port.close()
    folder.remove()
  })

  /** A request whose path and headers go out exactly as given. */
  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((done, fail) => {
      const asked = request(
        { host: '127.0.0.1', port: served.port, path, method, headers, agent: false },
        (answer) => {
          let body = ''
          answer.on('data', (piece) => {
            body += piece
          })
          answer.on('end', () => done({ status: answer.statusCode ?? 0, headers: answer.headers, body }))
        },
      )
      asked.on('error', fail)
      asked.end()
    })

  interface Knock {
    host?: string
    origin?: string | null
    token?: string
    path?: string
  }
  /** Opens a socket; the status that refused it, or the socket. */
  const knock = (how: Knock = {}) =>
    new Promise<number | WebSocket>((done) => {
      const protocols = ['tasktrail', ...(how.token === '' ? [] : [`token.${how.token ?? served.token}`])]
      const origin = how.origin === undefined ? `http://127.0.0.1:${served.port}` : how.origin
      const socket = new WebSocket(`ws://127.0.0.1:${served.port}${how.path ?? '/rpc'}`, protocols, {
        headers: { ...(how.host ? { host: how.host } : {}), ...(origin === null ? {} : { origin }) },
      })
      socket.on('unexpected-response', (_request, answer) => {
        done(answer.statusCode ?? 0)
        socket.terminate()
      })
      socket.on('error', () => {})
      socket.on('open', () => done(socket))
    })
  const entered = async (how?: Knock): Promise<WebSocket> => {
    const socket = await knock(how)
    if (typeof socket === 'number') throw new Error(`refused with ${socket}`)
    return socket
  }
  const isAlive = async () => expect((await get('/')).status).toBe(200)

  it('listens on 127.0.0.1 and puts the token in the fragment only', () => {
    expect(served.url).toBe(`http://127.0.0.1:${served.port}/#token=${served.token}`)
    expect(Buffer.from(served.token, 'base64url')).toHaveLength(32)
  })

  it('serves the window with a policy that lets it talk to this server alone', async () => {
    const { status, headers, body } = await get('/')
    expect(status).toBe(200)
    expect(body).toContain('<title>Tasktrail</title>')
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': expect.stringContaining(`connect-src ws://127.0.0.1:${served.port};`),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(headers['content-security-policy']).not.toMatch(/unsafe|\*/)
    expect((await get('/assets/main-a_B-1.js?v=1')).headers['content-type']).toContain('text/javascript')
    expect(await get('/', {}, 'HEAD')).toMatchObject({ status: 200, body: '' })
  })

  it.each([
    ['/../tasktrail-outside.html', 403],
    ['/..%2ftasktrail-outside.html', 403],
    ['/%2e%2e/tasktrail-outside.html', 403],
    ['/assets/..%5c..%5ctasktrail-outside.html', 403],
    ['/assets/../../tasktrail-outside.html', 403],
    ['/C:/Windows/win.html', 403],
    ['/index.html::$DATA', 403],
    ['/index.html%00.js', 403],
    ['//127.0.0.1/index.html', 404],
    ['/%252e%252e/tasktrail-outside.html', 404],
    ['/assets/', 404],
    ['/notes.txt', 404],
    ['/index.html.', 404],
    ['/.hidden.html', 404],
    ['/nothing.html', 404],
    ['/%ff', 400],
    ['/%', 400],
    ['*', 400],
  ])('does not serve %s (%i)', async (path, status) => {
    expect(await get(path)).toMatchObject({ status, body: '' })
    await isAlive()
  })

  it('answers to its own name only, so that another site’s name leads nowhere', async () => {
    for (const host of ['evil.example', `evil.example:${served.port}`, '127.0.0.1', `127.0.0.1:1`])
      expect((await get('/', { host })).status).toBe(421)
    expect((await get('/', { host: `localhost:${served.port}` })).status).toBe(200)
  })

  it('takes no other method', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])
      expect((await get('/', {}, method)).status).toBe(405)
  })

  it('lets in our own page with the token, and carries text and bytes both ways', async () => {
    const socket = await entered()
    const back: [unknown, boolean][] = []
    const both = new Promise<void>((done) =>
      socket.on('message', (frame: Buffer, isBinary) => {
        back.push([isBinary ? [...frame] : frame.toString('utf8'), isBinary])
        if (back.length === 2) done()
      }),
    )
    socket.send('⟨U+202E⟩ 🜁')
    socket.send(Uint8Array.from([0, 255, 128]))
    await both
    expect(back).toEqual([
      ['⟨U+202E⟩ 🜁', false],
      [[0, 255, 128], true],
    ])
    expect(socket.protocol).toBe('tasktrail')
    socket.close()
    await expect.poll(() => served.pages()).toBe(0)
    expect(pages.at(-1)).toBe(0)
    expect(pages).toContain(1)
  })

  const wrong: [string, Knock][] = [
    ['without a token', { token: '' }],
    ['with a wrong token', { token: 'A'.repeat(43) }],
    ['with a part of the token', { token: 'A' }],
    ['from another origin', { origin: 'http://evil.example' }],
    ['from another local port', { origin: 'http://127.0.0.1:1' }],
    ['from a file or sandboxed frame', { origin: 'null' }],
    ['without an origin', { origin: null }],
    ['under another host name', { host: 'evil.example' }],
    ['at another path', { path: '/other' }],
    ['at a path that does not decode', { path: '/%ff' }],
  ]
  it.each(wrong)('refuses a socket %s', async (_what, how) => {
    const seen = ports.length
    expect(await knock(how)).toBe(403)
    expect(ports).toHaveLength(seen)
    await isAlive()
  })

  it('keeps the token out of its journal', () => {
    expect(journal.length).toBeGreaterThan(0)
    expect(journal.join('\n')).not.toContain(served.token)
  })

  it('drops a page that sends too much and serves the others', async () => {
    const other = await entered()
    const socket = await entered()
    const closed = new Promise<number>((done) => socket.on('close', done))
    socket.send(new Uint8Array(maxPayloadBytes + 1))
    expect(await closed).toBe(1009)
    other.send('still here')
    expect(await new Promise((done) => other.once('message', (frame) => done(String(frame))))).toBe(
      'still here',
    )
    other.close()
  })

  it('survives a connection that is reset while it asks for a socket', async () => {
    for (const headers of ['', `Host: 127.0.0.1:${served.port}\r\n`]) {
      const raw = connect(served.port, '127.0.0.1')
      await new Promise<void>((done) => raw.once('connect', () => done()))
      raw.write(`GET /rpc HTTP/1.1\r\n${headers}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)
      raw.resetAndDestroy()
      await isAlive()
    }
  })

  it('survives what is no HTTP at all', async () => {
    const raw = connect(served.port, '127.0.0.1')
    raw.on('error', () => {}).resume()
    raw.write('\x16\x03\x01\x00\xff garbage\r\n\r\n')
    await new Promise<void>((done) => raw.once('close', () => done()))
    await isAlive()
  })

  it('lets in a limited number of pages at once', async () => {
    const tries = await Promise.all(Array.from({ length: 20 }, () => knock()))
    const inside = tries.filter((one): one is WebSocket => typeof one !== 'number')
    expect(inside).toHaveLength(16)
    expect(tries.filter((one) => one === 403)).toHaveLength(4)
    for (const socket of inside) socket.close()
    await expect.poll(() => served.pages()).toBe(0)
  })

  it('closes the page’s connection when the engine ends', async () => {
    const socket = await entered()
    await expect.poll(() => served.pages()).toBe(1)
    const closed = new Promise<number>((done) => socket.on('close', done))
    ports.at(-1)?.close()
    expect(await closed).toBe(1011)
  })
})

describe('starting the local server', () => {
  const folder = windowFolder()
  afterAll(() => folder.remove())
  const connectNever = () => {
    throw new Error('no engine')
  }

  it('refuses a folder without a built window, and says what to do', async () => {
    const missing = join(folder.root, 'nowhere')
    expect(existsSync(missing)).toBe(false)
    await expect(serve({ root: missing, connect: connectNever })).rejects.toMatchObject({
      name: 'Refusal',
      code: 'serve.window.missing',
      remedy: expect.stringContaining('npm run build'),
    })
  })

  it('refuses a port that is taken, and says what to do', async () => {
    const other = createServer()
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
    const { port } = other.address() as AddressInfo
    await expect(serve({ root: folder.root, connect: connectNever, port })).rejects.toMatchObject({
      code: 'serve.port.taken',
      facts: { port, cause: 'EADDRINUSE' },
      remedy: expect.stringContaining('--port'),
    })
    other.close()
  })

  it('closes a page it has no engine for, and goes on', async () => {
    const journal: string[] = []
    const served = await serve({
      root: folder.root,
      connect: connectNever,
      log: (line) => journal.push(line),
    })
    const socket = new WebSocket(
      `ws://127.0.0.1:${served.port}/rpc`,
      ['tasktrail', `token.${served.token}`],
      { origin: `http://127.0.0.1:${served.port}` },
    )
    expect(await new Promise((done) => socket.on('close', done))).toBe(1011)
    expect(journal.join()).toContain('no engine')
    await served.close()
  })

  it('does not follow a link that was put where a file of the window should be', async () => {
    const other = windowFolder()
    writeFileSync(join(other.root, '..', 'tasktrail-secret.html'), 'secret')
    symlinkSync(join(other.root, '..', 'tasktrail-secret.html'), join(other.root, 'linked.html'))
    const served = await serve({ root: other.root, connect: connectNever })
    const answer = await fetch(`http://127.0.0.1:${served.port}/linked.html`)
    expect(answer.status).toBe(404)
    await served.close()
    other.remove()
  })
})
