import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { importEvidence } from '../../../src/workflow/import-evidence.ts'
import { writePractice } from '../../../src/workflow/make-practice.ts'
import { createCase, type OpenCase } from '../../../src/workflow/open-case.ts'
import { estimateBundle, refuseWithoutRoom } from '../../../src/workflow/room-for-bundle.ts'
import { type SealCaseResult, sealCase } from '../../../src/workflow/seal-bundle.ts'
import { verifyBundleFile } from '../../../src/workflow/verify-bundle.ts'
import { Unpacked } from '../../builders/sealed-bundle.ts'

const folder = mkdtempSync(join(tmpdir(), 'bundle-contents-'))
const operator = { name: 'J. Doe', account: 'CORP\\jdoe', workstation: 'JUMP-01' }
const wish = { sign: false, caseNumber: 'INC-7', purpose: 'handover', to: 'Tier 2' } as const
const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')
const secret = 'hunter2-correct-horse'
let open: OpenCase
let first: SealCaseResult
let bag: Unpacked
let log: string
let host: string

beforeAll(async () => {
  const [one, two] = [join(folder, 'one'), join(folder, 'two')]
  await writePractice(one, { scenario: 'atexec-pipe', seed: 7, noise: 20 })
  await writePractice(two, { scenario: 'local-admin', seed: 9, noise: 20 })
  host = (JSON.parse(readFileSync(join(one, 'host.json'), 'utf8')) as { host: string }).host
  log = sha256(join(one, 'Security.evtx'))
  // what a collector of ours leaves beside what it took
  writeFileSync(
    join(one, 'acquisition.json'),
    JSON.stringify({
      schema: 'tasktrail-acquisition/1',
      runId: 'r1',
      host,
      startedAt: '2026-11-21T14:00:00.000Z',
      endedAt: '2026-11-21T14:03:00.000Z',
      way: 'winrm',
      account: { name: 'CORP\\ir', sid: 'S-1-5-21-1-2-3-500', administrator: true },
      agent: { sha256: 'ab'.repeat(32), scripts: [] },
      sessions: [],
      staging: 'removed',
      leaves: ['4624 and 4672 of CORP\\ir', 'a PowerShell process'],
      taken: [
        {
          artifact: 'log:Security',
          name: 'Security.evtx',
          hostPath: 'C:\\Windows\\System32\\winevt\\Logs\\Security.evtx',
          size: 1,
          sha256OnHost: log,
          sha256: log,
          method: 'EvtExportLog of the channel',
          query: '*',
        },
      ],
    }),
  )
  open = await createCase(join(folder, 'case'), { title: 'Remote task', operator })
  await importEvidence(open, [one, two], { archivePassword: secret })
  first = await sealCase(open, {
    ...wish,
    outDir: join(folder, 'a'),
    organisation: 'ACME CERT',
    contact: 'ir@acme.example',
  })
  bag = await Unpacked.of(first.path)
})
afterAll(() => {
  open.close()
  rmSync(folder, { recursive: true, force: true })
})

const json = (path: string) => JSON.parse(bag.text(path))
const lines = (path: string) =>
  bag
    .text(path)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

describe('a bundle of several hosts', () => {
  test('is named so, and has a folder and an entry for each', () => {
    expect(first.path).toMatch(/INC-7_multi_\d{8}T\d{6}Z_[0-9a-f]{8}\.zip$/)
    const { hosts } = json('data/record/bundle.json')
    expect(hosts.length).toBeGreaterThan(1)
    expect(hosts.map((one: { id: string }) => one.id)).toEqual(
      hosts.map((_: unknown, at: number) => `H${at + 1}`),
    )
    const inventory = lines('data/record/inventory.jsonl')
    for (const one of hosts as { id: string; auditPolicy: string | null; clock: unknown; ips: string[] }[]) {
      const own = inventory.filter((line) => line.origin?.hostId === one.id)
      expect(own.length).toBeGreaterThan(0)
      if (one.auditPolicy !== null)
        expect(inventory.find((line) => line.id === one.auditPolicy)).toMatchObject({ kind: 'host-facts' })
    }
    expect(hosts.some((one: { auditPolicy: string | null }) => one.auditPolicy !== null)).toBe(true)
  })
})

