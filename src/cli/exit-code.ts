import { systemErrorCode } from '../base/disk-trouble.ts'
import { Cancelled, Refusal } from '../base/refusal.ts'

/** What a verb's end means to a script. */
export const exitCode = {
  done: 0,
  /** done, and the outcome is bad: a bundle that is INVALID */
  bad: 1,
  /** done, and problems were recorded; a bundle nobody known signed */
  reservations: 2,
  /** refused: nothing was changed; the reason and the way out are on stderr */
  refused: 3,
  usage: 4,
  cancelled: 130,
} as const
export type ExitCode = (typeof exitCode)[keyof typeof exitCode]

/** The command line asks for something that does not exist or does not fit together. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Whoever read our stdout has gone (`| head`): nothing is left to do, and nothing to say. */
export class ReaderGone extends Error {
  override readonly name = 'ReaderGone'
}

/** Whether `error` only says that the operator stopped the work. */
export const isCancellation = (error: unknown, signal: AbortSignal): boolean =>
  error instanceof Cancelled ||
  (error instanceof Error && error.name === 'AbortError') ||
  (signal.aborted && error === signal.reason && !(error instanceof ReaderGone))

/** Exit code of an error, and what to say about it on stderr (empty: nothing). */
export function endOf(
  error: unknown,
  signal: AbortSignal,
): { readonly code: ExitCode; readonly lines: readonly string[] } {
  if (error instanceof ReaderGone || signal.reason instanceof ReaderGone)
    return { code: exitCode.done, lines: [] }
  if (isCancellation(error, signal))
    return {
      code: exitCode.cancelled,
      lines: [error instanceof Cancelled && error !== signal.reason ? error.message : 'cancelled'],
    }
  if (error instanceof UsageError) return { code: exitCode.usage, lines: [error.message] }
  if (error instanceof Refusal)
    return { code: exitCode.refused, lines: [error.message, error.remedy].filter(Boolean) }
  const message = error instanceof Error ? error.message : String(error)
  if (systemErrorCode(error)) return { code: exitCode.refused, lines: [message] }
  const trace = error instanceof Error ? (error.stack ?? '').split('\n').slice(1, 6) : []
  return { code: exitCode.refused, lines: [`unexpected error (a fault of Tasktrail): ${message}`, ...trace] }
}
