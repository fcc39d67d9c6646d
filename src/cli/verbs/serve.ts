import { findCaseFolder } from '../case-folder.ts'
import { exitCode } from '../exit-code.ts'
import { type AddVerb, type CaseOption, wholeNumber, withCaseOption, withExamples } from '../verb.ts'

interface Options extends CaseOption {
  readonly port?: number
  readonly open: boolean
}

export const addServe: AddVerb = (program, { terminal, doors }, run) => {
  const command = program
    .command('serve')
    .summary('the window in a browser, on this machine only')
    .description(
      'Serves the window on 127.0.0.1 and opens it in the browser. The address holds a random token; without it nobody gets in. Ctrl-C ends it.',
    )
    .option('--port <number>', 'port to listen on (default: any free one)', wholeNumber(1, 65_535))
    .option('--no-open', 'print the address, open no browser')
  withCaseOption(command).action((options: Options) =>
    run(async () => {
      const caseDir = findCaseFolder(options.case, terminal, doors.isCaseFolder)
      await doors.runServe({
        open: options.open,
        signal: terminal.signal,
        ...(options.port === undefined ? {} : { port: options.port }),
        ...(caseDir ? { caseDir } : {}),
      })
      return exitCode.done
    }),
  )
  withExamples(command, ['serve', 'serve --case fs01 --port 4173 --no-open'])
}
