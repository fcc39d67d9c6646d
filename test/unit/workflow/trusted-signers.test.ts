import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { ownSigningKey } from '../../../src/bundle/keys.ts'
import { sealBundle } from '../../../src/bundle/seal.ts'
import {
  addTrustedSigners,
  removeTrustedSigner,
  trustedSigners,
} from '../../../src/workflow/trusted-signers.ts'
import { verifyBundleFile } from '../../../src/workflow/verify-bundle.ts'
import { contentsOf } from '../../builders/sealed-bundle.ts'

const scratch = mkdtempSync(join(tmpdir(), 'signers-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
const home = join(scratch, 'home')
const key = await ownSigningKey({ folder: join(scratch, 'key') })

describe('the list of trusted signers', () => {
  test('takes allowed_signers lines and public keys with a name, each once, and keeps what else is in the file', async () => {
    expect((await trustedSigners(home)).signers).toEqual([])
    const added = await addTrustedSigners(`${key.signer.line} a comment\n`, 'jdoe@JUMP-01', home)
    expect(added).toMatchObject([
      {
        identity: 'jdoe@JUMP-01',
        fingerprint: key.signer.fingerprint,
        namespaces: ['tasktrail-bundle@v1', 'tasktrail-receipt@v1'],
      },
    ])
    const { path } = await trustedSigners(home)
    writeFileSync(path, `# mine\nold ssh-rsa AAAA\n${readFileSync(path, 'utf8').trimEnd()}`)
    await addTrustedSigners(`jdoe@JUMP-01 ${key.signer.line}`, undefined, home)
    await addTrustedSigners(`other valid-before="20300101Z" ${key.signer.line}`, undefined, home)
    expect(
      (await trustedSigners(home)).signers.map(({ identity, validBefore }) => [identity, validBefore]),
    ).toEqual([
      ['jdoe@JUMP-01', null],
      ['other', '2030-01-01T00:00:00.000Z'],
    ])
    await removeTrustedSigner('other', home)
    expect(readFileSync(path, 'utf8')).toMatch(/^# mine\nold ssh-rsa AAAA\njdoe@JUMP-01 .*\n$/)
  })

  test.each([
    ['a key without a name', key.signer.line, undefined, 'bundle.signers.none'],
    ['another kind of key', 'x ssh-rsa AAAA', undefined, 'bundle.signers.none'],
    ['a line with a key that is cut off', 'x ssh-ed25519 AAAA', undefined, 'bundle.signers.none'],
    ['nothing', '', undefined, 'bundle.signers.none'],
    ['a name that would be an option', key.signer.line, 'a namespaces="x"', 'bundle.signers.name'],
  ])('refuses %s', async (_what, text, name, code) => {
    await expect(addTrustedSigners(text, name, home)).rejects.toMatchObject({ code })
  })

  test('refuses to remove nobody', async () => {
    await expect(removeTrustedSigner('nobody', home)).rejects.toMatchObject({
      code: 'bundle.signers.unknown',
    })
  })

  test('decides who signed a bundle when no other list is named', async () => {
    const before = process.env.TASKTRAIL_HOME
    process.env.TASKTRAIL_HOME = home
    try {
      const sealed = await sealBundle(await contentsOf(scratch), { outDir: scratch, key })
      expect((await verifyBundleFile(sealed.path)).verdict).toBe('VALID-SIGNED')
      await removeTrustedSigner(key.signer.fingerprint, home)
      expect((await verifyBundleFile(sealed.path)).verdict).toBe('VALID-UNKNOWN-SIGNER')
    } finally {
      if (before === undefined) delete process.env.TASKTRAIL_HOME
      else process.env.TASKTRAIL_HOME = before
    }
  })
})
