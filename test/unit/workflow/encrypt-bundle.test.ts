import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  decryptBundle,
  encryptBundle,
  identitiesOf,
  isRecipient,
} from '../../../src/workflow/encrypt-bundle.ts'
import { scratchFolder } from '../../builders/case.ts'
import { haveTool } from '../bundle/tools.ts'

const content = new Uint8Array(300_000).map((_, i) => (i * 7) & 255)
let identity = ''
let recipient = ''
beforeAll(async () => {
  identity = await generateX25519Identity()
  recipient = await identityToRecipient(identity)
})
const bundleIn = (dir: string) => {
  const path = join(dir, 'X.zip')
  writeFileSync(path, content)
  return path
}

describe('encrypting a bundle for its receiver', () => {
  it('writes the file and its hash; the receiver gets the same bytes back', async () => {
    const dir = scratchFolder()
    const written = await encryptBundle(bundleIn(dir), { recipients: [recipient] })
    expect(readdirSync(dir).sort()).toEqual(['X.zip', 'X.zip.age', 'X.zip.age.sha256'])
    expect(readFileSync(`${written.path}.sha256`, 'utf8')).toBe(`${written.sha256}  X.zip.age\n`)
    const opened = await decryptBundle(written.path, join(dir, 'Y.zip'), { identities: [identity] })
    expect(new Uint8Array(readFileSync(opened.path))).toEqual(content)
  })
  it('works with a passphrase', async () => {
    const dir = scratchFolder()
    const written = await encryptBundle(bundleIn(dir), {
      recipients: [],
      passphrase: 'ü secret',
      scryptWorkFactor: 10,
    })
    const open = (passphrase: string) =>
      decryptBundle(written.path, join(dir, 'Y.zip'), { identities: [], passphrase })
    await expect(open('wrong')).rejects.toMatchObject({ code: 'bundle.decryption.no-key' })
    await open('ü secret')
    expect(new Uint8Array(readFileSync(join(dir, 'Y.zip')))).toEqual(content)
  })
  it('A34 leaves nothing under the final name for a wrong key, a flipped bit, a cut file or a cancel', async () => {
    const dir = scratchFolder()
    const written = await encryptBundle(bundleIn(dir), { recipients: [recipient] })
    const sound = readFileSync(written.path)
    const flipped = Buffer.from(sound)
    flipped[200_000] = (flipped[200_000] as number) ^ 1
    const attempt = async (bytes: Uint8Array, key = identity, signal?: AbortSignal) => {
      writeFileSync(join(dir, 'In.age'), bytes)
      return decryptBundle(join(dir, 'In.age'), join(dir, 'Out.zip'), { identities: [key], signal })
    }
    await expect(attempt(sound, await generateX25519Identity())).rejects.toMatchObject({
      code: 'bundle.decryption.no-key',
    })
    await expect(attempt(flipped)).rejects.toMatchObject({ code: 'bundle.decryption.damaged' })
    await expect(attempt(sound.subarray(0, 250_000))).rejects.toMatchObject({
      code: 'bundle.decryption.damaged',
    })
    await expect(attempt(Buffer.from('no age file'))).rejects.toMatchObject({
      code: 'bundle.decryption.damaged',
    })
    await expect(attempt(sound, identity, AbortSignal.abort())).rejects.toThrow()
    expect(readdirSync(dir).filter((name) => name.includes('Out'))).toEqual([])
  })
  it('never overwrites, and refuses what is no key', async () => {
    const dir = scratchFolder()
    const bundle = bundleIn(dir)
    writeFileSync(`${bundle}.age`, 'mine')
    await expect(encryptBundle(bundle, { recipients: [recipient] })).rejects.toMatchObject({
      code: 'archive.target.exists',
    })
    expect(readFileSync(`${bundle}.age`, 'utf8')).toBe('mine')
    const codeOf = (how: { recipients: string[]; passphrase?: string }) =>
      encryptBundle(bundle, how).then(
        () => 'none',
        (error: { code: string }) => error.code,
      )
    expect(await codeOf({ recipients: ['age1short'] })).toBe('bundle.recipient.malformed')
    expect(await codeOf({ recipients: [] })).toBe('bundle.recipient.none')
    expect(await codeOf({ recipients: [recipient], passphrase: 'x' })).toBe('bundle.recipient.both')
    expect(isRecipient(recipient.toUpperCase())).toBe(false)
    expect(existsSync(`${bundle}.age.sha256`)).toBe(false)
  })
  it('reads the file of age-keygen', () => {
    expect(identitiesOf(`# created\n# public key: ${recipient}\r\n${identity}\n\n`)).toEqual([identity])
  })
})

describe.skipIf(!haveTool('age'))("Debian's age", () => {
  it('A34 opens what we encrypt, and we open what it encrypts', async () => {
    const dir = scratchFolder()
    writeFileSync(join(dir, 'key.txt'), `${identity}\n`)
    const written = await encryptBundle(bundleIn(dir), { recipients: [recipient] })
    execFileSync('age', ['-d', '-i', join(dir, 'key.txt'), '-o', join(dir, 'theirs'), written.path])
    expect(new Uint8Array(readFileSync(join(dir, 'theirs')))).toEqual(content)
    execFileSync('age', ['-r', recipient, '-o', join(dir, 'from-age'), join(dir, 'X.zip')])
    await decryptBundle(join(dir, 'from-age'), join(dir, 'ours'), { identities: [identity] })
    expect(new Uint8Array(readFileSync(join(dir, 'ours')))).toEqual(content)
  })
})
