// Recovered records in a case: never there unasked, marked and counted apart when asked for, and never offered twice.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Citation } from '../../../src/domain/locator.ts'
import { ChunkView } from '../../../src/evtx/chunk-view.ts'
import { type StaleReason, staleReasons } from '../../../src/evtx/recovered.ts'
import { dumpLogs } from '../../../src/workflow/dump-log.ts'
import { chainsDocument, findCaseChains } from '../../../src/workflow/find-chains.ts'
import { importEvidence } from '../../../src/workflow/import-evidence.ts'
import { LogTally } from '../../../src/workflow/ingest/log-tally.ts'
import { nodePlatform } from '../../../src/workflow/ingest/node-platform.ts'
import { Packer } from '../../../src/workflow/ingest/packer.ts'
import { inspectLog } from '../../../src/workflow/inspect-log.ts'
import { logSummaryOf } from '../../../src/workflow/list-evidence.ts'
import type { OpenCase } from '../../../src/workflow/open-case.ts'
import { recordDetails } from '../../../src/workflow/read-record.ts'
import {
  type TimelineFilter,
  timelineDensity,
  timelineFacets,
  timelineFind,
  timelineRows,
  timelineSlice,
} from '../../../src/workflow/read-timeline.ts'
import { countRecovered, recoveredOf } from '../../../src/workflow/recovered-records.ts'
import { staleLeftOut } from '../../../src/workflow/stale-words.ts'
import { caseOf, newCase, scratchFolder } from '../../builders/case.ts'
import { type BuiltRecord, buildLog } from '../../builders/evtx.ts'
import { haveSamples, manifest, sample } from '../../samples.ts'

const at = (second: number) => `2026-03-01T10:00:${second.toString().padStart(2, '0')}.0000000Z`
const logon = (
  second: number,
  recordId: bigint,
  user: string,
  more: Partial<BuiltRecord> = {},
): BuiltRecord => ({
  eventId: 4634,
  time: at(second),
  recordId,
  data: { TargetUserName: user, TargetDomainName: 'CORP', TargetLogonId: '0x77' },
  ...more,
})

async function caseOfLogs(...logs: (readonly BuiltRecord[])[]): Promise<OpenCase> {
  const folder = scratchFolder()
  const paths = logs.map((records, i) => {
    const path = join(folder, `log-${i}.evtx`)
    writeFileSync(path, buildLog(records))
    return path
  })
  return await caseOf(...paths)
}

const asked: TimelineFilter = { terms: [], recovered: true }
const unasked: TimelineFilter = { terms: [] }
const usersOf = (open: OpenCase, filter: TimelineFilter) =>
  timelineSlice(open, filter, 0, 500).rows.map((row) => [row.account, row.marks.includes('recovered')])

