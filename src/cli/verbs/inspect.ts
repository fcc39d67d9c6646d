import { resolve } from 'node:path'
import { staleLeftOut } from '../../workflow/stale-words.ts'
import type { Inspection } from '../doors.ts'
import { exitCode } from '../exit-code.ts'
import { jsonDocument } from '../json-text.ts'
import { bytesInWords, progressLine } from '../progress-line.ts'
import { tellLine } from '../terminal.ts'
import { labelled } from '../text-table.ts'
import {
  type AddVerb,
  endWith,
  linesText,
  type ProgressOption,
  problemLines,
  type Surface,
  withExamples,
  withProgressOption,
} from '../verb.ts'

interface Options extends ProgressOption {
  readonly json?: true
}

export const addInspect: AddVerb = (program, surface, run) => {
  const command = program
    .command('inspect')
    .summary('what one log is: header, chunks, provenance, gaps, jumps')
    .description(
      'Looks at one event log as a file: header, chunks and checksums, how it was made (raw copy, export, filtered export),\n' +
        'gaps in its record ids, times that run backwards, its channels and event ids, its first and last record.',
    )
    .argument('<file.evtx>', 'an event log; never changed')
    .option('--json', 'print one JSON document')
  withProgressOption(command).action((path: string, options: Options) =>
    run(() => inspectVerb(surface, path, options)),
  )
  withExamples(command, ['inspect Security.evtx', 'inspect Security.evtx --json'])
}

async function inspectVerb({ terminal, doors }: Surface, path: string, options: Options) {
  const progress = progressLine(terminal, options.progress)
  try {
    const found = await doors.inspectLog(resolve(terminal.cwd, path), {
      signal: terminal.signal,
      onProgress: progress.onProgress,
    })
    progress.clear()
    if (found.readable) {
      await terminal.write(options.json ? jsonDocument(found) : inspectionText(found, terminal.columns))
      return endWith(found.problems)
    }
    if (options.json) await terminal.write(jsonDocument(found))
    for (const { what } of found.problems) tellLine(terminal, `${path}: ${what}`)
    return exitCode.refused
  } finally {
    progress.clear()
  }
}

/** Where a problem lies, in words: chunk -1 means the file itself. */
const placed = <T extends { readonly chunk: number; readonly offset: number }>(problem: T) => ({
  ...problem,
  where: `${problem.chunk < 0 ? '' : `chunk ${problem.chunk}, `}offset ${problem.offset}`,
})

const most = 12

function counts(of: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(of).sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1))
  const shown = sorted.slice(0, most).map(([name, count]) => `${name} (${count})`)
  return (
    [...shown, ...(sorted.length > most ? [`and ${sorted.length - most} more`] : [])].join(', ') || 'none'
  )
}

function recoverable(found: Extract<Inspection, { readable: true }>): string {
  const more = staleLeftOut([found])
  return more === undefined ? String(found.recoverable) : `${found.recoverable}; ${more}`
}

function inspectionText(found: Extract<Inspection, { readable: true }>, columns: number): string {
  const { chunks, recordIds, times, problems } = found
  const gaps = recordIds.gaps.slice(0, most).map(({ from, to, missing }) => `${from} to ${to} (${missing})`)
  const width = Number.isFinite(columns) ? columns : 120
  const lines = labelled(
    [
      ['SHA-256', found.sha256],
      ['size', `${bytesInWords(found.size)} (${found.size} bytes)`],
      ['version', found.version],
      ['provenance', [found.provenance, ...found.provenanceReasons].join(' · ')],
      ['dirty', found.dirty ? 'yes: the log was open when it was copied, its header may be behind' : 'no'],
      ['chunks', `${chunks.total}: ${chunks.used} used, ${chunks.empty} empty, ${chunks.bad} bad`],
      ['records', String(found.records)],
      ['recoverable', recoverable(found)],
      ['record ids', recordIds.first === null ? 'none' : `${recordIds.first} to ${recordIds.last}`],
      [
        'missing',
        recordIds.judged === false
          ? 'cannot be told: numbers of several logs'
          : recordIds.gaps.length === 0
            ? 'none'
            : [
                ...gaps,
                ...(recordIds.gaps.length > most ? [`and ${recordIds.gaps.length - most} more gaps`] : []),
              ].join('; '),
      ],
      ['times', times.first === null ? 'none' : `${times.first} to ${times.last}`],
      [
        'backwards',
        recordIds.judged === false
          ? 'cannot be told'
          : times.backwards.length === 0
            ? 'never'
            : `${times.backwardsCount} times`,
      ],
      ['channels', counts(found.channels)],
      ['event ids', counts(found.eventIds)],
    ],
    width,
    '',
  )
  const trouble = problems.length
    ? [
        '',
        `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}:`,
        ...problemLines(problems.map(placed), columns),
      ]
    : []
  return linesText([...lines, ...trouble])
}
