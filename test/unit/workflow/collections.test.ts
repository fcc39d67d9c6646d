// Collections of other tools: where files lay on the host, what the tool wrote down of them, archives with a password.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { detectCollectorLog, originalPath } from '../../../src/sources/collector.ts'
import { importEvidence } from '../../../src/workflow/import-evidence.ts'
import { listProblems, readCustody } from '../../../src/workflow/list-evidence.ts'
import { newCase, scratchFolder } from '../../builders/case.ts'
import { buildLog } from '../../builders/evtx.ts'
import { haveSamples, sample } from '../../samples.ts'
import { haveTool } from '../bundle/tools.ts'

const log = buildLog([
  { eventId: 4634, time: 132_000_000_000_000_000n, recordId: 1n, data: { TargetLogonId: '0x1' } },
])
const hashOf = (algorithm: string) => createHash(algorithm).update(log).digest('hex')
function put(folder: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), bytes)
  }
  return folder
}
async function taken(folder: string) {
  const open = await newCase()
  const result = await importEvidence(open, [folder])
  return { open, result }
}

describe('where a file lay on the host', () => {
  it.each([
    [
      'x.zip!uploads/auto/C%3A/Windows/System32/winevt/Logs/Security.evtx',
      'C:\\Windows\\System32\\winevt\\Logs\\Security.evtx',
    ],
    ['x.zip!uploads/ntfs/%5C%5C.%5CC%3A/Windows/System32/Tasks/a%20b', 'C:\\Windows\\System32\\Tasks\\a b'],
    ['/t/kape/C/Windows/System32/Tasks/x', 'C:\\Windows\\System32\\Tasks\\x'],
    ['/mnt/image/Windows/System32/config/SOFTWARE', 'C:\\Windows\\System32\\config\\SOFTWARE'],
    ['D:\\img\\C\\Users\\a\\x', 'C:\\Users\\a\\x'],
    ['/loose/Security.evtx', undefined],
  ])('%s', (origin, path) => expect(originalPath(origin)).toBe(path))
})

describe('what a collector wrote down', () => {
  const place = 'C/Windows/System32/winevt/logs/Security.evtx'
  const source = 'C:\\Windows\\System32\\winevt\\logs\\Security.evtx'
  const copyLog = (sha1: string) =>
    `CopiedTimestamp,SourceFile,DestinationFile,FileSize,SourceFileSha1,DeferredCopy\n2026-01-01,"${source}","D:\\out\\${place}",${log.length},${sha1.toUpperCase()},False\n`
  const uploads = (sha256: string) =>
    `${JSON.stringify({ CopiedOnTimestamp: 1, SourceFile: `\\\\.\\${source}`, FileSize: log.length, SourceFileSha256: sha256 })}\n`

  it.each([
    ['KAPE', copyLog(hashOf('sha1'))],
    ['Velociraptor', uploads(hashOf('sha256'))],
  ])('is kept as evidence and held against the files: %s', async (_, text) => {
    const { open, result } = await taken(put(scratchFolder(), { [place]: log, 'copy.log': text }))
    expect(result.problems).toEqual([])
    expect(result.evidence.map((row) => row.kind).sort()).toEqual(['collector-log', 'evtx'])
    expect(readCustody(open).lines.map((line) => line.note)).toContainEqual(
      '1 items have the hash their collector wrote down',
    )
  })
  it('and a file that has another hash is a problem, told once', async () => {
    const folder = put(scratchFolder(), { [place]: log, 'copy.log': copyLog('0'.repeat(40)) })
    const { open, result } = await taken(folder)
    expect(result.problems).toEqual([
      expect.objectContaining({ code: 'collector.hash.differs', severity: 'error' }),
    ])
    await importEvidence(open, [folder])
    expect(listProblems(open).filter((one) => one.code === 'collector.hash.differs')).toHaveLength(1)
  })
  it('is known by its content only', () => {
    expect(detectCollectorLog(Buffer.from('a,b\n1,2\n'))).toBeUndefined()
    expect(detectCollectorLog(Buffer.from('{"vfs_path":"x","_Components":[]}\n'))?.kind).toBe('uploads')
  })
})

describe.skipIf(!haveTool('7z'))('an archive with a password', () => {
  it('inside an archive gives its files when the password is given, and says so when it is not', async () => {
    const dir = put(scratchFolder(), { 'uploads/auto/C%3A/Windows/System32/winevt/Logs/Security.evtx': log })
    const run = (...args: string[]) => execFileSync('7z', args, { cwd: dir, stdio: 'ignore' })
    run('a', '-tzip', '-psecret', '-mem=AES256', 'data.zip', 'uploads')
    run('a', '-tzip', 'Collection.zip', 'data.zip')
    const attempt = async (archivePassword?: string) => {
      const open = await newCase()
      const result = await importEvidence(open, [join(dir, 'Collection.zip')], { archivePassword })
      return { records: result.records, codes: result.problems.map((one) => one.code) }
    }
    expect(await attempt('secret')).toEqual({ records: 1, codes: [] })
    expect((await attempt()).codes).toContain('source.archive.entry-encrypted')
    expect((await attempt('wrong')).codes).toContain('source.archive.entry-password')
  })
})

describe.skipIf(!haveSamples)("Velociraptor's own collection", () => {
  it('is taken with its logs; the cut hive of a user is left out with a word', async () => {
    const { result } = await taken(
      sample('triage-zip/Velocidex+velociraptor/Collection-WIN-E5K9RC5GU23-2021-11-21T18_05_56-08_00.zip'),
    )
    expect(result.evidence.map((row) => row.name)).toEqual(
      expect.arrayContaining(['uploads.json', 'log.json', 'collection_context.json']),
    )
    expect(new Set(result.evidence.map((row) => row.kind))).toEqual(new Set(['collector-log']))
    expect(result.problems.find((one) => one.where.endsWith('ntuser.dat'))?.what).toContain('registry')
  })
})
