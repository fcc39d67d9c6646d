// The two ways the window reaches the engine, opened from Node the way the window opens them.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import type { RouterClient } from '@orpc/server'
import { WebSocket } from 'ws'
import { type Engine, startEngine } from '../../src/engine/start-engine.ts'
import { type Served, serve } from '../../src/serve/server.ts'
import type { smallRouter } from '../unit/engine/small-router.ts'

export type SmallApi = RouterClient<typeof smallRouter>
export interface Opened {
  readonly api: SmallApi
  /** sends a frame that no client would send */
  send(frame: string | Uint8Array): void
  /** goes away the way a closed page does */
  leave(): void
}
export interface Transport {
  readonly engine: Engine
  readonly journal: string[]
  open(): Promise<Opened>
  close(): Promise<void>
}

const smallEntry = new URL('../unit/engine/small-engine-worker.ts', import.meta.url)
const startSmall = (journal: string[]) =>
  startEngine({
    setup: { host: 'test' },
    entry: smallEntry,
    journal: (line) => journal.push(line),
  })

/** As in Electron: the page holds one end of a message port. */
export async function portTransport(): Promise<Transport> {
  const journal: string[] = []
  const engine = startSmall(journal)
  return {
    engine,
    journal,
    open: async () => {
      const port = engine.connect()
      return {
        api: createORPCClient<SmallApi>(new PortLink({ port })),
        send: (frame) => port.postMessage(frame),
        leave: () => port.close(),
      }
    },
    close: () => engine.stop(),
  }
}

/** A folder that stands for the built window, inside one of its own so that a test may put things beside it. */
export function windowFolder(): { root: string; remove(): void } {
  const outer = mkdtempSync(join(tmpdir(), 'tasktrail-window-'))
  const root = join(outer, 'renderer')
  mkdirSync(root)
  writeFileSync(join(root, 'index.html'), '<!doctype html><title>Tasktrail</title>')
  return { root, remove: () => rmSync(outer, { recursive: true, force: true }) }
}

/** A socket as our own page opens it. */
export const openSocket = (served: Served): WebSocket =>
  new WebSocket(`ws://127.0.0.1:${served.port}/rpc`, ['tasktrail', `token.${served.token}`], {
    origin: `http://127.0.0.1:${served.port}`,
  })

/** As in the browser: a WebSocket to the local server, whose frames are relayed to the engine's thread. */
export async function socketTransport(): Promise<Transport & { readonly served: Served }> {
  const journal: string[] = []
  const engine = startSmall(journal)
  const { root, remove } = windowFolder()
  const served = await serve({ root, connect: () => engine.connect(), log: (line) => journal.push(line) })
  return {
    engine,
    journal,
    served,
    open: async () => {
      const socket = openSocket(served)
      await new Promise((done, fail) => socket.once('open', done).once('error', fail))
      const websocket = socket as unknown as globalThis.WebSocket
      return {
        api: createORPCClient<SmallApi>(new SocketLink({ websocket })),
        send: (frame) => socket.send(frame),
        leave: () => socket.close(),
      }
    },
    close: async () => {
      await served.close()
      await engine.stop()
      remove()
    },
  }
}
