// Stands in for Electron's module: remembers what main asked of it, and lets a test play the other side.
import { EventEmitter } from 'node:events'
import { type Mock, vi } from 'vitest'

export class PortStandIn extends EventEmitter {
  posted: unknown[] = []
  closed = false
  postMessage(message: unknown) {
    this.posted.push(message)
  }
  start() {}
  close() {
    this.closed = true
  }
}

export class EngineStandIn extends EventEmitter {
  posted: [unknown, unknown[] | undefined][] = []
  killed = false
  postMessage(message: unknown, ports?: unknown[]) {
    this.posted.push([message, ports])
    if ((message as { type: string }).type === 'stop') queueMicrotask(() => this.emit('exit', 0))
  }
  kill() {
    this.killed = true
  }
}

/** Turns bytes about, and knows what it turned: what another store made it does not open. */
export const storeStandIn = {
  available: true,
  isEncryptionAvailable: () => storeStandIn.available,
  getSelectedStorageBackend: () => 'gnome_libsecret',
  encryptString: (text: string) => Buffer.from(`sealed:${[...text].reverse().join('')}`),
  decryptString: (bytes: Buffer) => {
    const text = bytes.toString()
    if (!text.startsWith('sealed:')) throw new Error('not made by this store')
    return [...text.slice(7)].reverse().join('')
  },
}

class WindowStandIn extends EventEmitter {
  static all: WindowStandIn[] = []
  static getAllWindows = () => WindowStandIn.all
  static fromWebContents = () => WindowStandIn.all[0]
  options: { webPreferences: Record<string, unknown> } & Record<string, unknown>
  loaded: string[] = []
  shown = false
  constructor(options: WindowStandIn['options']) {
    super()
    this.options = options
    WindowStandIn.all.push(this)
  }
  async loadURL(address: string) {
    this.loaded.push(address)
    this.emit('ready-to-show')
  }
  show() {
    this.shown = true
  }
  isMinimized = () => false
  destroy: Mock<() => void> = vi.fn()
  webContents = Object.assign(new EventEmitter(), {
    setWindowOpenHandler: () => {},
    printToPDF: async (wish: unknown) => Buffer.from(`%PDF-1.7 ${JSON.stringify(wish)}`),
  })
  focus() {}
}

type RequestGate = (request: { url: string }, answer: (a: { cancel: boolean }) => void) => void
class SessionStandIn extends EventEmitter {
  permissionRequest: ((c: unknown, p: string, allow: (is: boolean) => void) => void) | undefined
  permissionCheck: ((contents: unknown, permission: string) => boolean) | undefined
  devicePermission: (() => boolean) | undefined
  requestGate: RequestGate | undefined
  setPermissionRequestHandler = (decide: SessionStandIn['permissionRequest']) => {
    this.permissionRequest = decide
  }
  setPermissionCheckHandler = (decide: SessionStandIn['permissionCheck']) => {
    this.permissionCheck = decide
  }
  setDevicePermissionHandler = (decide: () => boolean) => {
    this.devicePermission = decide
  }
  webRequest = {
    onBeforeRequest: (gate: RequestGate) => {
      this.requestGate = gate
    },
  }
}

class AppStandIn extends EventEmitter {
  order: string[] = []
  isPackaged = true
  quit: Mock<() => void> = vi.fn()
  exit: Mock<(code: number) => void> = vi.fn()
  enableSandbox() {
    this.order.push('sandbox')
  }
  requestSingleInstanceLock() {
    this.order.push('lock')
    return true
  }
  async whenReady() {
    this.order.push('ready')
  }
}

/** A fresh Electron. `module` is what `import … from 'electron'` gets. */
export function electronStandIn() {
  WindowStandIn.all = []
  const app = new AppStandIn()
  const ipcMain = Object.assign(new EventEmitter(), {
    answers: new Map<string, (event: unknown, ...given: unknown[]) => unknown>(),
    handle(name: string, answer: (event: unknown, ...given: unknown[]) => unknown) {
      this.answers.set(name, answer)
    },
  })
  const schemes: unknown[] = []
  const protocolAnswers = new Map<string, (request: Request) => Promise<Response>>()
  const protocol = {
    registerSchemesAsPrivileged: (list: unknown[]) => {
      app.order.push('schemes')
      schemes.push(...list)
    },
    handle: (scheme: string, answer: (request: Request) => Promise<Response>) =>
      protocolAnswers.set(scheme, answer),
  }
  const engines: { entry: string; args: string[]; options: { env: object }; engine: EngineStandIn }[] = []
  const utilityProcess = {
    fork: (entry: string, args: string[], options: { env: object }) => {
      const engine = new EngineStandIn()
      engines.push({ entry, args, options, engine })
      return engine
    },
  }
  const defaultSession = new SessionStandIn()
  const printSession = new SessionStandIn()
  const showOpenDialog: Mock<(...given: unknown[]) => Promise<{ canceled: boolean; filePaths: string[] }>> =
    vi.fn(async () => ({ canceled: false, filePaths: ['/evidence'] }))
  const dialog = { showOpenDialog }
  const module = {
    app,
    BrowserWindow: WindowStandIn,
    dialog,
    ipcMain,
    Menu: { setApplicationMenu: () => {}, buildFromTemplate: () => ({}) },
    MessageChannelMain: class {
      port1 = new PortStandIn()
      port2 = new PortStandIn()
    },
    protocol,
    safeStorage: storeStandIn,
    session: { defaultSession, fromPartition: () => printSession },
    utilityProcess,
  }
  return {
    module,
    app,
    ipcMain,
    schemes,
    protocolAnswers,
    engines,
    defaultSession,
    printSession,
    dialog,
    windows: WindowStandIn,
  }
}
