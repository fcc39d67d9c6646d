/** Cases of the acceptance list (design/bundle.md §8) that need more than a changed bag; the others are beside this file. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { timeStampQuery } from '../../../src/bundle/time-stamp.ts'
import { buildZip } from '../../builders/zip-builder.ts'
import {
  cleanUp,
  decisive,
  folder,
  nextPath,
  original,
  powerShellDifferences,
  sealed,
  unpacked,
  verify,
  verifyBag,
  verifyBytes,
} from './original.ts'
import { havePowerShell, powerShellTimeout } from './power-shell.ts'
import { haveStandalone } from './standalone.ts'
import { makeTimeAuthority, type TimeAuthority } from './time-authority.ts'
import { haveTool } from './tools.ts'

afterAll(cleanUp)
const standalone = resolve(import.meta.dirname, '../../../out/standalone/verify.mjs')
const stampFile = 'signatures/tagmanifest-sha256.txt.tsr'

/** The verifier in a process that may read its own file and the folder of bundles, and may write nothing. */
function verifyFenced(path: string): {
  readonly code: number | null
  readonly out: string
  readonly rssMb: number
} {
  // not maxRSS: a child starts with its parent's
  const tellMemory = `data:text/javascript,import{readFileSync}from"node:fs";process.on("exit",()=>console.error(/VmHWM.*/.exec(readFileSync("/proc/self/status","latin1"))[0]))`
  const done = spawnSync(
    process.execPath,
    [
      '--permission',
      `--allow-fs-read=${folder}`,
      `--allow-fs-read=${standalone}`,
      '--allow-fs-read=/proc/self/status',
      '--import',
      tellMemory,
      standalone,
      path,
      '--json',
    ],
    { encoding: 'utf8' },
  )
  return {
    code: done.status,
    out: done.stdout,
    rssMb: Number(/VmHWM:\s+(\d+)/.exec(done.stderr)?.[1]) / 1024,
  }
}

describe.runIf(haveStandalone)('in a process that may read nothing else and write nothing', () => {
  test.each([
    ['A0 VALID-UNKNOWN-SIGNER: the untouched bundle', () => original, 2, 'VALID-UNKNOWN-SIGNER'],
    [
      'A15 INVALID: manifests that name /etc/passwd and a file above',
      async () => {
        const bag = await unpacked()
        for (const line of ['/etc/passwd', '../../../etc/hostname'])
          bag.set('manifest-sha256.txt', `${bag.text('manifest-sha256.txt')}${'a'.repeat(64)}  ${line}\n`)
        return bag.zip()
      },
      1,
      'INVALID',
    ],
    [
      'A21 UNSAFE: an entry that leads out of the folder',
      () =>
        buildZip([
          { name: 'bag/bagit.txt', bytes: 'x' },
          { name: 'bag/../../evil.txt', bytes: 'x' },
        ]),
      3,
      'UNSAFE',
    ],
    [
      'A4 INVALID: a fetch.txt',
      async () => (await unpacked()).set('fetch.txt', 'file:///etc/passwd - data/x\n').zip(),
      1,
      'INVALID',
    ],
  ])('%s', async (_what, make, code, verdict) => {
    const path = nextPath()
    writeFileSync(path, await make())
    const done = verifyFenced(path)
    expect([done.code, JSON.parse(done.out).verdict]).toEqual([code, verdict])
  })

  test('A22 INVALID, in bounded memory: 256 MiB of zeros in the place of a log', async () => {
    const bag = await unpacked()
    const path = bag.path('E0002_Security.evtx')
    const bundle = nextPath()
    writeFileSync(bundle, bag.set(path, Buffer.alloc(256 << 20)).zip())
    const done = verifyFenced(bundle)
    expect(JSON.parse(done.out)).toMatchObject({ verdict: 'INVALID', checked: { files: bag.files.size } })
    expect(done.rssMb).toBeLessThan(300)
  })
})