describe('what was done on a host', () => {
  test('stands in the commands, and each item taken says which one took it, and that nothing changed on the way', () => {
    const commands = lines('data/record/commands.jsonl')
    expect(commands.map((one) => [one.id, one.host, one.elevated])).toEqual([
      ['C0001', host, true],
      ['C0002', host, true],
    ])
    expect(commands[1].text).toBe('log:Security: EvtExportLog of the channel, query *')
    const taken = lines('data/record/inventory.jsonl').find((line) => line.sha256 === log)
    expect(taken).toMatchObject({
      origin: { method: 'EvtExportLog of the channel', commandId: 'C0002' },
      collectedAt: { start: '2026-11-21T14:00:00.000Z', end: '2026-11-21T14:03:00.000Z' },
      hashAtSource: { alg: 'sha256', value: log },
      matchAfterTransfer: true,
    })
  })

  test('stands as a change to the host, with the command that made it, and tells how the evidence was collected', () => {
    const record = json('data/record/bundle.json')
    expect(record.changesToHost).toEqual([
      expect.objectContaining({ host, what: 'staging folder: removed', commandId: 'C0001' }),
      expect.objectContaining({ what: '4624 and 4672 of CORP\\ir' }),
      expect.objectContaining({ what: 'a PowerShell process' }),
    ])
    expect(record.collection).toEqual({
      method: 'winrm',
      account: 'CORP\\ir',
      startedAt: '2026-11-21T14:00:00.000Z',
      endedAt: '2026-11-21T14:03:00.000Z',
    })
  })

  test('fits the schemas of the bundle, and names who stands for it', async () => {
    const check = (schema: string, value: unknown) =>
      z.fromJSONSchema(json(`data/record/schemas/${schema}.schema.json`)).parse(value)
    check('bundle', json('data/record/bundle.json'))
    for (const line of lines('data/record/commands.jsonl')) check('commands', line)
    for (const line of lines('data/record/inventory.jsonl')) check('inventory', line)
    for (const line of lines('data/record/custody.jsonl')) check('custody', line)
    expect(bag.text('bag-info.txt')).toContain(
      'Source-Organization: ACME CERT\nContact-Name: J. Doe\nContact-Email: ir@acme.example\n',
    )
    for (const [path, bytes] of bag.files) expect([path, bytes.includes(secret)]).toEqual([path, false])
    expect((await verifyBundleFile(first.path)).verdict).toBe('VALID-UNSIGNED')
  })
})

describe('a bundle that supersedes another', () => {
  test('names it in its record, its custody and READ-ME-FIRST; one this case did not seal is refused', async () => {
    const { bundleId } = json('data/record/bundle.json')
    const outDir = join(folder, 'b')
    const second = await sealCase(open, { ...wish, outDir, supersedes: first.path })
    const later = await Unpacked.of(second.path)
    expect(JSON.parse(later.text('data/record/bundle.json')).supersedes).toBe(bundleId)
    expect(later.text('READ-ME-FIRST.txt')).toContain(`Supersedes  bundle ${bundleId}`)
    expect(later.text('data/record/custody.jsonl')).toContain(`supersedes bundle ${bundleId}`)
    for (const supersedes of ['INC-8', '', 'ffffffff'])
      await expect(sealCase(open, { ...wish, outDir: join(folder, 'c'), supersedes })).rejects.toMatchObject({
        code: 'bundle.supersedes.unknown',
      })
    await expect(
      sealCase(open, { ...wish, outDir: join(folder, 'c'), supersedes: 'INC-7_multi' }),
    ).rejects.toMatchObject({ code: 'bundle.supersedes.ambiguous' })
    expect(readdirSync(join(folder, 'c'))).toEqual([])
  })
})

describe('room for a bundle', () => {
  test('is estimated from samples close to the truth, and asked of the disk before anything is written', async () => {
    const files = open.casefile
      .evidence()
      .map((entry) => ({ path: open.store.pathOf(entry.sha256 as never), size: entry.size ?? 0 }))
    const needed = await estimateBundle(files, 100)
    expect(needed).toBeGreaterThan(first.bytes / 2)
    expect(needed).toBeLessThan(first.bytes * 20)
    const look =
      (free: number, type = 0xef53) =>
      async () => ({ free, type })
    await refuseWithoutRoom(folder, needed, 1, look(needed))
    await expect(refuseWithoutRoom(folder, needed, 2, look(needed))).rejects.toMatchObject({
      code: 'bundle.disk.too-little-room',
    })
    await expect(refuseWithoutRoom(folder, 5e9, 1, look(1e12, 0x4d44))).rejects.toMatchObject({
      code: 'bundle.disk.file-too-large',
    })
    await refuseWithoutRoom(folder, needed, 1, async () => undefined)
  })
})
