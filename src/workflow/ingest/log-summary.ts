/** What one log can tell, judged from its header, its counts and its gaps: provenance class with reasons (windows.md §2.1). */
import type { ProvenanceClass } from '../../domain/evidence.ts'
import { fileTime, formatUtc } from '../../domain/time.ts'
import type { FileHeader } from '../../evtx/file-header.ts'
import type { StaleCounts, TallyResult } from './log-tally.ts'
import { provenanceOf } from './provenance.ts'

/** JSON-ready; stored with the evidence item. Record ids and counts of them are decimal strings. */
export interface LogSummary {
  readonly version: string
  readonly dirty: boolean
  readonly provenance: ProvenanceClass
  readonly provenanceReasons: readonly string[]
  readonly chunks: {
    readonly total: number
    readonly used: number
    readonly empty: number
    readonly bad: number
  }
  readonly records: number
  readonly selected: number
  /** whole records that are not live; missing in cases imported before they were counted */
  readonly recoverable?: number
  /** framed records that are not live and cannot be offered; missing as above */
  readonly unrecoverable?: number
  /** the same by reason, those with none left out; missing in cases imported before they were told apart */
  readonly unrecoverableBy?: Partial<StaleCounts>
  readonly recordIds: {
    readonly first: string | null
    readonly last: string | null
    /** 0 where the numbers are not those of one log */
    readonly missing: string
    /** false: numbers of different logs are mixed, so that nothing shows whether one is missing */
    readonly judged?: boolean
    readonly gaps: readonly { readonly from: string; readonly to: string; readonly missing: string }[]
  }
  readonly times: {
    readonly first: string | null
    readonly last: string | null
    readonly backwards: readonly { readonly recordId: string; readonly from: string; readonly to: string }[]
    readonly backwardsCount: number
  }
  readonly channels: Readonly<Record<string, number>>
  readonly computers: Readonly<Record<string, number>>
  readonly eventIds: Readonly<Record<string, number>>
}

const maxGaps = 200

export function summariseLog(header: FileHeader, tally: TallyResult, selected: number): LogSummary {
  const { runs } = tally
  let missing = 0n
  const gaps: { from: string; to: string; missing: string }[] = []
  for (let i = 1; i < runs.length; i++) {
    const before = runs[i - 1]?.to ?? 0n
    const after = runs[i]?.from ?? 0n
    const lost = after - before - 1n
    missing += lost
    if (gaps.length < maxGaps)
      gaps.push({ from: (before + 1n).toString(), to: (after - 1n).toString(), missing: lost.toString() })
  }
  const { provenance, reasons, judged, missingAtEnd } = provenanceOf(header, tally, missing)
  const last = runs[runs.length - 1]?.to
  if (missingAtEnd > 0n && last !== undefined) {
    missing += missingAtEnd
    gaps.push({
      from: (last + 1n).toString(),
      to: (last + missingAtEnd).toString(),
      missing: missingAtEnd.toString(),
    })
  }
  const utc = (ticks: bigint | undefined) => (ticks === undefined ? null : formatUtc(fileTime(ticks)))
  return {
    version: `${header.major}.${header.minor}`,
    dirty: (header.flags & 1) !== 0,
    provenance,
    provenanceReasons: reasons,
    chunks: tally.chunks,
    records: tally.records,
    selected,
    recoverable: tally.recoverable,
    unrecoverable: Object.values(tally.unrecoverable).reduce((sum, count) => sum + count, 0),
    unrecoverableBy: Object.fromEntries(Object.entries(tally.unrecoverable).filter(([, count]) => count > 0)),
    recordIds: {
      first: runs[0]?.from.toString() ?? null,
      last: last?.toString() ?? null,
      missing: judged ? missing.toString() : '0',
      judged,
      gaps: judged ? gaps : [],
    },
    times: {
      first: utc(tally.firstTime),
      last: utc(tally.lastTime),
      backwards: (judged ? tally.backwards : []).map((jump) => ({
        recordId: jump.recordId.toString(),
        from: formatUtc(fileTime(jump.from)),
        to: formatUtc(fileTime(jump.to)),
      })),
      backwardsCount: judged ? tally.backwardsCount : 0,
    },
    channels: tally.channels,
    computers: tally.computers,
    eventIds: tally.eventIds,
  }
}
