/**
 * Decrypts entries of password-protected ZIP archives, as collectors make them: AES (WinZip AE-1 and AE-2, of Velociraptor)
 * and the old ZipCrypto. Only reading: nothing here encrypts. A wrong password is told before a byte is given, as far as the
 * format can tell; AES also proves at the end that nothing was changed.
 */
import { createCipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto'

export interface EncryptedEntry {
  readonly method: number
  readonly packedSize: number
  readonly crc32: number
  readonly flags: number
  /** DOS time, low word: the check byte of ZipCrypto when sizes follow the data */
  readonly modifiedTime: number
  readonly extra: readonly { readonly id: number; readonly data: Uint8Array }[]
}

export class WrongPassword extends Error {}
export class DecryptionFailure extends Error {}

export interface DecryptedEntry {
  /** what the bytes are packed with once decrypted */
  readonly method: number
  /** false: the archive gives no checksum, its own authentication stands for it */
  readonly hasChecksum: boolean
  readonly bytes: AsyncGenerator<Uint8Array>
}

const aesMethod = 99
const aesExtra = 0x9901

/** @throws DecryptionFailure when the kind of encryption is not known; the bytes throw WrongPassword or DecryptionFailure */
export function decryptEntry(
  entry: EncryptedEntry,
  packed: AsyncIterable<Uint8Array>,
  password: string,
): DecryptedEntry {
  if (entry.method !== aesMethod)
    return { method: entry.method, hasChecksum: true, bytes: zipCrypto(entry, packed, password) }
  const extra = entry.extra.find((one) => one.id === aesExtra)?.data
  if (!extra || extra.length < 7) throw new DecryptionFailure('the entry does not say how it is encrypted')
  const view = new DataView(extra.buffer, extra.byteOffset, extra.length)
  const version = view.getUint16(0, true)
  const strength = extra[4] as number
  if (strength < 1 || strength > 3) throw new DecryptionFailure(`AES of strength ${strength} is not known`)
  return {
    method: view.getUint16(5, true),
    hasChecksum: version === 1,
    bytes: aes(entry, packed, password, strength),
  }
}

/** Gives blocks of exactly the sizes asked for, then what is left but for the end that is held back. */
class Blocks {
  readonly #packed: AsyncIterator<Uint8Array>
  #held = Buffer.alloc(0)
  #ended = false
  constructor(packed: AsyncIterable<Uint8Array>) {
    this.#packed = packed[Symbol.asyncIterator]()
  }
  async take(count: number): Promise<Buffer> {
    while (this.#held.length < count && (await this.#more()));
    if (this.#held.length < count) throw new DecryptionFailure('the entry ends early')
    const taken = this.#held.subarray(0, count)
    this.#held = this.#held.subarray(count)
    return taken
  }
  /** Everything but the last `keep` bytes, block by block; they are taken afterwards. */
  async *allBut(keep: number): AsyncGenerator<Buffer> {
    for (;;) {
      const whole = Math.floor((this.#held.length - keep) / 16) * 16
      if (whole > 0) {
        yield this.#held.subarray(0, whole)
        this.#held = this.#held.subarray(whole)
      }
      if (!(await this.#more())) break
    }
    if (this.#held.length > keep) yield await this.take(this.#held.length - keep)
  }
  async #more(): Promise<boolean> {
    if (this.#ended) return false
    const next = await this.#packed.next()
    if (next.done) {
      this.#ended = true
      return false
    }
    this.#held = Buffer.concat([this.#held, next.value])
    return true
  }
}

async function* aes(
  entry: EncryptedEntry,
  packed: AsyncIterable<Uint8Array>,
  password: string,
  strength: number,
): AsyncGenerator<Uint8Array> {
  const keyBytes = 8 + strength * 8
  const blocks = new Blocks(packed)
  if (entry.packedSize < strength * 4 + 4 + 2 + 10) throw new DecryptionFailure('the entry is too short')
  const salt = await blocks.take(4 + strength * 4)
  const derived = pbkdf2Sync(Buffer.from(password), salt, 1000, keyBytes * 2 + 2, 'sha1')
  const check = await blocks.take(2)
  if (!check.equals(derived.subarray(keyBytes * 2))) throw new WrongPassword('the password does not fit')
  const authentic = createHmac('sha1', derived.subarray(keyBytes, keyBytes * 2))
  const stream = new CounterStream(derived.subarray(0, keyBytes))
  for await (const block of blocks.allBut(10)) {
    authentic.update(block)
    yield stream.apply(block)
  }
  const expected = await blocks.take(10)
  if (!timingSafeEqual(authentic.digest().subarray(0, 10), expected))
    throw new DecryptionFailure('the entry was changed after it was encrypted')
}

/** WinZip counts its blocks from 1, little-endian; Node's counter mode is big-endian, so the counter is made here. */
class CounterStream {
  readonly #cipher
  #counter = 1
  constructor(key: Buffer) {
    this.#cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false)
  }
  /** Blocks but the last are multiples of 16 bytes. */
  apply(block: Uint8Array): Uint8Array {
    const count = Math.ceil(block.length / 16)
    const counters = Buffer.alloc(count * 16)
    for (let i = 0; i < count; i++) {
      counters.writeUInt32LE(this.#counter >>> 0, i * 16)
      counters.writeUInt32LE(Math.floor(this.#counter / 2 ** 32), i * 16 + 4)
      this.#counter++
    }
    const pad = this.#cipher.update(counters)
    const plain = new Uint8Array(block.length)
    for (let i = 0; i < block.length; i++) plain[i] = (block[i] as number) ^ (pad[i] as number)
    return plain
  }
}

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value >>> 0
})
const crcStep = (crc: number, byte: number) => ((crcTable[(crc ^ byte) & 255] as number) ^ (crc >>> 8)) >>> 0

/** The three keys of APPNOTE 6.1. */
class ZipCryptoKeys {
  #a = 0x12345678
  #b = 0x23456789
  #c = 0x34567890
  constructor(password: string) {
    for (const byte of Buffer.from(password)) this.#update(byte)
  }
  decrypt(byte: number): number {
    const mixed = (this.#c | 2) & 0xffff
    const plain = byte ^ (((mixed * (mixed ^ 1)) >>> 8) & 255)
    this.#update(plain)
    return plain
  }
  #update(byte: number): void {
    this.#a = crcStep(this.#a, byte)
    this.#b = (Math.imul((this.#b + (this.#a & 255)) >>> 0, 134_775_813) + 1) >>> 0
    this.#c = crcStep(this.#c, this.#b >>> 24)
  }
}

async function* zipCrypto(
  entry: EncryptedEntry,
  packed: AsyncIterable<Uint8Array>,
  password: string,
): AsyncGenerator<Uint8Array> {
  const keys = new ZipCryptoKeys(password)
  const blocks = new Blocks(packed)
  const head = Uint8Array.from(await blocks.take(12), (byte) => keys.decrypt(byte))
  const expected = entry.flags & 8 ? (entry.modifiedTime >>> 8) & 255 : entry.crc32 >>> 24
  // one byte in 256 fits by chance; the checksum of the content decides
  if (head[11] !== expected) throw new WrongPassword('the password does not fit')
  for await (const block of blocks.allBut(0)) yield Uint8Array.from(block, (byte) => keys.decrypt(byte))
}
