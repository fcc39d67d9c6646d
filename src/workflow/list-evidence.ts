/** What the case holds: items, problems and the custody journal, in the shapes of design/cli.md. */
import { holdsRecords } from '../domain/evidence.ts'
import type { LogSummary } from './ingest/log-summary.ts'
import type { OpenCase } from './open-case.ts'

export interface ListedEvidence {
  readonly id: string
  readonly sha256: string
  readonly size: number
  readonly name: string
  readonly origin: string
  readonly kind: string
  readonly host: string | null
  readonly channel: string | null
  readonly provenance: string | null
  readonly provenanceReasons: string[]
  readonly records: number
  readonly events: number
  readonly problems: number
  readonly first: string | null
  readonly last: string | null
  readonly missingRecords: string
  readonly admittedAt: string
  readonly state: 'complete' | 'incomplete'
}

export function logSummaryOf(entry: {
  readonly kind: string
  readonly summary: string | null
}): LogSummary | undefined {
  return holdsRecords(entry.kind) && entry.summary ? (JSON.parse(entry.summary) as LogSummary) : undefined
}

/** All items, sorted by host, kind, name and hash; items of a stopped import are marked. */
export function listEvidence(open: OpenCase): ListedEvidence[] {
  const counts = open.casefile.problemCounts()
  const rows = open.casefile.evidence().map((entry): ListedEvidence => {
    const log = logSummaryOf(entry)
    const channels = Object.entries(log?.channels ?? {}).sort((a, b) => b[1] - a[1])
    return {
      id: entry.sha256 ?? `incomplete-${entry.item}`,
      sha256: entry.sha256 ?? '',
      size: entry.size ?? 0,
      name: entry.name,
      origin: entry.origin,
      kind: entry.kind,
      host: entry.host,
      channel: channels[0]?.[0] ?? null,
      provenance: log?.provenance ?? null,
      provenanceReasons: [...(log?.provenanceReasons ?? [])],
      records: entry.records,
      events: entry.events,
      problems: counts.get(entry.item) ?? 0,
      first: log?.times.first ?? null,
      last: log?.times.last ?? null,
      missingRecords: log?.recordIds.missing ?? '0',
      admittedAt: entry.admittedAt ?? '',
      state: entry.state === 'complete' ? 'complete' : 'incomplete',
    }
  })
  const key = (row: ListedEvidence) => [row.host ?? '\uffff', row.kind, row.name, row.id].join('\u0000')
  return rows.sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

export function listProblems(open: OpenCase) {
  return open.casefile.problems().map((problem) => ({
    code: problem.code,
    severity: problem.severity,
    evidenceId: problem.evidenceId ?? null,
    where: problem.where,
    what: problem.what,
  }))
}

/** The custody journal with the result of checking its hash chain. */
export function readCustody(open: OpenCase) {
  const state = open.custody.check()
  return {
    intact: state.intact,
    note: state.intact
      ? 'Each line holds the hash of the one before; all of them match.'
      : `Broken at line ${state.brokenAt}: ${state.why}`,
    lines: open.custody.entries().map(({ line, hash }) => ({
      seq: line.seq,
      at: line.at,
      actor: `${line.actor.name} (${line.actor.account} on ${line.actor.workstation})`,
      action: line.action,
      items: [...line.items],
      note: line.note ?? '',
      hash,
    })),
  }
}
