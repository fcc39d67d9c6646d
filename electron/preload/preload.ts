// The only code of ours that touches both Electron and the window. Exposes functions, never ipcRenderer and never
// an event. Sandboxed: it may require nothing but `electron`, so the build bundles the rest into one CommonJS file.
import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { type Bridge, type Choice, channels } from '../../src/contract/bridge.ts'

/** All of the window that is needed here; the project that compiles this file knows no DOM. */
declare const window: {
  readonly location: { readonly origin: string }
  postMessage(message: unknown, origin: string, transfer: readonly unknown[]): void
}

const bridge: Bridge<File> = {
  connect(): void {
    ipcRenderer.once(channels.port, (event) => {
      // A message port can not cross the context bridge; posting it to our own window is the documented way.
      window.postMessage(channels.port, window.location.origin, [...event.ports])
    })
    ipcRenderer.send(channels.connect)
  },
  pathOf: (file: File): string => webUtils.getPathForFile(file),
  choose: (what: Choice): Promise<readonly string[]> => ipcRenderer.invoke(channels.choose, what),
}
contextBridge.exposeInMainWorld('tasktrail', bridge)
