/** Thread that takes blocks of a log from the copying thread and packs their records. */
import { parentPort } from 'node:worker_threads'
import { crc32 } from 'node:zlib'
import { systemErrorCode } from '../../base/disk-trouble.ts'
import type { SegmentToStore } from '../../casefile/segments.ts'
import { ChunkView } from '../../evtx/chunk-view.ts'
import { readFileHeader } from '../../evtx/file-header.ts'
import { chunkSize } from '../../evtx/format.ts'
import type { EvtxProblem } from '../../evtx/problem.ts'
import { GrowingBytes } from './aligned-memory.ts'
import { DirectFile } from './direct-file.ts'
import { LogTally } from './log-tally.ts'
import type { ParseFailure, ParseReply, ParseRequest } from './messages.ts'
import { nodePlatform } from './node-platform.ts'
import { chunksPerBlock, chunksPerSegment, withParts } from './packed.ts'
import { Packer } from './packer.ts'
import { SharedState } from './shared-state.ts'

/** per segment of 16 MiB */
const maxProblems = 500
const blocksPerSegment = chunksPerSegment / chunksPerBlock

class StoppedError extends Error {}

function send(reply: ParseReply): void {
  const transfer: ArrayBuffer[] = []
  if (reply.kind === 'segment') {
    const { dictionary, blocks } = reply.segment
    for (const part of [dictionary, ...blocks.flatMap(({ heads, values }) => [heads, values])])
      if (part instanceof Uint8Array) transfer.push(part.buffer as ArrayBuffer)
  }
  parentPort?.postMessage(reply, transfer)
}

/** Problems of one segment, bounded: a hostile log may have one per record. */
function bounded(problems: EvtxProblem[]): { kept: EvtxProblem[]; more: Record<string, number> } {
  const more: Record<string, number> = {}
  for (const problem of problems.slice(maxProblems)) more[problem.code] = (more[problem.code] ?? 0) + 1
  return { kept: problems.slice(0, maxProblems), more }
}

class LogParser {
  readonly #parser: number
  readonly #shared: SharedState
  readonly #pack: DirectFile | undefined
  readonly #packer: Packer
  #next = 0

  constructor(request: ParseRequest, shared: SharedState, packer: Packer, pack: DirectFile | undefined) {
    this.#parser = request.parser
    this.#shared = shared
    this.#packer = packer
    this.#pack = pack
  }

  /** Packs the chunks of a segment and sends them. @returns false when the file ends inside or before it */
  segment(number: number): boolean {
    const packer = this.#packer
    const first = number * chunksPerSegment
    this.#next = first
    let index = first
    packer.tally = new LogTally()
    const tally = packer.tally
    for (let block = number * blocksPerSegment; block < (number + 1) * blocksPerSegment; block++) {
      const bytes = this.#shared.take(block)
      if (!bytes) throw new StoppedError('stopped')
      for (let at = 0; at < bytes.length; at += chunkSize) {
        packer.addChunk(
          new ChunkView(bytes.subarray(at, Math.min(at + chunkSize, bytes.length)), nodePlatform),
          index++,
        )
        if (packer.isFull) this.#end(index, false)
      }
      if (bytes.length > 0) this.#shared.release(block)
      if (bytes.length < chunksPerBlock * chunkSize) {
        if (index > this.#next || tally !== packer.tally) this.#end(index, true)
        return false
      }
    }
    this.#end(index, true)
    return true
  }

  /** Sends what was packed since the last one. */
  #end(index: number, endsStretch: boolean): void {
    const packer = this.#packer
    const segment = this.#pack ? this.#packed(this.#pack, index) : this.#sent(index)
    const { kept, more } = bounded(packer.problems.splice(0))
    this.#next = index
    send({
      kind: 'segment',
      segment,
      endsStretch,
      tally: packer.tally.part(),
      problems: kept,
      moreProblems: more,
    })
    this.#shared.segmentSent(this.#parser)
    packer.tally = new LogTally()
  }

  #sent(index: number): SegmentToStore {
    const segment = this.#packer.endSegment(this.#next, Math.max(this.#next, index - 1))
    const { systems, shapes } = segment
    return { ...segment, systems: JSON.stringify(systems), shapes: JSON.stringify(shapes) }
  }

  /** Writes the segment into the pack file: one stretch of it that no other thread writes to. */
  #packed(pack: DirectFile, index: number): SegmentToStore {
    const segment = this.#packer.endSegmentInPlace(this.#next, Math.max(this.#next, index - 1))
    const { systems, shapes, rows } = segment
    const { bytes } = this.#packer
    const place = rows > 0 ? this.#shared.placeInPack(bytes.length) : 0
    if (rows > 0) pack.writeNow(bytes, bytes.length, place)
    const placed = withParts(segment, ({ at, size }) => ({
      at: place + at,
      size,
      sum: crc32(bytes.subarray(at, at + size)),
    }))
    return { ...placed, systems: JSON.stringify(systems), shapes: JSON.stringify(shapes) }
  }
}

/** Kept from log to log: its memory and its templates. What a segment holds does not depend on them. */
let packer: Packer | undefined

function parse(request: ParseRequest): ParseReply {
  const shared = new SharedState(request.memory)
  const start = shared.start()
  if (!start) throw new StoppedError('stopped')
  const read = (position: number, into: Uint8Array) => {
    const part = start.subarray(position, position + into.length)
    into.set(part)
    return part.length
  }
  const { header, problems } = readFileHeader({ size: Number.MAX_SAFE_INTEGER, read }, nodePlatform)
  if (!header) {
    shared.leaveUnread()
    return { kind: 'done', header, problems }
  }
  const pack = request.pack === undefined ? undefined : new DirectFile(request.pack, Number.POSITIVE_INFINITY)
  try {
    packer ??= new Packer(nodePlatform, new LogTally(), false, new GrowingBytes(true))
    const parser = new LogParser(request, shared, packer, pack)
    let segment = request.parser
    while (parser.segment(segment)) segment += request.parsers
    return { kind: 'done', header, problems }
  } finally {
    pack?.close()
  }
}

function failure(error: unknown): ParseFailure {
  const message = error instanceof Error ? error.message : String(error)
  const code = systemErrorCode(error)
  return code === undefined ? { message } : { message, code }
}

parentPort?.on('message', (request: ParseRequest) => {
  try {
    send(parse(request))
  } catch (error) {
    packer = undefined
    send({ kind: 'failed', ...failure(error) })
  }
})
