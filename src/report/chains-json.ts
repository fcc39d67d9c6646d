/** Chains as `tasktrail-chains/1` (design of the command line): 64-bit values as strings, times UTC ISO with 7 decimals, null for "none". */
import type {
  Chain,
  ChainLink,
  ChainStep,
  CrossHostLink,
  ProcessNode,
  RejectedSource,
  TriState,
} from '../domain/chain.ts'
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

const nodeJson = (node: ProcessNode) => ({
  pid: node.pid,
  image: orNull(node.image),
  commandLine: orNull(node.commandLine),
  account: orNull(node.account),
  started: formatUtc(node.started),
  ended: node.ended === undefined ? null : formatUtc(node.ended),
  depth: node.depth,
  parent:
    node.parent.kind === 'node'
      ? { kind: node.parent.kind, index: node.parent.index }
      : { kind: node.parent.kind, pid: orNull(node.parent.pid), image: orNull(node.parent.image) },
  standing: node.standing,
  rule: node.rule,
  strength: node.strength,
  why: node.why,
  citation: citationOf(node.locator),
})

/** A link between two hosts: stands beside the steps and links of a chain, never among them. */
export const crossHostJson = (link: CrossHostLink) => ({
  rule: link.rule,
  fromHost: link.fromHost,
  toHost: link.toHost,
  from: citationOf(link.from),
  others: link.others.map(citationOf),
  to: citationOf(link.to),
  fromChain: orNull(link.fromChain) as string | null,
  toChain: link.toChain as string,
  deltaMs: link.deltaMs,
  skewMs: orNull(link.skewMs),
  uncertaintyMs: orNull(link.uncertaintyMs),
  strength: link.strength,
  fields: { ...link.fields },
  why: link.why,
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
    actionHash: orNull(chain.task.actionHash),
  },
  account: {
    sid: orNull(chain.account.sid) as string | null,
    name: orNull(chain.account.name),
    domain: orNull(chain.account.domain),
    basis: orNull(chain.accountBasis),
  },
  source: {
    ip: orNull(chain.source.ip),
    port: orNull(chain.source.port),
    host: orNull(chain.source.host),
    hostBasis: orNull(chain.source.hostBasis),
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
  mechanismCitations: chain.mechanismBasis.map(citationOf),
  executed: triState(chain.executed),
  deleted: triState(chain.deleted),
  runs: chain.runs.map((run) => ({
    kind: run.kind,
    grade: run.grade,
    proves: run.proves,
    leaves: orNull(run.leaves),
    time: formatUtc(run.time),
    citations: run.citations.map(citationOf),
  })),
  tree: { nodes: chain.tree.nodes.map(nodeJson), cut: chain.tree.cut },
  files: chain.files.map((file) => ({
    what: file.what,
    file: file.file,
    time: formatUtc(file.time),
    ip: orNull(file.ip),
    logonId: orNull(file.logonId) as string | null,
    beforeTask: file.beforeTask,
    citation: citationOf(file.locator),
  })),
  cameFrom: chain.cameFrom.map(crossHostJson),
  wentTo: chain.wentTo.map(crossHostJson),
  steps: chain.steps.map((step) => stepJson(step, chain.time)),
  links: chain.links.map(linkJson),
  gaps: chain.gaps.map((gap) => ({
    expected: gap.expected,
    state: gap.state,
    why: gap.why,
    citations: gap.citations.map(citationOf),
  })),
  resembles: chain.resembles.map((one) => ({
    tool: one.tool,
    because: [...one.because],
    differs: [...one.differs],
  })),
  lookAlikes: chain.lookAlikes.map((one) => ({
    what: one.what,
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
