/**
 * Small logs, many at a time: each is read once, and hashed, written and parsed from the same bytes. The flush of one goes on
 * while the next is read, so that a folder of small logs does not wait for the disk file by file.
 */
import { hash } from 'node:crypto'
import { close, closeSync, constants, fstatSync, fsync, openSync, readSync, writeSync } from 'node:fs'
import { setImmediate as othersTurn } from 'node:timers/promises'
import { memorySource } from '../../evtx/byte-source.ts'
import { ChunkView } from '../../evtx/chunk-view.ts'
import { readFileHeader } from '../../evtx/file-header.ts'
import { chunkSize, fileHeaderBlock } from '../../evtx/format.ts'
import { LogJoin } from './log-join.ts'
import { LogTally } from './log-tally.ts'
import type { BatchedLog, BatchReply, BatchRequest, SegmentReply } from './messages.ts'
import { nodePlatform } from './node-platform.ts'
import { Packer } from './packer.ts'
import { SharedState } from './shared-state.ts'
import { closeSegment, Stretch } from './stretch.ts'

/** Bytes up to which a log is small: it is held in memory as a whole. */
export const smallLog = 4 << 20

let held: Uint8Array | undefined
let packer: Packer | undefined

/**
 * Takes the logs of a batch in order. The reply comes when all that was written is flushed. It names fewer logs than were asked
 * for when the import was stopped, or when our own disk failed at the last one named.
 */
export async function takeBatch(request: BatchRequest): Promise<BatchReply> {
  const shared = new SharedState(request.memory)
  const logs: Taken[] = []
  for (const { source, target } of request.files) {
    if (shared.cancelled) break
    const taken = takeLog(source, target)
    logs.push(taken)
    if (taken.log.state === 'untaken' && taken.log.writing) break
    // what was flushed meanwhile is told only between two logs
    await othersTurn()
  }
  const done: BatchedLog[] = []
  for (const { log, flushed } of logs) {
    const error = await flushed
    done.push(error ? untaken(error, true) : log)
  }
  return { kind: 'batch', number: request.number, logs: done }
}

const untaken = ({ code = 'UNKNOWN', message }: NodeJS.ErrnoException, writing: boolean): BatchedLog => ({
  state: 'untaken',
  code,
  message,
  writing,
})

interface Taken {
  readonly log: BatchedLog
  readonly flushed: Promise<NodeJS.ErrnoException | null> | undefined
}

function takeLog(source: string, target: string): Taken {
  let writing = false
  let read: ReturnType<typeof readWhole>
  let flushed: Taken['flushed']
  try {
    read = readWhole(source)
    if (!read) return { log: { state: 'large' }, flushed }
    writing = true
    flushed = write(target, read.bytes)
  } catch (error) {
    return { log: untaken(error as NodeJS.ErrnoException, writing), flushed }
  }
  const { bytes, changed } = read
  const sha256 = hash('sha256', bytes, 'hex')
  try {
    return { log: { state: 'whole', sha256, size: bytes.length, changed, ...parsed(bytes) }, flushed }
  } catch (error) {
    // a mistake of ours: what the packer holds may be half a log
    packer = undefined
    return {
      log: { state: 'failed', message: error instanceof Error ? error.message : String(error) },
      flushed,
    }
  }
}

/** All bytes a log had when it was opened, good until the next is read; undefined when they are too many. */
function readWhole(source: string): { readonly bytes: Uint8Array; readonly changed: boolean } | undefined {
  // without O_NONBLOCK a FIFO put in the file's place would hang the import
  const file = openSync(source, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const before = fstatSync(file, { bigint: true })
    if (!before.isFile())
      throw Object.assign(new Error('it is no regular file any more'), { code: 'ENOTFILE' })
    if (before.size > smallLog) return undefined
    held ??= new Uint8Array(smallLog)
    let size = 0
    while (size < Number(before.size)) {
      const read = readSync(file, held, size, Number(before.size) - size, null)
      if (read === 0) break
      size += read
    }
    const after = fstatSync(file, { bigint: true })
    return {
      bytes: held.subarray(0, size),
      changed: after.size !== before.size || after.mtimeNs !== before.mtimeNs || BigInt(size) !== after.size,
    }
  } finally {
    closeSync(file)
  }
}

/** Writes a new file and starts to flush it; gives what went wrong with that, later. */
function write(target: string, bytes: Uint8Array): Promise<NodeJS.ErrnoException | null> {
  const file = openSync(target, 'wx', 0o600)
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at)
  } catch (error) {
    closeSync(file)
    throw error
  }
  return new Promise((resolve) => {
    fsync(file, (error) => close(file, (second) => resolve(error ?? second ?? null)))
  })
}

function parsed(bytes: Uint8Array): Pick<Extract<BatchedLog, { state: 'whole' }>, 'segments' | 'parsed'> {
  const segments: SegmentReply[] = []
  const join = new LogJoin(1, (reply) => segments.push(reply))
  const { header, problems } = readFileHeader(memorySource(bytes), nodePlatform, true)
  if (header) {
    // templates stay from log to log; what a segment holds does not depend on them
    packer ??= new Packer(nodePlatform, new LogTally())
    const used = packer
    const close = (number: number, lastChunk: number) => closeSegment(used, number, lastChunk)
    const stretch = new Stretch(used, 0, close, (reply) => join.take(reply, 0))
    for (let at = fileHeaderBlock; at < bytes.length; at += chunkSize)
      stretch.add(new ChunkView(bytes.subarray(at, Math.min(at + chunkSize, bytes.length)), nodePlatform))
    stretch.end()
  }
  join.take({ kind: 'done', header, problems }, 0)
  const result = join.result()
  if ('failed' in result) throw new Error(result.failed.message)
  return { segments, parsed: result }
}
