/** What one log is: header, chunks, checksums, provenance class, gaps, clocks, and what could be recovered. No case needed. */
import { createHash } from 'node:crypto'
import { ChunkView } from '../evtx/chunk-view.ts'
import { readFileHeader } from '../evtx/file-header.ts'
import { chunkSize, fileHeaderBlock } from '../evtx/format.ts'
import type { EvtxProblem } from '../evtx/problem.ts'
import { chunkCountProblem } from '../evtx/read-log.ts'
import { openFileSource } from './file-source.ts'
import { summariseLog } from './ingest/log-summary.ts'
import { joinTallies, LogTally } from './ingest/log-tally.ts'
import { nodePlatform } from './ingest/node-platform.ts'
import { Packer } from './ingest/packer.ts'
import { stopIfAborted } from './meter.ts'

/** The JSON of `inspect --json`. Refuses a path that cannot be opened. */
export async function inspectLog(path: string, options: { readonly signal?: AbortSignal | undefined } = {}) {
  const source = openFileSource(path)
  try {
    const hash = createHash('sha256')
    const block = new Uint8Array(1 << 20)
    for (let at = 0; at < source.size; ) {
      stopIfAborted(options.signal)
      const read = source.read(at, block)
      if (read === 0) break
      hash.update(block.subarray(0, read))
      at += read
    }
    const sha256 = hash.digest('hex')
    const reading = readFileHeader(source, nodePlatform)
    const problems: EvtxProblem[] = [...reading.problems]
    if (!reading.header)
      return { sha256, size: source.size, readable: false as const, problems: problems.map(shown) }
    const tally = new LogTally()
    const packer = new Packer(nodePlatform, tally)
    let selected = 0
    for (let index = 0; index < reading.chunks; index++) {
      if (index % 64 === 0) {
        stopIfAborted(options.signal)
        await new Promise<void>((resolve) => setImmediate(resolve))
      }
      const bytes = new Uint8Array(chunkSize)
      const read = source.read(fileHeaderBlock + index * chunkSize, bytes)
      const chunk = new ChunkView(bytes.subarray(0, read), nodePlatform)
      packer.addChunk(chunk, index)
      if (index % 1024 === 1023) selected += packer.endSegment(0, index).selected
    }
    selected += packer.endSegment(0, Math.max(0, reading.chunks - 1)).selected
    problems.push(...packer.problems)
    const result = joinTallies([tally.part()])
    const wrong = chunkCountProblem(reading.header, result.chunks.used, reading.chunks)
    if (wrong) problems.push(wrong)
    const { records, chunks, ...summary } = summariseLog(reading.header, result, selected)
    return {
      sha256,
      size: source.size,
      readable: true as const,
      ...summary,
      chunks,
      records,
      problems: problems.map(shown),
    }
  } finally {
    source.close()
  }
}

const shown = (problem: EvtxProblem) => ({
  code: problem.code,
  severity: problem.severity,
  chunk: problem.chunk,
  offset: problem.offset,
  what: problem.what,
})
