/**
 * The one way from the window to the engine: the contract over a MessagePort (Electron) or over a WebSocket on
 * 127.0.0.1 (browser mode). Views never learn which.
 */
import { createORPCClient } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { type Bridge, channels } from '../../src/contract/bridge.ts'
import type { contract } from '../../src/contract/contract.ts'

export type Api = ContractRouterClient<typeof contract>

declare global {
  interface Window {
    /** put there by the preload; absent in browser mode */
    tasktrail?: Bridge<File>
  }
}

export interface Connection {
  readonly api: Api
  /** resolves when the engine has gone away and nothing will be answered any more */
  readonly lost: Promise<void>
}

function overPort(bridge: Bridge<File>): Promise<Connection> {
  return new Promise((resolve) => {
    const onPort = (message: MessageEvent) => {
      if (message.source !== window || message.data !== channels.port) return
      const [port] = message.ports
      if (!port) return
      window.removeEventListener('message', onPort)
      const lost = new Promise<void>((gone) => port.addEventListener('close', () => gone()))
      const link = new PortLink({ port })
      port.start()
      const api = createORPCClient<Api>(link)
      resolve({ api, lost })
    }
    window.addEventListener('message', onPort)
    bridge.connect()
  })
}

/** The token comes in the URL fragment, which no request carries, and leaves the address bar at once. */
function takeToken(): string {
  const given = new URLSearchParams(location.hash.slice(1)).get('token')
  if (given === null) return sessionStorage.getItem('tasktrail.token') ?? ''
  sessionStorage.setItem('tasktrail.token', given)
  history.replaceState(null, '', location.pathname + location.search)
  return given
}

function overSocket(): Promise<Connection> {
  const url = new URL('rpc', location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  url.hash = ''
  url.search = ''
  const websocket = new WebSocket(url, ['tasktrail', `token.${takeToken()}`])
  return new Promise((resolve, reject) => {
    websocket.addEventListener('open', () => {
      const lost = new Promise<void>((gone) => websocket.addEventListener('close', () => gone()))
      resolve({ api: createORPCClient<Api>(new SocketLink({ websocket })), lost })
    })
    websocket.addEventListener('error', () => reject(new Error('The local Tasktrail server refused.')))
  })
}

/** Connects once; rejects when no engine answers. The client is a callable proxy: never pass it to `setState` bare. */
export const connect = (): Promise<Connection> =>
  window.tasktrail ? overPort(window.tasktrail) : overSocket()
