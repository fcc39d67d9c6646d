import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { sha256Hex, utf8Of } from '../../../src/base/sha256.ts'

describe('SHA-256 of plain code', () => {
  it('gives the values of FIPS 180-4', () => {
    expect(sha256Hex(utf8Of(''))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    expect(sha256Hex(utf8Of('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(sha256Hex(utf8Of('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'))).toBe(
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    )
  })

  it('agrees with the platform at every length around the block edges', () => {
    for (let length = 0; length <= 260; length++) {
      const bytes = Uint8Array.from({ length }, (_, n) => (n * 7 + length) & 255)
      expect(sha256Hex(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'))
    }
  })

  it('writes UTF-8 as the platform does, lone surrogates included', () => {
    for (const text of ['ä', '€', '😀', 'a\ud800b', '\udc00', 'naïve — ⟨x⟩'])
      expect(utf8Of(text)).toEqual(new Uint8Array(new TextEncoder().encode(text)))
  })
})
