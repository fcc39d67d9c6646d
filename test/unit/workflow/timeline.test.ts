// The timeline of a case: total order, filters over every value, exact numbers, facets and density.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Refusal } from '../../../src/base/refusal.ts'
import { importEvidence } from '../../../src/workflow/import-evidence.ts'
import type { OpenCase } from '../../../src/workflow/open-case.ts'
import { recordDetails } from '../../../src/workflow/read-record.ts'
import {
  type TimelineFilter,
  timelineDensity,
  timelineFacets,
  timelineFind,
  timelineSlice,
} from '../../../src/workflow/read-timeline.ts'
import { newCase, scratchFolder } from '../../builders/case.ts'
import { type BuiltRecord, buildLog } from '../../builders/evtx.ts'

const at = (second: number) => `2026-03-01T10:00:${second.toString().padStart(2, '0')}.0000000Z`
const hostA: BuiltRecord[] = [
  {
    eventId: 4624,
    time: at(5),
    recordId: 101n,
    data: {
      TargetUserName: 'Ann',
      TargetDomainName: 'CORP',
      TargetLogonId: '0x5a41',
      LogonType: 3,
      IpAddress: '10.1.2.3',
      IpPort: '50000',
    },
  },
  {
    eventId: 5145,
    time: at(6),
    recordId: 102n,
    data: {
      SubjectUserName: 'Ann',
      SubjectDomainName: 'CORP',
      SubjectLogonId: '0x5a41',
      IpAddress: '::ffff:10.1.2.3',
      ShareName: '\\\\*\\IPC$',
      RelativeTargetName: 'atsvc',
      AccessMask: '0x3',
    },
  },
  {
    eventId: 4688,
    time: at(6),
    recordId: 9_007_199_254_740_993n,
    data: {
      SubjectUserName: 'FS01$',
      SubjectDomainName: 'CORP',
      NewProcessName: 'C:\\Windows\\System32\\cmd.exe',
      CommandLine: 'cmd /c echo 100%_[a]',
    },
  },
]
const hostB: BuiltRecord[] = [
  {
    eventId: 4634,
    time: at(1),
    recordId: 7n,
    computer: 'app01.corp.example',
    data: { TargetUserName: 'Bob', TargetDomainName: 'CORP', TargetLogonId: '0x77' },
  },
  {
    eventId: 4634,
    time: at(9),
    recordId: 8n,
    computer: 'app01.corp.example',
    data: { TargetUserName: 'ANN', TargetDomainName: 'OTHER', TargetLogonId: '0x5A41' },
  },
]

