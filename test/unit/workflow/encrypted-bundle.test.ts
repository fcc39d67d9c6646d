/** A bundle that arrives encrypted: checked and opened without a readable copy of it on any disk. */
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ownSigningKey } from '../../../src/bundle/keys.ts'
import { sealBundle } from '../../../src/bundle/seal.ts'
import { encryptBundle } from '../../../src/workflow/encrypt-bundle.ts'
import { openBundle } from '../../../src/workflow/open-bundle.ts'
import { decryptBundleFile, verifyBundleFile } from '../../../src/workflow/verify-bundle.ts'
import { contentsOf, sha256 } from '../../builders/sealed-bundle.ts'

const folder = mkdtempSync(join(tmpdir(), 'encrypted-'))
const received = join(folder, 'received')
const identityFile = join(folder, 'identity.txt')
const otherFile = join(folder, 'other.txt')
const allowedSigners = join(folder, 'allowed_signers')
const operator = { name: 'R. Roe', account: 'CORP\\rroe', workstation: 'T2-01' }
let plainPath = ''
let plainSum = ''
let encrypted = ''

beforeAll(async () => {
  const identity = await generateX25519Identity()
  writeFileSync(identityFile, `# created: today\n${identity}\n`)
  writeFileSync(otherFile, `${await generateX25519Identity()}\n`)
  const key = await ownSigningKey({ folder: join(folder, 'key') })
  writeFileSync(allowedSigners, `jdoe@JUMP-01 ${key.signer.line}\n`)
  const sealed = await sealBundle(await contentsOf(folder), { outDir: folder, key })
  plainPath = sealed.path
  plainSum = sealed.sha256
  const written = await encryptBundle(sealed.path, { recipients: [await identityToRecipient(identity)] })
  // the receiver gets the encrypted file and its hash alone
  encrypted = join(mkdtempSync(received), 'X.zip.age')
  renameSync(written.path, encrypted)
  renameSync(`${written.path}.sha256`, `${encrypted}.sha256`)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** No file below the folder begins as a ZIP does, but for the one the sender made. */
const plainCopies = (below: string) =>
  readdirSync(below, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(
      (path) =>
        path !== plainPath && readFileSync(path).subarray(0, 4).toString('latin1') === 'PK\u0003\u0004',
    )

describe('an encrypted bundle', () => {
  test('A34 VALID-SIGNED with the right identity, with the hash of the plain ZIP, and no copy is left', async () => {
    const report = await verifyBundleFile(encrypted, { identityFile, allowedSigners, ticketSha256: plainSum })
    expect(report).toMatchObject({ verdict: 'VALID-SIGNED', findings: [], zipSha256: plainSum })
    expect(plainCopies(folder)).toEqual([])
  })

  test('A34 is refused without a key, with a wrong one, and with a file that holds none', async () => {
    const codeOf = (how: Parameters<typeof verifyBundleFile>[1]) =>
      verifyBundleFile(encrypted, how).then(
        ({ verdict }) => verdict,
        (error: { code?: string }) => error.code,
      )
    expect(await codeOf({})).toBe('bundle.identity.none')
    expect(await codeOf({ identityFile: otherFile })).toBe('bundle.decryption.no-key')
    expect(await codeOf({ identityFile: allowedSigners })).toBe('bundle.identity.malformed')
    expect(await codeOf({ identityFile: join(folder, 'nowhere') })).toBe('disk.file.missing')
  })

  test('A34 with a bit flipped, cut, or with bytes behind it is refused as damaged', async () => {
    const bytes = readFileSync(encrypted)
    const flipped = Buffer.from(bytes)
    flipped[bytes.length >> 1] = (flipped[bytes.length >> 1] ?? 0) ^ 1
    for (const [name, changed] of [
      ['flipped', flipped],
      ['cut', bytes.subarray(0, -1)],
      ['cut at a chunk', bytes.subarray(0, bytes.length - 65_552)],
      ['longer', Buffer.concat([bytes, Buffer.from('x')])],
      ['without its payload', bytes.subarray(0, 300)],
    ] as const) {
      const path = join(folder, `${name}.age`)
      writeFileSync(path, changed)
      await expect(verifyBundleFile(path, { identityFile }), name).rejects.toMatchObject({
        code: 'bundle.decryption.damaged',
      })
    }
  })

  test('that is another file than its hash file tells is INVALID', async () => {
    const path = join(folder, 'renamed.zip.age')
    writeFileSync(path, readFileSync(encrypted))
    writeFileSync(`${path}.sha256`, `${'a'.repeat(64)}  renamed.zip.age\n`)
    const report = await verifyBundleFile(path, { identityFile, allowedSigners })
    expect([report.verdict, ...report.findings.map(({ code }) => code)]).toEqual([
      'INVALID',
      'OUTER_HASH_MISMATCH',
    ])
  })

  test('opens as a case, and no copy of the ZIP is left', async () => {
    const dir = join(folder, 'case')
    const open = await openBundle(encrypted, { identityFile, allowedSigners, dir, operator })
    expect(open.readOnly).toBe(true)
    expect(open.casefile.evidence()).toHaveLength(3)
    open.close()
    expect(plainCopies(folder)).toEqual([])
  })

  test('is written as a plain ZIP only when that is asked for', async () => {
    const target = join(folder, 'asked.zip')
    await decryptBundleFile(encrypted, target, { identityFile })
    expect(sha256(readFileSync(target))).toBe(plainSum)
    await expect(
      decryptBundleFile(target, join(folder, 'again.zip'), { identityFile }),
    ).rejects.toMatchObject({
      code: 'bundle.encryption.none',
    })
    rmSync(target)
  })

  test('with a passphrase asks for it once', async () => {
    const written = await encryptBundle(plainPath, {
      recipients: [],
      passphrase: 'open sesame',
      scryptWorkFactor: 10,
    })
    let asked = 0
    const agePassphrase = async () => {
      asked++
      return 'open sesame'
    }
    expect((await verifyBundleFile(written.path, { agePassphrase, allowedSigners })).verdict).toBe(
      'VALID-SIGNED',
    )
    expect(asked).toBe(1)
    await expect(verifyBundleFile(written.path, { agePassphrase: 'wrong' })).rejects.toMatchObject({
      code: 'bundle.decryption.no-key',
    })
    await expect(verifyBundleFile(written.path, { identityFile })).rejects.toMatchObject({
      code: 'bundle.identity.none',
    })
  })
})
