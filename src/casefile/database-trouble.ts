/** Turns what SQLite says of the disk into a refusal with a way out, as base/disk-trouble.ts does for the operating system. */
import { Refusal } from '../base/refusal.ts'

const again = 'What was finished stays. Then run it again.'
const troubles: readonly (readonly [sqlite: RegExp, code: string, what: string, remedy: string])[] = [
  [
    // the shared index lies on the same disk and cannot be made larger when that is full
    /^SQLITE_(FULL|IOERR_SHMSIZE)/,
    'disk.space.exhausted',
    'the disk is full',
    `Free space on the disk of the case, or choose another one. ${again}`,
  ],
  [
    /^SQLITE_IOERR/,
    'disk.device.failed',
    'the disk reports a read or write error',
    `Check the disk of the case: that it is connected, sound and not full. ${again}`,
  ],
  [
    /^SQLITE_(READONLY|PERM|CANTOPEN|AUTH)/,
    'disk.folder.read-only',
    'the folder or disk of the case cannot be written',
    'Check the permissions of the folder, or copy the case to a disk that can be written and open it there.',
  ],
  [
    /^SQLITE_(BUSY|LOCKED)/,
    'case.database.busy',
    'another program is writing to this case',
    'Wait until the other window or import is done, or close it. Then run it again.',
  ],
  [
    /^SQLITE_(CORRUPT|NOTADB)/,
    'case.database.damaged',
    'the database is damaged',
    'The evidence itself lies untouched in the folder "evidence": import it into a new case.',
  ],
]

/** The refusal for an error of SQLite while `doing`; any other error is given back unchanged. */
export function databaseRefusal(error: unknown, doing: string, path: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error
  const { code: sqlite } = error
  const known = troubles.find(([pattern]) => pattern.test(sqlite))
  if (!known) return error
  const [, code, what, remedy] = known
  const refusal = new Refusal(code, `${doing} failed: ${what} (${sqlite}): ${path}`, remedy, {
    path,
    sqlite,
  })
  refusal.cause = error
  return refusal
}
