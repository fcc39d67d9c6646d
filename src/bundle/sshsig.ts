/**
 * SSHSIG (OpenSSH PROTOCOL.sshsig) with Ed25519 by node:crypto alone: what we sign `ssh-keygen -Y verify` accepts, and
 * the other way round. Keys that live in a FIDO token (`sk-ssh-ed25519@openssh.com`, PROTOCOL.u2f) are verified too; an agent
 * signs with them. Also the `allowed_signers` file and OpenSSH public key lines.
 */
import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { SshReader, sshString } from './ssh-wire.ts'

export { SshReader } from './ssh-wire.ts'

export const bundleNamespace = 'tasktrail-bundle@v1'
const keyType = 'ssh-ed25519'
/** the same curve in a token: it signs a hash of what is signed, with a counter and whether somebody touched it */
const tokenKeyType = 'sk-ssh-ed25519@openssh.com'
const magic = Buffer.from('SSHSIG')
/** characters; a signature has about 300 */
const largestSignature = 1 << 16
const begin = '-----BEGIN SSH SIGNATURE-----'
const end = '-----END SSH SIGNATURE-----'

/** An Ed25519 public key as OpenSSH knows it. */
export interface SignerKey {
  /** the key blob of the public key line */
  readonly blob: Uint8Array
  /** `SHA256:` and base64 without padding, as `ssh-keygen -l` shows it */
  readonly fingerprint: string
  /** `ssh-ed25519 AAAA…` */
  readonly line: string
}

export type SignatureReading =
  | { readonly ok: true; readonly signer: SignerKey }
  | { readonly ok: false; readonly why: string; readonly signer: SignerKey | undefined }

/** The key as OpenSSH writes it. */
export const signerKey = (raw: Uint8Array): SignerKey =>
  signerOfBlob(keyType, Buffer.concat([sshString(keyType), sshString(raw)]))

function signerOfBlob(type: string, blob: Buffer): SignerKey {
  const digest = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')
  return { blob, fingerprint: `SHA256:${digest}`, line: `${type} ${blob.toString('base64')}` }
}

/** A public key of a kind we can check, taken apart. */
interface CheckableKey {
  readonly signer: SignerKey
  readonly type: string
  readonly raw: Buffer
  /** what a token binds its signatures to; undefined for a key that is no token's */
  readonly application: Buffer | undefined
}

/** The key in a key blob; undefined when it is of another kind than Ed25519. Throws RangeError for a blob that is cut off. */
function checkableKey(blob: Uint8Array): CheckableKey | undefined {
  const reader = new SshReader(blob)
  const type = reader.string().toString('latin1')
  if (type !== keyType && type !== tokenKeyType) return undefined
  const raw = reader.string()
  const application = type === tokenKeyType ? reader.string() : undefined
  if (raw.length !== 32 || !reader.isAtEnd) throw new RangeError('ssh: malformed key')
  return { signer: signerOfBlob(type, Buffer.from(blob)), type, raw, application }
}

/** The public key in a key blob, if we can check its signatures. */
export function signerKeyOfBlob(blob: Uint8Array): SignerKey | undefined {
  try {
    return checkableKey(blob)?.signer
  } catch {
    return undefined
  }
}

export function signerKeyOf(key: KeyObject): SignerKey {
  const { x } = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' })
  return signerKey(Buffer.from(x ?? '', 'base64url'))
}

/** What is signed: never the message itself, but its hash bound to a namespace. */
export function toBeSigned(message: Uint8Array, namespace: string, algorithm = 'sha512'): Buffer {
  const hash = createHash(algorithm).update(message).digest()
  return Buffer.concat([magic, sshString(namespace), sshString(''), sshString(algorithm), sshString(hash)])
}

/** The armoured signature of `message` by an Ed25519 private key. */
export function signMessage(message: Uint8Array, key: KeyObject, namespace = bundleNamespace): string {
  const signature = sign(null, toBeSigned(message, namespace), key)
  return armour(signerKeyOf(key), namespace, Buffer.concat([sshString(keyType), sshString(signature)]))
}

/** The armoured form of a signature over `toBeSigned(…, namespace)`. @param signature in the form of the wire */
export function armour(signer: SignerKey, namespace: string, signature: Uint8Array): string {
  const blob = Buffer.concat([
    magic,
    Buffer.from([0, 0, 0, 1]),
    sshString(signer.blob),
    sshString(namespace),
    sshString(''),
    sshString('sha512'),
    sshString(signature),
  ])
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? []
  return [begin, ...lines, end, ''].join('\n')
}

