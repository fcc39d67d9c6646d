/** What of a random case is not recorded, not kept or not collected. */
import type { Random } from '../../src/practice/random.ts'
import { setClock } from '../../src/practice/scenarios/time-and-ids.ts'
import { taskSchedulerChannel } from '../../src/practice/schemas/index.ts'
import {
  type AuditPolicy,
  type AuditSubcategory,
  auditSubcategories,
  everythingAudited,
  type Staging,
} from '../../src/practice/staging.ts'
import type { HostWorld } from '../../src/practice/world/host-world.ts'

/** The staging of the world with its losses, and what they were. */
export function withLosses(
  world: HostWorld,
  random: Random,
): { readonly staging: Staging; readonly words: readonly string[] } {
  const words: string[] = []
  let more: Partial<Staging> = {}
  const perhaps = (chance: number, word: string, loss: () => Partial<Staging>) => {
    if (!random.chance(chance)) return
    words.push(`-${word}`)
    more = { ...more, ...loss() }
  }
  const times = world.happenings.filter(({ mark }) => mark).map(({ time }) => time)
  const moment = () => (random.pick(times) ?? world.cast.start) + random.ticks(-400, 400)

  const audit: Record<AuditSubcategory, AuditPolicy[AuditSubcategory]> = { ...everythingAudited }
  for (const name of Object.keys(auditSubcategories) as AuditSubcategory[])
    perhaps(0.07, name, () => {
      audit[name] = 0
      return {}
    })
  perhaps(0.1, 'retention', () => ({ retention: new Map([['Security', moment()]]) }))
  perhaps(0.06, 'task-retention', () => ({
    retention: new Map([...(more.retention ?? []), [taskSchedulerChannel, moment()]]),
  }))
  perhaps(0.05, 'cleared', () => {
    const at = moment()
    const session = world.logon(at - 60_000n, world.cast.suspect, {
      by: 'NTLM',
      ip: world.cast.intruderAddress,
    })
    world.tell(world.records.logCleared(at, session))
    return { cleared: [{ channel: 'Security', at }] }
  })
  perhaps(0.04, 'task-log-cleared', () => {
    const at = moment()
    const { suspect } = world.cast
    const cleared = {
      SubjectUserName: suspect.name,
      SubjectDomainName: suspect.domain,
      Channel: taskSchedulerChannel,
      BackupPath: '',
    }
    world.tell(world.records.systemLog(at, 104, cleared, world.records.pidsAt(at).eventLog, suspect.sid))
    return { cleared: [...(more.cleared ?? []), { channel: taskSchedulerChannel, at }] }
  })
  perhaps(0.05, 'filter', () => ({
    filter: new Map([
      [
        'Security',
        random.pick([
          [4624, 4634, 4698, 4699, 4702],
          [4698, 4702, 5145],
          [4688, 4698],
        ]),
      ],
    ]),
  }))
  perhaps(0.04, 'clock', () => ({
    // a clock set in the middle of one call tears its records apart
    jumps: setClock(world, moment() + 35_000_000n, random.pick([-5_400_000, 10_800_000, -60_000])),
  }))
  perhaps(0.12, 'facts', () => ({ withoutFacts: true }))
  perhaps(0.1, 'task-log', () => ({
    withoutChannels: [{ channel: taskSchedulerChannel, enabled: random.chance(0.4) }],
  }))
  perhaps(0.08, 'system-log', () => ({
    withoutChannels: [...(more.withoutChannels ?? []), { channel: 'System', enabled: true }],
  }))
  perhaps(0.3, 'raw', () => ({ collectedAs: 'raw' }))
  perhaps(0.06, 'damage', () => ({
    lost: new Set(Array.from({ length: random.between(1, 3) }, () => random.pick(world.happenings))),
  }))
  return { staging: world.staging({ ...more, audit }), words }
}
