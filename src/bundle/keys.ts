/**
 * The signing key of the person at this workstation: Ed25519, made on first use in the per-user configuration folder.
 * The private key never enters a case or a bundle. A passphrase wraps it with scrypt and AES-256-GCM, or the store of the
 * operating system does. Keys of an agent are in ssh-agent.ts.
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
import { type SignerKey, SshReader, signerKeyOf, signMessage } from './sshsig.ts'

/** A key that signs, wherever its private half is. */
export interface SigningKey {
  readonly signer: SignerKey
  /** the armoured SSH signature of `message` */
  sign(message: Uint8Array, namespace?: string): Promise<string>
}
/** One whose private half this process has read. */
export interface HeldKey extends SigningKey {
  readonly privateKey: KeyObject
}

/** A passphrase, or how to ask a person for it; asked only when a key has one. undefined: nobody can be asked. */
export type Passphrase = string | ((path: string) => Promise<string | undefined>) | undefined

/** What keeps secrets for this user, like the keychain of the operating system. */
export interface SecretStore {
  /** undefined: this system keeps no secrets */
  seal(secret: Uint8Array): Promise<Uint8Array | undefined>
  open(sealed: Uint8Array): Promise<Uint8Array>
}

export interface KeyOptions {
  /** the operator's settings folder */
  readonly folder: string
  readonly passphrase?: Passphrase
  /** wraps a new key when there is no passphrase, and opens one it wrapped */
  readonly secrets?: SecretStore | undefined
}

export type KeyProtection = 'none' | 'passphrase' | 'system'

interface StoredKey {
  readonly schema: 'tasktrail-key/1'
  readonly publicKey: string
  readonly protection: KeyProtection
  readonly salt?: string
  readonly iv?: string
  readonly tag?: string
  /** PKCS#8 in base64, encrypted when protected by a passphrase */
  readonly secret: string
}

const scrypt = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 2 ** 20 }
const keyFile = 'signing-key.json'

/** The person's own key; made on first use. Refuses a wrong passphrase and an unreadable key. */
export async function ownSigningKey(options: KeyOptions): Promise<HeldKey> {
  const stored = await readStored(options.folder)
  if (stored) return unwrap(stored, options, join(options.folder, keyFile))
  const { passphrase } = options
  return make(options, typeof passphrase === 'string' ? passphrase : undefined)
}

/** Makes the person's own key. Refuses when there is one already: bundles signed with it are known by it. */
export async function makeOwnKey(options: KeyOptions & { readonly passphrase?: string }): Promise<HeldKey> {
  if (await readStored(options.folder))
    throw new Refusal(
      'bundle.key.exists',
      `there is a signing key already: ${join(options.folder, keyFile)}`,
      'Use it, or move the file away first; receivers have to be told of a new one.',
    )
  return make(options, options.passphrase)
}

/** Wraps the person's own key anew: with a passphrase, or without one. The key stays the same. */
export async function rewrapOwnKey(options: KeyOptions, passphrase: string | undefined): Promise<HeldKey> {
  const stored = await readStored(options.folder)
  const path = join(options.folder, keyFile)
  if (!stored)
    throw new Refusal(
      'bundle.key.none',
      `there is no signing key yet: ${path}`,
      'Make one: `tasktrail key new`.',
    )
  const key = await unwrap(stored, options, path)
  await keep(options.folder, path, await wrap(key, passphrase, options.secrets))
  return key
}

export interface OwnKeyFacts {
  /** `ssh-ed25519 AAAA…` */
  readonly line: string
  readonly protection: KeyProtection
  readonly path: string
}

/** The public half of the person's own key and how the other half is kept, if there is one; needs no passphrase. */
export async function ownKeyFacts(folder: string): Promise<OwnKeyFacts | undefined> {
  const stored = await readStored(folder)
  return stored && { line: stored.publicKey, protection: stored.protection, path: join(folder, keyFile) }
}

/** The public line of the person's own key, if there is one that can be read. */
export const ownPublicKey = async (folder: string): Promise<string | undefined> =>
  (await ownKeyFacts(folder).catch(() => undefined))?.line

