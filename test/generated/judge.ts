/** Holds the chains of the product against the whole truth: what is wrong, what is needlessly unknown, what claims more than can be known. */
import type { Chain } from '../../src/domain/chain.ts'
import { locatorKey } from '../../src/domain/locator.ts'
import { formatUtc } from '../../src/domain/time.ts'
import { licensingTask } from '../../src/practice/baseline.ts'
import type { Deed } from '../../src/practice/deed.ts'
import type { RecordedMark } from '../../src/practice/happening.ts'
import { logonIdText } from '../../src/practice/logon-ids.ts'
import { type Known, whatIsKnown } from '../../src/practice/world/knowledge.ts'
import type { HostInMemory } from './in-memory.ts'

/**
 * `wrong`: contradicts what happened · `needless`: unknown although the evidence tells · `unfounded`: a yes or no that happens to be true
 * and that the evidence does not bear · `missed`: no chain · `invented`: a chain of nothing that happened.
 */
export type Fault = 'wrong' | 'needless' | 'unfounded' | 'missed' | 'invented'
/** How an answer stands: with what is known, rightly open, led astray by records that fit another deed as well, or with a fault. */
export type Standing = 'known' | 'open' | 'misled' | Fault
export interface Verdict {
  readonly deed: string
  readonly question: string
  readonly standing: Standing
}
export interface Judgement {
  readonly verdicts: readonly Verdict[]
  readonly findings: readonly Finding[]
}
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
  readonly verdicts: Verdict[]
}
/** Writes down how one answer stands. */
function settle(
  { deed, findings, verdicts }: Judging,
  question: string,
  standing: Standing,
  words: { readonly expected: string; readonly got: string; readonly why: string },
): void {
  verdicts.push({ deed: deed.mark, question, standing })
  if (standing !== 'known' && standing !== 'open' && standing !== 'misled')
    findings.push({ deed: deed.mark, question, fault: standing, ...words })
}

/** Compares one answer; `truth` is what happened. */
function compare<T>(
  judging: Judging,
  question: string,
  known: Known<T>,
  got: T | undefined,
  truth: T | undefined,
): void {
  const isRight = got === known.value || known.also?.includes(got) === true
  const standing: Standing = isRight
    ? got === undefined
      ? 'open'
      : 'known'
    : got === undefined
      ? 'needless'
      : got === truth
        ? 'unfounded'
        : got !== undefined && got === known.misleads
          ? 'misled'
          : 'wrong'
  settle(judging, question, standing, { expected: text(known.value), got: text(got), why: known.why })
}

/** Everything that is not as it should be with the chains of one host. */
export function judge(host: HostInMemory, chains: readonly Chain[]): Judgement {
  const findings: Finding[] = []
  const verdicts: Verdict[] = []
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
    judgeChain({ deed, findings, verdicts }, host, chain, known)
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
  return { verdicts, findings }
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
  const { deed } = judging
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
  if (known.account.value !== undefined)
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
    const open = (answer: 'yes' | 'no' | 'unknown' | undefined) => (answer === 'unknown' ? undefined : answer)
    const { value, why, also, misleads } = known[question]
    const expected = { value: open(value), why, also: also?.map(open) ?? [], misleads: open(misleads) }
    compare(judging, question, expected, open(chain[question].answer), truth)
  }
  foreignSteps(judging, host, chain)
}

const accountName = (chain: Chain, deed: Deed) =>
  // SYSTEM is recorded as the machine's own account, and in the language of the host
  deed.account.sid.startsWith('S-1-5-21-') ? chain.account.name?.split('\\').at(-1) : deed.account.name

function judgeMechanism(judging: Judging, chain: Chain, known: Known<Chain['mechanism']>): void {
  const { deed } = judging
  const got = chain.mechanism === 'undetermined' ? undefined : chain.mechanism
  const said = origins[chain.mechanism]
  const expected = known.value === undefined ? undefined : origins[known.value]
  const standing = (): Standing => {
    if (got === known.value || known.also?.includes(got)) return got === undefined ? 'open' : 'known'
    if (got === undefined) return 'needless'
    if (said !== deed.origin && !(deed.origin === 'machine' && said === 'local')) return 'wrong'
    return expected === said && got === 'remote-probable' ? 'needless' : 'unfounded'
  }
  settle(judging, 'mechanism', standing(), { expected: text(known.value), got: text(got), why: known.why })
}