/** Checks an armoured signature over `message`. Never throws: whatever is wrong is said in `why`. */
export function verifySignature(
  armoured: string,
  message: Uint8Array,
  namespace = bundleNamespace,
): SignatureReading {
  let signer: SignerKey | undefined
  if (armoured.length > largestSignature) return { ok: false, why: 'not an SSH signature', signer }
  try {
    const found =
      /^-----BEGIN SSH SIGNATURE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END SSH SIGNATURE-----\s*$/.exec(armoured)
    if (!found?.[1]) return { ok: false, why: 'not an SSH signature', signer }
    const reader = new SshReader(Buffer.from(found[1], 'base64'))
    if (!reader.take(6).equals(magic) || reader.uint32() !== 1)
      return { ok: false, why: 'unknown signature format', signer }
    const key = checkableKey(reader.string())
    if (!key) return { ok: false, why: 'signed with another kind of key than Ed25519', signer }
    signer = key.signer
    const signedNamespace = reader.string().toString('utf8')
    if (signedNamespace !== namespace) {
      return { ok: false, why: 'the signature was made for another purpose (namespace)', signer }
    }
    reader.string()
    const algorithm = reader.string().toString('latin1')
    if (algorithm !== 'sha512' && algorithm !== 'sha256')
      return { ok: false, why: 'unknown hash of the signature', signer }
    const sound = isSignedBy(key, toBeSigned(message, namespace, algorithm), reader.string())
    if (sound === undefined) return { ok: false, why: 'unknown signature algorithm', signer }
    return sound
      ? { ok: true, signer }
      : { ok: false, why: 'the signature does not fit the signed file', signer }
  } catch {
    return { ok: false, why: 'the signature is malformed', signer }
  }
}

/** undefined: the signature is of another kind than its key. @param signature in the form of the wire */
function isSignedBy(key: CheckableKey, signed: Buffer, signature: Buffer): boolean | undefined {
  const reader = new SshReader(signature)
  if (reader.string().toString('latin1') !== key.type) return undefined
  const bytes = reader.string()
  const over =
    key.application === undefined
      ? signed
      : // PROTOCOL.u2f: what the token saw, its flags (touched or not) and its counter
        Buffer.concat([hashOf(key.application), reader.take(1), reader.take(4), hashOf(signed)])
  if (!reader.isAtEnd) return false
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: key.raw.toString('base64url') }
  return verify(null, over, createPublicKey({ key: jwk, format: 'jwk' }), bytes)
}
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()

/** One line of an `allowed_signers` file that names an Ed25519 key, of a file or of a token. */
export interface AllowedSigner {
  /** the first principal: who the key belongs to */
  readonly identity: string
  readonly blob: Uint8Array
  readonly namespaces: readonly string[] | undefined
  /** milliseconds since 1970, from `valid-after` and `valid-before` */
  readonly validAfter: number | undefined
  readonly validBefore: number | undefined
}

/** Reads an `allowed_signers` file; lines of other key types and malformed lines are given back as text. */
export function readAllowedSigners(text: string): { signers: AllowedSigner[]; skipped: string[] } {
  const signers: AllowedSigner[] = []
  const skipped: string[] = []
  for (const line of text.split(/\r?\n/)) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) continue
    const fields =
      /^("[^"]*"|\S+)\s+(?:((?:[A-Za-z-]+(?:="[^"]*")?)(?:,[A-Za-z-]+(?:="[^"]*")?)*)\s+)?(?:ssh-ed25519|sk-ssh-ed25519@openssh\.com)\s+([A-Za-z0-9+/=]+)(?:\s|$)/.exec(
        trimmed,
      )
    const options = fields?.[2] ?? ''
    if (!fields?.[1] || !fields[3] || /cert-authority/i.test(options)) {
      skipped.push(line)
      continue
    }
    const option = (name: string) => new RegExp(`(?:^|,)${name}="([^"]*)"`, 'i').exec(options)?.[1]
    signers.push({
      identity: fields[1].replace(/^"|"$/g, '').split(',')[0] ?? '',
      blob: Buffer.from(fields[3], 'base64'),
      namespaces: option('namespaces')?.split(','),
      validAfter: sshTime(option('valid-after')),
      validBefore: sshTime(option('valid-before')),
    })
  }
  return { signers, skipped }
}

/** The line of `allowed_signers` that vouches for a key at a moment; undefined when none does. */
export function allowedSigner(
  key: SignerKey,
  allowed: readonly AllowedSigner[],
  at: Date,
  namespace = bundleNamespace,
): AllowedSigner | undefined {
  return allowed.find(
    (signer) =>
      Buffer.from(signer.blob).equals(Buffer.from(key.blob)) &&
      (signer.namespaces === undefined ||
        signer.namespaces.some((pattern) => matches(pattern.trim(), namespace))) &&
      (signer.validAfter === undefined || at.getTime() >= signer.validAfter) &&
      (signer.validBefore === undefined || at.getTime() < signer.validBefore),
  )
}

/** `*` and `?` as OpenSSH patterns have them. */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.')
  return new RegExp(`^${source}$`).test(text)
}

/** `YYYYMMDD[HHMM[SS]][Z]`; without Z it is local time, as OpenSSH has it. NaN (never valid) when malformed. */
function sshTime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const found = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(Z?)$/.exec(text)
  if (!found) return Number.NaN
  const [, year, month, day, hour = '00', minute = '00', second = '00', zone] = found
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`)
}
