/**
 * Every record of one or more logs as JSON lines or XML, no case needed. A record that cannot be read is a line too. Records of
 * the usual forms are written as bytes by the plans of their templates; all others as texts by the slow path.
 */
import { Refusal } from '../base/refusal.ts'
import { hiddenUnits, safeJson } from '../base/safe-json.ts'
import { fileTime, formatUtc } from '../domain/time.ts'
import type { XmlElement } from '../evtx/binxml/expand.ts'
import type { ByteSource } from '../evtx/byte-source.ts'
import { readChunkHeader, walkRecords } from '../evtx/chunk.ts'
import { ChunkView } from '../evtx/chunk-view.ts'
import { RecordDecoder } from '../evtx/decode.ts'
import { readFileHeader } from '../evtx/file-header.ts'
import { chunkSize, fileHeaderBlock } from '../evtx/format.ts'
import type { EvtxProblem } from '../evtx/problem.ts'
import { chunkCountProblem, oddNumber, readRecord } from '../evtx/read-log.ts'
import type { EvtxRecord } from '../evtx/record.ts'
import { type RecordPlace, RecoveredWalker } from '../evtx/recovered.ts'
import { ByteWriter } from '../evtx/render/byte-writer.ts'
import { jsonNumber } from '../evtx/render/json-program.ts'
import { JsonRecords } from '../evtx/render/json-record.ts'
import { XmlRecords } from '../evtx/render/xml-record.ts'
import { elementsXml } from '../evtx/xml.ts'
import { openFileSource } from './file-source.ts'
import { nodePlatform } from './ingest/node-platform.ts'
import { stopIfAborted } from './meter.ts'

export interface DumpOptions {
  readonly format: 'jsonl' | 'xml'
  /** stale records behind the live ones too, marked */
  readonly recovered: boolean
  readonly signal?: AbortSignal | undefined
  /** Takes the lines of problems, and of records where there is no `writeBytes`; nothing more comes before it is done. */
  readonly write: (text: string) => void | Promise<void>
  /** Takes whole lines of records as UTF-8. The bytes are written over once it is done. */
  readonly writeBytes?: ((bytes: Uint8Array) => void | Promise<void>) | undefined
  /** JSON lines for a screen: also escapes what would hide or turn text round there, as `safeJson` does */
  readonly harmless?: boolean
  /** only the slow path, for comparison */
  readonly slow?: boolean
}

/** Bytes read at a time. */
const blockSize = 1 << 20
/** Bytes collected before they are handed on. */
const mostCollected = 2 << 20

/** Refuses a path that cannot be opened; everything inside a log becomes lines. */
export async function dumpLogs(
  paths: readonly string[],
  options: DumpOptions,
): Promise<{ records: number; problems: number }> {
  const dump = new LogDump(options)
  const isXml = options.format === 'xml'
  if (isXml) await options.write('<?xml version="1.0" encoding="utf-8"?>\n<Events>\n')
  for (const path of paths) {
    const source = openFileSource(path)
    try {
      await dump.log(source, path, paths.length > 1 ? path : undefined)
    } finally {
      source.close()
    }
  }
  if (isXml) await options.write('</Events>\n')
  return { records: dump.records, problems: dump.problems }
}

interface Note {
  readonly at: number
  readonly line: string
}

/** Dumps one log after the other. `dumpLogs` is what verbs use; tests give it logs that lie in memory. */
export class LogDump {
  records = 0
  problems = 0
  readonly #options: DumpOptions
  readonly #out = new ByteWriter(blockSize * 7)
  /** takes turns with the buffer of `#out`: one is written to while the other is handed on */
  #spare = new Uint8Array(blockSize * 7)
  #handedOn: Promise<void> = Promise.resolve()
  /** lines of problems, each with the place in the output before which it stands */
  #notes: Note[] = []
  readonly #readOptions: Parameters<typeof readRecord>[5]
  #decoder = new RecordDecoder()
  #recovered = new RecoveredWalker(this.#decoder)
  #fast: XmlRecords | undefined
  #fastLines: JsonRecords | undefined
  readonly #hidden: Uint8Array | undefined
  #elements: readonly XmlElement[] = []
  #path = ''
  #chunks = 0
  #file: string | undefined

