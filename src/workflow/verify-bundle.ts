/** Verifies a sealed bundle without extracting it; the shape of design/cli.md. */
import { X509Certificate } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { AgeFile, ageKindOf } from '../archive/age-file.ts'
import { diskRefusal } from '../base/disk-trouble.ts'
import { Refusal } from '../base/refusal.ts'
import { type AllowedSigner, readAllowedSigners } from '../bundle/sshsig.ts'
import { type Verification, type VerifyReport, verifyBundle } from '../bundle/verify.ts'
import type { OnProgress } from '../domain/progress.ts'
import { checkKeys, decryptBundle, identitiesOf } from './encrypt-bundle.ts'
import { trustedSigners } from './trusted-signers.ts'

export type AgePassphrase = string | ((path: string) => Promise<string | undefined>) | undefined

export interface VerifyBundleOptions {
  /** path of an OpenSSH `allowed_signers` file; the operator's own list of trusted signers when there is none */
  readonly allowedSigners?: string | undefined
  /** SHA-256 of the ZIP as the ticket tells it */
  readonly ticketSha256?: string | undefined
  /** path of a PEM file with root certificates of time stamping authorities */
  readonly timeStampRoots?: string | undefined
  /** path of the file with the age identity that opens an encrypted bundle */
  readonly identityFile?: string | undefined
  /** opens a bundle encrypted with a passphrase; a function is asked only when the bundle needs one */
  readonly agePassphrase?: AgePassphrase
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: OnProgress | undefined
  readonly now?: (() => Date) | undefined
}

/** The report on the bundle at `path`. Refuses when the file, or the allowed signers, cannot be read at all. */
export async function verifyBundleFile(
  path: string,
  options: VerifyBundleOptions = {},
): Promise<VerifyReport> {
  return (await checkBundleFile(path, options)).report
}

/** The same, with the verified bundle itself when there is one. */
export async function checkBundleFile(path: string, options: VerifyBundleOptions): Promise<Verification> {
  const { allowedSigners, ticketSha256, timeStampRoots, identityFile, agePassphrase, ...rest } = options
  if (ticketSha256 !== undefined && !/^[0-9a-f]{64}$/i.test(ticketSha256.trim())) {
    throw new Refusal(
      'bundle.ticket.not-a-hash',
      'the hash of the ticket is not a SHA-256: 64 hex digits are needed',
      'Copy it from the ticket again.',
    )
  }
  const signers =
    allowedSigners === undefined ? (await trustedSigners()).allowed : await readSigners(allowedSigners)
  const roots = timeStampRoots === undefined ? [] : await readRoots(timeStampRoots)
  const plain = await plainOf(path, identityFile, agePassphrase)
  return verifyBundle(path, { ...rest, ticketSha256, allowedSigners: signers, timeStampRoots: roots, plain })
}

/** Writes the plain ZIP of an encrypted bundle, because the operator asked for it. Refuses a file that is not encrypted. */
export async function decryptBundleFile(
  path: string,
  target: string,
  options: VerifyBundleOptions,
): Promise<void> {
  const kind = await ageKindOf(path)
  if (kind === undefined)
    throw new Refusal('bundle.encryption.none', `the bundle is not encrypted: ${path}`, 'Use it as it is.')
  const keys = await ageKeys(path, kind, options.identityFile, options.agePassphrase)
  await decryptBundle(path, target, { ...keys, signal: options.signal, onProgress: options.onProgress })
}

/** How the bytes of an encrypted bundle are read: decrypted in memory as they are asked for, and never written. */
async function plainOf(
  path: string,
  identityFile: string | undefined,
  passphrase: AgePassphrase,
): Promise<(() => Promise<AgeFile>) | undefined> {
  if (!(await stat(path).catch(() => undefined))?.isFile()) return undefined
  const kind = await ageKindOf(path)
  if (kind === undefined) return undefined
  const keys = await ageKeys(path, kind, identityFile, passphrase)
  const first = await AgeFile.open(path, keys)
  await first.close()
  return () => first.again()
}

/** The keys for an encrypted bundle. Refuses when none is given or the file of identities holds none. */
export async function ageKeys(
  path: string,
  kind: 'passphrase' | 'keys',
  identityFile: string | undefined,
  passphrase: AgePassphrase,
): Promise<{ readonly identities: readonly string[]; readonly passphrase?: string | undefined }> {
  let keys: { identities: readonly string[]; passphrase?: string | undefined } = { identities: [] }
  if (kind === 'passphrase')
    keys = {
      identities: [],
      passphrase: typeof passphrase === 'function' ? await passphrase(path) : passphrase,
    }
  else if (identityFile !== undefined) {
    const text = await readFile(identityFile, 'utf8').catch((error: unknown) => {
      throw diskRefusal(error, 'reading the age identity', identityFile)
    })
    keys = { identities: identitiesOf(text) }
  }
  checkKeys(keys)
  return keys
}

async function readRoots(path: string): Promise<readonly X509Certificate[]> {
  const text = await readFile(path, 'latin1').catch((error: unknown) => {
    throw diskRefusal(error, 'reading the root certificates', path)
  })
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  try {
    if (blocks.length > 0) return blocks.slice(0, 1000).map((block) => new X509Certificate(block))
  } catch {
    // said below
  }
  throw new Refusal(
    'bundle.roots.none',
    `no certificate could be read from ${path}`,
    'Give a PEM file with the root certificate of the time stamping authority.',
    { path },
  )
}

async function readSigners(path: string): Promise<readonly AllowedSigner[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw diskRefusal(error, 'reading the allowed signers', path)
  })
  const { signers, skipped } = readAllowedSigners(text)
  if (signers.length === 0 && (skipped.length > 0 || text.trim() === '')) {
    throw new Refusal(
      'bundle.signers.none',
      `no Ed25519 key of a signer was found in ${path}`,
      'Each line needs a name, then ssh-ed25519 and the key: jdoe@JUMP-01 ssh-ed25519 AAAA…',
      { path },
    )
  }
  return signers
}
