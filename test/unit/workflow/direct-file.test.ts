// Files written past the page cache hold the same bytes as any other.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { GrowingBytes, sharedAligned } from '../../../src/workflow/ingest/aligned-memory.ts'
import { DirectFile } from '../../../src/workflow/ingest/direct-file.ts'
import { scratchFolder } from '../../builders/case.ts'

const empty = () => {
  const path = join(scratchFolder(), 'file')
  writeFileSync(path, '')
  return path
}
const pattern = (bytes: Uint8Array) => {
  for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 31 + (i >> 9)) & 255
  return bytes
}

describe('a file written past the page cache', () => {
  it('ends where its last byte was written, whatever the disk wants its writes to be', async () => {
    const memory = pattern(new Uint8Array(sharedAligned(1 << 20)))
    for (const expected of [0, 1 << 30])
      for (const last of [1, 4095, 4096, 70_001]) {
        const path = empty()
        const file = new DirectFile(path, expected)
        // the later one first
        const later = file.write(memory.subarray(8192), last, 12_288)
        await file.write(memory, 12_288, 0)
        await later
        file.finish()
        file.close()
        const want = new Uint8Array(12_288 + last)
        want.set(memory.subarray(0, 12_288))
        want.set(memory.subarray(8192, 8192 + last), 12_288)
        expect(Buffer.compare(readFileSync(path), want), `${expected}, ${last}`).toBe(0)
      }
  })

  it('is written as any file is where the disk refuses: here because the memory begins at an odd place', async () => {
    const memory = pattern(new Uint8Array(1 << 16)).subarray(1, 40_001)
    const path = empty()
    const file = new DirectFile(path, 1 << 30)
    await file.write(memory, 30_000, 0)
    file.writeNow(memory, 20_000, 30_000)
    file.finish()
    file.close()
    const want = Buffer.concat([memory.subarray(0, 30_000), memory.subarray(0, 20_000)])
    expect(Buffer.compare(readFileSync(path), want)).toBe(0)
  })

  it('says what the disk says', async () => {
    const file = new DirectFile('/dev/full', 0)
    await expect(file.write(new Uint8Array(8192), 4096, 0)).rejects.toMatchObject({ code: 'ENOSPC' })
    file.close()
  })
})

describe('memory that grows', () => {
  it('keeps what it holds, at multiples of 8, and has one page more than it says', () => {
    for (const isAligned of [false, true]) {
      const bytes = new GrowingBytes(isAligned)
      const places: number[] = []
      for (let i = 1; i < 300; i++) places.push(bytes.add(new Uint8Array(i * 61).fill(i)))
      places.forEach((at, i) => {
        expect(at % 8).toBe(0)
        const part = bytes.bytes.subarray(at, at + (i + 1) * 61)
        expect(part.every((byte) => byte === ((i + 1) & 255))).toBe(true)
      })
      expect(bytes.bytes.length - bytes.used).toBeGreaterThanOrEqual(4096)
    }
  })
})