  constructor(options: DumpOptions) {
    this.#options = options
    this.#hidden = options.format === 'jsonl' && options.harmless ? hiddenUnits() : undefined
    const onElements = (found: readonly XmlElement[]) => {
      this.#elements = found
    }
    this.#readOptions = options.format === 'xml' ? { onElements } : {}
  }

  /** @param file named in every line when there are several */
  async log(source: ByteSource, path: string, file: string | undefined): Promise<void> {
    this.#path = path
    this.#file = file
    this.#decoder = new RecordDecoder()
    this.#recovered = new RecoveredWalker(this.#decoder)
    this.#fast = undefined
    this.#fastLines = undefined
    if (!this.#options.slow) {
      if (this.#options.format === 'xml') this.#fast = new XmlRecords(this.#out, this.#decoder)
      else this.#fastLines = new JsonRecords(this.#out, this.#decoder, this.#hidden, file)
    }
    const { header, problems, chunks } = readFileHeader(source, nodePlatform)
    this.#chunks = chunks
    for (const problem of problems) this.#problem(problem)
    if (!header) return this.end()
    const block = new Uint8Array(blockSize)
    let used = 0
    for (let first = 0; first < chunks; first += blockSize / chunkSize) {
      this.#out.forget()
      const read = this.#read(source, first, block)
      if (read < 0) continue
      for (let i = 0; i < blockSize / chunkSize && first + i < chunks; i++) {
        stopIfAborted(this.#options.signal)
        const part = block.subarray(Math.min(read, i * chunkSize), Math.min(read, (i + 1) * chunkSize))
        if (this.#chunk(new ChunkView(part, nodePlatform), first + i)) used++
        if (this.#out.at >= mostCollected || this.#notes.length >= 256) await this.#flush()
      }
    }
    const wrong = chunkCountProblem(header, used, chunks)
    if (wrong) this.#problem(wrong)
    await this.end()
  }

  /** Bytes read of the block that begins with chunk `first`; -1 where the disk fails: what lies behind is tried all the same. */
  #read(source: ByteSource, first: number, block: Uint8Array): number {
    try {
      return source.read(fileHeaderBlock + first * chunkSize, block)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const last = Math.min(first + block.length / chunkSize, this.#chunks) - 1
      this.#problem({
        code: 'evtx.file.unreadable',
        severity: 'error',
        chunk: first,
        offset: 0,
        what: `Chunks ${first} to ${last} are not in this dump: ${error.message}`,
        lost: 0,
      })
      return -1
    }
  }

  /** @returns whether the chunk is in use */
  #chunk(chunk: ChunkView, index: number): boolean {
    const problems: EvtxProblem[] = []
    const header = readChunkHeader(chunk, index, nodePlatform, problems)
    const report = () => {
      for (const problem of problems) this.#problem(problem)
      problems.length = 0
    }
    report()
    if (header.state !== 'used') return false
    this.#decoder.startChunk()
    const stale: RecordPlace[] = []
    walkRecords(
      chunk,
      index,
      header,
      problems,
      (offset, size) => {
        if (problems.length > 0) report()
        this.#record(chunk, index, offset, size)
      },
      (offset, size) => stale.push({ offset, size }),
    )
    report()
    if (!this.#options.recovered) return true
    // a stale record whose template was overwritten is not evidence: only whole ones are offered
    this.#recovered.walk(chunk, header, stale, (offset, size) => {
      const outcome = readRecord(chunk, index, offset, size, this.#decoder, this.#readOptions, true)
      if (outcome.ok) this.#slowRecord(outcome.value)
    })
    return true
  }

  #record(chunk: ChunkView, index: number, offset: number, size: number): void {
    if (this.#fast) {
      if (this.#fast.write(chunk, offset + 24, offset + size - 4)) {
        this.#out.byte(0x0a)
        this.records++
        return
      }
    } else if (this.#fastLines?.write(chunk, index, offset, size)) {
      this.records++
      return
    }
    const outcome = readRecord(chunk, index, offset, size, this.#decoder, this.#readOptions, false)
    if (outcome.ok) {
      const odd = oddNumber(outcome.value.system.EventRecordID, index, offset)
      if (odd) this.#problem(odd)
      this.#slowRecord(outcome.value)
    } else this.#problem(outcome.problem)
  }

  #slowRecord(record: EvtxRecord): void {
    this.records++
    if (this.#options.format === 'xml') this.#out.text(`${recordXml(record, this.#elements)}\n`)
    else this.#out.text(`${this.#shown(recordLine(record, this.#file))}\n`)
  }

  #shown(line: string): string {
    return this.#hidden ? safeJson(line) : line
  }

