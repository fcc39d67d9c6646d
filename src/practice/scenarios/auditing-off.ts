/** The deed of atexec-pipe on a host with the audit policy it was installed with: logons, and nothing else of it. */
import type { Cast } from '../cast.ts'
import type { Random } from '../random.ts'
import type { AuditPolicy, Scenario, Staging } from '../staging.ts'
import { stageAtexec } from './atexec-pipe.ts'
import { seenInTaskLogOnly } from './task-log-only.ts'

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

function stage(cast: Cast, random: Random): Staging {
  const deed = stageAtexec(cast, random, 106)
  const [chain] = deed.chains
  if (!chain) throw new Error('the deed has a chain')
  return {
    ...deed,
    audit: installed,
    // the logons are recorded, but nothing that is recorded ties them to the task
    happenings: deed.happenings.map(({ mark, ...happening }) =>
      mark === undefined || happening.schema.channel === 'Security' ? happening : { ...happening, mark },
    ),
    chains: [seenInTaskLogOnly(chain, cast)],
    notes: [
      'No 4698, 5145 or 4688 is there because none is audited: their absence says nothing about what happened.',
      'Three logons of the account lie around the registration; nothing that was recorded tells which of them made the task.',
    ],
  }
}

export const auditingOff: Scenario = {
  name: 'auditing-off',
  title: 'A task over the pipe atsvc on a host with the audit policy of its installation',
  teaches: 'Answering “cannot tell” and saying which setting would have told.',
  stage,
}
