/** The deed of atexec-pipe, and the Security log emptied a few minutes later. The task's own log was forgotten. */
import type { Cast } from '../cast.ts'
import { LogonIds } from '../logon-ids.ts'
import type { Random } from '../random.ts'
import { HostRecords, type Session } from '../records.ts'
import type { Scenario, Staging } from '../staging.ts'
import { stageAtexec } from './atexec-pipe.ts'
import { seenInTaskLogOnly } from './task-log-only.ts'

function stage(cast: Cast, random: Random): Staging {
  const deed = stageAtexec(cast, random, 106)
  const records = new HostRecords(cast, random.fork('clearing'))
  const logonIds = new LogonIds(cast.host.boot, 'scenario')
  const at = cast.start + random.ticks(120_000, 900_000)
  const session: Session = {
    account: cast.suspect,
    logonId: logonIds.at(at - random.ticks(100, 900)),
    type: 3,
    ip: cast.intruderAddress,
    port: random.between(49_200, 65_500),
  }
  const kept = deed.happenings.filter(({ time }) => time < at)
  const [chain] = deed.chains
  if (!chain) throw new Error('the deed has a chain')
  return {
    ...deed,
    happenings: [
      ...kept,
      records.privileges(at - 60_000n, session),
      records.logon(at - 60_000n, session, 'NTLM', true),
      records.logCleared(at, session, { chain: chain.mark, role: 'log-cleared' }),
      records.logoff(at + random.ticks(4_000, 15_000), session),
    ],
    cleared: { channel: 'Security', at },
    chains: [seenInTaskLogOnly(chain, cast)],
    notes: [
      'What the Security log held is gone; 1102 names who emptied it and when. The source address cannot be told from what is left.',
      '`hidden` says what happened although nothing that was collected can show it.',
    ],
  }
}

export const logCleared: Scenario = {
  name: 'log-cleared',
  title: 'A task over the pipe atsvc, and the Security log cleared afterwards',
  teaches: 'What the task log still proves, and which questions have to stay open.',
  stage,
}
