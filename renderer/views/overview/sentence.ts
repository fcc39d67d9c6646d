/** The answer in one sentence, made from the facts of a chain and from nothing else. What cannot be told is said apart. */
import type { ChainShape } from '../../../src/contract/shapes.ts'
import { formatLength } from '../../widgets/format.ts'

export interface Answered {
  /** what the evidence shows */
  readonly statement: string
  /** what it does not show, each a full sentence beginning with `Cannot tell` */
  readonly doubts: readonly string[]
}

const wellKnown: Readonly<Record<string, string>> = {
  'S-1-5-18': 'SYSTEM',
  'S-1-5-19': 'LOCAL SERVICE',
  'S-1-5-20': 'NETWORK SERVICE',
  'S-1-5-32-544': 'Administrators',
  'S-1-5-32-545': 'Users',
}
/** `SYSTEM` for `S-1-5-18`; other SIDs and names as they are. */
export const principalName = (principal: string): string => wellKnown[principal.toUpperCase()] ?? principal

/** `fs01` for `fs01.offsec.lan`; addresses stay whole. */
export function shortHost(host: string): string {
  if (/^[\d.]+$/.test(host) || host.includes(':')) return host
  return host.split('.')[0] || host
}

const verbs: Readonly<Record<string, string>> = {
  'task-created': 'was created',
  'task-updated': 'was changed',
  'task-enabled': 'was enabled',
  'task-disabled': 'was disabled',
  'task-deleted': 'was deleted',
  'task-ran': 'ran',
}

/** How it came to the host, as the end of `… on fs01`; undefined when it cannot be told. */
function way(chain: ChainShape): string | undefined {
  switch (chain.mechanism) {
    case 'remote-confirmed':
      return ' over the network'
    case 'remote-probable':
      return ', probably over the network'
    case 'local':
      return ' by a program on the host itself'
    case 'machine-managed':
      return chain.path === 'gpo' ? ' by Group Policy' : ' by the machine itself'
    default:
      return undefined
  }
}

/** `23 ms later`, from the first record of the deletion; undefined when no record tells when. */
function deletedAfter(chain: ChainShape): string | undefined {
  const deletion = chain.steps.find((step) => step.role === 'task-deleted' && step.deltaMs >= 0)
  if (!deletion) return undefined
  const { deltaMs } = deletion
  const words = deltaMs >= 10 && deltaMs < 1000 ? `${Math.round(deltaMs)} ms` : formatLength(deltaMs)
  // number and unit stay on one line
  return `${words.replace(/ (?=[a-z]+$)/, '\u00a0')} later`
}

const listed = (clauses: readonly string[]): string =>
  clauses.length < 2 ? (clauses[0] ?? '') : `${clauses.slice(0, -1).join(', ')} and ${clauses.at(-1)}`

export function answerOf(chain: ChainShape): Answered {
  const doubts: string[] = []
  const noun = chain.task.hidden ? 'A hidden task' : 'A task'
  const asWhom = chain.task.runAs ? ` as ${principalName(chain.task.runAs)}` : ''
  const host = shortHost(chain.host)
  const how = way(chain)
  const ran = chain.kind === 'task-ran'
  const clauses = [
    `${verbs[chain.kind] ?? 'was touched'}${ran ? asWhom : ''} on ${host}${ran ? '' : (how ?? '')}`,
  ]
  if (how === undefined && !ran) doubts.push('Cannot tell whether it came over the network.')

  if (!ran) {
    if (chain.executed.answer === 'yes') clauses.push(`ran${asWhom}`)
    else if (chain.executed.answer === 'no') clauses.push('did not run')
    else if (chain.kind !== 'task-deleted' && chain.kind !== 'task-disabled')
      doubts.push('Cannot tell whether it ran.')
  }
  if (chain.kind !== 'task-deleted') {
    if (chain.deleted.answer === 'yes') {
      const after = deletedAfter(chain)
      clauses.push(after ? `was deleted ${after}` : 'was deleted')
    } else if (chain.deleted.answer === 'no') clauses.push('was not deleted')
    else doubts.push('Cannot tell whether it was deleted.')
  }
  return { statement: `${noun} ${listed(clauses)}.`, doubts }
}
