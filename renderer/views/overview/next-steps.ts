/** What to do next, drawn from what the chain leaves open. Only steps that would close a gap that is there. */
import type { ChainShape } from '../../../src/contract/shapes.ts'
import { formatClock } from '../../widgets/format.ts'
import { shortHost } from './sentence.ts'
import { networkOf } from './words.ts'

export interface NextStep {
  readonly what: string
  readonly why: string
  /** where in the window it is done; undefined when it is done elsewhere */
  readonly go?: 'home' | 'evidence' | 'handover'
}

const most = 5

function fromGap(gap: ChainShape['gaps'][number], host: string): NextStep | undefined {
  const isTaskLog = /task ?(scheduler|history)/i.test(`${gap.expected} ${gap.why}`)
  switch (gap.state) {
    case 'not-collected':
      return isTaskLog
        ? {
            what: `Import the TaskScheduler log of ${host}`,
            why: 'It shows each registration, start and process.',
          }
        : { what: `Import more evidence of ${host}`, why: `Missing here: ${gap.expected}.` }
    case 'filtered-out':
      return {
        what: `Import the whole log of ${host}`,
        why: 'This export leaves records out: absence proves nothing.',
      }
    case 'out-of-retention':
      return {
        what: 'Look for an older copy of the log',
        why: 'Forwarded events, an archived log or a shadow copy may reach back far enough.',
      }
    case 'log-cleared':
      return {
        what: 'Look for a forwarded copy of the cleared log',
        why: 'A collector or SIEM keeps what was deleted on the host.',
      }
    case 'not-audited':
      return {
        what: 'Ask EDR what the audit policy left out',
        why: `Not audited on ${host}: ${gap.expected}.`,
      }
    default:
      return undefined
  }
}

/** Steps in order of use, at most five, none twice. `hosts` are those with evidence in the case. */
export function nextSteps(chain: ChainShape, hosts: readonly string[]): readonly NextStep[] {
  const steps: NextStep[] = []
  const host = shortHost(chain.host)
  const { ip, host: name } = chain.source
  if (ip !== null && networkOf(ip) !== 'this host itself') {
    const known =
      name !== null && hosts.some((each) => shortHost(each).toLowerCase() === shortHost(name).toLowerCase())
    if (name === null)
      steps.push({
        what: `Find which machine had ${ip}`,
        why: `Ask DHCP or EDR who had it at ${formatClock(chain.time, 0).slice(0, 5)} UTC.`,
      })
    else if (!known)
      steps.push({
        what: `Import the logs of ${name}`,
        why: 'Its 4648 and 4688 records show which program and account started this.',
      })
  }
  for (const gap of chain.gaps) {
    const step = fromGap(gap, host)
    if (step && !steps.some((each) => each.what === step.what)) steps.push(step)
  }
  const handover: NextStep = {
    what: 'Prepare the handover',
    why: 'Seals evidence, answer and gaps into one file.',
    go: 'handover',
  }
  return [...steps.slice(0, most - 1), handover]
}
