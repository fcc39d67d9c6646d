/**
 * Filters over all records of a case. Values are tested once per distinct value of a segment; rows then compare numbers only.
 * Between terms AND, inside a term OR; `not` turns a term round.
 */
import { Refusal } from '../../base/refusal.ts'
import { parseUtc } from '../../domain/time.ts'
import { addressTest, logonTest, numberTest, pathTest, type TextTest, textTest } from './patterns.ts'
import { type Positions, positionsOf } from './positions.ts'
import type { RecordIndex } from './record-index.ts'
import type { Segment } from './segment.ts'

export type FilterKey =
  | 'host'
  | 'event'
  | 'channel'
  | 'account'
  | 'address'
  | 'task'
  | 'process'
  | 'share'
  | 'logon'
  | 'record'
  | 'evidence'
  | 'is'
  | 'text'

export interface TimelineFilter {
  readonly from?: string | undefined
  readonly to?: string | undefined
  /** recovered records too, marked; `is:recovered` asks for them as well */
  readonly recovered?: boolean | undefined
  readonly terms: readonly {
    readonly key: FilterKey
    readonly values: readonly string[]
    readonly not: boolean
  }[]
}

/** True when the filter asks for recovered records; without that they are not looked at. */
export const asksForRecovered = (filter: TimelineFilter): boolean =>
  filter.recovered === true ||
  filter.terms.some(
    (term) =>
      term.key === 'is' && !term.not && term.values.some((value) => value.toLowerCase() === 'recovered'),
  )

/** What `is:` may ask for: rows known to the caller. */
export interface RowMarks {
  readonly chain: ReadonlySet<number>
  readonly rejected: ReadonlySet<number>
  readonly evidenceNames: ReadonlyMap<string, string>
}

type RowTest = (row: number, numbers: Uint32Array, start: number) => boolean

/** Global rows that pass, in total order. Refuses a time it cannot read. */
export function filterRows(index: RecordIndex, filter: TimelineFilter, marks: RowMarks): Uint32Array {
  const time = timeRange(filter)
  if (filter.terms.length === 0 && !time) return index.order
  const hit = new Uint8Array(index.total)
  let count = 0
  index.segments.forEach((segment, s) => {
    const base = index.bases[s] as number
    const tests = filter.terms.map((term) => termTest(segment, term, marks, base, index))
    const needValues = filter.terms.some((term) => valueKeys.has(term.key))
    segment.blocks.forEach((block, b) => {
      const numbers = needValues ? segment.valuesOfBlock(b) : none
      for (let row = block.firstRow; row < block.firstRow + block.rows; row++) {
        if (time && !inRange(segment, row, time)) continue
        const start = segment.valueStart(row)
        if (tests.every((test) => test(row, numbers, start))) {
          hit[base + row] = 1
          count++
        }
      }
    })
  })
  const rows = new Uint32Array(count)
  let at = 0
  for (const global of index.order) if (hit[global]) rows[at++] = global
  return rows
}

const none = new Uint32Array(0)
const valueKeys: ReadonlySet<FilterKey> = new Set([
  'account',
  'address',
  'task',
  'process',
  'share',
  'logon',
  'text',
])

interface TimeRange {
  readonly fromHigh: number
  readonly fromLow: number
  readonly toHigh: number
  readonly toLow: number
}

function timeRange(filter: TimelineFilter): TimeRange | undefined {
  if (filter.from === undefined && filter.to === undefined) return undefined
  const read = (text: string | undefined, whenNone: bigint) => {
    if (text === undefined) return whenNone
    const time = parseUtc(text)
    if (time === undefined)
      throw new Refusal(
        'timeline.time.unreadable',
        `${JSON.stringify(text.slice(0, 60))} is no time.`,
        'Write it as 2021-06-10T21:21:26Z.',
      )
    return BigInt.asUintN(64, time)
  }
  const from = read(filter.from, 0n)
  const to = read(filter.to, 0xffff_ffff_ffff_ffffn)
  return {
    fromHigh: Number(from >> 32n),
    fromLow: Number(from & 0xffff_ffffn),
    toHigh: Number(to >> 32n),
    toLow: Number(to & 0xffff_ffffn),
  }
}

function inRange(segment: Segment, row: number, range: TimeRange): boolean {
  const high = segment.timeHigh[row] as number
  const low = segment.timeLow[row] as number
  return (
    (high > range.fromHigh || (high === range.fromHigh && low >= range.fromLow)) &&
    (high < range.toHigh || (high === range.toHigh && low <= range.toLow))
  )
}

function termTest(
  segment: Segment,
  term: TimelineFilter['terms'][number],
  marks: RowMarks,
  base: number,
  index: RecordIndex,
): RowTest {
  const tests = term.values.map((value) => valueTest(segment, term.key, value, marks, base, index))
  const any: RowTest = (row, numbers, start) => tests.some((test) => test(row, numbers, start))
  return term.not ? (row, numbers, start) => !any(row, numbers, start) : any
}

