/**
 * The signing key of the person at this workstation: Ed25519, made on first use in the per-user configuration folder.
 * The private key never enters a case or a bundle. A passphrase wraps it with scrypt and AES-256-GCM.
 */
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  scryptSync,
} from 'node:crypto'
import { mkdir, open, readFile, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { diskRefusal, systemErrorCode } from '../base/disk-trouble.ts'
import { Refusal } from '../base/refusal.ts'
import { type SignerKey, SshReader, signerKeyOf } from './sshsig.ts'

export interface SigningKey {
  readonly privateKey: KeyObject
  readonly signer: SignerKey
}

export interface KeyOptions {
  /** the operator's settings folder */
  readonly folder: string
  readonly passphrase?: string | undefined
}

interface StoredKey {
  readonly schema: 'tasktrail-key/1'
  readonly publicKey: string
  readonly protection: 'none' | 'passphrase'
  readonly salt?: string
  readonly iv?: string
  readonly tag?: string
  /** PKCS#8 in base64, encrypted when protected by a passphrase */
  readonly secret: string
}

const scrypt = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 2 ** 20 }
const keyFile = 'signing-key.json'

/** The person's own key; made on first use. Refuses a wrong passphrase and an unreadable key. */
export async function ownSigningKey(options: KeyOptions): Promise<SigningKey> {
  const { folder } = options
  const path = join(folder, keyFile)
  return (await load(path, options.passphrase)) ?? (await make(folder, path, options.passphrase))
}

/** The public half of the person's own key, if there is one; needs no passphrase. */
export async function ownPublicKey(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, keyFile), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  return parseStored(text)?.publicKey
}

/** A key from a file: ours, an OpenSSH Ed25519 key without passphrase, or PKCS#8 PEM. */
export async function signingKeyFrom(path: string, passphrase?: string): Promise<SigningKey> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw diskRefusal(error, 'reading the signing key', path)
  })
  const stored = parseStored(text)
  if (stored) return unwrap(stored, passphrase, path)
  const openssh = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END OPENSSH PRIVATE KEY-----/.exec(text)
  try {
    const key = openssh?.[1]
      ? opensshKey(Buffer.from(openssh[1], 'base64'), path)
      : createPrivateKey({ key: text, ...(passphrase !== undefined && { passphrase }) })
    if (key.asymmetricKeyType !== 'ed25519') throw unusable(path, 'it is not an Ed25519 key')
    return { privateKey: key, signer: signerKeyOf(key) }
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw unusable(path, 'it cannot be read as a private key')
  }
}

async function load(path: string, passphrase: string | undefined): Promise<SigningKey | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw diskRefusal(error, 'reading the signing key', path)
  })
  if (text === undefined) return undefined
  const stored = parseStored(text)
  if (!stored) throw unusable(path, 'the file is damaged')
  return unwrap(stored, passphrase, path)
}

async function make(folder: string, path: string, passphrase: string | undefined): Promise<SigningKey> {
  const { privateKey } = generateKeyPairSync('ed25519')
  const signer = signerKeyOf(privateKey)
  const stored = wrap(privateKey, signer, passphrase)
  const partial = join(folder, `.${keyFile}.${randomBytes(6).toString('hex')}`)
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const file = await open(partial, 'wx', 0o600)
    try {
      await file.writeFile(`${JSON.stringify(stored, null, 2)}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(partial, path)
  } catch (error) {
    await unlink(partial).catch(() => undefined)
    throw diskRefusal(error, 'keeping the new signing key', path)
  }
  return { privateKey, signer }
}

function wrap(key: KeyObject, signer: SignerKey, passphrase: string | undefined): StoredKey {
  const secret = key.export({ type: 'pkcs8', format: 'der' })
  const start = { schema: 'tasktrail-key/1', publicKey: signer.line } as const
  if (passphrase === undefined || passphrase === '') {
    return { ...start, protection: 'none', secret: secret.toString('base64') }
  }
  const salt = randomBytes(16)
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', scryptSync(passphrase.normalize('NFC'), salt, 32, scrypt), iv)
  cipher.setAAD(Buffer.from(signer.line))
  const sealed = Buffer.concat([cipher.update(secret), cipher.final()])
  return {
    ...start,
    protection: 'passphrase',
    salt: salt.toString('base64'),
    iv: iv.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
    secret: sealed.toString('base64'),
  }
}

function unwrap(stored: StoredKey, passphrase: string | undefined, path: string): SigningKey {
  let secret = Buffer.from(stored.secret, 'base64')
  if (stored.protection === 'passphrase') {
    if (passphrase === undefined) {
      throw new Refusal(
        'bundle.key.passphrase-needed',
        `the signing key is protected by a passphrase: ${path}`,
        'Give the passphrase, or seal without a signature.',
      )
    }
    try {
      const salt = Buffer.from(stored.salt ?? '', 'base64')
      const key = scryptSync(passphrase.normalize('NFC'), salt, 32, scrypt)
      const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(stored.iv ?? '', 'base64'), {
        authTagLength: 16,
      })
      decipher.setAAD(Buffer.from(stored.publicKey))
      decipher.setAuthTag(Buffer.from(stored.tag ?? '', 'base64'))
      secret = Buffer.concat([decipher.update(secret), decipher.final()])
    } catch {
      throw new Refusal(
        'bundle.key.passphrase-wrong',
        `the passphrase does not open the signing key: ${path}`,
        'Type it again; a lost passphrase means a new key, whose fingerprint Tier 2 has to be told.',
      )
    }
  }
  try {
    const privateKey = createPrivateKey({ key: secret, format: 'der', type: 'pkcs8' })
    const signer = signerKeyOf(privateKey)
    if (signer.line !== stored.publicKey) throw unusable(path, 'its two halves do not belong together')
    return { privateKey, signer }
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw unusable(path, 'the file is damaged')
  }
}

function parseStored(text: string): StoredKey | undefined {
  try {
    const value = JSON.parse(text) as Partial<StoredKey> | null
    const sound =
      value?.schema === 'tasktrail-key/1' &&
      typeof value.publicKey === 'string' &&
      typeof value.secret === 'string' &&
      (value.protection === 'none' || value.protection === 'passphrase')
    return sound ? (value as StoredKey) : undefined
  } catch {
    return undefined
  }
}

/** `openssh-key-v1` without a passphrase. */
function opensshKey(bytes: Buffer, path: string): KeyObject {
  const reader = new SshReader(bytes)
  if (reader.take(15).toString('latin1') !== 'openssh-key-v1\0') throw unusable(path, 'unknown key format')
  if (reader.string().toString('latin1') !== 'none') {
    throw unusable(
      path,
      'it is protected by a passphrase OpenSSH knows; make an unprotected copy or use our own key',
    )
  }
  reader.string()
  reader.string()
  if (reader.uint32() !== 1) throw unusable(path, 'it holds more than one key')
  reader.string()
  const secret = new SshReader(reader.string())
  // Two equal random numbers: differ when a wrong passphrase was used or the file is damaged.
  const [first, second] = [secret.uint32(), secret.uint32()]
  if (first !== second) throw unusable(path, 'the file is damaged')
  if (secret.string().toString('latin1') !== 'ssh-ed25519') throw unusable(path, 'it is not an Ed25519 key')
  const x = secret.string().toString('base64url')
  const d = secret.string().subarray(0, 32).toString('base64url')
  return createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', x, d }, format: 'jwk' })
}

function unusable(path: string, why: string): Refusal {
  return new Refusal(
    'bundle.key.unusable',
    `the signing key cannot be used: ${why}: ${path}`,
    'Choose another key, or seal without a signature.',
    { path },
  )
}
