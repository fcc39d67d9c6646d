// Entry of browser mode: `serve.js [--open|--no-open] [--port N] [--case DIR]`.
import { parseArgs } from 'node:util'
import { escapeText } from '../base/escape.ts'
import { Refusal } from '../base/refusal.ts'
import { runServe } from './run-serve.ts'

const usage = `Serves Tasktrail's window on 127.0.0.1 and prints its address.

  --open       open it in the browser, and end when its last page has been gone for ten minutes (default)
  --no-open    only print the address; runs until it is stopped (Ctrl-C)
  --port N     listen on this port instead of any free one
  --case DIR   show this case first
`

/** Exit codes as the command line's: 0 done, 3 refused, 4 usage. */
async function main(argv: readonly string[]): Promise<number> {
  let values: { open: boolean; port?: string; case?: string; help: boolean }
  try {
    values = parseArgs({
      args: [...argv],
      allowNegative: true,
      options: {
        open: { type: 'boolean', default: true },
        port: { type: 'string' },
        case: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error))
  }
  if (values.help) {
    process.stdout.write(usage)
    return 0
  }
  const port = values.port === undefined ? 0 : Number(values.port)
  if (!/^\d{1,5}$/.test(values.port ?? '0') || port > 65_535)
    return wrong(`--port takes a number from 1 to 65535, not ${JSON.stringify(values.port)}`)
  try {
    await runServe({
      open: values.open,
      port,
      ...(values.case === undefined ? {} : { caseDir: values.case }),
    })
    return 0
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    tell(`${error.message}\n  ${error.remedy}`)
    return 3
  }
}

function wrong(what: string): number {
  tell(`serve: ${what}\n\n${usage}`)
  return 4
}

const tell = (text: string) => void process.stderr.write(`tasktrail: ${escapeText(text)}\n`)
const inFull = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error))

// A fault in one connection must not take the others down.
process.on('unhandledRejection', (reason) => tell(inFull(reason)))
process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  tell(inFull(error))
  return 70
})
