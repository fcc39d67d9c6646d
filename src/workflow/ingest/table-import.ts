/**
 * Reads a table of events (CSV, JSON) from the store into packed records. Its rows are cited by their byte offset, in the
 * same two numbers as records of logs: 64 KiB stretch of the file, and offset inside it.
 */
import type { Problem } from '../../domain/problem.ts'
import { fileTime, formatUtc } from '../../domain/time.ts'
import { chunkSize } from '../../evtx/format.ts'
import { FieldCoverage } from '../../tables/missing-fields.ts'
import { readTable, type TableReading } from '../../tables/read-table.ts'
import { openFileSource } from '../file-source.ts'
import type { OpenCase } from '../open-case.ts'
import type { LogSummary } from './log-summary.ts'
import { joinTallies, LogTally, type TallyPart, type TallyResult } from './log-tally.ts'
import { nodePlatform } from './node-platform.ts'
import { chunksPerBlock, chunksPerSegment } from './packed.ts'
import { Packer } from './packer.ts'
import { closeSegment } from './stretch.ts'

/** rows that could not be read are listed so far one by one; the rest is counted */
const listedProblems = 500
/** rows between two looks at whether somebody wants to stop */
const rowsPerTurn = 2000
/** offsets are kept in 32 bits */
const largestTable = 2 ** 32

export interface TableResult {
  readonly summary: LogSummary
  readonly problems: readonly Problem[]
}

/**
 * Packs the table stored at `path` into the item, inside the transaction that is open. `onBytes` hears how far it is.
 * Throws what the database throws; everything wrong with the table itself is a problem.
 */
export async function importTable(
  open: OpenCase,
  item: number,
  path: string,
  origin: string,
  turn: (bytesDone: number) => Promise<void>,
): Promise<TableResult> {
  const source = openFileSource(path)
  try {
    const table = source.size <= largestTable ? readTable(source) : undefined
    const work = new TableWork(open, item, origin)
    if (!table) {
      const what =
        source.size > largestTable
          ? 'The table is larger than 4 GiB. Split the export by time and import the parts.'
          : 'The columns are not those of a table of events that is known.'
      work.problem('table.file.unreadable', 0, what, 'error')
      return work.result(undefined)
    }
    let rows = 0
    for (const one of table.items()) {
      if (one.ok) work.add(one.offset, one.record)
      else work.lost(one.offset, one.what)
      if (++rows % rowsPerTurn === 0) await turn(one.offset)
    }
    return work.result(table)
  } finally {
    source.close()
  }
}

type Row = Parameters<FieldCoverage['note']>[0]

class TableWork {
  readonly #open: OpenCase
  readonly #item: number
  readonly #origin: string
  readonly #packer = new Packer(nodePlatform, new LogTally())
  readonly #fields = new FieldCoverage()
  readonly #parts: TallyPart[] = []
  readonly #problems: Problem[] = []
  #moreProblems = 0
  #selected = 0
  /** first chunk of the open segment, and the chunk of the last row */
  #first = 0
  #chunk = 0

  constructor(open: OpenCase, item: number, origin: string) {
    this.#open = open
    this.#item = item
    this.#origin = origin
  }

  add(offset: number, record: Row): void {
    const chunk = Math.floor(offset / chunkSize)
    const blockOf = (one: number) => Math.floor(one / chunksPerBlock)
    if (blockOf(chunk) !== blockOf(this.#chunk)) this.#packer.endBlock(blockOf(this.#chunk))
    if (chunk - this.#first >= chunksPerSegment || this.#packer.isFull) this.#endSegment(chunk)
    this.#chunk = chunk
    this.#fields.note(record)
    const { system, names, values } = record
    this.#packer.addTexts({ system, names: [...names], values: [...values], message: undefined }, offset)
    for (const problem of this.#packer.problems.splice(0)) this.lost(offset, problem.what)
  }

  lost(offset: number, what: string): void {
    this.problem(
      'table.row.unreadable',
      offset,
      `The row at byte ${offset} cannot be read: ${what}.`,
      'error',
    )
  }

  problem(code: string, offset: number, what: string, severity: Problem['severity']): void {
    if (this.#problems.length >= listedProblems) {
      this.#moreProblems++
      return
    }
    this.#problems.push({ code, severity, where: `${this.#origin}, byte ${offset}`, what })
  }

  #endSegment(next: number): void {
    const segment = closeSegment(this.#packer, this.#first, Math.max(this.#first, this.#chunk))
    this.#parts.push(this.#packer.tally.part())
    this.#packer.tally = new LogTally()
    this.#selected += segment.selected
    if (segment.rows > 0) this.#open.casefile.insertSegment(this.#item, segment)
    this.#first = next
  }

  result(table: TableReading | undefined): TableResult {
    this.#endSegment(this.#chunk + 1)
    if (this.#moreProblems > 0)
      this.#problems.push({
        code: 'table.row.unreadable',
        severity: 'error',
        where: this.#origin,
        what: `${this.#moreProblems} more rows cannot be read and were not listed one by one.`,
        facts: { count: this.#moreProblems },
      })
    for (const { eventId, fields, rows } of this.#fields.missing())
      this.#problems.push({
        code: 'table.fields.missing',
        severity: 'warning',
        where: this.#origin,
        what: `The table has no ${fields.join(', ')} in its ${rows} rows of event ${eventId}: what these would tell stays unknown. Collect the log itself, or export with all columns.`,
        facts: { eventId, fields: fields.join(', '), rows },
      })
    return { summary: summaryOf(table, joinTallies(this.#parts), this.#selected), problems: this.#problems }
  }
}

function summaryOf(table: TableReading | undefined, tally: TallyResult, selected: number): LogSummary {
  const utc = (ticks: bigint | undefined) => (ticks === undefined ? null : formatUtc(fileTime(ticks)))
  return {
    version: table ? `${table.schema.id}, ${table.format}` : '',
    dirty: false,
    provenance: 'filtered-export',
    provenanceReasons: [
      `A table that another tool exported: ${table?.schema.label ?? 'unknown'}. It holds the answer to a query nobody can see; what it does not hold may still have happened.`,
    ],
    chunks: { total: 0, used: 0, empty: 0, bad: 0 },
    records: tally.records,
    selected,
    recoverable: 0,
    recordIds: {
      first: tally.runs[0]?.from.toString() ?? null,
      last: tally.runs.at(-1)?.to.toString() ?? null,
      missing: '0',
      judged: false,
      gaps: [],
    },
    times: { first: utc(tally.firstTime), last: utc(tally.lastTime), backwards: [], backwardsCount: 0 },
    channels: tally.channels,
    computers: tally.computers,
    eventIds: tally.eventIds,
  }
}
