// Tables of events that other tools exported: read like logs, cited by byte, and never taken for more than they are.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { digestOfCase } from '../../../src/casefile/dump.ts'
import { chainsDocument, coverageOf } from '../../../src/workflow/find-chains.ts'
import { importEvidence } from '../../../src/workflow/import-evidence.ts'
import { openBundle } from '../../../src/workflow/open-bundle.ts'
import { recordDetails } from '../../../src/workflow/read-record.ts'
import { timelineSlice } from '../../../src/workflow/read-timeline.ts'
import { sealCase } from '../../../src/workflow/seal-bundle.ts'
import { newCase, scratchFolder, testOperator } from '../../builders/case.ts'
import { haveSamples, manifest, sample, sampleByHash } from '../../samples.ts'

const head = 'TimeGenerated,Computer,EventID,Channel,EventSourceName,TargetUserName,TargetLogonId\n'
const row = (n: number, computer = 'fs01.corp.example') =>
  `2021-06-10T21:21:${String(n % 60).padStart(2, '0')}.${String(n).padStart(6, '0')}1Z,${computer},4634,Security,Microsoft-Windows-Security-Auditing,user${n % 9},0x${n.toString(16)}\n`
const all = { terms: [] }
async function caseOf(text: string, name = 'export.csv', folder = scratchFolder()) {
  const path = join(folder, name)
  writeFileSync(path, text)
  const open = await newCase()
  const result = await importEvidence(open, [path])
  return { open, result, path }
}

describe('a table of events', () => {
  it('is read like a log; each row is cited by the byte it starts at', async () => {
    // long enough for several stretches of 64 KiB and several blocks
    const text = head + Array.from({ length: 30_000 }, (_, n) => row(n)).join('')
    const { open, result } = await caseOf(text)
    expect(result).toMatchObject({
      records: 30_000,
      evidence: [{ kind: 'event-table', host: 'fs01.corp.example' }],
    })
    const bytes = Buffer.from(text)
    for (const at of [0, 1, 29_999]) {
      const [found] = timelineSlice(open, all, 0, 30_000).rows.filter(
        (one) => one.citation.chunk * 65_536 + one.citation.offset === bytes.indexOf(row(at)),
      )
      expect(found).toBeDefined()
      if (!found) continue
      const details = recordDetails(open, found.citation)
      expect(details.fileOffset).toBe(bytes.indexOf(row(at)))
      expect(Buffer.from(details.bytes, 'base64').toString()).toBe(row(at).trimEnd())
      expect(details.xml).toBe(row(at).trimEnd())
      expect(details.data).toContainEqual({
        name: 'TargetLogonId',
        value: `0x${at.toString(16)}`,
        meaning: null,
      })
      expect(details.system).toContainEqual({ name: 'EventID', value: '4634' })
    }
  })

  it('says what it lacks, and that what is not in it may still have happened', async () => {
    const text = head + row(1).replace('4634', '4698')
    const { open, result } = await caseOf(text)
    expect(result.problems).toEqual([
      expect.objectContaining({ code: 'table.fields.missing', what: expect.stringContaining('TaskContent') }),
    ])
    expect(coverageOf(open)).toEqual([
      expect.objectContaining({ provenance: 'filtered-export', channel: 'Security' }),
    ])
  })

  it('speaks for every host it holds rows of', async () => {
    const { open } = await caseOf(head + row(1, 'a') + row(2, 'b'))
    expect(coverageOf(open).map((one) => one.host)).toEqual(['a', 'b'])
  })

  it('loses only the rows that cannot be read, each with its place', async () => {
    const text = `${head}${row(1)}not,enough\n${row(2)}"2021","never closes\n${row(3)}`
    const { result } = await caseOf(text)
    expect(result.records).toBe(3)
    expect(result.problems.filter((one) => one.code === 'table.row.unreadable')).toHaveLength(2)
    expect(result.problems[0]?.where).toContain(`byte ${Buffer.byteLength(head + row(1))}`)
  })

  it('counts endless bad rows instead of listing them', async () => {
    const { result } = await caseOf(head + 'x,y\n'.repeat(2000))
    expect(result.records).toBe(0)
    expect(result.problems).toHaveLength(501)
    expect(result.problems.at(-1)?.what).toContain('1500 more rows')
  })

  it('gives the same case again, also after it was sealed and opened', async () => {
    const text = head + Array.from({ length: 300 }, (_, n) => row(n)).join('')
    const one = await caseOf(text)
    const two = await caseOf(text, 'export.csv', dirname(one.path))
    expect(digestOfCase(one.open.casefile)).toBe(digestOfCase(two.open.casefile))
    const outDir = scratchFolder()
    const sealed = await sealCase(one.open, { outDir, sign: false, caseNumber: 'X', purpose: 'x', to: 'y' })
    const opened = await openBundle(sealed.path, { operator: testOperator, dir: join(outDir, 'opened') })
    expect(timelineSlice(opened, all, 0, 10).rows).toEqual(timelineSlice(one.open, all, 0, 10).rows)
    opened.close()
  })
})

describe.skipIf(!haveSamples)('the Sentinel export of sample C2', () => {
  it('gives the chain of the log it was made from: source, decoy, run and deletion', async () => {
    const text = readFileSync(sample('csv-derived/from-evtx/c2_atexec_portal.csv'), 'utf8')
    const { open } = await caseOf(text)
    const { chains } = chainsDocument(open)
    expect(chains).toHaveLength(1)
    expect(chains[0]).toMatchObject({
      host: 'fs01.offsec.lan',
      kind: 'task-created',
      path: 'atsvc-pipe',
      mechanism: 'remote-confirmed',
      source: { ip: '10.23.123.11', port: 56594, basis: 'L3', rejected: [{ ip: '10.23.23.9' }] },
      executed: { answer: 'yes' },
      deleted: { answer: 'yes' },
    })
  })
  it('beside the log itself tells the same chain, with every record once', async () => {
    const c2 = manifest().chains.find((one) => one.id === 'C2')
    const log = sampleByHash(c2?.sha256 ?? '')
    const table = sample('csv-derived/from-evtx/c2_atexec_portal.csv')
    const chainsOf = async (...paths: string[]) => {
      const open = await newCase()
      await importEvidence(open, paths)
      return chainsDocument(open).chains
    }
    const [alone] = await chainsOf(log)
    const [both] = await chainsOf(table, log)
    const withoutGaps = (chain: typeof alone) => ({
      ...chain,
      gaps: [],
      coverage: [],
      steps: chain?.steps.map((step) => ({ ...step, alsoAt: [] })),
    })
    expect(withoutGaps(both)).toEqual(withoutGaps(alone))
    expect(both?.steps.some((step) => (step as { alsoAt?: unknown[] }).alsoAt?.length === 1)).toBe(true)
  })
  it('and the JSON of a task made over TCP gives its source', async () => {
    const path = 'json-events/OTRF+Security-Datasets/schtask_create_2020-12-1907003032.json'
    const { open } = await caseOf(readFileSync(sample(path), 'utf8'), 'events.json')
    expect(chainsDocument(open).chains[0]).toMatchObject({
      mechanism: 'remote-confirmed',
      path: 'rpc-tcp',
      source: { ip: '172.18.39.5' },
    })
  })
})
