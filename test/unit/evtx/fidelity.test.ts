import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import type { EvtxRecord } from '../../../src/evtx/record.ts'
import { type ExpectedRecord, expectedRecords, haveSamples, manifest, sample } from '../../samples.ts'
import { compareLog, type Difference } from './compare.ts'
import { type JustifiedDifference, justifiedDifferences } from './justified-differences.ts'
import { read } from './reading.ts'

interface ExpectedCount {
  readonly file: string
  readonly records: number
  readonly eventIds: Readonly<Record<string, number>>
}

const logs = haveSamples
  ? [...new Set(manifest().files.map((entry) => entry.file))].filter((file) =>
      /^evtx(-reencoded)?\/.*\.evtx$/.test(file),
    )
  : []

const covers = (entry: JustifiedDifference, { file, at, kind }: Difference) => {
  const [chunk, offset] = at.split('/').map(Number) as [number, number]
  return (
    entry.file === file &&
    entry.kind === kind &&
    entry.chunk === chunk &&
    offset >= entry.from &&
    offset <= entry.to
  )
}

/** What is wrong between the differences found and the list of justified ones; empty when they are the same. */
function disagreements(found: readonly Difference[]): string[] {
  const unexplained = found
    .filter((one) => !justifiedDifferences.some((entry) => covers(entry, one)))
    .map((one) => `not justified: ${JSON.stringify(one)}`)
  const wrongCounts = justifiedDifferences.flatMap((entry) => {
    const count = found.filter((one) => covers(entry, one)).length
    return count === entry.count
      ? []
      : [`listed ${entry.count} times, found ${count}: ${JSON.stringify(entry)}`]
  })
  return [...unexplained, ...wrongCounts]
}

describe.runIf(haveSamples)('records of the sample logs against an independent decoder', () => {
  const expected = new Map<string, ExpectedRecord[]>()
  const byPlan = new Map<string, EvtxRecord[]>()
  const compareAll = (recordsOf: (file: string) => readonly EvtxRecord[]) => {
    const differences: Difference[] = []
    let compared = 0
    let records = 0
    for (const file of logs) {
      const ours = recordsOf(file)
      const result = compareLog(file, ours, expected.get(file) ?? [])
      differences.push(...result.differences)
      compared += result.compared
      records += ours.length
    }
    return { differences, compared, records }
  }

  beforeAll(async () => {
    for await (const record of expectedRecords()) {
      const list = expected.get(record.file)
      if (list) list.push(record)
      else expected.set(record.file, [record])
    }
    for (const file of logs) byPlan.set(file, read(readFileSync(sample(file))).records)
  })

  test('every expected record belongs to a log that is read here', () => {
    expect([...expected.keys()].filter((file) => !logs.includes(file))).toEqual([])
    expect(logs.length).toBeGreaterThan(300)
  })

  test('records and fields are the same by plan, but for the justified differences', () => {
    const { differences, compared, records } = compareAll((file) => byPlan.get(file) ?? [])
    expect(disagreements(differences)).toEqual([])
    expect(records).toBeGreaterThan(28_000)
    expect(compared).toBeGreaterThan(500_000)
  })

  test('records and fields are the same by tree, but for the justified differences', () => {
    const { differences, compared } = compareAll(
      (file) => read(readFileSync(sample(file)), { treeOnly: true }).records,
    )
    expect(disagreements(differences)).toEqual([])
    expect(compared).toBeGreaterThan(500_000)
  })

  test('every log has the expected number of records of each event id, but for the justified differences', () => {
    const counts = JSON.parse(readFileSync(sample('expected-counts.json'), 'utf8')) as ExpectedCount[]
    expect(counts.map(({ file }) => file).sort()).toEqual([...logs].sort())
    for (const { file, records, eventIds } of counts) {
      const ours = byPlan.get(file) ?? []
      const { differences } = compareLog(file, ours, expected.get(file) ?? [])
      const found = new Map<number, number>()
      const add = (eventId: number, times: number) => {
        const count = (found.get(eventId) ?? 0) + times
        if (count === 0) found.delete(eventId)
        else found.set(eventId, count)
      }
      for (const record of ours) add(record.eventId, 1)
      let justified = 0
      for (const { kind, eventId } of differences) {
        const times = kind === 'only-ours' ? -1 : kind === 'only-theirs' ? 1 : 0
        if (times !== 0) add(eventId, times)
        justified += times
      }
      expect(ours.length + justified, file).toBe(records)
      expect(Object.fromEntries(found), file).toEqual(eventIds)
    }
  })

  test('the records behind a record of size 0 go on where the ones before it stopped and end as the chunk header says', () => {
    const torn = justifiedDifferences.filter(({ kind }) => kind === 'only-ours')
    expect(torn).toHaveLength(2)
    for (const { file, chunk, from, to, count } of torn) {
      const records = (byPlan.get(file) ?? []).filter(
        (record) => record.chunk === chunk && record.offset >= from && record.offset <= to,
      )
      const bytes = readFileSync(sample(file))
      const header = 4096 + chunk * 65_536
      expect(records).toHaveLength(count)
      expect(records.at(-1)?.recordId).toBe(bytes.readBigUInt64LE(header + 32))
      expect(records.at(-1)?.offset).toBe(bytes.readUInt32LE(header + 44))
      const first = records[0]?.recordId ?? 0n
      expect(first).toBeGreaterThan(bytes.readBigUInt64LE(header + 24))
      expect(records.map(({ recordId }) => recordId)).toEqual(
        records.map((_, index) => first + BigInt(index)),
      )
      expect(records.filter(({ headerTime, time }) => headerTime !== time)).toEqual([])
      expect(records.filter(({ headerRecordId, recordId }) => headerRecordId !== recordId)).toEqual([])
    }
  })
})
