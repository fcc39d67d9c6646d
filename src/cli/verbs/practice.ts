import { resolve } from 'node:path'
import { escapeLine } from '../../base/escape.ts'
import { exitCode, UsageError } from '../exit-code.ts'
import { jsonDocument } from '../json-text.ts'
import { progressLine } from '../progress-line.ts'
import { labelled } from '../text-table.ts'
import {
  type AddVerb,
  linesText,
  type ProgressOption,
  type Surface,
  wholeNumber,
  withExamples,
  withProgressOption,
} from '../verb.ts'

interface Options extends ProgressOption {
  readonly list?: true
  readonly out?: string
  readonly seed?: number
  readonly noise?: number
  readonly json?: true
}

export const addPractice: AddVerb = (program, surface, run) => {
  const command = program
    .command('practice')
    .summary('write practice evidence with the truth beside it')
    .description(
      'Writes made-up evidence of a known story, as a collector would bring it, and truth.json with what really happened.\n' +
        'The same scenario, seed and noise give the same bytes.',
    )
    .argument('[scenario]', 'name of the story; --list shows them')
    .option('--list', 'list the scenarios')
    .option('--out <dir>', 'folder to write into (default: practice-SCENARIO)')
    .option(
      '--seed <number>',
      'names, times and addresses follow from it (default: 1)',
      wholeNumber(0, 2 ** 31 - 1),
    )
    .option('--noise <events>', 'ordinary events around the story (default: 2000)', wholeNumber(0, 2_000_000))
    .option('--json', 'print what was written as one JSON document')
  withProgressOption(command).action((scenario: string | undefined, options: Options) =>
    run(() => (options.list ? listVerb(surface, options) : writeVerb(surface, scenario, options))),
  )
  withExamples(command, ['practice --list', 'practice atexec-pipe --out drill --seed 7 --noise 100000'])
}

async function listVerb({ terminal, doors }: Surface, options: Options) {
  const scenarios = await doors.practiceScenarios()
  const text = labelled(
    scenarios.map(({ name, title, teaches }) => [name, `${title}. ${teaches}`] as const),
    Number.isFinite(terminal.columns) ? terminal.columns : 120,
    '',
  )
  await terminal.write(options.json ? jsonDocument(scenarios) : linesText(text))
  return exitCode.done
}

async function writeVerb({ terminal, doors }: Surface, scenario: string | undefined, options: Options) {
  const known = (await doors.practiceScenarios()).map(({ name }) => name)
  if (scenario === undefined) throw new UsageError('name a scenario, or list them with --list')
  if (!known.includes(scenario))
    throw new UsageError(`no scenario is called ${scenario}; there are ${known.join(', ')}`)
  const progress = progressLine(terminal, options.progress)
  try {
    const made = await doors.writePractice(resolve(terminal.cwd, options.out ?? `practice-${scenario}`), {
      scenario,
      ...(options.seed === undefined ? {} : { seed: options.seed }),
      ...(options.noise === undefined ? {} : { noise: options.noise }),
      signal: terminal.signal,
      onProgress: progress.onProgress,
    })
    progress.clear()
    const lines = [
      ...made.files,
      '',
      `The truth is in ${made.truthPath}; look after you have tried.`,
      `Next: tasktrail import --case ${made.dir}-case ${made.dir}`,
    ]
    await terminal.write(options.json ? jsonDocument(made) : linesText(lines.map(escapeLine)))
    return exitCode.done
  } finally {
    progress.clear()
  }
}