function valueTest(
  segment: Segment,
  key: FilterKey,
  value: string,
  marks: RowMarks,
  base: number,
  index: RecordIndex,
): RowTest {
  switch (key) {
    case 'host': {
      const test = textTest(value)
      return bySystem(segment, (system) => {
        const computer = system.computer.toLowerCase()
        return test(computer) || test(computer.split('.')[0] ?? '')
      })
    }
    case 'channel': {
      const test = textTest(value, true)
      return bySystem(segment, (system) => test(system.channel.toLowerCase()))
    }
    case 'event': {
      const test = numberTest(value)
      return (row) => test(segment.eventId[row] as number)
    }
    case 'record': {
      const range = idRange(value)
      if (!range) return () => false
      return (row) => {
        const id = segment.recordId(row)
        return id >= range.from && id <= range.to
      }
    }
    case 'evidence': {
      const lower = value.toLowerCase()
      const name = marks.evidenceNames.get(segment.evidenceId)?.toLowerCase() ?? ''
      const same = (lower.length >= 6 && segment.evidenceId.startsWith(lower)) || textTest(value)(name)
      return () => same
    }
    case 'is':
      return isTest(value, marks, base, index)
    case 'account':
      return accountTest(segment, value)
    case 'address':
      return fieldTest(segment, value, addressTest(value), (positions) => positions.address)
    case 'task':
      return fieldTest(segment, value, pathTest(value), (positions) => positions.task)
    case 'process':
      return fieldTest(segment, value, pathTest(value), (positions) => positions.process)
    case 'share':
      return fieldTest(segment, value, pathTest(value), (positions) => positions.share)
    case 'logon':
      return fieldTest(segment, value, logonTest(value), (positions) => positions.logon)
    case 'text':
      return anyTextTest(segment, value)
  }
}

/** `2004852` or `2004840..2004862`; exact, whatever the size. */
function idRange(value: string): { from: bigint; to: bigint } | undefined {
  const found = /^(\d{1,20})(?:\.\.(\d{1,20}))?$/.exec(value.trim())
  if (!found?.[1]) return undefined
  return { from: BigInt(found[1]), to: BigInt(found[2] ?? found[1]) }
}

function isTest(value: string, marks: RowMarks, base: number, index: RecordIndex): RowTest {
  switch (value.toLowerCase()) {
    case 'chain':
      return (row) => marks.chain.has(base + row)
    case 'rejected':
      return (row) => marks.rejected.has(base + row)
    case 'duplicate':
      return (row) => index.duplicate[base + row] === 1
    case 'recovered':
      return (row) => index.isRecovered(base + row)
    default:
      throw new Refusal(
        'timeline.filter.unknown',
        `is:${value.slice(0, 40)} is not known.`,
        'Use is:chain, is:rejected, is:duplicate or is:recovered.',
      )
  }
}

function bySystem(segment: Segment, test: (system: Segment['systems'][number]) => boolean): RowTest {
  const known = segment.systems.map(test)
  return (row) => known[segment.system[row] as number] === true
}

/** `-` and empty count as no value: `address:none` finds records that name no address. */
const isUnset: TextTest = (text) => text === '' || text === '-'

function fieldTest(
  segment: Segment,
  value: string,
  test: TextTest,
  pick: (positions: Positions) => readonly number[],
): RowTest {
  const positions = segment.shapes.map((shape) => pick(positionsOf(shape)))
  if (value.toLowerCase() === 'none') {
    const set = segment.values.matching((text) => !isUnset(text))
    return (row, numbers, start) =>
      !(positions[segment.shape[row] as number] ?? []).some((at) => set[numbers[start + at] as number] === 1)
  }
  const hits = segment.values.matching(test)
  return (row, numbers, start) => {
    const where = positions[segment.shape[row] as number] as readonly number[]
    for (let i = 0; i < where.length; i++)
      if (hits[numbers[start + (where[i] as number)] as number] === 1) return true
    return false
  }
}

function accountTest(segment: Segment, value: string): RowTest {
  const slash = value.indexOf('\\')
  const domain = slash > 0 ? value.slice(0, slash) : undefined
  const whole = segment.values.matching(textTest(value))
  const names = slash >= 0 ? segment.values.matching(textTest(value.slice(slash + 1))) : whole
  const domains = domain === undefined ? undefined : segment.values.matching(textTest(domain))
  const positions = segment.shapes.map((shape) => positionsOf(shape).accounts)
  if (value.toLowerCase() === 'none') {
    const set = segment.values.matching((text) => !isUnset(text))
    return (row, numbers, start) =>
      !(positions[segment.shape[row] as number] ?? []).some(
        (at) => at.name >= 0 && set[numbers[start + at.name] as number] === 1,
      )
  }
  return (row, numbers, start) => {
    for (const at of positions[segment.shape[row] as number] ?? []) {
      if (at.sid >= 0 && whole[numbers[start + at.sid] as number] === 1) return true
      if (at.name < 0) continue
      if (whole[numbers[start + at.name] as number] === 1) return true
      if (names[numbers[start + at.name] as number] !== 1) continue
      if (!domains || (at.domain >= 0 && domains[numbers[start + at.domain] as number] === 1)) return true
    }
    return false
  }
}

function anyTextTest(segment: Segment, value: string): RowTest {
  const test = textTest(value, true)
  const hits = segment.values.matching(test)
  const systems = segment.systems.map(
    (system) =>
      test(system.provider.toLowerCase()) ||
      test(system.channel.toLowerCase()) ||
      test(system.computer.toLowerCase()),
  )
  const widths = segment.shapes.map((shape) => shape.names.length)
  return (row, numbers, start) => {
    if (systems[segment.system[row] as number]) return true
    for (let at = start, end = start + (widths[segment.shape[row] as number] ?? 0); at < end; at++)
      if (hits[numbers[at] as number] === 1) return true
    return false
  }
}
