/** Renders every record of a log by the fast path and by the slow one, each with a reader of its own. */
import { readChunkHeader, walkRecords } from '../../../../src/evtx/chunk.ts'
import { ChunkView } from '../../../../src/evtx/chunk-view.ts'
import { RecordDecoder } from '../../../../src/evtx/decode.ts'
import { chunkSize, fileHeaderBlock } from '../../../../src/evtx/format.ts'
import { readRecord } from '../../../../src/evtx/read-log.ts'
import { ByteWriter } from '../../../../src/evtx/render/byte-writer.ts'
import { XmlRecords } from '../../../../src/evtx/render/xml-record.ts'
import { elementsXml } from '../../../../src/evtx/xml.ts'
import { fastPlatform } from '../reading.ts'

export interface Compared {
  readonly records: number
  /** records the fast path has written; the others it left alone */
  readonly fast: number
  /** first difference of each record that differs */
  readonly wrong: readonly string[]
}

const utf8 = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8')

/** XML by the template's program against `elementsXml` of the tree. */
export function compareXml(log: Uint8Array): Compared {
  const out = new ByteWriter(1 << 20)
  const quick = new RecordDecoder()
  const slow = new RecordDecoder()
  const writer = new XmlRecords(out, quick)
  let records = 0
  let fast = 0
  const wrong: string[] = []
  for (let index = 0; fileHeaderBlock + index * chunkSize < log.length; index++) {
    const start = fileHeaderBlock + index * chunkSize
    const chunk = new ChunkView(log.subarray(start, start + chunkSize), fastPlatform)
    const header = readChunkHeader(chunk, index, fastPlatform, [])
    if (header.state !== 'used') continue
    out.clear()
    quick.startChunk()
    slow.startChunk()
    walkRecords(chunk, index, header, [], (offset, size) => {
      records++
      // what was written for the record before stays: its output is copied from
      const from = out.at
      let expected: string | undefined
      const outcome = readRecord(
        chunk,
        index,
        offset,
        size,
        slow,
        {
          onElements: (elements) => {
            expected = elementsXml(elements)
          },
        },
        false,
      )
      if (!writer.write(chunk, offset + 24, offset + size - 4)) {
        if (out.at !== from) wrong.push(`${index}/${offset}: left alone, and yet written`)
        // what the slow path charges must be charged here too
        readRecord(chunk, index, offset, size, quick, { onElements: () => {} }, false)
        return
      }
      fast++
      const got = utf8(out.written.subarray(from))
      if (!outcome.ok) wrong.push(`${index}/${offset}: written, but ${outcome.problem.what}`)
      else if (got !== expected) wrong.push(`${index}/${offset}:\n${got}\n${expected}`)
    })
  }
  return { records, fast, wrong }
}