  #problem(problem: EvtxProblem): void {
    this.problems++
    const line =
      this.#options.format === 'xml'
        ? problemXml(problem, this.#path)
        : this.#shown(problemLine(problem, this.#file))
    this.#notes.push({ at: this.#out.at, line: `${line}\n` })
  }

  /** Has what has been collected handed on while the next is made, and lets the signal arrive. */
  async #flush(): Promise<void> {
    await this.#handedOn
    const { length } = this.#out.written
    const full = this.#out.exchange(this.#spare)
    this.#spare = full
    const notes = this.#notes
    this.#notes = []
    this.#handedOn = this.#handOn(full.subarray(0, length), notes)
    // a failure is met by the next who waits for it
    this.#handedOn.catch(() => {})
    await new Promise((resolve) => setImmediate(resolve))
    stopIfAborted(this.#options.signal)
  }

  /** Resolves once everything collected has been taken. */
  async end(): Promise<void> {
    await this.#flush()
    await this.#handedOn
  }

  async #handOn(written: Uint8Array, notes: readonly Note[]): Promise<void> {
    const { write, writeBytes } = this.#options
    let from = 0
    let text = ''
    const records = async (to: number) => {
      if (to <= from) return
      const part = written.subarray(from, to)
      from = to
      if (!writeBytes) {
        text += Buffer.from(part.buffer, part.byteOffset, part.length).toString('utf8')
        return
      }
      if (text !== '') await write(text)
      text = ''
      await writeBytes(part)
    }
    for (const { at, line } of notes) {
      await records(at)
      text += line
    }
    await records(written.length)
    if (text !== '') await write(text)
  }
}

function recordLine(record: EvtxRecord, file: string | undefined): string {
  const { system } = record
  const fields: Record<string, string> = {}
  record.names.forEach((name, i) => {
    // a name such as __proto__ must stay a name
    Object.defineProperty(fields, name, {
      value: record.values[i],
      enumerable: true,
      configurable: true,
      writable: true,
    })
  })
  return JSON.stringify({
    ...(file === undefined ? {} : { file }),
    chunk: record.chunk,
    offset: record.offset,
    recordId: system.EventRecordID === undefined ? null : record.recordId.toString(),
    headerRecordId: record.headerRecordId.toString(),
    eventId: record.eventId,
    version: jsonNumber(system.Version),
    provider: system.Provider ?? null,
    channel: system.Channel ?? null,
    computer: system.Computer ?? null,
    time: formatUtc(fileTime(record.time)),
    keywords: system.Keywords ?? null,
    level: jsonNumber(system.Level),
    task: jsonNumber(system.Task),
    opcode: jsonNumber(system.Opcode),
    processId: jsonNumber(system.ProcessID),
    threadId: jsonNumber(system.ThreadID),
    userId: system.UserID || null,
    activityId: system.ActivityID || null,
    recovered: record.recovered,
    data: fields,
    ...(record.message === undefined ? {} : { message: record.message }),
  })
}

const problemLine = (problem: EvtxProblem, file: string | undefined) =>
  JSON.stringify({
    ...(file === undefined ? {} : { file }),
    chunk: problem.chunk,
    offset: problem.offset,
    problem: { code: problem.code, severity: problem.severity, what: problem.what },
  })

const recordXml = (record: EvtxRecord, elements: readonly XmlElement[]) =>
  `${record.recovered ? `<!-- recovered: chunk ${record.chunk}, offset ${record.offset} -->` : ''}${elementsXml(elements)}`

/** A comment cannot hold two hyphens in a row. */
const problemXml = (problem: EvtxProblem, path: string) =>
  `<!-- problem ${problem.code} in ${path.replace(/[^\x20-\x7e]/g, '?')}, chunk ${problem.chunk}, offset ${problem.offset}: ${problem.what.replace(/[^\x20-\x7e]/g, '?')} -->`.replace(
    /--(?!>$)/g,
    (hyphens, at: number) => (at === 2 ? hyphens : '- -'),
  )
