// What becomes of an error before it leaves the engine. Errors cross to the window as plain values: a code, a
// message, the way out, the facts. Never a stack, never a class.
import { ORPCError } from '@orpc/server'
import { Cancelled, type Facts, Refusal } from '../base/refusal.ts'

/** File system errors that the operator can act on, and how. Anything else is a fault of ours. */
const remedies: Readonly<Record<string, string>> = {
  ENOENT: 'Check the path; the drive or share may have been disconnected.',
  ENOTDIR: 'Check the path: a part of it is a file.',
  EISDIR: 'Choose a file, not a folder.',
  EACCES: 'Choose a place your account may use, or start Tasktrail with an account that may.',
  EPERM: 'Choose a place your account may use, or start Tasktrail with an account that may.',
  EROFS: 'Choose a folder on a drive that can be written.',
  ENOSPC: 'Free some space, or use a folder on another drive; what was finished is kept.',
  EDQUOT: 'Free some space of your quota, or use a folder on another drive; what was finished is kept.',
  EMFILE: 'Close other programs, then try again.',
  ENFILE: 'Close other programs, then try again.',
  EBUSY: 'Another program holds it; close that program, then try again.',
  ETXTBSY: 'Another program holds it; close that program, then try again.',
  EEXIST: 'Choose another name.',
  ENOTEMPTY: 'Choose an empty folder or another name.',
  ENAMETOOLONG: 'Choose a shorter path.',
  ELOOP: 'Choose a path without links that lead back to themselves.',
  EIO: 'The drive failed to read or write; check it before you go on.',
}

/**
 * The error as it crosses to the window: REFUSED with code, remedy and facts; CANCELLED; or
 * INTERNAL_SERVER_ERROR for a fault of ours, whose cause goes to the journal only.
 * @param stopped whether the work had been told to stop, which makes any abort a cancellation
 */
export function answerError(error: unknown, stopped = false): ORPCError<string, unknown> {
  if (error instanceof ORPCError) return error
  if (error instanceof Refusal) return refused(error.message, error.code, error.remedy, error.facts, error)
  if (isCancellation(error, stopped))
    return new ORPCError('CANCELLED', { message: 'Stopped. What was finished is kept.', cause: error })
  const remedy = errnoOf(error) && remedies[errnoOf(error) ?? '']
  if (error instanceof Error && remedy) {
    const system = error as NodeJS.ErrnoException
    const facts = { errno: system.code ?? null, call: system.syscall ?? null, path: system.path ?? null }
    return refused(error.message, `files.${(system.code ?? '').toLowerCase()}`, remedy, facts, error)
  }
  const what = error instanceof Error ? error.message : String(error)
  return new ORPCError('INTERNAL_SERVER_ERROR', {
    message: `A fault of Tasktrail's own, not of the evidence: ${what}`,
    cause: error,
  })
}

const refused = (message: string, code: string, remedy: string, facts: Facts, cause: unknown) =>
  new ORPCError('REFUSED', { message, data: { code, remedy, facts }, cause })

const isCancellation = (error: unknown, stopped: boolean): boolean =>
  error instanceof Cancelled || (error instanceof Error && error.name === 'AbortError' && stopped)

const errnoOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && 'syscall' in error && typeof error.code === 'string'
    ? error.code
    : undefined

/** True for an error that means a bug of ours and belongs in the journal; refusals and bad requests are answers. */
export const isFault = (error: unknown): boolean =>
  !(error instanceof ORPCError) ||
  error.code === 'INTERNAL_SERVER_ERROR' ||
  error.code === 'EVENT_ITERATOR_VALIDATION_FAILED'

/** An error with its stack and its causes, for the journal. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\n  caused by: ${describeError(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}
