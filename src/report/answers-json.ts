/** Answers as the JSON of `tasktrail answer --json` (design/cli.md): times as UTC texts, places as citations. */
import type { AllowEntry } from '../domain/allow-list.ts'
import type { Answer, ChainAnswers, Cited, Ioc } from '../domain/answers.ts'
import { citationOf, type Locator } from '../domain/locator.ts'
import { type FileTime, formatUtc } from '../domain/time.ts'
import type { LogonGroup, Trace } from '../domain/trace.ts'

const orNull = <T>(value: T | undefined): T | null => value ?? null
const utcOrNull = (time: FileTime | undefined): string | null => (time === undefined ? null : formatUtc(time))
const citationsOf = (locators: readonly Locator[]) => locators.map(citationOf)
/** Citations, how many more there are, and places in evidence that is no log; the last two only where there are any. */
export const citedJson = ({ citations, moreCitations, places }: Cited) => ({
  citations: citationsOf(citations),
  ...(moreCitations ? { moreCitations } : {}),
  ...(places?.length ? { places: places.map((one) => ({ ...one })) } : {}),
})

const answerJson = (answer: Answer) => ({
  id: answer.id,
  asks: answer.asks,
  answer: answer.answer,
  value: orNull(answer.value),
  why: answer.why,
  ...citedJson(answer),
  missing: answer.missing.map(({ telemetry, state, why, wouldTell }) => ({
    telemetry,
    state,
    why,
    wouldTell,
  })),
  correction: orNull(answer.correction),
})

const traceJson = (trace: Trace, tie?: string | undefined) => ({
  kind: trace.kind,
  eventId: trace.eventId,
  time: formatUtc(trace.time),
  host: trace.computer,
  channel: trace.channel,
  what: trace.what,
  account: orNull(trace.account),
  sid: orNull(trace.sid) as string | null,
  logonId: orNull(trace.logonId) as string | null,
  subject: orNull(trace.subject),
  server: orNull(trace.server),
  ip: orNull(trace.ip),
  port: orNull(trace.port),
  image: orNull(trace.image),
  pid: orNull(trace.pid),
  /** how the record belongs to the chain; null: only host and time join them */
  tie: orNull(tie),
  citation: citationOf(trace.locator),
})

const groupJson = (group: LogonGroup) => ({
  host: group.computer,
  ip: orNull(group.ip),
  sid: orNull(group.sid) as string | null,
  account: orNull(group.account),
  logons: group.count,
  firstSeen: formatUtc(group.firstTime),
  lastSeen: formatUtc(group.lastTime),
  first: citationOf(group.first),
  last: citationOf(group.last),
})

type Tied = ChainAnswers['context']['outbound']
const tiedJson = (list: Tied) => list.map(({ trace, tie }) => traceJson(trace, tie))

export const iocJson = (ioc: Ioc) => ({
  type: ioc.type,
  value: ioc.value,
  context: ioc.context,
  firstSeen: utcOrNull(ioc.first),
  lastSeen: utcOrNull(ioc.last),
  ...citedJson(ioc),
})

export const allowEntryJson = (entry: AllowEntry) => ({
  id: entry.id,
  account: orNull(entry.account),
  addresses: orNull(entry.addresses),
  actionHash: orNull(entry.actionHash),
  expires: utcOrNull(entry.expires),
  author: entry.author,
  reason: entry.reason,
})

/** One chain's answers; conflicts stand first, as they are shown first. */
export const answersJson = (answers: ChainAnswers) => ({
  schema: 'tasktrail-answers/1' as const,
  chain: answers.chain as string,
  host: answers.host,
  time: formatUtc(answers.time),
  kind: answers.kind,
  path: answers.path,
  task: answers.task,
  conflicts: answers.conflicts.map((one) => ({
    id: one.id,
    rule: one.rule,
    evidence: one.evidence,
    why: one.why,
    ...citedJson(one),
  })),
  validation: answers.validation.map(answerJson),
  questions: answers.questions.map(answerJson),
  rule: {
    outcome: answers.rule.outcome,
    why: answers.rule.why,
    conditions: answers.rule.conditions.map(answerJson),
  },
  evidence: {
    mechanism: answers.evidence.mechanism,
    mechanismWhy: answers.evidence.mechanismWhy,
    disposition: answers.evidence.disposition,
    outcome: answers.evidence.outcome,
    why: answers.evidence.why,
    reasons: answers.evidence.reasons.map((one) => ({
      id: one.id,
      what: one.what,
      weighs: one.weighs,
      strong: one.isStrong,
      ...citedJson(one),
    })),
  },
  escalation: answers.escalation.map(answerJson),
  coverage: answers.coverage.map((one) => ({
    host: one.host,
    channel: one.channel,
    state: one.state,
    why: one.why,
    from: utcOrNull(one.from),
    to: utcOrNull(one.to),
    records: one.records,
    provenance: orNull(one.provenance),
    audit: one.audit ? { ...one.audit } : null,
  })),
  notCollected: answers.notCollected.map((one) => ({ ...one })),
  allowed: answers.allowed.map(({ entry, state, because, differs }) => ({
    entry: allowEntryJson(entry),
    state,
    because: [...because],
    differs: [...differs],
  })),
  context: {
    earlierTaskWork: answers.context.earlierTaskWork.map((trace) => traceJson(trace)),
    systemsAccessed: answers.context.systemsAccessed.map(groupJson),
    outbound: tiedJson(answers.context.outbound),
    transfers: tiedJson(answers.context.transfers),
    accountChanges: tiedJson(answers.context.accountChanges),
    services: tiedJson(answers.context.services),
    left: [...answers.context.left],
  },
  iocs: answers.iocs.map(iocJson),
})

export type AnswersJson = ReturnType<typeof answersJson>
export type AnswerJson = ReturnType<typeof answerJson>
export type AllowEntryJson = ReturnType<typeof allowEntryJson>

/** Records named for one value; the others are counted. */
const mostCitations = 100

/** The same values of several chains are one row: seen from first to last, in all their records. */
export function iocsJson(chains: Iterable<{ readonly chain: string; readonly iocs: readonly Ioc[] }>) {
  const rows = new Map<string, ReturnType<typeof iocJson> & { chains: string[] }>()
  for (const { chain, iocs } of chains)
    for (const ioc of iocs) {
      const one = iocJson(ioc)
      const key = `${one.type}\n${one.value.toLowerCase()}`
      const row = rows.get(key)
      if (!row) {
        rows.set(key, { ...one, chains: [chain] })
        continue
      }
      row.chains.push(chain)
      if (one.firstSeen !== null && (row.firstSeen === null || one.firstSeen < row.firstSeen))
        row.firstSeen = one.firstSeen
      if (one.lastSeen !== null && (row.lastSeen === null || one.lastSeen > row.lastSeen))
        row.lastSeen = one.lastSeen
      const known = new Set(
        row.citations.map((place) => `${place.evidenceId}/${place.chunk}/${place.offset}`),
      )
      row.citations.push(
        ...one.citations.filter((place) => !known.has(`${place.evidenceId}/${place.chunk}/${place.offset}`)),
      )
      const beyond = row.citations.splice(mostCitations).length
      const more = beyond + (row.moreCitations ?? 0) + (one.moreCitations ?? 0)
      if (more > 0) row.moreCitations = more
    }
  return { schema: 'tasktrail-iocs/1' as const, iocs: [...rows.values()] }
}
