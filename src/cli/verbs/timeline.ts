import type { Command } from 'commander'
import { csvRow } from '../../base/csv.ts'
import { escapeLine } from '../../base/escape.ts'
import { withCaseToRead } from '../case-folder.ts'
import type { Row, Slice, TimelineFilter } from '../doors.ts'
import { exitCode, UsageError } from '../exit-code.ts'
import { jsonLine } from '../json-text.ts'
import { countInWords } from '../progress-line.ts'
import { painter, type Terminal } from '../terminal.ts'
import { tableLines } from '../text-table.ts'
import { cursorOf, positionAfter, type ReadSlice, readRows } from '../timeline-pages.ts'
import {
  type AddVerb,
  type CaseOption,
  collect,
  linesText,
  type Surface,
  utcTime,
  wholeNumber,
  withCaseOption,
  withExamples,
} from '../verb.ts'

/** Options that filter: the option, the filter's key, and what it means. */
const filters: readonly (readonly [
  option: string,
  key: TimelineFilter['terms'][number]['key'],
  meaning: string,
])[] = [
  ['event-id', 'event', 'event id, such as 4698 (also 4624,4698 and 4698..4702)'],
  ['host', 'host', 'host the record was written on'],
  ['channel', 'channel', 'log, such as Security'],
  ['account', 'account', 'account name or SID, in any role'],
  ['address', 'address', 'network address'],
  ['task', 'task', 'task path'],
  ['process', 'process', 'image or command line'],
  ['share', 'share', 'share name or target on it'],
  ['logon', 'logon', 'logon id, such as 0x5a41984'],
  ['record', 'record', 'EventRecordID (also 2004844..2004862)'],
  ['evidence', 'evidence', 'evidence item: start of its SHA-256, or its name'],
  ['is', 'is', 'mark of the row: chain, rejected, duplicate, recovered'],
  ['text', 'text', 'text anywhere in the record'],
]

interface Options extends CaseOption, Readonly<Record<string, unknown>> {
  readonly from?: string
  readonly to?: string
  readonly not?: readonly string[]
  readonly limit?: number
  readonly after?: string
  readonly recovered?: true
  readonly json?: true
  readonly jsonl?: true
  readonly csv?: true
}

export const addTimeline: AddVerb = (program, surface, run) => {
  const command = program
    .command('timeline')
    .summary('the records of all logs in one total order, filtered')
    .description(
      'Prints the records of all logs in one total order: by time, then by place in the evidence.\n' +
        'A filter given twice takes either value; different filters must all hold. On a screen the first 100 rows are shown, elsewhere all.',
    )
    .option('--from <time>', 'not before this UTC time', utcTime)
    .option('--to <time>', 'not after this UTC time', utcTime)
  for (const [option, , meaning] of filters) command.option(`--${option} <value>`, meaning, collect)
  command
    .option('--not <filter=value>', 'leave rows out: --not account=SYSTEM', collect)
    .option('--recovered', 'recovered records too, marked: no longer live in their log')
    .option('--limit <rows>', 'at most this many rows', wholeNumber(1, 1_000_000_000))
    .option('--after <cursor>', 'go on behind the row of this cursor (`next` of an earlier run)')
    .option('--json', 'print one JSON document (schema tasktrail-timeline/1)')
    .option('--jsonl', 'print one JSON object per row')
    .option('--csv', 'print CSV for spreadsheets, formulas disarmed')
  withCaseOption(command).action((options: Options) => run(() => timelineVerb(surface, options)))
  addExamples(command)
}

const addExamples = (command: Command) =>
  withExamples(command, [
    'timeline --case fs01 --event-id 4624,5145,4698,4688',
    'timeline --case fs01 --account admmig --from 2021-06-10T21:21:00Z --csv > admmig.csv',
    'timeline --case fs01 --not account=SYSTEM --jsonl',
  ])

function filterOf(options: Options): TimelineFilter {
  const values = (option: string, key: string) => {
    const given = (options[option.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())] ??
      []) as readonly string[]
    return key === 'event' ? given.flatMap((one) => one.split(',').map((id) => id.trim())) : given
  }
  const terms = filters
    .map(([option, key]) => ({ key, values: values(option, key), not: false as boolean }))
    .filter((term) => term.values.length > 0)
  for (const text of options.not ?? []) {
    const [, option = '', value = ''] = /^([a-z-]+)=(.+)$/s.exec(text) ?? []
    const key = filters.find(([name]) => name === option)?.[1]
    if (!key)
      throw new UsageError(
        `--not takes filter=value with one of ${filters.map(([name]) => name).join(', ')}: ${text}`,
      )
    terms.push({ key, values: [value], not: true })
  }
  for (const { key, values: ids } of terms)
    if ((key === 'event' || key === 'record') && ids.some((id) => !/^\d{1,20}(\.\.\d{1,20})?$/.test(id)))
      throw new UsageError(`an ${key} id is a decimal number, or two with .. between: ${ids.join(', ')}`)
  return {
    terms,
    ...(options.recovered ? { recovered: true } : {}),
    ...(options.from ? { from: options.from } : {}),
    ...(options.to ? { to: options.to } : {}),
  }
}

type Format = 'text' | 'json' | 'jsonl' | 'csv'
function formatOf(options: Options): Format {
  const asked = (['json', 'jsonl', 'csv'] as const).filter((name) => options[name])
  if (asked.length > 1) throw new UsageError(`--${asked.join(' and --')} exclude each other`)
  return asked[0] ?? 'text'
}

