/** The traps of the format but the ninth, each met in real logs, on small logs written for the purpose. */
import { describe, expect, test } from 'vitest'
import { fileTimeText } from '../../../src/evtx/binxml/value.ts'
import { memorySource } from '../../../src/evtx/byte-source.ts'
import { ChunkView } from '../../../src/evtx/chunk-view.ts'
import { RecordDecoder } from '../../../src/evtx/decode.ts'
import { plainPlatform } from '../../../src/evtx/platform.ts'
import { readRecords } from '../../../src/evtx/read-log.ts'
import { type BuiltRecord, buildLog } from '../../builders/evtx.ts'
import { definition, eventLog, HandChunk, leaf, logOf, sealChunk, string } from './hand-log.ts'
import { both, codesOf, fastPlatform, fieldsOf, read } from './reading.ts'

const start = 133_000_000_000_000_000n
const many = (count: number): BuiltRecord[] =>
  Array.from({ length: count }, (_, index) => ({
    eventId: index % 2 ? 4624 : 4688,
    time: start + BigInt(index) * 12_345_678n,
    data:
      index % 2
        ? { TargetUserName: `user${index}` }
        : { NewProcessName: `C:\\p${'x'.repeat(index % 7)}.exe` },
  }))
const chunkOf = (log: Uint8Array, index: number): Buffer =>
  Buffer.from(log.buffer, log.byteOffset + 4096 + index * 65_536, 65_536)
describe('trap 1: the record header has its own number and time', () => {
  test('id and time of a record come from System, and those of the header are kept beside them', () => {
    const log = buildLog(
      [
        { eventId: 4624, time: start, recordId: 9_007_199_254_740_993n },
        { eventId: 4624, time: start + 1n, recordId: 9_007_199_254_740_995n },
      ],
      { headerIds: 'renumbered', headerTime: (time) => time + 777n },
    )
    const { records, problems } = both(log)
    expect(problems).toEqual([])
    expect(records.map(({ recordId }) => recordId)).toEqual([9_007_199_254_740_993n, 9_007_199_254_740_995n])
    expect(records.map(({ headerRecordId }) => headerRecordId)).toEqual([1n, 2n])
    expect(records.map(({ time }) => time)).toEqual([start, start + 1n])
    expect(records.map(({ headerTime }) => headerTime)).toEqual([start + 777n, start + 778n])
    expect(records.map(({ system }) => system.TimeCreated)).toEqual([
      fileTimeText(start),
      fileTimeText(start + 1n),
    ])
  })
})

describe('trap 2: records without templates', () => {
  test('a record without a template says the same as the same record with one', () => {
    const events = many(40)
    const templates = read(buildLog(events))
    const inline = read(buildLog(events, { form: 'inline' }))
    expect(inline.problems).toEqual([])
    expect(inline.records).toHaveLength(40)
    const told = ({ records }: typeof inline) =>
      records.map((record) => [
        record.recordId,
        record.time,
        record.eventId,
        record.system.Computer,
        fieldsOf(record),
      ])
    const withoutNull = (entry: unknown) =>
      JSON.stringify(entry, (_key, value) => (typeof value === 'bigint' ? String(value) : value))
    expect(told(inline).map(withoutNull)).toEqual(told(templates).map(withoutNull))
  })

  test('a fragment without a template inside a value is read', () => {
    const log = eventLog(
      (chunk) => chunk.element('UserData', () => chunk.value(0, 0x21, true), [], 0xffff),
      (chunk) => [
        {
          type: 0x21,
          write: () => {
            chunk.header()
            chunk.element('CertGetCertificateChain', () => {
              chunk.element('Certificate', () => chunk.text('fs01'))
              chunk.element('ProcessName', () => chunk.text('lsass.exe'))
            })
            chunk.end()
          },
        },
      ],
    )
    const { records, problems } = both(log)
    expect(problems).toEqual([])
    expect(records.map(fieldsOf)).toEqual([{ Certificate: 'fs01', ProcessName: 'lsass.exe' }])
  })
})

