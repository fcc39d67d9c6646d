import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { askMain } from '../../../electron/worker/ask-main.ts'
import { ownKeyFacts, ownSigningKey } from '../../../src/bundle/keys.ts'
import { electronStandIn, storeStandIn } from './electron-stand-in.ts'

const electron = electronStandIn()
vi.doMock('electron', () => electron.module)

describe('what main does for the engine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'services-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  let engine: ReturnType<typeof askMain>
  beforeAll(async () => {
    const { serve } = await import('../../../electron/main/host-services.ts')
    engine = askMain({
      postMessage: (message) => void serve(structuredClone(message)).then((answer) => engine.take(answer)),
    })
  })

  it('keeps the signing key in the secret store of the system, and opens it again', async () => {
    const { secrets } = engine
    const made = await ownSigningKey({ folder, secrets })
    expect(await ownKeyFacts(folder)).toMatchObject({ protection: 'system', line: made.signer.line })
    expect((await ownSigningKey({ folder, secrets })).signer).toEqual(made.signer)
    const kept = JSON.parse(readFileSync(join(folder, 'signing-key.json'), 'utf8')) as { secret: string }
    const secret = made.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64')
    expect(Buffer.from(kept.secret, 'base64').toString()).toMatch(/^sealed:/)
    expect(kept.secret).not.toContain(secret)
  })

  it('keeps the key in its file where the system keeps no secrets, and opens nothing another store made', async () => {
    storeStandIn.available = false
    const plain = join(folder, 'plain')
    await ownSigningKey({ folder: plain, secrets: engine.secrets })
    expect(await ownKeyFacts(plain)).toMatchObject({ protection: 'none' })
    storeStandIn.available = true
    await expect(engine.secrets?.open(Buffer.from('of another store'))).rejects.toThrow(
      'not made by this store',
    )
  })

  it('prints in a window that runs no script, reaches nothing, and is gone afterwards', async () => {
    const pdf = await engine.print?.('<!doctype html><p>report')
    expect(Buffer.from(pdf ?? []).toString()).toMatch(/^%PDF/)
    const window = electron.windows.all.at(-1)
    expect(window?.options.webPreferences).toMatchObject({
      sandbox: true,
      javascript: false,
      nodeIntegration: false,
    })
    expect(window?.loaded[0]).toMatch(/^file:.*report\.html$/)
    expect(window?.destroy).toHaveBeenCalled()
    const gate = electron.printSession.requestGate
    const answers: boolean[] = []
    for (const url of ['file:///report.html', 'https://example.org/'])
      gate?.({ url }, ({ cancel }) => answers.push(cancel))
    expect(answers).toEqual([false, true])
  })

  it('answers nothing that is no request', async () => {
    const { serve } = await import('../../../electron/main/host-services.ts')
    for (const message of [null, 'x', { type: 'connect' }, { type: 'service', id: 1 }])
      expect(await serve(message)).toBeUndefined()
    expect(await serve({ type: 'service', id: 2, act: 'run', text: 'calc' })).toMatchObject({
      why: 'unknown service',
    })
    expect(engine.take({ type: 'stop' })).toBe(false)
  })
})
