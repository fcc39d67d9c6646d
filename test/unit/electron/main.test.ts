import { EventEmitter } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { electronStandIn } from './electron-stand-in.ts'

let electron: ReturnType<typeof electronStandIn>
let written: string[]
const folder = mkdtempSync(join(tmpdir(), 'tasktrail-main-'))
const shownFile = join(folder, 'shown')

/** Imports the real main against a fresh stand-in, and waits until its window is there. */
async function startMain(argv: string[] = [], prepare?: (fresh: typeof electron) => void): Promise<void> {
  electron = electronStandIn()
  prepare?.(electron)
  vi.resetModules()
  vi.doMock('electron', () => electron.module)
  const before = process.argv
  process.argv = ['tasktrail', '.', ...argv]
  try {
    await import('../../../electron/main/main.ts')
    if (electron.app.order.includes('ready') || electron.app.quit.mock.calls.length === 0)
      await expect.poll(() => electron.windows.all.length).toBe(1)
  } finally {
    process.argv = before
  }
}

beforeEach(() => {
  written = []
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written.push(String(text))
    return true
  })
  vi.stubEnv('TASKTRAIL_SHOWN_FILE', shownFile)
  vi.stubEnv('NODE_OPTIONS', '--inspect')
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  vi.doUnmock('electron')
  process.removeAllListeners('unhandledRejection')
  rmSync(shownFile, { force: true })
})

const window = () => {
  const [only] = electron.windows.all
  if (!only) throw new Error('no window')
  return only
}
/** A message of a frame; the top frame of our own page unless told otherwise. */
function messageOf(how: { url?: string; isTop?: boolean; frame?: null } = {}) {
  const frame = { url: how.url ?? 'app://tasktrail/', postMessage: vi.fn() }
  const senderFrame = how.frame === null ? null : frame
  return { senderFrame, sender: { mainFrame: how.isTop === false ? {} : frame }, frame }
}

