/** The playbook over built events: chains found, answers given, as the workflow would. */
import { coverHosts } from '../../src/chains/cover-hosts.ts'
import { findChains } from '../../src/chains/find-chains.ts'
import type { AllowEntry } from '../../src/domain/allow-list.ts'
import type { ChainAnswers } from '../../src/domain/answers.ts'
import type { ChainInput } from '../../src/domain/chain.ts'
import { locatorKey } from '../../src/domain/locator.ts'
import type { Trace } from '../../src/domain/trace.ts'
import { answerChain } from '../../src/playbook/answer-chain.ts'
import type { PlaybookEvidence } from '../../src/playbook/scene.ts'
import { at, systemLog } from './events.ts'

export interface Beside {
  readonly traces?: readonly Trace[]
  readonly allowList?: readonly AllowEntry[]
  readonly left?: PlaybookEvidence['traces']['left']
}

/** Answers for every chain, the most serious first. */
export function answersFor(input: ChainInput, beside: Beside = {}): readonly ChainAnswers[] {
  const chains = findChains(input)
  const evidence: PlaybookEvidence = {
    chains,
    events: new Map(input.events.map((event) => [locatorKey(event.locator), event])),
    coverage: input.coverage,
    hosts: input.hosts,
    covered: coverHosts(input),
    traces: { traces: beside.traces ?? [], logons: [], left: beside.left ?? {} },
    allowList: beside.allowList ?? [],
  }
  return chains.map((chain) => answerChain(evidence, chain))
}

let next = 1n
/** A record beside the chains, `ms` after the fixed moment of the builders. */
export function trace(kind: Trace['kind'], ms: number, more: Partial<Trace> = {}): Trace {
  const recordId = next++
  return {
    kind,
    eventId: 4648,
    channel: 'Security',
    computer: 'fs01.corp.example',
    time: at(ms),
    locator: { evidenceId: systemLog, recordId, chunk: 1, offset: Number(recordId) * 100 },
    what: `trace ${recordId}`,
    sid: undefined,
    account: undefined,
    logonId: undefined,
    pid: undefined,
    image: undefined,
    server: undefined,
    ip: undefined,
    port: undefined,
    ownIp: undefined,
    subject: undefined,
    subjectSid: undefined,
    ...more,
  }
}

export const answer = (answers: readonly ChainAnswers['questions'][number][], id: string) => {
  const found = answers.find((one) => one.id === id)
  if (!found) throw new Error(`no answer ${id}`)
  return found
}
