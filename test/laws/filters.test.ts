// Filters that skip, remember and compare numbers give the rows that a slow look at every value gives.
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatUtc } from '../../src/domain/time.ts'
import type { OpenCase } from '../../src/workflow/open-case.ts'
import { type FilterKey, filterRows, type TimelineFilter } from '../../src/workflow/records/filter.ts'
import { placeKeys } from '../../src/workflow/records/postings.ts'
import { RecordIndex } from '../../src/workflow/records/record-index.ts'
import { storeSearch } from '../../src/workflow/records/store-search.ts'
import { caseOf, scratchFolder } from '../builders/case.ts'
import { type BuiltRecord, buildLog } from '../builders/evtx.ts'
import { slowRows } from '../builders/slow-filter.ts'
import { haveSamples, sample } from '../samples.ts'

const marks = {
  chain: new Set<number>(),
  rejected: new Set<number>(),
  evidenceNames: new Map<string, string>(),
}
const keys: readonly FilterKey[] = [
  'account',
  'address',
  'task',
  'process',
  'share',
  'logon',
  'text',
  'text',
  'host',
  'event',
  'channel',
  'record',
  'is',
]

/** A source of numbers that is the same at every run. */
function dice(seed: number) {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
type Dice = ReturnType<typeof dice>

/** Values as people ask for them: whole ones of the case, parts of them, in other case, with stars, and some that are none. */
function askedValue(index: RecordIndex, key: FilterKey, roll: Dice): string {
  const global = roll(index.total)
  const { segment, row } = index.at(global)
  if (key === 'is') return ['duplicate', 'recovered'][roll(2)] as string
  if (key === 'event') return roll(3) > 0 ? String(segment.eventId(row)) : `4000..${segment.eventId(row)}`
  if (key === 'record') {
    const id = segment.recordId(row)
    return roll(2) > 0 ? String(id) : `${id > 50n ? id - 50n : 0n}..${id + BigInt(roll(100))}`
  }
  const tuple = segment.tuple(row)
  if (key === 'host') return roll(2) > 0 ? tuple.computer : (tuple.computer.split('.')[0] ?? '')
  if (key === 'channel') return tuple.channel.slice(0, 1 + roll(tuple.channel.length))
  if (roll(12) === 0) return 'none'
  if (key === 'address' && roll(2) > 0) return `${roll(2) > 0 ? '10.0' : '192.168'}.0.0/${roll(33)}`
  const numbers = segment.valuesOfBlock(segment.blockOf(row))
  const start = segment.valueStart(row)
  const places = segment.places(
    key === 'account' ? 'account-name' : (placeKeys.find((one) => one === key) ?? 'text'),
  )[segment.heads.kind[row] as number] as readonly number[]
  const at = places[roll(places.length)]
  const value = at === undefined ? 'absent' : segment.values.text(numbers[start + at] as number).slice(0, 200)
  const first = roll(value.length)
  const last = first + 1 + roll(value.length - first)
  const part = key === 'text' || roll(2) > 0 ? value.slice(first, last) : value
  const other = [part, part.toUpperCase(), part.toLowerCase(), `*${part}`, `${part}*`][roll(5)] as string
  const middle = roll(other.length)
  if (roll(6) === 0) return `${other.slice(0, middle)}*${other.slice(middle + roll(4))}`
  return key === 'account' && roll(4) === 0 ? `*\\${other}` : other
}

function askedFilter(index: RecordIndex, key: FilterKey, roll: Dice): TimelineFilter {
  const terms = [key, ...(roll(3) === 0 ? [keys[roll(keys.length)] as FilterKey] : [])].map((one) => ({
    key: one,
    values: Array.from({ length: roll(4) === 0 ? 2 : 1 }, () => askedValue(index, one, roll)),
    not: roll(4) === 0,
  }))
  if (roll(4) > 0) return { terms }
  const [from, to] = [roll(index.total), roll(index.total)]
    .sort((a, b) => a - b)
    .map((position) => {
      const { segment, row } = index.at(index.order[position as number] as number)
      return formatUtc(segment.time(row))
    })
  return { terms, ...(roll(3) > 0 ? { from } : {}), ...(roll(3) > 0 ? { to } : {}) }
}

function expectSameRows(index: RecordIndex, filter: TimelineFilter) {
  const rows = [...filterRows(index, filter, marks)]
  const slow = slowRows(index, filter)
  expect({ filter, count: rows.length }).toEqual({ filter, count: slow.length })
  expect(rows).toEqual(slow)
  return rows.length
}

/** Asks with nothing known, with texts and postings of everything, with some of them, and with a cache that holds next to nothing. */
async function expectSameAnswers(open: OpenCase, filters: number, seed: number) {
  const roll = dice(seed)
  expectSameTexts(RecordIndex.of(open.casefile))
  const cold = RecordIndex.of(open.casefile)
  const warm = RecordIndex.of(open.casefile)
  const texts = warm.newTexts()
  for (const segment of warm.segments) {
    expect(segment.keepTexts(texts)).toBe(true)
    for (const key of placeKeys) segment.postings(key)
  }
  texts.seal()
  // texts of every other segment, and postings of some keys only
  const half = RecordIndex.of(open.casefile)
  const some = half.newTexts()
  half.segments.forEach((segment, s) => {
    if (s % 2 === 0) expect(segment.keepTexts(some)).toBe(true)
    if (s % 3 === 0) segment.postings('account-name')
  })
  const small = RecordIndex.of(open.casefile, 50_000)
  const stored = await storedIndex(open)
  // and one that reads times and places anew, too
  const smallStored = RecordIndex.of(open.casefile, 50_000, 0)
  expect([...smallStored.order]).toEqual([...cold.order])
  let found = 0
  for (let i = 0; i < filters; i++) {
    const filter = askedFilter(cold, keys[i % keys.length] as FilterKey, roll)
    found += Math.min(1, expectSameRows(cold, filter))
    for (const index of [warm, small, half, stored, smallStored])
      expect({ filter, rows: [...filterRows(index, filter, marks)] }).toEqual({
        filter,
        rows: [...filterRows(cold, filter, marks)],
      })
  }
  // filters that find nothing would show nothing
  expect(found).toBeGreaterThan(filters / 4)
}

/** The case as one who opens it finds it, once search files of all its logs were made. */
async function storedIndex(open: OpenCase): Promise<RecordIndex> {
  expect(await storeSearch(open.casefile, RecordIndex.of(open.casefile), async () => false, 0)).toBe(true)
  const index = RecordIndex.of(open.casefile)
  expect(index.segments.every(({ stored }) => stored !== undefined)).toBe(true)
  return index
}

/** Keeps the texts of all values, and finds each as its dictionary has it. */
function expectSameTexts(index: RecordIndex) {
  const texts = index.newTexts()
  for (const segment of index.segments) expect(segment.keepTexts(texts)).toBe(true)
  texts.seal()
  expectReadable(index)
}

function expectReadable(index: RecordIndex) {
  for (const { values, readable } of index.segments) {
    expect(readable).not.toBe(values)
    for (let number = 0; number <= values.count; number++)
      expect([readable.text(number), readable.isArray(number)]).toEqual([
        values.text(number),
        values.isArray(number),
      ])
  }
}

const hostile = [
  '',
  '-',
  'none',
  'Straße',
  'İstanbul',
  'ADMİ',
  'ΟΔΥΣΣΕΥΣ',
  'ΣΑΣ*',
  '\u212Aelvin',
  '\u{10400}\u{10428}',
  '\ud801',
  '\udc00tail',
  'a\u202Egnp.exe',
  'i\u0307x',
  'C:\\Windows\\System32\\cmd.exe',
  '\\\\?\\C:\\A*B',
  '::ffff:10.1.2.3',
  '10.1.2.300',
  '0x0000000000005A41',
  '0x5a41',
  'S-1-5-18',
  's-1-5-21-1-2-3-500',
  'x'.repeat(300),
  '[.*](a+)+$',
  'a\0b',
  'tail\0\0',
]

describe('filters', () => {
  it('mean the same of hostile values, however much is known already', async () => {
    const records: BuiltRecord[] = []
    const roll = dice(11)
    const pick = () => hostile[roll(hostile.length)] as string
    const account = () => ({ SubjectUserName: pick(), SubjectDomainName: pick() })
    const session = () => `0x${roll(70_000).toString(16)}`
    const kinds: (() => Pick<BuiltRecord, 'eventId' | 'data'>)[] = [
      () => ({
        eventId: 4624,
        data: { ...account(), TargetUserName: pick(), IpAddress: pick(), TargetLogonId: session() },
      }),
      () => ({
        eventId: 5145,
        data: { ...account(), ShareName: pick(), RelativeTargetName: pick(), IpAddress: pick() },
      }),
      () => ({
        eventId: 4688,
        data: {
          ...account(),
          NewProcessName: pick(),
          CommandLine: pick() + pick(),
          SubjectLogonId: session(),
        },
      }),
      () => ({ eventId: 4698, data: { ...account(), TaskName: pick(), TaskContent: pick() } }),
    ]
    for (let i = 0; i < 600; i++)
      records.push({
        ...(kinds[i % kinds.length] as (typeof kinds)[number])(),
        time: 133_000_000_000_000_000n + BigInt(roll(5000)) * 10_000n,
        recordId: BigInt(roll(1000)) + (i % 7 === 0 ? 2n ** 53n : 0n) + (i % 11 === 0 ? 2n ** 63n : 0n),
        computer: ['fs01.corp.example', 'İX.corp.example', 'app'][roll(3)] as string,
      })
    const folder = scratchFolder()
    writeFileSync(join(folder, 'a.evtx'), buildLog(records.slice(0, 400)))
    writeFileSync(join(folder, 'b.evtx'), buildLog(records.slice(300)))
    const open = await caseOf(folder)
    const index = RecordIndex.of(open.casefile)
    await expectSameAnswers(open, 130, 5)
    // search files of the case are there by now
    const known = RecordIndex.of(open.casefile)
    expectReadable(known)
    for (const value of hostile)
      for (const key of ['text', 'account', 'process', 'address', 'logon'] as const)
        for (const asked of [
          value,
          value.toLowerCase(),
          value.toUpperCase(),
          value.slice(1),
          `*${value.slice(2)}`,
        ])
          for (const one of [index, known])
            expectSameRows(one, { terms: [{ key, values: [asked], not: false }] })
    open.close()
  }, 240_000)

  it.runIf(haveSamples)(
    'mean the same of every record of every fourth sample',
    async () => {
      const folder = sample('evtx')
      const logs = readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.toLowerCase().endsWith('.evtx') && existsSync(join(folder, name)))
        .filter((name) => statSync(join(folder, name)).isFile())
        .map((name) => join(folder, name))
        .filter((_, i) => i % 4 === 0)
      const open = await caseOf(...logs)
      await expectSameAnswers(open, 65, 3)
      open.close()
    },
    600_000,
  )

  it('find what any text asked for is part of, in texts of any signs', async () => {
    const sign = fc.constantFrom(...'aAiIİı\u0307ΣσςKk\u212Aß-*\\0xX.\ud801\udc00\udc28\ud83d\ude00é', '\0')
    const text = fc.array(sign, { maxLength: 12 }).map((signs) => signs.join(''))
    const folder = scratchFolder()
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { minLength: 1, maxLength: 40 }),
        fc.array(text, { minLength: 1, maxLength: 10 }),
        async (texts, asked) => {
          const path = join(folder, `${Math.abs(texts.join().length)}.evtx`)
          writeFileSync(
            path,
            buildLog(
              texts.map((one, i) => ({
                eventId: 4688,
                time: 133_000_000_000_000_000n + BigInt(i),
                data: { CommandLine: one, SubjectUserName: texts[(i + 1) % texts.length] as string },
              })),
            ),
          )
          const open = await caseOf(path)
          const index = RecordIndex.of(open.casefile)
          const known = RecordIndex.of(open.casefile)
          expectSameTexts(known)
          const stored = await storedIndex(open)
          expectReadable(stored)
          for (const value of [...asked, ...texts.map((one) => one.toLowerCase().slice(0, 5))])
            for (const key of ['text', 'process', 'account'] as const)
              for (const one of [index, known, stored])
                expectSameRows(one, { terms: [{ key, values: [value], not: false }] })
          open.close()
        },
      ),
      { numRuns: 12, seed: 7 },
    )
  }, 120_000)
})
