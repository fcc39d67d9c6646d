/** Turns what the operating system says about a file or disk into a refusal with a way out. Pure: reads only `error.code`. */
import { Refusal } from './refusal.ts'

const troubles: Readonly<Record<string, readonly [code: string, what: string, remedy: string]>> = {
  ENOSPC: [
    'disk.space.exhausted',
    'the disk is full',
    'Free space or choose another disk, then run it again.',
  ],
  EDQUOT: [
    'disk.space.exhausted',
    'the disk quota is used up',
    'Free space or choose another disk, then run it again.',
  ],
  EFBIG: [
    'disk.file.too-large',
    'the file system cannot hold a file of this size (FAT32 ends at 4 GiB)',
    'Choose a disk with NTFS, exFAT, ext4 or APFS, then run it again.',
  ],
  EIO: [
    'disk.device.failed',
    'the disk reports a read or write error',
    'Check the cable and the disk, use another disk, then run it again.',
  ],
  EROFS: ['disk.folder.read-only', 'the disk is mounted read-only', 'Choose a folder that can be written.'],
  EACCES: [
    'disk.access.denied',
    'access is denied',
    'Check the permissions of the folder, or choose another one.',
  ],
  EPERM: [
    'disk.access.denied',
    'the operation is not permitted',
    'Check the permissions of the folder, or choose another one.',
  ],
  EBUSY: ['disk.file.busy', 'another program holds it', 'Close the other program, then run it again.'],
  EMFILE: ['disk.handles.exhausted', 'too many files are open', 'Close other programs, then run it again.'],
  ENFILE: ['disk.handles.exhausted', 'too many files are open', 'Close other programs, then run it again.'],
  ENOENT: [
    'disk.file.missing',
    'a file or folder does not exist (any more)',
    'Check that the disk is still connected and the folder exists.',
  ],
  ENOTDIR: [
    'disk.folder.not-a-folder',
    'part of the path is a file, not a folder',
    'Choose a folder that can be written.',
  ],
  ENODEV: ['disk.device.failed', 'the disk is gone', 'Connect the disk again, then run it again.'],
  ENXIO: ['disk.device.failed', 'the disk is gone', 'Connect the disk again, then run it again.'],
}

/** `ENOSPC` and the like; undefined for errors that do not come from the operating system. */
export function systemErrorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' && /^E[A-Z0-9]+$/.test(error.code) ? error.code : undefined
}

/** One clause of plain words for an error: `the disk is full (ENOSPC)`. */
export function troubleInWords(error: unknown): string {
  const code = systemErrorCode(error)
  const known = code === undefined ? undefined : troubles[code]
  if (known) return `${known[1]} (${code})`
  return error instanceof Error ? error.message : String(error)
}

/**
 * The refusal for an error of the operating system while `doing` ("writing evidence") at `where` (a path).
 * Anything else (a bug, a refusal, a cancellation) is given back unchanged.
 */
export function diskRefusal(error: unknown, doing: string, where: string): unknown {
  if (error instanceof Refusal) return error
  const code = systemErrorCode(error)
  if (code === undefined) return error
  const [name, what, remedy] = troubles[code] ?? [
    'disk.operation.failed',
    error instanceof Error ? error.message : code,
    'Check the disk and the folder, then run it again.',
  ]
  const refusal = new Refusal(name, `${doing} failed: ${what} (${code}): ${where}`, remedy, {
    path: where,
    errno: code,
  })
  refusal.cause = error
  return refusal
}
