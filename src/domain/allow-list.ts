/** A site's own list of work it knows. It annotates chains and never hides or closes one. */
import type { FileTime } from './time.ts'

/** One entry. Everything that is given must fit; what is left out is not asked. */
export interface AllowEntry {
  readonly id: string
  /** a SID, or a name: `DOMAIN\name` or `name`. Only a SID is an identity */
  readonly account: string | undefined
  /** an address or a range: `10.20.0.0/16`, `2001:db8::/32`, `10.1.2.3` */
  readonly addresses: string | undefined
  /** SHA-256 of the actions, as `task.actionHash` has it */
  readonly actionHash: string | undefined
  /** work after this moment is not covered any more; undefined: never expires, which is said where it is shown */
  readonly expires: FileTime | undefined
  readonly author: string
  readonly reason: string
}

/** How one entry fits one chain. Entries that fit in nothing are left out. */
export interface AllowAnnotation {
  readonly entry: AllowEntry
  /** `fits`: all that the entry asks for; `partly`: some of it; `expired`: all of it, and the entry had ended before the deed */
  readonly state: 'fits' | 'partly' | 'expired'
  readonly because: readonly string[]
  readonly differs: readonly string[]
}
