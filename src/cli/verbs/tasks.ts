import { withCaseToRead } from '../case-folder.ts'
import { exitCode } from '../exit-code.ts'
import { jsonList } from '../json-text.ts'
import { tasksText } from '../tasks-text.ts'
import { painter, tellLine } from '../terminal.ts'
import { type AddVerb, type CaseOption, withCaseOption, withExamples } from '../verb.ts'

export const addTasks: AddVerb = (program, { terminal, doors }, run) => {
  const command = program
    .command('tasks')
    .summary('every task with its history and differences')
    .description(
      'Lists every task the evidence knows of: its lives, what it does, what happened to it and when, the definitions of log, file, registry\n' +
        'and service side by side with their differences, hidden and orphaned states, and the signs that speak against it.',
    )
    .option('--json', 'print one JSON document')
  withCaseOption(command).action((options: CaseOption & { json?: true }) =>
    run(() =>
      withCaseToRead(options.case, terminal, doors, async (open) => {
        const tasks = await doors.listTasks(open)
        if (options.json) for (const part of jsonList(tasks)) await terminal.write(part)
        else
          await terminal.write(
            tasksText(tasks, await doors.taskHosts(open), terminal.columns, painter(terminal)),
          )
        const troubles = await doors.taskTroubles(open)
        for (const what of troubles) tellLine(terminal, what)
        return troubles.length > 0 ? exitCode.reservations : exitCode.done
      }),
    ),
  )
  withExamples(command, ['tasks --case fs01', 'tasks --case fs01 --json'])
}
