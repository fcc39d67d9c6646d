import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { caseMark } from '../../../src/cli/workflow-doors.ts'
import * as shapes from '../../../src/contract/shapes.ts'
import { practiceScenarios } from '../../../src/workflow/make-practice.ts'
import { caseFileName } from '../../../src/workflow/open-case.ts'

// every step starts a process; on a busy machine that takes seconds each
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const root = resolve(import.meta.dirname, '../../..')
const folder = mkdtempSync(join(tmpdir(), 'tasktrail-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Starts the real command line from its sources; `meet` gets the running process. */
function tasktrail(args: readonly string[], meet: (child: ChildProcess) => void = () => {}): Promise<Ended> {
  const env = { ...process.env, TASKTRAIL_CASE: '', TASKTRAIL_HOME: join(folder, 'home'), NO_COLOR: '1' }
  const child = spawn(process.execPath, [join(root, 'src/cli/main.ts'), ...args], { cwd: folder, env })
  const ended = { code: null as number | null, out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    ended.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    ended.err += text
  })
  meet(child)
  return new Promise((done) => {
    child.on('close', (code) => {
      done({ ...ended, code })
    })
  })
}

const [scenario = ''] = practiceScenarios().map(({ name }) => name)
beforeAll(async () => {
  expect(await tasktrail(['practice', scenario, '--out', 'drill', '--noise', '500'])).toMatchObject({
    code: 0,
    err: '',
  })
  const imported = await tasktrail(['import', 'drill', '--case', 'one'])
  expect(imported.err).toBe('')
  expect([0, 2]).toContain(imported.code)
})

describe('the command line as a process', () => {
  it('gives the same chains every time, in every case with the same evidence', async () => {
    const first = await tasktrail(['chains', '--case', 'one', '--json'])
    expect(first.code).toBe(0)
    expect(JSON.parse(first.out)).toMatchObject({ schema: 'tasktrail-chains/1' })
    expect(JSON.parse(first.out).chains.length).toBeGreaterThan(0)
    expect((await tasktrail(['chains', '--case', 'one', '--json'])).out).toBe(first.out)
    await tasktrail(['import', 'drill', '--case', 'two'])
    expect((await tasktrail(['chains', '--case', 'two', '--json'])).out).toBe(first.out)
  })

  it('ends with 4 for usage and 3 for what is not there', async () => {
    expect(await tasktrail(['chians'])).toMatchObject({ code: 4, out: '' })
    const missing = await tasktrail(['chains', '--case', 'nowhere'])
    expect(missing).toMatchObject({ code: 3, out: '' })
    expect(missing.err).toMatch(/^tasktrail: .*nowhere.*\n {2}\S/)
    expect(await tasktrail(['import', 'nothing', '--case', 'never'])).toMatchObject({ code: 3 })
    expect(existsSync(join(folder, 'never'))).toBe(false)
  })

  it('is quiet when its reader leaves early', async () => {
    const left = await tasktrail(['timeline', '--case', 'one', '--jsonl'], (child) => {
      child.stdout?.once('data', () => child.stdout?.destroy())
    })
    expect(left).toMatchObject({ code: 0, err: '' })
  })

  it('hands a case over: sealed, verified by the receiver, opened, and telling the same', async () => {
    const sealed = JSON.parse(
      (await tasktrail(['seal', '--case', 'one', '--out', 'handover', '--case-number', 'INC-1', '--json']))
        .out,
    )
    expect(await tasktrail(['verify', sealed.path])).toMatchObject({ code: 2 })
    writeFileSync(join(folder, 'allowed_signers'), `tier1@example.org ${sealed.signer.publicKey}\n`)
    const known = ['--allowed-signers', 'allowed_signers']
    const verified = await tasktrail([
      'verify',
      sealed.path,
      ...known,
      '--ticket-sha256',
      sealed.zipSha256,
      '--json',
    ])
    expect([verified.code, JSON.parse(verified.out)]).toMatchObject([
      0,
      { verdict: 'VALID-SIGNED', zipSha256: sealed.zipSha256 },
    ])
    expect(await tasktrail(['open', sealed.path, '--case', 'received', ...known])).toMatchObject({ code: 0 })
    const [mine, theirs] = [
      await tasktrail(['chains', '--case', 'one', '--json']),
      await tasktrail(['chains', '--case', 'received', '--json']),
    ]
    expect(theirs.out).toBe(mine.out)
    expect(await tasktrail(['import', 'drill', '--case', 'received'])).toMatchObject({ code: 3, out: '' })
    const bytes = readFileSync(sealed.path)
    bytes.writeUInt8((bytes.readUInt8(bytes.length >> 1) + 1) & 0xff, bytes.length >> 1)
    writeFileSync(join(folder, 'altered.zip'), bytes)
    expect((await tasktrail(['verify', 'altered.zip', ...known])).code).toBe(1)
    expect((await tasktrail(['open', 'altered.zip', '--case', 'altered'])).code).toBe(3)
    expect(existsSync(join(folder, 'altered'))).toBe(false)
  })

  it('prints what the window gets too: one shape for one thing', async () => {
    const json = async (...args: string[]) => JSON.parse((await tasktrail([...args, '--json'])).out)
    expect(
      shapes.ImportResult.parse(await json('import', 'drill', '--case', 'three')).records,
    ).toBeGreaterThan(0)
    expect(shapes.ChainsDocument.parse(await json('chains', '--case', 'one')).chains.length).toBeGreaterThan(
      0,
    )
    const timeline = await json('timeline', '--case', 'one', '--limit', '20')
    expect(shapes.TimelineSlice.parse(timeline).rows).toHaveLength(20)
    const sealed = shapes.SealResult.parse(
      await json('seal', '--case', 'three', '--no-sign', '--case-number', 'INC-3'),
    )
    expect(shapes.VerifyResult.parse(await json('verify', sealed.path)).verdict).toBe('VALID-UNSIGNED')
  })

  it('accounts for every record: dump, inspect, import and timeline count the same', async () => {
    const log = 'drill/Security.evtx'
    const dumped = await tasktrail(['dump', log])
    expect(dumped).toMatchObject({ code: 0, err: '' })
    const records = dumped.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const inspected = await tasktrail(['inspect', log, '--json'])
    expect(inspected.code).toBe(0)
    expect(JSON.parse(inspected.out).records).toBe(records.length)
    const timeline = await tasktrail(['timeline', '--case', 'one', '--channel', 'Security', '--jsonl'])
    expect(timeline.out.trim().split('\n')).toHaveLength(records.length)
    const ids = (text: string, of: (row: { recordId: string; citation: { recordId: string } }) => string) =>
      text
        .trim()
        .split('\n')
        .map((line) => of(JSON.parse(line)))
        .sort()
    expect(ids(timeline.out, (row) => row.citation.recordId)).toEqual(ids(dumped.out, (row) => row.recordId))
    const xml = await tasktrail(['dump', log, '--format', 'xml'])
    expect(xml.out.match(/<Event /g)).toHaveLength(records.length)
  })

  it('refuses files that are no logs, clearly', async () => {
    writeFileSync(join(folder, 'empty.evtx'), '')
    writeFileSync(join(folder, 'notes.evtx'), 'these are notes')
    for (const name of ['empty.evtx', 'notes.evtx', 'missing.evtx'])
      for (const verb of ['dump', 'inspect']) {
        const ended = await tasktrail([verb, name])
        expect([verb, name, ended.code]).toEqual([verb, name, 3])
        expect(ended.err).toMatch(/^tasktrail: \S/)
        expect(ended.err).not.toMatch(/fault of Tasktrail/)
      }
  })

  it('stops at Ctrl-C with 130 and leaves nothing half made', async () => {
    const stopped = await tasktrail(
      ['practice', scenario, '--out', 'large', '--noise', '2000000', '--progress'],
      (child) => {
        child.stderr?.once('data', () => {
          child.kill('SIGINT')
          child.kill('SIGINT') // a terminal and npm both pass the same Ctrl-C on
        })
      },
    )
    expect(stopped.code).toBe(130)
    expect(stopped.err).toMatch(/\ntasktrail: cancelled/)
    expect(existsSync(join(folder, 'large', 'truth.json'))).toBe(false)
  })

  it('knows a case by the file the workflow writes', () => {
    expect(caseMark).toBe(caseFileName)
    expect(existsSync(join(folder, 'one', caseMark))).toBe(true)
  })
})

describe('the documents', () => {
  it.each(['README.md', 'docs/cli.md', 'CONTRIBUTING.md'])('name only scenarios that exist: %s', (path) => {
    const named = [...readFileSync(join(root, path), 'utf8').matchAll(/practice ([a-z][a-z-]+) --/g)]
    const known = practiceScenarios().map(({ name }) => name)
    for (const [, name] of named) expect(known).toContain(name)
    if (path !== 'CONTRIBUTING.md') expect(named.length).toBeGreaterThan(0)
  })
})
