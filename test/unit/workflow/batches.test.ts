// Small logs are taken many at a time. What comes of it is what comes of taking each alone: same rows, same problems, same journal.
import { appendFileSync, copyFileSync, readdirSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { dumpCase } from '../../../src/casefile/dump.ts'
import { type ImportOptions, importEvidence } from '../../../src/workflow/import-evidence.ts'
import { ItemImport } from '../../../src/workflow/ingest/item-import.ts'
import { LogBatches } from '../../../src/workflow/ingest/log-batches.ts'
import { NotedProblems } from '../../../src/workflow/ingest/noted-problems.ts'
import { smallLog } from '../../../src/workflow/ingest/small-logs.ts'
import { IngestThreads } from '../../../src/workflow/ingest/threads.ts'
import { Meter } from '../../../src/workflow/meter.ts'
import { newCase, scratchFolder } from '../../builders/case.ts'
import { buildLog } from '../../builders/evtx.ts'
import { writeLargeLog } from '../../kill/kill-imports.ts'

const logOf = (count: number, seed: number) =>
  buildLog(
    Array.from({ length: count }, (_, i) => ({
      eventId: [4688, 4624][(i + seed) % 2] as number,
      time: 133_000_000_000_000_000n + BigInt(seed * 600_000_000 + i),
      recordId: BigInt(i * (1 + (seed % 2)) + 1),
      data:
        (i + seed) % 2
          ? { TargetUserName: `user${'x'.repeat(i % 5)}` }
          : { NewProcessName: `C:\\p${seed % 7}.exe`, CommandLine: `p${i} ${seed * 7919}` },
    })),
  )

/** 130 small logs, some damaged, cut, empty or twice there; among them one that is large and a task definition. */
function writeLogs(folder: string): void {
  for (let i = 0; i < 130; i++) {
    const log = logOf(1 + ((i * 37) % 300), i)
    if (i % 9 === 4) log.fill(0xee, 4096 + 700, Math.min(log.length, 4096 + 1500))
    if (i % 17 === 5) log.fill(0, 4096 + 20_000)
    writeFileSync(
      join(folder, `log${String(i).padStart(3, '0')}.evtx`),
      i % 23 === 7 ? log.subarray(0, log.length - 30_001) : log,
    )
  }
  copyFileSync(join(folder, 'log003.evtx'), join(folder, 'log004b.evtx'))
  copyFileSync(join(folder, 'log003.evtx'), join(folder, 'log120b.evtx'))
  writeLargeLog(join(folder, 'log060b.evtx'), smallLog + 200_000)
  writeFileSync(
    join(folder, 'log080b.xml'),
    '<Task xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"/>',
  )
}

async function imported(folder: string, options: ImportOptions) {
  const open = await newCase()
  const result = await importEvidence(open, [folder], options)
  const told = {
    dump: [...dumpCase(open.casefile)].join(''),
    // the first line names the folder of the case
    custody: open.custody
      .lines()
      .slice(1)
      .map(({ at, prev, ...line }) => line),
    items: open.casefile.evidence().map(({ admittedAt, ...row }) => row),
    stored: open.casefile.problems(),
    problems: result.problems,
    records: result.records,
    stagedFiles: readdirSync(join(open.dir, 'incoming')),
    intact: open.custody.check().intact,
  }
  open.close()
  return told
}

describe('small logs', () => {
  let folder: string
  beforeAll(() => {
    folder = scratchFolder()
    writeLogs(folder)
  })

  it('give in batches, on one thread and on several, what each gives alone', async () => {
    const alone = await imported(folder, { batches: false })
    expect(alone.items).toHaveLength(132)
    expect(alone.problems.length).toBeGreaterThan(20)
    expect(alone).toMatchObject({ stagedFiles: [], intact: true })
    for (const parsers of [1, 2, 3]) expect(await imported(folder, { parsers }), `${parsers}`).toEqual(alone)
  }, 300_000)

  it('that vanish, shrink, or outgrow a batch while others are read are told and taken as they are', async () => {
    const own = scratchFolder()
    for (let i = 0; i < 9; i++) writeFileSync(join(own, `log${i}.evtx`), logOf(40, i))
    const open = await newCase()
    let hasBegun = false
    const result = await importEvidence(open, [own], {
      onProgress: ({ phase }) => {
        if (hasBegun || !phase.startsWith('Reading ')) return
        hasBegun = true
        unlinkSync(join(own, 'log2.evtx'))
        truncateSync(join(own, 'log4.evtx'), 30_000)
        appendFileSync(join(own, 'log6.evtx'), Buffer.alloc(smallLog))
      },
    })
    const told = result.problems.map(({ code, where }) => `${code} ${where.replace(/^.*[\\/]/, '')}`)
    expect(told).toContain('source.file.vanished log2.evtx')
    expect(told).toContain('source.file.changed log4.evtx')
    expect(told).toContain('source.file.changed log6.evtx')
    const items = open.casefile.evidence()
    expect(items.map(({ name }) => name)).toEqual([0, 1, 3, 4, 5, 6, 7, 8].map((i) => `log${i}.evtx`))
    expect(items.find(({ name }) => name === 'log6.evtx')?.size).toBeGreaterThan(smallLog)
    for (const { sha256 } of items) expect(await open.store.verify(sha256 as never)).toBe(true)
    const imports = open.custody.lines().filter(({ action }) => action === 'imported')
    expect(imports.map(({ items: [id] }) => id)).toEqual(items.map(({ sha256 }) => sha256))
    expect(readdirSync(join(open.dir, 'incoming'))).toEqual([])
    open.close()
  })

  it.runIf(process.platform === 'linux')('that the system fails to read cost themselves only', async () => {
    // a file of the kernel that says it has 4096 bytes and gives an error for the first of them
    const unreadable = '/sys/class/net/lo/speed'
    const own = scratchFolder()
    for (const i of [1, 2]) writeFileSync(join(own, `log${i}.evtx`), logOf(5, i))
    const found = [join(own, 'log1.evtx'), unreadable, join(own, 'log2.evtx')].map((path) => ({
      name: path.replace(/^.*\//, ''),
      origin: path,
      kind: 'evtx' as const,
      size: 4096,
      path,
      open: () => Promise.reject(new Error('not asked for')),
    }))
    const open = await newCase()
    const threads = new IngestThreads()
    const meter = new Meter(undefined, { phase: 'Reading', step: 'parse', unit: 'bytes', total: 1 })
    const noted = new NotedProblems(open.casefile)
    const single = new ItemImport(open, threads, meter, {}, noted)
    try {
      const taken = []
      for await (const one of new LogBatches(open, threads, meter, {}, noted, single).take(found))
        taken.push(one)
      expect(taken.map(({ sha256 }) => sha256 !== undefined)).toEqual([true, false, true])
      expect(taken[1]?.problems[0]).toMatchObject({ code: 'source.file.unreadable', where: unreadable })
    } finally {
      await threads.stop()
    }
    expect(open.casefile.evidence()).toHaveLength(2)
    expect(readdirSync(join(open.dir, 'incoming'))).toEqual([])
    open.close()
  })
})
