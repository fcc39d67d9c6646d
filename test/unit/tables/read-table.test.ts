import { readFileSync } from 'node:fs'
import { stringify } from 'csv-stringify/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memorySource } from '../../../src/evtx/byte-source.ts'
import { FieldCoverage } from '../../../src/tables/missing-fields.ts'
import { detectTable, readTable } from '../../../src/tables/read-table.ts'
import { csvCells, csvForm, csvRows, decodeRow } from '../../../src/tables/split-csv.ts'
import { isoTime } from '../../../src/tables/times.ts'
import { haveSamples, sample } from '../../samples.ts'

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text))
const read = (bytes: Uint8Array) => {
  const table = readTable(memorySource(bytes))
  const items = [...(table?.items() ?? [])]
  return {
    table,
    records: items.flatMap((item) => (item.ok ? [item] : [])),
    bad: items.flatMap((item) => (item.ok ? [] : [item])),
  }
}
const rowsOf = (bytes: Uint8Array) => {
  const form = csvForm(bytes)
  return [...csvRows(memorySource(bytes), form)].map((piece) =>
    piece.ok ? csvCells(decodeRow(piece.bytes, form.width), form.separator) : piece.what,
  )
}

describe('rows of CSV', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ';', ' ', 'ü', '\u202e', '=') })
  const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 })
  it('come back as they were written, whatever stands in the cells', () => {
    fc.assert(
      fc.property(table, fc.boolean(), (rows, isWide) => {
        const text = `a,b,c,d,e,f,g,h\n${stringify(rows, { quoted: true })}`
        const bytes = isWide ? Buffer.from(`\ufeff${text}`, 'utf16le') : Buffer.from(text)
        expect(rowsOf(new Uint8Array(bytes)).slice(1)).toEqual(rows)
      }),
    )
  })
  it('say where each starts', () => {
    const text = 'a,b\r\n1,"x\r\ny"\r\n\r\n2,z'
    const pieces = [...csvRows(memorySource(bytesOf(text)), csvForm(bytesOf(text)))]
    expect(pieces.map((piece) => piece.offset)).toEqual([0, 5, 17])
  })
  it('survive a quote that never closes: it costs its row', () => {
    const rows = rowsOf(bytesOf('a,b\n1,"open\n2,z\n3,y\n'))
    expect(rows[1]).toContain('never closes')
    expect(rows.slice(2)).toEqual([
      ['2', 'z'],
      ['3', 'y'],
    ])
  })
})

describe('times of exports', () => {
  it('are read where day and month are beyond doubt', () => {
    expect(isoTime('6/10/2021, 9:21:26.357 PM')).toBe('2021-06-10T21:21:26.3570000Z')
    expect(isoTime('12/1/2021, 12:00:00 AM')).toBe('2021-12-01T00:00:00.0000000Z')
    expect(isoTime('2019-01-15 05:15:04.503')).toBe('2019-01-15T05:15:04.5030000Z')
    expect(isoTime('2021-06-10T21:21:20.6360299Z')).toBe('2021-06-10T21:21:20.6360299Z')
    expect(isoTime('2021-06-10T23:21:20+0200')).toBe('2021-06-10T21:21:20.0000000Z')
    for (const text of ['10.06.2021 21:21', '31/12/2021, 9:21:26 PM', '2/30/2021, 9:21:26 PM', '', 'never'])
      expect(isoTime(text)).toBeUndefined()
  })
})

const sentinelHead = 'TimeGenerated [UTC],Computer,EventID,Channel,EventSourceName,EventData,TargetUserName\n'
const row = (time: string, eventData = '') =>
  `"${time}",fs01,4698,Security,Microsoft-Windows-Security-Auditing,"${eventData.replaceAll('"', '""')}",\n`

describe('a Sentinel export', () => {
  it('gives fields of EventData their names', () => {
    const xml = '<EventData><Data Name="TaskName">\\x</Data><Data>free</Data></EventData>'
    const { records } = read(bytesOf(sentinelHead + row('6/10/2021, 9:21:26.357 PM', xml)))
    expect(records[0]?.record).toMatchObject({ names: ['TaskName', '#0'], values: ['\\x', 'free'] })
  })
  it('refuses a time whose zone nobody knows, row by row', () => {
    const local = sentinelHead.replace('[UTC]', '[Local Time]')
    const { bad, records } = read(bytesOf(local + row('6/10/2021, 9:21:26.357 PM')))
    expect(records).toEqual([])
    expect(bad[0]?.what).toContain('portal set to UTC')
  })
  it('tells a row that is cut or too long from one that is whole', () => {
    const { bad, records } = read(
      bytesOf(`${sentinelHead + row('6/10/2021, 9:21:26 PM')}x,y\n1,2,3,4,5,6,7,8\n`),
    )
    expect(records).toHaveLength(1)
    expect(bad.map((item) => item.what)).toEqual([
      expect.stringContaining('fewer cells'),
      expect.stringContaining('8 cells for 7 columns'),
    ])
  })
})

