/** Reads a whole log, record by record, with everything as text. The ingest path (`scan.ts`) shares all of it but the text. */
import { bad, good, type Outcome } from '../base/outcome.ts'
import type { XmlElement } from './binxml/expand.ts'
import type { ByteSource, Platform } from './byte-source.ts'
import { readChunkHeader, walkRecords } from './chunk.ts'
import { ChunkView } from './chunk-view.ts'
import { RecordDecoder } from './decode.ts'
import { type FileHeader, readFileHeader } from './file-header.ts'
import { chunkSize, fileHeaderBlock } from './format.ts'
import { plainPlatform } from './platform.ts'
import { BinXmlError, type EvtxProblem } from './problem.ts'
import { type EvtxRecord, type RecordText, type SystemTexts, textsOfTree } from './record.ts'
import { type RecordPlace, RecoveredWalker } from './recovered.ts'
import { numberOf, ticksOfText } from './text-numbers.ts'

export interface ReadOptions {
  readonly platform?: Platform
  /** also stale records behind the live ones, marked; never part of a timeline by default (trap 6) */
  readonly recovered?: boolean
  /** take the tree path for every record (slow; for comparison) */
  readonly treeOnly?: boolean
  /** called once with the file header, before the first record */
  readonly onHeader?: (header: FileHeader | undefined, chunks: number) => void
  /** called for every chunk with its state */
  readonly onChunk?: (index: number, state: 'used' | 'empty' | 'bad') => void
  /** called with the elements of each record, for XML (takes the tree path) */
  readonly onElements?: (elements: readonly XmlElement[]) => void
}

/** Every record of the log in file order, each a value or the problem in its place. Same bytes, same outcomes. */
export function* readRecords(
  source: ByteSource,
  options: ReadOptions = {},
): Generator<Outcome<EvtxRecord, EvtxProblem>, void> {
  const platform = options.platform ?? plainPlatform
  const { header, problems, chunks } = readFileHeader(source, platform)
  options.onHeader?.(header, chunks)
  for (const problem of problems) yield bad(problem)
  if (!header) return
  const decoder = new RecordDecoder()
  const recovered = options.recovered ? new RecoveredWalker(decoder) : undefined
  const bytes = new Uint8Array(chunkSize)
  let used = 0
  for (let index = 0; index < chunks; index++) {
    const read = source.read(fileHeaderBlock + index * chunkSize, bytes)
    const chunk = new ChunkView(bytes.subarray(0, read), platform)
    const outcomes: Outcome<EvtxRecord, EvtxProblem>[] = []
    if (readChunk(chunk, index, decoder, platform, options, outcomes, recovered) === 'used') used++
    yield* outcomes
  }
  const wrong = chunkCountProblem(header, used, chunks)
  if (wrong) yield bad(wrong)
}

/** Dirty logs state too few chunks; what is there is read all the same. */
export function chunkCountProblem(header: FileHeader, used: number, chunks: number): EvtxProblem | undefined {
  if (header.statedChunks === used || header.statedChunks === chunks) return undefined
  const few = header.statedChunks < used
  return {
    code: 'evtx.file.chunk-count',
    severity: few ? 'info' : 'warning',
    chunk: -1,
    offset: 42,
    what: few
      ? `The header counts ${header.statedChunks} chunks, ${used} are in use: a log copied while Windows wrote it. All are read.`
      : `The header counts ${header.statedChunks} chunks, only ${used} could be read: the rest is missing from this file.`,
    lost: 0,
  }
}

function readChunk(
  chunk: ChunkView,
  index: number,
  decoder: RecordDecoder,
  platform: Platform,
  options: ReadOptions,
  into: Outcome<EvtxRecord, EvtxProblem>[],
  recovered: RecoveredWalker | undefined,
): 'used' | 'empty' | 'bad' {
  const problems: EvtxProblem[] = []
  const header = readChunkHeader(chunk, index, platform, problems)
  options.onChunk?.(index, header.state)
  const flush = () => {
    for (const problem of problems) into.push(bad(problem))
    problems.length = 0
  }
  flush()
  if (header.state !== 'used') return header.state
  decoder.startChunk()
  const stale: RecordPlace[] = []
  walkRecords(
    chunk,
    index,
    header,
    problems,
    (offset, size) => {
      flush()
      const outcome = readRecord(chunk, index, offset, size, decoder, options, false)
      into.push(outcome)
      const odd = outcome.ok ? oddNumber(outcome.value.system.EventRecordID, index, offset) : undefined
      if (odd) into.push(bad(odd))
    },
    (offset, size) => stale.push({ offset, size }),
  )
  flush()
  recovered?.walk(chunk, header, stale, (offset, size) => {
    const outcome = readRecord(chunk, index, offset, size, decoder, options, true)
    // what cannot be read of a stale record is no evidence: only whole ones are offered
    if (outcome.ok) into.push(outcome)
  })
  return 'used'
}

