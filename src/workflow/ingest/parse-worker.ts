/** Thread that reads logs from the evidence store, just behind the copy, and packs their records. */
import { closeSync, openSync, readSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { ChunkView } from '../../evtx/chunk-view.ts'
import { type FileHeaderReading, readFileHeader } from '../../evtx/file-header.ts'
import { chunkSize, fileHeaderBlock } from '../../evtx/format.ts'
import type { EvtxProblem } from '../../evtx/problem.ts'
import { LogTally } from './log-tally.ts'
import type { ParseReply, ParseRequest } from './messages.ts'
import { nodePlatform } from './node-platform.ts'
import { chunksPerBlock, chunksPerSegment } from './packed.ts'
import { Packer } from './packer.ts'
import { blockBytes, copyState, SharedState } from './shared-state.ts'

/** per segment of 16 MiB */
const maxProblems = 500
const buffer = new Uint8Array(chunksPerBlock * chunkSize)

function send(reply: ParseReply): void {
  const transfer: ArrayBuffer[] = []
  if (reply.kind === 'segment')
    for (const block of reply.segment.blocks)
      transfer.push(block.heads.buffer as ArrayBuffer, block.values.buffer as ArrayBuffer)
  parentPort?.postMessage(reply, transfer)
}

/** Problems of one segment, bounded: a hostile log may have one per record. */
function bounded(problems: EvtxProblem[]): { kept: EvtxProblem[]; more: Record<string, number> } {
  const more: Record<string, number> = {}
  for (const problem of problems.slice(maxProblems)) more[problem.code] = (more[problem.code] ?? 0) + 1
  return { kept: problems.slice(0, maxProblems), more }
}

function parse(request: ParseRequest): ParseReply {
  const shared = new SharedState(request.shared)
  const file = openSync(request.path, 'r')
  try {
    shared.waitForBlocks(1)
    const header = request.parser === 0 ? readHeader(file) : undefined
    if (header && !header.header) return { kind: 'done', header: undefined, problems: header.problems }
    let packer: Packer | undefined
    for (let segment = request.parser; ; segment += request.parsers) {
      const tally = new LogTally()
      // templates stay from segment to segment; what a segment holds does not depend on them
      packer ??= new Packer(nodePlatform, tally)
      packer.tally = tally
      const more = packSegment(file, shared, packer, segment * chunksPerSegment, request.parser)
      if (more === 'stopped') return { kind: 'failed', message: 'stopped' }
      if (more === 'end') break
    }
    return { kind: 'done', header: header?.header, problems: header?.problems ?? [] }
  } finally {
    closeSync(file)
  }
}

function readHeader(file: number): FileHeaderReading {
  const read = (position: number, into: Uint8Array) => readSync(file, into, 0, into.length, position)
  return readFileHeader({ size: Number.MAX_SAFE_INTEGER, read }, nodePlatform)
}

/** Packs the chunks from `first` on and sends them; `end` when the file ends inside or before this segment. */
function packSegment(
  file: number,
  shared: SharedState,
  packer: Packer,
  first: number,
  parser: number,
): 'more' | 'end' | 'stopped' {
  const tally = packer.tally
  let start = first
  let index = first
  const endSegment = (endsStretch: boolean) => {
    const segment = packer.endSegment(start, Math.max(start, index - 1))
    const { kept, more } = bounded(packer.problems.splice(0))
    start = index
    send({
      kind: 'segment',
      segment,
      endsStretch,
      tally: packer.tally.part(),
      problems: kept,
      moreProblems: more,
    })
    shared.segmentSent(parser)
    packer.tally = new LogTally()
  }
  let end = false
  while (!end && index < first + chunksPerSegment) {
    const position = fileHeaderBlock + index * chunkSize
    shared.waitForBlocks(Math.ceil((position + buffer.length) / blockBytes))
    if (shared.cancelled || shared.state === copyState.failed) return 'stopped'
    const read = readSync(file, buffer, 0, buffer.length, position)
    for (let at = 0; at < read; at += chunkSize) {
      packer.addChunk(
        new ChunkView(buffer.subarray(at, Math.min(at + chunkSize, read)), nodePlatform),
        index++,
      )
      if (packer.isFull) endSegment(false)
    }
    if (read > 0) shared.blockParsed()
    end = read < buffer.length
  }
  if (index > start || tally !== packer.tally) endSegment(true)
  return end ? 'end' : 'more'
}

parentPort?.on('message', (request: ParseRequest) => {
  try {
    send(parse(request))
  } catch (error) {
    send({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
  }
})
