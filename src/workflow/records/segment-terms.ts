/**
 * One term of a filter on one segment. Most rows are decided by their kind (System tuple, event id, shape); only those that are
 * not have their values looked at.
 */
import { Refusal } from '../../base/refusal.ts'
import type { FilterKey, RowMarks } from './filter.ts'
import { addressPattern, anyValue, logonPattern, numberTest, type Pattern, pathPattern } from './patterns.ts'
import type { PlaceKey } from './postings.ts'
import type { RecordIndex } from './record-index.ts'
import { setRow } from './row-bits.ts'
import type { Segment } from './segment.ts'
import { textTest } from './text-test.ts'
import { accountTerm, fieldTerm, textTerm } from './value-terms.ts'

/** What the kind of a row says of it. */
export const verdict = { no: 0, yes: 1, byRow: 2 } as const

export interface SegmentTerm {
  /** a `verdict` for each kind */
  readonly kinds: Uint8Array
  /**
   * sets `out` of the rows that pass, where kinds do not decide; rows that `alive` leaves out may be left out here. A term none of
   * whose kinds is a yes sets rows of kinds in question only.
   */
  readonly mark: (out: Uint32Array, alive: Uint32Array) => void
  /** how much work `mark` is: 0 looks at heads only, 1 at postings, 2 at every value */
  readonly cost: number
}

/** One term with all its values, prepared for all segments; any of the values will do. */
export type Term = (segment: Segment, s: number) => SegmentTerm

export interface FilterContext {
  readonly index: RecordIndex
  readonly marks: RowMarks
}

/** Refuses an `is:` that is not known. */
export function preparedTerm(key: FilterKey, values: readonly string[], context: FilterContext): Term {
  const field = (place: PlaceKey, pattern: (value: string) => Pattern) =>
    fieldTerm(
      values.map((value) => (value.toLowerCase() === 'none' ? anyValue : pattern(value))),
      place,
    )
  switch (key) {
    case 'host': {
      const tests = values.map((value) => textTest(value))
      return bySystem((system) => {
        const computer = system.computer.toLowerCase()
        return tests.some((test) => test(computer) || test(computer.split('.')[0] ?? ''))
      })
    }
    case 'channel': {
      const tests = values.map((value) => textTest(value, true))
      return bySystem((system) => tests.some((test) => test(system.channel.toLowerCase())))
    }
    case 'event': {
      const tests = values.map(numberTest)
      return (segment) =>
        byKind(segment, (kind) => tests.some((test) => test(segment.heads.eventIdOf[kind] as number)))
    }
    case 'evidence': {
      const tests = values.map((value) => ({ start: value.toLowerCase(), test: textTest(value) }))
      return (segment) => {
        const { evidenceId } = segment
        const name = context.marks.evidenceNames.get(evidenceId)?.toLowerCase() ?? ''
        const same = tests.some(
          ({ start, test }) => (start.length >= 6 && evidenceId.startsWith(start)) || test(name),
        )
        return byKind(segment, () => same)
      }
    }
    case 'record':
      return anyRow(values.map(recordIdTest))
    case 'is':
      return anyRow(values.map((value) => markTest(value, context)))
    case 'account':
      return accountTerm(values)
    case 'address':
      return field(key, addressPattern)
    case 'task':
    case 'process':
    case 'share':
      return field(key, pathPattern)
    case 'logon':
      return field(key, logonPattern)
    case 'text':
      return textTerm(values)
  }
}

export function byKind(segment: Segment, test: (kind: number) => boolean): SegmentTerm {
  const kinds = new Uint8Array(segment.heads.eventIdOf.length)
  for (let kind = 0; kind < kinds.length; kind++) kinds[kind] = test(kind) ? verdict.yes : verdict.no
  return { kinds, mark: () => undefined, cost: 0 }
}

function bySystem(test: (system: Segment['systems'][number]) => boolean): Term {
  return (segment) => {
    const known = segment.systems.map(test)
    return byKind(segment, (kind) => known[segment.heads.systemOf[kind] as number] === true)
  }
}

/** Sets the rows of a segment that pass, or says what is true of all of them. */
type RowTest = ((out: Uint32Array) => void) | boolean

/** Tests that need no values, any of which will do. */
function anyRow(prepared: readonly ((segment: Segment, s: number) => RowTest)[]): Term {
  return (segment, s) => {
    const all = prepared.map((prepare) => prepare(segment, s))
    const tests = all.filter((test) => typeof test === 'function')
    if (all.includes(true) || tests.length === 0) return byKind(segment, () => all.includes(true))
    return {
      kinds: new Uint8Array(segment.heads.eventIdOf.length).fill(verdict.byRow),
      mark: (out) => {
        for (const test of tests) test(out)
      },
      cost: 0,
    }
  }
}

/** `2004852` or `2004840..2004862`; exact, whatever the size. */
function recordIdTest(value: string): (segment: Segment) => RowTest {
  const found = /^(\d{1,20})(?:\.\.(\d{1,20}))?$/.exec(value.trim())
  if (!found?.[1]) return () => false
  const largest = 0xffff_ffff_ffff_ffffn
  const from = BigInt(found[1])
  const asked = BigInt(found[2] ?? found[1])
  const to = asked > largest ? largest : asked
  if (from > to) return () => false
  const [fromHigh, fromLow] = halves(from)
  const [toHigh, toLow] = halves(to)
  return ({ heads, rows }) =>
    (out) => {
      const { idLow } = heads
      for (let row = 0; row < rows; row++) {
        const high = heads.idHigh(row)
        const low = idLow[row] as number
        const isFrom = high > fromHigh || (high === fromHigh && low >= fromLow)
        if (isFrom && (high < toHigh || (high === toHigh && low <= toLow))) setRow(out, row)
      }
    }
}

const halves = (id: bigint): readonly [number, number] => [Number(id >> 32n), Number(id & 0xffff_ffffn)]

function markTest(value: string, { index, marks }: FilterContext): (segment: Segment, s: number) => RowTest {
  const ofSet = (rows: ReadonlySet<number>) => {
    const all = [...rows]
    return (segment: Segment, s: number): RowTest => {
      const base = index.bases[s] as number
      const here = all.filter((global) => global >= base && global < base + segment.rows)
      if (here.length === 0) return false
      return (out) => {
        for (const global of here) setRow(out, global - base)
      }
    }
  }
  switch (value.toLowerCase()) {
    case 'chain':
      return ofSet(marks.chain)
    case 'rejected':
      return ofSet(marks.rejected)
    case 'responder':
      return ofSet(marks.responder ?? new Set())
    case 'duplicate':
      return (segment, s) => (out) => {
        const base = index.bases[s] as number
        for (let row = 0; row < segment.rows; row++) if (index.isDuplicate(base + row)) setRow(out, row)
      }
    case 'recovered':
      return (segment) => segment.recovered
    default:
      throw new Refusal(
        'timeline.filter.unknown',
        `is:${value.slice(0, 40)} is not known.`,
        'Use is:chain, is:rejected, is:responder, is:duplicate or is:recovered.',
      )
  }
}
