import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { startEngine } from '../../../src/engine/start-engine.ts'

const folder = mkdtempSync(join(tmpdir(), 'tasktrail-engine-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** An engine thread with this code. */
function entry(name: string, code: string): URL {
  const path = join(folder, `${name}.mjs`)
  writeFileSync(path, code)
  return pathToFileURL(path)
}

describe('the engine’s thread', () => {
  it('is not started for ever when it can not live', async () => {
    const journal: string[] = []
    const engine = startEngine({
      setup: { host: 'test' },
      entry: entry('dead', "throw new Error('cannot live')"),
      journal: (line) => journal.push(line),
    })
    const deaths = () => journal.filter((line) => line.includes('ended unexpectedly')).length
    for (let death = 1; death <= 5; death++) {
      if (death > 1) engine.connect().close()
      await expect.poll(deaths).toBe(death)
    }
    expect(() => engine.connect()).toThrow(expect.objectContaining({ code: 'engine.thread.failing' }))
    expect(journal.join('\n')).toContain('cannot live')
    await engine.stop()
  })

  it('is told who shows the window', async () => {
    const code = `import { parentPort, workerData } from 'node:worker_threads'
      parentPort.on('message', (order) => order.type === 'connect' ? order.port.postMessage(workerData) : process.exit(0))`
    const setup = { host: 'serve', caseDir: '/cases/one' } as const
    const engine = startEngine({ setup, entry: entry('telling', code) })
    const port = engine.connect()
    expect(await new Promise((done) => port.once('message', done))).toEqual(setup)
    port.close()
    await engine.stop()
    expect(() => engine.connect()).toThrow(expect.objectContaining({ code: 'engine.thread.stopped' }))
  })

  it('is ended by force when it does not end by itself', async () => {
    const code = "import { parentPort } from 'node:worker_threads'\nparentPort.on('message', () => {})"
    const engine = startEngine({ setup: { host: 'test' }, entry: entry('deaf', code), stopWithinMs: 100 })
    const began = performance.now()
    await engine.stop()
    expect(performance.now() - began).toBeLessThan(3000)
    await engine.stop()
  })
})