/** Provider, Channel and Computer never hold control characters: where they do, part of a stale record was overwritten. */
const hasBrokenWords = ({ Provider = '', Channel = '', Computer = '' }: SystemTexts): boolean =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\x00-\x1f]/.test(Provider + Channel + Computer)

/**
 * The problem of a record whose EventRecordID is there and is no number: the record is kept under number 0, where gaps and
 * citations do not see it. A few events of the forwarding service have none at all, which is no problem.
 */
export function oddNumber(id: string | undefined, chunk: number, offset: number): EvtxProblem | undefined {
  if (id === undefined || id.trim() === '' || numberOf(id) !== undefined) return undefined
  return {
    code: 'evtx.record.number',
    severity: 'warning',
    chunk,
    offset,
    what: `Record at offset ${offset} of chunk ${chunk}: its EventRecordID is no number that a log can have: ${JSON.stringify(id.slice(0, 60))}. The record is kept with number 0.`,
    lost: 0,
  }
}

/** One record at its place; never throws for what the bytes hold. */
export function readRecord(
  chunk: ChunkView,
  index: number,
  offset: number,
  size: number,
  decoder: RecordDecoder,
  options: Pick<ReadOptions, 'treeOnly' | 'onElements'>,
  recovered: boolean,
): Outcome<EvtxRecord, EvtxProblem> {
  const unreadable = (
    code: EvtxProblem['code'],
    what: string,
    at = offset,
  ): Outcome<EvtxRecord, EvtxProblem> =>
    bad({
      code,
      severity: 'error',
      chunk: index,
      offset,
      what: `Record at offset ${offset} of chunk ${index}: ${what} (at ${at}).`,
      lost: 1,
    })
  try {
    const from = offset + 24
    const end = offset + size - 4
    let texts: RecordText
    if (options.treeOnly || options.onElements) {
      const elements = decoder.elements(chunk, from, end)
      options.onElements?.(elements)
      texts = textsOfTree(elements)
    } else texts = decoder.texts(chunk, from, end)
    if (recovered && hasBrokenWords(texts.system))
      return unreadable('evtx.record.incomplete', 'the words of its template were overwritten')
    const time = ticksOfText(texts.system.TimeCreated)
    const eventId = numberOf(texts.system.EventID)
    const isOutside = time !== undefined && (time < 0n || time > 0xffff_ffff_ffff_ffffn)
    if (time === undefined || isOutside || eventId === undefined)
      return unreadable(
        'evtx.record.incomplete',
        `System has no ${eventId === undefined ? 'EventID' : 'TimeCreated'} that can be read`,
      )
    // the values of a record that was zeroed in a frame that was not (trap 5): no event has number 0 in the year 1601
    if (time === 0n && eventId === 0n)
      return unreadable('evtx.record.incomplete', 'its values are all zero: event 0 of the year 1601')
    return good({
      chunk: index,
      offset,
      size,
      headerRecordId: chunk.view.getBigUint64(offset + 8, true),
      headerTime: chunk.view.getBigUint64(offset + 16, true),
      system: texts.system,
      // a few events of the forwarding service have none; a real one is never 0
      recordId: numberOf(texts.system.EventRecordID) ?? 0n,
      time,
      eventId: Number(eventId & 0xffffn),
      names: texts.names,
      values: texts.values,
      message: texts.message,
      recovered,
    })
  } catch (error) {
    if (error instanceof BinXmlError) return unreadable('evtx.record.unreadable', error.message, error.offset)
    if (error instanceof RangeError)
      return unreadable('evtx.record.unreadable', 'a value lies outside the chunk')
    throw error
  }
}
