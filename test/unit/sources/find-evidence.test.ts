import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { detect } from '../../../src/sources/detect.ts'
import {
  type Found,
  type FoundFile,
  findEvidence,
  SourceTrouble,
} from '../../../src/sources/find-evidence.ts'
import { logBytes } from '../../builders/sealed-bundle.ts'
import { buildZip } from '../../builders/zip-builder.ts'
import { haveSamples, sample } from '../../samples.ts'

const folder = mkdtempSync(join(tmpdir(), 'sources-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let count = 0
function newFolder(): string {
  const path = join(folder, `source-${count++}`)
  mkdirSync(path)
  return path
}
const evtx = logBytes(1, 5000)
const onPosix = process.platform !== 'win32'

async function find(...paths: string[]): Promise<Found[]> {
  const found: Found[] = []
  for await (const one of findEvidence(paths, { scratchDir: folder })) found.push(one)
  return found
}
const taken = (found: readonly Found[]): FoundFile[] => found.filter((one) => one.ok).map((one) => one.value)
const codes = (found: readonly Found[]) => found.filter((one) => !one.ok).map((one) => one.problem.code)
async function bytesOf(file: FoundFile): Promise<Buffer> {
  const blocks: Uint8Array[] = []
  for await (const block of await file.open()) blocks.push(block)
  return Buffer.concat(blocks)
}

describe('a folder', () => {
  test('gives its evidence in order of the names, whatever the extensions say', async () => {
    const dir = newFolder()
    mkdirSync(join(dir, 'b', 'c'), { recursive: true })
    writeFileSync(join(dir, 'z.txt'), evtx)
    writeFileSync(
      join(dir, 'b', 'c', 'task'),
      '\ufeff<?xml version="1.0" encoding="UTF-16"?>\n<Task/>',
      'utf16le',
    )
    writeFileSync(join(dir, 'b', 'a.json'), '{"host":"x","schema":"tasktrail-host/1"}')
    writeFileSync(join(dir, 'a.evtx'), 'MZ\u0090')
    const found = await find(dir)
    expect(taken(found).map((file) => [file.kind, file.name])).toEqual([
      ['host-facts', 'a.json'],
      ['task-xml', 'task'],
      ['evtx', 'z.txt'],
    ])
    expect(taken(found)[2]).toMatchObject({
      size: 5000,
      path: join(dir, 'z.txt'),
      origin: join(dir, 'z.txt'),
    })
    expect(codes(found)).toEqual(['source.file.foreign'])
    expect(await bytesOf(taken(found)[2] as FoundFile)).toEqual(evtx)
    expect(await find(dir)).toEqual(
      found.map((one) => (one.ok ? { ok: true, value: { ...one.value, open: expect.any(Function) } } : one)),
    )
  })

  test.runIf(onPosix)('follows no link, opens no pipe and no socket, and says so', async () => {
    const dir = newFolder()
    const outside = newFolder()
    writeFileSync(join(outside, 'secret.evtx'), evtx)
    symlinkSync(outside, join(dir, 'a-folder-link'))
    symlinkSync(join(outside, 'secret.evtx'), join(dir, 'b-file-link'))
    symlinkSync(join(dir, 'nowhere'), join(dir, 'c-dangling'))
    symlinkSync(dir, join(dir, 'd-loop'))
    execFileSync('mkfifo', [join(dir, 'e-pipe')])
    const server = createServer().listen(join(dir, 'f-socket'))
    await new Promise((resolve) => server.once('listening', resolve))
    const found = await find(dir)
    server.close()
    expect(taken(found)).toEqual([])
    expect(codes(found)).toEqual([
      ...Array(4).fill('source.link.not-followed'),
      'source.file.special',
      'source.file.special',
    ])
  })

  test.runIf(onPosix)('with names that are no valid text gives those files too', async () => {
    const dir = newFolder()
    writeFileSync(Buffer.concat([Buffer.from(`${dir}/log-`), Buffer.from([0xff, 0xfe])]), evtx)
    const [file] = taken(await find(dir))
    expect(file?.path).toBeUndefined()
    expect(await bytesOf(file as FoundFile)).toEqual(evtx)
  })

  test('deeper than the limit is left out from there on', async () => {
    const dir = newFolder()
    const deep = join(dir, ...Array<string>(70).fill('d'))
    mkdirSync(deep, { recursive: true })
    writeFileSync(join(deep, 'x.evtx'), evtx)
    writeFileSync(join(dir, 'y.evtx'), evtx)
    const found = await find(dir)
    expect(taken(found).map((file) => file.name)).toEqual(['y.evtx'])
    expect(codes(found)).toEqual(['source.folder.too-deep'])
  })

  test('that was cancelled stops the walk', async () => {
    const dir = newFolder()
    writeFileSync(join(dir, 'y.evtx'), evtx)
    const walk = findEvidence([dir], { signal: AbortSignal.abort() })
    await expect(walk.next()).rejects.toMatchObject({ name: 'Cancelled' })
  })
})

describe('a file', () => {
  test('that does not exist, is empty, or of the old event log format becomes a problem with a way out', async () => {
    const dir = newFolder()
    writeFileSync(join(dir, 'a-empty.evtx'), '')
    writeFileSync(join(dir, 'b-old.evt'), Buffer.from([0x30, 0, 0, 0, 0x4c, 0x66, 0x4c, 0x65, 1, 0, 0, 0]))
    const found = await find(dir, join(dir, 'nothing'))
    expect(codes(found)).toEqual(['source.file.empty', 'source.file.legacy-evt', 'source.path.missing'])
    const old = found.find((one) => !one.ok && one.problem.code === 'source.file.legacy-evt')
    expect(old).toMatchObject({ problem: { what: expect.stringMatching(/NT 5.*wevtutil/) } })
  })

  test('given twice is found once', async () => {
    const path = join(newFolder(), 'x.evtx')
    writeFileSync(path, evtx)
    expect(taken(await find(path, path))).toHaveLength(1)
  })

  test.runIf(onPosix)('that the operator names through a link is taken', async () => {
    const dir = newFolder()
    writeFileSync(join(dir, 'x.evtx'), evtx)
    symlinkSync(join(dir, 'x.evtx'), join(dir, 'link.evtx'))
    expect(taken(await find(join(dir, 'link.evtx')))).toHaveLength(1)
  })

  test('that vanishes before it is read throws the problem to record', async () => {
    const path = join(newFolder(), 'x.evtx')
    writeFileSync(path, evtx)
    const [file] = taken(await find(path))
    unlinkSync(path)
    const reading = bytesOf(file as FoundFile)
    await expect(reading).rejects.toBeInstanceOf(SourceTrouble)
    await expect(reading).rejects.toMatchObject({ problem: { code: 'source.file.vanished', where: path } })
  })

  test.runIf(onPosix)('that may not be read becomes a problem, the rest goes in', async () => {
    const dir = newFolder()
    writeFileSync(join(dir, 'a.evtx'), evtx)
    writeFileSync(join(dir, 'b.evtx'), evtx)
    chmodSync(join(dir, 'a.evtx'), 0)
    for (const path of [folder, dir]) chmodSync(path, 0o755)
    // Root may read everything: as somebody else the mode counts.
    const isRoot = process.getuid?.() === 0
    if (isRoot) process.seteuid?.(65_534)
    const found = await find(dir).finally(() => isRoot && process.seteuid?.(0))
    expect(codes(found)).toEqual(['source.file.unreadable'])
    expect(taken(found).map((file) => file.name)).toEqual(['b.evtx'])
  })

  test.runIf(onPosix)('replaced by a pipe after it was found does not hang the reader', async () => {
    const path = join(newFolder(), 'x.evtx')
    writeFileSync(path, evtx)
    const [file] = taken(await find(path))
    unlinkSync(path)
    execFileSync('mkfifo', [path])
    await expect(bytesOf(file as FoundFile)).rejects.toMatchObject({
      problem: { code: 'source.file.special' },
    })
  })
})

describe('an archive', () => {
  const zipAt = (...entries: Parameters<typeof buildZip>[0]) => {
    const path = join(newFolder(), 'triage.zip')
    writeFileSync(path, buildZip(entries))
    return path
  }

  test('gives its evidence with the name inside, also after the walk has ended', async () => {
    const path = zipAt(
      { name: 'uploads/C%3A/Security.evtx', bytes: evtx },
      { name: 'uploads\\Windows\\System.evtx', bytes: evtx },
      { name: 'uploads/' },
    )
    const found = await find(path)
    expect(codes(found)).toEqual([])
    expect(taken(found).map((file) => file.origin)).toEqual([
      `${path}!uploads/C%3A/Security.evtx`,
      `${path}!uploads/Windows/System.evtx`,
    ])
    expect(taken(found)[0]).toMatchObject({ name: 'Security.evtx', size: 5000 })
    expect(taken(found)[0]?.path).toBeUndefined()
    for (const file of taken(found)) expect(await bytesOf(file)).toEqual(evtx)
  })

  const link = { mode: 0o120777, bytes: '/etc/passwd' }
  const bomb = Buffer.alloc(64 << 20)
  test.each([
    ['a path upwards', { name: '../../evil.evtx', bytes: evtx }, 'source.archive.entry-unsafe-name'],
    [
      'a path upwards with backslashes',
      { name: '..\\evil.evtx', bytes: evtx },
      'source.archive.entry-unsafe-name',
    ],
    ['an absolute path', { name: '/evil.evtx', bytes: evtx }, 'source.archive.entry-unsafe-name'],
    ['a drive letter', { name: 'C:\\evil.evtx', bytes: evtx }, 'source.archive.entry-unsafe-name'],
    ['a symbolic link', { name: 'link', ...link }, 'source.archive.entry-link'],
    ['a device', { name: 'device', mode: 0o020666 }, 'source.archive.entry-special'],
    ['a repeated name', { name: 'good.evtx', bytes: evtx }, 'source.archive.entry-duplicate'],
    ['an encrypted entry', { name: 'x.evtx', flags: 0x801, bytes: evtx }, 'source.archive.entry-encrypted'],
    ['a small size lie', { name: 'x.evtx', bytes: evtx, declaredSize: 10 }, 'source.archive.entry-damaged'],
    ['a wrong checksum', { name: 'x.evtx', bytes: evtx, declaredCrc: 1 }, 'source.archive.entry-damaged'],
    ['an unknown method', { name: 'x.evtx', bytes: evtx, method: 99 }, 'source.archive.entry-damaged'],
    [
      'damaged content',
      { name: 'x.evtx', bytes: evtx, packed: Buffer.alloc(100, 0xff) },
      'source.archive.entry-damaged',
    ],
    ['an entry over the same bytes', { name: 'x.evtx', sameBytesAs: 0 }, 'source.archive.entry-overlap'],
    [
      'an entry too large to be true',
      { name: 'x.evtx', bytes: evtx, extra: zip64(2n ** 50n), declaredSize: 0xffffffff },
      'source.archive.entry-too-large',
    ],
    [
      'an entry made to fill the disk',
      { name: 'x.evtx', bytes: evtx, declaredSize: 2 ** 31 },
      'source.archive.entry-bomb',
    ],
    ['zeros without end', { name: 'bomb', bytes: bomb }, 'source.file.foreign'],
    ['an empty file', { name: 'x.evtx' }, 'source.file.empty'],
  ])('with %s loses that entry only', async (_what, entry, code) => {
    const found = await find(
      zipAt({ name: 'good.evtx', bytes: evtx }, entry, { name: 'other.evtx', bytes: evtx }),
    )
    expect(codes(found)).toEqual([code])
    expect(taken(found).map((file) => file.name)).toEqual(['good.evtx', 'other.evtx'])
  })

  test('whose log is longer than declared throws the problem while it is read', async () => {
    const large = logBytes(1, 300_000)
    const [file] = taken(await find(zipAt({ name: 'x.evtx', bytes: large, declaredSize: 200_000 })))
    await expect(bytesOf(file as FoundFile)).rejects.toMatchObject({
      problem: { code: 'source.archive.entry-damaged', where: expect.stringContaining('!x.evtx') },
    })
  })

  test('in an archive is opened, one level deep, small and large', async () => {
    const inner = buildZip([{ name: 'in/x.evtx', bytes: evtx }])
    const innermost = buildZip([{ name: 'mid.zip', bytes: inner }])
    const large = buildZip([
      { name: 'large.evtx', bytes: evtx },
      { name: 'filler', bytes: Buffer.alloc(40 << 20, 1), method: 0 },
    ])
    const path = zipAt(
      { name: 'a.zip', bytes: inner },
      { name: 'b.zip', bytes: innermost },
      { name: 'c.zip', bytes: large },
    )
    const found = await find(path)
    expect(taken(found).map((file) => file.origin)).toEqual([
      `${path}!a.zip!in/x.evtx`,
      `${path}!c.zip!large.evtx`,
    ])
    expect(codes(found)).toEqual(['source.archive.nested-too-deep', 'source.file.foreign'])
    for (const file of taken(found)) expect(await bytesOf(file)).toEqual(evtx)
    expect(readdirSync(folder).filter((name) => name.startsWith('nested-'))).toEqual([])
  })

  test('cut off, or with a forged list of contents, is one problem', async () => {
    const dir = newFolder()
    const whole = buildZip([{ name: 'x.evtx', bytes: evtx }])
    writeFileSync(join(dir, 'a.zip'), whole.subarray(0, -30))
    writeFileSync(join(dir, 'b.zip'), buildZip([{ name: 'x.evtx', bytes: evtx }], { declaredCount: 5 }))
    const found = await find(dir)
    expect(codes(found)).toEqual(['source.archive.unreadable', 'source.archive.unreadable'])
    expect(taken(found).map((file) => file.name)).toEqual(['x.evtx'])
  })

  test('that is a sealed bundle is not imported like an ordinary archive', async () => {
    const path = zipAt(
      { name: 'b/bagit.txt', bytes: 'x' },
      { name: 'b/data/record/bundle.json', bytes: '{}' },
      { name: 'b/data/evidence/x.evtx', bytes: evtx },
    )
    const found = await find(path)
    expect(taken(found)).toEqual([])
    expect(found).toMatchObject([
      { problem: { code: 'source.file.bundle', what: expect.stringMatching(/verify.*open/) } },
    ])
  })

  test.runIf(haveSamples)('of a known collector gives its logs', async () => {
    const found = await find(sample('triage-zip'))
    expect(codes(found).filter((code) => code !== 'source.file.foreign')).toEqual([])
    expect(found.length).toBeGreaterThan(10)
  })
})

/** A zip64 extra field that tells the size. */
function zip64(size: bigint): Buffer {
  const field = Buffer.alloc(12)
  field.writeUInt16LE(1, 0)
  field.writeUInt16LE(8, 2)
  field.writeBigUInt64LE(size, 4)
  return field
}

describe('what a file is', () => {
  const task =
    '<?xml version="1.0" encoding="UTF-16"?>\r\n<!-- x --><Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"><Reg'
  const swapped = (text: string) => Buffer.from(text, 'utf16le').swap16()
  test.each([
    ['UTF-16LE with BOM', Buffer.from(`\ufeff${task}`, 'utf16le')],
    ['UTF-16LE without BOM', Buffer.from(task, 'utf16le')],
    ['UTF-16BE with BOM', swapped(`\ufeff${task}`)],
    ['UTF-16BE without BOM', swapped(task)],
    ['UTF-8 with BOM', Buffer.from(`\ufeff${task}`)],
    ['UTF-8 without BOM', Buffer.from(task)],
    ['a namespace prefix', Buffer.from('<t:Task xmlns:t="x">')],
    ['a DTD in front', Buffer.from('<!DOCTYPE Task [<!ENTITY a "b">]><Task>')],
    ['a cut inside its first tag', Buffer.from('<?xml version="1.0"?><Task')],
  ])('is seen for a task definition in %s', (_what, bytes) => {
    expect(detect(bytes)).toEqual({ kind: 'task-xml' })
  })

  test.each([
    ['MZ\u0090\u0000', 'program'],
    ['%PDF-1.7', 'PDF'],
    ['regf\u0001', 'registry hive'],
    ['\u0011\u0000\u0000\u0000SCCA', 'prefetch'],
    ['MAM\u0004', 'prefetch'],
    ['<Tasks><Task/></Tasks>', '<Tasks>'],
    ['<TaskList/>', '<TaskList>'],
    ['{"a":1}', 'JSON'],
    ['hello', 'plain text'],
    ['<html><Task></html>', '<html>'],
    ['\u0000\u0000\u0000\u0000', 'zeros'],
  ])('is told to the operator for %j', (text, looks) => {
    const detection = detect(Buffer.from(text, 'latin1'))
    expect(detection).toMatchObject({ kind: 'foreign', looksLike: expect.stringContaining(looks) })
  })

  test('is told for a gzip archive and for other binary content', () => {
    expect(detect(Buffer.from([0x1f, 0x8b, 8, 0]))).toMatchObject({
      looksLike: expect.stringContaining('gzip'),
    })
    expect(detect(Buffer.from([1, 2, 0, 0, 7, 0, 1, 1]))).toMatchObject({
      looksLike: expect.stringContaining('binary'),
    })
  })
})