test('trap 3: dependency ids are read in definitions and nowhere else, also where both meet in one record', () => {
  const inline = (chunk: HandChunk) => {
    chunk.header()
    chunk.element('EventData', () => {
      chunk.element('Data', () => chunk.text('without'), [['Name', () => chunk.text('Inline')]])
    })
    chunk.end()
  }
  const log = eventLog(
    (chunk) => chunk.value(0, 0x21, true),
    (chunk) => [{ type: 0x21, write: () => inline(chunk) }],
  )
  const { records, problems } = both(log)
  expect(problems).toEqual([])
  expect(records.map(fieldsOf)).toEqual([{ Inline: 'without' }])
  // with a dependency id where none belongs the same fragment means something else: it must not be guessed at
  const chunk = new HandChunk()
  chunk.record(1n, start, () => {
    chunk.header()
    chunk.element('Event', () => chunk.system(1, 1n), [], 0xffff)
    chunk.end()
  })
  const wrong = read(logOf(chunk.finish()))
  expect(wrong.records).toEqual([])
  expect(codesOf(wrong.problems)).toEqual(['evtx.record.unreadable'])
})

describe('trap 4: the chunk count of the header is only a claim', () => {
  const events = many(250)
  test('chunks beyond a count that is too low are read, and the reason is said', () => {
    const { records, problems } = read(buildLog(events, { dirty: 'stale-header' }))
    expect(records).toHaveLength(250)
    expect(problems).toMatchObject([{ code: 'evtx.file.chunk-count', severity: 'info', lost: 0 }])
  })

  test('a count that is too high is a warning that chunks are missing', () => {
    const whole = buildLog(events)
    const all = read(whole).records
    const cut = whole.slice(0, 4096 + 65_536)
    const { records, problems } = read(cut)
    expect(records).toEqual(all.filter(({ chunk }) => chunk === 0))
    expect(problems).toMatchObject([{ code: 'evtx.file.chunk-count', severity: 'warning' }])
  })

  test('allocated chunks without content are passed over in silence', () => {
    const states: string[] = []
    const { records, problems } = read(buildLog(events, { allocate: 16 }), {
      onChunk: (_index, state) => states.push(state),
    })
    expect(records).toHaveLength(250)
    expect(problems).toEqual([])
    expect(states.filter((state) => state === 'empty').length).toBeGreaterThan(8)
    expect(states).toHaveLength(16)
  })
})

describe('trap 5: one bad record does not cost the chunk', () => {
  const whole = buildLog(many(60))
  const all = read(whole).records
  const target = all[20] as (typeof all)[number]
  const others = all.filter((record) => record !== target)
  const operated = (surgery: (chunk: Buffer, at: number, size: number) => void) => {
    const log = whole.slice()
    surgery(chunkOf(log, target.chunk), target.offset, target.size)
    return read(log)
  }

  test('a record whose second size is wrong is read by its first', () => {
    const { records, problems } = operated((chunk, at, size) => chunk.writeUInt32LE(1, at + size - 4))
    expect(records).toEqual(all)
    expect(codesOf(problems)).toContain('evtx.record.size-copy')
  })

  test.each([0, 8, 0x7fff_ffff, 0xffff_ffff])(
    'a record of size %d is a problem at its place, the others are read',
    (size) => {
      const { records, problems } = operated((chunk, at) => chunk.writeUInt32LE(size, at + 4))
      expect(records).toEqual(others)
      expect(problems).toContainEqual(
        expect.objectContaining({
          code: 'evtx.record.framing',
          chunk: target.chunk,
          offset: target.offset,
          lost: 1,
        }),
      )
    },
  )

  test('a record whose magic is gone is a problem at its place', () => {
    const { records, problems } = operated((chunk, at) => chunk.writeUInt32LE(0, at))
    expect(records).toEqual(others)
    expect(problems).toContainEqual(
      expect.objectContaining({ code: 'evtx.record.framing', offset: target.offset }),
    )
  })

  test('a record of zeros in a valid frame is a problem and not event 0 of the year 1601', () => {
    const { records, problems } = operated((chunk, at, size) => chunk.fill(0, at + 24, at + size - 4))
    expect(records).toEqual(others)
    expect(problems).toContainEqual(
      expect.objectContaining({
        code: expect.stringMatching(/unreadable|incomplete/),
        offset: target.offset,
      }),
    )
  })

  test('a record whose values alone are zero is not event 0 of the year 1601 either', () => {
    for (const options of [{}, { treeOnly: true }]) {
      const log = whole.slice()
      const chunk = chunkOf(log, target.chunk)
      // the outer instance: 0f 01 01 00 0c 01 id offset count descriptors values
      const count = chunk.readUInt32LE(target.offset + 24 + 14)
      const values = target.offset + 24 + 18 + count * 4
      chunk.fill(0, values, target.offset + target.size - 4)
      const { records, problems } = read(log, options)
      expect(records).toHaveLength(others.length)
      expect(problems).toContainEqual(
        expect.objectContaining({ code: 'evtx.record.incomplete', offset: target.offset, lost: 1 }),
      )
    }
  })

  test('a record whose values and their sizes are zero is a problem too', () => {
    const { records, problems } = operated((chunk, at, size) => chunk.fill(0, at + 64, at + size - 4))
    expect(records).toEqual(others)
    expect(problems.some(({ offset }) => offset === target.offset)).toBe(true)
  })
})

