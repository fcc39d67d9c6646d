// Sources that change, vanish or cannot be read, and disks that are full: each ends in a problem or a refusal that says what,
// where and what to do, and never in a case that looks whole.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Refusal } from '../../../src/base/refusal.ts'
import { digestOfCase } from '../../../src/casefile/dump.ts'
import { importEvidence } from '../../../src/workflow/import-evidence.ts'
import { ItemImport } from '../../../src/workflow/ingest/item-import.ts'
import { IngestThreads } from '../../../src/workflow/ingest/threads.ts'
import { listEvidence } from '../../../src/workflow/list-evidence.ts'
import { Meter } from '../../../src/workflow/meter.ts'
import { createCase, type OpenCase, openCase } from '../../../src/workflow/open-case.ts'
import { summariseCase } from '../../../src/workflow/summarise-case.ts'
import { newCase, scratchFolder, testOperator } from '../../builders/case.ts'
import { buildLog } from '../../builders/evtx.ts'

const logOf = (count: number, minute = 1) =>
  buildLog(
    Array.from({ length: count }, (_, i) => ({
      eventId: 4688,
      time: 133_000_000_000_000_000n + BigInt(minute * 600_000_000 + i),
      data: { NewProcessName: `C:\\tools\\p${i}.exe`, CommandLine: `p${i} ${i * 7919}` },
    })),
  )

/** Does something to the source when the first file is about to be read: everything has been found then. */
function atFirstRead(act: () => void) {
  let done = false
  return {
    onProgress: ({ step, phase }: { readonly step: string; readonly phase: string }) => {
      if (done || step !== 'parse' || !phase.startsWith('Reading ')) return
      done = true
      act()
    },
  }
}
const codes = (result: Awaited<ReturnType<typeof importEvidence>>) =>
  result.problems.map(({ code, where }) => [code, where.replace(/^.*[\\/]/, '')])
const hasFifo = process.platform !== 'win32' && spawnSync('mkfifo', ['--version']).status === 0

