// The command line's entry: signals, streams and the exit code; everything else is run-cli.ts.
import { Cancelled } from '../base/refusal.ts'
import { ReaderGone } from './exit-code.ts'
import { runCli } from './run-cli.ts'
import { processTerminal } from './terminal.ts'
import { workflowDoors } from './workflow-doors.ts'

const stop = new AbortController()
let firstSignalAt: number | undefined

function onSignal(signal: NodeJS.Signals): void {
  const now = performance.now()
  // a terminal and a parent process may both pass on the same Ctrl-C; only a later one means "at once": `exit` would wait for
  // a write that nobody takes
  if (firstSignalAt !== undefined && now - firstSignalAt > 1000) {
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  }
  firstSignalAt ??= now
  stop.abort(new Cancelled())
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') stop.abort(new ReaderGone('stdout was closed'))
})

process.exitCode = await runCli(process.argv.slice(2), processTerminal(stop.signal), workflowDoors)
// all is on disk and written out: to take the memory of an import apart, piece by piece, would only hold up the end
if (process.argv[2] === 'import') process.stderr.write('', () => process.exit())
