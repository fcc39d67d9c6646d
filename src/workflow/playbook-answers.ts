/** The playbook answered for the chains of a case, with the state people gave it. */
import { Refusal } from '../base/refusal.ts'
import type { ChainAnswers, Ioc } from '../domain/answers.ts'
import type { Chain } from '../domain/chain.ts'
import type { WindowsEvent } from '../domain/event.ts'
import { citationOf, locatorKey } from '../domain/locator.ts'
import { typedEvent } from '../events/typed-event.ts'
import { answerChain } from '../playbook/answer-chain.ts'
import { bounded } from '../playbook/bounds.ts'
import { type ChecklistRow, fillChecklist } from '../playbook/checklist.ts'
import type { PlaybookEvidence } from '../playbook/scene.ts'
import { allowEntryJson, answersJson, citedJson, iocsJson } from '../report/answers-json.ts'
import { allowListOf } from './analyst-marks.ts'
import { type AnalystState, analystState } from './analyst-state.ts'
import { TraceCache, traceCase } from './case-traces.ts'
import { coverageOf, findCaseChains, hostFactsOf, hostsCovered } from './find-chains.ts'
import { tasksOfChains } from './list-tasks.ts'
import type { OpenCase } from './open-case.ts'
import { indexOfCase } from './records/index-of-case.ts'

interface Known {
  readonly revision: number
  /** the same for every chain */
  readonly evidence: Omit<PlaybookEvidence, 'events' | 'allowList'>
  /** answers of the most serious chains by id and allow-list: report, bundle and window ask for them again and again */
  readonly answers: Map<string, ChainAnswers>
  /** indicators of every chain answered so far, by id */
  readonly iocsOf: Map<string, readonly Ioc[]>
  iocs: ReturnType<typeof iocsJson> | undefined
}
const caches = new WeakMap<object, Known>()
const traceCaches = new WeakMap<object, TraceCache>()
/** Answers that are kept; of a chain further down they are made again. */
const mostKept = 64
/** Chains whose indicators are kept. */
const mostIocs = 5000

function knownOf(open: OpenCase): Known {
  const before = caches.get(open.casefile)
  if (before && before.revision === open.casefile.revision) return before
  const traceCache = traceCaches.get(open.casefile) ?? new TraceCache()
  traceCaches.set(open.casefile, traceCache)
  const chains = findCaseChains(open)
  const made = {
    revision: open.casefile.revision,
    evidence: {
      chains,
      coverage: coverageOf(open),
      hosts: hostFactsOf(open),
      covered: hostsCovered(open),
      traces: traceCase(indexOfCase(open), chains, traceCache),
      tasks: tasksOfChains(open),
    },
    answers: new Map<string, ChainAnswers>(),
    iocsOf: new Map<string, readonly Ioc[]>(),
    iocs: undefined,
  }
  caches.set(open.casefile, made)
  return made
}

/** The chain asked for by its id or the beginning of it; the most serious when none is named. Refuses when there is none. */
export function chainOfCase(open: OpenCase, wanted: string | undefined): Chain {
  const chains = findCaseChains(open)
  const [first] = chains
  if (!first)
    throw new Refusal(
      'answer.chain.none',
      'This case has no chain: no task was created, changed, deleted or run in its evidence, as far as its records tell.',
      'Import the Security and TaskScheduler logs of the host, or look at the timeline.',
    )
  if (wanted === undefined) return first
  const fitting = chains.filter((chain) => chain.id.startsWith(wanted.toLowerCase()))
  if (fitting.length === 1) return fitting[0] as Chain
  throw new Refusal(
    fitting.length === 0 ? 'answer.chain.missing' : 'answer.chain.ambiguous',
    fitting.length === 0
      ? `No chain of this case has the id ${wanted.slice(0, 64)}.`
      : `${fitting.length} chains begin with ${wanted.slice(0, 64)}.`,
    'List the chains with `tasktrail chains`, and give more of the id.',
  )
}

/** The answers for one chain. */
export function answersOf(open: OpenCase, chain: Chain, allowList = allowListOf(open)): ChainAnswers {
  const { evidence, answers, iocsOf } = knownOf(open)
  const key = `${chain.id} ${JSON.stringify(allowList.map(allowEntryJson))}`
  const before = answers.get(key)
  if (before) return before
  const index = indexOfCase(open)
  const events = new Map<string, WindowsEvent>()
  for (const step of chain.steps) {
    const row = index.find(citationOf(step.locator))
    if (row === undefined) continue
    const at = index.at(row)
    const event = typedEvent(at.segment.record(at.row))
    if (event) events.set(locatorKey(step.locator), event)
  }
  const made = answerChain({ ...evidence, events, allowList }, chain)
  if (iocsOf.size < mostIocs) iocsOf.set(chain.id, made.iocs)
  const isKept = evidence.chains.indexOf(chain) < mostKept
  if (isKept && answers.size < mostKept * 4) answers.set(key, made)
  return made
}

