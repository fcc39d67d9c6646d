import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Cancelled, Refusal } from '../../../src/base/refusal.ts'
import { memorySource } from '../../../src/evtx/byte-source.ts'
import { readRecords } from '../../../src/evtx/read-log.ts'
import type { EvtxRecord } from '../../../src/evtx/record.ts'
import { readHostFacts } from '../../../src/workflow/host-facts.ts'
import { practiceScenarios, writePractice } from '../../../src/workflow/make-practice.ts'
import { countLog, exportLog, haveLibevtx } from './libevtx.ts'

const root = mkdtempSync(join(tmpdir(), 'tasktrail-scenarios-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let folders = 0
const fresh = () => join(root, `written-${folders++}`)

const names = practiceScenarios().map(({ name }) => name)

interface Read {
  readonly id: string
  readonly eventId: number
  readonly time: bigint
  readonly fields: Readonly<Record<string, string>>
  readonly record: EvtxRecord
}
function readLog(path: string): Read[] {
  const found: Read[] = []
  for (const outcome of readRecords(memorySource(readFileSync(path)))) {
    if (!outcome.ok) throw new Error(`${path}: ${outcome.problem.what}`)
    const record = outcome.value
    const fields = Object.fromEntries(record.names.map((name, at) => [name, record.values[at] as string]))
    found.push({ id: record.recordId.toString(), eventId: record.eventId, time: record.time, fields, record })
  }
  return found
}

interface TrueChain {
  readonly kind: string
  readonly task: { readonly path: string; readonly action: string }
  readonly account: { readonly sid: string; readonly name: string }
  readonly source: {
    readonly ip: string | null
    readonly port: number | null
    readonly logonId: string | null
    readonly rejected: readonly { readonly ip: string; readonly logonId: string; readonly recordId: string }[]
  }
  readonly taskLogonId: string
  readonly anchor: { readonly recordId: string; readonly eventId: number } | null
  readonly processes: readonly {
    readonly pid: number
    readonly commandLine: string
    readonly recordId: string | null
  }[]
  readonly steps: readonly {
    readonly role: string
    readonly recordId: string
    readonly eventId: number
    readonly channel: string
  }[]
}
interface Truth {
  readonly scenario: string
  readonly seed: number
  readonly host: string
  readonly records: Readonly<Record<string, number>>
  readonly managedUpdates: number
  readonly erased: number
  readonly chains: readonly TrueChain[]
}
const truthIn = (dir: string) => JSON.parse(readFileSync(join(dir, 'truth.json'), 'utf8')) as Truth
const logFile = (channel: string) => `${channel.replace('/', '%4')}.evtx`
const taskLog = logFile('Microsoft-Windows-TaskScheduler/Operational')

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
  let truth: Truth
  beforeAll(async () => {
    const made = await writePractice(dir, { scenario, seed: 11, noise: 900 })
    truth = truthIn(dir)
    expect(made.truthPath).toBe(join(dir, 'truth.json'))
    expect(made.files.map((path) => relative(dir, path)).sort()).toEqual([...bytesIn(dir).keys()])
  })

  test('is read by our own reader without a problem, in time order and without a gap in the record ids', () => {
    for (const [channel, count] of Object.entries(truth.records)) {
      const records = readLog(join(dir, logFile(channel)))
      expect(records.length).toBe(count)
      const first = BigInt(records[0]?.id ?? 0)
      expect(records.map(({ id }) => id)).toEqual(records.map((_, at) => (first + BigInt(at)).toString()))
      expect(records.every(({ time }, at) => at === 0 || time >= (records[at - 1] as Read).time)).toBe(true)
      expect(new Set(records.map(({ record }) => record.system.Channel))).toEqual(new Set([channel]))
      expect(new Set(records.map(({ record }) => record.system.Computer))).toEqual(new Set([truth.host]))
    }
  })

  test.runIf(haveLibevtx)(
    'is read by an independent reader without an error, with the exact number of records',
    () => {
      for (const [channel, count] of Object.entries(truth.records)) {
        const path = join(dir, logFile(channel))
        const reading = exportLog(path)
        expect(reading.trouble).toBe('')
        expect(reading.status).toBe(0)
        expect(reading.records.length).toBe(count)
        expect(countLog(path)).toMatchObject({ records: count, recovered: 0 })
      }
    },
  )

  test('names in its truth only records that are there, with the right event', () => {
    const byChannel = new Map<string, Map<string, number>>()
    for (const channel of Object.keys(truth.records)) {
      const records = readLog(join(dir, logFile(channel)))
      byChannel.set(channel, new Map(records.map(({ id, eventId }) => [id, eventId])))
    }
    expect(truth.chains.length).toBeGreaterThan(0)
    for (const chain of truth.chains) {
      for (const step of chain.steps) {
        expect(byChannel.get(step.channel)?.get(step.recordId)).toBe(step.eventId)
      }
    }
  })

  test('keeps every task on disk as the last record of it says, in UTF-16LE with a byte order mark', () => {
    const last = new Map<string, string>()
    for (const { eventId, fields } of readLog(join(dir, 'Security.evtx'))) {
      const content = fields.TaskContentNew ?? fields.TaskContent
      if (eventId === 4699) last.delete(fields.TaskName as string)
      else if (eventId >= 4698 && eventId <= 4702) last.set(fields.TaskName as string, content as string)
    }
    const onDisk = new Map(
      [...bytesIn(join(dir, 'Tasks'))].map(([path, bytes]) => {
        expect([...bytes.subarray(0, 2)]).toEqual([0xff, 0xfe])
        return [`\\${path.replaceAll('/', '\\')}`, bytes.subarray(2).toString('utf16le')]
      }),
    )
    for (const [path, content] of last) expect(onDisk.get(path)).toBe(content)
    for (const { task, steps } of truth.chains) {
      if (steps.some(({ role }) => role === 'task-deleted')) expect(onDisk.has(task.path)).toBe(false)
    }
  })

  test('comes with host facts that can be read', () => {
    const facts = readHostFacts(readFileSync(join(dir, 'host.json'), 'utf8'), 'e'.repeat(64))
    expect(facts).toMatchObject({ host: truth.host, commandLineAudited: true })
    expect(JSON.parse(readFileSync(join(dir, 'host.json'), 'utf8'))).toMatchObject({ practice: true })
  })

  test('is the same for the same seed, byte for byte, and another story for another', async () => {
    const [again, other] = [fresh(), fresh()]
    await writePractice(again, { scenario, seed: 11, noise: 900 })
    expect(bytesIn(again)).toEqual(bytesIn(dir))
    await writePractice(other, { scenario, seed: 12, noise: 0 })
    const [mine, theirs] = [truth.chains[0], truthIn(other).chains[0]]
    expect(theirs?.account.name).not.toBe(mine?.account.name)
    expect(theirs?.anchor?.recordId).not.toBe(mine?.anchor?.recordId)
    expect(truthIn(other).host).not.toBe(truth.host)
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

describe('the true story', () => {
  test.each([1, 2, 3, 4, 5, 6])('of atexec with seed %i holds together in the records', async (seed) => {
    const dir = fresh()
    await writePractice(dir, { scenario: 'atexec-pipe', seed, noise: 1500 })
    const truth = truthIn(dir)
    const chain = truth.chains[0] as TrueChain
    const security = readLog(join(dir, 'Security.evtx'))
    const byId = new Map(security.map((read) => [read.id, read]))
    const step = (role: string, eventId: number) =>
      chain.steps
        .filter((one) => one.role === role && one.eventId === eventId)
        .map((one) => byId.get(one.recordId) as Read)
    const { schedulePid } = JSON.parse(readFileSync(join(dir, 'host.json'), 'utf8')) as {
      schedulePid: number
    }

    const [created] = step('task-created', 4698)
    expect(created?.fields).toMatchObject({
      TaskName: chain.task.path,
      SubjectLogonId: chain.taskLogonId,
      SubjectUserSid: chain.account.sid,
    })
    expect(created?.fields.TaskContent).toContain(
      '<StartBoundary>2015-07-15T20:35:13.2757294</StartBoundary>',
    )
    expect(created?.fields.ClientProcessId ?? '0').toBe('0')
    const [pipe] = step('pipe-opened', 5145)
    expect(pipe?.fields).toMatchObject({
      ShareName: '\\\\*\\IPC$',
      RelativeTargetName: 'atsvc',
      AccessMask: '0x3',
      SubjectLogonId: chain.source.logonId,
      IpAddress: chain.source.ip,
      IpPort: String(chain.source.port),
    })
    // nobody else ever opens the pipe, and the account appears nowhere but in its own story
    expect(
      security.filter(({ fields }) => fields.RelativeTargetName === 'atsvc').map(({ id }) => id),
    ).toEqual([pipe?.id])
    const logons = security.filter(
      ({ eventId, fields }) => eventId === 4624 && fields.TargetUserSid === chain.account.sid,
    )
    expect(logons.map(({ fields }) => fields.IpAddress)).toEqual([
      chain.source.rejected[0]?.ip,
      chain.source.ip,
      '-',
    ])
    expect(logons.map(({ fields }) => fields.KeyLength)).toEqual(['0', '0', '128'])
    const decoy = byId.get(chain.source.rejected[0]?.recordId as string)
    expect(decoy?.fields).toMatchObject({
      AuthenticationPackageName: 'Kerberos',
      TargetLogonId: chain.source.rejected[0]?.logonId,
    })
    // 4672 is recorded before its 4624
    for (const logon of logons) {
      const before = byId.get((BigInt(logon.id) - 1n).toString())
      expect(before).toMatchObject({ eventId: 4672, fields: { SubjectLogonId: logon.fields.TargetLogonId } })
    }
    const [shell] = step('process-started', 4688)
    expect(Number(shell?.fields.ProcessId)).toBe(schedulePid)
    expect(shell?.fields.CommandLine).toContain(`C:\\Windows\\Temp${chain.task.path}.tmp`)
    const scheduler = readLog(join(dir, taskLog)).filter(({ fields }) => fields.TaskName === chain.task.path)
    expect(scheduler.map(({ eventId }) => eventId).toSorted((a, b) => a - b)).toEqual([
      100, 102, 106, 110, 129, 141, 200, 201,
    ])
    expect(scheduler.every(({ record }) => record.system.ProcessID === String(schedulePid))).toBe(true)
    expect(Number(scheduler.find(({ eventId }) => eventId === 129)?.fields.ProcessID)).toBe(
      Number(shell?.fields.NewProcessId),
    )
    expect(step('output-read', 5145).length).toBe(2)
    expect(step('output-deleted', 5145)[0]?.fields.AccessMask).toBe('0x10080')
    expect(security.filter(({ eventId }) => eventId === 4698).length).toBe(1)
    // process ids of the story are never used again by noise
    for (const { pid } of chain.processes) {
      expect(
        security.filter(({ eventId, fields }) => eventId === 4688 && Number(fields.NewProcessId) === pid)
          .length,
      ).toBe(1)
    }
  })

  test.each(['schtasks-tcp', 'schtasks-tcp-unaudited'])(
    'of %s has an address on the task’s own logon and no pipe',
    async (scenario) => {
      for (const seed of [1, 2, 3]) {
        const dir = fresh()
        await writePractice(dir, { scenario, seed, noise: 800 })
        const truth = truthIn(dir)
        expect(truth.chains.map(({ kind }) => kind)).toEqual(['task-created'])
        const security = readLog(join(dir, 'Security.evtx'))
        expect(security.some(({ fields }) => fields.RelativeTargetName === 'atsvc')).toBe(false)
        expect(security.some(({ eventId }) => eventId === 5145)).toBe(scenario === 'schtasks-tcp')
        const sysmon = readLog(join(dir, logFile('Microsoft-Windows-Sysmon/Operational')))
        for (const chain of truth.chains) {
          const anchor = security.find(({ id }) => id === chain.anchor?.recordId)
          expect(anchor?.fields).toMatchObject({
            TaskName: chain.task.path,
            SubjectLogonId: chain.taskLogonId,
            ClientProcessId: '0',
            RpcCallClientLocality: '0',
          })
          const logon = security.find(
            ({ eventId, fields }) => eventId === 4624 && fields.TargetLogonId === chain.taskLogonId,
          )
          expect(logon?.fields).toMatchObject({
            IpAddress: chain.source.ip,
            IpPort: String(chain.source.port),
            LogonType: '3',
            AuthenticationPackageName: 'Kerberos',
          })
          const connections = sysmon.filter(
            ({ eventId, fields }) => eventId === 3 && fields.SourceIp === chain.source.ip,
          )
          expect(connections.some(({ fields }) => fields.DestinationPort === '135')).toBe(true)
          expect(connections.some(({ fields }) => fields.SourcePort === String(chain.source.port))).toBe(true)
          expect(chain.processes).toEqual([])
        }
        expect(
          readLog(join(dir, taskLog))
            .filter(({ fields }) => fields.TaskName === truth.chains[0]?.task.path)
            .map(({ eventId }) => eventId),
        ).toEqual([106, 140, 140])
      }
    },
  )
})

describe('the true story of the other scenarios', () => {
  test.each([1, 2, 3])(
    'of local-admin with seed %i is a session on the host and a run at the planned minute',
    async (seed) => {
      const dir = fresh()
      await writePractice(dir, { scenario: 'local-admin', seed, noise: 600 })
      const chain = truthIn(dir).chains[0] as TrueChain
      const security = readLog(join(dir, 'Security.evtx'))
      const created = security.find(({ id }) => id === chain.anchor?.recordId) as Read
      const tool = security.find(
        ({ eventId, fields }) => eventId === 4688 && fields.NewProcessName?.endsWith('schtasks.exe'),
      )
      expect(tool?.fields.SubjectLogonId).toBe(chain.taskLogonId)
      expect(created.fields.SubjectLogonId).toBe(chain.taskLogonId)
      if (created.fields.ClientProcessId !== undefined) {
        expect(Number(created.fields.ClientProcessId)).toBe(Number(tool?.fields.NewProcessId))
      }
      const logon = security.find(
        ({ eventId, fields }) => eventId === 4624 && fields.TargetLogonId === chain.taskLogonId,
      )
      expect(logon?.fields).toMatchObject({ LogonType: '10', IpAddress: chain.source.ip })
      const twin = security.find(({ fields }) => fields.TargetLogonId === logon?.fields.TargetLinkedLogonId)
      expect(twin?.fields.TargetLinkedLogonId).toBe(chain.taskLogonId)
      const facts = JSON.parse(readFileSync(join(dir, 'host.json'), 'utf8')) as { utcOffsetMinutes: number }
      const planned = /<StartBoundary>([^<]+)</.exec(created.fields.TaskContent ?? '')?.[1]
      const fired = readLog(join(dir, taskLog)).find(
        ({ eventId, fields }) => eventId === 107 && fields.TaskName === chain.task.path,
      )
      const local =
        Number((fired?.time ?? 0n) - 116_444_736_000_000_000n) / 10_000 + facts.utcOffsetMinutes * 60_000
      expect(new Date(local).toISOString().slice(0, 19)).toBe(planned)
    },
  )

  test.each([1, 2, 3])(
    'of log-cleared with seed %i leaves a Security log that begins with its clearing',
    async (seed) => {
      const dir = fresh()
      await writePractice(dir, { scenario: 'log-cleared', seed, noise: 600 })
      const truth = truthIn(dir)
      const security = readLog(join(dir, 'Security.evtx'))
      expect(security[0]?.eventId).toBe(1102)
      expect(security[0]?.fields.SubjectUserName).toBe(truth.chains[0]?.account.name)
      expect(security.some(({ eventId }) => eventId === 4698)).toBe(false)
      // the record ids go on where the erased records ended
      expect(BigInt(security[0]?.id as string)).toBeGreaterThan(150_000n + BigInt(truth.erased))
      expect(truth.erased).toBeGreaterThan(100)
      const told = readLog(join(dir, taskLog)).filter(
        ({ fields }) => fields.TaskName === truth.chains[0]?.task.path,
      )
      expect(told.map(({ eventId }) => eventId).toSorted((a, b) => a - b)).toEqual([
        100, 102, 106, 110, 129, 141, 200, 201,
      ])
    },
  )
})

describe('noise', () => {
  test('is exactly as much as asked for', async () => {
    const total = async (scenario: string, noise: number) => {
      const dir = fresh()
      await writePractice(dir, { scenario, seed: 21, noise })
      const { records, erased } = truthIn(dir)
      const written = Object.keys(records).map((channel) => readLog(join(dir, logFile(channel))).length)
      // what a cleared log held counts, too
      return written.reduce((sum, count) => sum + count, erased)
    }
    for (const scenario of names) {
      const quiet = await total(scenario, 0)
      for (const noise of [1, 7, 1999]) expect((await total(scenario, noise)) - quiet).toBe(noise)
    }
  })

  test('counts the updates of tasks that services keep for themselves', async () => {
    const dir = fresh()
    await writePractice(dir, { scenario: 'atexec-pipe', seed: 8, noise: 4000 })
    const updates = readLog(join(dir, 'Security.evtx')).filter(({ eventId }) => eventId === 4702)
    expect(updates.length).toBe(truthIn(dir).managedUpdates)
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
    const counts = truthIn(dir).records
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
