import { readFileSync } from 'node:fs'
import { csvRow } from '../../base/csv.ts'
import { escapeLine } from '../../base/escape.ts'
import { withCaseToRead } from '../case-folder.ts'
import type { FilledQuery, QueryResult } from '../doors.ts'
import { exitCode, UsageError } from '../exit-code.ts'
import { jsonDocument, jsonLine } from '../json-text.ts'
import { countInWords } from '../progress-line.ts'
import { painter } from '../terminal.ts'
import { tableLines } from '../text-table.ts'
import {
  type AddVerb,
  type CaseOption,
  linesText,
  type Surface,
  utcTime,
  wholeNumber,
  withCaseOption,
  withExamples,
} from '../verb.ts'

interface Options extends CaseOption {
  readonly filled?: true
  readonly chain?: string
  readonly file?: string
  readonly asOf?: string
  readonly limit?: number
  readonly json?: true
  readonly jsonl?: true
  readonly csv?: true
}

export const addQuery: AddVerb = (program, surface, run) => {
  const command = program
    .command('query')
    .summary('ask the records of a case in KQL, as in Sentinel')
    .description(
      'Runs a KQL query on the collected records. Tables: SecurityEvent, WindowsEvent, Event, and DeviceProcessEvents, DeviceLogonEvents,\n' +
        'DeviceEvents filled from what Windows wrote. Microsoft’s own parser reads the query; what has no form here is refused at its place.\n' +
        'A column that a source did not collect says so and is not empty. ago() counts from the newest record, or from --as-of.',
    )
    .argument('[kql]', 'the query; without it --file, or standard input')
    .option('--file <path>', 'read the query from a file')
    .option(
      '--filled',
      "print the playbook's queries, filled in for a chain and corrected, for use in Sentinel",
    )
    .option(
      '--chain <id>',
      'with --filled: the chain, by its id or the beginning of it (default: the most serious)',
    )
    .option('--as-of <time>', 'what now() and ago() count from, in UTC', utcTime)
    .option('--limit <rows>', 'at most this many rows', wholeNumber(1, 1_000_000))
    .option('--json', 'print one JSON document (schema tasktrail-query/1)')
    .option('--jsonl', 'print one JSON object per row')
    .option('--csv', 'print CSV for spreadsheets, formulas disarmed')
  withCaseOption(command).action((text: string | undefined, options: Options) =>
    run(() => queryVerb(surface, text, options)),
  )
  withExamples(command, [
    `query --case fs01 'SecurityEvent | where EventID == 4698 | project TimeGenerated, Computer, SubjectUserName, EventData'`,
    `query --case fs01 'SecurityEvent | summarize count(), min(TimeGenerated), max(TimeGenerated) by EventID'`,
    'query --case fs01 --file hunt.kql --csv > rows.csv',
    'query --case fs01 --filled > sentinel.kql',
  ])
}

async function queryVerb({ terminal, doors }: Surface, given: string | undefined, options: Options) {
  const asked = (['json', 'jsonl', 'csv'] as const).filter((name) => options[name])
  if (asked.length > 1) throw new UsageError(`--${asked.join(' and --')} exclude each other`)
  if (options.filled) return await filledVerb({ terminal, doors }, given, options)
  if (options.chain !== undefined) throw new UsageError('--chain goes with --filled')
  if (given !== undefined && options.file !== undefined)
    throw new UsageError('give the query or --file, not both')
  // file descriptor 0 is standard input
  const text = given ?? readFileSync(options.file ?? 0, 'utf8')
  const onScreen = asked.length === 0 && terminal.isTerminal
  const limit = options.limit ?? (onScreen ? 100 : 1_000_000)
  return await withCaseToRead(options.case, terminal, doors, async (open) => {
    const request = { text, limit, ...(options.asOf ? { asOf: options.asOf } : {}) }
    const result = await doors.queryCase(open, request, terminal.signal)
    const format = asked[0]
    if (format === 'json') await terminal.write(jsonDocument({ schema: 'tasktrail-query/1', ...result }))
    else if (format === 'jsonl')
      await terminal.write(
        result.rows.map(({ cells, citations }) => jsonLine({ ...named(result, cells), citations })).join(''),
      )
    else if (format === 'csv') {
      const { columns, rows } = result
      await terminal.write(
        csvRow(columns.map(({ name }) => name)) + rows.map(({ cells }) => csvRow(cells.map(plain))).join(''),
      )
    } else await terminal.write(linesText(textLines(result, terminal)))
    if (format === 'csv' || format === 'jsonl') for (const line of remarks(result)) terminal.tell(`${line}\n`)
    return exitCode.done
  })
}

async function filledVerb({ terminal, doors }: Surface, given: string | undefined, options: Options) {
  if (given !== undefined || options.file !== undefined || options.csv || options.jsonl)
    throw new UsageError('--filled goes with --chain and --json alone')
  return await withCaseToRead(options.case, terminal, doors, async (open) => {
    const filled = await doors.filledQueries(open, options.chain)
    if (options.json) await terminal.write(jsonDocument({ schema: 'tasktrail-queries/1', ...filled }))
    else await terminal.write(filled.queries.map((query) => `${filledText(query)}\n`).join('\n'))
    return exitCode.done
  })
}

/** As a script whose comments say what it asks: it can be pasted as it is. */
function filledText({ title, asks, needs, text, written, foundInWritten }: FilledQuery): string {
  const wrong = [...foundInWritten.map(({ message }) => `parser: ${message}`), ...(written?.wrong ?? [])]
  return [
    `// ${title}`,
    `// ${asks}`,
    `// Needs: ${needs}`,
    ...wrong.map((one) => `// Wrong in the playbook's own: ${one}`),
    text,
  ].join('\n')
}

type Cells = QueryResult['rows'][number]['cells']

/** A row as an object; a name that comes twice keeps both. */
const named = ({ columns }: QueryResult, cells: Cells): Record<string, unknown> =>
  Object.fromEntries(columns.map(({ name }, i) => [name, cells[i] ?? null]))

const plain = (cell: Cells[number] | undefined): string => {
  if (cell === null || cell === undefined) return ''
  return typeof cell === 'object' ? '(not collected)' : String(cell)
}

const isNumber = new Set(['long', 'int', 'real', 'decimal', 'timespan'])

function textLines(result: QueryResult, terminal: Surface['terminal']): readonly string[] {
  const { columns, rows, total } = result
  const paint = painter(terminal)
  const table =
    rows.length === 0
      ? []
      : tableLines(
          columns.map(({ name, type }) => ({
            title: escapeLine(name),
            ...(isNumber.has(type) ? { align: 'right' as const } : { cut: 'middle' as const }),
          })),
          rows.map(({ cells }) => columns.map((_, i) => plain(cells[i]))),
          terminal.columns,
          (head) => paint(head, 'bold'),
        )
  const cut = rows.length < total ? `, the first ${countInWords(rows.length)} of them shown (--limit)` : ''
  return [
    ...table,
    ...(table.length > 0 ? [''] : []),
    `${countInWords(total)} ${total === 1 ? 'row' : 'rows'}${cut}`,
    ...remarks(result),
  ]
}

/** What the result rests on, and what it cannot say. */
function remarks({ read, notCollected, notes, asOf }: QueryResult): readonly string[] {
  return [
    ...read.map((one) => `read ${countInWords(one.rows)} records as ${one.table}`),
    ...notCollected.map(
      (one) =>
        `not collected: ${one.table}.${one.column} in ${countInWords(one.rows)} of them (the source left the column out); conditions on it decide nothing there`,
    ),
    ...notes.map(escapeLine),
    `now() is ${asOf}`,
  ]
}
