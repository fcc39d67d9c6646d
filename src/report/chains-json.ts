/** Chains as `tasktrail-chains/1` (design of the command line): 64-bit values as strings, times UTC ISO with 7 decimals, null for "none". */
import type { Chain, ChainLink, ChainStep, RejectedSource, TriState } from '../domain/chain.ts'
import { citationOf } from '../domain/locator.ts'
import { type FileTime, formatUtc, millisecondsBetween } from '../domain/time.ts'

const orNull = <T>(value: T | undefined): T | null => value ?? null

const triState = (answer: TriState) => ({
  answer: answer.answer,
  why: answer.why,
  citations: answer.citations.map(citationOf),
})

const stepJson = (step: ChainStep, anchor: FileTime) => ({
  role: step.role,
  eventId: step.eventId,
  recordId: step.locator.recordId.toString(),
  time: formatUtc(step.time),
  deltaMs: millisecondsBetween(anchor, step.time),
  channel: step.channel,
  computer: step.computer,
  evidenceId: step.locator.evidenceId as string,
  chunk: step.locator.chunk,
  offset: step.locator.offset,
  ...(step.locator.recovered ? { recovered: true as const } : {}),
  what: step.what,
  facts: { ...step.facts },
  alsoAt: step.alsoAt.map(citationOf),
})

const linkJson = (link: ChainLink) => ({
  rule: link.rule,
  from: link.from.recordId.toString(),
  to: link.to.recordId.toString(),
  fromAt: citationOf(link.from),
  toAt: citationOf(link.to),
  deltaMs: link.deltaMs,
  strength: link.strength,
  fields: { ...link.fields },
  why: link.why,
})

const rejectedJson = (one: RejectedSource) => ({
  ip: one.ip,
  port: orNull(one.port),
  logonId: orNull(one.logonId) as string | null,
  why: one.why,
  citation: citationOf(one.locator),
  time: formatUtc(one.time),
})

/** One chain in JSON; `deltaMs` of steps counts from the anchor. */
export const chainJson = (chain: Chain) => ({
  id: chain.id as string,
  host: chain.host,
  kind: chain.kind,
  time: formatUtc(chain.time),
  task: {
    path: chain.task.path,
    action: orNull(chain.task.action),
    runAs: orNull(chain.task.runAs),
    author: orNull(chain.task.author),
    hidden: orNull(chain.task.hidden),
    runLevel: orNull(chain.task.runLevel),
    trigger: orNull(chain.task.trigger),
  },
  account: {
    sid: orNull(chain.account.sid) as string | null,
    name: orNull(chain.account.name),
    domain: orNull(chain.account.domain),
  },
  source: {
    ip: orNull(chain.source.ip),
    port: orNull(chain.source.port),
    host: orNull(chain.source.host),
    logonId: orNull(chain.source.logonId) as string | null,
    basis: orNull(chain.source.basis),
    strength: orNull(chain.source.strength),
    candidates: chain.source.candidates.map((one) => ({
      ip: one.ip,
      port: orNull(one.port),
      logonId: orNull(one.logonId) as string | null,
      citation: citationOf(one.locator),
    })),
    rejected: chain.source.rejected.map(rejectedJson),
  },
  taskLogonId: orNull(chain.taskLogonId) as string | null,
  path: chain.path,
  mechanism: chain.mechanism,
  mechanismWhy: chain.mechanismWhy,
  executed: triState(chain.executed),
  deleted: triState(chain.deleted),
  steps: chain.steps.map((step) => stepJson(step, chain.time)),
  links: chain.links.map(linkJson),
  gaps: chain.gaps.map((gap) => ({ expected: gap.expected, state: gap.state, why: gap.why })),
  resembles: chain.resembles.map((one) => ({
    tool: one.tool,
    because: [...one.because],
    differs: [...one.differs],
  })),
})

export type ChainsJson = {
  readonly schema: 'tasktrail-chains/1'
  readonly chains: readonly ReturnType<typeof chainJson>[]
}

/** The document of `chains --json`, chains in the order given (most serious first). */
export const chainsDocument = (chains: readonly Chain[]): ChainsJson => ({
  schema: 'tasktrail-chains/1',
  chains: chains.map(chainJson),
})
