import type { Facts } from '../base/refusal.ts'

/**
 * Recorded trouble with evidence while the work goes on: stored, shown, counted, and held against every "no".
 * `code` is `room.noun.state`; prose is made last, from code and facts, but `what` already is one clear sentence.
 */
export interface Problem {
  readonly code: string
  readonly severity: 'info' | 'warning' | 'error'
  /** SHA-256 of the stored bytes it concerns, if they were stored */
  readonly evidenceId?: string
  /** where: a path as given, `chunk 12, offset 4096`, a line */
  readonly where: string
  /** one sentence: what is wrong, what it means, what to do */
  readonly what: string
  readonly facts?: Facts
  /** what was being taken from a host: id of an artifact of the plan */
  readonly artifact?: string
}