describe('an archive that announces too much', () => {
  /** A ZIP64 end that tells so many entries and a list of contents of that place. */
  function zip64(count: number): Buffer {
    const plain = buildZip([{ name: 'bag/bagit.txt', bytes: 'x' }])
    const body = plain.subarray(0, -22)
    const directory = plain.readUInt32LE(plain.length - 6)
    const record = Buffer.alloc(56)
    record.writeUInt32LE(0x06064b50, 0)
    record.writeBigUInt64LE(44n, 4)
    for (const at of [24, 32]) record.writeBigUInt64LE(BigInt(count), at)
    record.writeBigUInt64LE(BigInt(body.length - directory), 40)
    record.writeBigUInt64LE(BigInt(directory), 48)
    const locator = Buffer.alloc(20)
    locator.writeUInt32LE(0x07064b50, 0)
    locator.writeBigUInt64LE(BigInt(body.length), 8)
    locator.writeUInt32LE(1, 16)
    const end = Buffer.alloc(22, 0xff)
    end.writeUInt32LE(0x06054b50, 0)
    end.writeUInt32LE(0, 4)
    end.writeUInt16LE(0, 20)
    return Buffer.concat([body, record, locator, end])
  }
  test('A22 UNSAFE at once: 300 000 entries', async () => {
    const report = await verifyBytes(zip64(300_000))
    expect([report.verdict, ...decisive(report)]).toEqual(['UNSAFE', 'TOO_MANY_ENTRIES'])
    expect((await verifyBytes(zip64(1))).verdict).toBe('INVALID')
  })
  test('A22 UNSAFE at once: a list of contents of 160 MiB', async () => {
    const path = nextPath()
    const plain = buildZip([{ name: 'bag/bagit.txt', bytes: 'x' }])
    const directory = plain.readUInt32LE(plain.length - 6)
    const filler = Buffer.alloc(160 << 20)
    writeFileSync(path, Buffer.concat([plain.subarray(0, directory), filler, plain.subarray(directory)]))
    const report = await verify(path)
    expect([report.verdict, ...decisive(report)]).toEqual(['UNSAFE', 'TOO_LARGE'])
  })
})

describe.skipIf(!haveTool('openssl'))('a bundle with a time stamp', () => {
  let authority: TimeAuthority
  let ecAuthority: TimeAuthority
  let roots: string
  let ecRoots: string
  beforeAll(() => {
    authority = makeTimeAuthority()
    ecAuthority = makeTimeAuthority('critical,timeStamping', 'ec')
    roots = join(folder, 'roots.pem')
    ecRoots = join(folder, 'ec-roots.pem')
    writeFileSync(roots, authority.rootPem)
    writeFileSync(ecRoots, ecAuthority.rootPem)
  })
  afterAll(() => {
    authority.remove()
    ecAuthority.remove()
  })
  const stamped = async (make: (query: Uint8Array) => Uint8Array) => {
    const bag = await unpacked()
    return bag.set(stampFile, Buffer.from(make(timeStampQuery(bag.bytes('tagmanifest-sha256.txt')))))
  }

  test('A35 VALID-SIGNED: stamped by an authority the receiver trusts, and by one it does not know', async () => {
    const path = (await stamped((query) => authority.answer(query))).write(nextPath())
    expect(await verify(path, { timeStampRoots: roots })).toMatchObject({
      verdict: 'VALID-SIGNED',
      findings: [],
      timeStamp: { authority: 'Test authority', isTrusted: true },
    })
    const unknown = await verify(path)
    expect(unknown).toMatchObject({ verdict: 'VALID-SIGNED', timeStamp: { isTrusted: false } })
    expect(unknown.findings.map(({ code }) => code)).toEqual(['TIMESTAMP_UNKNOWN_AUTHORITY'])
    expect(await verify(path, { timeStampRoots: ecRoots })).toMatchObject({ timeStamp: { isTrusted: false } })
  })
  test('A35 VALID-SIGNED: stamped with an elliptic key', async () => {
    const path = (await stamped((query) => ecAuthority.answer(query))).write(nextPath())
    expect(await verify(path, { timeStampRoots: ecRoots })).toMatchObject({
      verdict: 'VALID-SIGNED',
      timeStamp: { isTrusted: true },
    })
  })
  test.each([
    [
      'stamp changed',
      (answer: Buffer) =>
        answer.fill(answer.readUInt8(answer.length - 9) ^ 1, answer.length - 9, answer.length - 8),
    ],
    ['stamp cut off', (answer: Buffer) => answer.subarray(0, 400)],
    ['stamp that is none', () => Buffer.from('hello')],
  ])('A35 INVALID TIMESTAMP_INVALID: %s', async (_what, change) => {
    const bag = await stamped((query) => change(Buffer.from(authority.answer(query))))
    const report = await verify(bag.write(nextPath()), { timeStampRoots: roots })
    expect([report.verdict, ...decisive(report)]).toEqual(['INVALID', `TIMESTAMP_INVALID ${stampFile}`])
  })
  test('A35 INVALID TIMESTAMP_INVALID: stamp of other bytes, wrong purpose, certificate expired by then', async () => {
    const later = (statement: Buffer) =>
      Buffer.from(
        statement.toString('latin1').replace(/20\d\d(\d{10}Z)/, (_, rest: string) => `2049${rest}`),
        'latin1',
      )
    for (const make of [
      () => authority.answer(timeStampQuery(Buffer.from('other'))),
      (query: Uint8Array) => authority.forge(query, 'serverAuth'),
      (query: Uint8Array) => authority.forge(query, 'critical,timeStamping', later),
    ])
      expect(decisive(await verifyBag(await stamped(make)))).toEqual([`TIMESTAMP_INVALID ${stampFile}`])
  })
})

test.runIf(havePowerShell)('verify.ps1 finds the same in every bundle above', powerShellTimeout, async () => {
  await verify(sealed, { allowedSigners: [] })
  expect(powerShellDifferences()).toEqual([])
})
