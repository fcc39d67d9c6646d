// Electron's main process: puts window, switchboard and engine together, in the order security needs. Small enough
// to be audited in one sitting; evidence never passes through it.
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { app, BrowserWindow, session } from 'electron'
import { escapeText } from '../../src/base/escape.ts'
import { linkEngine } from './engine-link.ts'
import { wireSwitchboard } from './switchboard.ts'
import { lockSession, openWindow, registerWindowScheme, serveWindow, wallIn } from './window.ts'

const journal = (line: string) => void process.stderr.write(`tasktrail: ${escapeText(line)}\n`)
// oRPC and Electron turn a message that makes no sense into a rejection nobody awaits; it must not end the window.
process.on('unhandledRejection', (reason) => journal(`dropped: ${String(reason)}`))

/** `--case DIR` of our own command line; Chromium's switches stand beside it. */
function caseArguments(argv: readonly string[]): readonly string[] {
  const at = argv.indexOf('--case')
  const dir = at < 0 ? undefined : argv[at + 1]
  return dir ? ['--case', resolve(dir)] : []
}

/** Says that the window was seen, so that whoever started us does not open a browser after a normal end. */
function tellShown(): void {
  journal('window shown')
  const marker = process.env.TASKTRAIL_SHOWN_FILE
  if (!marker) return
  try {
    writeFileSync(marker, 'shown\n', { mode: 0o600 })
  } catch (error) {
    journal(`could not write ${marker}: ${String(error)}`)
  }
}

// only a developer's build listens to the environment for where its window comes from
const devServer = app.isPackaged ? undefined : process.env.ELECTRON_RENDERER_URL
const dev = devServer ? { devServer } : {}

/** Times the window's page may end by itself before Tasktrail ends. */
const mostCrashes = 3

async function start(): Promise<void> {
  const engine = linkEngine(
    join(import.meta.dirname, 'engine-process.js'),
    caseArguments(process.argv),
    journal,
  )
  let hasStopped = false
  app.on('before-quit', (event) => {
    if (hasStopped) return
    event.preventDefault()
    void engine.stop().finally(() => {
      hasStopped = true
      app.quit()
    })
  })
  app.on('window-all-closed', () => app.quit())
  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows()
    if (window?.isMinimized()) window.restore()
    window?.focus()
  })
  let crashes = 0
  app.on('render-process-gone', (_event, contents, { reason }) => {
    journal(`the window’s process ended: ${reason}`)
    if (reason === 'clean-exit' || contents.isDestroyed()) return
    // The engine and the case are not touched by it. A page that fails again and again is not shown again.
    if (++crashes <= mostCrashes) contents.reload()
    else app.quit()
  })
  wireSwitchboard({ toEngine: (port) => engine.connect(port), journal, ...dev })

  await app.whenReady()
  lockSession(session.defaultSession, devServer)
  serveWindow(join(import.meta.dirname, '../renderer'))
  await openWindow({
    preload: join(import.meta.dirname, '../preload/preload.cjs'),
    onShown: tellShown,
    ...dev,
  })
}

app.enableSandbox()
registerWindowScheme()
app.on('web-contents-created', (_event, contents) => wallIn(contents))
if (app.requestSingleInstanceLock()) {
  start().catch((error: unknown) => {
    journal(`could not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    app.exit(1)
  })
} else {
  journal('Tasktrail is open already')
  tellShown()
  app.quit()
}
