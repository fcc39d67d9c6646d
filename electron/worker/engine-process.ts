// Entry of the engine's utility process under Electron: ports come from main, the engine is the same as everywhere.

import { describeError } from '../../src/engine/answer-errors.ts'
import { openEngine } from '../../src/engine/open-engine.ts'
import { askMain } from './ask-main.ts'

/** What Electron puts on `process` in a utility process; needs no import of electron. */
interface ParentPort {
  postMessage(message: unknown): void
  on(
    name: 'message',
    heard: (message: { readonly data: unknown; readonly ports: readonly unknown[] }) => void,
  ): void
}
const parent = (process as unknown as { parentPort: ParentPort }).parentPort

const at = process.argv.indexOf('--case')
const caseDir = at < 0 ? undefined : process.argv[at + 1]
const main = askMain(parent)
const engine = openEngine({ host: 'electron', ...(caseDir ? { caseDir } : {}) }, main)

process.on('unhandledRejection', (reason) => engine.journal(`dropped: ${describeError(reason)}`))
parent.on('message', ({ data: order, ports: [port] }) => {
  if (main.take(order)) return
  const { type } = order as { type: 'connect' | 'stop' }
  if (type === 'connect' && port) return engine.attach(port as never)
  if (type !== 'stop') return
  engine
    .close()
    .catch((error: unknown) => engine.journal(`closing: ${describeError(error)}`))
    .finally(() => process.exit(0))
})
