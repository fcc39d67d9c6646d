/** What is left of a deed over the pipe when nothing but the task log tells of it. */
import type { Cast } from '../cast.ts'
import type { Staging } from '../staging.ts'

type TrueChain = Staging['chains'][number]

/** The truth about `chain` as far as the task log shows it; what happened all the same stands in `hidden`. */
export const seenInTaskLogOnly = (chain: TrueChain, cast: Cast): TrueChain => ({
  ...chain,
  // the task log names the account but neither its SID nor a logon, and does not hold the definition
  task: { ...chain.task, action: null, runAs: null, author: null, hidden: null, trigger: null },
  account: { ...chain.account, sid: null },
  source: { ip: null, port: null, logonId: null, basis: null },
  taskLogonId: null,
  path: 'undetermined',
  mechanism: 'undetermined',
  executed: { answer: 'yes', why: 'the task log holds its start, its process and its end (129, 200, 201)' },
  deleted: { answer: 'yes', why: 'the task log holds its deletion (141)' },
  processes: [],
  resembles: [],
  hidden: {
    path: 'atsvc-pipe',
    action: chain.task.action as string,
    accountSid: cast.suspect.sid,
    sourceIp: chain.source.ip as string,
    sourcePort: chain.source.port as number,
  },
})
