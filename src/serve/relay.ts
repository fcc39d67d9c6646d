// Carries oRPC's raw frames between one WebSocket and one engine port, unread. Both ends of oRPC encode a frame
// as the same string or byte array whatever the transport, so nothing is parsed here: hostile input is the
// engine thread's affair, and a slow answer of it can not hold up this thread.
import type { MessagePort } from 'node:worker_threads'
import type { RawData, WebSocket } from 'ws'

/** Bytes waiting for a page that does not read. Far above any answer; a page this far behind is gone. */
const mostBuffered = 64 << 20

/** WebSocket close codes: the engine went away; the page does not read. */
const closeCode = { engineGone: 1011, pageTooSlow: 1013 } as const

/** The frame as the port carries it. Bytes are copied: a Buffer may be a view into a pool, which would go along. */
function frameOf(received: RawData, isBinary: boolean): string | Uint8Array {
  const bytes = Array.isArray(received) ? Buffer.concat(received) : received
  if (!isBinary) return (bytes instanceof ArrayBuffer ? Buffer.from(bytes) : bytes).toString('utf8')
  return bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : Uint8Array.from(bytes)
}

/** Joins the two until either ends; then the other is closed too. Frames arrive in order, none is kept. */
export function relay(socket: WebSocket, port: MessagePort, log: (line: string) => void): void {
  // Without this listener a message above maxPayload ends the whole process.
  socket.on('error', (error) => log(`socket: ${error.message}`))
  socket.on('message', (frame: RawData, isBinary: boolean) => {
    port.postMessage(frameOf(frame, isBinary))
  })
  socket.on('close', () => port.close())
  port.on('message', (frame: unknown) => {
    if (socket.readyState !== socket.OPEN) return
    if (typeof frame !== 'string' && !(frame instanceof Uint8Array)) {
      log('relay: the engine sent a frame that is neither text nor bytes; it was dropped')
      return
    }
    if (socket.bufferedAmount > mostBuffered) {
      log('relay: the page does not read what it asked for; its connection is closed')
      socket.close(closeCode.pageTooSlow, 'the page does not read')
      return
    }
    socket.send(frame)
  })
  port.on('messageerror', () => log('relay: a frame of the engine could not be read'))
  port.on('close', () => socket.close(closeCode.engineGone, 'the engine ended'))
}