describe('recovered records of a case', () => {
  let open: OpenCase
  beforeAll(async () => {
    open = await caseOfLogs([
      logon(1, 11n, 'Ann'),
      logon(5, 15n, 'Eve'),
      logon(3, 13n, 'Old', { leftover: true }),
      logon(5, 15n, 'Eve', { leftover: true }),
      logon(9, 19n, 'Last', { leftover: true }),
    ])
  })

  it('are counted at import and stay out of timeline, facets, density and exports', () => {
    const log = open.casefile.evidence().map(logSummaryOf)[0]
    expect(log?.recoverable).toBe(3)
    expect(log?.unrecoverable).toBe(0)
    expect(log?.records).toBe(2)
    expect(usersOf(open, unasked)).toEqual([
      ['CORP\\Ann', false],
      ['CORP\\Eve', false],
    ])
    expect(timelineSlice(open, unasked, 0, 10).recovered).toBeUndefined()
    expect([...timelineRows(open)]).toHaveLength(2)
    expect(timelineDensity(open, unasked, 4).all.reduce((a, b) => a + b)).toBe(2)
    expect(JSON.stringify(timelineFacets(open, unasked))).not.toContain('Old')
  })

  it('stand in the total order, marked and counted apart, when asked for', () => {
    expect(usersOf(open, asked)).toEqual([
      ['CORP\\Ann', false],
      ['CORP\\Old', true],
      ['CORP\\Eve', false],
      ['CORP\\Last', true],
    ])
    const slice = timelineSlice(open, asked, 0, 10)
    expect(slice).toMatchObject({ total: 4, all: 2, recovered: { shown: 2, all: 2, notes: [] } })
    expect(slice.rows[1]?.citation.recovered).toBe(true)
    expect(slice.rows[0]?.citation.recovered).toBeUndefined()
    expect(timelineDensity(open, asked, 4).shown.reduce((a, b) => a + b)).toBe(4)
  })

  it('are found by is:recovered alone, and by every other filter together with it', () => {
    const only: TimelineFilter = { terms: [{ key: 'is', values: ['recovered'], not: false }] }
    expect(usersOf(open, only)).toEqual([
      ['CORP\\Old', true],
      ['CORP\\Last', true],
    ])
    const account = { key: 'account', values: ['old'], not: false } as const
    expect(usersOf(open, { terms: [account] })).toEqual([])
    expect(usersOf(open, { terms: [account], recovered: true })).toEqual([['CORP\\Old', true]])
    const not: TimelineFilter = { terms: [{ key: 'is', values: ['recovered'], not: true }] }
    expect(usersOf(open, not)).toHaveLength(2)
    expect(usersOf(open, { ...not, recovered: true })).toHaveLength(2)
  })

  it('are not offered when they are live in the case, from whichever log', async () => {
    const both = await caseOfLogs(
      [
        logon(1, 11n, 'Ann'),
        logon(3, 13n, 'Old', { leftover: true }),
        logon(4, 14n, 'New', { leftover: true }),
      ],
      [logon(3, 13n, 'Old'), logon(4, 14n, 'New', { leftover: true })],
    )
    expect(usersOf(both, asked)).toEqual([
      ['CORP\\Ann', false],
      ['CORP\\Old', false],
      ['CORP\\New', true],
    ])
  })

  it('of another computer or number are other records', async () => {
    const other = await caseOfLogs([
      logon(3, 13n, 'Old'),
      logon(3, 13n, 'Elsewhere', { leftover: true, computer: 'other.corp.example' }),
      logon(3, 14n, 'Next', { leftover: true }),
    ])
    expect(usersOf(other, asked).map(([user]) => user)).toEqual([
      'CORP\\Old',
      'CORP\\Elsewhere',
      'CORP\\Next',
    ])
  })

  it('have details with XML and bytes, and say what they are', () => {
    const row = timelineSlice(open, asked, 1, 1).rows[0]
    const details = recordDetails(open, row?.citation as Citation)
    expect(details.recovered).toBe(true)
    expect(details.citation.recordId).toBe('13')
    expect(details.xml).toContain('<Data Name="TargetUserName">Old</Data>')
    expect(Buffer.from(details.bytes, 'base64').readUInt32LE(0)).toBe(0x2a2a)
    expect(timelineFind(open, asked, row?.citation as Citation)).toBe(1)
    expect(timelineFind(open, unasked, row?.citation as Citation)).toBeNull()
    const live = timelineSlice(open, asked, 0, 1).rows[0]
    expect(recordDetails(open, live?.citation as Citation).recovered).toBeUndefined()
  })

  it('are cut at a bound, and a problem says so', async () => {
    const many = await caseOfLogs([
      logon(1, 11n, 'Ann'),
      ...[2, 3, 4, 5].map((n) => logon(n, BigInt(20 + n), `Old${n}`, { leftover: true })),
    ])
    const cut = recoveredOf(many, 3)
    expect(cut.records).toBe(3)
    expect(cut.problems.map((problem) => problem.code)).toEqual(['recovered.records.cut'])
    expect(timelineSlice(many, asked, 0, 10).recovered).toMatchObject({ all: 3, notes: [expect.any(String)] })
  })

  it('are read anew after an import', async () => {
    const growing = await newCase()
    const folder = scratchFolder()
    const write = (name: string, records: readonly BuiltRecord[]) => {
      writeFileSync(join(folder, name), buildLog(records))
      return join(folder, name)
    }
    await importEvidence(growing, [
      write('a.evtx', [logon(1, 1n, 'Ann'), logon(3, 3n, 'Old', { leftover: true })]),
    ])
    expect((await countRecovered(growing)).records).toBe(1)
    await importEvidence(growing, [write('b.evtx', [logon(3, 3n, 'Old')])])
    expect((await countRecovered(growing)).records).toBe(0)
    expect(usersOf(growing, asked).map(([, recovered]) => recovered)).toEqual([false, false])
  })

  it('cannot be read when the stored evidence is gone: the live rows stay and a note says so', async () => {
    const broken = await caseOfLogs([logon(1, 1n, 'Ann'), logon(3, 3n, 'Old', { leftover: true })])
    const id = broken.casefile.evidence()[0]?.sha256
    rmSync(broken.store.pathOf(id as Parameters<typeof broken.store.pathOf>[0]), { force: true })
    const slice = timelineSlice(broken, asked, 0, 10)
    expect(slice.rows).toHaveLength(1)
    expect(slice.recovered?.notes[0]).toContain('cannot be read')
  })
})

