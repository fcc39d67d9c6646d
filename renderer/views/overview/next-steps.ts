/** What to do next, drawn from what the chain leaves open. Only steps that would close a gap that is there. */

import type { AnswersDocument } from '../../../src/contract/playbook-shapes.ts'
import type { ChainShape } from '../../../src/contract/shapes.ts'
import { formatClock, plural } from '../../widgets/format.ts'
import { shortHost } from './sentence.ts'
import { networkOf } from './words.ts'

export interface NextStep {
  readonly what: string
  readonly why: string
  /** where in the window it is done; undefined when it is done elsewhere */
  readonly go?: 'home' | 'evidence' | 'handover' | 'playbook' | 'acquire'
  /** what the door there is called */
  readonly door?: string
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

/** What the playbook's answers ask of a person, most pressing first. */
function fromAnswers(answers: AnswersDocument | undefined): readonly NextStep[] {
  if (!answers) return []
  const { evidence, conflicts, analyst } = answers
  const steps: NextStep[] = []
  const signs = evidence.reasons.filter((reason) => reason.weighs === 'malicious')
  if (evidence.outcome === 'escalate')
    steps.push({
      what: 'Escalate to Tier 2',
      why: `${plural(signs.length, 'sign')}, ${signs.filter(({ strong }) => strong).length} strong.`,
      go: 'handover',
      door: 'Prepare handover',
    })
  else if (conflicts.length > 0 && analyst.disposition === null)
    steps.push({
      what: 'Decide where rule and evidence part',
      why: `${plural(conflicts.length, 'conflict')}.`,
      go: 'playbook',
      door: 'Open the playbook',
    })
  return steps
}

/** Only an account of a person or of a service of the site, never one of Windows. */
function containment(chain: ChainShape, answers: AnswersDocument | undefined): readonly NextStep[] {
  const { name, sid } = chain.account
  if (answers?.evidence.outcome !== 'escalate' || name === null || !sid?.startsWith('S-1-5-21-')) return []
  return [
    {
      what: `Suspend ${name}`,
      why: 'Evidence is stored, so this is safe now.',
      go: 'playbook',
      door: 'Commands',
    },
  ]
}

/** Steps in order of use, at most five, none twice. `hosts` are those with evidence in the case. */
export function nextSteps(
  chain: ChainShape,
  hosts: readonly string[],
  answers?: AnswersDocument | undefined,
): readonly NextStep[] {
  const first = fromAnswers(answers)
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
        go: 'acquire',
        door: 'Add the host',
      })
  }
  for (const gap of chain.gaps) {
    const step = fromGap(gap, host)
    if (step && !steps.some((each) => each.what === step.what)) steps.push(step)
  }
  const last = containment(chain, answers)
  const handover: NextStep = {
    what: 'Prepare the handover',
    why: 'Seals evidence, answer and gaps into one file.',
    go: 'handover',
  }
  const end = first.some((step) => step.go === 'handover') ? last : [...last, handover]
  return [...first, ...steps.slice(0, Math.max(0, most - first.length - end.length)), ...end]
}
