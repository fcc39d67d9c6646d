// Electron's own list of what a safe app does, point by point in its order and numbers. What a point needs in depth is in
// main.test.ts, preload.test.ts and the tests of the transports; here nothing of the list can fall away unseen.
import { EventEmitter } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { config } from '../../../scripts/package/config.mjs'
import { contentSecurityPolicy } from '../../../src/contract/window-files.ts'
import { electronStandIn } from './electron-stand-in.ts'

const root = resolve(import.meta.dirname, '../../..')
let electron: ReturnType<typeof electronStandIn>

const sourcesOf = (folder: string): readonly (readonly [string, string])[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|tsx|html)$/.test(name))
    .map((name) => [name, readFileSync(join(root, folder, name), 'utf8')] as const)

beforeEach(async () => {
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
  electron = electronStandIn()
  vi.resetModules()
  vi.doMock('electron', () => electron.module)
  await import('../../../electron/main/main.ts')
  await expect.poll(() => electron.windows.all.length).toBe(1)
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.doUnmock('electron')
  process.removeAllListeners('unhandledRejection')
})

const preferences = () => electron.windows.all[0]?.options.webPreferences as Record<string, unknown>
const ours = () => electron.defaultSession
/** Contents as Electron announces them, and what happens to them. */
function contents() {
  const made = Object.assign(new EventEmitter(), {
    opens: undefined as ((details: object) => { action: string }) | undefined,
    setWindowOpenHandler(decide: (details: object) => { action: string }) {
      made.opens = decide
    },
  })
  electron.app.emit('web-contents-created', {}, made)
  return made
}
const isPrevented = (made: EventEmitter, name: string): boolean => {
  const event = { preventDefault: vi.fn() }
  made.emit(name, event)
  return event.preventDefault.mock.calls.length === 1
}
const isCancelled = (url: string): boolean => {
  const answer = vi.fn()
  ours().requestGate?.({ url }, answer)
  return answer.mock.calls[0]?.[0].cancel === true
}

describe('Electron’s checklist', () => {
  it('1: loads content of its own only', () => {
    expect(electron.windows.all[0]?.loaded).toEqual(['app://tasktrail/'])
    for (const url of ['https://example.org/', 'http://127.0.0.1/', 'ws://127.0.0.1/', 'file:///etc/passwd'])
      expect(isCancelled(url), url).toBe(true)
    for (const [name, text] of sourcesOf('renderer'))
      expect(text.match(/(?:src|href)=["'{`]*https?:/g), name).toBeNull()
  })
  it('2: gives the page no Node', () => {
    expect(preferences()).toMatchObject({
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
    })
  })
  it('3: isolates the page from the preload', () => {
    expect(preferences().contextIsolation).toBe(true)
  })
  it('4: sandboxes every process that shows something', () => {
    expect(electron.app.order[0]).toBe('sandbox')
    expect(preferences().sandbox).toBe(true)
  })
  it('5: refuses every permission but copying, asked for or looked up', () => {
    for (const permission of ['media', 'geolocation', 'notifications', 'openExternal', 'clipboard-read']) {
      const allow = vi.fn()
      ours().permissionRequest?.({ getURL: () => 'app://tasktrail/' }, permission, allow)
      expect(allow).toHaveBeenCalledExactlyOnceWith(false)
      expect(ours().permissionCheck?.({ getURL: () => 'app://tasktrail/' }, permission)).toBe(false)
    }
    expect(ours().devicePermission?.()).toBe(false)
  })
  it('6: leaves the security of the web on', () => {
    expect(preferences().webSecurity).toBe(true)
  })
  it('7: sends a policy that allows its own files and nothing else', async () => {
    const answered = await electron.protocolAnswers.get('app')?.(new Request('app://tasktrail/nothing.js'))
    expect(answered?.status).toBe(404)
    const policy = contentSecurityPolicy("'none'")
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
  })
  it('8: allows no insecure content', () => {
    expect(preferences().allowRunningInsecureContent).toBe(false)
  })
  it('9: uses no experiment of Chromium', () => {
    expect(preferences().experimentalFeatures).toBe(false)
  })
  it('10: switches on no feature of Blink', () => {
    expect(preferences()).not.toHaveProperty('enableBlinkFeatures')
  })
  it('11: lets nobody make a webview', () => {
    expect(preferences().webviewTag).toBe(false)
  })
  it('12: and none with other settings', () => {
    expect(isPrevented(contents(), 'will-attach-webview')).toBe(true)
  })
  it('13: navigates nowhere', () => {
    const made = contents()
    for (const name of ['will-navigate', 'will-frame-navigate', 'will-redirect'])
      expect(isPrevented(made, name), name).toBe(true)
    expect(preferences().navigateOnDragDrop).toBe(false)
  })
  it('14: opens no further window', () => {
    expect(contents().opens?.({ url: 'app://tasktrail/' })).toEqual({ action: 'deny' })
  })
  it('15: opens nothing outside', () => {
    for (const [name, text] of [...sourcesOf('electron'), ...sourcesOf('renderer')])
      expect(text.match(/openExternal|openPath|showItemInFolder/), name).toBeNull()
  })
  it('16: names one exact version of Electron, and packs that one', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    expect(devDependencies.electron).toMatch(/^\d+\.\d+\.\d+$/)
    expect(config.electronVersion).toBe(devDependencies.electron)
  })
  it('17: asks of every message which frame it came from', async () => {
    const stranger = { url: 'https://evil.example/', postMessage: vi.fn() }
    const message = { senderFrame: stranger, sender: { mainFrame: stranger } }
    electron.ipcMain.emit('tasktrail:connect', message)
    expect(stranger.postMessage).not.toHaveBeenCalled()
    expect(await electron.ipcMain.answers.get('tasktrail:choose')?.(message, 'files')).toEqual([])
    for (const [name, text] of sourcesOf('electron'))
      if (name !== join('main', 'switchboard.ts')) expect(text.match(/\bipcMain\b/), name).toBeNull()
  })
  it('18: shows its files by a scheme of its own, never by file:', () => {
    expect(electron.schemes).toEqual([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
    ])
    expect(config.electronFuses.grantFileProtocolExtraPrivileges).toBe(false)
  })
  it('19: fixes in the program what no argument and no variable may turn', () => {
    expect(config.electronFuses).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    })
    expect(config.asar).toBe(true)
  })
  it('20: exposes functions to the page, and nothing of Electron', () => {
    const text = readFileSync(join(root, 'electron/preload/preload.ts'), 'utf8')
    expect(text.match(/exposeInMainWorld/g)).toHaveLength(1)
    expect(text).not.toMatch(/exposeInMainWorld\([^)]*ipcRenderer/)
    const bridge = /const bridge[^=]*= \{([\s\S]*?)\n\}/.exec(text)?.[1] ?? ''
    expect(bridge.match(/^ {2}\w+/gm)).toEqual(['  connect', '  pathOf', '  choose'])
  })
  it('and: no developer’s tools and no download in a release', () => {
    expect(preferences().devTools).toBe(false)
    const download = { preventDefault: vi.fn() }
    ours().emit('will-download', download)
    expect(download.preventDefault).toHaveBeenCalledOnce()
    for (const [name, text] of sourcesOf('electron'))
      expect(text.match(/openDevTools|remote-debugging/), name).toBeNull()
  })
})
