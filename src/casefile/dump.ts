/**
 * A case database as text that depends on the evidence alone: the same evidence gives the same bytes, whatever the order,
 * the number and the interruptions of the imports. Left out is what tells of the way there and not of the evidence: integer
 * keys, `admitted_at`, and which of several equal files came first. So an item has no name but all the places its bytes were
 * found at, a duplicate is one of these places and no line of its own, and places of problems are relative to the item.
 */
import { createHash } from 'node:crypto'
import type { Problem } from '../domain/problem.ts'
import type { CaseFile, EvidenceEntry } from './case-file.ts'
import { schemaVersion } from './schema.ts'
import type { SegmentEntry } from './segments.ts'

/** Code of the problem that says an item was found once more; `where` is the other place. */
export const duplicateCode = 'import.evidence.duplicate'

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')
const line = (...values: unknown[]) => `${JSON.stringify(values)}\n`
const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** Lines of JSON arrays, each ending in LF: meta, evidence by hash with its records and problems, then what belongs to no item. */
export function* dumpCase(casefile: CaseFile): Generator<string, void> {
  yield line('tasktrail-case-dump/1', schemaVersion)
  for (const [key, value] of casefile.allMeta()) yield line('meta', key, value)
  const entries = casefile.evidence()
  const problems = new Map<string | undefined, Problem[]>()
  for (const problem of casefile.problems()) {
    const list = problems.get(problem.evidenceId)
    if (list) list.push(problem)
    else problems.set(problem.evidenceId, [problem])
  }
  const segments = new Map<number, SegmentEntry[]>()
  for (const segment of casefile.segments())
    segments.set(segment.item, [...(segments.get(segment.item) ?? []), segment])
  const unfinished = entries.filter((entry) => entry.state !== 'complete')
  for (const text of unfinished.map((entry) => line('unfinished', entry.kind, entry.origin)).sort(byText))
    yield text
  const complete = entries.filter((entry) => entry.state === 'complete')
  for (const entry of complete.sort((a, b) => byText(a.sha256 ?? '', b.sha256 ?? ''))) {
    const found = problems.get(entry.sha256 ?? undefined) ?? []
    yield evidenceLine(entry, found)
    for (const segment of segments.get(entry.item) ?? []) yield* segmentLines(casefile, entry, segment)
    yield* problemLines(entry, found)
  }
  yield* problemLines(undefined, problems.get(undefined) ?? [])
}

/** SHA-256 of the whole dump, without holding it. */
export function digestOfCase(casefile: CaseFile): string {
  const hash = createHash('sha256')
  for (const text of dumpCase(casefile)) hash.update(text)
  return hash.digest('hex')
}

function evidenceLine(entry: EvidenceEntry, problems: readonly Problem[]): string {
  const others = problems.filter(({ code }) => code === duplicateCode).map(({ where }) => where)
  const places = [...new Set([entry.origin, ...others])].sort(byText)
  const { sha256, kind, host, size, records, events, summary } = entry
  return line('evidence', sha256, kind, host, size, records, events, summary, places)
}

function* segmentLines(casefile: CaseFile, entry: EvidenceEntry, segment: SegmentEntry): Generator<string> {
  yield line(
    'segment',
    entry.sha256,
    segment.number,
    segment.rows,
    segment.selected,
    sha256(segment.systems),
    sha256(segment.shapes),
    sha256(casefile.dictionary(segment.segment)),
  )
  for (const block of casefile.blocks(segment.segment))
    yield line(
      'block',
      entry.sha256,
      segment.number,
      block.number,
      block.rows,
      sha256(block.heads),
      sha256(casefile.blockValues(segment.segment, block.number)),
    )
}

function* problemLines(entry: EvidenceEntry | undefined, problems: readonly Problem[]): Generator<string> {
  const texts = problems
    .filter(({ code }) => code !== duplicateCode)
    .map((problem) => {
      const { code, severity, where, what, facts } = problem
      const place = entry && where.startsWith(entry.origin) ? where.slice(entry.origin.length) : where
      return line('problem', entry?.sha256 ?? null, code, severity, place, what, facts ?? null)
    })
  yield* texts.sort(byText)
}
