import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { Cancelled, Refusal } from '../../base/refusal.ts'
import type { Operator } from '../../domain/operator.ts'
import { caseFolder, operatorOf } from '../case-folder.ts'
import type { Case, Doors, Imported } from '../doors.ts'
import { isCancellation } from '../exit-code.ts'
import { jsonDocument } from '../json-text.ts'
import { bytesInWords, countInWords, progressLine } from '../progress-line.ts'
import { tableLines } from '../text-table.ts'
import {
  type AddVerb,
  type CaseOption,
  endWith,
  linesText,
  type ProgressOption,
  problemLines,
  type Surface,
  withCaseOption,
  withExamples,
  withProgressOption,
} from '../verb.ts'

interface Options extends CaseOption, ProgressOption {
  readonly host?: string
  readonly title?: string
  readonly json?: true
}

export const addImport: AddVerb = (program, surface, run) => {
  const command = program
    .command('import')
    .summary('take evidence into a case: folder, mounted image, ZIP, loose files')
    .description(
      'Takes evidence into a case: a folder, a mounted image, the ZIP of a collector, loose .evtx files and task definitions.\n' +
        'Every file is copied, hashed and entered in the custody journal; its events join the timeline. The case is made when it does not exist.\n' +
        '$TASKTRAIL_ARCHIVE_PASSWORD opens archives that have a password.',
    )
    .argument('<path...>', 'what to take in; never changed')
    .option('--host <name>', 'the host it comes from, where the evidence does not say')
    .option('--title <text>', 'title of a case that is made now (default: the name of its folder)')
    .option('--json', 'print what was taken in as one JSON document')
  withProgressOption(withCaseOption(command)).action((paths: string[], options: Options) =>
    run(() => importVerb(surface, paths, options)),
  )
  withExamples(command, [
    'import --case fs01 /mnt/fs01',
    'import --case fs01 collection.zip --json',
    'import Security.evtx --host FS01',
  ])
}

async function importVerb({ terminal, doors }: Surface, paths: readonly string[], options: Options) {
  const dir = caseFolder(options.case, terminal, doors)
  const sources = paths.map((path) => resolve(terminal.cwd, path))
  refuseMissing(sources)
  const threads = await doors.readyIngest(sources)
  const open = await openOrCreate(doors, dir, options, operatorOf(terminal)).catch(async (error: unknown) => {
    await threads.stop()
    throw error
  })
  const progress = progressLine(terminal, options.progress)
  try {
    const found = await doors.importEvidence(open, sources, {
      signal: terminal.signal,
      onProgress: progress.onProgress,
      ...(options.host ? { host: options.host } : {}),
      archivePassword: terminal.env.TASKTRAIL_ARCHIVE_PASSWORD || undefined,
      threads,
    })
    progress.clear()
    await terminal.write(options.json ? jsonDocument(found) : importedText(found, terminal.columns))
    return endWith(found.problems)
  } catch (error) {
    progress.clear()
    if (isCancellation(error, terminal.signal))
      throw new Cancelled(
        `cancelled; what was finished stays in ${dir}, and the same command goes on from there`,
      )
    throw error
  } finally {
    open.close()
  }
}

const openOrCreate = (doors: Doors, dir: string, options: Options, operator: Operator): Promise<Case> =>
  doors.isCaseFolder(dir)
    ? doors.openCase(dir, { operator })
    : doors.createCase(dir, { title: options.title ?? basename(dir), operator })

/** Where nothing at all is there, no case is made; a path missing among others becomes a problem of the import. */
function refuseMissing(paths: readonly string[]): void {
  if (paths.some((path) => existsSync(path))) return
  throw new Refusal(
    'source.path.missing',
    `there is nothing at ${paths.join(', ')}`,
    'Check the spelling, and that the disk or share is connected.',
  )
}

function importedText(found: Imported, columns: number): string {
  const table = tableLines(
    [
      { title: 'evidence', cut: 'middle', least: 20 },
      { title: 'kind' },
      { title: 'host', cut: 'end' },
      { title: 'size', align: 'right' },
      { title: 'records', align: 'right' },
      { title: 'problems', align: 'right' },
      { title: 'sha256', cut: 'end' },
    ],
    found.evidence.map((one) => [
      one.name,
      one.kind,
      one.host ?? '',
      bytesInWords(one.size),
      countInWords(one.records),
      countInWords(one.problems),
      one.sha256,
    ]),
    columns,
  )
  const counts = `${found.evidence.length} ${found.evidence.length === 1 ? 'item' : 'items'} of evidence, ${countInWords(found.records)} records, ${countInWords(found.events)} events`
  const problems = found.problems.length
    ? [
        '',
        `${found.problems.length} ${found.problems.length === 1 ? 'problem was' : 'problems were'} recorded:`,
        ...problemLines(found.problems, columns),
      ]
    : []
  return linesText([...(found.evidence.length ? [...table, ''] : []), counts, ...problems])
}
