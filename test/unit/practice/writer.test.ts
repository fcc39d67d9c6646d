import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { fileTime, formatUtc } from '../../../src/domain/time.ts'
import { memorySource } from '../../../src/evtx/byte-source.ts'
import type { EvtxProblem } from '../../../src/evtx/problem.ts'
import { readRecords } from '../../../src/evtx/read-log.ts'
import type { EvtxRecord } from '../../../src/evtx/record.ts'
import type { LogOptions } from '../../../src/practice/evtx/log-writer.ts'
import type { EventSchema } from '../../../src/practice/evtx/schema.ts'
import type { FieldType, FieldValue } from '../../../src/practice/evtx/value.ts'
import { allSchemas, schemaOf } from '../../../src/practice/schemas/index.ts'
import { type BuiltRecord, buildLog } from '../../builders/evtx.ts'
import { countLog, exportLog, fieldsOf, haveLibevtx } from './libevtx.ts'

const folder = mkdtempSync(join(tmpdir(), 'tasktrail-writer-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const start = 133_000_000_000_000_000n
const channels = [...new Set(allSchemas.map((schema) => schema.channel))]

/** A value of the type and how the reader has to show it. */
const written: Readonly<Record<FieldType, readonly [FieldValue, string]>> = {
  string: ['Ünï <&> "q" жук', 'Ünï <&> "q" жук'],
  strings: [['10.00.', '', 'free'], ''],
  u8: [255, '255'],
  u16: [65_535, '65535'],
  u32: [4_294_967_295, '4294967295'],
  u64: [18_446_744_073_709_551_615n, '18446744073709551615'],
  i32: [-60, '-60'],
  i64: [-9_007_199_254_740_993n, '-9007199254740993'],
  boolean: [true, 'true'],
  binary: [new Uint8Array([1, 0xab, 255]), '01ABFF'],
  guid: ['{FFBEDBA1-9858-4250-BEB7-F545AE86A0F5}', '{FFBEDBA1-9858-4250-BEB7-F545AE86A0F5}'],
  size: [5n, '0x5'],
  pointer: [0x3d0, '0x3d0'],
  filetime: [start + 1n, formatUtc(fileTime(start + 1n))],
  sid: ['S-1-5-21-4230534742-2542757381-3142984815-1111', 'S-1-5-21-4230534742-2542757381-3142984815-1111'],
  hex32: [0x10080, '0x10080'],
  hex64: ['0x8020000000000000', '0x8020000000000000'],
}
const everyType: EventSchema = {
  ...schemaOf('Security', 4608),
  eventId: 9999,
  fields: (Object.keys(written) as FieldType[])
    .filter((type) => type !== 'strings')
    .map((type) => [`f_${type}`, type]),
}
const fill = (schema: EventSchema): Record<string, FieldValue> =>
  schema.shape.kind === 'strings'
    ? { Strings: ['10.00.', '', 'free'], Binary: new Uint8Array([1, 0xab, 255]) }
    : Object.fromEntries(schema.fields.map(([name, type]) => [name, written[type][0]]))
const expected = (schema: EventSchema): Record<string, string> =>
  schema.shape.kind === 'strings'
    ? { '#0': '10.00.', '#1': '', '#2': 'free', Binary: '01ABFF' }
    : Object.fromEntries(schema.fields.map(([name, type]) => [name, written[type][1]]))

const oneOfEach = (channel: string, times = 2): BuiltRecord[] =>
  allSchemas
    .filter((schema) => schema.channel === channel)
    .flatMap((schema) =>
      Array.from({ length: times }, (_, index) => ({
        schema,
        eventId: schema.eventId,
        time: start + BigInt(schema.eventId * 100 + index),
        data: fill(schema),
        userSid: 'S-1-5-18',
        activityId: '{00112233-4455-6677-8899-AABBCCDDEEFF}',
      })),
    )

interface Reading {
  readonly records: readonly EvtxRecord[]
  readonly problems: readonly EvtxProblem[]
}
function read(bytes: Uint8Array, recovered = false): Reading {
  const records: EvtxRecord[] = []
  const problems: EvtxProblem[] = []
  for (const outcome of readRecords(memorySource(bytes), { recovered })) {
    if (outcome.ok) records.push(outcome.value)
    else problems.push(outcome.problem)
  }
  return { records, problems }
}
const fields = (record: EvtxRecord) =>
  Object.fromEntries(record.names.map((name, index) => [name, record.values[index] as string]))

const logons = (count: number, from = 0): BuiltRecord[] =>
  Array.from({ length: count }, (_, index) => ({
    eventId: 4624,
    time: start + BigInt((from + index) * 10_000_000),
    data: {
      ...fill(schemaOf('Security', 4624)),
      TargetUserSid: 'S-1-5-21-1-2-3-1104',
      TargetUserName: `person${(from + index) % 7}`,
      TargetLogonId: BigInt(0x10000 + from + index),
      LogonType: 3,
      IpAddress: '192.0.2.7',
      IpPort: String(50_000 + index),
      ProcessId: 0,
    },
  }))

describe('a written log', () => {
  test.each(channels)('of %s gives every value of every event back', (channel) => {
    const drafts = oneOfEach(channel)
    const { records, problems } = read(buildLog(drafts))
    expect(problems).toEqual([])
    expect(records.length).toBe(drafts.length)
    records.forEach((record, index) => {
      const schema = drafts[index]?.schema as EventSchema
      expect(fields(record)).toEqual(expected(schema))
      expect(record).toMatchObject({
        eventId: schema.eventId,
        recordId: BigInt(index + 1),
        time: drafts[index]?.time,
        headerTime: drafts[index]?.time,
        recovered: false,
      })
      expect(record.system).toMatchObject({
        Provider: schema.provider.name,
        Channel: schema.channel,
        Version: String(schema.version),
        Level: String(schema.level),
        Task: String(schema.task),
        Opcode: String(schema.opcode),
        Computer: 'fs01.corp.example',
        ProcessID: '644',
        ThreadID: '700',
        UserID: 'S-1-5-18',
        ActivityID: '{00112233-4455-6677-8899-AABBCCDDEEFF}',
      })
    })
  })

  test('keeps every value type exactly', () => {
    const { records, problems } = read(
      buildLog([{ schema: everyType, eventId: 9999, time: start, data: fill(everyType) }]),
    )
    expect(problems).toEqual([])
    expect(fields(records[0] as EvtxRecord)).toEqual(expected(everyType))
  })

  test('keeps text beyond the basic plane, lone surrogates and controls', () => {
    const odd = '\u{1f511} \ud800 \u0001 \u202e'
    const { records } = read(buildLog([{ eventId: 4698, version: 0, time: start, data: { TaskName: odd } }]))
    expect(fields(records[0] as EvtxRecord).TaskName).toBe(odd)
  })

  test('keeps NULL apart from nothing else of the record', () => {
    const nothing = Object.fromEntries(everyType.fields.map(([name]) => [name, null]))
    const { records, problems } = read(
      buildLog([
        { schema: everyType, eventId: 9999, time: start, data: nothing },
        { schema: everyType, eventId: 9999, time: start, data: fill(everyType) },
      ]),
    )
    expect(problems).toEqual([])
    expect(new Set(records[0]?.values)).toEqual(new Set(['']))
    expect(fields(records[1] as EvtxRecord)).toEqual(expected(everyType))
  })

  test.runIf(haveLibevtx).each(channels)(
    'of %s is read by an independent reader with the same values',
    (channel) => {
      const path = join(folder, `${channel.replace('/', '-')}.evtx`)
      const drafts = oneOfEach(channel)
      writeFileSync(path, buildLog(drafts))
      const reading = exportLog(path)
      expect(reading.trouble).toBe('')
      expect(reading.status).toBe(0)
      expect(reading.records.length).toBe(drafts.length)
      expect(countLog(path)).toMatchObject({ records: drafts.length, recovered: 0 })
      reading.records.forEach((xml, index) => {
        const schema = drafts[index]?.schema as EventSchema
        const shown = fieldsOf(xml)
        expect(shown).toMatchObject({ EventID: String(schema.eventId), EventRecordID: String(index + 1) })
        for (const [name, type] of schema.shape.kind === 'strings' ? [] : schema.fields) {
          // libevtx pads hexadecimal values and shows nine decimals: compare what they mean
          if (type === 'hex32' || type === 'hex64' || type === 'pointer') {
            expect(BigInt(shown[name] as string)).toBe(BigInt(written[type][1]))
          } else if (type === 'filetime') {
            expect(shown[name]).toBe(written[type][1].replace('Z', '00Z'))
          } else if (type === 'guid') {
            expect(shown[name]?.toUpperCase()).toBe(written[type][1])
          } else expect(shown[name]).toBe(written[type][1])
        }
      })
    },
  )

  test('goes over many chunks, with right checksums, counters and tables in every one', () => {
    const bytes = buildLog(logons(1200))
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const chunks = (bytes.length - 4096) / 65_536
    expect(chunks).toBeGreaterThan(5)
    expect(view.getUint16(0x2a, true)).toBe(chunks)
    expect(view.getBigUint64(0x18, true)).toBe(1201n)
    expect(view.getUint32(0x7c, true)).toBe(crc32(bytes.subarray(0, 0x78)))
    let next = 1n
    for (let at = 4096; at < bytes.length; at += 65_536) {
      const chunk = bytes.subarray(at, at + 65_536)
      const free = view.getUint32(at + 0x30, true)
      expect(view.getUint32(at + 0x34, true)).toBe(crc32(chunk.subarray(512, free)))
      expect(view.getUint32(at + 0x7c, true)).toBe(
        crc32(chunk.subarray(128, 512), crc32(chunk.subarray(0, 120))),
      )
      expect(view.getBigUint64(at + 0x08, true)).toBe(next)
      const last = view.getUint32(at + 0x2c, true)
      expect(view.getBigUint64(at + last + 8, true)).toBe(view.getBigUint64(at + 0x10, true))
      expect(last + view.getUint32(at + last + 4, true)).toBe(free)
      expect(chunk.subarray(free).every((byte) => byte === 0)).toBe(true)
      next = view.getBigUint64(at + 0x10, true) + 1n
      for (let bucket = 0; bucket < 64; bucket++) {
        for (let name = view.getUint32(at + 0x80 + bucket * 4, true); name !== 0; ) {
          expect(view.getUint16(at + name + 4, true) % 64).toBe(bucket)
          name = view.getUint32(at + name, true)
        }
      }
    }
    expect(next).toBe(1201n)
    const { records, problems } = read(bytes)
    expect(problems).toEqual([])
    expect(records.map((record) => record.recordId)).toEqual(
      Array.from({ length: 1200 }, (_, at) => BigInt(at + 1)),
    )
  })

  test('moves a record that does not fit to the next chunk whole, also one that fills most of a chunk', () => {
    const content = 'x'.repeat(22_000)
    const drafts: BuiltRecord[] = Array.from({ length: 6 }, (_, index) => ({
      eventId: 4698,
      version: 0,
      time: start + BigInt(index),
      data: { TaskName: `\\t${index}`, TaskContent: `${index}${content}` },
    }))
    const { records, problems } = read(buildLog(drafts))
    expect(problems).toEqual([])
    expect(records.map((record) => fields(record).TaskContent)).toEqual(
      drafts.map((draft) => draft.data?.TaskContent),
    )
    expect(records.map((record) => record.chunk)).toEqual([0, 1, 2, 3, 4, 5])
  })

  test('refuses a record that no chunk can hold, and a field the event does not have', () => {
    const huge = { eventId: 4698, version: 0, time: start, data: { TaskContent: 'x'.repeat(30_000) } }
    expect(() => buildLog([huge])).toThrow(/fit one chunk/)
    expect(() => buildLog([{ eventId: 4634, time: start, data: { IpAddress: '192.0.2.1' } }])).toThrow(
      /IpAddress/,
    )
  })

  test('without records is a valid empty log', () => {
    const { records, problems } = read(buildLog([]))
    expect(records).toEqual([])
    expect(problems).toEqual([])
    if (!haveLibevtx) return
    const path = join(folder, 'empty.evtx')
    writeFileSync(path, buildLog([]))
    expect(countLog(path)).toMatchObject({ records: 0, recovered: 0 })
  })
})

describe('the way a log was taken', () => {
  const kept = logons(300).map((record, index) => ({ ...record, recordId: 2_004_840n + BigInt(index) }))

  test('an export renumbers the headers from 1 and keeps the EventRecordIDs', () => {
    const { records } = read(buildLog(kept))
    expect(records.map((record) => record.headerRecordId)).toEqual(kept.map((_, index) => BigInt(index + 1)))
    expect(records.map((record) => record.recordId)).toEqual(kept.map((record) => record.recordId))
  })

  test('a raw copy keeps the numbers in the headers, may be dirty and has allocated empty chunks', () => {
    const bytes = buildLog(kept, { headerIds: 'event-record-id', dirty: 'stale-header', allocate: 16 })
    expect(bytes.length).toBe(4096 + 16 * 65_536)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    expect(view.getUint32(0x78, true)).toBe(1)
    expect(view.getUint16(0x2a, true)).toBe(1)
    const { records } = read(bytes)
    expect(records.length).toBe(300)
    expect(records.every((record) => record.headerRecordId === record.recordId)).toBe(true)
  })

  test('leftovers behind the free offset are no live records, but can be recovered', () => {
    const leftovers = logons(3, 900).map((record) => ({ ...record, leftover: true }))
    const bytes = buildLog([...logons(5), ...leftovers])
    expect(read(bytes).records.length).toBe(5)
    const recovered = read(bytes, true).records.filter((record) => record.recovered)
    expect(recovered.map((record) => fields(record).TargetLogonId)).toEqual(['0x10384', '0x10385', '0x10386'])
    if (!haveLibevtx) return
    const path = join(folder, 'leftovers.evtx')
    writeFileSync(path, bytes)
    expect(exportLog(path)).toMatchObject({ status: 0, trouble: '' })
    expect(countLog(path).records).toBe(5)
  })

  test('a forwarded log has no templates at all and still gives every value back', () => {
    const options: LogOptions = { form: 'inline' }
    for (const channel of channels) {
      const drafts = oneOfEach(channel)
      const bytes = buildLog(drafts, options)
      // the token behind the fragment header is an element, and it carries no dependency id
      expect(bytes[4096 + 512 + 28]).toBe(0x41)
      const { records, problems } = read(bytes)
      expect(problems).toEqual([])
      expect(records.length).toBe(drafts.length)
      records.forEach((record, index) => {
        const schema = drafts[index]?.schema as EventSchema
        expect(record).toMatchObject({
          eventId: schema.eventId,
          recordId: BigInt(index + 1),
          time: drafts[index]?.time,
        })
        const shown = fields(record)
        for (const [name, type] of schema.shape.kind === 'strings' ? [] : schema.fields) {
          expect(shown[name]).toBe(
            type === 'filetime' ? written[type][1].replace('Z', '00Z') : written[type][1],
          )
        }
      })
    }
  })

  test('the same drafts give the same bytes', () => {
    expect(buildLog(logons(400))).toEqual(buildLog(logons(400)))
  })
})
