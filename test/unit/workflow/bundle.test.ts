import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { EvidenceId } from '../../../src/domain/ids.ts'
import { addMark, marksOf } from '../../../src/workflow/analyst-marks.ts'
import { chainsDocument, findCaseChains } from '../../../src/workflow/find-chains.ts'
import { importEvidence } from '../../../src/workflow/import-evidence.ts'
import { listEvidence, listProblems, readCustody } from '../../../src/workflow/list-evidence.ts'
import { practiceScenarios, writePractice } from '../../../src/workflow/make-practice.ts'
import { openBundle, readOpenedBundle } from '../../../src/workflow/open-bundle.ts'
import { createCase, type OpenCase, openCase } from '../../../src/workflow/open-case.ts'
import { timelineRows } from '../../../src/workflow/read-timeline.ts'
import { receivedBundles, senderStatements } from '../../../src/workflow/received-bundles.ts'
import { type SealCaseResult, sealCase } from '../../../src/workflow/seal-bundle.ts'
import { summariseCase } from '../../../src/workflow/summarise-case.ts'
import { verifyBundleFile } from '../../../src/workflow/verify-bundle.ts'
import { sha256, Unpacked } from '../../builders/sealed-bundle.ts'

const folder = mkdtempSync(join(tmpdir(), 'bundle-workflow-'))
const operator = { name: 'J. Doe', account: 'CORP\\jdoe', workstation: 'JUMP-01' }
const receiver = { name: 'T. Two', account: 'CORP\\ttwo', workstation: 'LAB-02' }
const wish = {
  caseNumber: 'INC-2026-0142',
  purpose: 'lateral movement suspected',
  to: 'Tier 2',
  keyFolder: join(folder, 'key'),
}
let open: OpenCase
let sealed: SealCaseResult
const allowedSigners = join(folder, 'allowed_signers')
let count = 0
const nextDir = () => join(folder, `dir-${count++}`)

