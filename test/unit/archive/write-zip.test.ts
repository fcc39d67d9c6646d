import { spawnSync } from 'node:child_process'
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { ZipReader } from '../../../src/archive/read-zip.ts'
import { writeZip, type ZipPart } from '../../../src/archive/write-zip.ts'
import { sha256 } from '../../builders/sealed-bundle.ts'

const folder = mkdtempSync(join(tmpdir(), 'write-zip-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let count = 0
function newFolder(): string {
  const path = join(folder, `out-${count++}`)
  mkdirSync(path)
  return path
}
const at = new Date('2026-11-21T14:22:33Z')
const block = (value: number) => Buffer.alloc(1 << 16, value)

async function* partsOf(...parts: readonly ZipPart[]): AsyncGenerator<ZipPart> {
  yield* parts
}
/** Opened when it is read, not before. */
async function* fileBytes(path: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path)
}
const small: ZipPart = { name: 'root/a.txt', bytes: [Buffer.from('hello')] }

describe('the archive writer', () => {
  test('writes what it is given, in that order, with a hash file that fits', async () => {
    const target = join(newFolder(), 'x.zip')
    const empty = { name: 'root/empty', bytes: [] }
    const large = { name: 'root/large', bytes: Array.from({ length: 100 }, (_, n) => block(n)) }
    const written = await writeZip(target, partsOf(small, empty, large), { at })
    expect(written).toMatchObject({ path: target, sha256: sha256(readFileSync(target)) })
    expect(readFileSync(written.sidecar, 'utf8')).toBe(`${written.sha256}  x.zip\n`)
    const reader = await ZipReader.open(target)
    const names: string[] = []
    for await (const entry of reader.entries()) {
      names.push(entry.name)
      const blocks: Uint8Array[] = []
      for await (const part of reader.read(entry)) blocks.push(part)
      if (entry.name === 'root/large')
        expect(sha256(Buffer.concat(blocks))).toBe(sha256(Buffer.concat(large.bytes)))
    }
    reader.close()
    expect(names).toEqual(['root/a.txt', 'root/empty', 'root/large'])
  })

  test('asks for the next part only when the one before is written', async () => {
    const order: string[] = []
    const bytes = async function* (name: string) {
      order.push(`${name} starts`)
      yield block(1)
      order.push(`${name} ends`)
    }
    const parts = async function* () {
      for (const name of ['a', 'b']) {
        order.push(`${name} asked`)
        yield { name, bytes: bytes(name) }
      }
    }
    await writeZip(join(newFolder(), 'x.zip'), parts(), { at })
    expect(order).toEqual(['a asked', 'a starts', 'a ends', 'b asked', 'b starts', 'b ends'])
  })

  const failing = async function* (blocks: number) {
    for (let n = 0; n < blocks; n++) yield block(n)
    throw new Error('EIO in the middle')
  }
  test.each([
    [
      'a source that does not exist',
      () => partsOf(small, { name: 'b', bytes: fileBytes(join(folder, 'nothing')) }),
      'ENOENT',
    ],
    ['a source that is a folder', () => partsOf(small, { name: 'b', bytes: fileBytes(folder) }), 'EISDIR'],
    [
      'a source that fails at once',
      () => partsOf(small, { name: 'b', bytes: failing(0) }),
      'EIO in the middle',
    ],
    [
      'a source that fails in the middle',
      () => partsOf(small, { name: 'b', bytes: failing(200) }),
      'EIO in the middle',
    ],
    [
      'a list of parts that fails',
      async function* () {
        yield small
        throw new Error('no more parts')
      },
      'no more parts',
    ],
    [
      'the same name twice but for case',
      () => partsOf(small, { name: 'root/A.TXT', bytes: [] }),
      'archive name twice',
    ],
    ['a name that leads out', () => partsOf(small, { name: 'root/../x', bytes: [] }), 'archive name'],
    ['a name with a drive', () => partsOf(small, { name: 'C:/x', bytes: [] }), 'archive name'],
  ])('A26 with %s rejects with that cause, at once, and leaves nothing', async (_what, parts, message) => {
    const dir = newFolder()
    await expect(writeZip(join(dir, 'x.zip'), parts(), { at })).rejects.toThrow(message)
    expect(readdirSync(dir)).toEqual([])
  })

  test('A27 leaves nothing when it is cancelled in the middle, or its result is found wanting', async () => {
    const dir = newFolder()
    const stop = new AbortController()
    const endless = async function* () {
      for (let n = 0; ; n++) {
        if (n === 50) stop.abort()
        yield block(n)
      }
    }
    const options = { at, signal: stop.signal }
    await expect(
      writeZip(join(dir, 'x.zip'), partsOf({ name: 'a', bytes: endless() }), options),
    ).rejects.toMatchObject({ name: 'Cancelled' })
    const inspect = async (partial: { path: string }) => {
      expect(existsSync(partial.path)).toBe(true)
      throw new Error('not sound')
    }
    await expect(writeZip(join(dir, 'x.zip'), partsOf(small), { at, inspect })).rejects.toThrow('not sound')
    expect(readdirSync(dir)).toEqual([])
  })

  test('A27 never overwrites an archive, its hash file or the partial file of another run', async () => {
    for (const name of ['x.zip', 'x.zip.sha256', '.x.zip.partial']) {
      const dir = newFolder()
      writeFileSync(join(dir, name), 'mine')
      await expect(writeZip(join(dir, 'x.zip'), partsOf(small), { at })).rejects.toMatchObject({
        code: 'archive.target.exists',
      })
      expect(readdirSync(dir)).toEqual([name])
      expect(readFileSync(join(dir, name), 'utf8')).toBe('mine')
    }
  })

  test('A27 refuses a folder that is not there, naming it', async () => {
    const target = join(folder, 'missing', 'x.zip')
    await expect(writeZip(target, partsOf(small), { at })).rejects.toMatchObject({
      code: 'disk.file.missing',
      message: expect.stringContaining('missing'),
    })
  })

  test.runIf(process.platform !== 'win32')(
    'A27 says so when the file system takes no more, and leaves nothing',
    () => {
      const dir = newFolder()
      const module = join(import.meta.dirname, '../../../src/archive/write-zip.ts')
      const program = `
      import { randomBytes } from 'node:crypto'
      import { writeZip } from ${JSON.stringify(module)}
      const bytes = (function* () { for (let n = 0; n < 20; n++) yield randomBytes(1 << 18) })()
      const parts = (async function* () { yield { name: 'a', bytes } })()
      await writeZip(${JSON.stringify(join(dir, 'x.zip'))}, parts, { at: new Date(0) }).catch(({ name, code, remedy }) =>
        console.log(JSON.stringify({ name, code, remedy })))`
      // No file may grow beyond 1 MiB (in blocks of 1 KiB): what a full disk and a FAT32 stick do.
      const limited = 'trap \'\' XFSZ; ulimit -f 1024; exec "$0" --input-type=module -e "$1"'
      const run = spawnSync('bash', ['-c', limited, process.execPath, program], { encoding: 'utf8' })
      expect(JSON.parse(run.stdout)).toEqual({
        name: 'Refusal',
        code: 'disk.file.too-large',
        remedy: expect.stringContaining('disk'),
      })
      expect(readdirSync(dir)).toEqual([])
    },
  )

  test('gives the same bytes for the same parts', async () => {
    const [one, two] = [join(newFolder(), 'x.zip'), join(newFolder(), 'x.zip')]
    for (const target of [one, two])
      await writeZip(target, partsOf(small, { name: 'b', bytes: [block(1), block(2)] }), { at })
    expect(readFileSync(one).equals(readFileSync(two))).toBe(true)
  })
})
