import { crc32 as native } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { crc32 } from '../../../src/base/crc32.ts'

describe('the CRC of plain code', () => {
  test('the check value of CRC-32 is right', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
    expect(crc32(new Uint8Array())).toBe(0)
  })

  test('it is the one zlib computes, for any bytes, seed and alignment', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 0, max: 0xffff_ffff }),
        fc.nat({ max: 9 }),
        (bytes, seed, from) => {
          const part = bytes.subarray(Math.min(from, bytes.length))
          expect(crc32(part, seed)).toBe(native(part, seed))
        },
      ),
      { numRuns: 500, seed: 20_210_610 },
    )
  })

  test('a whole chunk in parts has the CRC of the whole', () => {
    const bytes = Uint8Array.from({ length: 65_536 }, (_, at) => (at * 31 + (at >> 8)) & 0xff)
    for (const cut of [0, 1, 7, 8, 120, 512, 65_535, 65_536])
      expect(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut)))).toBe(native(bytes))
  })
})