describe('chains', () => {
  const anchor: BuiltRecord = {
    eventId: 4698,
    time: at(10),
    recordId: 30n,
    data: {
      SubjectUserSid: 'S-1-5-21-1-2-3-500',
      SubjectUserName: 'Ann',
      SubjectDomainName: 'CORP',
      SubjectLogonId: '0x5a41',
      TaskName: '\\Evil',
      TaskContent: '<Task/>',
    },
  }
  const source: BuiltRecord = {
    eventId: 4624,
    time: at(9),
    recordId: 20n,
    leftover: true,
    data: {
      TargetUserSid: 'S-1-5-21-1-2-3-500',
      TargetUserName: 'Ann',
      TargetDomainName: 'CORP',
      TargetLogonId: '0x5a41',
      LogonType: 3,
      IpAddress: '10.1.2.3',
      IpPort: '50000',
    },
  }

  it('use no recovered record unless asked, and name each one when they do', async () => {
    const open = await caseOfLogs([logon(1, 11n, 'Ann'), anchor, source])
    const before = JSON.stringify(chainsDocument(open))
    expect(findCaseChains(open)[0]?.source.ip).toBeUndefined()
    expect(before).not.toContain('recovered')

    const chain = chainsDocument(open, { recovered: true }).chains[0]
    expect(chain?.source.ip).toBe('10.1.2.3')
    expect(chain?.mechanism).not.toBe('remote-confirmed')
    expect(chain?.mechanismWhy).toContain('1 recovered record')
    expect(chain?.steps.filter((step) => step.recovered).map((step) => step.eventId)).toEqual([4624])
    const links = chain?.links.filter((link) => link.fromAt.recovered || link.toAt.recovered) ?? []
    expect(links.length).toBeGreaterThan(0)
    for (const link of links) {
      expect(link.why).toContain('Record 20 is recovered')
      expect(['exact', 'strong']).not.toContain(link.strength)
    }
    // asking once changes nothing for those who did not ask
    expect(JSON.stringify(chainsDocument(open))).toBe(before)
  })

  it('of a task known by recovered records alone are there only when asked for', async () => {
    const open = await caseOfLogs([logon(1, 11n, 'Ann'), { ...anchor, leftover: true }])
    expect(chainsDocument(open).chains).toEqual([])
    const [chain] = chainsDocument(open, { recovered: true }).chains
    expect(chain?.steps.every((step) => step.recovered)).toBe(true)
    expect(timelineSlice(open, asked, 0, 10).rows.map((row) => row.marks)).toEqual([[], ['recovered']])
  })
})

