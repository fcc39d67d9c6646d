// The engine's side of its thread: takes ports, opens the router to each, ends when told.
import type { MessagePort } from 'node:worker_threads'
import { describeError } from './answer-errors.ts'
import type { Journal } from './attach.ts'
import type { EngineOrder } from './start-engine.ts'

export interface EngineThread {
  /** opens the router to one port (attachRouter) */
  readonly attach: (port: MessagePort) => void
  /** stops all work and closes what is open */
  readonly close: () => Promise<void> | void
  readonly journal: Journal
}

/** Serves orders from the thread's parent port until told to stop. */
export function runEngineThread(parent: MessagePort, engine: EngineThread): void {
  const ports = new Set<MessagePort>()
  // oRPC turns a frame that is no message into an unhandled rejection; it must cost its sender nothing but the answer.
  process.on('unhandledRejection', (reason) => engine.journal(`dropped: ${describeError(reason)}`))
  parent.on('message', (order: EngineOrder) => {
    if (order.type === 'connect') {
      const { port } = order
      ports.add(port)
      port.on('close', () => ports.delete(port))
      engine.attach(port)
      return
    }
    void Promise.resolve()
      .then(() => engine.close())
      .catch((error: unknown) => engine.journal(`closing: ${describeError(error)}`))
      .finally(() => {
        for (const port of ports) port.close()
        parent.close()
      })
  })
}
