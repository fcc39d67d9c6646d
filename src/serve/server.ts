// Browser mode's server: the built window and one WebSocket, on 127.0.0.1 only. Knows nothing of the contract:
// an accepted socket is joined to a fresh port of the engine and frames pass through unread (relay.ts).
// Who may come in: a request must name this host and port (DNS rebinding), a socket must also come from our own
// page (Origin) and carry the token (other local accounts can reach the port, but not the token).
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { MessagePort } from 'node:worker_threads'
import { WebSocketServer } from 'ws'
import { Refusal } from '../base/refusal.ts'
import { windowFile, windowHeaders } from '../contract/window-files.ts'
import { relay } from './relay.ts'

/** Bytes of one frame from the page. Evidence never comes this way: it is named by path. */
export const maxPayloadBytes = 8 << 20
/** Pages connected at once. One operator has one or two; a flood is a bug or an attack. */
const maxPages = 16

export interface ServeOptions {
  /** folder of the built window (holds index.html) */
  readonly root: string
  /** makes a port to the engine, one for every page that connects */
  readonly connect: () => MessagePort
  /** 0 (default): any free one */
  readonly port?: number
  /** diagnostics, one line each; never holds the token */
  readonly log?: (line: string) => void
  /** called with the number of connected pages whenever it changes */
  readonly onPages?: (connected: number) => void
}

export interface Served {
  /** what to open: the token is in the fragment, which no request line or Referer carries */
  readonly url: string
  readonly token: string
  readonly port: number
  /** pages connected now */
  pages(): number
  /** Ends every page's connection and stops listening. */
  close(): Promise<void>
}

/**
 * Starts serving. Refuses (`serve.window.missing`) when the window has not been built and
 * (`serve.port.taken`) when the wanted port is in use.
 */
export async function serve(options: ServeOptions): Promise<Served> {
  const log = options.log ?? (() => {})
  if (!(await stat(join(options.root, 'index.html')).catch(() => undefined))?.isFile())
    throw new Refusal(
      'serve.window.missing',
      `No built window in ${options.root}.`,
      'Build it first: npm run build.',
      { root: options.root },
    )
  const token = randomBytes(32).toString('base64url')
  const gate = new Gate(token)
  const server = createServer((request, response) => {
    answer(request, response, options.root, gate).catch((error: unknown) => {
      log(`http: ${error instanceof Error ? error.message : String(error)}`)
      response.destroy()
    })
  })
  // compression is off: it would cost memory for each page and the wire is this machine
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxPayloadBytes,
    perMessageDeflate: false,
    handleProtocols: () => 'tasktrail',
  })
  server.on('upgrade', (request, socket, head) => {
    // From here on Node listens no more: a reset by the other end would end the process.
    const onReset = (error: Error) => log(`upgrade: ${error.message}`)
    socket.on('error', onReset)
    const refusal =
      gate.refusesSocket(request) ?? (sockets.clients.size >= maxPages ? 'too many pages' : null)
    if (refusal !== null) {
      log(`refused a socket: ${refusal}`)
      socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (page) => {
      socket.removeListener('error', onReset) // ws listens from here on
      page.on('close', () => options.onPages?.(sockets.clients.size))
      options.onPages?.(sockets.clients.size)
      try {
        relay(page, options.connect(), log)
      } catch (error) {
        log(`engine: ${error instanceof Error ? error.message : String(error)}`)
        page.on('error', () => {})
        page.close(1011, 'the engine does not start')
      }
    })
  })
  gate.port = await listen(server, options.port ?? 0)
  return {
    url: `http://127.0.0.1:${gate.port}/#token=${token}`,
    token,
    port: gate.port,
    pages: () => sockets.clients.size,
    close: () =>
      new Promise((done) => {
        for (const page of sockets.clients) page.terminate()
        sockets.close()
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

/** Decides who may come in. */
class Gate {
  port = 0
  readonly #wanted: Buffer
  constructor(token: string) {
    this.#wanted = Buffer.from(`token.${token}`)
  }
  #hosts(): string[] {
    return [`127.0.0.1:${this.port}`, `localhost:${this.port}`]
  }
  isOurHost(request: IncomingMessage): boolean {
    return this.#hosts().includes(request.headers.host ?? '')
  }
  /** Why this socket may not come in, or null. Says nothing about the token given. */
  refusesSocket(request: IncomingMessage): string | null {
    if (request.url !== '/rpc') return 'not /rpc'
    if (!this.isOurHost(request)) return `host ${quoted(request.headers.host)}`
    // The very host asked for, not just one of ours: a page of localhost and one of 127.0.0.1 are two origins.
    if (request.headers.origin !== `http://${request.headers.host}`)
      return `origin ${quoted(request.headers.origin)}`
    const given = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((part) => part.trim())
    return given.some((part) => this.#isToken(part)) ? null : 'wrong or missing token'
  }
  #isToken(text: string): boolean {
    const given = Buffer.from(text)
    return given.length === this.#wanted.length && timingSafeEqual(given, this.#wanted)
  }
}

/** A header of a stranger, fit for one line of our journal. */
const quoted = (header: string | undefined): string => JSON.stringify((header ?? '').slice(0, 200))

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  root: string,
  gate: Gate,
): Promise<void> {
  const refuse = (status: number) => void response.writeHead(status, { 'content-length': 0 }).end()
  if (!gate.isOurHost(request)) return refuse(421)
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405)
  const found = windowFile(request.url ?? '/')
  if (!found.ok) return refuse(found.status)
  const path = join(root, ...found.segments)
  // a link is none of the window's files, whatever it leads to
  const file = await lstat(path).catch(() => undefined)
  if (!file?.isFile()) return refuse(404)
  response.writeHead(200, {
    ...windowHeaders(`ws://${request.headers.host}`),
    'content-type': found.contentType,
    'content-length': file.size,
  })
  if (request.method === 'HEAD') return void response.end()
  await pipeline(createReadStream(path), response)
}

/** Listens on 127.0.0.1 and says on which port. */
function listen(server: Server, port: number): Promise<number> {
  return new Promise((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const known = error.code === 'EADDRINUSE' || error.code === 'EACCES'
      fail(
        known
          ? new Refusal(
              'serve.port.taken',
              `Port ${port} of 127.0.0.1 can not be used (${error.code}).`,
              'Choose another one with --port, or leave it out and a free one is taken.',
              { port, cause: error.code ?? null },
            )
          : error,
      )
    })
    server.listen(port, '127.0.0.1', () => done((server.address() as AddressInfo).port))
  })
}
