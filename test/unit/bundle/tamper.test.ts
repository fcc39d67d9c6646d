import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { ownSigningKey } from '../../../src/bundle/keys.ts'
import { signMessage } from '../../../src/bundle/sshsig.ts'
import { logBytes, sha256, type Unpacked, writeWithSidecar } from '../../builders/sealed-bundle.ts'
import {
  addLine,
  cleanUp,
  decisive,
  folder,
  hash512,
  key,
  nextPath,
  original,
  powerShellDifferences,
  rehash,
  resealTags,
  sealed,
  unpacked,
  unsigned,
  verify,
  verifyBag,
} from './original.ts'
import { havePowerShell, powerShellTimeout } from './power-shell.ts'

afterAll(cleanUp)

describe('an untouched bundle', () => {
  test('A0 is valid and signed by a known key, without a single finding', async () => {
    const report = await verify(sealed)
    expect(report).toMatchObject({
      verdict: 'VALID-SIGNED',
      findings: [],
      signer: { identity: 'jdoe@JUMP-01' },
    })
    expect(report.bagDigest).toBe(sha256((await unpacked()).bytes('tagmanifest-sha256.txt')))
    expect(report.zipSha256).toBe(sha256(original))
  })

  test('A0 packed anew with the same content is valid by itself, and caught by the old hash file', async () => {
    const bag = await unpacked()
    expect((await verify(bag.write(nextPath()))).verdict).toBe('VALID-SIGNED')
    const path = bag.write(nextPath())
    rmSync(`${path}.sha256`)
    const copied = nextPath()
    writeWithSidecar(copied, original)
    const kept = readFileSync(`${copied}.sha256`)
    writeFileSync(`${path}.sha256`, kept)
    const report = await verify(path)
    expect(report.verdict).toBe('INVALID')
    expect(decisive(report)).toEqual(['OUTER_HASH_MISMATCH'])
  })

  test('A25 without its hash file is still valid, with a warning', async () => {
    const path = writeWithSidecar(nextPath(), original)
    rmSync(`${path}.sha256`)
    const report = await verify(path)
    expect(report.verdict).toBe('VALID-SIGNED')
    expect(report.findings.map((finding) => finding.code)).toEqual(['NO_SIDECAR'])
  })

  test('A25 is refused when the hash of the ticket is another one, and accepted with the right one', async () => {
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
    'A1 one bit of one log flipped',
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
    'A2 one log removed',
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
    'A3 a file added under data/',
    (bag) => bag.set('data/evidence/planted.evtx', 'x'),
    'INVALID',
    ['EXTRA_PAYLOAD_FILE data/evidence/planted.evtx', 'OXUM_MISMATCH bag-info.txt'],
  ],
  ['A4 a tag file added', (bag) => bag.set('notes.txt', 'hello'), 'INVALID', ['UNLISTED_TAG_FILE notes.txt']],
  [
    'A4 a fetch.txt added',
    (bag) => bag.set('fetch.txt', 'http://127.0.0.1:9/x - data/x\n'),
    'INVALID',
    ['UNLISTED_TAG_FILE fetch.txt'],
  ],
  [
    'A4 a manifest-md5.txt added',
    (bag) => bag.set('manifest-md5.txt', ''),
    'INVALID',
    ['UNEXPECTED_MANIFEST manifest-md5.txt'],
  ],
  [
    'A4 a file added beside the signature',
    (bag) => bag.set('signatures/x.exe', 'MZ'),
    'INVALID',
    ['UNLISTED_TAG_FILE signatures/x.exe'],
  ],
  [
    'A5 bag-info.txt edited',
    (bag) => bag.set('bag-info.txt', bag.text('bag-info.txt').replace('J. Doe', 'M. Roe')),
    'INVALID',
    ['HASH_MISMATCH bag-info.txt'],
  ],
  [
    'A6 a log and every manifest rewritten, the signature kept',
    (bag) => bag.set(bag.path('E0002_Security.evtx'), logBytes(99)).repairHashes(),
    'INVALID',
    ['SIGNATURE_INVALID signatures/tagmanifest-sha256.txt.sig'],
  ],
  [
    'A7 the same, with the signature taken away',
    (bag) => {
      bag.set(bag.path('E0002_Security.evtx'), logBytes(99)).repairHashes()
      bag.files.delete('signatures/tagmanifest-sha256.txt.sig')
      return bag
    },
    'VALID-UNSIGNED',
    [],
  ],
  [
    'A8 the same, signed by another key',
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
    'A9 only the signature taken away',
    (bag) => {
      bag.files.delete('signatures/tagmanifest-sha256.txt.sig')
      return bag
    },
    'VALID-UNSIGNED',
    [],
  ],
  [
    'A9 the signature replaced by garbage',
    (bag) => bag.set('signatures/tagmanifest-sha256.txt.sig', 'garbage'),
    'INVALID',
    ['SIGNATURE_INVALID signatures/tagmanifest-sha256.txt.sig'],
  ],
  [
    'A9 a signature of the right key for another purpose',
    (bag) =>
      bag.set(
        'signatures/tagmanifest-sha256.txt.sig',
        signMessage(bag.bytes('tagmanifest-sha256.txt'), key.privateKey, 'git'),
      ),
    'INVALID',
    ['SIGNATURE_INVALID signatures/tagmanifest-sha256.txt.sig'],
  ],
  [
    'A10 a manifest converted to CR LF',
    (bag) => bag.set('manifest-sha256.txt', bag.text('manifest-sha256.txt').replaceAll('\n', '\r\n')),
    'INVALID',
    ['HASH_MISMATCH manifest-sha256.txt'],
  ],
  [
    'A11 a custody line deleted and all hashes repaired',
    (bag) => {
      const lines = bag.text('data/record/custody.jsonl').split('\n')
      lines.splice(1, 1)
      return unsigned(bag.set('data/record/custody.jsonl', lines.join('\n')).repairHashes())
    },
    'INVALID',
    ['CUSTODY_SEQ data/record/custody.jsonl', 'CUSTODY_CHAIN_BROKEN data/record/custody.jsonl'],
  ],
  [
    'A12 the time of a custody line edited and all hashes repaired',
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
    'A13 the last custody line torn',
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
    'A13 the last custody line left out and all hashes repaired',
    (bag) => {
      const lines = bag.text('data/record/custody.jsonl').trimEnd().split('\n').slice(0, -1)
      return unsigned(bag.set('data/record/custody.jsonl', `${lines.join('\n')}\n`).repairHashes())
    },
    'INVALID',
    ['CUSTODY_END data/record/custody.jsonl'],
  ],
  [
    'A14 one manifest removed',
    (bag) => {
      bag.files.delete('manifest-sha512.txt')
      return bag
    },
    'INVALID',
    ['MISSING_TAG_FILE manifest-sha512.txt'],
  ],
  [
    'A14 a line for a file that is not there in both manifests',
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
    'A14 a file listed in one manifest only',
    (bag) => {
      bag.set('data/evidence/one.evtx', 'x')
      return unsigned(addLine(bag, 'manifest-sha512.txt', `${hash512('x')}  data/evidence/one.evtx`))
    },
    'INVALID',
    ['NOT_IN_ALL_MANIFESTS data/evidence/one.evtx', 'OXUM_MISMATCH bag-info.txt'],
  ],
  [
    'A24 bagit.txt with a byte order mark',
    (bag) => resealTags(bag.set('bagit.txt', `\ufeff${bag.text('bagit.txt')}`)),
    'INVALID',
    ['BAGIT_DECLARATION bagit.txt'],
  ],
  [
    'A24 a blank before the colon in bagit.txt',
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
    'an inventory whose host is no text',
    (bag) => {
      const path = 'data/record/inventory.jsonl'
      const changed = bag.text(path).replaceAll('"host":"WS-FIN-07"', '"host":{"a":1}')
      return unsigned(bag.set(path, changed).repairHashes())
    },
    'INVALID',
    [
      ...Array<string>(3).fill('RECORD_SYNTAX data/record/inventory.jsonl'),
      'INVENTORY_MISSING data/evidence/WS-FIN-07/evtx/E0001_Microsoft-Windows-TaskScheduler-4Operati.evtx',
      'INVENTORY_MISSING data/evidence/WS-FIN-07/evtx/E0002_Security.evtx',
      'INVENTORY_MISSING data/evidence/WS-FIN-07/tasks/E0003_Updater.xml',
    ],
  ],
  [
    'a bundle record whose gaps are no records',
    (bag) => {
      const path = 'data/record/bundle.json'
      const record = { ...JSON.parse(bag.text(path)), gaps: [null] }
      return unsigned(bag.set(path, JSON.stringify(record)).repairHashes())
    },
    'INVALID',
    ['RECORD_SCHEMA data/record/bundle.json'],
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
    `A15 a manifest line for ${line}`,
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

describe('a bag with', () => {
  test.each(bagCases.map(([what, change, verdict, findings]) => ({ what, change, verdict, findings })))(
    '$what: $verdict $findings',
    async ({ change, verdict, findings }) => {
      const report = await verifyBag(await change(await unpacked()))
      expect(decisive(report)).toEqual(findings)
      expect(report.verdict).toBe(verdict)
    },
  )

  test('A7 everything rewritten and unsigned asks for the hash of the ticket, which catches it', async () => {
    const bag = unsigned(
      (await unpacked()).set((await unpacked()).path('E0002_Security.evtx'), logBytes(99)).repairHashes(),
    )
    const path = bag.write(nextPath())
    const amber = await verify(path)
    expect(amber.verdict).toBe('VALID-UNSIGNED')
    expect(amber.findings.map((finding) => finding.hint).join()).toContain('ticket')
    expect((await verify(path, { ticketSha256: sha256(original) })).verdict).toBe('INVALID')
  })

  test('A2 a file that is gone points at the antivirus program', async () => {
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

test.runIf(havePowerShell)('verify.ps1 finds the same in every bundle above', powerShellTimeout, () => {
  expect(powerShellDifferences()).toEqual([])
})
