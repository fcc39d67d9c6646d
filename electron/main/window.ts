// The one window and the walls around it. Nothing here decides anything about evidence.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { app, BrowserWindow, Menu, protocol, type Session, session, type WebContents } from 'electron'
import { isOurPage, windowAddress, windowHost, windowScheme } from '../../src/contract/bridge.ts'
import { windowFile, windowHeaders } from '../../src/contract/window-files.ts'

/** Must run before Electron is ready: makes `app://` a scheme with an origin, like https. */
export function registerWindowScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: windowScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/** Nothing that is shown may lead anywhere else, open anything, or embed anything. */
export function wallIn(contents: WebContents): void {
  contents.on('will-navigate', (event) => event.preventDefault())
  contents.on('will-frame-navigate', (event) => event.preventDefault())
  contents.on('will-redirect', (event) => event.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
}

/**
 * Permissions, downloads, devices and the network: none, but for putting text on the clipboard, which is how a
 * citation gets into a ticket. Reading the clipboard stays closed.
 * @param devServer the one address a developer's build may use
 */
export function lockSession(ours: Session, devServer?: string): void {
  const mayCopy = (contents: WebContents | null, permission: string): boolean =>
    permission === 'clipboard-sanitized-write' &&
    contents !== null &&
    (isOurPage(contents.getURL()) || (devServer !== undefined && isBelow(contents.getURL(), devServer)))
  ours.setPermissionRequestHandler((contents, permission, allow) => allow(mayCopy(contents, permission)))
  ours.setPermissionCheckHandler(mayCopy)
  ours.setDevicePermissionHandler(() => false)
  ours.on('will-download', (event) => event.preventDefault())
  ours.webRequest.onBeforeRequest((request, answer) => {
    const isOurs =
      request.url.startsWith(windowAddress) ||
      request.url.startsWith('devtools://') ||
      (devServer !== undefined && isBelow(request.url, devServer))
    // `data:` is the policy's one image source beside our own files
    answer({ cancel: !isOurs && !request.url.startsWith('data:image/') })
  })
}

const isBelow = (address: string, server: string): boolean => new URL(address).host === new URL(server).host

/** Answers `app://tasktrail/…` from the built window's folder, with the page's policy. */
export function serveWindow(folder: string): void {
  protocol.handle(windowScheme, async (request) => {
    const { host, pathname } = new URL(request.url)
    const found = windowFile(pathname)
    if (host !== windowHost) return new Response(null, { status: 404 })
    if (!found.ok) return new Response(null, { status: found.status })
    const bytes = await readFile(join(folder, ...found.segments)).catch(() => undefined)
    if (!bytes) return new Response(null, { status: 404 })
    // everything the window asks of the engine goes over its message port, so it may connect nowhere
    return new Response(new Uint8Array(bytes), {
      headers: { ...windowHeaders("'none'"), 'content-type': found.contentType },
    })
  })
}

export interface WindowOptions {
  readonly preload: string
  /** a developer's vite server in place of the built window; never in a packaged app */
  readonly devServer?: string
  /** called once, when the operator can see the window */
  readonly onShown: () => void
}

/** Opens the window, hidden until its first picture is ready. */
export async function openWindow(options: WindowOptions): Promise<BrowserWindow> {
  // macOS knows copy and paste only from a menu; elsewhere a menu is one more thing to wall in
  Menu.setApplicationMenu(
    process.platform === 'darwin'
      ? Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }])
      : null,
  )
  const window = new BrowserWindow({
    show: false,
    width: 1440,
    height: 900,
    minWidth: 1024,
    minHeight: 640,
    title: 'Tasktrail',
    autoHideMenuBar: true,
    webPreferences: {
      preload: options.preload,
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
      spellcheck: false,
      devTools: !app.isPackaged,
      session: session.defaultSession,
    },
  })
  window.once('ready-to-show', () => {
    window.show()
    options.onShown()
  })
  await window.loadURL(options.devServer ?? windowAddress)
  return window
}
