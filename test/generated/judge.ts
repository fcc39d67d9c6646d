/** Holds the chains of the product against the whole truth: what is wrong, what is needlessly unknown, what claims more than can be known. */
import type { Chain } from '../../src/domain/chain.ts'
import { locatorKey } from '../../src/domain/locator.ts'
import { formatUtc } from '../../src/domain/time.ts'
import { licensingTask } from '../../src/practice/baseline.ts'
import type { Deed } from '../../src/practice/deed.ts'
import type { RecordedMark } from '../../src/practice/happening.ts'
import { type Known, whatIsKnown } from '../../src/practice/world/knowledge.ts'
import type { HostInMemory } from './in-memory.ts'

/**
 * `wrong`: contradicts what happened · `needless`: unknown although the evidence tells · `unfounded`: a yes or no that happens to be true
 * and that the evidence does not bear · `missed`: no chain · `invented`: a chain of nothing that happened.
 */
export type Fault = 'wrong' | 'needless' | 'unfounded' | 'missed' | 'invented'
export interface Finding {
  readonly question: string
  readonly fault: Fault
  readonly deed: string
  readonly expected: string
  readonly got: string
  readonly why: string
}

const origins = {
  'remote-confirmed': 'remote',
  'remote-probable': 'remote',
  local: 'local',
  'machine-managed': 'machine',
  undetermined: undefined,
} as const
const text = (value: unknown) => (value === undefined ? 'unknown' : String(value))

/** The chain that is measured from this record. */
const chainAt = (chains: readonly Chain[], { happening, recordId }: RecordedMark, host: string) =>
  chains.find(
    (chain) =>
      chain.host === host &&
      chain.anchor.recordId === recordId &&
      chain.steps.some(
        (step) =>
          locatorKey(step.locator) === locatorKey(chain.anchor) && step.eventId === happening.schema.eventId,
      ),
  )

interface Judging {
  readonly deed: Deed
  readonly findings: Finding[]
}

/** Compares one answer; `truth` is what happened. */
function compare<T>(
  { deed, findings }: Judging,
  question: string,
  known: Known<T>,
  got: T | undefined,
  truth: T | undefined,
): void {
  if (got === known.value || known.also?.includes(got)) return
  const fault: Fault = got === undefined ? 'needless' : got === truth ? 'unfounded' : 'wrong'
  findings.push({
    question,
    fault,
    deed: deed.mark,
    expected: text(known.value),
    got: text(got),
    why: known.why,
  })
}

/** Everything that is not as it should be with the chains of one host. */
export function judge(host: HostInMemory, chains: readonly Chain[]): readonly Finding[] {
  const findings: Finding[] = []
  const { fqdn } = host.evidence.events.cast.host
  const matched = new Set<Chain>()
  for (const deed of host.evidence.events.staging.deeds) {
    const known = whatIsKnown(deed, host.evidence)
    if (!known) continue
    const chain = chainAt(chains, known.anchor, fqdn)
    if (!chain) {
      findings.push({
        question: 'chain',
        fault: 'missed',
        deed: deed.mark,
        expected: `${known.kind} from ${known.anchor.happening.schema.eventId} ${known.anchor.recordId}`,
        got: 'none',
        why: 'the record makes a chain',
      })
      continue
    }
    matched.add(chain)
    judgeChain({ deed, findings }, host, chain, known)
  }
  for (const chain of chains) {
    if (chain.host !== fqdn || matched.has(chain)) continue
    if (isUpkeep(chain) || isPartOfDeed(host, chain)) continue
    findings.push({
      question: 'chain',
      fault: 'invented',
      deed: '-',
      expected: 'none',
      got: `${chain.kind} ${chain.task.path} ${formatUtc(chain.time)}`,
      why: 'nothing of the kind happened, or it is told by another chain',
    })
  }
  return findings
}

const isUpkeep = (chain: Chain) =>
  chain.task.path === licensingTask && chain.kind === 'task-updated' && !chain.mechanism.startsWith('remote')
/** A later change of a deed whose creation is not in the evidence may stand alone. */
const isPartOfDeed = ({ evidence }: HostInMemory, chain: Chain) =>
  evidence.events.marks.some(
    ({ recordId, mark, happening }) =>
      recordId === chain.anchor.recordId &&
      mark.decoy === undefined &&
      happening.schema.eventId !== 4698 &&
      happening.schema.eventId !== 106 &&
      (mark.also !== undefined || mark.role !== 'task-created'),
  )

