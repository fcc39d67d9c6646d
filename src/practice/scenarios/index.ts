/** Every scenario the generator can play, in the order it is listed. */
import type { Scenario } from '../staging.ts'
import { atexecPipe } from './atexec-pipe.ts'
import { schtasksTcp, schtasksTcpUnaudited } from './schtasks-tcp.ts'

export const scenarios: readonly Scenario[] = [atexecPipe, schtasksTcp, schtasksTcpUnaudited]
