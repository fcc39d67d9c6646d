/**
 * Reads the beginning of a log and throws away what comes of it. A thread's code is slow until it was run a few thousand times:
 * it is by the time the case is open and the log is read for good.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { ChunkView } from '../../evtx/chunk-view.ts'
import { chunkSize, fileHeaderBlock } from '../../evtx/format.ts'
import { LogTally } from './log-tally.ts'
import { nodePlatform } from './node-platform.ts'
import type { Packer } from './packer.ts'

/** chunks after which there is little left to gain */
const mostChunks = 96

/**
 * Runs until `isWanted`, or as long as it is of use. `packer` has nothing of it then; what it gives later is the same.
 * @throws what an error of ours throws; that the log cannot be read is left to the import to tell
 */
export function warmUp(packer: Packer, source: string, isWanted: () => boolean): void {
  const bytes = new Uint8Array(chunkSize)
  const file = openSource(source)
  if (file === undefined) return
  try {
    packer.tally = new LogTally()
    let index = 0
    for (; index < mostChunks && !isWanted(); index++) {
      const read = readSync(file, bytes, 0, chunkSize, fileHeaderBlock + index * chunkSize)
      if (read === 0) break
      packer.addChunk(new ChunkView(bytes.subarray(0, read), nodePlatform), index)
    }
    packer.endSegmentInPlace(0, Math.max(0, index - 1))
    packer.problems.length = 0
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error
  } finally {
    closeSync(file)
  }
}

function openSource(source: string): number | undefined {
  try {
    // without O_NONBLOCK a FIFO would hang the thread
    const file = openSync(source, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    if (fstatSync(file).isFile()) return file
    closeSync(file)
  } catch {
    // the import meets the same
  }
  return undefined
}
