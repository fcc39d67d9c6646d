// What the packed records of a case say is what the reader says of the same log, record by record.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { fileTime, formatUtc } from '../../../src/domain/time.ts'
import { memorySource } from '../../../src/evtx/byte-source.ts'
import { readRecords } from '../../../src/evtx/read-log.ts'
import { importEvidence } from '../../../src/workflow/import-evidence.ts'
import { nodePlatform } from '../../../src/workflow/ingest/node-platform.ts'
import type { OpenCase } from '../../../src/workflow/open-case.ts'
import { indexOfCase } from '../../../src/workflow/records/index-of-case.ts'
import { newCase, scratchFolder } from '../../builders/case.ts'
import { buildLog } from '../../builders/evtx.ts'
import { haveSamples, manifest, sample } from '../../samples.ts'

interface Plain {
  readonly place: string
  readonly recordId: string
  readonly time: string
  readonly eventId: number
  readonly system: readonly unknown[]
  readonly fields: readonly (readonly [string, string])[]
}

function readerSays(bytes: Uint8Array): { records: Plain[]; problems: number } {
  const records: Plain[] = []
  let problems = 0
  for (const outcome of readRecords(memorySource(bytes), { platform: nodePlatform })) {
    if (!outcome.ok) {
      problems++
      continue
    }
    const { value } = outcome
    const { system } = value
    records.push({
      place: `${value.chunk}/${value.offset}`,
      recordId: value.recordId.toString(),
      time: formatUtc(fileTime(value.time)),
      eventId: value.eventId,
      system: [
        system.Provider ?? '',
        system.Channel ?? '',
        system.Computer ?? '',
        Number(system.Version ?? 0),
        system.UserID || undefined,
      ],
      fields: value.names.map((name, i) => [name, value.values[i] ?? ''] as const),
    })
  }
  return { records, problems }
}

function caseSays(open: OpenCase, sha256: string): Plain[] {
  const index = indexOfCase(open)
  const records: Plain[] = []
  for (const segment of index.segments) {
    if (segment.evidenceId !== sha256) continue
    for (let row = 0; row < segment.rows; row++) {
      const record = segment.record(row)
      records.push({
        place: `${record.locator.chunk}/${record.locator.offset}`,
        recordId: record.locator.recordId.toString(),
        time: formatUtc(record.time),
        eventId: record.eventId,
        system: [
          record.provider,
          record.channel,
          record.computer,
          record.version,
          record.userSid || undefined,
        ],
        fields: record.names.map((name, i) => [name, record.values[i] ?? ''] as const),
      })
    }
  }
  return records
}

describe('packed records', () => {
  const cases: OpenCase[] = []
  afterAll(() => {
    for (const open of cases) open.close()
  })

  it.runIf(haveSamples)(
    'hold every field of every record of every sample, and every problem is counted',
    async () => {
      const open = await newCase()
      cases.push(open)
      const result = await importEvidence(open, [sample('evtx'), sample('evtx-reencoded')])
      let compared = 0
      const byHash = new Map(manifest().files.map((file) => [file.sha256, file.file]))
      for (const row of result.evidence) {
        const file = byHash.get(row.sha256)
        if (!file) throw new Error(`${row.name} is in no manifest`)
        const reader = readerSays(new Uint8Array(readFileSync(sample(file))))
        const packed = caseSays(open, row.sha256)
        expect(packed, file).toEqual(reader.records)
        expect(row.records, file).toBe(reader.records.length)
        expect(row.problems, file).toBeGreaterThanOrEqual(reader.problems)
        compared += packed.length
      }
      expect(compared).toBeGreaterThan(28_000)
    },
    180_000,
  )

  it('a record that cannot be packed leaves the ones beside it as they are', async () => {
    const bytes = buildLog(
      Array.from({ length: 5 }, (_, i) => ({
        eventId: 4688,
        time: `2026-03-01T10:00:0${i}.0000000Z`,
        data: { NewProcessName: `C:\\p${i}.exe`, CommandLine: `p${i} /x` },
      })),
    )
    // the third record's time and event number become zero, its frame stays whole
    const good = readerSays(bytes).records
    const third = Number(good[2]?.place.split('/')[1])
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    const start = 4096 + third
    const size = view.getUint32(start + 4, true)
    const ticks = view.getBigUint64(4096 + third + 16, true)
    for (let at = start + 24; at + 8 <= start + size; at++)
      if (view.getBigUint64(at, true) === ticks) view.setBigUint64(at, 0n, true)
    for (let at = start + 24; at + 2 <= start + size; at++)
      if (view.getUint16(at, true) === 4688) view.setUint16(at, 0, true)
    const folder = scratchFolder()
    writeFileSync(join(folder, 'Security.evtx'), bytes)
    const open = await newCase()
    cases.push(open)
    const result = await importEvidence(open, [folder])
    expect(result.records).toBe(4)
    expect(result.problems.map((problem) => problem.code)).toContain('evtx.record.incomplete')
    expect(caseSays(open, result.evidence[0]?.sha256 ?? '')).toEqual(good.filter((_, i) => i !== 2))
  })
})
