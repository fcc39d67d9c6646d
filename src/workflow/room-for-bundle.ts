/** Looks at the disk before a bundle is written: half an hour of packing must not end with "no space left". */
import { open, statfs } from 'node:fs/promises'
import { deflateRawSync } from 'node:zlib'
import { Refusal } from '../base/refusal.ts'

export interface Weighed {
  readonly path: string
  readonly size: number
}

/** Pieces of this size are packed to learn how far a file packs; so many of each at most. Bytes. */
const [piece, mostPieces] = [64 * 1024, 8]
/** A timeline row takes about so much in both of its forms, packed. Bytes. */
const bytesPerRow = 60
/** What a file system for removable disks holds in one file: FAT. */
const [fatType, fatMost] = [0x4d44, 2 ** 32 - 1]

/** How large the archive will be, from samples of every file; the true size differs by little. */
export async function estimateBundle(files: readonly Weighed[], rows: number): Promise<number> {
  let total = rows * bytesPerRow + 1_000_000
  for (const file of files) total += await packedSize(file)
  return Math.ceil(total)
}

async function packedSize({ path, size }: Weighed): Promise<number> {
  // small files pack into little whatever they hold; opening each of a hundred thousand would take longer than packing
  if (size <= piece) return size
  const pieces = Math.min(mostPieces, Math.ceil(size / piece))
  const file = await open(path, 'r').catch(() => undefined)
  // sealing itself says what is wrong with it
  if (!file) return size
  try {
    let [read, packed] = [0, 0]
    const block = Buffer.alloc(piece)
    for (let at = 0; at < pieces; at++) {
      const from = Math.floor(((size - piece) * at) / Math.max(1, pieces - 1))
      const { bytesRead } = await file.read(block, 0, piece, from)
      if (bytesRead === 0) break
      read += bytesRead
      packed += deflateRawSync(block.subarray(0, bytesRead), { level: 1 }).length
    }
    return read === 0 ? size : (size * packed) / read
  } finally {
    await file.close()
  }
}

export interface Room {
  readonly free: number
  readonly type: number
}
const roomOf = async (folder: string): Promise<Room | undefined> => {
  // a file system that does not tell is found full when it is
  const stats = await statfs(folder).catch(() => undefined)
  return stats && { free: stats.bavail * stats.bsize, type: stats.type }
}

/** Refuses when the folder's disk cannot hold `copies` of the archive. */
export async function refuseWithoutRoom(
  folder: string,
  needed: number,
  copies: number,
  look: (folder: string) => Promise<Room | undefined> = roomOf,
): Promise<void> {
  const room = await look(folder)
  if (!room) return
  if (room.type === fatType && needed > fatMost)
    throw new Refusal(
      'bundle.disk.file-too-large',
      `the disk of ${folder} holds no file of more than 4 GiB (FAT), and the bundle will have about ${words(needed)}`,
      'Choose a disk with NTFS, exFAT or ext4.',
      { folder, needed },
    )
  if (room.free < needed * copies)
    throw new Refusal(
      'bundle.disk.too-little-room',
      `the disk of ${folder} has ${words(room.free)} left, and the bundle needs about ${words(needed * copies)}`,
      'Make room, or choose another folder.',
      { folder, needed: needed * copies, free: room.free },
    )
}

const words = (bytes: number) =>
  bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GiB` : `${Math.ceil(bytes / 2 ** 20)} MiB`
