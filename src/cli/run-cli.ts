import { Command, CommanderError } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }
import { escapeLine } from '../base/escape.ts'
import type { Doors } from './doors.ts'
import { type ExitCode, endOf, exitCode } from './exit-code.ts'
import type { Terminal } from './terminal.ts'
import type { AddVerb } from './verb.ts'
import { addAcquire } from './verbs/acquire.ts'
import { addAllow } from './verbs/allow.ts'
import { addAnswer } from './verbs/answer.ts'
import { addChains } from './verbs/chains.ts'
import { addDump } from './verbs/dump.ts'
import { addExport } from './verbs/export.ts'
import { addImport } from './verbs/import.ts'
import { addInspect } from './verbs/inspect.ts'
import { addKey } from './verbs/key.ts'
import { addLeftovers } from './verbs/leftovers.ts'
import { addOpen } from './verbs/open.ts'
import { addPractice } from './verbs/practice.ts'
import { addQuery } from './verbs/query.ts'
import { addReceipt } from './verbs/receipt.ts'
import { addReport } from './verbs/report.ts'
import { addSeal } from './verbs/seal.ts'
import { addServe } from './verbs/serve.ts'
import { addSigners } from './verbs/signers.ts'
import { addTasks } from './verbs/tasks.ts'
import { addTimeline } from './verbs/timeline.ts'
import { addVerify } from './verbs/verify.ts'

/** In the order of work, which is the order of the help. */
const verbs: readonly AddVerb[] = [
  addImport,
  addAcquire,
  addTimeline,
  addQuery,
  addChains,
  addTasks,
  addAnswer,
  addAllow,
  addDump,
  addInspect,
  addReport,
  addExport,
  addSeal,
  addVerify,
  addOpen,
  addReceipt,
  addKey,
  addSigners,
  addLeftovers,
  addPractice,
  addServe,
]

const exitCodes = `
Exit codes: 0 done · 1 done, and the outcome is bad (verify: INVALID) · 2 done, problems were recorded (verify: unsigned or
unknown signer) · 3 refused, nothing was changed · 4 usage · 130 cancelled`

/** The program with all verbs. `run` is called with a verb's work once the command line is understood. */
export function buildProgram(
  terminal: Terminal,
  doors: Doors,
  run: (work: () => Promise<ExitCode>) => Promise<void>,
  writeHelp: (text: string) => void,
): Command {
  const program = new Command('tasktrail')
    .description(packageJson.description)
    .version(packageJson.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [verb]', 'print the help of a verb')
    .configureOutput({
      writeOut: writeHelp,
      writeErr: (text) => terminal.tell(text),
      getOutHelpWidth: () => (Number.isFinite(terminal.columns) ? Math.min(terminal.columns, 120) : 100),
      getErrHelpWidth: () => 100,
      getOutHasColors: () => terminal.hasColor,
      getErrHasColors: () => false,
      outputError: (text, write) =>
        write(
          text
            .replace(/^error: /, 'tasktrail: ')
            .split('\n')
            .map(escapeLine)
            .join('\n'),
        ),
    })
    .configureHelp({ showGlobalOptions: false })
    .showSuggestionAfterError(true)
    .showHelpAfterError('`tasktrail --help` lists the verbs, `tasktrail <verb> --help` explains one.')
    .addHelpText('after', exitCodes)
    .exitOverride()
  for (const add of verbs) add(program, { terminal, doors }, run)
  return program
}

/** Runs one command line and resolves to its exit code; every text goes through `terminal`. */
export async function runCli(args: readonly string[], terminal: Terminal, doors: Doors): Promise<ExitCode> {
  let code: ExitCode = exitCode.done
  let help = ''
  const program = buildProgram(
    terminal,
    doors,
    async (work) => {
      code = await work()
    },
    (text) => {
      help += text
    },
  )
  try {
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      const end = endOf(error, terminal.signal)
      const [first, ...others] = end.lines
      if (first) terminal.tell(`tasktrail: ${escapeLine(first)}\n`)
      for (const line of others) terminal.tell(`  ${escapeLine(line)}\n`)
      return end.code
    }
    return error.exitCode === 0 ? exitCode.done : exitCode.usage
  } finally {
    // a reader that left before the help was out is no trouble
    if (help) await terminal.write(help).catch(() => {})
  }
}
