/**
 * Thread that reads one file after the other: hashes its bytes, writes them into the evidence store, and lets the parsers have
 * them from memory.
 */
import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { setImmediate as othersTurn } from 'node:timers/promises'
import { parentPort } from 'node:worker_threads'
import { fileHeaderBlock } from '../../evtx/format.ts'
import { DirectFile } from './direct-file.ts'
import type { CopyReply, CopyRequest } from './messages.ts'
import { blockBytes, SharedState } from './shared-state.ts'
import { WriteQueue } from './write-queue.ts'

/** Reads until `into` is full or the file ends. */
function fill(file: number, into: Uint8Array, wanted: number): number {
  let filled = 0
  while (filled < wanted) {
    const read = readSync(file, into, filled, wanted - filled, null)
    if (read === 0) break
    filled += read
  }
  return filled
}

async function copy({ source, target, memory }: CopyRequest): Promise<CopyReply> {
  const shared = new SharedState(memory)
  let from = -1
  let to: DirectFile | undefined
  let writing = false
  /** writes on their way, by place in the ring */
  const under = new Map<Uint8Array['byteOffset'], Promise<void>>()
  try {
    // without O_NONBLOCK a FIFO put in the file's place would hang the import
    from = openSync(source, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    const before = fstatSync(from, { bigint: true })
    if (!before.isFile())
      throw Object.assign(new Error('it is no regular file any more'), { code: 'ENOTFILE' })
    // never more than the file had: one that grows as fast as it is read would have no end
    const most = Number(before.size)
    writing = true
    if (target !== undefined) to = new DirectFile(target, most)
    writing = false
    const hash = createHash('sha256')
    let failure: unknown
    const queue = to && new WriteQueue(to)
    const pass = (bytes: Uint8Array, count: number, at: number) => {
      if (!queue) return
      hash.update(bytes.subarray(0, count))
      const written = queue.write(bytes, count, at).catch((error: unknown) => {
        failure ??= error
      })
      under.set(bytes.byteOffset, written)
    }
    const start = shared.startPlace
    let size = fill(from, start, Math.min(fileHeaderBlock, most))
    pass(start, size, 0)
    if (size < fileHeaderBlock || size === most) shared.startFilled(size)
    let block = 0
    for (let filled = size; size < most && filled > 0 && size >= fileHeaderBlock; block++) {
      const place = shared.placeOf(block)
      await under.get(place.byteOffset)
      // the next write begins when it is told that the one before has ended
      await othersTurn()
      if (failure !== undefined) break
      if (!shared.roomFor(block)) throw Object.assign(new Error('cancelled'), { code: 'CANCELLED' })
      const wanted = Math.min(blockBytes, most - size)
      filled = fill(from, place, wanted)
      if (filled === 0) break
      shared.blockFilled(block, filled)
      if (block === 0) {
        // who reads the header also looks at what follows it
        start.set(place.subarray(0, Math.min(filled, start.length - size)), size)
        shared.startFilled(Math.min(size + filled, start.length))
      }
      pass(place, filled, size)
      size += filled
      if (filled < wanted) filled = 0
    }
    if (block === 0) shared.startFilled(size)
    if (failure === undefined) shared.finish(block)
    await Promise.all(under.values())
    writing = true
    if (failure !== undefined) throw failure
    writing = false
    const after = fstatSync(from, { bigint: true })
    // here, while the parsers still read: the store flushes again before it gives the file its name, then at no cost
    writing = true
    to?.finish()
    writing = false
    return {
      ok: true,
      sha256: hash.digest('hex'),
      size,
      changed: after.size !== before.size || after.mtimeNs !== before.mtimeNs || BigInt(size) !== after.size,
    }
  } catch (error) {
    shared.fail()
    const { code = 'UNKNOWN', message } = error as NodeJS.ErrnoException
    return { ok: false, code, message, writing }
  } finally {
    await Promise.all(under.values())
    if (from >= 0) closeSync(from)
    to?.close()
  }
}

parentPort?.on('message', async (request: CopyRequest) => {
  parentPort?.postMessage(await copy(request))
})