describe('Electron’s main process', () => {
  it('sets sandbox and scheme before Electron is ready', async () => {
    await startMain()
    expect(electron.app.order).toEqual(['sandbox', 'schemes', 'lock', 'ready'])
    expect(electron.schemes).toEqual([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
    ])
  })

  it('opens one walled window on its own scheme', async () => {
    await startMain()
    expect(window().loaded).toEqual(['app://tasktrail/'])
    expect(window().options.webPreferences).toMatchObject({
      preload: expect.stringMatching(/preload[/\\]preload\.cjs$/),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      devTools: false,
    })
    expect(window().options.webPreferences).not.toHaveProperty('enableBlinkFeatures')
  })

  it('says that the window was shown, on stderr and in the file it was given', async () => {
    await startMain()
    expect(window().shown).toBe(true)
    expect(written).toContain('tasktrail: window shown\n')
    expect(existsSync(shownFile)).toBe(true)
  })

  it('lets no page navigate, open, redirect or embed', async () => {
    await startMain()
    const opens: ((given: object) => unknown)[] = []
    const contents = Object.assign(new EventEmitter(), {
      setWindowOpenHandler: (decide: (given: object) => unknown) => opens.push(decide),
    })
    electron.app.emit('web-contents-created', {}, contents)
    for (const name of ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview']) {
      const event = { preventDefault: vi.fn() }
      contents.emit(name, event)
      expect(event.preventDefault, name).toHaveBeenCalledOnce()
    }
    expect(opens.map((decide) => decide({ url: 'https://evil.example' }))).toEqual([{ action: 'deny' }])
  })

  it('grants no permission but copying to our own page, no device and no download', async () => {
    await startMain()
    const ours = electron.defaultSession
    const page = (url: string) => ({ getURL: () => url })
    const granted = (contents: unknown, permission: string) => {
      const allow = vi.fn()
      ours.permissionRequest?.(contents, permission, allow)
      const checked = ours.permissionCheck?.(contents, permission)
      expect(allow).toHaveBeenCalledExactlyOnceWith(checked)
      return checked
    }
    const all = ['media', 'clipboard-read', 'openExternal', 'notifications', 'fileSystem', 'hid', 'serial']
    for (const permission of all) expect(granted(page('app://tasktrail/'), permission)).toBe(false)
    expect(granted(page('app://tasktrail/'), 'clipboard-sanitized-write')).toBe(true)
    expect(granted(page('https://evil.example/'), 'clipboard-sanitized-write')).toBe(false)
    expect(granted(null, 'clipboard-sanitized-write')).toBe(false)
    expect(ours.devicePermission?.()).toBe(false)
    const download = { preventDefault: vi.fn() }
    ours.emit('will-download', download)
    expect(download.preventDefault).toHaveBeenCalledOnce()
  })

  it.each([
    ['app://tasktrail/index.html', false],
    ['app://tasktrail/assets/main.js', false],
    ['data:image/svg+xml,x', false],
    ['data:text/html,x', true],
    ['app://other/index.html', true],
    ['app://tasktrail.evil.example/', true],
    ['https://example.com/', true],
    ['http://127.0.0.1:80/', true],
    ['file:///etc/passwd', true],
    ['ws://127.0.0.1:9/', true],
    ['ftp://example.com/', true],
  ])('a request for %s is cancelled: %s', async (url, cancelled) => {
    await startMain()
    const answer = vi.fn()
    electron.defaultSession.requestGate?.({ url }, answer)
    expect(answer).toHaveBeenCalledExactlyOnceWith({ cancel: cancelled })
  })

  it('answers for its own files only, and says what the page may do', async () => {
    await startMain()
    const answer = electron.protocolAnswers.get('app')
    const status = async (address: string) => (await answer?.(new Request(address)))?.status
    expect(await status('app://other/index.html')).toBe(404)
    expect(await status('app://tasktrail/..%2fmain%2fmain.js')).toBe(403)
    expect(await status('app://tasktrail/..%5c..%5cpackage.html')).toBe(403)
    expect(await status('app://tasktrail/%ff')).toBe(400)
    expect(await status('app://tasktrail/nothing.html')).toBe(404)
    expect(await status('app://tasktrail/package.json.bak')).toBe(404)
  })

  it('joins our own page to the engine by a channel that main has made', async () => {
    await startMain()
    expect(electron.engines).toHaveLength(0)
    const message = messageOf()
    electron.ipcMain.emit('tasktrail:connect', message)
    const [started] = electron.engines
    expect(started?.entry).toMatch(/engine-process\.js$/)
    const [order, ports] = started?.engine.posted[0] ?? []
    expect(order).toEqual({ type: 'connect' })
    expect(message.frame.postMessage).toHaveBeenCalledExactlyOnceWith('tasktrail:port', null, [
      expect.anything(),
    ])
    expect(message.frame.postMessage.mock.calls[0]?.[2][0]).not.toBe(ports?.[0])
  })

  it.each([
    ['another site', { url: 'https://evil.example/' }],
    ['another host of our scheme', { url: 'app://evil/' }],
    ['a host that begins like ours', { url: 'app://tasktrail.evil/' }],
    ['another scheme with our host', { url: 'other://tasktrail/' }],
    ['a page that does not say', { url: 'about:blank' }],
    ['a frame inside our page', { isTop: false }],
    ['a frame that is gone', { frame: null } as const],
  ])('refuses %s', async (_who, how) => {
    await startMain()
    const message = messageOf(how)
    electron.ipcMain.emit('tasktrail:connect', message)
    expect(await electron.ipcMain.answers.get('tasktrail:choose')?.(message, 'files')).toEqual([])
    expect(electron.engines).toHaveLength(0)
    expect(message.frame.postMessage).not.toHaveBeenCalled()
    expect(electron.dialog.showOpenDialog).not.toHaveBeenCalled()
    expect(written.join('')).toContain('refused a message')
  })

  it('asks the operator with a dialog it knows, and with no other', async () => {
    await startMain()
    const choose = electron.ipcMain.answers.get('tasktrail:choose')
    expect(await choose?.(messageOf(), 'folder')).toEqual(['/evidence'])
    expect(electron.dialog.showOpenDialog).toHaveBeenCalledOnce()
    for (const what of ['other', '__proto__', 'constructor', { title: 'x' }, undefined])
      expect(await choose?.(messageOf(), what)).toEqual([])
    electron.dialog.showOpenDialog.mockResolvedValueOnce({ canceled: true, filePaths: [] })
    expect(await choose?.(messageOf(), 'files')).toEqual([])
    expect(electron.dialog.showOpenDialog).toHaveBeenCalledTimes(2)
  })

  it('starts the engine without the shell’s NODE_OPTIONS and with the case that was named', async () => {
    await startMain(['--case', 'some-case'])
    electron.ipcMain.emit('tasktrail:connect', messageOf())
    const [started] = electron.engines
    expect(started?.args).toEqual(['--case', expect.stringMatching(/[/\\]some-case$/)])
    expect(Object.keys(started?.options.env ?? {}).filter((name) => name.startsWith('NODE_'))).toEqual([])
  })

  it('starts a dead engine anew, but not for ever', async () => {
    await startMain()
    for (let death = 0; death < 8; death++) {
      electron.ipcMain.emit('tasktrail:connect', messageOf())
      electron.engines.at(-1)?.engine.emit('exit', 9)
    }
    expect(electron.engines).toHaveLength(5)
    expect(written.join('')).toContain('not started again')
  })

  it('lets the engine stop before it quits', async () => {
    await startMain()
    electron.ipcMain.emit('tasktrail:connect', messageOf())
    const event = { preventDefault: vi.fn() }
    electron.app.emit('before-quit', event)
    expect(event.preventDefault).toHaveBeenCalledOnce()
    expect(electron.engines[0]?.engine.posted.at(-1)?.[0]).toEqual({ type: 'stop' })
    await expect.poll(() => electron.app.quit.mock.calls.length).toBe(1)
    const again = { preventDefault: vi.fn() }
    electron.app.emit('before-quit', again)
    expect(again.preventDefault).not.toHaveBeenCalled()
  })

  it('shows a page that crashed again, three times', async () => {
    await startMain()
    const contents = { isDestroyed: () => false, reload: vi.fn() }
    for (let crash = 0; crash < 4; crash++)
      electron.app.emit('render-process-gone', {}, contents, { reason: 'crashed' })
    expect(contents.reload).toHaveBeenCalledTimes(3)
    expect(electron.app.quit).toHaveBeenCalledOnce()
  })

  it('a second start leaves the window to the first and counts as shown', async () => {
    await startMain([], (fresh) => {
      fresh.app.requestSingleInstanceLock = () => false
    })
    expect(electron.windows.all).toHaveLength(0)
    expect(electron.app.quit).toHaveBeenCalledOnce()
    expect(existsSync(shownFile)).toBe(true)
  })

  it('a packaged app takes its window from nowhere else', async () => {
    vi.stubEnv('ELECTRON_RENDERER_URL', 'http://127.0.0.1:5173')
    await startMain()
    expect(window().loaded).toEqual(['app://tasktrail/'])
  })

  it('a developer’s build may take its window from the server named, and from that one only', async () => {
    vi.stubEnv('ELECTRON_RENDERER_URL', 'http://localhost:5173')
    await startMain([], (fresh) => {
      fresh.app.isPackaged = false
    })
    expect(window().loaded).toEqual(['http://localhost:5173'])
    const answer = vi.fn()
    electron.defaultSession.requestGate?.({ url: 'http://localhost:5173/main.tsx' }, answer)
    electron.defaultSession.requestGate?.({ url: 'http://localhost:5174/main.tsx' }, answer)
    expect(answer.mock.calls).toEqual([[{ cancel: false }], [{ cancel: true }]])
  })
})
