// What becomes of an error before it leaves the engine. Errors cross to the window as plain values: a code, a
// message, the way out, the facts. Never a stack, never a class.
import { ORPCError } from '@orpc/server'
import { diskRefusal, systemErrorCode } from '../base/disk-trouble.ts'
import { Cancelled, type Facts, Refusal } from '../base/refusal.ts'

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
  if (isSystemError(error)) {
    const trouble = diskRefusal(
      error,
      error.syscall ?? 'file access',
      error.path ?? 'a place it does not name',
    )
    if (trouble instanceof Refusal) return answerError(trouble)
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

/** An error that a system call made: the operator can act on it. One of our own with such a code is a bug. */
const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && systemErrorCode(error) !== undefined

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
