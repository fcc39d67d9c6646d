// Taking evidence in: what goes wrong with one file is said and counted, and nothing else is lost.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Cancelled, Refusal } from '../../../src/base/refusal.ts'
import { importEvidence } from '../../../src/workflow/import-evidence.ts'
import { listEvidence, listProblems, readCustody } from '../../../src/workflow/list-evidence.ts'
import { openCase } from '../../../src/workflow/open-case.ts'
import { timelineSlice } from '../../../src/workflow/read-timeline.ts'
import { summariseCase } from '../../../src/workflow/summarise-case.ts'
import { newCase, scratchFolder, testOperator } from '../../builders/case.ts'
import { buildLog } from '../../builders/evtx.ts'

const logOf = (count: number, start = 1n) =>
  buildLog(
    Array.from({ length: count }, (_, i) => ({
      eventId: 4634,
      time: 132_000_000_000_000_000n + (start + BigInt(i)) * 10_000n,
      recordId: start + BigInt(i),
      data: {
        TargetUserName: `user${i % 7}`,
        TargetDomainName: 'CORP',
        TargetLogonId: `0x${(i + 1).toString(16)}`,
      },
    })),
  )

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('importing evidence', () => {
  it('stores a log by its hash, read-only, and leaves the original as it is', async () => {
    const folder = scratchFolder()
    const path = join(folder, 'Security.evtx')
    const bytes = logOf(300)
    writeFileSync(path, bytes)
    const open = await newCase()
    const result = await importEvidence(open, [path])
    expect(result).toMatchObject({ records: 300, events: 300, problems: [] })
    expect(result.evidence[0]).toMatchObject({
      sha256: sha256(bytes),
      size: bytes.length,
      kind: 'evtx',
      state: 'complete',
    })
    const stored = open.store.pathOf(result.evidence[0]?.sha256 as never)
    expect(readFileSync(stored).equals(Buffer.from(bytes))).toBe(true)
    expect(statSync(stored).mode & 0o222).toBe(0)
    expect(readFileSync(path).equals(Buffer.from(bytes))).toBe(true)
    const custody = readCustody(open)
    expect(custody.intact).toBe(true)
    expect(custody.lines.map((line) => line.action)).toEqual(['case-opened', 'imported'])
    expect(custody.lines[1]?.items).toEqual([sha256(bytes)])
    open.close()
  })

  it('gives each bad file one sentence and takes all the good ones', async () => {
    const folder = scratchFolder()
    const put = (name: string, bytes: Uint8Array | string) => writeFileSync(join(folder, name), bytes)
    put('good.evtx', logOf(10))
    put('no-extension', logOf(10, 100n))
    put('picture.evtx', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0]))
    put('empty.evtx', '')
    put('old.evtx', new Uint8Array([0x30, 0, 0, 0, 0x4c, 0x66, 0x4c, 0x65, 1, 0, 0, 0, 1, 0, 0, 0]))
    put('again.evtx', logOf(10))
    put('cut.evtx', logOf(400, 1000n).subarray(0, 4096 + 65_536 + 20_000))
    put(
      'bomb.xml',
      '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Task xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"><RegistrationInfo><Author>&b;</Author></RegistrationInfo></Task>',
    )
    symlinkSync(join(folder, 'good.evtx'), join(folder, 'link.evtx'))
    mkdirSync(join(folder, 'sub'))
    put(
      'sub/task.xml',
      '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"><Actions><Exec><Command>a.exe</Command></Exec></Actions></Task>',
    )
    const open = await newCase()
    const result = await importEvidence(open, [folder])
    const about = (name: string) =>
      result.problems.filter((problem) => problem.where.includes(name)).map((problem) => problem.code)
    expect({
      picture: about('picture.evtx'),
      empty: about('empty.evtx'),
      old: about('old.evtx'),
      again: about('good.evtx').concat(about('again.evtx')),
      link: about('link.evtx'),
      bomb: about('bomb.xml'),
      noExtension: about('no-extension'),
    }).toEqual({
      picture: ['source.file.foreign'],
      empty: ['source.file.empty'],
      old: ['source.file.legacy-evt'],
      again: ['import.evidence.duplicate'],
      link: ['source.link.not-followed'],
      bomb: ['tasks.xml.doctype'],
      noExtension: [],
    })
    expect(about('cut.evtx')).toContain('evtx.chunk.truncated')
    for (const problem of result.problems) expect(problem.what.length).toBeGreaterThan(20)
    const rows = timelineSlice(open, { terms: [] }, 0, 500)
    const cut = result.evidence.find((row) => row.name === 'cut.evtx')
    expect(cut?.records).toBeGreaterThan(100)
    expect(rows.total).toBe(20 + (cut?.records ?? 0))
    expect(
      listEvidence(open)
        .map((row) => row.kind)
        .sort(),
    ).toEqual(['evtx', 'evtx', 'evtx', 'task-xml', 'task-xml'])
    expect(listProblems(open)).toHaveLength(result.problems.length)
    expect((await summariseCase(open)).counts.problems).toBe(result.problems.length)
    open.close()
  })

  it.runIf(existsSync('/proc/self/mem'))(
    'says which file it could not read, and takes the rest',
    async () => {
      const folder = scratchFolder()
      writeFileSync(join(folder, 'good.evtx'), logOf(5))
      const open = await newCase()
      // reading the start of a process's memory fails with EIO for everybody, root included
      const result = await importEvidence(open, ['/proc/self/mem', join(folder, 'good.evtx')])
      expect(result.problems).toHaveLength(1)
      expect(result.problems[0]?.where).toBe('/proc/self/mem')
      expect(result.records).toBe(5)
      open.close()
    },
  )

  it('counts a second import of the same bytes once and says so', async () => {
    const path = join(scratchFolder(), 'Security.evtx')
    writeFileSync(path, logOf(50))
    const open = await newCase()
    await importEvidence(open, [path])
    const again = await importEvidence(open, [path])
    expect(again.problems.map((problem) => problem.code)).toEqual(['import.evidence.duplicate'])
    expect(timelineSlice(open, { terms: [] }, 0, 10).total).toBe(50)
    expect(listEvidence(open)).toHaveLength(1)
    open.close()
  })

  it('a stopped import keeps what was finished, and the next one goes on from there', async () => {
    const folder = scratchFolder()
    for (let i = 0; i < 6; i++)
      writeFileSync(join(folder, `log${i}.evtx`), logOf(3000, BigInt(i * 10_000 + 1)))
    const open = await newCase()
    const stop = new AbortController()
    let seen = 0
    const stopped = importEvidence(open, [folder], {
      signal: stop.signal,
      onProgress: (progress) => {
        if (progress.phase.includes('log3') && ++seen === 1) stop.abort()
      },
    })
    await expect(stopped).rejects.toBeInstanceOf(Cancelled)
    const kept = listEvidence(open)
    expect(kept.length).toBeGreaterThanOrEqual(3)
    expect(kept.length).toBeLessThan(6)
    expect(kept.every((row) => row.state === 'complete')).toBe(true)
    expect(readCustody(open).lines.at(-1)?.note).toContain('import stopped')
    expect((await summariseCase(open)).incomplete[0]).toContain('stopped before its end')
    const rest = await importEvidence(open, [folder])
    expect(rest.problems.filter((problem) => problem.code === 'import.evidence.duplicate')).toHaveLength(
      kept.length,
    )
    expect(timelineSlice(open, { terms: [] }, 0, 1).total).toBe(18_000)
    expect(readdirSync(join(open.dir, 'incoming'))).toEqual([])
    open.close()
  })

  it('a killed import leaves a case that opens, says what is incomplete, and goes on', async () => {
    const folder = scratchFolder()
    for (let i = 0; i < 8; i++)
      writeFileSync(join(folder, `log${i}.evtx`), logOf(4000, BigInt(i * 10_000 + 1)))
    const script = join(import.meta.dirname, '../../builders/import-child.ts')
    for (const wait of [0, 40, 150]) {
      const dir = join(scratchFolder(), 'case')
      const child = spawn(process.execPath, [script, dir, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
      const ended = new Promise((resolve) => child.on('close', resolve))
      await new Promise<void>((resolve) =>
        child.stdout.on('data', (text) => /started/.test(String(text)) && resolve()),
      )
      await sleep(wait)
      child.kill('SIGKILL')
      await ended
      const open = await openCase(dir, { operator: testOperator })
      expect(open.custody.check().intact).toBe(true)
      const before = listEvidence(open)
      for (const row of before.filter((one) => one.state === 'complete'))
        expect(sha256(readFileSync(open.store.pathOf(row.sha256 as never)))).toBe(row.sha256)
      const half = before.filter((row) => row.state === 'incomplete')
      const summary = await summariseCase(open)
      expect(summary.incomplete).toHaveLength(half.length + 1)
      expect(summary.incomplete[0]).toContain(folder)
      const result = await importEvidence(open, [folder])
      expect(result.problems.every((problem) => problem.code === 'import.evidence.duplicate')).toBe(true)
      expect(timelineSlice(open, { terms: [] }, 0, 1).total).toBe(32_000)
      expect((await summariseCase(open)).incomplete).toEqual([])
      const imported = readCustody(open)
        .lines.filter((line) => line.action === 'imported')
        .flatMap((line) => line.items)
      expect(new Set(imported).size).toBe(8)
      expect(readdirSync(join(dir, 'incoming'))).toEqual([])
      open.close()
    }
  })

  it('a full disk is a refusal that names the place, and leaves nothing half-taken', async () => {
    // a file stands where the store wants its folder for incoming bytes: every write fails as on a broken disk
    const folder = scratchFolder()
    writeFileSync(join(folder, 'Security.evtx'), logOf(20))
    const open = await newCase()
    const incoming = join(open.dir, 'incoming')
    const { rmdirSync } = await import('node:fs')
    rmdirSync(incoming)
    writeFileSync(incoming, '')
    await expect(importEvidence(open, [folder])).rejects.toBeInstanceOf(Refusal)
    expect(listEvidence(open)).toEqual([])
    open.close()
  })

  it('refuses to make a case where there is one, and to open what is none', async () => {
    const open = await newCase()
    open.close()
    const { createCase } = await import('../../../src/workflow/open-case.ts')
    await expect(createCase(open.dir, { title: 'again', operator: testOperator })).rejects.toMatchObject({
      code: 'case.folder.exists',
    })
    await expect(openCase(scratchFolder(), { operator: testOperator })).rejects.toMatchObject({
      code: 'case.folder.missing',
    })
    const damaged = join(scratchFolder(), 'case')
    mkdirSync(damaged)
    copyFileSync(join(open.dir, 'case.json'), join(damaged, 'case.json'))
    writeFileSync(
      join(damaged, 'case.sqlite'),
      'this is no database at all, but long enough to be read as one',
    )
    await expect(openCase(damaged, { operator: testOperator })).rejects.toMatchObject({
      code: 'case.database.damaged',
    })
    expect(existsSync(join(damaged, 'case.json'))).toBe(true)
  })
})
