import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { ownSigningKey } from '../../../src/bundle/keys.ts'
import { sealBundle } from '../../../src/bundle/seal.ts'
import { verifyBundle } from '../../../src/bundle/verify.ts'
import {
  contentsOf,
  custodyBytes,
  evidenceItem,
  fileSha256,
  logBytes,
  sha256,
  timelineRow,
  Unpacked,
} from '../../builders/sealed-bundle.ts'
import { killBundles } from '../../kill/kill-bundles.ts'
import { haveTool } from './tools.ts'

const folder = mkdtempSync(join(tmpdir(), 'seal-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const key = await ownSigningKey({ folder: join(folder, 'key') })
let count = 0
function newFolder(): string {
  const path = join(folder, `out-${count++}`)
  mkdirSync(path)
  return path
}

describe('a sealed bundle', () => {
  test('has the layout, the names and the records of the format', async () => {
    const sealed = await sealBundle(await contentsOf(folder), { outDir: newFolder(), key })
    expect(sealed.name).toBe('INC-2026-0142_WS-FIN-07_20261121T142233Z_7f3c9a1e')
    const bag = await Unpacked.of(sealed.path)
    expect(bag.root).toBe(sealed.name)
    expect([...bag.files.keys()]).toEqual([
      'data/evidence/WS-FIN-07/evtx/E0001_Microsoft-Windows-TaskScheduler-4Operati.evtx',
      'data/evidence/WS-FIN-07/evtx/E0002_Security.evtx',
      'data/evidence/WS-FIN-07/tasks/E0003_Updater.xml',
      'data/derived/timeline.jsonl',
      'data/derived/timeline.csv',
      'data/derived/chains.json',
      'data/record/bundle.json',
      'data/record/inventory.jsonl',
      'data/record/custody.jsonl',
      'data/record/commands.jsonl',
      'data/record/schemas/analyst.schema.json',
      'data/record/schemas/answers.schema.json',
      'data/record/schemas/bundle.schema.json',
      'data/record/schemas/chains.schema.json',
      'data/record/schemas/commands.schema.json',
      'data/record/schemas/custody.schema.json',
      'data/record/schemas/inventory.schema.json',
      'data/record/schemas/tasks.schema.json',
      'bagit.txt',
      'bag-info.txt',
      'READ-ME-FIRST.txt',
      'manifest-sha256.txt',
      'manifest-sha512.txt',
      'tagmanifest-sha256.txt',
      'tagmanifest-sha512.txt',
      'signatures/tagmanifest-sha256.txt.sig',
      'signatures/signer.pub',
    ])
    expect(bag.bytes('data/evidence/WS-FIN-07/evtx/E0002_Security.evtx').equals(logBytes(1))).toBe(true)
    const inventory = bag
      .text('data/record/inventory.jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(inventory[0]).toMatchObject({
      id: 'E0001',
      class: 'evidence',
      origin: { name: 'Microsoft-Windows-TaskScheduler%4Operational.evtx', hostId: 'H1' },
      sha256: sha256(logBytes(2)),
    })
    expect(inventory.map((line) => line.id)).toEqual(['E0001', 'E0002', 'E0003', 'D0001', 'D0002', 'D0003'])
    expect(JSON.parse(bag.text('data/record/bundle.json'))).toMatchObject({
      schema: 'tasktrail-bundle/1',
      sealedAt: '2026-11-21T14:22:33.123Z',
      changesToHost: [],
      gaps: [{ what: 'Sysmon.evtx', why: 'access denied' }],
      counts: { evidence: 3, derived: 3 },
      hosts: [{ id: 'H1', name: 'WS-FIN-07', utcOffsetMinutes: 60 }],
    })
    expect(bag.text('READ-ME-FIRST.txt')).toContain(key.signer.fingerprint)
    const rows = bag
      .text('data/derived/timeline.jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(rows[0]).toMatchObject({
      message: 'Task \\Updater1 created',
      datetime: expect.any(String),
      timestamp_desc: 'Event logged',
    })
    expect(bag.text('data/derived/timeline.csv').split('\r\n')[2]).toContain(`"'=cmd|calc"`)
  })

  test('A31 never holds the private key', async () => {
    const sealed = await sealBundle(await contentsOf(folder), { outDir: newFolder(), key })
    const secret = key.privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-32)
    for (const bytes of (await Unpacked.of(sealed.path)).files.values()) {
      expect(bytes.includes(secret)).toBe(false)
      expect(bytes.includes(secret.toString('base64').slice(0, 40))).toBe(false)
    }
  })

  test('A33 has the same bag digest for the same case, clock and id, whatever the order of the evidence', async () => {
    const contents = await contentsOf(folder)
    const custody = await custodyBytes(folder)
    const digests = new Set<string>()
    for (const evidence of [contents.evidence, contents.evidence.toReversed()]) {
      const sealed = await sealBundle({ ...contents, custody, evidence }, { outDir: newFolder(), key })
      digests.add(`${sealed.bagDigest} ${sealed.sha256}`)
    }
    expect(digests.size).toBe(1)
    const other = await sealBundle({ ...contents, custody, purpose: 'another' }, { outDir: newFolder(), key })
    expect([...digests][0]).not.toContain(other.bagDigest)
  })

  test('A29 takes names no file system would, and keeps them exactly in the inventory', async () => {
    const name = `..\\CON<script>=cmd|${'x'.repeat(300)}\u202e\ud800%4.evtx`
    const evidence = [
      evidenceItem(name, logBytes(5), { host: 'CON', origin: `C:\\${name}` }),
      evidenceItem('', logBytes(6), { host: '../..', origin: '' }),
      evidenceItem('aux.evtx', logBytes(7), { host: null }),
    ]
    const sealed = await sealBundle(await contentsOf(folder, { evidence }), { outDir: newFolder(), key })
    expect(sealed.report).toMatchObject({ verdict: 'VALID-SIGNED', findings: [] })
    expect((await verifyBundle(sealed.path)).report.verdict).toBe('VALID-UNKNOWN-SIGNER')
    const inventory = (await Unpacked.of(sealed.path))
      .text('data/record/inventory.jsonl')
      .split('\n')
      .slice(0, 3)
    const origins = inventory.map((line) => JSON.parse(line).origin)
    const hostile = origins.find((origin) => origin.host === 'CON')
    expect(Buffer.from(hostile.pathUtf16Hex, 'hex').toString('utf16le')).toBe(`C:\\${name}`)
  })

  test.each([
    ['4725d3ad-a1a1-4180-aea5-e69a52815534', 'mgmt21.foundry.example'],
    ['INC/2026 #0142: '.repeat(10), `${'long-'.repeat(30)}host.example`],
    ['..', '%'],
    ['', 'CON'],
    ['\u202e案件', 'ホスト'],
  ])('of case %j and host %j has a name that every file system takes', async (number, host) => {
    const contents = await contentsOf(folder)
    const evidence = contents.evidence.map((item) => ({ ...item, host }))
    const sealed = await sealBundle(
      { ...contents, case: { ...contents.case, number }, evidence },
      { outDir: newFolder() },
    )
    expect(sealed.report.verdict).toBe('VALID-UNSIGNED')
    expect(sealed.name).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{20,79}$/)
  })

  test("A36 records a host's time zone and offset, and corrects no time", async () => {
    const hosts = [{ name: 'WS-FIN-07', timezone: 'Pacific Standard Time', utcOffsetMinutes: -480 }]
    const contents = await contentsOf(folder, { hosts })
    const bag = await Unpacked.of((await sealBundle(contents, { outDir: newFolder() })).path)
    expect(JSON.parse(bag.text('data/record/bundle.json')).hosts).toMatchObject(hosts)
    const [first] = bag.text('data/derived/timeline.jsonl').split('\n')
    expect(JSON.parse(first ?? '').datetime).toContain('2026-11-21T13:00:01')
    expect(bag.bytes(bag.path('E0002_Security.evtx')).equals(logBytes(1))).toBe(true)
  })

  test('without a key is valid but unsigned, and says in words what that means', async () => {
    const sealed = await sealBundle(await contentsOf(folder), { outDir: newFolder() })
    expect(sealed.report.verdict).toBe('VALID-UNSIGNED')
    const bag = await Unpacked.of(sealed.path)
    expect([...bag.files.keys()].filter((path) => path.startsWith('signatures/'))).toEqual([])
    expect(bag.text('READ-ME-FIRST.txt')).toContain('not signed')
  })

  test('of many rows keeps its timeline whole', async () => {
    const timeline = function* () {
      for (let n = 0; n < 20_000; n++) yield timelineRow(n)
    }
    const sealed = await sealBundle(await contentsOf(folder, { timeline }), { outDir: newFolder() })
    const bag = await Unpacked.of(sealed.path)
    expect(bag.text('data/derived/timeline.jsonl').split('\n')).toHaveLength(20_001)
    expect(bag.text('data/derived/timeline.csv').split('\r\n')).toHaveLength(20_002)
  })
})

