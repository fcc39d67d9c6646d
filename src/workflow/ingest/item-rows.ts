/** What an item of evidence becomes in database and journal, the same whether it was taken alone or in a batch. */
import { diskRefusal } from '../../base/disk-trouble.ts'
import { Cancelled, Refusal } from '../../base/refusal.ts'
import { duplicateCode } from '../../casefile/dump.ts'
import type { EvidenceId } from '../../domain/ids.ts'
import type { Problem } from '../../domain/problem.ts'
import type { CustodyStatement } from '../../evidence/custody-journal.ts'
import type { EvtxProblem } from '../../evtx/problem.ts'
import type { FoundFile } from '../../sources/find-evidence.ts'
import { troubleOf } from '../../sources/plain-file.ts'
import type { OpenCase } from '../open-case.ts'
import type { LogSummary } from './log-summary.ts'
import type { CopyReply, ParsedLog } from './messages.ts'

export interface TakenItem {
  /** undefined when the file could not be taken */
  readonly sha256: string | undefined
  readonly problems: readonly Problem[]
}

export interface Stored {
  readonly id: EvidenceId
  readonly size: number
  readonly already: boolean
}

/** Writes what is known of an item when all of it is stored: from here on it is complete. */
export function completeItem(
  { casefile, now }: OpenCase,
  item: number,
  stored: Stored,
  host: string | null,
  problems: readonly Problem[],
  summary: LogSummary | unknown,
): void {
  for (const problem of problems) casefile.insertProblem(item, problem)
  const log = summary as Partial<LogSummary> | undefined
  casefile.completeItem(item, {
    sha256: stored.id,
    size: stored.size,
    host,
    admittedAt: now().toISOString(),
    records: log?.records ?? 0,
    events: log?.selected ?? 0,
    summary: summary === undefined ? null : JSON.stringify(summary),
  })
}

/** What is said of a log: one that is known to have been exported by a query is filtered, whatever its numbers look like. */
export function summaryOf(file: FoundFile, summary: LogSummary | undefined): LogSummary | undefined {
  if (file.query === undefined || summary === undefined) return summary
  return {
    ...summary,
    provenance: 'filtered-export',
    provenanceReasons: [
      'It was exported by a query of the acquisition: what the query left out is not in it.',
      ...summary.provenanceReasons,
    ],
  }
}

export const importedStatement = (file: FoundFile, stored: Stored): CustodyStatement => ({
  action: 'imported',
  items: [stored.id],
  sha256: { before: null, after: stored.id },
  location: { from: file.origin, to: 'evidence store of this case' },
  method: 'copied and hashed in one pass',
  note: `${file.name}, ${stored.size} bytes, ${file.kind}`,
})

export const duplicateProblem = (file: FoundFile, id: EvidenceId): Problem => ({
  code: duplicateCode,
  severity: 'info',
  evidenceId: id,
  where: file.origin,
  what: 'The same bytes are in the case already; they are stored and counted once.',
})
export const duplicateStatement = (file: FoundFile, id: EvidenceId): CustodyStatement => ({
  action: 'note',
  items: [id],
  note: `${file.origin} holds the same bytes as an item of the case and was not stored again`,
})

/** What a log as a whole has to tell, behind the problems of its segments. */
export function problemsOfLog(parsed: ParsedLog, origin: string): Problem[] {
  const problems = parsed.problems.map((problem) => logProblem(problem, origin))
  for (const [code, count] of Object.entries(parsed.moreProblems))
    problems.push({
      code,
      severity: 'error',
      where: origin,
      what: `${count} more problems of this kind were counted and not listed one by one.`,
      facts: { count },
    })
  return problems
}

export function logProblem(problem: EvtxProblem, origin: string): Problem {
  return {
    code: problem.code,
    severity: problem.severity,
    where: problem.chunk < 0 ? origin : `${origin}, chunk ${problem.chunk}, offset ${problem.offset}`,
    what: problem.what,
    facts: { chunk: problem.chunk, offset: problem.offset, lost: problem.lost },
  }
}

export const changedWhileRead = (file: FoundFile): Problem => ({
  code: 'source.file.changed',
  severity: 'warning',
  where: file.origin,
  what: 'The file changed after it was found or while it was read; what was read is stored and hashed. Import it again when nothing writes to it.',
})

/** What a failed copy means: Cancelled, a Refusal when our own disk failed, else SourceTrouble. */
export function copyTrouble(
  reply: Omit<Extract<CopyReply, { ok: false }>, 'ok'>,
  file: FoundFile,
  target: string,
): Error {
  if (reply.code === 'CANCELLED') return new Cancelled()
  const cause = Object.assign(new Error(reply.message), { code: reply.code })
  if (reply.writing) {
    const refusal = diskRefusal(cause, 'writing evidence', target)
    return refusal instanceof Error ? refusal : cause
  }
  return troubleOf(cause, file.origin)
}

export const logUnreadable = (file: FoundFile, why: string) =>
  new Refusal(
    'import.copy.unreadable',
    `reading ${file.origin} failed: ${why}`,
    'Check the disk of the case, then import again. If it fails at the same file once more, import the other files without it.',
  )

/** The host a log names itself by: the computer of most records, the first by name among equals. */
export function mostFrequent(counts: Readonly<Record<string, number>> | undefined): string | undefined {
  let best: string | undefined
  for (const [name, count] of Object.entries(counts ?? {}))
    if (name !== '' && (best === undefined || count > (counts?.[best] ?? 0))) best = name
  return best
}
