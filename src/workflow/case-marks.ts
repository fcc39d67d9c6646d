/** Which rows of the timeline belong to a chain, anchor one, or were rejected as a source. */
import type { Locator } from '../domain/locator.ts'
import { citationOf } from '../domain/locator.ts'
import type { FileTime } from '../domain/time.ts'
import { findCaseChains } from './find-chains.ts'
import type { OpenCase } from './open-case.ts'
import { indexOfCase } from './records/index-of-case.ts'
import { acquisitionsOf, responderRows } from './responder-rows.ts'

export interface CaseMarks {
  readonly chain: ReadonlySet<number>
  readonly anchors: ReadonlySet<number>
  readonly rejected: ReadonlySet<number>
  /** caused by an acquisition of this case */
  readonly responder: ReadonlySet<number>
  /** time of the most serious chain's anchor */
  readonly anchorTime: FileTime | undefined
  readonly evidenceNames: ReadonlyMap<string, string>
}

const known = new WeakMap<object, { revision: number; marks: CaseMarks }>()

export function caseMarks(open: OpenCase): CaseMarks {
  const before = known.get(open.casefile)
  if (before && before.revision === open.casefile.revision) return before.marks
  const index = indexOfCase(open)
  const chain = new Set<number>()
  const anchors = new Set<number>()
  const rejected = new Set<number>()
  const mark = (into: Set<number>, at: Locator) => {
    const row = index.find(citationOf(at))
    if (row !== undefined) into.add(row)
  }
  const chains = findCaseChains(open)
  for (const one of chains) {
    mark(anchors, one.anchor)
    for (const step of one.steps) for (const at of [step.locator, ...step.alsoAt]) mark(chain, at)
    for (const source of one.source.rejected) mark(rejected, source.locator)
  }
  const evidenceNames = new Map<string, string>()
  for (const entry of open.casefile.evidence()) if (entry.sha256) evidenceNames.set(entry.sha256, entry.name)
  const responder = responderRows(index, acquisitionsOf(open))
  const marks = { chain, anchors, rejected, responder, anchorTime: chains[0]?.time, evidenceNames }
  known.set(open.casefile, { revision: open.casefile.revision, marks })
  return marks
}
