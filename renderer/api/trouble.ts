/** What went wrong, as data a view can show: what happened, and the way out. */
import { ORPCError } from '@orpc/client'

export interface Trouble {
  /** refused: the operator can act · cancelled: the operator stopped it · lost: no engine · bug: ours */
  readonly kind: 'refused' | 'cancelled' | 'lost' | 'bug'
  readonly code: string
  readonly message: string
  readonly remedy: string
}

const textOf = (source: unknown, key: string): string | undefined => {
  if (typeof source !== 'object' || source === null) return undefined
  const value: unknown = Reflect.get(source, key)
  return typeof value === 'string' ? value : undefined
}

/** Turns anything thrown by a call into a Trouble. Never throws. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof DOMException && error.name === 'AbortError')
    return { kind: 'cancelled', code: 'job.stopped', message: 'Stopped.', remedy: '' }
  if (error instanceof ORPCError) {
    if (error.code === 'CANCELLED')
      return { kind: 'cancelled', code: 'job.stopped', message: 'Stopped.', remedy: '' }
    const remedy = textOf(error.data, 'remedy')
    if (error.code === 'REFUSED' && remedy !== undefined)
      return {
        kind: 'refused',
        code: textOf(error.data, 'code') ?? 'REFUSED',
        message: error.message,
        remedy,
      }
    return {
      kind: 'bug',
      code: String(error.code),
      message: error.message,
      remedy: 'Nothing was changed. Try again; if it stays, restart Tasktrail and keep the case folder.',
    }
  }
  const message = error instanceof Error ? error.message : String(error)
  return {
    kind: 'lost',
    code: 'engine.connection.lost',
    message: message || 'The engine does not answer.',
    remedy: 'Start Tasktrail again. What was imported is kept in the case folder.',
  }
}
