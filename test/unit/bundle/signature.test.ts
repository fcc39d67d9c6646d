import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import {
  makeOwnKey,
  ownKeyFacts,
  ownPublicKey,
  ownSigningKey,
  rewrapOwnKey,
  signingKeyFrom,
} from '../../../src/bundle/keys.ts'
import {
  allowedSigner,
  readAllowedSigners,
  signMessage,
  verifySignature,
} from '../../../src/bundle/sshsig.ts'
import { haveTool } from './tools.ts'

const folder = mkdtempSync(join(tmpdir(), 'signature-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const message = Buffer.from('0123  manifest-sha256.txt\n')
const key = await ownSigningKey({ folder: join(folder, 'own') })

describe('a signature', () => {
  test('holds for its message and for nothing else', () => {
    const signature = signMessage(message, key.privateKey)
    expect(verifySignature(signature, message)).toMatchObject({
      ok: true,
      signer: { fingerprint: key.signer.fingerprint },
    })
    expect(verifySignature(signature, Buffer.concat([message, Buffer.from('\n')]))).toMatchObject({
      ok: false,
    })
    expect(verifySignature(signature, Buffer.from(message.toString().replace('\n', '\r\n')))).toMatchObject({
      ok: false,
    })
    expect(verifySignature(signMessage(message, key.privateKey, 'file'), message)).toMatchObject({
      ok: false,
      why: expect.stringContaining('purpose'),
    })
  })

  test('that is damaged anywhere is refused and never throws', () => {
    const signature = signMessage(message, key.privateKey)
    const body = signature.split('\n').slice(1, -2).join('')
    const bytes = Buffer.from(body, 'base64')
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes)
      damaged[at] = (damaged[at] ?? 0) ^ 0x41
      const armoured = `-----BEGIN SSH SIGNATURE-----\n${damaged.toString('base64')}\n-----END SSH SIGNATURE-----\n`
      // Byte for byte: a reserved field and nothing else may differ, and there is none set.
      expect(verifySignature(armoured, message).ok).toBe(false)
    }
    for (const text of ['', 'x', '-----BEGIN SSH SIGNATURE-----\n\n-----END SSH SIGNATURE-----\n']) {
      expect(verifySignature(text, message).ok).toBe(false)
    }
  })
})

describe.runIf(haveTool('ssh-keygen'))('ssh-keygen', () => {
  const allowedPath = join(folder, 'allowed')
  const verifyArguments = (file: string, identity = 'jdoe@JUMP-01') => [
    '-Y',
    'verify',
    '-f',
    allowedPath,
    '-I',
    identity,
    '-n',
    'tasktrail-bundle@v1',
    '-s',
    file,
  ]

  test('accepts our signature, and refuses it over other bytes or for somebody else', () => {
    writeFileSync(allowedPath, `jdoe@JUMP-01 namespaces="tasktrail-bundle@v1" ${key.signer.line}\n`)
    const file = join(folder, 'message.sig')
    writeFileSync(file, signMessage(message, key.privateKey))
    const run = (input: Uint8Array, identity?: string) =>
      spawnSync('ssh-keygen', verifyArguments(file, identity), { input }).status
    expect(run(message)).toBe(0)
    expect(run(Buffer.from('other'))).not.toBe(0)
    expect(run(message, 'mallory@JUMP-01')).not.toBe(0)
  })

  test('makes signatures we accept, with keys we can use and fingerprints we agree on', async () => {
    const path = join(folder, 'openssh')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', path])
    const file = join(folder, 'theirs.txt')
    writeFileSync(file, message)
    execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-f', path, '-n', 'tasktrail-bundle@v1', file], {
      stdio: 'ignore',
    })
    const fingerprint = execFileSync('ssh-keygen', ['-lf', `${path}.pub`])
      .toString()
      .split(' ')[1]
    expect(verifySignature(readFileSync(`${file}.sig`, 'utf8'), message)).toMatchObject({
      ok: true,
      signer: { fingerprint },
    })
    expect((await signingKeyFrom(path)).signer.fingerprint).toBe(fingerprint)
    execFileSync('ssh-keygen', ['-q', '-p', '-N', 'secret', '-f', path], { stdio: 'ignore' })
    await expect(signingKeyFrom(path)).rejects.toMatchObject({ code: 'bundle.key.unusable' })
  })
})

