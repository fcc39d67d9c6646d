import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { runInNewContext } from 'node:vm'
import { build } from 'vite'
import { describe, expect, it, vi } from 'vitest'

/** Builds the preload the way the product does: one CommonJS file. */
async function builtPreload(): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), 'tasktrail-preload-'))
  try {
    await build({
      configFile: false,
      logLevel: 'error',
      build: {
        outDir,
        minify: false,
        rolldownOptions: {
          input: { preload: resolve('electron/preload/preload.ts') },
          external: ['electron'],
          output: { format: 'cjs', entryFileNames: '[name].cjs' },
        },
      },
    })
    return await readFile(join(outDir, 'preload.cjs'), 'utf8')
  } finally {
    rmSync(outDir, { recursive: true, force: true })
  }
}

/** Runs it as Electron's sandbox does: `require` knows `electron` and nothing else. */
async function loaded() {
  const exposed: Record<string, Record<string, (...given: unknown[]) => unknown>> = {}
  const heard = new Map<string, (event: unknown) => void>()
  const sent: unknown[][] = []
  const posted: unknown[][] = []
  const electron = {
    contextBridge: {
      exposeInMainWorld: (name: string, api: (typeof exposed)[string]) => {
        exposed[name] = api
      },
    },
    ipcRenderer: {
      once: (name: string, hear: (event: unknown) => void) => heard.set(name, hear),
      send: (...given: unknown[]) => sent.push(given),
      invoke: vi.fn(async (..._given: unknown[]) => ['/evidence']),
    },
    webUtils: { getPathForFile: (file: { path: string }) => file.path },
  }
  const asked: string[] = []
  runInNewContext(await builtPreload(), {
    require: (name: string) => {
      asked.push(name)
      if (name !== 'electron') throw new Error(`module not found: ${name}`)
      return electron
    },
    module: { exports: {} },
    exports: {},
    window: {
      location: { origin: 'app://tasktrail' },
      postMessage: (...given: unknown[]) => posted.push(given),
    },
  })
  return { exposed, heard, sent, posted, asked, electron }
}

describe('the built preload', () => {
  it('loads in a sandbox that knows only electron, and exposes three functions and nothing else', async () => {
    const { exposed, asked } = await loaded()
    expect(new Set(asked)).toEqual(new Set(['electron']))
    expect(Object.keys(exposed)).toEqual(['tasktrail'])
    expect(Object.keys(exposed.tasktrail ?? {}).sort()).toEqual(['choose', 'connect', 'pathOf'])
    for (const part of Object.values(exposed.tasktrail ?? {})) expect(typeof part).toBe('function')
  })

  it('asks for a port and hands it to our own window, without the event it came with', async () => {
    const { exposed, heard, sent, posted } = await loaded()
    exposed.tasktrail?.connect?.()
    expect(sent).toEqual([['tasktrail:connect']])
    const port = { is: 'a port' }
    heard.get('tasktrail:port')?.({ ports: [port], sender: 'secret' })
    expect(posted).toEqual([['tasktrail:port', 'app://tasktrail', [port]]])
  })

  it('tells a dropped file’s path and passes a choice on', async () => {
    const { exposed, electron } = await loaded()
    expect(exposed.tasktrail?.pathOf?.({ path: 'C:\\evidence\\Security.evtx' })).toBe(
      'C:\\evidence\\Security.evtx',
    )
    expect(await exposed.tasktrail?.choose?.('files')).toEqual(['/evidence'])
    expect(electron.ipcRenderer.invoke).toHaveBeenCalledExactlyOnceWith('tasktrail:choose', 'files')
  })
})
