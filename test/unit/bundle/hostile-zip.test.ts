import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { verifyBundle } from '../../../src/bundle/verify.ts'
import { buildZip } from '../../builders/zip-builder.ts'
import {
  cleanUp,
  decisive,
  folder,
  original,
  powerShellDifferences,
  unpacked,
  verifyBytes,
} from './original.ts'
import { havePowerShell, powerShellTimeout } from './power-shell.ts'

afterAll(cleanUp)

describe('a ZIP file', () => {
  test.each([
    ['A16 cut at 90 %', () => original.subarray(0, Math.floor(original.length * 0.9))],
    ['A16 without its last byte', () => original.subarray(0, -1)],
    ['A16 of 0 bytes', () => Buffer.alloc(0)],
    ['A18 with bytes behind it', () => Buffer.concat([original, Buffer.from('more')])],
    ['A18 behind a program', () => Buffer.concat([Buffer.from('MZ'.padEnd(512, '\0')), original])],
    ['A18 put behind another', () => Buffer.concat([original, original])],
    ['that is none', () => Buffer.from('hello, this is no archive at all')],
  ])('%s is unreadable', async (_what, make) => {
    expect((await verifyBytes(make())).verdict).toBe('UNREADABLE')
  })

  test('A18 behind a program with its offsets put right is unreadable too', async () => {
    const bag = await unpacked()
    const zip = bag.zip()
    const stub = Buffer.from('MZ'.padEnd(64, '\0'))
    const moved = Buffer.concat([stub, zip])
    const end = moved.length - 22
    const directory = moved.readUInt32LE(end + 16)
    moved.writeUInt32LE(directory + stub.length, end + 16)
    for (let at = directory + stub.length; moved.readUInt32LE(at) === 0x02014b50; ) {
      moved.writeUInt32LE(moved.readUInt32LE(at + 42) + stub.length, at + 42)
      at += 46 + moved.readUInt16LE(at + 28) + moved.readUInt16LE(at + 30) + moved.readUInt16LE(at + 32)
    }
    const report = await verifyBytes(moved)
    expect(report.verdict).toBe('UNREADABLE')
    expect(decisive(report)).toEqual(['PREFIX_BYTES'])
  })

  test('A17 with a bit flipped in packed content names that file and checks the others', async () => {
    const bytes = Buffer.from(original)
    const at = bytes.indexOf('E0002_Security.evtx') + 5000
    bytes.writeUInt8(bytes.readUInt8(at) ^ 0x10, at)
    const report = await verifyBytes(bytes)
    expect(report.verdict).toBe('INVALID')
    const named = decisive(report)
    expect(named).toHaveLength(1)
    expect(named[0]).toMatch(/^(?:READ_ERROR|HASH_MISMATCH) .*E0002_Security\.evtx$/)
    expect(report.checked.files).toBeGreaterThan(15)
  })

  test('A19 with bytes hidden between entries or in front of the directory is invalid', async () => {
    const bag = await unpacked()
    const entries = [...bag.files].map(([path, bytes]) => ({ name: `${bag.root}/${path}`, bytes }))
    const between = buildZip(
      entries.map((entry, index) => (index === 1 ? { ...entry, hiddenAfter: Buffer.from('secret') } : entry)),
    )
    expect(decisive(await verifyBytes(between))).toEqual([`HIDDEN_BYTES ${entries[1]?.name}`])
    const before = buildZip(entries, { hiddenBeforeDirectory: Buffer.alloc(5000, 7) })
    const report = await verifyBytes(before)
    expect(report.verdict).toBe('INVALID')
    expect(decisive(report)).toEqual([`HIDDEN_BYTES ${entries.at(-1)?.name}`])
  })

  test('A19 with bytes hidden behind packed content, in comments and behind the directory is invalid', async () => {
    const bag = await unpacked()
    const entries = [...bag.files].map(([path, bytes]) => ({ name: `${bag.root}/${path}`, bytes }))
    const first = entries[0]
    if (!first) throw new Error('no entry')
    const packed = Buffer.concat([deflateRawSync(first.bytes), Buffer.from('hidden')])
    const behind = await verifyBytes(buildZip([{ ...first, packed }, ...entries.slice(1)]))
    expect(decisive(behind)).toEqual([`HIDDEN_BYTES ${first.name.slice(bag.root.length + 1)}`])
    expect((await verifyBytes(buildZip(entries, { comment: 'hidden' }))).verdict).toBe('INVALID')
    expect(
      (await verifyBytes(buildZip([{ ...first, comment: 'hidden' }, ...entries.slice(1)]))).verdict,
    ).toBe('INVALID')
  })

  test('A19 with bytes hidden in a header is invalid', async () => {
    const bag = await unpacked()
    const entries = [...bag.files].map(([path, bytes]) => ({ name: `${bag.root}/${path}`, bytes }))
    const extra = Buffer.concat([Buffer.from([0xfe, 0xca, 40, 0]), Buffer.alloc(40, 0x41)])
    const report = await verifyBytes(
      buildZip(entries.map((entry, index) => (index === 2 ? { ...entry, extra } : entry))),
    )
    expect(report.verdict).toBe('INVALID')
    expect(new Set(decisive(report))).toEqual(new Set([`HIDDEN_BYTES ${entries[2]?.name}`]))
  })

  test('A24 with two roots is invalid', async () => {
    const bag = await unpacked()
    const entries = [...bag.files].map(([path, bytes]) => ({ name: `${bag.root}/${path}`, bytes }))
    const report = await verifyBytes(buildZip([...entries, { name: 'other/file.txt', bytes: 'x' }]))
    expect([report.verdict, ...decisive(report)]).toEqual(['INVALID', 'NOT_ONE_ROOT'])
  })
})