describe('the signing key', () => {
  test('is made once, readable by its owner alone', async () => {
    const dir = join(folder, 'made')
    const first = await ownSigningKey({ folder: dir })
    expect((await ownSigningKey({ folder: dir })).signer).toEqual(first.signer)
    expect(await ownPublicKey(dir)).toBe(first.signer.line)
    const [name] = readdirSync(dir)
    expect(readdirSync(dir)).toEqual([name])
    if (process.platform !== 'win32') {
      expect(statSync(join(dir, name ?? '')).mode & 0o777).toBe(0o600)
      expect(statSync(dir).mode & 0o777).toBe(0o700)
    }
  })

  test('under a passphrase opens with it alone, and shows its public half without', async () => {
    const dir = join(folder, 'wrapped')
    const made = await ownSigningKey({ folder: dir, passphrase: 'correct horse' })
    expect((await ownSigningKey({ folder: dir, passphrase: 'correct horse' })).signer).toEqual(made.signer)
    await expect(ownSigningKey({ folder: dir })).rejects.toMatchObject({
      code: 'bundle.key.passphrase-needed',
    })
    await expect(ownSigningKey({ folder: dir, passphrase: 'wrong' })).rejects.toMatchObject({
      code: 'bundle.key.passphrase-wrong',
    })
    expect(await ownPublicKey(dir)).toBe(made.signer.line)
    const text = readFileSync(join(dir, 'signing-key.json'), 'utf8')
    expect(text).not.toContain(
      made.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64').slice(20, 60),
    )
  })

  test('that is damaged, of another kind or missing is refused with a way out', async () => {
    const dir = join(folder, 'damaged')
    await ownSigningKey({ folder: dir })
    writeFileSync(join(dir, 'signing-key.json'), '{"schema":"tasktrail-key/1"')
    await expect(ownSigningKey({ folder: dir })).rejects.toMatchObject({ code: 'bundle.key.unusable' })
    const other = join(folder, 'rsa.pem')
    const { generateKeyPairSync } = await import('node:crypto')
    writeFileSync(
      other,
      generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
    )
    await expect(signingKeyFrom(other)).rejects.toMatchObject({ code: 'bundle.key.unusable' })
    await expect(signingKeyFrom(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'disk.file.missing' })
    const pem = join(folder, 'ed.pem')
    writeFileSync(pem, key.privateKey.export({ type: 'pkcs8', format: 'pem' }))
    expect((await signingKeyFrom(pem)).signer).toEqual(key.signer)
  })
})

describe('allowed signers', () => {
  const at = new Date('2026-11-21T12:00:00Z')
  const find = (text: string) => allowedSigner(key.signer, readAllowedSigners(text).signers, at)?.identity
  const line = key.signer.line
  test.each([
    ['a plain line', `jdoe ${line}`, 'jdoe'],
    ['several names', `jdoe,team@example ${line} comment here`, 'jdoe'],
    ['a quoted name', `"J Doe" ${line}`, 'J Doe'],
    ['our namespace', `jdoe namespaces="file,tasktrail-*" ${line}`, 'jdoe'],
    ['another namespace', `jdoe namespaces="file" ${line}`, undefined],
    ['a time that has come', `jdoe valid-after="20260101Z",valid-before="20270101Z" ${line}`, 'jdoe'],
    ['a time that is over', `jdoe valid-before="20260101Z" ${line}`, undefined],
    ['a time yet to come', `jdoe valid-after="20270101Z" ${line}`, undefined],
    ['a malformed time', `jdoe valid-after="soon" ${line}`, undefined],
    ['an authority', `jdoe cert-authority ${line}`, undefined],
    ['comments and empty lines', `# jdoe ${line}\n\n`, undefined],
    ['a key in the second line', `x ssh-rsa AAAA\njdoe ${line}\r\n`, 'jdoe'],
  ])('with %s are read as OpenSSH reads them', (_what, text, identity) => {
    expect(find(text)).toBe(identity)
  })
})

describe('the own key', () => {
  test('gets a passphrase later, is asked for it only then, and stays the same key', async () => {
    const dir = join(folder, 'later')
    const made = await makeOwnKey({ folder: dir })
    const never = () => Promise.reject(new Error('asked without need'))
    expect((await ownSigningKey({ folder: dir, passphrase: never })).signer).toEqual(made.signer)
    await rewrapOwnKey({ folder: dir }, 'correct horse')
    expect(await ownKeyFacts(dir)).toMatchObject({ line: made.signer.line, protection: 'passphrase' })
    const asked: string[] = []
    const ask = async (path: string) => {
      asked.push(path)
      return 'correct horse'
    }
    expect((await ownSigningKey({ folder: dir, passphrase: ask })).signer).toEqual(made.signer)
    expect(asked).toEqual([join(dir, 'signing-key.json')])
    await expect(makeOwnKey({ folder: dir })).rejects.toMatchObject({ code: 'bundle.key.exists' })
    await expect(rewrapOwnKey({ folder: join(folder, 'none') }, 'x')).rejects.toMatchObject({
      code: 'bundle.key.none',
    })
  })

  test('is wrapped by the secret store of the system where there is one, and opens nowhere else', async () => {
    const dir = join(folder, 'system')
    const turn = (bytes: Uint8Array) => bytes.map((byte) => byte ^ 0x5a)
    const secrets = {
      seal: async (bytes: Uint8Array) => turn(bytes),
      open: async (bytes: Uint8Array) => turn(bytes),
    }
    const made = await ownSigningKey({ folder: dir, secrets })
    expect(await ownKeyFacts(dir)).toMatchObject({ protection: 'system' })
    expect((await ownSigningKey({ folder: dir, secrets })).signer).toEqual(made.signer)
    await expect(ownSigningKey({ folder: dir })).rejects.toMatchObject({ code: 'bundle.key.system-store' })
    const broken = { ...secrets, open: () => Promise.reject(new Error('another user')) }
    await expect(ownSigningKey({ folder: dir, secrets: broken })).rejects.toMatchObject({
      code: 'bundle.key.unusable',
    })
  })
})