describe('sealing', () => {
  const bytes = logBytes(8)
  const changed = (change: Buffer) =>
    evidenceItem('Security.evtx', bytes, {
      open: async function* () {
        yield change
      },
    })
  const altered = Buffer.from(bytes)
  altered[1000] = (altered[1000] ?? 0) ^ 1
  test.each([
    ['changed', changed(altered)],
    ['cut short', changed(bytes.subarray(0, 100))],
    ['grown', changed(Buffer.concat([bytes, bytes]))],
  ])('A26 stops at stored evidence that was %s, names it, and leaves nothing', async (_what, item) => {
    const outDir = newFolder()
    const sealing = sealBundle(await contentsOf(folder, { evidence: [item] }), { outDir, key })
    await expect(sealing).rejects.toMatchObject({
      code: 'bundle.evidence.altered',
      message: expect.stringContaining('Security.evtx'),
    })
    expect(readdirSync(outDir)).toEqual([])
  })

  test('A27 stops when it is cancelled, and leaves nothing', async () => {
    const outDir = newFolder()
    const stop = new AbortController()
    const endless = function* () {
      for (let n = 0; ; n++) {
        if (n === 20_000) stop.abort()
        yield timelineRow(n)
      }
    }
    const contents = await contentsOf(folder, { timeline: endless })
    await expect(sealBundle(contents, { outDir, signal: stop.signal })).rejects.toMatchObject({
      name: 'Cancelled',
    })
    expect(readdirSync(outDir)).toEqual([])
  })

  test('A27 does not overwrite a bundle of the same name', async () => {
    const outDir = newFolder()
    const contents = await contentsOf(folder)
    const sealed = await sealBundle(contents, { outDir })
    const before = fileSha256(sealed.path)
    await expect(sealBundle(contents, { outDir, key })).rejects.toMatchObject({
      code: 'archive.target.exists',
    })
    expect(fileSha256(sealed.path)).toBe(before)
  })

  test('refuses to seal a journal that is broken or not closed by its seal', async () => {
    const outDir = newFolder()
    const custody = Buffer.from((await custodyBytes(folder)).toString().replace('"seq":2', '"seq":7'))
    await expect(sealBundle(await contentsOf(folder, { custody }), { outDir })).rejects.toMatchObject({
      code: 'bundle.seal.not-sound',
    })
    expect(readdirSync(outDir)).toEqual([])
  })

  test('tells how far it has come', async () => {
    const said: string[] = []
    await sealBundle(await contentsOf(folder), {
      outDir: newFolder(),
      onProgress: ({ step, phase }) => said.push(`${step} ${phase}`),
    })
    expect(said.some((line) => line.startsWith('pack '))).toBe(true)
  })

  test('A28 killed at any moment, while sealing, verifying or opening, leaves nothing that is not whole or listed', async () => {
    const totals = await killBundles(newFolder(), 6, 3)
    expect(totals.kills).toBe(6)
  }, 300_000)
})