const event = {
  EventID: 4624,
  Hostname: 'h',
  Channel: 'Security',
  '@timestamp': '2020-12-19T06:59:28.410Z',
  IpPort: '1',
}

describe('events as JSON', () => {
  it('are found as lines, one after the other, in a list and in an envelope', () => {
    const forms = [
      `${JSON.stringify(event)}\n${JSON.stringify(event)}\n`,
      JSON.stringify(event, null, 2).repeat(2),
      JSON.stringify([event, event]),
      JSON.stringify({ value: [event, event] }),
    ]
    for (const form of forms) {
      const { records, bad, table } = read(bytesOf(form))
      expect(table?.schema.id).toBe('event-json')
      expect(bad).toEqual([])
      expect(records.map(({ record }) => record.values)).toEqual([['1'], ['1']])
      const bytes = Buffer.from(form)
      for (const { offset } of records) expect(bytes[offset]).toBe(0x7b)
    }
  })
  it('keep numbers beyond 2^53 exact', () => {
    const text = JSON.stringify(event).replace('"IpPort":"1"', '"Key":18446744073709551615')
    expect(read(bytesOf(text)).records[0]?.record.values).toEqual(['18446744073709551615'])
  })
  it('lose only what is broken: a cut end, a text without end, garbage between', () => {
    const line = JSON.stringify(event)
    const broken = `${line}\n{"EventID":1,"x":"open\n${line}\n{"EventID":]}\n${line}\n{"EventID"`
    const { records, bad } = read(bytesOf(broken))
    expect(records.length).toBeGreaterThanOrEqual(2)
    expect(bad.length).toBeGreaterThanOrEqual(2)
    expect(bad.at(-1)?.what).toContain('cut')
  })
  it('stop at nesting no event has, and never throw on noise', () => {
    expect(read(bytesOf(JSON.stringify(event) + '['.repeat(5000))).bad[0]?.what).toContain('nests deeper')
    const noise = fc.uint8Array({ maxLength: 300 })
    fc.assert(
      fc.property(noise, (bytes) => {
        read(new Uint8Array([...bytesOf(JSON.stringify(event)), ...bytes]))
        read(bytes)
      }),
    )
  })
})

describe('an EvtxECmd export', () => {
  it('gives the payload by name', () => {
    const payload = JSON.stringify({ EventData: { Data: [{ '@Name': 'TaskName', '#text': '\\x' }, 'free'] } })
    const text = stringify([
      [
        'RecordNumber',
        'EventRecordId',
        'TimeCreated',
        'EventId',
        'Level',
        'Provider',
        'Channel',
        'Computer',
        'Payload',
      ],
      [
        '1',
        '77',
        '2021-06-10 21:21:20.6360299',
        '4698',
        'LogAlways',
        'Microsoft-Windows-Security-Auditing',
        'Security',
        'h',
        payload,
      ],
    ])
    const { records, table } = read(bytesOf(text))
    expect(table?.schema.id).toBe('evtxecmd')
    expect(records[0]?.record).toMatchObject({
      system: { EventRecordID: '77', TimeCreated: '2021-06-10T21:21:20.6360299Z' },
      names: ['TaskName', '#1'],
      values: ['\\x', 'free'],
    })
  })
})

describe('what a table does not hold', () => {
  it('is told by event', () => {
    const coverage = new FieldCoverage()
    coverage.note({
      system: { EventID: '4698' },
      names: ['SubjectLogonId', 'SubjectUserSid'],
      values: ['', ''],
    })
    expect(coverage.missing()).toEqual([{ eventId: 4698, rows: 1, fields: ['TaskName', 'TaskContent'] }])
  })
})

describe.skipIf(!haveSamples)('the tables among the samples', () => {
  it.each([
    ['csv/microsoft+msticpy/host_logons.csv', 'sentinel', 14],
    ['csv/microsoft+msticpy/process_tree.csv', 'sentinel', 117],
    ['csv/microsoft+msticpy/processes_on_host.csv', 'sentinel', 363],
    ['csv-derived/from-evtx/c2_atexec_portal.csv', 'sentinel', 12],
    ['json-events/OTRF+Security-Datasets/WindowsEvents.json', 'sentinel', 38],
    ['json-events/OTRF+Security-Datasets/schtask_create_2020-12-1907003032.json', 'event-json', 1041],
  ])('%s is read whole', (path, id, count) => {
    const { table, records, bad } = read(new Uint8Array(readFileSync(sample(path))))
    expect(table?.schema.id).toBe(id)
    expect(bad).toEqual([])
    expect(records).toHaveLength(count)
    for (const { record } of records) {
      expect(record.system.TimeCreated).toBeDefined()
      expect(record.system.Provider).toBeDefined()
      expect(record.names.length).toBe(new Set(record.names).size)
    }
  })
  it('a process list of another tool is none', () => {
    const head = readFileSync(sample('csv/microsoft+msticpy/winproctree-minimal.csv'))
    expect(detectTable(new Uint8Array(head))).toBeUndefined()
  })
})
