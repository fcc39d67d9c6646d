// Joins the window to the engine's process, and asks the operator with the system's dialogs. The only importer of
// ipcMain. Every message is first asked where it comes from: our own page, in the window's top frame.
import {
  BrowserWindow,
  dialog,
  type IpcMainEvent,
  type IpcMainInvokeEvent,
  ipcMain,
  MessageChannelMain,
  type MessagePortMain,
  type OpenDialogOptions,
} from 'electron'
import { type Choice, channels, choices, isOurPage } from '../../src/contract/bridge.ts'

export interface Switchboard {
  /** takes one end of a new channel to the engine */
  readonly toEngine: (port: MessagePortMain) => void
  /** a developer's vite server, whose page is ours too; never in a packaged app */
  readonly devServer?: string
  readonly journal: (line: string) => void
}

const dialogs: Readonly<Record<Choice, OpenDialogOptions>> = {
  folder: { title: 'Choose a folder with evidence', properties: ['openDirectory', 'multiSelections'] },
  files: { title: 'Choose evidence', properties: ['openFile', 'multiSelections', 'showHiddenFiles'] },
  bundle: {
    title: 'Choose a sealed bundle',
    properties: ['openFile'],
    filters: [
      { name: 'Bundle', extensions: ['zip'] },
      { name: 'All files', extensions: ['*'] },
    ],
  },
  case: { title: 'Choose a case folder', properties: ['openDirectory', 'createDirectory'] },
}

/** Starts listening to the window. */
export function wireSwitchboard(board: Switchboard): void {
  const isOurs = (event: IpcMainEvent | IpcMainInvokeEvent): boolean => {
    const frame = event.senderFrame
    const isTop = frame !== null && frame !== undefined && frame === event.sender.mainFrame
    if (isTop && (isOurPage(frame.url) || isDevPage(frame.url, board.devServer))) return true
    board.journal(`refused a message of ${JSON.stringify(frame?.url ?? 'a frame that is gone')}`)
    return false
  }

  // The window asks, main makes the channel: a port that came from the window would carry no sender to check.
  ipcMain.on(channels.connect, (event) => {
    if (!isOurs(event)) return
    const { port1, port2 } = new MessageChannelMain()
    board.toEngine(port1)
    event.senderFrame?.postMessage(channels.port, null, [port2])
  })

  ipcMain.handle(channels.choose, async (event, what: unknown): Promise<readonly string[]> => {
    const choice = choices.find((known) => known === what)
    if (!isOurs(event) || !choice) return []
    const window = BrowserWindow.fromWebContents(event.sender)
    if (!window) return []
    const chosen = await dialog.showOpenDialog(window, dialogs[choice])
    return chosen.canceled ? [] : chosen.filePaths
  })
}

const isDevPage = (address: string, devServer: string | undefined): boolean =>
  devServer !== undefined && URL.parse(address)?.origin === new URL(devServer).origin