describe('the tools that Windows and Linux ship', () => {
  test.runIf(['unzip', 'sha256sum', 'ssh-keygen'].every(haveTool))(
    'accept a bundle, with the commands it tells',
    async () => {
      const outDir = newFolder()
      const sealed = await sealBundle(await contentsOf(folder), { outDir, key, principal: 'jdoe@JUMP-01' })
      const text = (await Unpacked.of(sealed.path)).text('READ-ME-FIRST.txt')
      const line = text.split('\n').find((one) => one.includes('namespaces='))
      writeFileSync(join(outDir, 'allowed_signers'), `${line?.trim()}\n`)
      const commands = text.split('Linux and macOS:\n')[1]?.split('\n\n')[0]?.split('\n') ?? []
      const script = commands
        .map((command) => command.trim())
        .filter((command) => !command.startsWith('bagit.py'))
      expect(script).toHaveLength(4)
      const said = execFileSync('bash', ['-euc', script.join('\n')], { cwd: outDir }).toString()
      expect(said).toContain(
        `Good "tasktrail-bundle@v1" signature for jdoe@JUMP-01 with ED25519 key ${key.signer.fingerprint}`,
      )
    },
  )

  test.runIf(haveTool('python3'))(
    'and Python read the same bytes, and a bundle it packed anew is valid',
    async () => {
      const outDir = newFolder()
      const sealed = await sealBundle(await contentsOf(folder), { outDir, key })
      const again = join(outDir, 'again.zip')
      const script = [
        'import sys, zipfile',
        'src = zipfile.ZipFile(sys.argv[1]); assert src.testzip() is None',
        'dst = zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_DEFLATED)',
        'for n in src.namelist(): dst.writestr(n, src.read(n))',
        'dst.close()',
      ]
      execFileSync('python3', ['-c', script.join('\n'), sealed.path, again])
      const { report } = await verifyBundle(again)
      expect(report).toMatchObject({ verdict: 'VALID-UNKNOWN-SIGNER', bagDigest: sealed.bagDigest })
    },
  )
})
