/** Other logons of the account around the deed: what a search by time and name would offer, and what is not the source. */
import type { PracticeAccount } from '../cast.ts'
import { type HostWorld, ms } from '../world/host-world.ts'

export interface Decoys {
  readonly mark: string
  /** when the deed begins */
  readonly start: bigint
  readonly account?: PracticeAccount
  readonly ips: readonly string[]
  /** earliest and latest opening before the deed */
  readonly beforeMs?: readonly [most: number, least: number]
}

/** Honest logons of the same account from elsewhere that open documents, never the pipe. */
export function decoyLogons(world: HostWorld, how: Decoys): void {
  const { records, random, cast } = world
  const [most, least] = how.beforeMs ?? [25_000, 3_000]
  const openings = how.ips
    .map((ip) => ({ ip, at: how.start - random.ticks(least, most) }))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
  for (const { ip, at } of openings) {
    const session = world.logon(at, how.account ?? cast.suspect, {
      by: 'Kerberos',
      ip,
      mark: {
        chain: how.mark,
        role: 'other-logon',
        decoy: 'same account, other address; this session opened a document share and never the pipe atsvc',
      },
    })
    world.tell(
      records.shareConnected(at + ms(random.between(3, 11)), session, 'Projects'),
      records.shareAccess(at + ms(random.between(14, 40)), session, 'Projects', 'rota.xlsx', 0x120089),
    )
    world.logoff(how.start + random.ticks(9_000, 40_000), session)
  }
}
