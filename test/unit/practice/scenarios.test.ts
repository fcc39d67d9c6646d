import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Cancelled, Refusal } from '../../../src/base/refusal.ts'
import { memorySource } from '../../../src/evtx/byte-source.ts'
import { readRecords } from '../../../src/evtx/read-log.ts'
import { readHostFacts } from '../../../src/workflow/host-facts.ts'
import { practiceScenarios, writePractice } from '../../../src/workflow/make-practice.ts'
import { countLog, exportLog, haveLibevtx } from './libevtx.ts'
import { logsOf, type Read, readLog, type Truth, truthIn } from './written.ts'

const root = mkdtempSync(join(tmpdir(), 'tasktrail-scenarios-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let folders = 0
const fresh = () => join(root, `written-${folders++}`)

/** Exports of Sentinel are no event logs: sentinel.test.ts. */
const names = practiceScenarios()
  .map(({ name }) => name)
  .filter((name) => !name.startsWith('sentinel-'))
/** Stories in which times run backwards, record ids are missing, nobody asked the host, or no chain can be measured. */
const disordered = new Set(['clock-set-back'])
const filtered = new Set(['filtered-export'])
const withoutFacts = new Set(['policy-not-collected'])
const unregistered = new Set(['registry-only-task'])
const ofTheSystem = new Set(['group-policy', 'software-deployment', 'registry-only-task'])

const bytesIn = (dir: string): Map<string, Buffer> =>
  new Map(
    readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [relative(dir, path), readFileSync(path)]),
  )

describe.each(names)('practice evidence of %s', (scenario) => {
  const dir = fresh()
  const noise = names.indexOf(scenario) < 7 ? 900 : 150
  let truth: Truth
  beforeAll(async () => {
    const made = await writePractice(dir, { scenario, seed: 11, noise })
    truth = truthIn(dir)
    expect(made.truthPath).toBe(join(dir, 'truth.json'))
    expect(made.files.map((path) => relative(dir, path)).sort()).toEqual([...bytesIn(dir).keys()])
  })

  test('is read by our own reader without a problem, in time order and without a gap in the record ids', () => {
    for (const { path, host, channel, count } of logsOf(dir, truth)) {
      const records = readLog(path)
      expect(records.length).toBe(count)
      const first = BigInt(records[0]?.id ?? 0)
      const numbered = records.map((_, at) => (first + BigInt(at)).toString())
      const inOrder = records.every(({ time }, at) => at === 0 || time >= (records[at - 1] as Read).time)
      if (channel === 'Security') {
        expect(records.every(({ id }, at) => id === numbered[at])).toBe(!filtered.has(scenario))
        expect(inOrder).toBe(!disordered.has(scenario))
      } else expect(records.map(({ id }) => id)).toEqual(numbered)
      expect(new Set(records.map(({ record }) => record.system.Channel))).toEqual(new Set([channel]))
      expect(new Set(records.map(({ record }) => record.system.Computer))).toEqual(new Set([host]))
    }
  })

  test.runIf(haveLibevtx)(
    'is read by an independent reader without an error, with the exact number of records',
    () => {
      for (const { path, count } of logsOf(dir, truth)) {
        const reading = exportLog(path)
        expect(reading.trouble).toBe('')
        expect(reading.status).toBe(0)
        expect(reading.records.length).toBe(count)
        expect(countLog(path)).toMatchObject({ records: count, recovered: 0 })
      }
    },
  )

  test('names in its truth only records that are there, with the right event', () => {
    const events = new Map<string, number>()
    for (const { path, host, channel } of logsOf(dir, truth)) {
      for (const { id, eventId } of readLog(path)) events.set(`${host} ${channel} ${id}`, eventId)
    }
    expect(truth.chains.length).toBeGreaterThan(0)
    for (const chain of truth.chains) {
      for (const step of chain.steps) {
        expect(events.get(`${chain.host} ${step.channel} ${step.recordId}`)).toBe(step.eventId)
      }
    }
  })

  test('keeps every task on disk as the last record of it says, in UTF-16LE with a byte order mark', () => {
    for (const { host, folder } of truth.hosts) {
      const last = new Map<string, string>()
      for (const { eventId, fields } of readLog(join(dir, folder, 'Security.evtx'))) {
        const content = fields.TaskContentNew ?? fields.TaskContent
        if (eventId === 4699) last.delete(fields.TaskName as string)
        else if (eventId >= 4698 && eventId <= 4702) last.set(fields.TaskName as string, content as string)
      }
      const onDisk = new Map(
        [...bytesIn(join(dir, folder, 'Tasks'))].map(([path, bytes]) => {
          expect([...bytes.subarray(0, 2)]).toEqual([0xff, 0xfe])
          return [`\\${path.replaceAll('/', '\\')}`, bytes.subarray(2).toString('utf16le')]
        }),
      )
      for (const [path, content] of last) expect(onDisk.get(path)).toBe(content)
      for (const chain of truth.chains.filter((one) => one.host === host)) {
        const isNamedAgain = truth.chains.some(
          (other) =>
            other !== chain &&
            other.task.path === chain.task.path &&
            !other.steps.some(({ role }) => role === 'task-deleted'),
        )
        if (chain.steps.some(({ role }) => role === 'task-deleted') && !isNamedAgain)
          expect(onDisk.has(chain.task.path)).toBe(false)
        else expect(onDisk.has(chain.task.path)).toBe(!unregistered.has(scenario))
      }
    }
  })

  test('comes with host facts that can be read', () => {
    for (const { host, folder } of truth.hosts) {
      if (withoutFacts.has(scenario)) {
        expect(existsSync(join(dir, folder, 'host.json'))).toBe(false)
        continue
      }
      const json = readFileSync(join(dir, folder, 'host.json'), 'utf8')
      expect(readHostFacts(json, 'e'.repeat(64))).toMatchObject({ host, commandLineAudited: true })
      expect(JSON.parse(json)).toMatchObject({ practice: true })
    }
  })

  test('is the same for the same seed, byte for byte, and another story for another', async () => {
    const [again, other] = [fresh(), fresh()]
    await writePractice(again, { scenario, seed: 11, noise })
    expect(bytesIn(again)).toEqual(bytesIn(dir))
    await writePractice(other, { scenario, seed: 12, noise: 0 })
    const [mine, theirs] = [truth.chains[0], truthIn(other).chains[0]]
    if (mine && !ofTheSystem.has(scenario))
      expect(theirs?.happened.accountSid).not.toBe(mine.happened.accountSid)
    if (mine) expect(theirs?.anchor?.recordId).not.toBe(mine.anchor?.recordId)
    expect(truthIn(other).hosts[0]?.host).not.toBe(truth.hosts[0]?.host)
  })

  test('tells the same story whatever the noise', async () => {
    const quiet = fresh()
    await writePractice(quiet, { scenario, seed: 11, noise: 0 })
    const story = ({ chains }: Truth) =>
      chains.map((chain) => ({
        task: chain.task,
        account: chain.account,
        taskLogonId: chain.taskLogonId,
        ip: chain.source.ip,
        port: chain.source.port,
        pids: chain.processes.map(({ pid }) => pid),
      }))
    expect(story(truthIn(quiet))).toEqual(story(truth))
  })
})

describe('noise', () => {
  test('is exactly as much as asked for', async () => {
    const total = async (scenario: string, noise: number) => {
      const dir = fresh()
      await writePractice(dir, { scenario, seed: 21, noise })
      const truth = truthIn(dir)
      const written = logsOf(dir, truth).reduce((sum, { path }) => sum + readLog(path).length, 0)
      // what a cleared log held counts, too
      return truth.hosts.reduce((sum, { erased }) => sum + erased, written)
    }
    for (const scenario of names.slice(0, 7)) {
      const quiet = await total(scenario, 0)
      for (const noise of [1, 7, 1999]) expect((await total(scenario, noise)) - quiet).toBe(noise)
    }
  })

  test('counts the updates of tasks that services keep for themselves', async () => {
    const dir = fresh()
    await writePractice(dir, { scenario: 'atexec-pipe', seed: 8, noise: 4000 })
    const updates = readLog(join(dir, 'Security.evtx')).filter(({ eventId }) => eventId === 4702)
    expect(updates.length).toBe(truthIn(dir).hosts[0]?.managedUpdates)
    expect(updates.length).toBeGreaterThan(5)
    expect(new Set(updates.map(({ fields }) => fields.SubjectUserSid))).toEqual(new Set(['S-1-5-20']))
  })

  test('of 200,000 records is written with little memory', () => {
    const dir = fresh()
    const said = execFileSync(
      process.execPath,
      ['--max-old-space-size=48', join(import.meta.dirname, 'write-much.ts'), dir, '200000'],
      { encoding: 'utf8' },
    )
    const { maxRssKb } = JSON.parse(said) as { maxRssKb: number }
    expect(maxRssKb).toBeLessThan(300_000)
    const counts = truthIn(dir).hosts[0]?.records ?? {}
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(200_000)
    const security = join(dir, 'Security.evtx')
    let read = 0
    for (const outcome of readRecords(memorySource(readFileSync(security)))) {
      if (!outcome.ok) throw new Error(outcome.problem.what)
      read++
    }
    expect(read).toBe(counts.Security)
    if (haveLibevtx) expect(countLog(security).records).toBe(counts.Security)
    rmSync(dir, { recursive: true, force: true })
  }, 120_000)
})

describe('writing practice evidence', () => {
  const refusal = (code: string) => expect.objectContaining({ name: 'Refusal', code }) as Refusal

  test('is refused in a folder that holds anything, and leaves it as it was', async () => {
    const dir = fresh()
    mkdirSync(dir)
    writeFileSync(join(dir, 'precious.txt'), 'x')
    const trying = writePractice(dir, { scenario: 'atexec-pipe' })
    await expect(trying).rejects.toEqual(refusal('practice.folder.not-empty'))
    await expect(trying).rejects.toBeInstanceOf(Refusal)
    expect(readdirSync(dir)).toEqual(['precious.txt'])
  })

  test('is refused for what cannot be written, with a way out', async () => {
    const dir = fresh()
    await expect(writePractice(dir, { scenario: 'no-such' })).rejects.toEqual(
      refusal('practice.scenario.unknown'),
    )
    await expect(writePractice(dir, { scenario: 'atexec-pipe', seed: -1 })).rejects.toEqual(
      refusal('practice.seed.out-of-range'),
    )
    await expect(writePractice(dir, { scenario: 'atexec-pipe', noise: 1e9 })).rejects.toEqual(
      refusal('practice.noise.out-of-range'),
    )
    writeFileSync(`${dir}-file`, '')
    await expect(writePractice(join(`${dir}-file`, 'x'), { scenario: 'atexec-pipe' })).rejects.toBeInstanceOf(
      Refusal,
    )
  })

  test('can be stopped and leaves nothing behind', async () => {
    const dir = fresh()
    const stop = new AbortController()
    const trying = writePractice(dir, {
      scenario: 'atexec-pipe',
      noise: 60_000,
      signal: stop.signal,
      onProgress: ({ done }) => {
        if (done > 4000) stop.abort()
      },
    })
    await expect(trying).rejects.toBeInstanceOf(Cancelled)
    expect(readdirSync(dir)).toEqual([])
  })

  test('tells how far it has come, up to the end', async () => {
    const seen: (readonly [number, number | null])[] = []
    await writePractice(fresh(), {
      scenario: 'atexec-pipe',
      noise: 5000,
      onProgress: ({ done, total }) => seen.push([done, total]),
    })
    const [done, total] = seen.at(-1) ?? [0, 1]
    expect(done).toBe(total)
    expect(done).toBeGreaterThan(5000)
  })
})
