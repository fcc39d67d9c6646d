import { withCaseToRead } from '../case-folder.ts'
import { chainsText } from '../chains-text.ts'
import { exitCode } from '../exit-code.ts'
import { jsonDocument } from '../json-text.ts'
import { painter } from '../terminal.ts'
import { type AddVerb, type CaseOption, withCaseOption, withExamples } from '../verb.ts'

export const addChains: AddVerb = (program, { terminal, doors }, run) => {
  const command = program
    .command('chains')
    .summary('what happened: linked events, the source, decoys, gaps')
    .description(
      'Rebuilds what happened to each task: who made it, from where, over which way, whether it ran and what it started.\n' +
        'Every link names its rule and the fields compared; rejected sources and missing records are listed with the reason. The most serious chain comes first.',
    )
    .option('--recovered', 'use recovered records too; steps made of them are marked')
    .option('--json', 'print one JSON document (schema tasktrail-chains/1)')
  withCaseOption(command).action((options: CaseOption & { json?: true; recovered?: true }) =>
    run(() =>
      withCaseToRead(options.case, terminal, doors, async (open) => {
        const document = await doors.chainsDocument(open, { recovered: options.recovered ?? false })
        await terminal.write(
          options.json
            ? jsonDocument(document)
            : chainsText(document.chains, terminal.columns, painter(terminal)),
        )
        return exitCode.done
      }),
    ),
  )
  withExamples(command, ['chains --case fs01', 'chains --case fs01 --json'])
}
