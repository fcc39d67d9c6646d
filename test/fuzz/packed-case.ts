/** What the packer makes of a log, by way of a case database in memory and back: the records and problems of an import. */
import { CaseFile } from '../../src/casefile/case-file.ts'
import type { EvidenceId } from '../../src/domain/ids.ts'
import type { EventRecord } from '../../src/domain/record.ts'
import { ChunkView } from '../../src/evtx/chunk-view.ts'
import { chunkSize, fileHeaderBlock } from '../../src/evtx/format.ts'
import type { EvtxProblem } from '../../src/evtx/problem.ts'
import { LogTally } from '../../src/workflow/ingest/log-tally.ts'
import { nodePlatform } from '../../src/workflow/ingest/node-platform.ts'
import { Packer } from '../../src/workflow/ingest/packer.ts'
import { Segment } from '../../src/workflow/records/segment.ts'

export class PackedCase {
  readonly #casefile = CaseFile.create(':memory:')

  /** Packs the chunks of a log with a header that is right. */
  read(log: Uint8Array): { readonly records: EventRecord[]; readonly problems: readonly EvtxProblem[] } {
    const packer = new Packer(nodePlatform, new LogTally())
    let index = 0
    for (let at = fileHeaderBlock; at < log.length; at += chunkSize, index++)
      packer.addChunk(new ChunkView(log.subarray(at, at + chunkSize), nodePlatform), index)
    const packed = packer.endSegment(0, Math.max(0, index - 1))
    const casefile = this.#casefile
    const item = casefile.startItem({ name: 'log', origin: 'log', kind: 'evtx', host: null })
    try {
      casefile.insertSegment(item, {
        ...packed,
        systems: JSON.stringify(packed.systems),
        shapes: JSON.stringify(packed.shapes),
      })
      const sha256 = '0'.repeat(64)
      casefile.completeItem(item, {
        sha256,
        size: log.length,
        host: null,
        admittedAt: '',
        records: packed.rows,
        events: packed.selected,
        summary: null,
      })
      const [entry] = casefile.segments()
      if (!entry) throw new Error('the segment is not in the database')
      const segment = new Segment(casefile, entry, sha256 as EvidenceId)
      const records = Array.from({ length: segment.rows }, (_, row) => segment.record(row))
      return { records, problems: packer.problems }
    } finally {
      casefile.dropItem(item)
    }
  }
}
