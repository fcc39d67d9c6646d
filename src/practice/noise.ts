/**
 * The ordinary life of a server, in time order and of exactly the size asked for: people on shares, a scanner on pipes, backups,
 * services, scheduled maintenance. It never touches the scenario's account, never opens `atsvc` and never creates a task.
 */
import type { Cast } from './cast.ts'
import type { Happening } from './happening.ts'
import { bursts, OrdinaryLife } from './noise-bursts.ts'
import { Pending } from './pending.ts'
import type { Random } from './random.ts'
import type { auditSubcategories, Staging } from './staging.ts'

/** records an average burst makes: only paces the bursts over the time there is */
const averageBurst = 3.4

/** What has to be audited for an event of the Security log to be there at all. */
const auditedBy: ReadonlyMap<number, keyof typeof auditSubcategories> = new Map([
  [4624, 'logon'],
  [4625, 'logon'],
  [4634, 'logoff'],
  [4672, 'specialLogon'],
  [4688, 'processCreation'],
  [4689, 'processTermination'],
  [4697, 'serviceInstalled'],
  [4698, 'otherObjectAccess'],
  [4699, 'otherObjectAccess'],
  [4700, 'otherObjectAccess'],
  [4701, 'otherObjectAccess'],
  [4702, 'otherObjectAccess'],
  [5140, 'fileShare'],
  [5145, 'detailedFileShare'],
])

/** True when a host with this audit policy records the event. Failures need the second bit. */
export function isAudited(staging: Pick<Staging, 'audit'>, happening: Happening): boolean {
  if (happening.schema.channel !== 'Security') return true
  const subcategory = auditedBy.get(happening.schema.eventId)
  if (subcategory === undefined) return true
  return (staging.audit[subcategory] & (happening.schema.eventId === 4625 ? 2 : 1)) !== 0
}

export class Noise {
  readonly #staging: Staging
  readonly #random: Random
  readonly #life: OrdinaryLife
  /** the licensing task's definition after its last update; undefined while nothing has updated it */
  licensingXml: string | undefined

  constructor(cast: Cast, staging: Staging, random: Random) {
    this.#staging = staging
    this.#random = random
    this.#life = new OrdinaryLife(cast, staging, random)
  }

  /** Exactly `count` happenings from `from` on, the last soon after `to`; memory holds only what is still to come. */
  *happenings(count: number, from: bigint, to: bigint): Generator<Happening, void> {
    const pending = new Pending<Happening>()
    let left = count
    let now = from
    while (left > 0) {
      const pace = Number(to - now) / Math.max(1, left / averageBurst)
      now += BigInt(Math.floor(pace * 2 * this.#random.fraction()))
      if (now > to) now = to
      while (pending.next !== undefined && pending.next.time <= now) yield pending.take() as Happening
      const whole = this.#burst(now)
      const update = whole.find(({ schema }) => schema.eventId === 4702)
      // an update of a task is never cut in two: its record and the file on disk have to agree
      if (update && whole.length > left) continue
      if (update) this.licensingXml = String(update.values.TaskContentNew)
      const recorded = whole.filter((happening) => isAudited(this.#staging, happening)).slice(0, left)
      left -= recorded.length
      for (const happening of recorded) pending.add(happening)
    }
    for (let last = pending.take(); last !== undefined; last = pending.take()) yield last
  }

  #burst(at: bigint): Happening[] {
    let draw = this.#random.below(100)
    for (const [of100, burst] of bursts) {
      draw -= of100
      if (draw >= 0) continue
      return burst(this.#life, at).sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
    }
    return []
  }
}
