import { resolve } from 'node:path'
import { exitCode } from '../exit-code.ts'
import { jsonDocument } from '../json-text.ts'
import { bytesInWords } from '../progress-line.ts'
import { tableLines } from '../text-table.ts'
import { type AddVerb, linesText, type Surface, withExamples } from '../verb.ts'

interface Options {
  readonly remove?: true
  readonly json?: true
}

export const addLeftovers: AddVerb = (program, surface, run) => {
  const command = program
    .command('leftovers')
    .summary('what interrupted runs have left behind')
    .description(
      'Lists partial archives, unfinished cases and hash files without their archive that killed runs have left in these folders\n' +
        '(default: the current one and your cases). Nothing is ever deleted without --remove, and nothing a run may still be at.',
    )
    .argument('[folder...]', 'folders to look in')
    .option('--remove', 'delete what is listed')
    .option('--json', 'print one JSON document')
  command.action((folders: readonly string[], options: Options) =>
    run(() => leftoversVerb(surface, folders, options)),
  )
  withExamples(command, ['leftovers', 'leftovers /mnt/handover --remove'])
}

const kindWords = {
  partial: 'a file that was being written',
  opening: 'a case that was being made',
  hash: 'a hash file without its archive',
} as const

async function leftoversVerb({ terminal, doors }: Surface, named: readonly string[], options: Options) {
  const folders = named.length > 0 ? named.map((folder) => resolve(terminal.cwd, folder)) : undefined
  const found = await doors.findLeftovers(folders ?? [terminal.cwd, await doors.casesFolder()])
  const quiet = found.filter(({ mayBeInUse }) => !mayBeInUse)
  const removed = options.remove ? await doors.removeLeftovers(quiet.map(({ path }) => path)) : []
  const lines = tableLines(
    [
      { title: 'what' },
      { title: 'size' },
      { title: 'last change' },
      { title: 'path', cut: 'wrap', least: 30 },
    ],
    found.map(({ kind, bytes, changedAt, mayBeInUse, path }) => [
      kindWords[kind],
      bytesInWords(bytes),
      `${changedAt}${mayBeInUse ? ' (may be in use)' : ''}`,
      path,
    ]),
    terminal.columns,
  )
  const end = options.remove
    ? `${removed.length} removed${found.length > quiet.length ? `, ${found.length - quiet.length} left: a run may still be at them` : ''}.`
    : 'Nothing was deleted; --remove does that.'
  const text = found.length === 0 ? ['Nothing was left behind.'] : [...lines, '', end]
  await terminal.write(options.json ? jsonDocument({ found, removed }) : linesText(text))
  return exitCode.done
}
