/** Thread that takes blocks of a log from the copying thread and packs their records. */
import { parentPort } from 'node:worker_threads'
import { crc32 } from 'node:zlib'
import { systemErrorCode } from '../../base/disk-trouble.ts'
import type { SegmentToStore } from '../../casefile/segments.ts'
import { ChunkView } from '../../evtx/chunk-view.ts'
import { readFileHeader } from '../../evtx/file-header.ts'
import { chunkSize } from '../../evtx/format.ts'
import { GrowingBytes } from './aligned-memory.ts'
import { DirectFile } from './direct-file.ts'
import { LogTally } from './log-tally.ts'
import type {
  BatchReply,
  BatchRequest,
  ParseFailure,
  ParseReply,
  ParseRequest,
  SegmentReply,
  WarmUpRequest,
} from './messages.ts'
import { nodePlatform } from './node-platform.ts'
import { chunksPerBlock, chunksPerSegment, withParts } from './packed.ts'
import { Packer } from './packer.ts'
import { SharedState } from './shared-state.ts'
import { takeBatch } from './small-logs.ts'
import { type CloseSegment, closeSegment, Stretch } from './stretch.ts'
import { warmUp } from './warm-up.ts'

const blocksPerSegment = chunksPerSegment / chunksPerBlock

// a record that cannot be read is an error that is thrown and caught; nobody looks at where
Error.stackTraceLimit = 0

class StoppedError extends Error {}

const buffersOf = ({ segment: { dictionary, blocks } }: SegmentReply): ArrayBuffer[] =>
  [dictionary, ...blocks.flatMap(({ heads, values }) => [heads, values])].flatMap((part) =>
    part instanceof Uint8Array ? [part.buffer as ArrayBuffer] : [],
  )

function send(reply: ParseReply): void {
  parentPort?.postMessage(reply, reply.kind === 'segment' ? buffersOf(reply) : [])
}
function sendBatch(reply: BatchReply): void {
  const segments = reply.logs.flatMap((log) => (log.state === 'whole' ? log.segments : []))
  parentPort?.postMessage(reply, segments.flatMap(buffersOf))
}

class LogParser {
  readonly #parser: number
  readonly #shared: SharedState
  readonly #pack: DirectFile | undefined
  readonly #packer: Packer

  constructor(request: ParseRequest, shared: SharedState, packer: Packer, pack: DirectFile | undefined) {
    this.#parser = request.parser
    this.#shared = shared
    this.#packer = packer
    this.#pack = pack
  }

  /** Packs the chunks of a segment and sends them. @returns false when the file ends inside or before it */
  segment(number: number): boolean {
    const packer = this.#packer
    const pack = this.#pack
    const close: CloseSegment = pack
      ? (first, lastChunk) => this.#packed(pack, first, lastChunk)
      : (first, lastChunk) => closeSegment(packer, first, lastChunk)
    const stretch = new Stretch(packer, number * chunksPerSegment, close, (reply) => {
      send(reply)
      this.#shared.segmentSent(this.#parser)
    })
    let isWhole = true
    for (let i = 0; i < blocksPerSegment && isWhole; i++) {
      const block = number * blocksPerSegment + i
      const bytes = this.#shared.take(block)
      if (!bytes) throw new StoppedError('stopped')
      for (let at = 0; at < bytes.length; at += chunkSize)
        stretch.add(new ChunkView(bytes.subarray(at, Math.min(at + chunkSize, bytes.length)), nodePlatform))
      if (bytes.length > 0) this.#shared.release(block)
      isWhole = bytes.length === chunksPerBlock * chunkSize
    }
    stretch.end()
    return isWhole
  }

  /** Writes the segment into the pack file: one stretch of it that no other thread writes to. */
  #packed(pack: DirectFile, number: number, lastChunk: number): SegmentToStore {
    const segment = this.#packer.endSegmentInPlace(number, lastChunk)
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
const newPacker = () => new Packer(nodePlatform, new LogTally(), {}, new GrowingBytes(true))

function warm({ source, memory }: WarmUpRequest): void {
  const shared = new SharedState(memory)
  packer ??= newPacker()
  try {
    warmUp(packer, source, () => shared.hasBegun)
  } catch {
    // the import meets the same and tells it
    packer = undefined
  }
}

function parse(request: ParseRequest): ParseReply {
  const shared = new SharedState(request.memory)
  const start = shared.start()
  if (!start) throw new StoppedError('stopped')
  const read = (position: number, into: Uint8Array) => {
    const part = start.subarray(position, position + into.length)
    into.set(part)
    return part.length
  }
  const { header, problems } = readFileHeader({ size: Number.MAX_SAFE_INTEGER, read }, nodePlatform, true)
  if (!header) {
    shared.leaveUnread()
    return { kind: 'done', header, problems }
  }
  const pack = request.pack === undefined ? undefined : new DirectFile(request.pack, Number.POSITIVE_INFINITY)
  try {
    packer ??= newPacker()
    packer.headsOnly = request.headsOnly
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

parentPort?.on('message', (request: ParseRequest | BatchRequest | WarmUpRequest) => {
  if ('source' in request) warm(request)
  else if ('files' in request) void takeBatch(request).then(sendBatch)
  else
    try {
      send(parse(request))
    } catch (error) {
      packer = undefined
      send({ kind: 'failed', ...failure(error) })
    }
})
