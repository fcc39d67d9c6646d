/** What one log can tell, judged from its header, its counts and its gaps: provenance class with reasons (windows.md §2.1). */
import type { ProvenanceClass } from '../../domain/evidence.ts'
import { fileTime, formatUtc } from '../../domain/time.ts'
import type { FileHeader } from '../../evtx/file-header.ts'
import type { TallyResult } from './log-tally.ts'

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
  readonly recordIds: {
    readonly first: string | null
    readonly last: string | null
    readonly missing: string
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
  const { provenance, reasons } = provenanceOf(header, tally, missing)
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
    recordIds: {
      first: runs[0]?.from.toString() ?? null,
      last: runs[runs.length - 1]?.to.toString() ?? null,
      missing: missing.toString(),
      gaps,
    },
    times: {
      first: utc(tally.firstTime),
      last: utc(tally.lastTime),
      backwards: tally.backwards.map((jump) => ({
        recordId: jump.recordId.toString(),
        from: formatUtc(fileTime(jump.from)),
        to: formatUtc(fileTime(jump.to)),
      })),
      backwardsCount: tally.backwardsCount,
    },
    channels: tally.channels,
    computers: tally.computers,
    eventIds: tally.eventIds,
  }
}

function provenanceOf(
  header: FileHeader,
  tally: TallyResult,
  missing: bigint,
): { provenance: ProvenanceClass; reasons: string[] } {
  const reasons: string[] = []
  if (tally.records === 0) return { provenance: 'undetermined', reasons: ['The log holds no record.'] }
  const same = tally.sameHeaderIds === tally.records
  const oneChannel = Object.keys(tally.channels).length === 1 && Object.keys(tally.computers).length === 1
  if (!oneChannel)
    reasons.push(
      'Records of several channels or computers: record numbers of different logs are mixed, so gaps say nothing.',
    )
  if (same) {
    if (header.flags & 1) {
      reasons.push(
        'Record headers carry the EventRecordIDs.',
        'The dirty flag is set: copied while Windows wrote it.',
      )
      return { provenance: 'raw-live-copy', reasons }
    }
    if (tally.firstHeaderId === 1n && missing === 0n) {
      reasons.push(
        'Record headers carry the EventRecordIDs, which start at 1: a raw copy of a young log and a full export of one look alike.',
      )
      return { provenance: 'undetermined', reasons }
    }
    reasons.push(
      'Record headers carry the EventRecordIDs.',
      'The dirty flag is not set: the log was closed when it was copied.',
    )
    return { provenance: 'raw-copy', reasons }
  }
  reasons.push(
    `Record headers are numbered anew: ${tally.records - tally.sameHeaderIds} of ${tally.records} differ from the EventRecordID.`,
  )
  if (tally.firstHeaderId !== 1n) {
    reasons.push(
      `The first record header has number ${tally.firstHeaderId}, not 1: saved again after an export, or cut.`,
    )
    return { provenance: 're-saved', reasons }
  }
  if (!oneChannel) return { provenance: 'undetermined', reasons }
  if (missing === 0n && tally.runsComplete) {
    reasons.push('No EventRecordID is missing between the first and the last.')
    return { provenance: 'full-export', reasons }
  }
  reasons.push(
    `${missing} EventRecordIDs are missing between the first and the last: the export was filtered, so an absent record proves nothing.`,
  )
  return { provenance: 'filtered-export', reasons }
}
