// The page of transport-browser.test.ts: the window's own client, and for the message port a stand-in for Electron
// that carries the port's frames to the same server.
import { connect } from '../../renderer/api/client.ts'

async function standInForElectron(): Promise<void> {
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  const socket = new WebSocket(`ws://${location.host}/rpc`, ['tasktrail', `token.${token}`])
  socket.binaryType = 'arraybuffer'
  await new Promise((open) => socket.addEventListener('open', open, { once: true }))
  const bridge = {
    connect() {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = ({ data: frame }) => socket.send(frame)
      socket.onmessage = ({ data: frame }) => port1.postMessage(frame)
      window.postMessage('tasktrail:port', location.origin, [port2])
    },
    pathOf: () => '',
    choose: async () => [],
  }
  Object.assign(window, { tasktrail: bridge })
}

const ready = location.search === '?ipc' ? standInForElectron() : Promise.resolve()
Object.assign(window, {
  opened: ready.then(async () => {
    const connection = await connect()
    void connection.lost.then(() => {
      document.title = 'lost'
    })
    // the client is a callable proxy: resolving with it bare would call it
    return { api: connection.api }
  }),
})