describe('a source that is not what it was', () => {
  it.runIf(hasFifo)(
    'is left out when it is a named pipe, in a folder and named by the operator',
    async () => {
      const folder = scratchFolder()
      execFileSync('mkfifo', [join(folder, 'pipe.evtx')])
      writeFileSync(join(folder, 'Security.evtx'), logOf(5))
      const open = await newCase()
      const inFolder = await importEvidence(open, [folder])
      expect(codes(inFolder)).toEqual([['source.file.special', 'pipe.evtx']])
      expect(inFolder.records).toBe(5)
      const named = await importEvidence(open, [join(folder, 'pipe.evtx')])
      expect(codes(named)).toEqual([['source.file.special', 'pipe.evtx']])
      open.close()
    },
  )

  it('is a problem when it vanishes between being found and being read; the rest is taken', async () => {
    const folder = scratchFolder()
    const path = (name: string) => join(folder, name)
    writeFileSync(path('a.evtx'), logOf(5))
    writeFileSync(path('b.evtx'), logOf(5, 2))
    writeFileSync(path('c.xml'), '<Task xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"/>')
    writeFileSync(path('d.evtx'), logOf(5, 4))
    const open = await newCase()
    const result = await importEvidence(open, [folder], {
      ...atFirstRead(() => {
        unlinkSync(path('b.evtx'))
        unlinkSync(path('c.xml'))
      }),
    })
    expect(codes(result)).toEqual([
      ['source.file.vanished', 'b.evtx'],
      ['source.file.vanished', 'c.xml'],
    ])
    expect(listEvidence(open).map(({ name }) => name)).toEqual(['a.evtx', 'd.evtx'])
    expect(readdirSync(join(open.dir, 'incoming'))).toEqual([])
    open.close()
  })

  it.runIf(hasFifo)('is a problem when a named pipe or a folder takes its place', async () => {
    const folder = scratchFolder()
    const path = (name: string) => join(folder, name)
    for (const [i, name] of ['a.evtx', 'b.evtx', 'c.evtx'].entries()) writeFileSync(path(name), logOf(5, i))
    const open = await newCase()
    const result = await importEvidence(open, [folder], {
      ...atFirstRead(() => {
        renameSync(path('b.evtx'), join(scratchFolder(), 'gone'))
        execFileSync('mkfifo', [path('b.evtx')])
        unlinkSync(path('c.evtx'))
        mkdirSync(path('c.evtx'))
      }),
    })
    expect(codes(result)).toEqual([
      ['source.file.unreadable', 'b.evtx'],
      ['source.file.unreadable', 'c.evtx'],
    ])
    expect(result.records).toBe(5)
    open.close()
  })

  it('is taken as far as it was read and said to have changed when it shrinks or grows', async () => {
    const folder = scratchFolder()
    const path = (name: string) => join(folder, name)
    writeFileSync(path('a.evtx'), logOf(5))
    writeFileSync(path('grows.evtx'), logOf(400, 2))
    writeFileSync(path('shrinks.evtx'), logOf(400, 3))
    writeFileSync(path('task.xml'), '<Task xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"/>')
    const open = await newCase()
    const result = await importEvidence(open, [folder], {
      ...atFirstRead(() => {
        appendFileSync(path('grows.evtx'), Buffer.alloc(70_000))
        truncateSync(path('shrinks.evtx'), 4096 + 65_536 + 1000)
        appendFileSync(path('task.xml'), '<!-- more -->')
      }),
    })
    const changed = codes(result).filter(([code]) => code === 'source.file.changed')
    expect(changed.map(([, name]) => name)).toEqual(['grows.evtx', 'shrinks.evtx', 'task.xml'])
    for (const row of listEvidence(open))
      expect(await open.store.verify(row.sha256 as never), row.name).toBe(true)
    open.close()
  })

  it('does not keep the import busy for ever when it grows as fast as it is read', async () => {
    const folder = scratchFolder()
    const path = join(folder, 'Security.evtx')
    writeFileSync(path, logOf(2000))
    const grower =
      'const f=require("fs");const b=Buffer.alloc(1<<20);for(let i=0;i<400;i++)f.appendFileSync(process.argv[1],b)'
    const writer = spawn(process.execPath, ['-e', grower, path], { stdio: 'ignore' })
    const ended = new Promise((resolve) => writer.on('close', resolve))
    const open = await newCase()
    try {
      const result = await importEvidence(open, [folder])
      expect(result.evidence).toHaveLength(1)
      expect(result.records).toBeGreaterThanOrEqual(2000)
    } finally {
      writer.kill('SIGKILL')
      await ended
      open.close()
    }
  })

  const unreadable = '/sys/class/net/lo/speed'
  it.runIf(existsSync(unreadable))('is a problem when the system fails to read it', async () => {
    // a file of the kernel that says it has 4096 bytes and gives an error for the first of them
    const open = await newCase()
    const found = await importEvidence(open, [unreadable])
    expect(codes(found)).toEqual([['source.file.unreadable', 'speed']])
    const threads = new IngestThreads()
    try {
      const meter = new Meter(undefined, { phase: 'Reading', step: 'parse', unit: 'bytes', total: 1 })
      const file = {
        name: 'speed',
        origin: unreadable,
        kind: 'evtx' as const,
        size: 4096,
        path: unreadable,
        open: () => Promise.reject(new Error('not asked for')),
      }
      const taken = await new ItemImport(open, threads, meter, {}).take(file)
      expect(taken.sha256).toBeUndefined()
      expect(taken.problems[0]).toMatchObject({ code: 'source.file.unreadable', where: unreadable })
    } finally {
      await threads.stop()
    }
    expect(listEvidence(open)).toEqual([])
    expect(readdirSync(join(open.dir, 'incoming'))).toEqual([])
    open.close()
  })
})

describe('a log with a damaged header', () => {
  it.each([
    ['the header alone', 4096],
    ['the header and the first two chunks', 4096 + 2 * 65_536],
  ])('is taken by its chunks, small or large, when %s is overwritten', async (_, bytes) => {
    const folder = scratchFolder()
    const log = logOf(2500)
    log.fill(0xee, 0, bytes)
    writeFileSync(join(folder, 'small.evtx'), log)
    const body = log.subarray(4096)
    const copies = Math.ceil((5 << 20) / body.length)
    writeFileSync(
      join(folder, 'without a telling name'),
      Buffer.concat([log, ...Array.from({ length: copies }, () => body)]),
    )
    writeFileSync(join(folder, 'noise.evtx'), Buffer.alloc(300_000, 0xee))
    const open = await newCase()
    const result = await importEvidence(open, [folder])
    const told = codes(result)
    expect(told).toContainEqual(['source.file.foreign', 'noise.evtx'])
    expect(told).toContainEqual(['evtx.file.header-damaged', 'small.evtx'])
    expect(told).toContainEqual(['evtx.file.header-damaged', 'without a telling name'])
    const rows = listEvidence(open)
    const small = rows.find(({ name }) => name === 'small.evtx')
    expect(small?.records).toBeGreaterThan(1000)
    expect(rows.find(({ name }) => name !== 'small.evtx')?.records).toBe(
      (small?.records as number) * (copies + 1),
    )
    open.close()
  })
})

/** Evidence whose undisturbed import is known. */
async function reference(): Promise<{
  readonly folder: string
  readonly digest: string
  readonly pages: number
}> {
  const folder = scratchFolder()
  writeFileSync(join(folder, 'a.evtx'), logOf(300))
  writeFileSync(join(folder, 'b.evtx'), logOf(4000, 2))
  writeFileSync(
    join(folder, 'c.xml'),
    '<Task xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"/>',
  )
  const open = await newCase()
  await importEvidence(open, [folder])
  const digest = digestOfCase(open.casefile)
  const pages = open.casefile.pageCount()
  open.close()
  return { folder, digest, pages }
}