describe('the timeline', () => {
  let open: OpenCase
  beforeAll(async () => {
    const folder = scratchFolder()
    writeFileSync(join(folder, 'a.evtx'), buildLog(hostA))
    writeFileSync(join(folder, 'b.evtx'), buildLog(hostB))
    open = await newCase()
    await importEvidence(open, [folder])
  })
  afterAll(() => open.close())

  const ids = (filter: Partial<TimelineFilter>) =>
    timelineSlice(open, { terms: [], ...filter }, 0, 100).rows.map((row) => row.citation.recordId)
  const term = (key: TimelineFilter['terms'][number]['key'], values: string[], not = false) =>
    ids({ terms: [{ key, values, not }] })

  it('puts the records of all logs into one order of time, then record number', () => {
    expect(ids({})).toEqual(['7', '101', '102', '9007199254740993', '8'])
  })

  it('gives any slice of the filtered rows with its position and both totals', () => {
    const slice = timelineSlice(open, { terms: [] }, 2, 2)
    expect([slice.total, slice.all]).toEqual([5, 5])
    expect(slice.rows.map((row) => row.index)).toEqual([2, 3])
    expect(timelineSlice(open, { terms: [] }, 10, 5).rows).toEqual([])
  })

  it('filters by account without regard to case, with and without a domain', () => {
    expect(term('account', ['ann'])).toEqual(['101', '102', '8'])
    expect(term('account', ['corp\\Ann'])).toEqual(['101', '102'])
    expect(term('account', ['FS0*'])).toEqual(['9007199254740993'])
    expect(term('account', ['ann'], true)).toEqual(['7', '9007199254740993'])
  })

  it('sees through ::ffff: and knows networks and records without an address', () => {
    expect(term('address', ['10.1.2.3'])).toEqual(['101', '102'])
    expect(term('address', ['10.1.0.0/16'])).toEqual(['101', '102'])
    expect(term('address', ['10.2.0.0/16'])).toEqual([])
    expect(term('address', ['none'])).toEqual(['7', '9007199254740993', '8'])
  })

  it('takes logon ids in any spelling and record numbers beyond exact doubles', () => {
    expect(term('logon', ['0x0000000000005A41'])).toEqual(['101', '102', '8'])
    expect(term('record', ['9007199254740993'])).toEqual(['9007199254740993'])
    expect(term('record', ['9007199254740992'])).toEqual([])
    expect(term('record', ['7..102'])).toEqual(['7', '101', '102', '8'])
  })

  it('filters by event, host, share, process, evidence and text; terms narrow, values widen', () => {
    expect(term('event', ['4624', '5145'])).toEqual(['101', '102'])
    expect(term('event', ['4630..4640'])).toEqual(['7', '8'])
    expect(term('host', ['app01'])).toEqual(['7', '8'])
    expect(term('host', ['*.corp.example'])).toHaveLength(5)
    expect(term('share', ['atsvc'])).toEqual(['102'])
    expect(term('process', ['cmd.exe'])).toEqual(['9007199254740993'])
    expect(term('evidence', ['b.evtx'])).toEqual(['7', '8'])
    expect(
      ids({
        terms: [
          { key: 'account', values: ['ann'], not: false },
          { key: 'event', values: ['4634'], not: false },
        ],
      }),
    ).toEqual(['8'])
  })

  it('takes signs of other languages in a text as what they are', () => {
    expect(term('text', ['100%_[a]'])).toEqual(['9007199254740993'])
    expect(term('text', ["' OR 1=1 --"])).toEqual([])
    expect(term('text', ['echo*[a]'])).toEqual(['9007199254740993'])
    expect(term('text', [`${'*a'.repeat(500)}`])).toEqual([])
  })

  it('cuts by time, both ends included, and refuses a time it cannot read', () => {
    expect(ids({ from: at(5), to: at(6) })).toEqual(['101', '102', '9007199254740993'])
    expect(() => ids({ from: 'yesterday' })).toThrow(Refusal)
    expect(() => term('is', ['magic'])).toThrow(Refusal)
  })

  it('finds a record in the filtered order, or says that the filter hides it', () => {
    const row = timelineSlice(open, { terms: [] }, 2, 1).rows[0]
    if (!row) throw new Error('no row')
    expect(timelineFind(open, { terms: [] }, row.citation)).toBe(2)
    expect(
      timelineFind(open, { terms: [{ key: 'event', values: ['5145'], not: false }] }, row.citation),
    ).toBe(0)
    expect(
      timelineFind(open, { terms: [{ key: 'event', values: ['4624'], not: false }] }, row.citation),
    ).toBeNull()
  })

  it('counts values and time among the rows that are left', () => {
    const facets = timelineFacets(open, { terms: [{ key: 'host', values: ['app01'], not: false }] })
    expect(
      facets.find((facet) => facet.key === 'account')?.values.map(({ value, count }) => [value, count]),
    ).toEqual([
      ['CORP\\Bob', 1],
      ['OTHER\\ANN', 1],
    ])
    const density = timelineDensity(open, { terms: [{ key: 'event', values: ['4634'], not: false }] }, 8)
    expect([density.from, density.to]).toEqual([at(1), at(9)])
    expect(density.all.reduce((a, b) => a + b, 0)).toBe(5)
    expect(density.shown).toEqual([1, 0, 0, 0, 0, 0, 0, 1])
    expect(density.coverage.map(({ host, channel, records }) => [host, channel, records]).sort()).toEqual([
      ['app01.corp.example', 'Security', 2],
      ['fs01.corp.example', 'Security', 3],
    ])
  })

  it('opens a record down to its bytes', () => {
    const row = timelineSlice(open, { terms: [{ key: 'event', values: ['5145'], not: false }] }, 0, 1).rows[0]
    if (!row) throw new Error('no row')
    const details = recordDetails(open, row.citation)
    expect(details.data.find((field) => field.name === 'RelativeTargetName')?.value).toBe('atsvc')
    expect(details.data.find((field) => field.name === 'AccessMask')?.meaning).toContain('WriteData')
    expect(details.xml).toContain('<Data Name="RelativeTargetName">atsvc</Data>')
    const bytes = Buffer.from(details.bytes, 'base64')
    expect(bytes.length).toBe(details.length)
    expect(bytes.readUInt32LE(0)).toBe(0x2a2a)
    expect(bytes.readUInt32LE(4)).toBe(details.length)
    expect(() => recordDetails(open, { ...row.citation, offset: row.citation.offset + 8 })).toThrow(Refusal)
  })
})
