/** Plain files on disk: opened without following links, read in blocks, every trouble a problem. */
import { constants, type FileHandle, open } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { systemErrorCode, troubleInWords } from '../base/disk-trouble.ts'
import { headBytes } from './detect.ts'
import { SourceTrouble, sourceProblem } from './found-file.ts'

/** A path as the file system spells it: bytes when they are not valid UTF-8. */
export type FilePath = string | Buffer

export interface Opened {
  readonly head: Uint8Array
  readonly size: number
}

/** Size and first bytes of a regular file. Throws SourceTrouble. `follow`: the operator named this path himself. */
export async function readHead(path: FilePath, origin: string, follow: boolean): Promise<Opened> {
  const file = await openRegular(path, origin, follow)
  try {
    const { size } = await file.stat()
    const head = new Uint8Array(Math.min(size, headBytes))
    let length = 0
    while (length < head.length) {
      const { bytesRead } = await file.read(head, length, head.length - length, length)
      if (bytesRead === 0) break
      length += bytesRead
    }
    return { head: head.subarray(0, length), size }
  } catch (error) {
    throw troubleOf(error, origin)
  } finally {
    await file.close().catch(() => undefined)
  }
}

/** Places of chunks looked at in a file that nothing else knows: 4 GiB of log. */
const mostChunks = 65_536

/**
 * A file whose first bytes are of no known format holds a chunk of an event log, by its mark and the checksum of its header.
 * Throws SourceTrouble.
 */
export async function hasLogChunk(path: FilePath, origin: string, follow: boolean): Promise<boolean> {
  const file = await openRegular(path, origin, follow)
  try {
    const { size } = await file.stat()
    const head = new Uint8Array(512)
    for (let chunk = 0; chunk < mostChunks; chunk++) {
      const at = 4096 + chunk * 65_536
      if (at + head.length > size) return false
      const { bytesRead } = await file.read(head, 0, head.length, at)
      if (bytesRead < head.length) return false
      if (isChunkHead(head)) return true
    }
    return false
  } catch (error) {
    throw troubleOf(error, origin)
  } finally {
    await file.close().catch(() => undefined)
  }
}

function isChunkHead(head: Uint8Array): boolean {
  if (Buffer.from(head.subarray(0, 8)).toString('latin1') !== 'ElfChnk\0') return false
  const stored = new DataView(head.buffer, head.byteOffset).getUint32(124, true)
  return crc32(head.subarray(128, 512), crc32(head.subarray(0, 120))) === stored
}

/** All bytes of a regular file. The stream throws SourceTrouble. */
export async function* readPlain(
  path: FilePath,
  origin: string,
  follow: boolean,
): AsyncGenerator<Uint8Array> {
  const file = await openRegular(path, origin, follow)
  try {
    const { size } = await file.stat()
    const highWaterMark = Math.min(1 << 20, Math.max(size, 1 << 12))
    for await (const block of file.createReadStream({ highWaterMark, autoClose: false })) {
      yield block as Uint8Array
    }
  } catch (error) {
    throw troubleOf(error, origin)
  } finally {
    await file.close().catch(() => undefined)
  }
}

async function openRegular(path: FilePath, origin: string, follow: boolean): Promise<FileHandle> {
  // Without O_NONBLOCK a FIFO put in the file's place would hang the walk for ever.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (follow ? 0 : (constants.O_NOFOLLOW ?? 0))
  let file: FileHandle
  try {
    file = await open(path, flags)
  } catch (error) {
    throw troubleOf(error, origin)
  }
  const { isRegular } = await file.stat().then(
    (stats) => ({ isRegular: stats.isFile() }),
    () => ({ isRegular: false }),
  )
  if (isRegular) return file
  await file.close()
  throw new SourceTrouble(
    sourceProblem('file.special', origin, 'Not a regular file any more when it was opened; left out.'),
  )
}

/** The problem for an error while a file or folder of the source was read. */
export function troubleOf(error: unknown, origin: string): SourceTrouble {
  if (error instanceof SourceTrouble) return error
  const code = systemErrorCode(error)
  if (code === 'ENOENT') {
    return new SourceTrouble(
      sourceProblem('file.vanished', origin, 'The file was there and is gone; it was not taken.', 'error'),
    )
  }
  if (code === undefined && !(error instanceof Error)) throw error
  return new SourceTrouble(
    sourceProblem(
      'file.unreadable',
      origin,
      `Cannot be read: ${troubleInWords(error)}. It was not taken; check permissions and the disk, then import it again.`,
      'error',
    ),
  )
}
