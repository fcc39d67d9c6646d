/** Thread that copies one file after the other into the evidence store while it hashes the bytes it writes. */
import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import type { CopyReply, CopyRequest } from './messages.ts'
import { blockBytes, SharedState } from './shared-state.ts'

const block = new Uint8Array(blockBytes)

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at)
}

function copy(request: CopyRequest): CopyReply {
  const shared = new SharedState(request.shared)
  let from = -1
  let to = -1
  let writing = false
  try {
    // without O_NONBLOCK a FIFO put in the file's place would hang the import
    from = openSync(request.source, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    const before = fstatSync(from, { bigint: true })
    if (!before.isFile())
      throw Object.assign(new Error('it is no regular file any more'), { code: 'ENOTFILE' })
    writing = true
    to = openSync(request.target, 'r+')
    writing = false
    const hash = createHash('sha256')
    let size = 0
    // never more than the file had: one that grows as fast as it is read would have no end
    const most = Number(before.size)
    while (size < most) {
      if (shared.cancelled) throw Object.assign(new Error('cancelled'), { code: 'CANCELLED' })
      let filled = 0
      const wanted = Math.min(blockBytes, most - size)
      while (filled < wanted) {
        const read = readSync(from, block, filled, wanted - filled, null)
        if (read === 0) break
        filled += read
      }
      if (filled === 0) break
      const bytes = filled === blockBytes ? block : block.subarray(0, filled)
      hash.update(bytes)
      writing = true
      writeAll(to, bytes)
      writing = false
      size += filled
      if (filled === blockBytes) shared.blockWritten()
      else break
    }
    const after = fstatSync(from, { bigint: true })
    shared.finish(size)
    // here, while the parsers still read: the store flushes again before it gives the file its name, then at no cost
    writing = true
    fsyncSync(to)
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
    if (from >= 0) closeSync(from)
    if (to >= 0) closeSync(to)
  }
}

parentPort?.on('message', (request: CopyRequest) => {
  parentPort?.postMessage(copy(request))
})