export interface AnswersDocument extends ReturnType<typeof answersJson> {
  readonly checklist: readonly ReturnType<typeof rowJson>[]
  readonly analyst: Omit<AnalystState, 'rows'>
}
/** What people stated is left out, which is not the same as that there is nothing. */
export type EvidenceAnswers = Omit<AnswersDocument, 'analyst'> & { readonly analyst: null }

const rowJson = (row: ChecklistRow, rows: AnalystState['rows']) => {
  const { automatic } = row
  return {
    id: row.id,
    phase: row.phase,
    heading: row.heading,
    answer: automatic ? automatic.answer : null,
    value: automatic?.value ?? null,
    why: automatic?.why ?? null,
    ...(automatic ? citedJson(bounded(automatic)) : { citations: [] }),
    missing: automatic?.missing.map((one) => ({ ...one })) ?? [],
    todo: row.todo,
    ...(rows.get(row.id) ?? { ticked: null, notes: [] }),
  }
}

/** The document of `tasktrail answer --json`: answers, the checklist with its ticks, and what people decided. */
export function answersDocument(open: OpenCase, wanted?: string): AnswersDocument {
  return answersOfChain(open, chainOfCase(open, wanted))
}

/** The same from the evidence alone: without ticks, notes, disposition, clocks and allow-list. */
export function evidenceAnswers(open: OpenCase, chain: Chain): EvidenceAnswers {
  const answers = answersOf(open, chain, [])
  const rows = fillChecklist(chain, answers, undefined)
  return {
    ...answersJson(answers),
    checklist: rows.map((row) => rowJson(row, new Map())),
    analyst: null,
  }
}

/** Answers, checklist and what people decided of one chain. */
export function answersOfChain(open: OpenCase, chain: Chain): AnswersDocument {
  const answers = answersOf(open, chain)
  const state = analystState(open, chain.id)
  const detected = state.clocks.find((clock) => clock.id === 'triage')?.startedAt ?? undefined
  const { rows: _, ...analyst } = state
  return {
    ...answersJson(answers),
    checklist: fillChecklist(chain, answers, detected).map((row) => rowJson(row, state.rows)),
    analyst,
  }
}

/** How the chains of these ids stand, in the order asked for; ids that name no chain are left out. */
export function standingsDocument(open: OpenCase, ids: readonly string[]) {
  const chains = new Map(findCaseChains(open).map((chain) => [chain.id as string, chain]))
  const standings = ids.flatMap((id) => {
    const chain = chains.get(id)
    if (!chain) return []
    const { conflicts, rule, evidence } = answersOf(open, chain)
    const { disposition, rows } = analystState(open, id)
    const signs = evidence.reasons.filter((reason) => reason.weighs === 'malicious')
    return {
      chain: id,
      conflicts: conflicts.length,
      rule: rule.outcome,
      outcome: evidence.outcome,
      evidence: evidence.disposition,
      signs: signs.length,
      strongSigns: signs.filter((reason) => reason.isStrong).length,
      disposition: disposition?.disposition ?? null,
      ticked: [...rows.values()].filter((row) => row.ticked !== null).length,
    }
  })
  return { standings }
}

/** "IOC to Track" of one chain, or of all chains of the case, each value once. */
export function iocsDocument(open: OpenCase, wanted?: string) {
  if (wanted === undefined) return iocsOfCase(open)
  const chain = chainOfCase(open, wanted)
  return iocsJson([{ chain: chain.id as string, iocs: answersOf(open, chain).iocs }])
}

/** "IOC to Track" of every chain of the case; the allow-list changes none. Made once until evidence is added. */
export function iocsOfCase(open: OpenCase): ReturnType<typeof iocsJson> {
  const known = knownOf(open)
  known.iocs ??= iocsJson(iocsOfChains(open))
  return known.iocs
}

function* iocsOfChains(open: OpenCase) {
  const { evidence, iocsOf } = knownOf(open)
  for (const chain of evidence.chains)
    yield { chain: chain.id as string, iocs: iocsOf.get(chain.id) ?? answersOf(open, chain, []).iocs }
}

/** The allow-list of the case as JSON, in order of its entries. */
export const allowDocument = (open: OpenCase) => ({ entries: allowListOf(open).map(allowEntryJson) })