describe('trap 6: stale records behind the live ones', () => {
  const events: BuiltRecord[] = [
    ...many(4),
    { eventId: 4698, time: start, data: { TaskName: '\\Stale' }, leftover: true },
    { eventId: 4698, time: start, data: { TaskName: '\\Older' }, leftover: true },
  ]
  const log = buildLog(events)

  test('stale records are left out unless asked for, and then marked', () => {
    expect(read(log).records).toHaveLength(4)
    const { records } = read(log, { recovered: true })
    expect(records.slice(4).map((record) => [record.recovered, fieldsOf(record).TaskName])).toEqual([
      [true, '\\Stale'],
      [true, '\\Older'],
    ])
    expect(records.slice(0, 4).every(({ recovered }) => !recovered)).toBe(true)
  })

  test('a stale record whose template was overwritten by another is not offered', () => {
    const operated = Buffer.from(log)
    const chunk = chunkOf(operated, 0)
    const stale = read(operated, { recovered: true }).records.filter(({ recovered }) => recovered)
    expect(stale).toHaveLength(2)
    // the 4698 definition stands in the first stale record: another template's GUID over it is what reuse leaves behind
    const inside = chunk.subarray(stale[0]?.offset, (stale[0]?.offset ?? 0) + (stale[0]?.size ?? 0))
    const instance = inside.lastIndexOf(Buffer.from([0x0f, 1, 1, 0, 0x0c, 1]))
    const at = (stale[0]?.offset ?? 0) + instance + 4
    const definitionAt = chunk.readUInt32LE(at + 6)
    expect(definitionAt).toBe(at + 10)
    chunk.writeUInt32LE((chunk.readUInt32LE(definitionAt + 4) ^ 0xffff) >>> 0, definitionAt + 4)
    expect(read(operated, { recovered: true }).records.filter(({ recovered }) => recovered)).toEqual([])
    expect(read(operated).records).toHaveLength(4)
  })
})

test('trap 6: a stale record is not offered when a name its template uses was overwritten', () => {
  const log = Buffer.from(
    buildLog([...many(4), { eventId: 4698, time: start, data: { TaskName: '\\Stale' }, leftover: true }]),
  )
  const stale = read(log, { recovered: true }).records.filter(({ recovered }) => recovered)
  expect(stale).toHaveLength(1)
  // what stays in a chunk when a later use of it ends inside the name
  const other = Buffer.from(log)
  for (
    let at = other.indexOf('Computer', 0, 'utf16le');
    at >= 0;
    at = other.indexOf('Computer', at + 2, 'utf16le')
  )
    other.write('Channel', at, 'utf16le')
  expect(read(other).records).toHaveLength(4)
  expect(read(other, { recovered: true }).records.filter(({ recovered }) => recovered)).toEqual([])
})

test('trap 7: a definition repeated in every chunk at other offsets with other name offsets is one template', () => {
  const first: BuiltRecord[] = Array.from({ length: 5 }, () => ({ eventId: 4698, time: start }))
  const log = buildLog([...first, ...many(300)])
  const decoder = new RecordDecoder()
  const numbers = new Map<number, Set<number>>()
  const places = new Map<number, Set<number>>()
  const seen = new Set<number>()
  for (const { chunk: index, offset, size, eventId } of read(log).records) {
    const chunk = new ChunkView(chunkOf(log, index), fastPlatform)
    if (!seen.has(index)) decoder.startChunk()
    seen.add(index)
    expect(decoder.locate(chunk, offset + 24, offset + size - 4)).toBe(true)
    const number = decoder.inner.template?.number ?? -1
    numbers.set(eventId, (numbers.get(eventId) ?? new Set()).add(number))
    // the inner instance says where its definition stands: name offsets move with it
    const text = chunkOf(log, index).subarray(offset, offset + size)
    const at = text.lastIndexOf(Buffer.from([0x0f, 1, 1, 0, 0x0c, 1]))
    if (at > 0) places.set(eventId, (places.get(eventId) ?? new Set()).add(text.readUInt32LE(at + 10)))
  }
  expect(seen.size).toBeGreaterThan(1)
  for (const eventId of [4624, 4688]) {
    expect(numbers.get(eventId)?.size).toBe(1)
    expect(places.get(eventId)?.size).toBeGreaterThan(1)
  }
})

