import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Option } from 'commander'
import { diskRefusal } from '../../base/disk-trouble.ts'
import { withCaseToRead } from '../case-folder.ts'
import { exitCode } from '../exit-code.ts'
import { type AddVerb, type CaseOption, linesText, withCaseOption, withExamples } from '../verb.ts'

interface Options extends CaseOption {
  readonly format: 'html' | 'md' | 'pdf'
  readonly out?: string
  readonly caseNumber: string
  readonly evidenceOnly?: true
}

export const addReport: AddVerb = (program, { terminal, doors }, run) => {
  const command = program
    .command('report')
    .summary('the case as a document people read')
    .description(
      'Writes one HTML file without script that any browser opens and prints, the same as PDF (with a Chromium, Chrome or Edge of this\n' +
        'machine, or the one $TASKTRAIL_BROWSER names), or Markdown for a ticket: summary, what happened,\n' +
        'answers with their records, what is not known and why, rule against evidence, IOC table, hashes, custody and missing telemetry.\n' +
        'The same case gives the same bytes, but for PDF, where the browser writes the time.',
    )
    .addOption(
      new Option('--format <form>', 'form of the document').choices(['html', 'md', 'pdf']).default('html'),
    )
    .option('--out <file>', 'file to write; it must not exist yet (default: report.html, .md or .pdf)')
    .option('--case-number <text>', 'number of the case or ticket', '')
    .option('--evidence-only', 'leave out your ticks, notes, disposition and allow-list')
  withCaseOption(command).action((options: Options) =>
    run(() =>
      withCaseToRead(options.case, terminal, doors, async (open) => {
        const { format, caseNumber } = options
        const text = await doors.makeReport(open, {
          format: format === 'md' ? 'md' : 'html',
          caseNumber,
          includeCase: options.evidenceOnly !== true,
        })
        const bytes = format === 'pdf' ? await doors.printReport(text, { signal: terminal.signal }) : text
        const path = resolve(terminal.cwd, options.out ?? `report.${format}`)
        await writeFile(path, bytes, { flag: 'wx' }).catch((error: unknown) => {
          throw diskRefusal(error, 'writing the report', path)
        })
        await terminal.write(linesText([path]))
        return exitCode.done
      }),
    ),
  )
  withExamples(command, [
    'report --case fs01 --out fs01.html',
    'report --case fs01 --format md --out fs01.md',
    'report --case fs01 --format pdf --case-number INC-2026-0142',
  ])
}
