/** Answers the playbook for every chain of many random cases and counts what is wrong with the answers. */
import { coverHosts } from '../../src/chains/cover-hosts.ts'
import type { WindowsEvent } from '../../src/domain/event.ts'
import { locatorKey } from '../../src/domain/locator.ts'
import { answerChain } from '../../src/playbook/answer-chain.ts'
import { whatIsKnown } from '../../src/practice/world/knowledge.ts'
import { playCase } from './count.ts'
import { type AnswerFinding, judgeAnswers } from './judge-answers.ts'
import type { RandomCase } from './random-case.ts'

export interface AnswerFailing extends AnswerFinding {
  readonly seed: number
  readonly label: string
  readonly records: number
}

/** Nothing beside the chains is looked up here: work elsewhere is judged on imported cases. */
const noTraces = { traces: [], logons: [], left: {} }

export function answerFaults(one: RandomCase): readonly AnswerFailing[] {
  const { memory, input, chains } = playCase(one)
  const events = new Map<string, WindowsEvent>(
    input.events.map((event) => [locatorKey(event.locator), event]),
  )
  const covered = coverHosts(input)
  const addresses = one.hosts.map(({ cast }) => cast.host.address)
  const faults: AnswerFailing[] = []
  for (const [position, host] of memory.entries()) {
    for (const deed of host.evidence.events.staging.deeds) {
      const anchor = whatIsKnown(deed, host.evidence)?.anchor
      const chain = chains.find(
        (found) =>
          found.host === host.evidence.events.cast.host.fqdn &&
          found.anchor.recordId === anchor?.recordId &&
          found.task.path === deed.task.path,
      )
      if (!chain) continue
      const answers = answerChain(
        {
          chains,
          events,
          coverage: input.coverage,
          hosts: input.hosts,
          covered,
          traces: noTraces,
          allowList: [],
        },
        chain,
      )
      const elsewhere = one.hosts.some(
        ({ staging }, at) =>
          at !== position && staging.deeds.some(({ source }) => source?.ip === addresses[position]),
      )
      const findings = judgeAnswers(deed, host, chain, answers, elsewhere)
      faults.push(
        ...findings.map((finding) => ({
          ...finding,
          seed: one.seed,
          label: one.label,
          records: input.events.length,
        })),
      )
    }
  }
  return faults
}

/** One line that names a kind of fault. */
export const answerReason = ({ fault, question, expected, got, why }: AnswerFinding): string =>
  fault === 'groundless'
    ? `groundless ${question}`
    : `${fault} ${question}: ${expected} told as ${got} (${question === 'outcome' ? 'remote' : why.replace(/\d[\d.:]+|fe80\S*|2001\S*/g, '…')})`
