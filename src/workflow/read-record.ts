/** One record in full: System and data with their meaning, XML, and the bytes it stands for, read from the evidence store. */
import { closeSync, openSync, readSync } from 'node:fs'
import { Refusal } from '../base/refusal.ts'
import type { EvidenceId } from '../domain/ids.ts'
import { type Citation, citationOf, type Locator } from '../domain/locator.ts'
import type { EventRecord } from '../domain/record.ts'
import { formatUtc, millisecondsBetween } from '../domain/time.ts'
import { describeRecord } from '../events/describe-record.ts'
import { fieldMeaning } from '../events/field-meaning.ts'
import type { XmlElement } from '../evtx/binxml/expand.ts'
import { readChunkHeader } from '../evtx/chunk.ts'
import { ChunkView } from '../evtx/chunk-view.ts'
import { RecordDecoder } from '../evtx/decode.ts'
import { chunkSize, fileHeaderBlock, smallestRecord } from '../evtx/format.ts'
import { readRecord } from '../evtx/read-log.ts'
import { elementsXml } from '../evtx/xml.ts'
import { readTableRow } from '../tables/read-table.ts'
import { openFileSource } from './file-source.ts'
import { findCaseChains } from './find-chains.ts'
import { nodePlatform } from './ingest/node-platform.ts'
import type { OpenCase } from './open-case.ts'
import { indexOfCase } from './records/index-of-case.ts'
import { recoveredOf } from './recovered-records.ts'

/** Refuses when the case has no such record. */
export function recordDetails(open: OpenCase, at: Citation) {
  let index = indexOfCase(open)
  let global = index.find(at)
  if (global === undefined) {
    index = recoveredOf(open).index
    global = index.find(at)
  }
  if (global === undefined)
    throw new Refusal(
      'record.unknown',
      `The case has no record at chunk ${at.chunk}, offset ${at.offset} of ${at.evidenceId.slice(0, 12)}.`,
      'Follow a citation of this case.',
    )
  const { segment, row } = index.at(global)
  const record = segment.record(row)
  const { locator } = record
  if (open.casefile.evidenceByHash(locator.evidenceId)?.kind === 'event-table')
    return {
      ...factsOf(open, record),
      recovered: undefined,
      ...tableRow(open, locator),
      links: linksOf(open, at),
    }
  const bytes = readChunkBytes(open, locator.evidenceId, locator.chunk)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const stated = view.getUint32(locator.offset + 4, true)
  const length = Math.min(Math.max(stated, smallestRecord), bytes.length - locator.offset)
  const chunk = new ChunkView(bytes, nodePlatform)
  readChunkHeader(chunk, locator.chunk, nodePlatform, [])
  let xml = ''
  const decoder = new RecordDecoder()
  decoder.startChunk()
  const onElements = (elements: readonly XmlElement[]) => {
    xml = elementsXml(elements, '  ')
  }
  const outcome = readRecord(
    chunk,
    locator.chunk,
    locator.offset,
    length,
    decoder,
    { onElements },
    segment.recovered,
  )
  const system = outcome.ok ? Object.entries(outcome.value.system) : []
  return {
    ...factsOf(open, record),
    ...(segment.recovered ? { recovered: true } : {}),
    system: system.map(([name, value]) => ({ name, value: value ?? '' })),
    xml,
    fileOffset: fileHeaderBlock + locator.chunk * chunkSize + locator.offset,
    length,
    bytes: Buffer.from(bytes.subarray(locator.offset, locator.offset + length)).toString('base64'),
    links: linksOf(open, at),
  }
}

/** What the packed record itself tells. */
function factsOf(open: OpenCase, record: EventRecord) {
  const { locator } = record
  return {
    citation: citationOf(locator),
    evidenceName: open.casefile.evidenceByHash(locator.evidenceId)?.name ?? '',
    host: record.computer,
    time: formatUtc(record.time),
    eventId: record.eventId,
    version: record.version,
    provider: record.provider,
    channel: record.channel,
    computer: record.computer,
    what: describeRecord(record),
    data: record.names.map((name, i) => {
      const value = record.values[i] ?? ''
      return { name, value, meaning: fieldMeaning(record, name, value) ?? null }
    }),
  }
}

/** The row of a table that a record was read from, as text and bytes. */
function tableRow(open: OpenCase, { evidenceId, chunk, offset }: Locator) {
  const fileOffset = chunk * chunkSize + offset
  const source = openFileSource(open.store.pathOf(evidenceId))
  try {
    const row = readTableRow(source, fileOffset)
    return {
      system: row.columns,
      xml: row.text,
      fileOffset,
      length: row.bytes.length,
      bytes: Buffer.from(row.bytes).toString('base64'),
    }
  } finally {
    source.close()
  }
}

/** Links of all chains that start or end at this record. */
function linksOf(open: OpenCase, at: Citation) {
  const isHere = (other: { evidenceId: string; chunk: number; offset: number }) =>
    other.evidenceId === at.evidenceId && other.chunk === at.chunk && other.offset === at.offset
  return findCaseChains(open).flatMap((chain) =>
    chain.links
      .filter((link) => isHere(link.from) || isHere(link.to))
      .map((link) => {
        const other = isHere(link.from) ? link.to : link.from
        const step = chain.steps.find(
          (one) =>
            one.locator.evidenceId === other.evidenceId &&
            one.locator.chunk === other.chunk &&
            one.locator.offset === other.offset,
        )
        return {
          rule: link.rule,
          why: link.why,
          strength: link.strength,
          other: citationOf(other),
          otherWhat: step?.what ?? `record ${other.recordId}`,
          deltaMs: step ? millisecondsBetween(chain.time, step.time) : link.deltaMs,
        }
      }),
  )
}

/** The 64 KiB chunk of a stored log; the last one of a cut file may be shorter. */
function readChunkBytes(open: OpenCase, evidenceId: EvidenceId, chunk: number): Uint8Array {
  const path = open.store.pathOf(evidenceId)
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    throw new Refusal(
      'evidence.item.missing',
      `The stored evidence ${evidenceId.slice(0, 12)} cannot be opened: ${error instanceof Error ? error.message : error}.`,
      'Restore the folder "evidence" of the case from a copy; verify it with the hashes in the custody journal.',
    )
  }
  try {
    const bytes = new Uint8Array(chunkSize)
    const read = readSync(file, bytes, 0, chunkSize, fileHeaderBlock + chunk * chunkSize)
    return bytes.subarray(0, read)
  } finally {
    closeSync(file)
  }
}
