/** Every scenario the generator can play, in the order it is listed. */
import type { Scenario } from '../staging.ts'
import { everyRelease, hiddenTask, ipv6, nonEnglish, registryOnly, scannerNoise } from './hosts-and-places.ts'
import {
  deployment,
  groupPolicy,
  localAdmin,
  networkSession,
  winrmTask,
  winrsTask,
  wmiTask,
} from './on-the-host.ts'
import { nameReuse, remoteWork, schtasksTcp, schtasksTcpUnaudited, updateInstead } from './over-tcp.ts'
import {
  atexecPipe,
  pipeFileless,
  pipeFiveDecoys,
  pipePayload,
  pipeTwentyDecoys,
  twoSources,
} from './over-the-pipe.ts'
import { spreadTcp } from './spread-tcp.ts'
import {
  clockBack,
  clockForward,
  logonIdReuse,
  pidReuse,
  rebootBetween,
  sameCommand,
} from './time-and-ids.ts'
import {
  auditingOff,
  filteredExport,
  logCleared,
  logClearedBefore,
  retentionLogons,
  retentionMissed,
  sentinelExports,
  unaudited,
} from './what-is-left.ts'

export const scenarios: readonly Scenario[] = [
  atexecPipe,
  schtasksTcp,
  schtasksTcpUnaudited,
  localAdmin,
  logCleared,
  auditingOff,
  spreadTcp,
  pipeFiveDecoys,
  pipeTwentyDecoys,
  twoSources,
  pipeFileless,
  pipePayload,
  updateInstead,
  nameReuse,
  remoteWork,
  winrmTask,
  winrsTask,
  wmiTask,
  networkSession,
  groupPolicy,
  deployment,
  scannerNoise,
  hiddenTask,
  registryOnly,
  ...unaudited,
  logClearedBefore,
  retentionMissed,
  retentionLogons,
  filteredExport,
  clockBack,
  clockForward,
  rebootBetween,
  logonIdReuse,
  pidReuse,
  sameCommand,
  ...everyRelease,
  ...nonEnglish,
  ...ipv6,
  ...sentinelExports,
]