/** A key from a file: ours, an OpenSSH Ed25519 key without passphrase, or PKCS#8 PEM. */
export async function signingKeyFrom(
  path: string,
  passphrase?: Passphrase,
  secrets?: SecretStore,
): Promise<HeldKey> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw diskRefusal(error, 'reading the signing key', path)
  })
  const stored = parseStored(text)
  if (stored) return unwrap(stored, { passphrase, secrets }, path)
  const openssh = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END OPENSSH PRIVATE KEY-----/.exec(text)
  try {
    const key = openssh?.[1]
      ? opensshKey(Buffer.from(openssh[1], 'base64'), path)
      : await pemKey(text, path, passphrase)
    if (key.asymmetricKeyType !== 'ed25519') throw unusable(path, 'it is not an Ed25519 key')
    return held(key)
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw unusable(path, 'it cannot be read as a private key')
  }
}

function held(privateKey: KeyObject): HeldKey {
  const sign = async (message: Uint8Array, namespace?: string) => signMessage(message, privateKey, namespace)
  return { privateKey, signer: signerKeyOf(privateKey), sign }
}

const asked = async (passphrase: Passphrase, path: string): Promise<string | undefined> =>
  typeof passphrase === 'function' ? passphrase(path) : passphrase

async function pemKey(text: string, path: string, passphrase: Passphrase): Promise<KeyObject> {
  const word = /ENCRYPTED/.test(text) ? await asked(passphrase, path) : undefined
  return createPrivateKey({ key: text, ...(word !== undefined && { passphrase: word }) })
}

async function readStored(folder: string): Promise<StoredKey | undefined> {
  const path = join(folder, keyFile)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw diskRefusal(error, 'reading the signing key', path)
  })
  if (text === undefined) return undefined
  const stored = parseStored(text)
  if (!stored) throw unusable(path, 'the file is damaged')
  return stored
}

async function make(options: KeyOptions, passphrase: string | undefined): Promise<HeldKey> {
  const key = held(generateKeyPairSync('ed25519').privateKey)
  const path = join(options.folder, keyFile)
  await keep(options.folder, path, await wrap(key, passphrase, options.secrets))
  return key
}

/** Writes the key file whole or not at all; only its owner may read it. */
async function keep(folder: string, path: string, stored: StoredKey): Promise<void> {
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
    throw diskRefusal(error, 'keeping the signing key', path)
  }
}

async function wrap(
  { privateKey, signer }: HeldKey,
  passphrase: string | undefined,
  secrets: SecretStore | undefined,
): Promise<StoredKey> {
  const secret = privateKey.export({ type: 'pkcs8', format: 'der' })
  const start = { schema: 'tasktrail-key/1', publicKey: signer.line } as const
  if (passphrase === undefined || passphrase === '') {
    const sealed = await secrets?.seal(secret)
    if (!sealed) return { ...start, protection: 'none', secret: secret.toString('base64') }
    return { ...start, protection: 'system', secret: Buffer.from(sealed).toString('base64') }
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

async function unwrap(
  stored: StoredKey,
  { passphrase: given, secrets }: Pick<KeyOptions, 'passphrase' | 'secrets'>,
  path: string,
): Promise<HeldKey> {
  let secret = Buffer.from(stored.secret, 'base64')
  if (stored.protection === 'system') secret = await opened(secret, secrets, path)
  if (stored.protection === 'passphrase') {
    const passphrase = await asked(given, path)
    if (passphrase === undefined) {
      throw new Refusal(
        'bundle.key.passphrase-needed',
        `the signing key is protected by a passphrase: ${path}`,
        'Give the passphrase: it is asked for on a terminal, or taken from TASKTRAIL_KEY_PASSPHRASE.',
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
    const key = held(createPrivateKey({ key: secret, format: 'der', type: 'pkcs8' }))
    if (key.signer.line !== stored.publicKey) throw unusable(path, 'its two halves do not belong together')
    return key
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw unusable(path, 'the file is damaged')
  }
}

async function opened(
  sealed: Uint8Array,
  secrets: SecretStore | undefined,
  path: string,
): Promise<Buffer<ArrayBuffer>> {
  if (!secrets)
    throw new Refusal(
      'bundle.key.system-store',
      `the signing key is kept by the secret store of this system, which only the app can open: ${path}`,
      'Sign in the app, or give a key file or an agent.',
    )
  try {
    return Buffer.from(await secrets.open(sealed))
  } catch {
    throw unusable(path, 'the secret store of this system does not open it: another user or machine made it')
  }
}

function parseStored(text: string): StoredKey | undefined {
  try {
    const value = JSON.parse(text) as Partial<StoredKey> | null
    const sound =
      value?.schema === 'tasktrail-key/1' &&
      typeof value.publicKey === 'string' &&
      typeof value.secret === 'string' &&
      ['none', 'passphrase', 'system'].includes(value.protection ?? '')
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
