/** The same deed where less of it was recorded, kept or brought: what can still be said, and what cannot. */
import type { Cast } from '../cast.ts'
import type { Random } from '../random.ts'
import { taskSchedulerChannel } from '../schemas/index.ts'
import {
  type AuditPolicy,
  type AuditSubcategory,
  everythingAudited,
  type Scenario,
  type Staging,
} from '../staging.ts'
import type { HostWorld } from '../world/host-world.ts'
import { pipeStory } from './over-the-pipe.ts'

/** What Windows Server audits unless somebody changes it. */
const installed: AuditPolicy = {
  logon: 3,
  logoff: 1,
  specialLogon: 1,
  processCreation: 0,
  processTermination: 0,
  serviceInstalled: 0,
  otherObjectAccess: 0,
  fileShare: 0,
  detailedFileShare: 0,
}

const less = (
  name: string,
  title: string,
  teaches: string,
  more: (cast: Cast, random: Random, world: HostWorld) => Partial<Staging>,
): Scenario => ({
  name,
  title,
  teaches,
  stage: (cast, random) => {
    const world = pipeStory(cast, random, 1)
    return world.staging(more(cast, random.fork('less'), world))
  },
})

export const auditingOff = less(
  'auditing-off',
  'A task over the pipe atsvc on a host with the audit policy of its installation',
  'Answering “cannot tell” and saying which setting would have told.',
  (_, __, world) => {
    world.notes.push(
      'No 4698, 5145 or 4688 is there because none is audited: their absence says nothing about what happened.',
      'Three logons of the account lie around the registration; nothing that was recorded tells which of them made the task.',
    )
    return { audit: installed }
  },
)

const off = (subcategory: AuditSubcategory, name: string, words: string): Scenario =>
  less(
    `unaudited-${name}`,
    `A task over the pipe atsvc on a host that does not audit ${words}`,
    'What one subcategory of the audit policy is worth.',
    () => ({ audit: { ...everythingAudited, [subcategory]: 0 } }),
  )
export const unaudited: readonly Scenario[] = [
  off('logon', 'logon', 'logons'),
  off('logoff', 'logoff', 'logoffs'),
  off('specialLogon', 'special-logon', 'special logons'),
  off('processCreation', 'process-creation', 'process creation'),
  off('processTermination', 'process-termination', 'the end of processes'),
  off('serviceInstalled', 'service-installs', 'installations of services'),
  off('otherObjectAccess', 'task-changes', 'task changes'),
  off('fileShare', 'file-share', 'connections to shares'),
  off('detailedFileShare', 'detailed-file-share', 'access to files and pipes of shares'),
  less(
    'task-log-off',
    'A task over the pipe atsvc on a host whose task log is switched off',
    'A run without its history: the process and the fetched output have to tell.',
    () => ({ withoutChannels: [{ channel: taskSchedulerChannel, enabled: false }] }),
  ),
  less(
    'policy-not-collected',
    'The logs of a task over the pipe, and nobody asked the host for its audit policy',
    'Without the policy a record that is missing says nothing.',
    () => ({ withoutFacts: true }),
  ),
]

/** Empties the Security log: who did it is the new log's first record. */
function clearing(cast: Cast, world: HostWorld, at: bigint, mark: string | undefined): Partial<Staging> {
  const session = world.logon(at - 60_000n, cast.suspect, { by: 'NTLM', ip: cast.intruderAddress })
  const role = mark === undefined ? undefined : ({ chain: mark, role: 'log-cleared' } as const)
  world.tell(world.records.logCleared(at, session, role))
  world.logoff(at + world.random.ticks(4_000, 15_000), session)
  return { cleared: [{ channel: 'Security', at }] }
}

export const logCleared = less(
  'log-cleared',
  'A task over the pipe atsvc, and the Security log cleared afterwards',
  'What the task log still proves, and which questions have to stay open.',
  (cast, random, world) => {
    world.notes.push(
      'What the Security log held is gone; 1102 names who emptied it and when. The source address cannot be told from what is left.',
    )
    return clearing(cast, world, cast.start + random.ticks(120_000, 900_000), 'created')
  },
)
export const logClearedBefore = less(
  'log-cleared-before',
  'The Security log is cleared, then a task is made over the pipe atsvc',
  'The deed is whole; what the account did before is not.',
  (cast, random, world) => clearing(cast, world, cast.start - random.ticks(120_000, 900_000), 'created'),
)

export const retentionMissed = less(
  'retention-missed',
  'The Security log begins seconds after the task was made',
  'The first records of a log are not the first that happened.',
  (cast, random) => ({
    retention: new Map([['Security', cast.start + random.ticks(1_200, 2_600)]]),
  }),
)
export const retentionLogons = less(
  'retention-logons-missed',
  'The Security log begins between the logons and the creation of the task',
  'The task record is there and the logons behind it are not.',
  (cast) => ({ retention: new Map([['Security', cast.start + 200_000n]]) }),
)
export const filteredExport = less(
  'filtered-export',
  'An export of task and logon records only',
  'What an export left out was perhaps there: its silence is no answer.',
  () => ({ filter: new Map([['Security', [4624, 4634, 4672, 4698, 4699, 4700, 4701, 4702]]]) }),
)

const sentinel = (form: 'csv' | 'json', words: string): Scenario =>
  less(
    `sentinel-${form}`,
    `A task over the pipe atsvc, as the table SecurityEvent of Microsoft Sentinel has it (${words})`,
    'The same incident without the log itself: one table, no task log, no record numbers, no policy.',
    () => ({
      collectedAs: `sentinel-${form}`,
      withoutFacts: true,
      withoutChannels: [
        { channel: 'System', enabled: true },
        { channel: taskSchedulerChannel, enabled: true },
      ],
    }),
  )
export const sentinelExports: readonly Scenario[] = [
  sentinel('csv', 'CSV of the portal'),
  sentinel('json', 'JSON lines'),
]
