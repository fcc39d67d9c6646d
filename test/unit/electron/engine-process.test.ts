import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { contract } from '../../../src/contract/contract.ts'

/** A port as Electron's MessagePortMain is one: an emitter whose messages come wrapped, silent until started. */
class MainPort extends EventEmitter {
  readonly #port: MessagePort
  constructor(port: MessagePort) {
    super()
    this.#port = port
    port.on('close', () => this.emit('close'))
  }
  start() {
    this.#port.on('message', (message: unknown) => this.emit('message', { data: message, ports: [] }))
  }
  postMessage(message: unknown) {
    this.#port.postMessage(message)
  }
  close() {
    this.#port.close()
  }
}

describe('the engine’s process under Electron', () => {
  const home = mkdtempSync(join(tmpdir(), 'tasktrail-process-'))
  const parentPort = new EventEmitter()
  const argv = process.argv
  beforeAll(async () => {
    vi.stubEnv('TASKTRAIL_HOME', home)
    Object.assign(process, { parentPort })
    process.argv = [...argv, '--case', join(home, 'case')]
    await import('../../../electron/worker/engine-process.ts')
  })
  afterAll(() => {
    process.argv = argv
    process.removeAllListeners('unhandledRejection')
    vi.unstubAllEnvs()
    rmSync(home, { recursive: true, force: true })
  })

  const connect = () => {
    const { port1, port2 } = new MessageChannel()
    parentPort.emit('message', { data: { type: 'connect' }, ports: [new MainPort(port2)] })
    return createORPCClient<ContractRouterClient<typeof contract>>(new RPCLink({ port: port1 }))
  }

  it('answers over a port of main’s, and knows that dialogs are native here', async () => {
    expect(await connect().app.info()).toMatchObject({
      host: 'electron',
      caseDir: join(home, 'case'),
      capabilities: { nativeDialogs: true },
    })
  })

  it('streams and refuses as everywhere', async () => {
    const api = connect()
    await expect(api.cases.open({ dir: join(home, 'case') })).rejects.toMatchObject({ code: 'REFUSED' })
    const stream = await api.bundle.verify({ path: join(home, 'nothing.zip') })
    await expect(Array.fromAsync(stream)).rejects.toMatchObject({ code: 'REFUSED' })
  })

  it('ends when main says so', async () => {
    const exit = vi.spyOn(process, 'exit').mockImplementation((() => {}) as never)
    parentPort.emit('message', { data: { type: 'stop' }, ports: [] })
    await expect.poll(() => exit.mock.calls).toEqual([[0]])
    exit.mockRestore()
  })
})
