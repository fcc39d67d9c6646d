import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Progress } from '../../src/domain/progress.ts'
import { acquireHost } from '../../src/workflow/acquire-host.ts'
import { breakingLine } from '../windows/line.ts'
import { makeRig, overSsh, type Rig } from '../windows/rig.ts'
import { missing } from '../windows/sshd.ts'

const channel = 'Microsoft-Windows-Sysmon/Operational'
const plan = {
  name: 'playbook',
  without: ['state:*', 'tasks:*', 'log:Security', 'log:System', '*TaskScheduler*'],
} as const
const mebibyte = 2 ** 20

describe.skipIf(missing)('a line that breaks', { timeout: 240_000 }, () => {
  let rig: Rig
  let large: string
  beforeAll(async () => {
    rig = await makeRig('atexec-pipe', 50)
    large = join(rig.dir, 'large.evtx')
    // more than one window of a transfer; as it travels, about a sixth of that
    const bytes = Buffer.alloc(66 * mebibyte)
    for (let at = 0; at < bytes.length; at += 65_536) randomBytes(8192).copy(bytes, at)
    readFileSync(join(rig.evidence, 'System.evtx')).copy(bytes)
    writeFileSync(large, bytes)
  })
  afterAll(() => rig.end())
  const offsetsIn = (method = '') =>
    (/gone on at byte ([\d and]+) after a break/.exec(method)?.[1] ?? '')
      .split(' and ')
      .filter(Boolean)
      .map(Number)
  const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')

  it('is taken up again at the offset, by itself, with the same bytes in the end', async () => {
    const { stage, server } = await rig.host({ more: [{ name: channel, file: large }] })
    const open = await rig.newCase()
    // the second break kills the other side
    const line = await breakingLine(server, [2 * mebibyte, 3 * mebibyte, 4 * mebibyte], (nth) => {
      if (nth === 1) expect(server.killSessions()).toBeGreaterThan(1)
    })
    const options = { ...overSsh(server), ssh: { configFile: line.configFile } }
    const result = await acquireHost(open, { ...options, plan })
    line.end()
    expect([line.broken, result.breaks]).toEqual([3, 3])
    const item = result.items.find((one) => one.artifact === `log:${channel}`)
    expect(offsetsIn(item?.method)).toHaveLength(3)
    expect(item?.method).not.toContain('anew')
    expect(item?.sha256Stored).toBe(hashOf(large))
    expect(item?.sha256OnHost).toBe(item?.sha256Stored)
    expect(stage.leftovers()).toEqual([])
    expect(open.custody.lines().filter((line) => line.action === 'connected')).toHaveLength(4)
  })

  it('for good ends with a refusal, keeps what arrived, and goes on with resume', async () => {
    const { stage, server } = await rig.host({ more: [{ name: channel, file: large }] })
    const open = await rig.newCase()
    const line = await breakingLine(server, [6 * mebibyte])
    const options = { ...overSsh(server), ssh: { configFile: line.configFile }, plan }
    await expect(acquireHost(open, { ...options, retryMs: [] })).rejects.toMatchObject({
      code: 'acquire.connection.lost',
      remedy: expect.stringContaining('--resume'),
    })
    expect(stage.leftovers()).toHaveLength(1)
    expect(open.casefile.evidence()).toEqual([])
    const resumed = await acquireHost(open, { ...options, resume: true })
    line.end()
    const item = resumed.items.find((one) => one.artifact === `log:${channel}`)
    const [at = 0] = offsetsIn(item?.method)
    expect(at).toBeGreaterThan(16 * mebibyte)
    expect(at).toBeLessThan(64 * mebibyte)
    expect(item?.sha256Stored).toBe(hashOf(large))
    expect(stage.leftovers()).toEqual([])
    expect(existsSync(join(open.dir, 'acquisitions'))).toBe(false)
    await expect(acquireHost(open, { ...options, resume: true })).rejects.toMatchObject({
      code: 'acquire.resume.nothing',
    })
  })

  it('for a host that does not come back says so, and that what arrived waits for --resume', async () => {
    const { server } = await rig.host({ more: [{ name: channel, file: large }] })
    const line = await breakingLine(server, [3 * mebibyte], () => void server.stop())
    const refused = acquireHost(await rig.newCase(), {
      ...overSsh(server),
      ssh: { configFile: line.configFile },
      plan,
      retryMs: [10, 10],
    })
    await expect(refused).rejects.toMatchObject({
      code: 'acquire.connection.lost',
      message: expect.stringMatching(/was lost: .*, and /),
      remedy: expect.stringContaining('--resume'),
    })
    line.end()
  })

  it('is not glued to another file: what changed before the offset begins anew, and says so after any further break', async () => {
    const { stage, server } = await rig.host({ more: [{ name: channel, file: large, exportDenied: true }] })
    const open = await rig.newCase()
    const other = join(stage.dir, 'other.evtx')
    writeFileSync(other, readFileSync(large))
    const stageFile = JSON.parse(readFileSync(stage.file, 'utf8')) as {
      channels: { name: string; file: string }[]
    }
    for (const one of stageFile.channels) if (one.name === channel) one.file = other
    writeFileSync(stage.file, JSON.stringify(stageFile))
    // the copy that begins anew is cut as well, once before anything of it has arrived
    const line = await breakingLine(server, [6 * mebibyte, mebibyte / 8, 3 * mebibyte], (nth) => {
      if (nth > 0) return
      const bytes = readFileSync(other)
      bytes[2 * mebibyte] = (bytes[2 * mebibyte] ?? 0) ^ 1
      writeFileSync(other, bytes)
    })
    const options = { ...overSsh(server), ssh: { configFile: line.configFile }, plan }
    const result = await acquireHost(open, options)
    line.end()
    expect(line.broken).toBe(3)
    const item = result.items.find((one) => one.artifact === `log:${channel}`)
    expect(item?.method).toMatch(/begun anew because the file had changed \(\d+ bytes had arrived\)/)
    expect(offsetsIn(item?.method)).toHaveLength(1)
    expect(item?.sha256Stored).toBe(hashOf(other))
  })

  it('at any moment, wherever the plan is, ends with the same evidence as a line that holds', async () => {
    const { stage, server } = await rig.host()
    const options = { ...overSsh(server), plan: { name: 'playbook' } } as const
    const whole = await acquireHost(await rig.newCase(), options)
    // moments by a fixed seed; the other side dies by SIGKILL, or the line is cut
    let seed = 20_260_113
    const random = () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
      return seed / 2 ** 32
    }
    const moments = Array.from({ length: 4 }, () => 16_000 + Math.floor(random() * 24_000))
    const line = await breakingLine(server, moments, (nth) => {
      if (nth % 2 === 0) server.killSessions()
    })
    const broken = await acquireHost(await rig.newCase(), {
      ...options,
      ssh: { configFile: line.configFile },
      retryMs: [10, 10, 10, 10, 10, 10],
    })
    line.end()
    expect(line.broken).toBeGreaterThan(1)
    const files = (items: typeof whole.items) =>
      items.filter((one) => one.sha256OnHost !== null).map((one) => `${one.hostPath} ${one.sha256Stored}`)
    expect(files(broken.items).sort()).toEqual(files(whole.items).sort())
    expect(broken.items.map((one) => one.artifact)).toEqual(whole.items.map((one) => one.artifact))
    expect(broken.problems).toEqual([])
    expect(stage.leftovers()).toEqual([])
  })

  it('cut by the operator leaves no staging on the host and no evidence half taken', async () => {
    const { stage, server } = await rig.host({ more: [{ name: channel, file: large }] })
    const open = await rig.newCase()
    const stop = new AbortController()
    const onProgress = (progress: Progress) => {
      if (progress.step === 'copy' && progress.done > 10 * mebibyte) stop.abort()
    }
    const options = { ...overSsh(server), plan }
    await expect(acquireHost(open, { ...options, signal: stop.signal, onProgress })).rejects.toMatchObject({
      name: 'Cancelled',
    })
    expect(stage.leftovers()).toEqual([])
    expect(open.casefile.evidence()).toEqual([])
    expect(open.custody.lines().at(-1)?.note).toContain(
      'stopped by the operator; the staging folder was removed',
    )
    const resumed = await acquireHost(open, { ...options, resume: true })
    expect(resumed.items.find((one) => one.artifact === `log:${channel}`)?.sha256Stored).toBe(hashOf(large))
  })

  it('does not matter any more when everything has arrived: the case takes it in without the host', async () => {
    const { server } = await rig.host()
    const open = await rig.newCase()
    const stop = new AbortController()
    const options = { ...overSsh(server), plan: { name: 'quick' } } as const
    const onProgress = (progress: Progress) => {
      if (progress.step === 'parse') stop.abort()
    }
    await expect(acquireHost(open, { ...options, signal: stop.signal, onProgress })).rejects.toMatchObject({
      name: 'Cancelled',
    })
    await server.stop()
    const resumed = await acquireHost(open, { ...options, resume: true })
    expect(resumed.problems.filter((one) => one.severity !== 'info')).toEqual([])
    expect(resumed.items.every((one) => one.sha256Stored === one.sha256Received)).toBe(true)
    expect(open.casefile.evidence().map((entry) => entry.name)).toContain('acquisition.json')
    expect(existsSync(join(open.dir, 'acquisitions'))).toBe(false)
  })
})
