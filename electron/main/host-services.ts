// What only Electron's main process can do for the engine: the secret store of the operating system, and printing the report.
// The engine asks, main answers; nothing else goes this way, and neither keeps anything.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { BrowserWindow, safeStorage, session } from 'electron'
import { wallIn } from './window.ts'

export interface ServiceRequest {
  readonly type: 'service'
  readonly id: number
  readonly act: 'seal' | 'open' | 'print'
  /** base64 of a secret, or the HTML to print */
  readonly text: string
}
export interface ServiceAnswer {
  readonly type: 'service'
  readonly id: number
  /** base64; empty when the system keeps no secrets, undefined when it failed */
  readonly bytes?: string
  readonly why?: string
}

/** undefined for what is no request. */
export async function serve(message: unknown): Promise<ServiceAnswer | undefined> {
  const { type, id, act, text } = (message ?? {}) as Partial<ServiceRequest>
  if (type !== 'service' || typeof id !== 'number' || typeof text !== 'string') return undefined
  try {
    return { type, id, bytes: await carryOut(act, text) }
  } catch (error) {
    return { type, id, why: error instanceof Error ? error.message : String(error) }
  }
}

async function carryOut(act: ServiceRequest['act'] | undefined, text: string): Promise<string> {
  switch (act) {
    case 'seal':
      return isStoreSafe() ? safeStorage.encryptString(text).toString('base64') : ''
    case 'open':
      return safeStorage.decryptString(Buffer.from(text, 'base64'))
    case 'print':
      return (await print(text)).toString('base64')
    default:
      throw new Error('unknown service')
  }
}

/** Without a keychain Electron on Linux only seems to encrypt (`basic_text`). */
export const isStoreSafe = (): boolean =>
  safeStorage.isEncryptionAvailable() &&
  (process.platform !== 'linux' || safeStorage.getSelectedStorageBackend() !== 'basic_text')

/** Prints one HTML file without script in a window of its own that nobody sees and that reaches nothing. */
async function print(html: string): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'tasktrail-print-'))
  const walled = session.fromPartition('print', { cache: false })
  walled.setPermissionRequestHandler((_contents, _permission, allow) => allow(false))
  walled.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !url.startsWith('file:') }))
  const window = new BrowserWindow({
    show: false,
    webPreferences: {
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      javascript: false,
      session: walled,
    },
  })
  try {
    const file = join(folder, 'report.html')
    await writeFile(file, html, { mode: 0o600 })
    await window.loadURL(pathToFileURL(file).href)
    wallIn(window.webContents)
    return await window.webContents.printToPDF({ preferCSSPageSize: true, printBackground: true })
  } finally {
    window.destroy()
    await rm(folder, { recursive: true, force: true })
  }
}
