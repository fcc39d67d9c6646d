// The same evidence gives the same case, however many threads read it.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { dumpCase } from '../../../src/casefile/dump.ts'
import { importEvidence } from '../../../src/workflow/import-evidence.ts'
import { listEvidence } from '../../../src/workflow/list-evidence.ts'
import { readyIngest } from '../../../src/workflow/ready-ingest.ts'
import { indexOfCase } from '../../../src/workflow/records/index-of-case.ts'
import { newCase, scratchFolder } from '../../builders/case.ts'
import { buildLog } from '../../builders/evtx.ts'

/** A log of several 16 MiB stretches with gaps, clocks that go back, and damage near and across the borders of stretches. */
function largeLog(): Uint8Array {
  const chunk = 65_536
  const small = buildLog(
    Array.from({ length: 2000 }, (_, i) => ({
      eventId: i % 3 ? 4634 : 4688,
      time: 132_000_000_000_000_000n + BigInt(i) * 1_000_000n,
      recordId: BigInt(i + 1),
      data:
        i % 3
          ? { TargetUserName: `user${i % 11}`, TargetLogonId: `0x${i.toString(16)}` }
          : { SubjectUserName: `adm${i % 5}`, CommandLine: `c${i} ${'x'.repeat(i % 700)}` },
    })),
  )
  const body = small.subarray(4096)
  const chunks = body.length / chunk
  const copies = Math.ceil((40 * 1024 * 1024) / body.length)
  const bytes = new Uint8Array(4096 + copies * body.length)
  bytes.set(small.subarray(0, 4096))
  for (let copy = 0; copy < copies; copy++) bytes.set(body, 4096 + copy * body.length)
  for (const index of [3, 255, 256, 511, 512, 513, copies * chunks - 2])
    bytes.fill(0xee, 4096 + index * chunk + 2000, 4096 + index * chunk + 9000)
  bytes.fill(0, 4096 + 300 * chunk, 4096 + 301 * chunk)
  return bytes.subarray(0, bytes.length - 30_000)
}

describe('parse threads', () => {
  let folder: string
  beforeAll(() => {
    folder = scratchFolder()
    writeFileSync(join(folder, 'large.evtx'), largeLog())
    writeFileSync(join(folder, 'small.evtx'), buildLog([{ eventId: 4634, time: 132_000_000_000_000_000n }]))
  })

  it('give a byte-identical case with 1, 2 and 4 of them, the same ids, and the same problems', async () => {
    const results = []
    for (const parsers of [1, 2, 4, 'ready']) {
      // started before the case is opened, with a log to begin with: damaged chunks and all
      const how = typeof parsers === 'number' ? { parsers } : { threads: readyIngest([folder]) }
      const open = await newCase()
      const result = await importEvidence(open, [folder], how)
      const index = indexOfCase(open)
      const ids = [0, 1, 1000, index.total - 1].map((at) => index.locator(index.order[at] as number))
      const listed = listEvidence(open).map(({ admittedAt, ...row }) => row)
      results.push({ dump: [...dumpCase(open.casefile)].join('\n'), ids, listed, problems: result.problems })
      open.close()
    }
    expect(results[0]?.listed.find((row) => row.name === 'large.evtx')?.records).toBeGreaterThan(50_000)
    expect(results[0]?.problems.length).toBeGreaterThan(5)
    expect(results[1]).toEqual(results[0])
    expect(results[2]).toEqual(results[0])
    expect(results[3]).toEqual(results[0])
  }, 120_000)
})
