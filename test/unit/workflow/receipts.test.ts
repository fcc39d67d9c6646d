import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { importEvidence } from '../../../src/workflow/import-evidence.ts'
import { writePractice } from '../../../src/workflow/make-practice.ts'
import { createCase, type OpenCase } from '../../../src/workflow/open-case.ts'
import { admitReceipt, makeReceipt } from '../../../src/workflow/receipts.ts'
import { type SealCaseOptions, type SealCaseResult, sealCase } from '../../../src/workflow/seal-bundle.ts'
import { verifyBundleFile } from '../../../src/workflow/verify-bundle.ts'
import { Unpacked } from '../../builders/sealed-bundle.ts'
import { makeTimeAuthority } from '../bundle/time-authority.ts'
import { haveTool } from '../bundle/tools.ts'

const folder = mkdtempSync(join(tmpdir(), 'receipts-'))
const sender = { name: 'J. Doe', account: 'CORP\\jdoe', workstation: 'JUMP-01' }
const receiver = { name: 'T. Two', account: 'CORP\\ttwo', workstation: 'LAB-02' }
const tier1 = join(folder, 'tier1_signers')
const tier2 = join(folder, 'tier2_signers')
const receiverKey = join(folder, 'receiver')
let open: OpenCase
let sealed: SealCaseResult
let count = 0
const nextDir = () => join(folder, `dir-${count++}`)
const seal = (wish: Partial<SealCaseOptions>) =>
  sealCase(open, {
    caseNumber: 'INC-2026-0142',
    purpose: 'lateral movement suspected',
    to: 'Tier 2',
    keyFolder: join(folder, 'sender'),
    sign: true,
    outDir: nextDir(),
    ...wish,
  })
const receive = (outDir: string, path = sealed.path) =>
  makeReceipt(path, {
    allowedSigners: tier1,
    operator: receiver,
    sign: true,
    keyFolder: receiverKey,
    outDir,
    storedAt: 'evidence room 2',
    note: 'opened',
  })
const outcome = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: { code?: string }) => error.code ?? String(error),
  )
const inNewFolder = () => mkdtempSync(join(folder, 'in-'))

beforeAll(async () => {
  const practice = nextDir()
  await writePractice(practice, { scenario: 'atexec-pipe', seed: 7, noise: 50 })
  open = await createCase(nextDir(), { title: 'Remote task', operator: sender })
  await importEvidence(open, [practice])
  sealed = await seal({})
  writeFileSync(tier1, `jdoe@JUMP-01 ${sealed.signer?.publicKey}\n`)
})
afterAll(() => {
  open.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('a receipt', () => {
  test('A37 made by the receiver and admitted by the sender closes custody, once', async () => {
    const made = await receive(inNewFolder())
    expect(made.receipt).toMatchObject({
      bagDigest: sealed.bagDigest,
      zipSha256: sealed.zipSha256,
      verdict: 'VALID-SIGNED',
      by: receiver,
    })
    writeFileSync(tier2, `ttwo@LAB-02 namespaces="tasktrail-receipt@v1" ${made.signer.publicKey}\n`)
    const admitted = await admitReceipt(open, made.path, { allowedSigners: tier2 })
    expect(admitted.custody).toMatchObject({
      action: 'receipt-verified',
      counterparty: 'T. Two (CORP\\ttwo) on LAB-02',
      location: { to: 'evidence room 2' },
    })
    expect(open.custody.check()).toEqual({ intact: true })
    expect(await outcome(admitReceipt(open, made.path, { allowedSigners: tier2 }))).toBe(
      'receipt.already.admitted',
    )
  })

  test('A37 is refused when a byte of it changed, its signer is unknown, or it is for another bundle', async () => {
    const other = await createCase(nextDir(), { title: 'other', operator: sender })
    const dir = inNewFolder()
    const made = await receive(dir)
    const codeOf = (signers = tier2, from = open) =>
      outcome(admitReceipt(from, made.path, { allowedSigners: signers }))
    expect(await codeOf(tier1)).toBe('receipt.signer.unknown')
    expect(await codeOf(tier2, other)).toBe('receipt.bundle.foreign')
    const text = readFileSync(made.path, 'utf8')
    writeFileSync(made.path, text.replace('VALID-SIGNED', 'VALID-UNSIGNED'))
    expect(await codeOf()).toBe('receipt.signature.invalid')
    rmSync(made.signature)
    writeFileSync(made.path, text)
    expect(await codeOf()).toBe('disk.file.missing')
    // a signature of the same key over something that is no receipt
    writeFileSync(made.signature, 'no signature')
    expect(await codeOf()).toBe('receipt.signature.invalid')
    other.close()
  })

  test('is not given for a bundle that is not valid, and never overwrites', async () => {
    const dir = inNewFolder()
    await receive(dir)
    const before = readdirSync(dir)
    expect(await outcome(receive(dir))).toBe('archive.target.exists')
    expect(readdirSync(dir)).toEqual(before)
    const broken = join(inNewFolder(), 'Broken.zip')
    const bytes = readFileSync(sealed.path)
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1
    writeFileSync(broken, bytes)
    expect(await outcome(receive(inNewFolder(), broken))).toBe('receipt.bundle.not-valid')
  })
})

describe('sealing for the way to the receiver', () => {
  test('writes an encrypted copy, and refuses a mistyped key before anything is written', async () => {
    const recipient = await identityToRecipient(await generateX25519Identity())
    const result = await seal({ recipients: [recipient] })
    expect(result.encrypted?.path).toBe(`${result.path}.age`)
    expect(open.custody.lines().at(-1)).toMatchObject({
      action: 'encrypted',
      sha256: { before: result.zipSha256, after: result.encrypted?.sha256 },
    })
    const outDir = inNewFolder()
    expect(await outcome(seal({ recipients: [`${recipient}x`], outDir }))).toBe('bundle.recipient.malformed')
    expect(readdirSync(outDir)).toEqual([])
  })

  test.skipIf(!haveTool('openssl'))(
    'asks for a time stamp; without an answer it seals and says so',
    async () => {
      const authority = makeTimeAuthority()
      const serving = await authority.serve()
      const stamped = await seal({ timeStampUrl: serving.url })
      serving.close()
      expect(stamped).toMatchObject({ verdict: 'VALID-SIGNED', timeStamp: { url: serving.url, why: null } })
      const roots = join(folder, 'roots.pem')
      writeFileSync(roots, authority.rootPem)
      const report = await verifyBundleFile(stamped.path, { allowedSigners: tier1, timeStampRoots: roots })
      expect(report).toMatchObject({ verdict: 'VALID-SIGNED', findings: [], timeStamp: { isTrusted: true } })
      const unknown = await verifyBundleFile(stamped.path, { allowedSigners: tier1 })
      expect(unknown.findings.map((finding) => finding.code)).toEqual(['TIMESTAMP_UNKNOWN_AUTHORITY'])
      const bag = await Unpacked.of(stamped.path)
      expect(bag.text('bag-info.txt')).toContain('INC-2026-0142')

      const without = await seal({ timeStampUrl: serving.url })
      expect(without).toMatchObject({
        verdict: 'VALID-SIGNED',
        timeStamp: { time: null, why: expect.stringContaining('reached') },
      })
      expect(open.custody.lines().at(-1)?.note).toContain('sealed without a time stamp')
      authority.remove()
    },
  )
})
