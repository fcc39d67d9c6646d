/** The report of a case as one file, from what the case holds; made again from the same case it has the same bytes. */
import packageFile from '../../package.json' with { type: 'json' }
import { chainJson } from '../report/chains-json.ts'
import { composeReport } from '../report/document/compose.ts'
import type { ReportAnswers, ReportFacts } from '../report/document/facts.ts'
import { reportHtml } from '../report/document/html.ts'
import { reportMarkdown } from '../report/document/markdown.ts'
import { plainBlocks } from '../report/document/plain-blocks.ts'
import { markMethod } from './analyst-marks.ts'
import { findCaseChains } from './find-chains.ts'
import { listEvidence, listProblems, readCustody } from './list-evidence.ts'
import type { OpenCase } from './open-case.ts'
import { answersOf, answersOfChain, evidenceAnswers, iocsOfCase } from './playbook-answers.ts'
import { receivedBundles, senderStatements } from './received-bundles.ts'

export interface ReportOptions {
  readonly format: 'html' | 'md'
  /** with ticks, notes, disposition and allow-list; else from the evidence alone */
  readonly includeCase: boolean
  /** case or ticket number */
  readonly caseNumber?: string | undefined
  /** evidence id → exhibit number; counted in the order of the list when not given */
  readonly exhibits?: ReadonlyMap<string, string> | undefined
}

/** Chains told in full, the most serious first: those the evidence escalates. All of them are judged and listed. */
const mostTold = 12

/** The report as text. A received case's bundles are read from its folder. */
export async function makeReport(open: OpenCase, options: ReportOptions): Promise<string> {
  const { title, running, blocks } = composeReport(await reportFacts(open, options))
  return options.format === 'md' ? reportMarkdown(blocks) : reportHtml(title, blocks, running)
}

/** The same report before it is written: title and blocks of plain text, for a window that draws them itself. */
export async function reportBlocks(open: OpenCase, options: ReportOptions) {
  const { title, blocks } = composeReport(await reportFacts(open, options))
  return { title, blocks: plainBlocks(blocks) }
}

/** The journal; where people's statements are left out, their words are too, and the line stays. */
function custodyOf(open: OpenCase, includesCase: boolean): ReportFacts['custody'] {
  const custody = readCustody(open)
  if (includesCase) return custody
  const stated = new Set(
    open.custody.entries().flatMap(({ line }) => (line.method === markMethod ? [line.seq] : [])),
  )
  const note = 'a tick, note, disposition or the like; its words are not part of this report'
  return {
    ...custody,
    lines: custody.lines.map((line) => (stated.has(line.seq) ? { ...line, note } : line)),
  }
}

/** What the report is made from. */
export async function reportFacts(open: OpenCase, options: ReportOptions): Promise<ReportFacts> {
  const chains = findCaseChains(open)
  const judged = chains.map((chain) => ({ chain, outcome: answersOf(open, chain, []).evidence.outcome }))
  const told = judged
    .filter(({ outcome }, index) => index === 0 || outcome === 'escalate')
    .slice(0, mostTold)
    .map(
      ({ chain }) =>
        (options.includeCase ? answersOfChain(open, chain) : evidenceAnswers(open, chain)) as ReportAnswers,
    )
  const listed = listEvidence(open).filter((row) => row.state === 'complete')
  return {
    tool: `Tasktrail ${packageFile.version}`,
    case: { id: open.caseId, title: open.title, number: options.caseNumber ?? '', practice: open.practice },
    includesCase: options.includeCase,
    chains: chains.map(chainJson),
    outcomes: judged.map(({ outcome }) => outcome),
    answers: told,
    iocs: iocsOfCase(open).iocs,
    received: await receivedFacts(open),
    evidence: listed
      .map((row, index) => ({
        exhibit: options.exhibits?.get(row.sha256) ?? `E${String(index + 1).padStart(4, '0')}`,
        id: row.sha256,
        name: row.name,
        host: row.host,
        kind: row.kind,
        size: row.size,
        records: row.records,
        provenance: row.provenance,
        first: row.first,
        last: row.last,
        problems: row.problems,
      }))
      .sort((a, b) => (a.exhibit < b.exhibit ? -1 : 1)),
    problems: listProblems(open),
    custody: custodyOf(open, options.includeCase),
  }
}

/** Bundles the case came in; what their senders stated in one line each. */
async function receivedFacts(open: OpenCase): Promise<ReportFacts['received']> {
  const bundles = await receivedBundles(open.dir)
  const stated = await senderStatements(open.dir)
  const superseded = new Set(bundles.map((one) => one.supersedes))
  return bundles.map((one) => ({
    name: one.name,
    verdict: one.verdict,
    sender: one.sender,
    sealedAt: one.sealedAt,
    signer: one.signer,
    identity: one.identity,
    isSuperseded: superseded.has(one.bundleId),
    statements: (stated.find(({ bundleId }) => bundleId === one.bundleId)?.statements ?? []).map(
      ({ by, at, undone, statement: { kind, ...rest } }) => ({
        by,
        at,
        words: `${kind}${undone ? ' (taken back)' : ''}: ${Object.entries(rest)
          .filter(([, value]) => value !== null && value !== '')
          .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
          .join('; ')}`,
      }),
    ),
  }))
}