const ofPipe: ReadonlySet<string> = new Set(['smb-logon', 'pipe-opened', 'share-connected', 'privileges'])

const ofRun: ReadonlySet<string> = new Set(['process-started', 'descendant-started', 'process-ended'])
const isFromSource = ({ facts, role }: Chain['steps'][number], { source }: Chain): boolean =>
  role === 'privileges' || facts.ip === source.ip

const isLostRebirth = ({ evidence }: HostInMemory, deed: Deed, { mark }: RecordedMark): boolean => {
  const other = evidence.events.staging.deeds.find((one) => one.mark === mark.chain)
  const births = new Set([106, 4698])
  return (
    other?.task.path === deed.task.path &&
    !evidence.of(mark.chain).some(({ happening }) => births.has(happening.schema.eventId))
  )
}

/** A process of a deed with the same action whose task no record names. */
const isOfUnseenTwin = ({ evidence }: HostInMemory, deed: Deed, pid: string | undefined): boolean =>
  evidence.events.staging.deeds.some(
    (other) =>
      other.mark !== deed.mark &&
      other.task.action === deed.task.action &&
      other.processes.some((one) => String(one.pid) === pid) &&
      !evidence.of(other.mark).some(({ happening: { values } }) => values.TaskName !== undefined),
  )

/** Records that a chain tells as its own and that belong to something else. */
function foreignSteps({ deed, findings, verdicts }: Judging, host: HostInMemory, chain: Chain): void {
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
  // what follows from an answer that is judged already is not counted again
  const isWrong = (questions: readonly string[]) =>
    verdicts.some(
      (one) =>
        one.deed === deed.mark &&
        questions.includes(one.question) &&
        (one.standing === 'wrong' || one.standing === 'misled'),
    )
  const isAstray = isWrong(['source', 'path'])
  const isRunAstray = isWrong(['executed'])
  // sessions from one address that nothing tells apart
  const isAlike =
    deed.path === 'atsvc-pipe' && !evidence.of(deed.mark).some(({ mark }) => mark.role.startsWith('output-'))
  const likely = new Set(
    chain.tree.nodes.filter(({ standing }) => standing === 'consistent').map(({ pid }) => String(pid)),
  )
  const ofSession = new Set(
    evidence.records
      .filter(
        ({ happening: { schema, values } }) =>
          (schema.eventId === 4634 &&
            logonIdText(BigInt(values.TargetLogonId as bigint)) === chain.taskLogonId) ||
          // the other half of a split token
          (schema.eventId === 4624 &&
            logonIdText(BigInt((values.TargetLinkedLogonId ?? 0n) as bigint)) === chain.taskLogonId),
      )
      .map(({ recordId }) => recordId),
  )
  for (const step of chain.steps) {
    if (own.has(`${step.channel} ${step.locator.recordId}`)) continue
    // the only record of the session of the call may be its end
    if (ofSession.has(step.locator.recordId)) continue
    if (step.role === 'log-cleared' || (step.facts.pid !== undefined && pids.has(step.facts.pid))) continue
    if (ofPipe.has(step.role) && (isOpen || isAstray || (isAlike && isFromSource(step, chain)))) continue
    if (ofRun.has(step.role) && isRunAstray) continue
    const owner = evidence.events.marks.find(
      (one) => one.recordId === step.locator.recordId && one.happening.schema.channel === step.channel,
    )
    // shown as fitting, and not as the task's
    if (ofRun.has(step.role) && likely.has(step.facts.pid ?? '')) continue
    // of another task with the same action, of which no record is left to show that there was one
    if (ofRun.has(step.role) && isOfUnseenTwin(host, deed, step.facts.pid)) continue
    // a second life whose registration is lost looks like an update of the first
    if (owner && 'TaskName' in owner.happening.values && isLostRebirth(host, deed, owner)) continue
    findings.push({
      question: 'steps',
      fault: 'wrong',
      deed: deed.mark,
      expected: 'a record of this deed',
      got: `${step.role} ${step.eventId} ${step.locator.recordId}: ${step.what}`,
      why: `${step.role} ${step.eventId} of ${owner ? (owner.mark.decoy ? 'a decoy' : 'another deed') : 'nothing to do with it'}, chain ${chain.path}`,
    })
  }
}
