import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ownSigningKey, type SigningKey } from '../../../src/bundle/keys.ts'
import { sealBundle } from '../../../src/bundle/seal.ts'
import { type AllowedSigner, signMessage } from '../../../src/bundle/sshsig.ts'
import { type VerifyReport, verifyBundle } from '../../../src/bundle/verify.ts'
import { contentsOf, logBytes, sha256, Unpacked, writeWithSidecar } from '../../builders/sealed-bundle.ts'
import { buildZip } from '../../builders/zip-builder.ts'

const folder = mkdtempSync(join(tmpdir(), 'tamper-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let key: SigningKey
let sealed = ''
let original: Buffer
let allowed: readonly AllowedSigner[]

beforeAll(async () => {
  key = await ownSigningKey({ folder: join(folder, 'key') })
  sealed = (await sealBundle(await contentsOf(folder), { outDir: folder, key, principal: 'jdoe@JUMP-01' }))
    .path
  original = readFileSync(sealed)
  const nothing = { namespaces: undefined, validAfter: undefined, validBefore: undefined }
  allowed = [{ identity: 'jdoe@JUMP-01', blob: key.signer.blob, ...nothing }]
})

const unpacked = () => Unpacked.of(sealed)
let count = 0
const nextPath = () => join(folder, `case-${count++}.zip`)
const verify = async (path: string, more = {}): Promise<VerifyReport> =>
  (await verifyBundle(path, { allowedSigners: allowed, ...more })).report
const verifyBag = async (bag: Unpacked) => verify(bag.write(nextPath()))
const verifyBytes = async (bytes: Uint8Array) => verify(writeWithSidecar(nextPath(), bytes))
/** Codes of findings that decide, with their paths. */
const decisive = (report: VerifyReport) =>
  report.findings
    .filter((finding) => finding.severity !== 'warning' && finding.severity !== 'note')
    .map((finding) => (finding.path ? `${finding.code} ${finding.path}` : finding.code))

describe('an untouched bundle', () => {
  test('is valid and signed by a known key, without a single finding', async () => {
    const report = await verify(sealed)
    expect(report).toMatchObject({
      verdict: 'VALID-SIGNED',
      findings: [],
      signer: { identity: 'jdoe@JUMP-01' },
    })
    expect(report.bagDigest).toBe(sha256((await unpacked()).bytes('tagmanifest-sha256.txt')))
    expect(report.zipSha256).toBe(sha256(original))
  })

  test('packed anew with the same content is valid by itself, and caught by the old hash file', async () => {
    const bag = await unpacked()
    const path = bag.write(nextPath())
    expect((await verify(path)).verdict).toBe('VALID-SIGNED')
    rmSync(`${path}.sha256`)
    const copied = nextPath()
    writeWithSidecar(copied, original)
    const kept = readFileSync(`${copied}.sha256`)
    const { writeFileSync } = await import('node:fs')
    writeFileSync(`${path}.sha256`, kept)
    const report = await verify(path)
    expect(report.verdict).toBe('INVALID')
    expect(decisive(report)).toEqual(['OUTER_HASH_MISMATCH'])
  })

  test('without its hash file is still valid, with a warning', async () => {
    const path = writeWithSidecar(nextPath(), original)
    rmSync(`${path}.sha256`)
    const report = await verify(path)
    expect(report.verdict).toBe('VALID-SIGNED')
    expect(report.findings.map((finding) => finding.code)).toEqual(['NO_SIDECAR'])
  })

  test('is refused when the hash of the ticket is another one, and accepted with the right one', async () => {
    expect(decisive(await verify(sealed, { ticketSha256: 'ab'.repeat(32) }))).toEqual([
      'TICKET_HASH_MISMATCH',
    ])
    expect((await verify(sealed, { ticketSha256: sha256(original).toUpperCase() })).verdict).toBe(
      'VALID-SIGNED',
    )
  })
})

/** A change to the bag: what it is, how it is made, what must be said. */
const bagCases: readonly (readonly [
  string,
  (bag: Unpacked) => Unpacked | Promise<Unpacked>,
  string,
  readonly string[],
])[] = [
  [
    'one bit of one log flipped',
    (bag) => {
      const path = bag.path('E0002_Security.evtx')
      const bytes = Buffer.from(bag.bytes(path))
      bytes.writeUInt8(bytes.readUInt8(500) ^ 1, 500)
      return bag.set(path, bytes)
    },
    'INVALID',
    ['HASH_MISMATCH data/evidence/WS-FIN-07/evtx/E0002_Security.evtx'],
  ],
  [
    'one log removed',
    (bag) => {
      bag.files.delete(bag.path('E0002_Security.evtx'))
      return bag
    },
    'INVALID',
    [
      'MISSING_FILE data/evidence/WS-FIN-07/evtx/E0002_Security.evtx',
      'OXUM_MISMATCH bag-info.txt',
      'INVENTORY_MISMATCH data/evidence/WS-FIN-07/evtx/E0002_Security.evtx',
    ],
  ],
  [
    'a file added under data/',
    (bag) => bag.set('data/evidence/planted.evtx', 'x'),
    'INVALID',
    ['EXTRA_PAYLOAD_FILE data/evidence/planted.evtx', 'OXUM_MISMATCH bag-info.txt'],
  ],
  ['a tag file added', (bag) => bag.set('notes.txt', 'hello'), 'INVALID', ['UNLISTED_TAG_FILE notes.txt']],
  [
    'a fetch.txt added',
    (bag) => bag.set('fetch.txt', 'http://127.0.0.1:9/x - data/x\n'),
    'INVALID',
    ['UNLISTED_TAG_FILE fetch.txt'],
  ],
  [
    'a manifest-md5.txt added',
    (bag) => bag.set('manifest-md5.txt', ''),
    'INVALID',
    ['UNEXPECTED_MANIFEST manifest-md5.txt'],
  ],
  [
    'a file added beside the signature',
    (bag) => bag.set('signatures/x.exe', 'MZ'),
    'INVALID',
    ['UNLISTED_TAG_FILE signatures/x.exe'],
  ],
  [
    'bag-info.txt edited',
    (bag) => bag.set('bag-info.txt', bag.text('bag-info.txt').replace('J. Doe', 'M. Roe')),
    'INVALID',
    ['HASH_MISMATCH bag-info.txt'],
  ],
  [
    'a log and every manifest rewritten, the signature kept',
    (bag) => bag.set(bag.path('E0002_Security.evtx'), logBytes(99)).repairHashes(),
    'INVALID',
    ['SIGNATURE_INVALID signatures/tagmanifest-sha256.txt.sig'],
  ],
  [
    'the same, with the signature taken away',
    (bag) => {
      bag.set(bag.path('E0002_Security.evtx'), logBytes(99)).repairHashes()
      bag.files.delete('signatures/tagmanifest-sha256.txt.sig')
      return bag
    },
    'VALID-UNSIGNED',
    [],
  ],
  [
    'the same, signed by another key',
    async (bag) => {
      bag.set(bag.path('E0002_Security.evtx'), logBytes(99)).repairHashes()
      const other = await ownSigningKey({ folder: join(folder, 'other-key') })
      const signature = signMessage(bag.bytes('tagmanifest-sha256.txt'), other.privateKey)
      return bag.set('signatures/tagmanifest-sha256.txt.sig', signature)
    },
    'VALID-UNKNOWN-SIGNER',
    [],
  ],
  [
    'only the signature taken away',
    (bag) => {
      bag.files.delete('signatures/tagmanifest-sha256.txt.sig')
      return bag
    },
    'VALID-UNSIGNED',
    [],
  ],
  [
    'the signature replaced by garbage',
    (bag) => bag.set('signatures/tagmanifest-sha256.txt.sig', 'garbage'),
    'INVALID',
    ['SIGNATURE_INVALID signatures/tagmanifest-sha256.txt.sig'],
  ],
  [
    'a signature of the right key for another purpose',
    (bag) =>
      bag.set(
        'signatures/tagmanifest-sha256.txt.sig',
        signMessage(bag.bytes('tagmanifest-sha256.txt'), key.privateKey, 'git'),
      ),
    'INVALID',
    ['SIGNATURE_INVALID signatures/tagmanifest-sha256.txt.sig'],
  ],
  [
    'a manifest converted to CR LF',
    (bag) => bag.set('manifest-sha256.txt', bag.text('manifest-sha256.txt').replaceAll('\n', '\r\n')),
    'INVALID',
    ['HASH_MISMATCH manifest-sha256.txt'],
  ],
  [
    'a custody line deleted and all hashes repaired',
    (bag) => {
      const lines = bag.text('data/record/custody.jsonl').split('\n')
      lines.splice(1, 1)
      return unsigned(bag.set('data/record/custody.jsonl', lines.join('\n')).repairHashes())
    },
    'INVALID',
    ['CUSTODY_SEQ data/record/custody.jsonl', 'CUSTODY_CHAIN_BROKEN data/record/custody.jsonl'],
  ],
  [
    'the time of a custody line edited and all hashes repaired',
    (bag) =>
      unsigned(
        bag
          .set(
            'data/record/custody.jsonl',
            bag.text('data/record/custody.jsonl').replace('14:00:01', '13:00:01'),
          )
          .repairHashes(),
      ),
    'INVALID',
    ['CUSTODY_CHAIN_BROKEN data/record/custody.jsonl'],
  ],
  [
    'the last custody line torn',
    (bag) =>
      unsigned(
        bag
          .set('data/record/custody.jsonl', bag.bytes('data/record/custody.jsonl').subarray(0, -20))
          .repairHashes(),
      ),
    'INVALID',
    ['CUSTODY_SYNTAX data/record/custody.jsonl', 'CUSTODY_END data/record/custody.jsonl'],
  ],
  [
    'the last custody line left out and all hashes repaired',
    (bag) => {
      const lines = bag.text('data/record/custody.jsonl').trimEnd().split('\n').slice(0, -1)
      return unsigned(bag.set('data/record/custody.jsonl', `${lines.join('\n')}\n`).repairHashes())
    },
    'INVALID',
    ['CUSTODY_END data/record/custody.jsonl'],
  ],
  [
    'one manifest removed',
    (bag) => {
      bag.files.delete('manifest-sha512.txt')
      return bag
    },
    'INVALID',
    ['MISSING_TAG_FILE manifest-sha512.txt'],
  ],
  [
    'a line for a file that is not there in both manifests',
    (bag) =>
      unsigned(
        addLine(
          addLine(bag, 'manifest-sha256.txt', `${'a'.repeat(64)}  data/ghost.evtx`),
          'manifest-sha512.txt',
          `${'a'.repeat(128)}  data/ghost.evtx`,
        ),
      ),
    'INVALID',
    ['MISSING_FILE data/ghost.evtx', 'INVENTORY_MISSING data/ghost.evtx'],
  ],
  [
    'a file listed in one manifest only',
    (bag) => {
      bag.set('data/evidence/one.evtx', 'x')
      return unsigned(addLine(bag, 'manifest-sha512.txt', `${hash512('x')}  data/evidence/one.evtx`))
    },
    'INVALID',
    ['NOT_IN_ALL_MANIFESTS data/evidence/one.evtx', 'OXUM_MISMATCH bag-info.txt'],
  ],
  [
    'bagit.txt with a byte order mark',
    (bag) => resealTags(bag.set('bagit.txt', `\ufeff${bag.text('bagit.txt')}`)),
    'INVALID',
    ['BAGIT_DECLARATION bagit.txt'],
  ],
  [
    'a blank before the colon in bagit.txt',
    (bag) => resealTags(bag.set('bagit.txt', bag.text('bagit.txt').replace('Version:', 'Version :'))),
    'INVALID',
    ['BAGIT_DECLARATION bagit.txt'],
  ],
  [
    'an inventory that tells another hash',
    (bag) => {
      const path = 'data/record/inventory.jsonl'
      const changed = bag.text(path).replace(/"sha256":"[0-9a-f]{8}/, '"sha256":"00000000')
      return unsigned(rehash(bag.set(path, changed), path))
    },
    'INVALID',
    ['INVENTORY_MISMATCH data/evidence/WS-FIN-07/evtx/E0001_Microsoft-Windows-TaskScheduler-4Operati.evtx'],
  ],
  [
    'a bundle record of a later version',
    (bag) => {
      const path = 'data/record/bundle.json'
      return unsigned(
        rehash(bag.set(path, bag.text(path).replace('tasktrail-bundle/1', 'tasktrail-bundle/9')), path),
      )
    },
    'INVALID',
    ['RECORD_SCHEMA data/record/bundle.json'],
  ],
]

for (const line of [
  '../../etc/passwd',
  '/etc/passwd',
  'C:\\Windows\\x',
  '~/x',
  'data/../../x',
  '\\\\server\\share\\x',
]) {
  const cases = bagCases as (typeof bagCases)[number][]
  cases.push([
    `a manifest line for ${line}`,
    (bag) =>
      unsigned(
        addLine(
          addLine(bag, 'manifest-sha256.txt', `${'a'.repeat(64)}  ${line}`),
          'manifest-sha512.txt',
          `${'a'.repeat(128)}  ${line}`,
        ),
      ),
    'INVALID',
    ['MANIFEST_SCOPE manifest-sha256.txt', 'MANIFEST_SCOPE manifest-sha512.txt'],
  ])
}

function unsigned(bag: Unpacked): Unpacked {
  bag.files.delete('signatures/tagmanifest-sha256.txt.sig')
  return bag
}

function addLine(bag: Unpacked, file: string, line: string): Unpacked {
  return resealTags(bag.set(file, `${bag.text(file)}${line}\n`))
}

/** Tag manifests made anew, the manifests left as they are. */
function resealTags(bag: Unpacked): Unpacked {
  for (const name of ['sha256', 'sha512']) {
    const file = `tagmanifest-${name}.txt`
    const lines = bag
      .text(file)
      .trimEnd()
      .split('\n')
      .map((line) => `${hashOf(name, bag.bytes(line.split('  ')[1] ?? ''))}  ${line.split('  ')[1]}\n`)
    bag.set(file, lines.join(''))
  }
  return unsigned(bag)
}

/** One payload file's lines in the manifests made anew, and everything that follows from it. */
function rehash(bag: Unpacked, path: string): Unpacked {
  for (const name of ['sha256', 'sha512']) {
    const file = `manifest-${name}.txt`
    const lines = bag.text(file).split('\n')
    bag.set(
      file,
      lines
        .map((line) => (line.endsWith(`  ${path}`) ? `${hashOf(name, bag.bytes(path))}  ${path}` : line))
        .join('\n'),
    )
  }
  return resealTags(bag)
}

const { createHash } = await import('node:crypto')
const hashOf = (name: string, bytes: Uint8Array) => createHash(name).update(bytes).digest('hex')
const hash512 = (text: string) => hashOf('sha512', Buffer.from(text))

describe('a bag with', () => {
  test.each(bagCases)('%s', async (_what, change, verdict, findings) => {
    const report = await verifyBag(await change(await unpacked()))
    expect(decisive(report)).toEqual(findings)
    expect(report.verdict).toBe(verdict)
  })

  test('everything rewritten and unsigned asks for the hash of the ticket, which catches it', async () => {
    const bag = unsigned(
      (await unpacked()).set((await unpacked()).path('E0002_Security.evtx'), logBytes(99)).repairHashes(),
    )
    const path = bag.write(nextPath())
    const amber = await verify(path)
    expect(amber.verdict).toBe('VALID-UNSIGNED')
    expect(amber.findings.map((finding) => finding.hint).join()).toContain('ticket')
    expect((await verify(path, { ticketSha256: sha256(original) })).verdict).toBe('INVALID')
  })

  test('a file that is gone points at the antivirus program', async () => {
    const bag = await unpacked()
    bag.files.delete(bag.path('E0002_Security.evtx'))
    const missing = (await verifyBag(bag)).findings.find((finding) => finding.code === 'MISSING_FILE')
    expect(missing?.hint).toContain('antivirus')
  })

  test('changed line ends says so', async () => {
    const bag = await unpacked()
    bag.set('manifest-sha256.txt', bag.text('manifest-sha256.txt').replaceAll('\n', '\r\n'))
    expect((await verifyBag(bag)).findings.map((finding) => finding.hint).join()).toContain('CR LF')
  })

  test('another signer shows the fingerprint to compare', async () => {
    const report = await verify(sealed, { allowedSigners: [] })
    expect(report).toMatchObject({
      verdict: 'VALID-UNKNOWN-SIGNER',
      signer: { fingerprint: key.signer.fingerprint, identity: null },
    })
  })
})

describe('a ZIP file', () => {
  test.each([
    ['cut at 90 %', () => original.subarray(0, Math.floor(original.length * 0.9))],
    ['without its last byte', () => original.subarray(0, -1)],
    ['of 0 bytes', () => Buffer.alloc(0)],
    ['with bytes behind it', () => Buffer.concat([original, Buffer.from('more')])],
    ['behind a program', () => Buffer.concat([Buffer.from('MZ'.padEnd(512, '\0')), original])],
    ['put behind another', () => Buffer.concat([original, original])],
    ['that is none', () => Buffer.from('hello, this is no archive at all')],
  ])('%s is unreadable', async (_what, make) => {
    expect((await verifyBytes(make())).verdict).toBe('UNREADABLE')
  })

  test('behind a program with its offsets put right is unreadable too', async () => {
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

  test('with a bit flipped in packed content names that file and checks the others', async () => {
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

  test('with bytes hidden between entries or in front of the directory is invalid', async () => {
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

  test('with bytes hidden behind packed content, in comments and behind the directory is invalid', async () => {
    const bag = await unpacked()
    const { deflateRawSync } = await import('node:zlib')
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

  test('with two roots is invalid', async () => {
    const bag = await unpacked()
    const entries = [...bag.files].map(([path, bytes]) => ({ name: `${bag.root}/${path}`, bytes }))
    const report = await verifyBytes(buildZip([...entries, { name: 'other/file.txt', bytes: 'x' }]))
    expect([report.verdict, ...decisive(report)]).toEqual(['INVALID', 'NOT_ONE_ROOT'])
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
  test.each(names)('with %s in a name is unsafe, and the name is shown escaped', async (_what, name) => {
    const report = await verifyBytes(buildZip([bagit, file(name)]))
    expect(report.verdict).toBe('UNSAFE')
    expect(report.findings.map((finding) => finding.code)).toContain('NAME_UNSAFE')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that none is left is what is tested
    for (const finding of report.findings) expect(finding.path ?? '').not.toMatch(/[\u0000-\u001f\u202e]/)
  })

  test.each([
    ['a duplicate name', [file('bag/a'), file('bag/a')], 'DUPLICATE_NAME'],
    ['names that differ in case', [file('bag/a'), file('bag/A')], 'NAME_COLLISION'],
    ['names that differ in Unicode form', [file('bag/\u00e9'), file('bag/e\u0301')], 'NAME_COLLISION'],
    ['a file where a folder is needed', [file('bag/a'), file('bag/a/b')], 'NAME_CONFLICT'],
    ['a symbolic link', [file('bag/a', { mode: 0o120777 })], 'SYMLINK'],
    ['a device', [file('bag/a', { mode: 0o020666 })], 'SPECIAL_FILE'],
    ['another name in the local header', [file('bag/a', { localName: 'bag/b' })], 'LOCAL_NAME_MISMATCH'],
    ['an encrypted entry', [file('bag/a', { flags: 0x801 })], 'ENCRYPTED_ENTRY'],
    ['an unknown method', [file('bag/a', { method: 14 })], 'UNKNOWN_METHOD'],
    ['a stored entry with two sizes', [file('bag/a', { method: 0, declaredSize: 9 })], 'SIZE_LIE'],
    ['a folder that carries bytes', [file('bag/a/')], 'FOLDER_WITH_CONTENT'],
    ['two entries with the same bytes', [file('bag/a'), file('bag/b', { sameBytesAs: 1 })], 'OVERLAP'],
  ])('with %s is unsafe', async (_what, entries, code) => {
    const report = await verifyBytes(buildZip([bagit, ...entries]))
    expect(report.verdict).toBe('UNSAFE')
    expect(report.findings.map((finding) => finding.code)).toContain(code)
  })

  test('with 2000 entries over one large stream is refused at once', async () => {
    const bomb = { name: 'bag/0', bytes: Buffer.alloc(50 << 20) }
    const rest = Array.from({ length: 2000 }, (_, index) => ({
      ...bomb,
      bytes: '',
      name: `bag/x${index}`,
      sameBytesAs: 0,
    }))
    const started = performance.now()
    expect((await verifyBytes(buildZip([bomb, ...rest]))).verdict).toBe('UNSAFE')
    expect(performance.now() - started).toBeLessThan(5000)
  })

  test('that announces 60000 entries and holds none of them is refused at once', async () => {
    const report = await verifyBytes(buildZip([bagit], { declaredCount: 60_000 }))
    expect(report.verdict).toBe('UNREADABLE')
  })

  test('whose end record lies about the size of the directory is unsafe', async () => {
    const report = await verifyBytes(buildZip([bagit], { declaredDirectorySize: 4000 }))
    expect([report.verdict, ...decisive(report)]).toEqual(['UNSAFE', 'DIRECTORY_LIE'])
  })

  test('whose entry unpacks to more than it declares is invalid, and reading stops there', async () => {
    const lie = { name: 'bag/data/zeros', bytes: Buffer.alloc(64 << 20), declaredSize: 1000 }
    const { deflateRawSync } = await import('node:zlib')
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