/** What must hold for a case an import failed in: it says so, and the same import once more makes it whole. */
async function goesOn(open: OpenCase, folder: string, digest: string): Promise<void> {
  for (const row of listEvidence(open))
    if (row.state === 'complete') expect(await open.store.verify(row.sha256 as never)).toBe(true)
  expect(open.custody.check().intact).toBe(true)
  const { incomplete } = await summariseCase(open)
  // it says that it is not whole, or it is, or nothing was begun
  if (incomplete.length === 0 && listEvidence(open).length > 0)
    expect(digestOfCase(open.casefile)).toBe(digest)
  await importEvidence(open, [folder])
  expect(digestOfCase(open.casefile)).toBe(digest)
  expect((await summariseCase(open)).incomplete).toEqual([])
  expect(readdirSync(join(open.dir, 'incoming'))).toEqual([])
}

describe('a full disk', () => {
  it('stops the database with a refusal at every size, and the import goes on when there is room', async () => {
    const { folder, digest, pages } = await reference()
    const empty = await newCase()
    const least = empty.casefile.pageCount()
    empty.close()
    let refused = 0
    for (const room of [0, 2, 20, pages - least - 2]) {
      const open = await newCase()
      open.casefile.limitPages(least + room)
      const error: unknown = await importEvidence(open, [folder]).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      if (error !== undefined) {
        refused++
        expect(error).toBeInstanceOf(Refusal)
        expect(error).toMatchObject({ code: 'disk.space.exhausted' })
        const { message, remedy } = error as Refusal
        expect(message).toContain(open.casefile.path)
        expect(message).toContain('the disk is full')
        expect(remedy).toContain('Free space')
      }
      const { dir } = open
      open.close()
      const again = await openCase(dir, { operator: testOperator })
      await goesOn(again, folder, digest)
      again.close()
    }
    expect(refused).toBeGreaterThanOrEqual(3)
  })

  // a small disk of its own needs the right to mount one; elsewhere the test above stands for it
  const disk = scratchFolder()
  const mount = (size: string, how = '') =>
    spawnSync('mount', ['-t', 'tmpfs', '-o', `${how}size=${size}`, 'tmpfs', disk]).status === 0
  const canMount = process.platform === 'linux' && process.getuid?.() === 0 && mount('1m')
  if (canMount) spawnSync('umount', [disk])
  afterAll(() => {
    if (canMount) spawnSync('umount', ['-l', disk])
  })

  it.runIf(canMount)('stops copy, database and journal alike with a refusal, wherever it ends', async () => {
    const { folder, digest } = await reference()
    let refused = 0
    for (let kib = 60; kib < 12_000; kib = Math.ceil(kib * 2.3)) {
      expect(mount(`${kib}k`)).toBe(true)
      try {
        const dir = join(disk, 'case')
        const error: unknown = await (async () => {
          const open = await createCase(dir, { title: 'small', operator: testOperator })
          try {
            await importEvidence(open, [folder])
          } finally {
            open.close()
          }
        })().catch((reason: unknown) => reason)
        if (error !== undefined) {
          refused++
          expect(error, `${kib} KiB: ${(error as Error).stack}`).toBeInstanceOf(Refusal)
          expect(error).toMatchObject({ code: 'disk.space.exhausted' })
          expect((error as Refusal).message).toContain(disk)
        }
        expect(mount('64m', 'remount,')).toBe(true)
        const open = existsSync(join(dir, 'case.json'))
          ? await openCase(dir, { operator: testOperator })
          : await createCase(dir, { title: 'small', operator: testOperator })
        await goesOn(open, folder, digest)
        open.close()
      } finally {
        spawnSync('umount', [disk])
      }
    }
    expect(refused).toBeGreaterThanOrEqual(3)
  })

  it.runIf(canMount)('is told apart from a disk that may not be written', async () => {
    expect(mount('16m')).toBe(true)
    try {
      const dir = join(disk, 'case')
      const open = await createCase(dir, { title: 'fixed', operator: testOperator })
      open.close()
      expect(mount('16m', 'remount,ro,')).toBe(true)
      await expect(openCase(dir, { operator: testOperator })).rejects.toMatchObject({
        code: 'disk.folder.read-only',
        remedy: expect.stringContaining('can be written'),
      })
      await expect(
        createCase(join(disk, 'other'), { title: 'none', operator: testOperator }),
      ).rejects.toMatchObject({ code: 'disk.folder.read-only' })
    } finally {
      spawnSync('umount', [disk])
    }
  })
})
