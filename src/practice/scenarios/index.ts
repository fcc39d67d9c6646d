/** Every scenario the generator can play, in the order it is listed. */
import type { Scenario } from '../staging.ts'
import { atexecPipe } from './atexec-pipe.ts'
import { auditingOff } from './auditing-off.ts'
import { localAdmin } from './local-admin.ts'
import { logCleared } from './log-cleared.ts'
import { schtasksTcp, schtasksTcpUnaudited } from './schtasks-tcp.ts'
import { spreadTcp } from './spread-tcp.ts'

export const scenarios: readonly Scenario[] = [
  atexecPipe,
  schtasksTcp,
  schtasksTcpUnaudited,
  localAdmin,
  logCleared,
  auditingOff,
  spreadTcp,
]
