/** Thread that reads logs from the evidence store, just behind the copy, and packs their records. */
import { closeSync, openSync, readSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { ChunkView } from '../../evtx/chunk-view.ts'
import { readFileHeader } from '../../evtx/file-header.ts'
import { chunkSize, fileHeaderBlock } from '../../evtx/format.ts'
import type { EvtxProblem } from '../../evtx/problem.ts'
import { chunkCountProblem } from '../../evtx/read-log.ts'
import { summariseLog } from './log-summary.ts'
import { LogTally } from './log-tally.ts'
import type { ParseReply, ParseRequest } from './messages.ts'
import { nodePlatform } from './node-platform.ts'
import { chunksPerBlock, chunksPerSegment, type PackedSegment } from './packed.ts'
import { Packer } from './packer.ts'
import { blockBytes, copyState, SharedState } from './shared-state.ts'

const maxProblems = 5000
const buffer = new Uint8Array(chunksPerBlock * chunkSize)

function send(reply: ParseReply): void {
  const transfer: ArrayBuffer[] = []
  if (reply.kind === 'segment')
    for (const block of reply.segment.blocks)
      transfer.push(block.heads.buffer as ArrayBuffer, block.values.buffer as ArrayBuffer)
  parentPort?.postMessage(reply, transfer)
}

/** Problems of one log, bounded: a hostile log may have one per record. */
class ProblemList {
  #kept = 0
  readonly more: Record<string, number> = {}
  take(problems: EvtxProblem[]): EvtxProblem[] {
    const room = Math.max(0, maxProblems - this.#kept)
    const taken = problems.splice(0, problems.length)
    for (const problem of taken.slice(room)) this.more[problem.code] = (this.more[problem.code] ?? 0) + 1
    this.#kept += Math.min(room, taken.length)
    return taken.slice(0, room)
  }
}

function parse(request: ParseRequest): void {
  const shared = new SharedState(request.shared)
  const file = openSync(request.path, 'r')
  try {
    shared.waitForBlocks(1)
    const source = {
      size: Number.MAX_SAFE_INTEGER,
      read: (position: number, into: Uint8Array) => readSync(file, into, 0, into.length, position),
    }
    const reading = readFileHeader(source, nodePlatform)
    const list = new ProblemList()
    if (!reading.header) {
      // a zero-size source cannot be told from a growing one before the copy ends: the header reader said which it is
      send({
        kind: 'done',
        summary: undefined,
        problems: list.take([...reading.problems]),
        moreProblems: list.more,
      })
      return
    }
    const tally = new LogTally()
    const packer = new Packer(nodePlatform, tally)
    packer.problems.push(...reading.problems)
    let selected = 0
    let segmentNumber = 0
    let segmentStart = 0
    const endSegment = (lastChunk: number) => {
      const segment: PackedSegment = packer.endSegment(segmentNumber++, lastChunk)
      selected += segment.selected
      segmentStart = lastChunk + 1
      if (segment.rows === 0 && packer.problems.length === 0) return
      send({ kind: 'segment', segment, problems: list.take(packer.problems) })
      shared.segmentSent()
    }
    let index = 0
    for (let blockNumber = 0; ; blockNumber++) {
      const position = fileHeaderBlock + blockNumber * buffer.length
      shared.waitForBlocks(Math.ceil((position + buffer.length) / blockBytes))
      if (shared.cancelled || shared.state === copyState.failed) {
        send({ kind: 'failed', message: 'stopped' })
        return
      }
      const read = readSync(file, buffer, 0, buffer.length, position)
      if (read === 0) break
      for (let at = 0; at < read; at += chunkSize, index++) {
        packer.addChunk(
          new ChunkView(buffer.subarray(at, Math.min(at + chunkSize, read)), nodePlatform),
          index,
        )
        if (packer.isFull) endSegment(index)
      }
      shared.blockParsed()
      if (index - segmentStart >= chunksPerSegment) endSegment(index - 1)
      if (read < buffer.length) break
    }
    const result = tally.result()
    const wrong = chunkCountProblem(reading.header, result.chunks.used, index)
    if (wrong) packer.problems.push(wrong)
    endSegment(Math.max(0, index - 1))
    send({
      kind: 'done',
      summary: summariseLog(reading.header, result, selected),
      problems: list.take(packer.problems),
      moreProblems: list.more,
    })
  } finally {
    closeSync(file)
  }
}

parentPort?.on('message', (request: ParseRequest) => {
  try {
    parse(request)
  } catch (error) {
    send({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
  }
})