describe.runIf(haveSamples)('recovered records of real logs', () => {
  // the third has its stale records inside the live part of a chunk, the others behind the free offset
  const named = [
    'discovery_meterpreter_ps_cmd_process_listing_sysmon_10.evtx',
    'Powershell-Invoke-Obfuscation-many.evtx',
    '2-vss_0-Microsoft-Windows-RemoteDesktopServices-RdpCoreTS%4Operational.evtx',
    'ID4662-Sensitve DPAPI attributes accessed.evtx',
    'ID5145-service massive remote creation via named pipe - Tchopper.evtx',
  ]
  it.each(named)('of %s are those of dump --recovered that are not live', async (name) => {
    const file = manifest().files.find((one) => one.path.endsWith(`/${name}`))
    const path = sample(file?.file ?? '')
    const lines: { recovered: boolean; recordId: string; time: string; chunk: number; offset: number }[] = []
    await dumpLogs([path], {
      format: 'jsonl',
      recovered: true,
      write: (text) => {
        for (const line of text.split('\n')) if (line) lines.push(JSON.parse(line))
      },
    })
    const key = (one: { recordId: string; time: string }) => `${one.recordId} ${one.time}`
    const live = new Set(lines.filter((line) => line.recovered === false).map(key))
    const stale = lines.filter((line) => line.recovered)
    const expected = [
      ...new Map(stale.filter((line) => !live.has(key(line))).map((line) => [key(line), line])).keys(),
    ]
    const open = await caseOf(path)
    const rows = timelineSlice(
      open,
      { terms: [{ key: 'is', values: ['recovered'], not: false }] },
      0,
      500,
    ).rows
    expect(stale.length).toBeGreaterThan(0)
    expect(rows.map((row) => key({ recordId: row.citation.recordId, time: row.time })).sort()).toEqual(
      expected.sort(),
    )
    const log = open.casefile.evidence().map(logSummaryOf)[0]
    expect(log?.recoverable).toBe(stale.length)
    // those whose template or names were overwritten are not offered, and are counted
    const inspected = await inspectLog(path)
    expect(inspected).toMatchObject({ recoverable: stale.length, unrecoverable: log?.unrecoverable })
    for (const row of rows) expect(recordDetails(open, row.citation).xml).toContain('<Event')
  })

  it('of all samples that are not offered are told apart by what they lack', () => {
    const by = new Map<StaleReason, number>()
    let recoverable = 0
    for (const { file } of manifest().files) {
      if (!/^evtx\/.*\.evtx$/.test(file)) continue
      const tally = new LogTally()
      const packer = new Packer(nodePlatform, tally)
      const bytes = readFileSync(sample(file))
      for (let at = 4096, i = 0; at < bytes.length; at += 65_536, i++) {
        packer.addChunk(new ChunkView(bytes.subarray(at, at + 65_536), nodePlatform), i)
        if (packer.isFull) packer.endSegment(0, i)
      }
      recoverable += tally.recoverable
      for (const reason of staleReasons) by.set(reason, (by.get(reason) ?? 0) + tally.unrecoverable[reason])
    }
    expect({ recoverable, ...Object.fromEntries(by) }).toEqual({
      recoverable: 1175,
      'no-template': 1023,
      broken: 4276,
      'template-id': 7696,
      // the template id gives these away in every sample
      definition: 0,
      // of elements inside UserData
      name: 33,
      values: 1,
    })
    expect(staleLeftOut([{ unrecoverable: 3, unrecoverableBy: { 'template-id': 2, broken: 1 } }])).toBe(
      '3 more stale records are not offered, because their values might stand under the names of others: 1 are overwritten in part; 2 point to a template that is not theirs any more.',
    )
  }, 300_000)
})
