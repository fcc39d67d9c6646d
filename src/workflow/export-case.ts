/** A case in a form other tools load, from what the case holds: the same case gives the same bytes. Nothing of it is evidence. */
import { open as openFile, unlink } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import packageFile from '../../package.json' with { type: 'json' }
import { publishFile, taken, writeZip } from '../archive/write-zip.ts'
import { diskRefusal, systemErrorCode } from '../base/disk-trouble.ts'
import { Cancelled } from '../base/refusal.ts'
import { timelineCsv, timelineJsonl } from '../bundle/derived.ts'
import type { OnProgress } from '../domain/progress.ts'
import { caseUco } from '../exports/case-uco.ts'
import { caseWorkbook } from '../exports/case-workbook.ts'
import { ecsLines } from '../exports/ecs.ts'
import { mispEvent } from '../exports/misp.ts'
import { type ExportRow, type ExportSource, exhibitsOf } from '../exports/source.ts'
import { stixBundle } from '../exports/stix.ts'
import { chainJson } from '../report/chains-json.ts'
import { findCaseChains } from './find-chains.ts'
import { listEvidence, listProblems, readCustody } from './list-evidence.ts'
import { Meter } from './meter.ts'
import type { OpenCase } from './open-case.ts'
import { answersOf, iocsOfCase } from './playbook-answers.ts'
import { timelineRecords } from './read-timeline.ts'

export const exportFormats = [
  'csv',
  'xlsx',
  'jsonl',
  'timesketch-csv',
  'timesketch-jsonl',
  'ecs',
  'stix',
  'misp',
  'case-uco',
] as const
export type ExportFormat = (typeof exportFormats)[number]

export interface ExportOptions {
  readonly format: ExportFormat
  /** file to write; it must not exist yet */
  readonly out: string
  /** case or ticket number */
  readonly caseNumber?: string | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: OnProgress | undefined
}
export interface ExportResult {
  readonly schema: 'tasktrail-export/1'
  readonly format: ExportFormat
  readonly path: string
  readonly bytes: number
  readonly sha256: string
  /** rows of the timeline written; null where the form holds none */
  readonly rows: number | null
}

const withRows = (format: ExportFormat) => !['stix', 'misp', 'case-uco'].includes(format)

/** Writes the file whole or not at all. Refuses a name that is taken; throws Cancelled when stopped. */
export async function exportCase(open: OpenCase, options: ExportOptions): Promise<ExportResult> {
  const { format, signal } = options
  const path = resolve(options.out)
  const source = exportSource(open, options.caseNumber ?? '')
  const meter = new Meter(options.onProgress, {
    phase: `Writing ${basename(path)}`,
    step: 'pack',
    unit: 'records',
    total: withRows(format) ? source.rowCount : null,
  })
  const counted: ExportSource = { ...source, rows: () => countedRows(source, meter, signal) }
  const written =
    format === 'xlsx'
      ? await writeZip(path, asyncParts(caseWorkbook(counted)), {
          at: new Date(open.createdAt),
          level: 6,
          sidecar: false,
          signal,
        })
      : await writeText(path, blocksOf(counted, format), signal)
  return {
    schema: 'tasktrail-export/1',
    format,
    path,
    bytes: written.size,
    sha256: written.sha256,
    rows: withRows(format) ? source.rowCount : null,
  }
}

async function* asyncParts<T>(parts: Iterable<T>): AsyncGenerator<T> {
  for (const part of parts) yield part
}

function* countedRows(
  source: ExportSource,
  meter: Meter,
  signal: AbortSignal | undefined,
): Generator<ExportRow> {
  let done = 0
  for (const row of source.rows()) {
    if (signal?.aborted) throw new Cancelled()
    if (++done % 1000 === 0) meter.to(done)
    yield row
  }
  meter.to(done, true)
}

function blocksOf(source: ExportSource, format: Exclude<ExportFormat, 'xlsx'>): AsyncIterable<Uint8Array> {
  switch (format) {
    case 'csv':
    case 'timesketch-csv':
      return timelineCsv(source.rows(), exhibitsOf(source))
    case 'timesketch-jsonl':
      return timelineJsonl(source.rows(), exhibitsOf(source))
    case 'jsonl':
      return inBlocks(recordLines(source))
    case 'ecs':
      return inBlocks(ecsLines(source))
    case 'stix':
      return inBlocks(stixBundle(source))
    case 'misp':
      return inBlocks(mispEvent(source))
    case 'case-uco':
      return inBlocks(caseUco(source))
  }
}

/** Every row with all the values of its record, in the order of the record. */
function* recordLines(source: ExportSource): Generator<string> {
  const exhibits = exhibitsOf(source)
  for (const { record, citation, ...row } of source.rows()) {
    const data = record.names.map((name, at) => [name, record.values[at] ?? ''] as const)
    const exhibit = exhibits.get(citation.evidenceId) ?? null
    yield `${JSON.stringify({ ...row, data, citation: { exhibit, ...citation } })}\n`
  }
}

async function* inBlocks(texts: Iterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  let text = ''
  for (const one of texts) {
    text += one
    if (text.length < 1 << 18) continue
    yield encoder.encode(text)
    text = ''
  }
  if (text !== '') yield encoder.encode(text)
}

async function writeText(
  path: string,
  blocks: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<{ readonly size: number; readonly sha256: string }> {
  const { createHash } = await import('node:crypto')
  const partial = join(dirname(path), `.${basename(path)}.partial`)
  const file = await openFile(partial, 'wx', 0o644).catch((error: unknown) => {
    if (systemErrorCode(error) === 'EEXIST') throw taken(partial)
    throw diskRefusal(error, 'creating the export', path)
  })
  try {
    const hash = createHash('sha256')
    let size = 0
    try {
      for await (const block of blocks) {
        if (signal?.aborted) throw new Cancelled()
        hash.update(block)
        size += block.length
        for (let at = 0; at < block.length; ) at += (await file.write(block, at)).bytesWritten
      }
      await file.sync()
    } finally {
      await file.close()
    }
    await publishFile(partial, path)
    return { size, sha256: hash.digest('hex') }
  } catch (error) {
    await unlink(partial).catch(() => undefined)
    throw diskRefusal(error, 'writing the export', path)
  }
}

/** What the exports are made from; the evidence alone, without what people stated. */
export function exportSource(open: OpenCase, caseNumber: string): ExportSource {
  const chains = findCaseChains(open)
  const listed = listEvidence(open).filter((row) => row.state === 'complete')
  const { count, rows } = timelineRecords(open)
  return {
    tool: { name: 'Tasktrail', version: packageFile.version },
    case: {
      id: open.caseId,
      title: open.title,
      number: caseNumber,
      createdAt: open.createdAt,
      practice: open.practice,
    },
    rows,
    rowCount: count,
    chains: chains.map(chainJson),
    outcomes: chains.map((chain) => {
      const { outcome, disposition } = answersOf(open, chain, []).evidence
      return { outcome, disposition }
    }),
    iocs: iocsOfCase(open).iocs,
    evidence: listed.map((row, index) => ({ ...row, exhibit: `E${String(index + 1).padStart(4, '0')}` })),
    problems: listProblems(open),
    custody: readCustody(open).lines,
  }
}
