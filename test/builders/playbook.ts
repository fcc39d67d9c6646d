/** The playbook over built events: chains found, answers given, as the workflow would. */
import { coverHosts } from '../../src/chains/cover-hosts.ts'
import { findChains } from '../../src/chains/find-chains.ts'
import type { AllowEntry } from '../../src/domain/allow-list.ts'
import type { ChainAnswers } from '../../src/domain/answers.ts'
import type { Chain, ChainInput } from '../../src/domain/chain.ts'
import { locatorKey } from '../../src/domain/locator.ts'
import type { TaskEntry } from '../../src/domain/task-entry.ts'
import { formatUtc } from '../../src/domain/time.ts'
import type { Trace } from '../../src/domain/trace.ts'
import { answerChain } from '../../src/playbook/answer-chain.ts'
import type { PlaybookEvidence } from '../../src/playbook/scene.ts'
import { at, systemLog } from './events.ts'

export interface Beside {
  readonly traces?: readonly Trace[]
  readonly allowList?: readonly AllowEntry[]
  readonly left?: PlaybookEvidence['traces']['left']
  /** what the other views show of a chain's task */
  readonly taskOf?: (chain: Chain) => TaskEntry
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
    ...(beside.taskOf
      ? {
          tasks: new Map(
            chains.map((chain) => [chain.id as string, (beside.taskOf as (of: Chain) => TaskEntry)(chain)]),
          ),
        }
      : {}),
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

/** The task of a chain with one lifetime, known to its records alone; `more` adds what other views show. */
export const taskEntry = (chain: Chain, more: Partial<TaskEntry> = {}): TaskEntry => ({
  id: 'task',
  host: chain.host,
  path: chain.task.path,
  views: [],
  findings: [],
  lifetimes: [
    {
      number: 1,
      began: 'created',
      from: formatUtc(chain.time),
      to: null,
      ended: null,
      creator: null,
      records: 1,
      birth: null,
      death: null,
      chains: [chain.id],
      id: null,
      changes: 0,
      runs: 0,
      why: '',
      citations: [],
    },
  ],
  history: [],
  definitions: [],
  differences: [],
  fieldDifferences: [],
  hashCheck: { result: 'not-checkable', why: '', citations: [] },
  registry: null,
  service: null,
  actions: [],
  signals: [],
  chains: [chain.id],
  trouble: [],
  ...more,
})
