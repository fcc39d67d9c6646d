/**
 * The payload of an age file (age-encryption.org/v1): chunks of 64 KiB, each sealed by itself with ChaCha20-Poly1305. The
 * header, which wraps the key, is the library's; the payload is nearly all of the work and is done with the cipher of Node
 * where it has one. Electron's has none: there it is the library's own, in JavaScript.
 */
import { createCipheriv, createDecipheriv, getCiphers, hkdfSync, randomBytes } from 'node:crypto'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { Decrypter, Encrypter } from 'age-encryption'

export const chunkBytes = 64 << 10
export const tagBytes = 16
export const sealedChunkBytes = chunkBytes + tagBytes
const nonceBytes = 16
/** bytes; a header of a hundred receivers has about 10,000 */
export const largestHeader = 1 << 20
const cipher = 'chacha20-poly1305'
const isNative = getCiphers().includes(cipher)
const native = { authTagLength: tagBytes } as const

export interface AgeKeys {
  /** `AGE-SECRET-KEY-1…` lines */
  readonly identities: readonly string[]
  readonly passphrase?: string | undefined
}

/** The file was cut, or its bytes were changed after it was encrypted. */
export class AgeDamage extends Error {}

/** What begins an encrypted file: its header and the nonce of its payload, and the key that seals the chunks. */
export interface AgeStart {
  readonly bytes: Uint8Array
  readonly key: Uint8Array
}

/** A header for these receivers, or for a passphrase. @param workFactor log2 of the cost of the passphrase */
export async function newAgeStart(
  recipients: readonly string[],
  passphrase: string | undefined,
  workFactor: number | undefined,
): Promise<AgeStart> {
  const age = new Encrypter()
  let fileKey: Uint8Array | undefined
  if (workFactor !== undefined) age.setScryptWorkFactor(workFactor)
  if (passphrase !== undefined) age.setPassphrase(passphrase)
  else {
    for (const recipient of recipients) age.addRecipient(recipient)
    // the library keeps the key to itself; a receiver who writes nothing into the header is told it
    age.addRecipient({
      wrapFileKey(key) {
        fileKey = key.slice()
        return []
      },
    })
  }
  const empty = await age.encrypt(new Uint8Array())
  const header = empty.subarray(0, empty.length - nonceBytes - tagBytes)
  fileKey ??= await openHeader(header, { identities: [], passphrase })
  const nonce = randomBytes(nonceBytes)
  return { bytes: Buffer.concat([header, nonce]), key: payloadKey(fileKey, nonce) }
}

/**
 * Finds the header in the first bytes of a file and opens it with one of the keys. Throws what the library says: no key
 * fits, or the header is none.
 */
export async function openAgeStart(start: Uint8Array, keys: AgeKeys): Promise<AgeStart> {
  const header = start.subarray(0, headerLength(start))
  const nonce = start.subarray(header.length, header.length + nonceBytes)
  if (nonce.length < nonceBytes) throw new AgeDamage('the file ends within its header')
  return {
    bytes: start.subarray(0, header.length + nonceBytes),
    key: payloadKey(await openHeader(header, keys), nonce),
  }
}

/** Bytes of the header: up to the end of the line that begins with `---`. */
export function headerLength(start: Uint8Array): number {
  const found = /\n--- [A-Za-z0-9+/]{43}\n/.exec(
    Buffer.from(start.buffer, start.byteOffset, start.length).toString('latin1'),
  )
  if (!found) throw new AgeDamage('no header of an age file was found')
  return found.index + found[0].length
}

/** Who can open the file: holders of keys, or whoever knows its passphrase. */
export const isForPassphrase = (start: Uint8Array): boolean =>
  /^age-encryption\.org\/v1\n-> scrypt /.test(Buffer.from(start.subarray(0, 100)).toString('latin1'))

async function openHeader(header: Uint8Array, keys: AgeKeys): Promise<Uint8Array> {
  const age = new Decrypter()
  if (keys.passphrase !== undefined) age.addPassphrase(keys.passphrase)
  for (const identity of keys.identities) age.addIdentity(identity)
  return age.decryptHeader(header)
}

const payloadKey = (fileKey: Uint8Array, nonce: Uint8Array): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', fileKey, nonce, 'payload', 32))

function nonceOf(index: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUIntBE(index, 5, 6)
  nonce[11] = isLast ? 1 : 0
  return nonce
}

/** Seals chunk `index`; only the last one may have less than 64 KiB. */
export function sealChunk(key: Uint8Array, index: number, isLast: boolean, plain: Uint8Array): Uint8Array {
  const nonce = nonceOf(index, isLast)
  if (!isNative) return chacha20poly1305(key, nonce).encrypt(plain)
  const sealing = createCipheriv(cipher, key, nonce, native)
  const body = sealing.update(plain)
  sealing.final()
  return Buffer.concat([body, sealing.getAuthTag()])
}

/** Opens chunk `index`. @throws AgeDamage when it was changed, moved, or is the last one without saying so */
export function openChunk(key: Uint8Array, index: number, isLast: boolean, sealed: Uint8Array): Uint8Array {
  const damage = new AgeDamage('a part of the file was changed, or its end is missing')
  if (sealed.length < tagBytes || (isLast && index > 0 && sealed.length === tagBytes)) throw damage
  const nonce = nonceOf(index, isLast)
  try {
    if (!isNative) return chacha20poly1305(key, nonce).decrypt(sealed)
    const opening = createDecipheriv(cipher, key, nonce, native)
    opening.setAuthTag(sealed.subarray(sealed.length - tagBytes))
    const plain = opening.update(sealed.subarray(0, sealed.length - tagBytes))
    opening.final()
    return plain
  } catch {
    throw damage
  }
}