async function timelineVerb({ terminal, doors }: Surface, options: Options) {
  const format = formatOf(options)
  const filter = filterOf(options)
  return await withCaseToRead(options.case, terminal, doors, async (open) => {
    const read: ReadSlice = (from, count) => {
      terminal.signal.throwIfAborted()
      return doors.timelineSlice(open, filter, from, count)
    }
    const from = options.after === undefined ? 0 : await positionAfter(options.after, read)
    const onScreen = format === 'text' && terminal.isTerminal
    const limit = options.limit ?? (onScreen ? 100 : Number.POSITIVE_INFINITY)
    await writers[format](terminal, read, from, limit)
    return exitCode.done
  })
}

type WriteRows = (terminal: Terminal, read: ReadSlice, from: number, limit: number) => Promise<void>

const writers: Readonly<Record<Format, WriteRows>> = {
  async jsonl(terminal, read, from, limit) {
    for await (const rows of readRows(from, limit, read)) await terminal.write(rows.map(jsonLine).join(''))
  },

  async json(terminal, read, from, limit) {
    const { total, all, recovered } = await read(from, 1)
    const more = recovered ? `"recovered":${jsonLine(recovered).trimEnd()},` : ''
    await terminal.write(`{"schema":"tasktrail-timeline/1","total":${total},"all":${all},${more}"rows":[`)
    let last: Row | undefined
    for await (const rows of readRows(from, limit, read)) {
      await terminal.write(
        rows.map((row, n) => `${last || n ? ',' : ''}\n${jsonLine(row).trimEnd()}`).join(''),
      )
      last = rows.at(-1)
    }
    const next = last && last.index + 1 < total ? JSON.stringify(cursorOf(last)) : 'null'
    await terminal.write(`${last ? '\n' : ''}],"next":${next}}\n`)
  },

  async csv(terminal, read, from, limit) {
    await terminal.write(csvRow(csvHead))
    for await (const rows of readRows(from, limit, read))
      await terminal.write(rows.map((row) => csvRow(csvCells(row))).join(''))
  },

  async text(terminal, read, from, limit) {
    const { total, all, recovered } = await read(from, 1)
    let last: Row | undefined
    let count = 0
    const paint = painter(terminal)
    for await (const rows of readRows(from, limit, read)) {
      const lines = textLines(rows, terminal.columns, (head) => paint(head, 'bold'))
      await terminal.write(linesText(last ? lines.slice(1) : lines))
      last = rows.at(-1)
      count += rows.length
    }
    const live = total - (recovered?.shown ?? 0)
    const whole = live === all ? '' : `, of ${countInWords(all)} in the case`
    await terminal.write(
      `${count ? '\n' : ''}${countInWords(count)} of ${countInWords(total)} rows${whole}\n`,
    )
    if (recovered) await terminal.write(linesText(recoveredLines(recovered)))
    if (last && last.index + 1 < total) await terminal.write(`next: --after ${cursorOf(last)}\n`)
  },
}

/** What the recovered records among the rows are, apart from the count of the live ones. */
function recoveredLines({ shown, all, notes }: NonNullable<Slice['recovered']>): readonly string[] {
  const of = shown === all ? '' : ` of ${countInWords(all)}`
  const what = all === 1 ? 'recovered record' : 'recovered records'
  return [
    all === 0
      ? 'no recovered records: the logs hold none that are not live too'
      : `${countInWords(shown)}${of} ${what}, shown in addition and marked`,
    ...notes.map(escapeLine),
  ]
}

const csvHead = [
  'time',
  'event_id',
  'host',
  'account',
  'address',
  'what',
  'channel',
  'provider',
  'delta_ms',
  'marks',
  'record_id',
  'evidence_id',
  'chunk',
  'offset',
]
const csvCells = ({ citation, ...row }: Row): readonly string[] => [
  row.time,
  String(row.eventId),
  row.host,
  row.account ?? '',
  row.address ?? '',
  row.what,
  row.channel,
  row.provider,
  row.deltaMs === null ? '' : String(row.deltaMs),
  row.marks.join(' '),
  citation.recordId,
  citation.evidenceId,
  String(citation.chunk),
  String(citation.offset),
]

/** On a narrow screen record ids and marks give way; `--json` has them. */
function textLines(rows: readonly Row[], width: number, paint: (text: string) => string): readonly string[] {
  const isWide = width >= 110
  return tableLines(
    [
      { title: 'time (UTC)' },
      { title: 'event', align: 'right' },
      { title: 'host', cut: 'end', least: 6 },
      { title: 'account', cut: 'end', least: 6 },
      { title: 'address', cut: 'end', least: 9 },
      { title: 'what', cut: 'end', least: 16 },
      ...(isWide ? [{ title: 'record', align: 'right' } as const, { title: 'marks' }] : []),
    ],
    rows.map((row) => [
      row.time,
      String(row.eventId),
      row.host,
      row.account ?? '',
      row.address ?? '',
      // the column of marks gives way on a narrow screen, this one mark does not
      !isWide && row.marks.includes('recovered') ? `recovered: ${row.what}` : row.what,
      ...(isWide ? [row.citation.recordId, row.marks.join(' ')] : []),
    ]),
    width,
    paint,
  )
}
