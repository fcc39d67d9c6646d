import { resolve } from 'node:path'
import { Option } from 'commander'
import { withCaseToRead } from '../case-folder.ts'
import type { ExportFormat } from '../doors.ts'
import { exitCode } from '../exit-code.ts'
import { jsonDocument } from '../json-text.ts'
import { bytesInWords, progressLine } from '../progress-line.ts'
import { labelled } from '../text-table.ts'
import {
  type AddVerb,
  type CaseOption,
  linesText,
  type ProgressOption,
  type Surface,
  withCaseOption,
  withExamples,
  withProgressOption,
} from '../verb.ts'

interface Options extends CaseOption, ProgressOption {
  readonly format: ExportFormat
  readonly out?: string
  readonly caseNumber: string
  readonly json?: true
}

/** Form → the name of the file when none is given. */
const names: Readonly<Record<ExportFormat, string>> = {
  csv: 'timeline.csv',
  xlsx: 'case.xlsx',
  jsonl: 'records.jsonl',
  'timesketch-csv': 'timesketch.csv',
  'timesketch-jsonl': 'timesketch.jsonl',
  ecs: 'ecs.ndjson',
  stix: 'stix.json',
  misp: 'misp.json',
  'case-uco': 'case.jsonld',
}

export const addExport: AddVerb = (program, surface, run) => {
  const command = program
    .command('export')
    .summary('the case in a form that other tools load')
    .description(
      'Writes the case for a spreadsheet (csv, xlsx; no cell is a formula), Timesketch, Elasticsearch (ecs), as STIX 2.1, as a MISP\n' +
        'event, as CASE/UCO JSON-LD, or every record with all its values (jsonl). From the evidence alone; every row and value names\n' +
        'its records. STIX and MISP mark for detection only what the evidence calls malicious. The same case gives the same bytes.',
    )
    .addOption(
      new Option('--format <form>', 'what it is for').choices(Object.keys(names)).makeOptionMandatory(),
    )
    .option('--out <file>', 'file to write; it must not exist yet (default: named after the form)')
    .option('--case-number <text>', 'number of the case or ticket', '')
    .option('--json', 'print path, size and SHA-256 as one JSON document')
  withProgressOption(withCaseOption(command)).action((options: Options) =>
    run(() => exportVerb(surface, options)),
  )
  withExamples(command, [
    'export --case fs01 --format timesketch-jsonl --out fs01.jsonl',
    'export --case fs01 --format stix --case-number INC-2026-0142',
  ])
}

async function exportVerb({ terminal, doors }: Surface, options: Options) {
  const { format, caseNumber } = options
  const progress = progressLine(terminal, options.progress)
  try {
    const made = await withCaseToRead(options.case, terminal, doors, (open) =>
      doors.exportCase(open, {
        format,
        caseNumber,
        out: resolve(terminal.cwd, options.out ?? names[format]),
        signal: terminal.signal,
        onProgress: progress.onProgress,
      }),
    )
    progress.clear()
    const lines = labelled(
      [
        ['file', made.path],
        ['holds', `${made.rows === null ? '' : `${made.rows} rows, `}${bytesInWords(made.bytes)}`],
        ['SHA-256', made.sha256],
      ],
      Number.isFinite(terminal.columns) ? terminal.columns : 120,
      '',
    )
    await terminal.write(options.json ? jsonDocument(made) : linesText(lines))
    return exitCode.done
  } finally {
    progress.clear()
  }
}