describe('a file that is no bundle is named for what it is:', () => {
  test.each([
    ['age', Buffer.from('age-encryption.org/v1\n-> X25519 abc\n'), /encrypted \(age\)/],
    ['7-Zip', Buffer.from('7z\xbc\xaf\x27\x1c', 'latin1'), /7-Zip/],
    ['a log', Buffer.from('ElfFile\0'.padEnd(4096, '\0')), /event log/],
    ['a disk image', Buffer.from('EVF\t\r\n\xff\0', 'latin1'), /disk image/],
  ])('%s', async (_what, bytes, words) => {
    const report = await verifyBytes(bytes)
    expect([report.verdict, ...decisive(report)]).toEqual(['UNREADABLE', 'NOT_A_ZIP'])
    expect(report.findings.at(-1)?.hint).toMatch(words)
  })
  test.each([
    ['uploads.json', /Velociraptor/],
    ['2026_CopyLog.csv', /KAPE/],
    ['C/Windows/System32/winevt/Logs/Security.evtx', /event logs/],
    ['word/document.xml', /no bagit.txt/],
  ])('a ZIP with %s', async (name, words) => {
    const report = await verifyBytes(
      buildZip([
        { name, bytes: 'x' },
        { name: 'other/file', bytes: 'y' },
      ]),
    )
    expect([report.verdict, ...decisive(report)]).toEqual(['INVALID', 'NOT_A_BAG'])
    expect(report.findings.at(-1)?.what).toMatch(words)
  })
})

