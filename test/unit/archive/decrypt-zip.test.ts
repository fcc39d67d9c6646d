import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EntryDamage, ZipReader } from '../../../src/archive/read-zip.ts'
import { scratchFolder } from '../../builders/case.ts'
import { haveTool } from '../bundle/tools.ts'

const content = Buffer.from(Array.from({ length: 200_003 }, (_, i) => (i * i) & 255))
async function readAll(bytes: Uint8Array, password?: string): Promise<Buffer | string> {
  const reader = await ZipReader.open(bytes)
  try {
    for await (const entry of reader.entries()) {
      if (entry.isFolder) continue
      const blocks: Uint8Array[] = []
      for await (const block of reader.read(entry, { password })) blocks.push(block)
      return Buffer.concat(blocks)
    }
    return 'empty'
  } catch (error) {
    if (error instanceof EntryDamage) return error.kind
    throw error
  } finally {
    reader.close()
  }
}

describe.skipIf(!haveTool('7z'))('an archive with a password', () => {
  const made = (kind: 'AES256' | 'AES128' | 'ZipCrypto', level: number) => {
    const dir = scratchFolder()
    writeFileSync(join(dir, 'data'), content)
    execFileSync('7z', ['a', '-tzip', '-pinfected 7', `-mem=${kind}`, `-mx=${level}`, 'x.zip', 'data'], {
      cwd: dir,
      stdio: 'ignore',
    })
    return readFileSync(join(dir, 'x.zip'))
  }
  it.each([
    ['AES256', 5],
    ['AES256', 0],
    ['AES128', 5],
    ['ZipCrypto', 5],
    ['ZipCrypto', 0],
  ] as const)('is read with it: %s at level %i', async (kind, level) => {
    expect(content.equals((await readAll(made(kind, level), 'infected 7')) as Buffer)).toBe(true)
  })
  it.each(['AES256', 'ZipCrypto'] as const)('tells a wrong password and none: %s', async (kind) => {
    const bytes = made(kind, 5)
    expect(await readAll(bytes)).toBe('encrypted')
    // ZipCrypto lets one wrong password in 256 through to the content, where the checksum tells
    expect(['password', 'checksum', 'unreadable', 'too-short']).toContain(await readAll(bytes, 'wrong'))
  })
  it('tells that it was changed after it was encrypted', async () => {
    const bytes = made('AES256', 0)
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1
    expect(await readAll(bytes, 'infected 7')).toBe('checksum')
  })
})
