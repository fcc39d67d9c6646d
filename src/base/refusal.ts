/** Facts that belong to an error or a problem, JSON-ready. */
export type Facts = Readonly<Record<string, string | number | boolean | null>>

/**
 * We cannot or must not go on, nothing was changed, and the operator can act.
 * `code` is `room.noun.state`; `message` says what and where; `remedy` says what to do.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: string
  readonly facts: Facts
  readonly remedy: string
  constructor(code: string, message: string, remedy: string, facts: Facts = {}) {
    super(message)
    this.code = code
    this.facts = facts
    this.remedy = remedy
  }
}

/** The operator stopped the work. What was finished stays. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled'
  constructor(message = 'cancelled by the operator') {
    super(message)
  }
}

/** A broken invariant of ours: a bug, never evidence. */
export function assert(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${what}`)
}