function judgeChain(
  judging: Judging,
  host: HostInMemory,
  chain: Chain,
  known: NonNullable<ReturnType<typeof whatIsKnown>>,
): void {
  const { deed, findings } = judging
  const yesNo = (answer: boolean) => (answer ? 'yes' : 'no')
  compare(judging, 'kind', { value: known.kind, why: 'the record says so' }, chain.kind, known.kind)
  compare(
    judging,
    'task',
    { value: deed.task.path, why: 'the record names it' },
    chain.task.path,
    deed.task.path,
  )
  compare(judging, 'account', known.account, chain.account.sid, deed.account.sid)
  // the name stands beside the SID; without a SID it is all there is
  compare(judging, 'account-name', known.accountName, accountName(chain, deed), deed.account.name)
  compare(judging, 'action', known.action, chain.task.action, deed.task.action)
  compare(judging, 'task-logon', known.taskLogonId, chain.taskLogonId, deed.taskLogonId)
  compare(judging, 'source', known.sourceIp, chain.source.ip, deed.source?.ip)
  const path = chain.path === 'undetermined' ? undefined : chain.path
  compare(judging, 'path', known.path, path, deed.path)
  judgeMechanism(judging, chain, known.mechanism)
  for (const [question, truth] of [
    ['executed', yesNo(deed.executed)],
    ['deleted', yesNo(deed.deleted)],
  ] as const) {
    const { answer } = chain[question]
    const expected = known[question]
    if (answer === expected.value || expected.also?.includes(answer)) continue
    findings.push({
      question,
      fault: answer === 'unknown' ? 'needless' : answer === truth ? 'unfounded' : 'wrong',
      deed: deed.mark,
      expected: expected.value ?? 'unknown',
      got: answer,
      why: expected.why,
    })
  }
  foreignSteps(judging, host, chain)
}

const accountName = (chain: Chain, deed: Deed) =>
  // SYSTEM is recorded as the machine's own account, and in the language of the host
  deed.account.sid.startsWith('S-1-5-21-') || chain.account.sid === undefined
    ? chain.account.name?.split('\\').at(-1)
    : deed.account.name

function judgeMechanism({ deed, findings }: Judging, chain: Chain, known: Known<Chain['mechanism']>): void {
  const got = chain.mechanism === 'undetermined' ? undefined : chain.mechanism
  if (got === known.value || known.also?.includes(got)) return
  const expected = known.value === undefined ? undefined : origins[known.value]
  const said = got === undefined ? undefined : origins[got]
  const fault: Fault =
    got === undefined
      ? 'needless'
      : said !== deed.origin && !(deed.origin === 'machine' && said === 'local')
        ? 'wrong'
        : expected === said && got === 'remote-probable'
          ? 'needless'
          : 'unfounded'
  findings.push({
    question: 'mechanism',
    fault,
    deed: deed.mark,
    expected: text(known.value),
    got: text(got),
    why: known.why,
  })
}

/** Records that a chain tells as its own and that belong to something else. */
function foreignSteps({ deed, findings }: Judging, host: HostInMemory, chain: Chain): void {
  const { evidence } = host
  const own = new Set(
    evidence.events.marks
      .filter(
        ({ mark }) =>
          mark.decoy === undefined && (mark.chain === deed.mark || mark.also?.includes(deed.mark) === true),
      )
      .map(({ happening, recordId }) => `${happening.schema.channel} ${recordId}`),
  )
  const pids = new Set(deed.callers.map(({ pid }) => String(pid)))
  // several sessions on the pipe are all told, and none is chosen
  const isOpen = chain.source.candidates.length > 0
  for (const step of chain.steps) {
    if (own.has(`${step.channel} ${step.locator.recordId}`)) continue
    // the only record of the session of the call may be its end
    if (step.eventId === 4634 && step.facts.logonId === deed.taskLogonId) continue
    if (step.role === 'log-cleared' || (step.facts.pid !== undefined && pids.has(step.facts.pid))) continue
    if (isOpen && ['smb-logon', 'pipe-opened', 'share-connected', 'privileges'].includes(step.role)) continue
    findings.push({
      question: 'steps',
      fault: 'wrong',
      deed: deed.mark,
      expected: 'a record of this deed',
      got: `${step.role} ${step.eventId} ${step.locator.recordId}: ${step.what}`,
      why: 'the record belongs to something else',
    })
  }
}