test('trap 8: a value that holds EventData and RenderingInfo gives fields and message', () => {
  const log = eventLog(
    (chunk) => chunk.value(0, 0x21, true),
    (chunk) => {
      const data = definition(() =>
        chunk.element('EventData', () => leaf(chunk, 'TaskName', () => chunk.value(0, 1)), [], 0xffff),
      )
      const write = () => {
        chunk.header()
        chunk.instance(data, [string(chunk, '\\Evil')])
        chunk.end()
        chunk.header()
        chunk.element(
          'RenderingInfo',
          () => chunk.element('Message', () => chunk.text('A task was created.')),
          [['Culture', () => chunk.text('en-US')]],
        )
        chunk.end()
      }
      return [{ type: 0x21, write }]
    },
  )
  const { records, problems } = both(log)
  expect(problems).toEqual([])
  expect(records.map(fieldsOf)).toEqual([{ TaskName: '\\Evil' }])
  expect(records.map(({ message }) => message)).toEqual(['A task was created.'])
})

test('trap 10: texts at odd offsets are the same as at even ones, with either platform', () => {
  const text = 'Ünï жук 🦊 end'
  const log = eventLog(
    (chunk) =>
      chunk.element(
        'EventData',
        () => {
          for (let index = 0; index < 6; index++) leaf(chunk, `F${index}`, () => chunk.value(index, 1))
        },
        [],
        0xffff,
      ),
    (chunk) =>
      Array.from({ length: 6 }, (_, index) =>
        index % 2 === 0
          ? string(chunk, text)
          : { type: 0x0e, write: () => chunk.u8(...[1, 2, 3].slice(0, index)) },
      ),
  )
  const { records } = both(log)
  expect(fieldsOf(records[0] as (typeof records)[number])).toMatchObject({ F0: text, F2: text, F4: text })
  const plain = [...readRecords(memorySource(log), { platform: plainPlatform })]
  expect(plain).toEqual([...readRecords(memorySource(log), { platform: fastPlatform })])
})

describe('trap 11: checksums are reported and never a reason to leave records out', () => {
  const whole = buildLog(many(30))
  const all = read(whole).records
  const flipped = (at: number) => {
    const log = whole.slice()
    log[at] = (log[at] as number) ^ 1
    return read(log)
  }

  test('a wrong checksum of the file header', () => {
    const { records, problems } = flipped(124)
    expect(records).toEqual(all)
    expect(problems).toMatchObject([{ code: 'evtx.file.header-checksum', severity: 'warning' }])
  })

  test('a log that keeps no checksums says so as a note', () => {
    const log = Buffer.from(whole)
    log.writeUInt32LE(4, 120)
    log.writeUInt32LE(0, 124)
    const { records, problems } = read(log)
    expect(records).toEqual(all)
    expect(problems).toMatchObject([{ code: 'evtx.file.header-checksum', severity: 'info' }])
  })

  test('a wrong checksum of a chunk header', () => {
    const { records, problems } = flipped(4096 + 124)
    expect(records).toEqual(all)
    expect(problems).toMatchObject([{ code: 'evtx.chunk.header-checksum', chunk: 0, offset: 124, lost: 0 }])
  })

  test('a wrong checksum of the records', () => {
    const { records, problems } = flipped(4096 + 512 + 16)
    expect(records.map(fieldsOf)).toEqual(all.map(fieldsOf))
    expect(problems).toMatchObject([{ code: 'evtx.chunk.data-checksum', chunk: 0, offset: 52, lost: 0 }])
  })

  test('the checksum of the records ends at the free offset', () => {
    const log = Buffer.from(whole)
    const chunk = chunkOf(log, 0)
    chunk[chunk.readUInt32LE(48)] = 0xaa
    expect(read(log)).toEqual({ records: all, problems: [] })
    sealChunk(chunk)
    expect(read(log).problems).toEqual([])
  })
})
