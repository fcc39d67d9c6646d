/**
 * Checks the raw bytes of a custody journal (bundle.md §5.5): syntax, sequence and hash chain of every line.
 * Works on bytes, so that no question of canonical JSON arises. Pure but for the hash.
 */
import { createHash } from 'node:crypto'
import type { CustodyAction, CustodyLine } from '../domain/custody.ts'

export interface CustodyFinding {
  readonly code: 'CUSTODY_SYNTAX' | 'CUSTODY_SEQ' | 'CUSTODY_CHAIN_BROKEN'
  /** line number from 1 */
  readonly line: number
  readonly what: string
}

export interface CustodyEntry {
  readonly line: CustodyLine
  /** hex SHA-256 of the line's bytes without its LF: the next line's `prev` */
  readonly hash: string
}

export interface CustodyReading {
  /** every line that could be read, in order */
  readonly entries: readonly CustodyEntry[]
  readonly findings: readonly CustodyFinding[]
  /** what the next line's `prev` must be */
  readonly lastHash: string
  readonly nextSeq: number
  /** bytes after the last LF: a line cut by a crash */
  readonly tornBytes: number
}

export const firstPrev = '0'.repeat(64)

const actions: ReadonlySet<string> = new Set<CustodyAction>([
  'case-opened',
  'connected',
  'collected',
  'collection-failed',
  'imported',
  'verified',
  'viewed-export',
  'derived',
  'host-changed',
  'note',
  'sealed',
  'copied',
  'encrypted',
  'released',
  'received',
  'receipt-verified',
  'disposed',
])

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Reads and checks all lines. Never throws; a line that cannot be read is a finding and stays in the hash chain. */
export function verifyCustodyBytes(bytes: Uint8Array): CustodyReading {
  const entries: CustodyEntry[] = []
  const findings: CustodyFinding[] = []
  let expected = firstPrev
  let seq = 1
  let number = 0
  let start = 0
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, start)) {
    const raw = bytes.subarray(start, end)
    start = end + 1
    number++
    const hash = sha256(raw)
    const line = readLine(raw)
    if (typeof line === 'string') {
      findings.push({ code: 'CUSTODY_SYNTAX', line: number, what: line })
      seq++
    } else {
      if (line.seq !== seq) {
        const what = `line ${number} has seq ${line.seq}, expected ${seq}: a line is missing, added or moved`
        findings.push({ code: 'CUSTODY_SEQ', line: number, what })
      }
      if (line.prev !== expected) {
        const what =
          number === 1
            ? 'line 1 does not start a chain: its "prev" is not 64 zeros'
            : `line ${number} does not follow line ${number - 1}: one of the two was changed`
        findings.push({ code: 'CUSTODY_CHAIN_BROKEN', line: number, what })
      }
      entries.push({ line, hash })
      seq = line.seq + 1
    }
    expected = hash
  }
  const tornBytes = bytes.length - start
  if (tornBytes > 0) {
    const what = `line ${number + 1} is cut off: ${tornBytes} bytes without an end of line`
    findings.push({ code: 'CUSTODY_SYNTAX', line: number + 1, what })
  }
  return { entries, findings, lastHash: expected, nextSeq: seq, tornBytes }
}

function readLine(raw: Uint8Array): CustodyLine | string {
  if (raw.length === 0) return 'empty line'
  if (raw.at(-1) === 0x0d) return 'line ends with CR LF; the journal was converted by a text editor or mailer'
  let value: unknown
  try {
    value = JSON.parse(decoder.decode(raw))
  } catch {
    return 'not one JSON object in UTF-8'
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not a JSON object'
  const fields = value as Record<string, unknown>
  if (!Number.isSafeInteger(fields.seq) || (fields.seq as number) < 1) return 'no valid "seq"'
  if (typeof fields.prev !== 'string' || !/^[0-9a-f]{64}$/.test(fields.prev)) return 'no valid "prev"'
  if (typeof fields.at !== 'string' || Number.isNaN(Date.parse(fields.at))) return 'no valid time in "at"'
  if (typeof fields.action !== 'string' || !actions.has(fields.action)) return 'unknown "action"'
  const actor = fields.actor
  if (typeof actor !== 'object' || actor === null) return 'no "actor"'
  if (typeof (actor as Record<string, unknown>).name !== 'string') return 'no name in "actor"'
  if (!Array.isArray(fields.items) || fields.items.some((id) => typeof id !== 'string')) return 'no "items"'
  return value as CustodyLine
}