beforeAll(async () => {
  const practice = nextDir()
  await writePractice(practice, { scenario: practiceScenarios()[0]?.name ?? '', seed: 7, noise: 200 })
  writeFileSync(join(practice, 'empty.evtx'), '')
  open = await createCase(nextDir(), { title: 'Remote task <x>', operator })
  await importEvidence(open, [practice])
  sealed = await sealCase(open, { ...wish, sign: true, outDir: join(folder, 'out') })
  writeFileSync(allowedSigners, `jdoe@JUMP-01 ${sealed.signer?.publicKey}\n`)
})
afterAll(() => {
  open.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What must be the same at the receiver's: everything but the moment of admission. */
const shown = (one: OpenCase) => ({
  evidence: listEvidence(one).map((row) => ({ ...row, admittedAt: '' })),
  chains: chainsDocument(one),
  timeline: [...timelineRows(one)],
})

describe('sealing a case', () => {
  test('gives a signed bundle that holds up against the key and the ticket', async () => {
    expect(sealed).toMatchObject({
      verdict: 'VALID-SIGNED',
      files: expect.any(Number),
      signer: { fingerprint: expect.stringMatching(/^SHA256:/) },
    })
    const report = await verifyBundleFile(sealed.path, { allowedSigners, ticketSha256: sealed.zipSha256 })
    expect(report).toMatchObject({
      verdict: 'VALID-SIGNED',
      bagDigest: sealed.bagDigest,
      zipSha256: sealed.zipSha256,
      signer: { identity: 'jdoe@JUMP-01' },
      findings: [],
    })
    expect((await verifyBundleFile(sealed.path)).verdict).toBe('VALID-UNKNOWN-SIGNER')
  })

  test('puts every item, the whole timeline, the chains and what was not taken into it', async () => {
    const bag = await Unpacked.of(sealed.path)
    const record = JSON.parse(bag.text('data/record/bundle.json'))
    expect(record).toMatchObject({
      case: { id: open.caseId, title: 'Remote task <x>', number: 'INC-2026-0142' },
      to: { team: 'Tier 2' },
    })
    expect(record.gaps).toEqual([
      expect.objectContaining({ code: 'source.file.empty', what: expect.stringContaining('empty.evtx') }),
    ])
    expect(record.counts.evidence).toBe(listEvidence(open).length)
    expect(bag.text('data/derived/timeline.jsonl').trim().split('\n')).toHaveLength(
      [...timelineRows(open)].length,
    )
    expect(JSON.parse(bag.text('data/derived/chains.json'))).toEqual(
      JSON.parse(JSON.stringify(chainsDocument(open))),
    )
    expect(JSON.parse(bag.text('data/derived/chains.json')).chains.length).toBeGreaterThan(0)
  })

  test('is kept in custody: that it was begun, as the last line in the bundle, and what came of it, behind it', async () => {
    const lines = readCustody(open).lines
    const inside = (await Unpacked.of(sealed.path)).text('data/record/custody.jsonl').trim().split('\n')
    const last = JSON.parse(inside.at(-1) ?? '')
    expect(last).toMatchObject({ action: 'sealed', counterparty: 'Tier 2', authority: 'INC-2026-0142' })
    expect(lines[last.seq]).toMatchObject({ action: 'note', note: expect.stringContaining(sealed.bagDigest) })
    expect(readCustody(open).intact).toBe(true)
  })

  test('again with the same clock and id gives the same bag digest for the same case, in every time zone', async () => {
    const digests = new Set<string>()
    for (const zone of ['Asia/Tokyo', 'America/Caracas']) {
      vi.stubEnv('TZ', zone)
      const dir = nextDir()
      const { cpSync } = await import('node:fs')
      cpSync(open.dir, dir, { recursive: true })
      const copy = await openCase(dir, { operator })
      const now = () => new Date('2026-11-21T14:22:33.123Z')
      const same = await sealCase(copy, {
        ...wish,
        sign: true,
        outDir: nextDir(),
        now,
        bundleId: '7f3c9a1e-0000-4000-8000-000000000001',
      })
      copy.close()
      digests.add(same.bagDigest)
    }
    vi.unstubAllEnvs()
    expect(digests.size).toBe(1)
  })

  test('that fails is kept in custody too, and leaves no bundle', async () => {
    const dir = nextDir()
    const { cpSync } = await import('node:fs')
    cpSync(open.dir, dir, { recursive: true })
    const copy = await openCase(dir, { operator })
    const victim = copy.store.pathOf(listEvidence(copy)[0]?.sha256 as EvidenceId)
    chmodSync(victim, 0o644)
    const bytes = readFileSync(victim)
    bytes[4096] = (bytes[4096] ?? 0) ^ 1
    writeFileSync(victim, bytes)
    const outDir = nextDir()
    await expect(sealCase(copy, { ...wish, sign: false, outDir })).rejects.toMatchObject({
      code: 'bundle.evidence.altered',
    })
    expect(readdirSync(outDir)).toEqual([])
    expect(readCustody(copy).lines.at(-1)?.note).toContain('no bundle was made')
    copy.close()
  })

  test('refuses an empty case and a broken journal', async () => {
    const empty = await createCase(nextDir(), { title: 'x', operator })
    await expect(sealCase(empty, { ...wish, sign: false, outDir: nextDir() })).rejects.toMatchObject({
      code: 'bundle.case.empty',
    })
    writeFileSync(
      empty.custody.path,
      readFileSync(empty.custody.path, 'utf8').replace('created', 'altered').concat('x\n'),
    )
    await expect(sealCase(empty, { ...wish, sign: false, outDir: nextDir() })).rejects.toMatchObject({
      code: 'bundle.custody.broken',
    })
    empty.close()
  })
})

describe('opening a bundle', () => {
  test('shows the receiver the same evidence, timeline and chains, read-only', async () => {
    const dir = nextDir()
    const opened = await openBundle(sealed.path, { dir, allowedSigners, operator: receiver })
    expect(opened).toMatchObject({ readOnly: true, title: open.title, caseId: open.caseId })
    expect(shown(opened)).toEqual(shown(open))
    expect(await readOpenedBundle(dir)).toMatchObject({
      verdict: 'VALID-SIGNED',
      bagDigest: sealed.bagDigest,
      signer: sealed.signer?.fingerprint,
      path: sealed.path,
    })
    expect(listProblems(opened).map((problem) => problem.code)).toContain('source.file.empty')
    await expect(importEvidence(opened, [dir])).rejects.toMatchObject({ name: 'Refusal' })
    await expect(sealCase(opened, { ...wish, sign: false, outDir: nextDir() })).rejects.toMatchObject({
      code: 'bundle.case.read-only',
    })
    for (const row of listEvidence(opened))
      expect(await opened.store.verify(row.sha256 as EvidenceId)).toBe(true)
    opened.close()
  })

  test('continues the old custody with one new line', async () => {
    const opened = await openBundle(sealed.path, { dir: nextDir(), operator: receiver })
    const inside = (await Unpacked.of(sealed.path)).text('data/record/custody.jsonl')
    expect(readFileSync(opened.custody.path, 'utf8').startsWith(inside)).toBe(true)
    const { lines, intact } = readCustody(opened)
    expect(intact).toBe(true)
    expect(lines).toHaveLength(inside.trim().split('\n').length + 1)
    expect(lines.at(-1)).toMatchObject({
      action: 'received',
      actor: 'T. Two (CORP\\ttwo on LAB-02)',
      note: expect.stringContaining('VALID-UNKNOWN-SIGNER'),
    })
    opened.close()
  })

  test('a second time into the same folder gives the same case', async () => {
    const dir = nextDir()
    const first = await openBundle(sealed.path, { dir, operator: receiver })
    first.close()
    const second = await openBundle(sealed.path, { dir, operator: receiver })
    expect(readCustody(second).lines).toEqual(readCustody(first).lines)
    second.close()
  })

  test.each([
    ['altered', (bag: Unpacked) => bag.set('data/evidence/x', 'planted'), 'bundle.verdict.invalid'],
    ['unsafe', (bag: Unpacked) => bag.set('../evil', 'planted'), 'bundle.verdict.unsafe'],
  ])('that is %s is refused, and nothing is left', async (_what, change, code) => {
    const bad = join(folder, `bad-${count++}.zip`)
    change(await Unpacked.of(sealed.path)).write(bad)
    const dir = nextDir()
    await expect(openBundle(bad, { dir, operator: receiver })).rejects.toMatchObject({
      code,
      remedy: expect.stringMatching(/./),
    })
    expect(existsSync(dir)).toBe(false)
  })

  test('that is cut off is refused as unreadable', async () => {
    const bad = join(folder, 'cut.zip')
    writeFileSync(bad, readFileSync(sealed.path).subarray(0, -100))
    await expect(openBundle(bad, { dir: nextDir(), operator: receiver })).rejects.toMatchObject({
      code: 'bundle.verdict.unreadable',
    })
  })

  test('leaves a folder with something else in it alone, and nothing when it is cancelled', async () => {
    const dir = nextDir()
    const { mkdirSync } = await import('node:fs')
    mkdirSync(dir)
    writeFileSync(join(dir, 'mine.txt'), 'mine')
    await expect(openBundle(sealed.path, { dir, operator: receiver })).rejects.toMatchObject({
      code: 'case.folder.not-empty',
    })
    expect(readdirSync(dir)).toEqual(['mine.txt'])
    const stop = new AbortController()
    const parent = nextDir()
    mkdirSync(parent)
    const opening = openBundle(sealed.path, {
      dir: join(parent, 'case'),
      operator: receiver,
      signal: stop.signal,
      onProgress: ({ step }) => step === 'parse' && stop.abort(),
    })
    await expect(opening).rejects.toMatchObject({ name: 'Cancelled' })
    expect(readdirSync(parent)).toEqual([])
  })
})

describe('what the receiver finds', () => {
  test('is kept in his case and custody, apart from what the sender stated', async () => {
    const chain = findCaseChains(open)[0]?.id as string
    const mine = await addMark(open, {
      kind: 'disposition',
      chain,
      disposition: 'malicious',
      why: 'of the sender',
    })
    const stated = await sealCase(open, { ...wish, sign: false, outDir: nextDir(), includeCase: true })
    await addMark(open, { kind: 'undo', mark: mine.id, why: 'after the test' })
    const opened = await openBundle(stated.path, { dir: nextDir(), operator: receiver })
    expect(marksOf(opened).all).toEqual([])
    await addMark(opened, { kind: 'note', chain, row: 'contain-disable-task', note: 'of the receiver' })
    expect(marksOf(opened).all).toMatchObject([{ author: 'T. Two', statement: { note: 'of the receiver' } }])
    expect(readCustody(opened)).toMatchObject({ intact: true })
    expect(readCustody(opened).lines.at(-1)?.note).toContain('of the receiver')
    const [sender] = await senderStatements(opened.dir)
    expect(sender).toMatchObject({
      sender: 'J. Doe (CORP\\jdoe) on JUMP-01',
      unreadable: 0,
      statements: [{ by: 'J. Doe', undone: false, statement: { kind: 'disposition', why: 'of the sender' } }],
    })
    await expect(importEvidence(opened, [opened.dir])).rejects.toMatchObject({ name: 'Refusal' })
    opened.close()
    const again = await openCase(opened.dir, { operator: receiver, access: 'read' })
    expect(marksOf(again).all).toHaveLength(1)
    again.close()
  })
})

describe('two bundles of one incident', () => {
  let other: OpenCase
  let second: SealCaseResult
  beforeAll(async () => {
    const practice = nextDir()
    await writePractice(practice, { scenario: 'local-admin', seed: 12, noise: 10 })
    other = await createCase(nextDir(), {
      title: 'The other host',
      operator: { ...operator, name: 'M. Third' },
    })
    await importEvidence(other, [practice])
    second = await sealCase(other, { ...wish, sign: false, outDir: nextDir() })
  })
  afterAll(() => other.close())
  const hashes = (of: OpenCase) => listEvidence(of).map((row) => row.sha256)

  test('become one case, in whatever order they are named; each sender’s custody stays whole', async () => {
    const all = [...hashes(open), ...hashes(other)].sort()
    const chains: unknown[] = []
    for (const paths of [
      [sealed.path, second.path],
      [second.path, sealed.path],
    ]) {
      const merged = await openBundle(paths, { dir: nextDir(), operator: receiver, allowedSigners })
      expect(hashes(merged).sort()).toEqual(all)
      expect(merged.caseId).toBe(open.caseId)
      expect(readCustody(merged).intact).toBe(true)
      const received = await receivedBundles(merged.dir)
      expect(received.map((one) => [one.verdict, one.sender.split(' (')[0]])).toEqual([
        ['VALID-SIGNED', 'J. Doe'],
        ['VALID-UNSIGNED', 'M. Third'],
      ])
      const { bundle, bundles } = await summariseCase(merged)
      // a case is as good as its weakest bundle
      expect([bundle?.verdict, bundles?.length]).toEqual(['VALID-UNSIGNED', 2])
      const inside = (await Unpacked.of(second.path)).bytes('data/record/custody.jsonl')
      const kept = readFileSync(join(merged.dir, 'bundles', second.bagDigest, 'custody.jsonl'))
      expect(kept.equals(inside)).toBe(true)
      const lastHash = sha256(inside.subarray(inside.lastIndexOf(10, inside.length - 2) + 1, -1))
      expect(readCustody(merged).lines.at(-1)?.note).toContain(lastHash)
      chains.push(JSON.parse(JSON.stringify(chainsDocument(merged))))
      merged.close()
    }
    expect(chains[0]).toEqual(chains[1])
  })

  test('merge later too, once, and never with those of another incident unless somebody says so', async () => {
    const dir = nextDir()
    ;(await openBundle(sealed.path, { dir, operator: receiver })).close()
    const merged = await openBundle(second.path, { dir, operator: receiver })
    const { length } = readCustody(merged).lines
    merged.close()
    const same = await openBundle([sealed.path, second.path], { dir, operator: receiver })
    expect(readCustody(same).lines).toHaveLength(length)
    same.close()
    const foreign = await sealCase(other, { ...wish, caseNumber: 'INC-9', sign: false, outDir: nextDir() })
    const target = nextDir()
    await expect(
      openBundle([sealed.path, foreign.path], { dir: target, operator: receiver }),
    ).rejects.toMatchObject({ code: 'bundle.merge.other-incident' })
    expect(existsSync(target)).toBe(false)
    const told = await openBundle([sealed.path, foreign.path], {
      dir: target,
      operator: receiver,
      sameIncident: true,
    })
    expect(await receivedBundles(target)).toHaveLength(2)
    told.close()
  })
})

test('a ticket hash that is none, and allowed signers without a key, are refused', async () => {
  await expect(verifyBundleFile(sealed.path, { ticketSha256: 'abc' })).rejects.toMatchObject({
    code: 'bundle.ticket.not-a-hash',
  })
  const nobody = join(folder, 'nobody')
  writeFileSync(nobody, 'jdoe ssh-rsa AAAA\n')
  await expect(verifyBundleFile(sealed.path, { allowedSigners: nobody })).rejects.toMatchObject({
    code: 'bundle.signers.none',
  })
})
