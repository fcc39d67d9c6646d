/** Holds the playbook's answers against the truth, as far as the records decide; what is a person's judgement is left alone. */
import type { Answer, ChainAnswers } from '../../src/domain/answers.ts'
import type { Chain } from '../../src/domain/chain.ts'
import type { Deed } from '../../src/practice/deed.ts'
import { whatIsKnown } from '../../src/practice/world/knowledge.ts'
import type { HostInMemory } from './in-memory.ts'
import type { Fault } from './judge.ts'

export interface AnswerFinding {
  readonly question: string
  readonly fault: Fault | 'groundless'
  readonly deed: string
  readonly expected: string
  readonly got: string
  readonly why: string
}

type Word = Answer['answer']

/** Private, link-local and unique local addresses are the site's own; the others of these stories are not. */
const isInside = (ip: string) => /^(10\.|172\.(1[6-9]|2\d|3[01])\.|192\.168\.|fe80:|f[cd])/i.test(ip)

const unc = />\s*\\\\/

/** `elsewhere`: where a host of the case was reached from another one, later on. */
export function judgeAnswers(
  deed: Deed,
  host: HostInMemory,
  chain: Chain,
  answers: ChainAnswers,
  elsewhere: boolean,
): readonly AnswerFinding[] {
  const findings: AnswerFinding[] = []
  const known = whatIsKnown(deed, host.evidence)
  if (!known) return findings
  const { evidence } = host
  const own = evidence.of(deed.mark)
  const find = (list: readonly Answer[], id: string) => list.find((one) => one.id === id)
  const hold = (
    list: readonly Answer[],
    id: string,
    value: Word,
    also: readonly Word[],
    truth: Word,
    why: string,
  ) => {
    const got = find(list, id)?.answer ?? 'unknown'
    if (got === value || also.includes(got)) return
    const fault = got === 'unknown' ? 'needless' : got === truth ? 'unfounded' : 'wrong'
    findings.push({ question: id, fault, deed: deed.mark, expected: value, got, why })
  }
  const { questions, validation } = answers

  hold(questions, 'executed', chain.executed.answer, [], chain.executed.answer, 'as the chain says')

  const inside =
    deed.source && deed.origin !== 'machine' ? (isInside(deed.source.ip) ? 'yes' : 'no') : 'unknown'
  for (const list of [questions, validation]) {
    // what the chain tells is judged elsewhere; here only what is made of it
    const ip = chain.source.ip
    const told = ip === undefined ? 'unknown' : isInside(ip) ? 'yes' : 'no'
    const kinds = new Set(chain.source.candidates.map((one) => isInside(one.ip)))
    const also: Word[] = ip === undefined && kinds.size === 1 ? [kinds.has(true) ? 'yes' : 'no'] : []
    // a call made at the host itself has no source, whatever its desktop is looked at from
    if (chain.path === 'local' || chain.mechanism === 'local') also.push('unknown')
    hold(list, 'source-address', told, also, inside, `the address is ${ip ?? 'not known'}`)
  }

  const isSystem = chain.account.sid === 'S-1-5-18'
  const isShown =
    isSystem ||
    chain.steps.some((step) => step.eventId === 4672) ||
    chain.steps.some((step) => step.eventId === 4624 && evidence.events.cast.host.release.logonVersion >= 2)
  hold(
    validation,
    'account-privilege',
    isShown ? 'no' : 'unknown',
    isShown ? [] : ['no'],
    'no',
    isShown ? 'the chain holds 4672 or an elevated logon' : 'no record of the chain tells of rights',
  )

  const noted = own.some(({ happening }) => happening.schema.eventId === 129)
  const processes = chain.tree.nodes.filter(({ standing }) => standing === 'proven')
  const spawned: Word =
    noted || processes.length > 0 ? 'yes' : chain.executed.answer === 'no' ? 'no' : 'unknown'
  const [process] = deed.processes
  // with a clock that was set the playbook may hold back its no
  const isJumping = (evidence.events.staging.jumps ?? []).length > 0
  const held: readonly Word[] = spawned === 'no' && isJumping ? ['unknown'] : []
  hold(questions, 'process-spawned', spawned, held, process ? 'yes' : 'no', 'tree, 129, or no run')

  const lateral = find(questions, 'lateral-movement')?.answer
  if (lateral === 'no' || (lateral === 'yes' && !elsewhere))
    findings.push({
      question: 'lateral-movement',
      fault: lateral === 'no' ? 'unfounded' : 'wrong',
      deed: deed.mark,
      expected: 'unknown',
      got: lateral,
      why: 'only other hosts could tell, and none was reached from this one',
    })

  const sends = unc.test(chain.task.action ?? '') && chain.executed.answer === 'yes'
  hold(
    questions,
    'exfiltration',
    sends ? 'yes' : 'unknown',
    [],
    sends ? 'yes' : 'no',
    'output to a share of another host',
  )

  for (const answer of [...validation, ...questions, ...answers.rule.conditions, ...answers.escalation])
    if (answer.citations.length === 0 && answer.missing.length === 0)
      findings.push({
        question: answer.id,
        fault: 'groundless',
        deed: deed.mark,
        expected: 'citations or a stated gap',
        got: answer.answer,
        why: answer.why,
      })

  const { rule, evidence: verdict } = answers
  const disagree =
    (rule.outcome === 'close' && verdict.outcome === 'escalate') ||
    (rule.outcome === 'escalate' && verdict.outcome === 'close')
  if (disagree && answers.conflicts.length === 0)
    findings.push({
      question: 'conflict',
      fault: 'missed',
      deed: deed.mark,
      expected: 'a conflict',
      got: 'none',
      why: `the rule says ${rule.outcome}, the evidence ${verdict.outcome}`,
    })
  if (verdict.outcome === 'close' && deed.origin === 'remote')
    findings.push({
      question: 'outcome',
      fault: 'wrong',
      deed: deed.mark,
      expected: 'no close without an allow-list',
      got: 'close',
      why: verdict.why,
    })
  if (verdict.mechanism !== chain.mechanism)
    findings.push({
      question: 'mechanism',
      fault: 'wrong',
      deed: deed.mark,
      expected: chain.mechanism,
      got: verdict.mechanism,
      why: 'the verdict repeats the chain',
    })
  return findings
}