describe('a hostile ZIP file', () => {
  const root = 'bag'
  const bagit = {
    name: `${root}/bagit.txt`,
    bytes: 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n',
  }
  const file = (name: string | Uint8Array, more = {}) => ({ name, bytes: 'x', ...more })
  const names: readonly (readonly [string, string | Uint8Array])[] = [
    ['a path upwards', `${root}/../../evil.txt`],
    ['an absolute path', '/etc/passwd'],
    ['a drive letter', 'C:/Windows/x'],
    ['a backslash', `${root}\\..\\x`],
    ['a UNC path', '\\\\server\\share\\x'],
    ['an alternate stream', `${root}/a.txt:stream`],
    ['a reserved name', `${root}/CON`],
    ['a reserved name with an extension', `${root}/aux.txt`],
    ['a reserved name with a blank', `${root}/nul .txt`],
    ['a reserved name with a superscript', `${root}/COM¹`],
    ['a dot at the end', `${root}/file.`],
    ['a blank at the end', `${root}/file `],
    ['text turned round', `${root}/exe.\u202etxt`],
    ['control characters', Buffer.from(`${root}/a\u0001b`)],
    ['an escape sequence', Buffer.from(`${root}/a\u001b[2Jb`)],
    ['an empty part', `${root}//x`],
    ['bytes that are no UTF-8', Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff, 0xfe])])],
  ]
  test.each(names)('A21 with %s in a name is unsafe, and the name is shown escaped', async (_what, name) => {
    const report = await verifyBytes(buildZip([bagit, file(name)]))
    expect(report.verdict).toBe('UNSAFE')
    expect(report.findings.map((finding) => finding.code)).toContain('NAME_UNSAFE')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that none is left is what is tested
    for (const finding of report.findings) expect(finding.path ?? '').not.toMatch(/[\u0000-\u001f\u202e]/)
  })

  test.each([
    ['A20 a duplicate name', [file('bag/a'), file('bag/a')], 'DUPLICATE_NAME'],
    ['A20 names that differ in case', [file('bag/a'), file('bag/A')], 'NAME_COLLISION'],
    ['A20 names that differ in Unicode form', [file('bag/\u00e9'), file('bag/e\u0301')], 'NAME_COLLISION'],
    ['A20 a file where a folder is needed', [file('bag/a'), file('bag/a/b')], 'NAME_CONFLICT'],
    ['A21 a symbolic link', [file('bag/a', { mode: 0o120777 })], 'SYMLINK'],
    ['A21 a device', [file('bag/a', { mode: 0o020666 })], 'SPECIAL_FILE'],
    ['A23 another name in the local header', [file('bag/a', { localName: 'bag/b' })], 'LOCAL_NAME_MISMATCH'],
    ['an encrypted entry', [file('bag/a', { flags: 0x801 })], 'ENCRYPTED_ENTRY'],
    ['an unknown method', [file('bag/a', { method: 14 })], 'UNKNOWN_METHOD'],
    ['a stored entry with two sizes', [file('bag/a', { method: 0, declaredSize: 9 })], 'SIZE_LIE'],
    ['a folder that carries bytes', [file('bag/a/')], 'FOLDER_WITH_CONTENT'],
    ['A22 two entries with the same bytes', [file('bag/a'), file('bag/b', { sameBytesAs: 1 })], 'OVERLAP'],
  ])('%s: UNSAFE', async (_what, entries, code) => {
    const report = await verifyBytes(buildZip([bagit, ...entries]))
    expect(report.verdict).toBe('UNSAFE')
    expect(report.findings.map((finding) => finding.code)).toContain(code)
  })

  test('A22 with 2000 entries over one large stream is refused before anything is unpacked', async () => {
    const bomb = { name: 'bag/0', bytes: Buffer.alloc(50 << 20) }
    const rest = Array.from({ length: 2000 }, (_, index) => ({
      ...bomb,
      bytes: '',
      name: `bag/x${index}`,
      sameBytesAs: 0,
    }))
    const report = await verifyBytes(buildZip([bomb, ...rest]))
    expect(report).toMatchObject({ verdict: 'UNSAFE', checked: { files: 0, bytes: 0 } })
  })

  test('A22 that announces 60000 entries and holds none of them is refused at once', async () => {
    const report = await verifyBytes(buildZip([bagit], { declaredCount: 60_000 }))
    expect(report.verdict).toBe('UNREADABLE')
  })

  test('A22 whose end record lies about the size of the directory is unsafe', async () => {
    const report = await verifyBytes(buildZip([bagit], { declaredDirectorySize: 4000 }))
    expect([report.verdict, ...decisive(report)]).toEqual(['UNSAFE', 'DIRECTORY_LIE'])
  })

  test('A22 whose entry unpacks to more than it declares is invalid, and reading stops there', async () => {
    const lie = { name: 'bag/data/zeros', bytes: Buffer.alloc(64 << 20), declaredSize: 1000 }
    const zip = buildZip([bagit, { ...lie, packed: deflateRawSync(lie.bytes) }])
    const report = await verifyBytes(zip)
    expect(decisive(report)).toContain('READ_ERROR data/zeros')
    expect(report.checked.bytes).toBeLessThan(10_000)
  })
})

test('a file that is not there, or a folder, is refused with a way out', async () => {
  await expect(verifyBundle(join(folder, 'nothing.zip'))).rejects.toMatchObject({ code: 'disk.file.missing' })
  await expect(verifyBundle(folder)).rejects.toMatchObject({ code: 'bundle.path.not-a-file' })
})

test.runIf(havePowerShell)('verify.ps1 finds the same in every bundle above', powerShellTimeout, () => {
  expect(powerShellDifferences()).toEqual([])
})
