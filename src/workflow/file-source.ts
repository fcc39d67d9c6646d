/** A log on disk as a byte source, read-only; for the verbs that need no case. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { troubleInWords } from '../base/disk-trouble.ts'
import { Refusal } from '../base/refusal.ts'
import type { ByteSource } from '../evtx/byte-source.ts'

export interface FileSource extends ByteSource {
  close(): void
}

/** Refuses a path that cannot be opened or is no regular file; reading refuses where the disk does. */
export function openFileSource(path: string): FileSource {
  let file = -1
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    const stats = fstatSync(file)
    if (!stats.isFile()) throw new Error(stats.isDirectory() ? 'it is a folder' : 'it is no regular file')
    return {
      size: stats.size,
      read: (position, into) => {
        let filled = 0
        try {
          while (filled < into.length) {
            const read = readSync(file, into, filled, into.length - filled, position + filled)
            if (read === 0) break
            filled += read
          }
        } catch (error) {
          throw new Refusal(
            'source.file.unreadable',
            `${path} cannot be read at byte ${position + filled}: ${troubleInWords(error)}.`,
            'Check the disk, or copy the log to another one with a tool that reads past errors, and use the copy.',
          )
        }
        return filled
      },
      close: () => closeSync(file),
    }
  } catch (error) {
    if (file >= 0) closeSync(file)
    throw new Refusal(
      'source.file.unreadable',
      `${path} cannot be read: ${troubleInWords(error)}.`,
      'Give the path of an .evtx file you may read.',
    )
  }
}
