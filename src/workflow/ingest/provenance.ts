/**
 * How a log came to be, judged from its header and its numbers (windows.md §2.1), with the reasons in plain words. The service
 * numbers the records of a log one after the other, and an export numbers the record headers anew from 1: so gaps in a raw copy
 * are records that were there, and gaps in an export are what its filter may have left out.
 */
import type { ProvenanceClass } from '../../domain/evidence.ts'
import type { FileHeader } from '../../evtx/file-header.ts'
import type { TallyResult } from './log-tally.ts'

export interface Provenance {
  readonly provenance: ProvenanceClass
  readonly reasons: readonly string[]
  /** EventRecordIDs are the numbers of one log, so that gaps and clocks say something */
  readonly judged: boolean
  /** EventRecordIDs behind the last one that the header counts and the file does not hold: 0 unless it is a raw copy */
  readonly missingAtEnd: bigint
}

type Numbers = Pick<
  TallyResult,
  | 'records'
  | 'chunks'
  | 'runs'
  | 'runsComplete'
  | 'channels'
  | 'computers'
  | 'sameHeaderIds'
  | 'firstHeaderId'
>

const headerFlag = { dirty: 1, noChecksums: 4 } as const
const several = (count: number | bigint, one: string) => `${count} ${one}${BigInt(count) === 1n ? '' : 's'}`

/** Names of one host: in any case, with or without its domain. */
function hostsIn(computers: Readonly<Record<string, number>>): string[] {
  const names = Object.keys(computers).map((name) => {
    const lower = name.toLowerCase()
    return /^[\d.]+$/.test(lower) ? lower : (lower.split('.')[0] ?? lower)
  })
  return [...new Set(names)]
}

/** @param missing EventRecordIDs between the first and the last that no record has */
export function provenanceOf(
  header: Pick<FileHeader, 'flags' | 'nextRecordId'>,
  tally: Numbers,
  missing: bigint,
): Provenance {
  const isDirty = (header.flags & headerFlag.dirty) !== 0
  const same = tally.records > 0 && tally.sameHeaderIds === tally.records
  const channels = Object.keys(tally.channels)
  const hosts = hostsIn(tally.computers)
  const isMixed = channels.length > 1 || (hosts.length > 1 && !same)
  const last = tally.runs[tally.runs.length - 1]?.to ?? 0n
  // an open log's header is behind; a closed one counts exactly
  const missingAtEnd =
    same && !isMixed && !isDirty && header.nextRecordId > last + 1n ? header.nextRecordId - 1n - last : 0n
  const reasons: string[] = []
  const give = (provenance: ProvenanceClass): Provenance => {
    if (header.flags & headerFlag.noChecksums)
      reasons.push('Its header says that no checksums are kept: a change of its bytes would not show.')
    return { provenance, reasons, judged: !isMixed, missingAtEnd }
  }

  if (isDirty)
    reasons.push('The dirty flag is set, which an export never has: copied while Windows had it open.')
  if (tally.records === 0) {
    reasons.push('The log holds no record.')
    if (isDirty) return give('raw-live-copy')
    reasons.push(
      'A copy of an empty or cleared log and an export whose filter let nothing through look alike.',
    )
    return give('undetermined')
  }
  if (isMixed) {
    reasons.push(
      channels.length > 1
        ? `Records of ${several(channels.length, 'channel')}: their numbers are those of different logs, so none is said to be missing.`
        : `Records of ${several(hosts.length, 'computer')}, numbered elsewhere: forwarded by several hosts, or one host that was renamed. No number is said to be missing.`,
    )
    if (isDirty) return give('raw-live-copy')
    reasons.push(
      'A log that collects events of others, and an export of several logs or of a query, look alike.',
    )
    return give('undetermined')
  }
  if (same) return sameNumbers()
  return otherNumbers()

  function sameNumbers(): Provenance {
    reasons.push('Record headers carry the EventRecordIDs.')
    if (hosts.length > 1)
      reasons.push(`The host changed its name: ${several(hosts.length, 'name')}, one numbering.`)
    if (!isDirty && tally.firstHeaderId === 1n && missing === 0n && missingAtEnd === 0n) {
      reasons.push(
        'They start at 1 and none is missing: a raw copy of a young log, and an export that left out no earlier record, look alike.',
      )
      return give('undetermined')
    }
    if (missing > 0n) reasons.push(gapsInRawCopy())
    if (missingAtEnd > 0n)
      reasons.push(
        `The header counts ${several(missingAtEnd, 'record')} behind the last one: this file was cut.`,
      )
    if (isDirty) return give('raw-live-copy')
    reasons.push(
      'They do not run from 1 as an export would number them. The dirty flag is not set: the log was closed when it was copied.',
    )
    return give('raw-copy')
  }

  /** The service leaves no gap: what is missing was there. Where it went, the file may tell. */
  function gapsInRawCopy(): string {
    const bad = tally.chunks.bad
    return `${missing} EventRecordIDs between the first and the last are not in this file. A log is numbered without gaps, so those records existed: ${
      bad > 0
        ? `${several(bad, 'chunk')} cannot be read and may have held them`
        : 'their chunks were overwritten, lost in copying, or taken out'
    }.`
  }

  function otherNumbers(): Provenance {
    reasons.push(
      `Record headers are numbered anew: ${tally.records - tally.sameHeaderIds} of ${tally.records} differ from the EventRecordID.`,
    )
    if (isDirty) {
      reasons.push(
        'A log that collects forwarded events numbers them so; gaps are those of the subscription.',
      )
      return { ...give('raw-live-copy'), judged: false }
    }
    if (tally.firstHeaderId !== 1n) {
      reasons.push(
        `The first record header has number ${tally.firstHeaderId}, not 1: saved again after an export, or cut; or copied from a log of forwarded events.`,
      )
      return give('re-saved')
    }
    if (missing > 0n || !tally.runsComplete) {
      reasons.push(
        `${missing} EventRecordIDs between the first and the last are not in it: left out by the export's filter, or not in the log any more. An absent record proves nothing.`,
      )
      return give('filtered-export')
    }
    if (tally.records === 1) {
      reasons.push('It holds one record: whether a filter left others out cannot be told.')
      return give('undetermined')
    }
    reasons.push(
      'No EventRecordID is missing between the first and the last. Records before and after may have been left out.',
    )
    return give('full-export')
  }
}
