/** The report of a case as one file, from what the case holds; made again from the same case it has the same bytes. */
import packageFile from '../../package.json' with { type: 'json' }
import { iocsJson } from '../report/answers-json.ts'
import { chainJson } from '../report/chains-json.ts'
import { composeReport } from '../report/document/compose.ts'
import type { ReportAnswers, ReportFacts } from '../report/document/facts.ts'
import { reportHtml } from '../report/document/html.ts'
import { reportMarkdown } from '../report/document/markdown.ts'
import { markMethod } from './analyst-marks.ts'
import { findCaseChains } from './find-chains.ts'
import { listEvidence, listProblems, readCustody } from './list-evidence.ts'
import type { OpenCase } from './open-case.ts'
import { answersOf, answersOfChain, evidenceAnswers } from './playbook-answers.ts'

export interface ReportOptions {
  readonly format: 'html' | 'md'
  /** with ticks, notes, disposition and allow-list; else from the evidence alone */
  readonly includeCase: boolean
  /** case or ticket number */
  readonly caseNumber?: string | undefined
  /** evidence id → exhibit number; counted in the order of the list when not given */
  readonly exhibits?: ReadonlyMap<string, string> | undefined
}

/** Chains looked at for the report, and those of them told in full: all that the evidence does not close. */
const [mostLookedAt, mostTold] = [40, 8]

export function makeReport(open: OpenCase, options: ReportOptions): string {
  const { title, blocks } = composeReport(reportFacts(open, options))
  return options.format === 'html' ? reportHtml(title, blocks) : reportMarkdown(blocks)
}

/** The same report before it is written: title and blocks of plain text, for a window that draws them itself. */
export const reportBlocks = (open: OpenCase, options: ReportOptions) =>
  composeReport(reportFacts(open, options))

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
export function reportFacts(open: OpenCase, options: ReportOptions): ReportFacts {
  const chains = findCaseChains(open)
  const looked = chains.slice(0, mostLookedAt).map((chain) => ({
    chain,
    answers: (options.includeCase
      ? answersOfChain(open, chain)
      : evidenceAnswers(open, chain)) as ReportAnswers,
  }))
  const told = looked
    .filter(({ answers }, index) => index === 0 || answers.evidence.outcome !== 'close')
    .slice(0, mostTold)
  const listed = listEvidence(open).filter((row) => row.state === 'complete')
  return {
    tool: `Tasktrail ${packageFile.version}`,
    case: { id: open.caseId, title: open.title, number: options.caseNumber ?? '', practice: open.practice },
    includesCase: options.includeCase,
    chains: chains.map(chainJson),
    answers: told.map(({ answers }) => answers),
    iocs: iocsJson(
      told.map(({ chain }) => ({ chain: chain.id as string, iocs: answersOf(open, chain, []).iocs })),
    ).iocs,
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
