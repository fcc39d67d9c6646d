/** Logs cut, overwritten and mixed up: everything readable is read, and every loss is named with its place. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { EvtxProblem } from '../../../src/evtx/problem.ts'
import { type BuiltRecord, buildLog } from '../../builders/evtx.ts'
import { haveSamples, sample } from '../../samples.ts'
import { logOf, sealChunk } from './hand-log.ts'
import { codesOf, read } from './reading.ts'
import { seededBytes } from './seeded.ts'

const start = 133_000_000_000_000_000n
const events = (count: number): BuiltRecord[] =>
  Array.from({ length: count }, (_, index) => ({
    eventId: 4624,
    time: start + BigInt(index),
    data: { TargetUserName: `user${index}` },
  }))
const chunkOf = (log: Uint8Array, index: number): Buffer =>
  Buffer.from(log.buffer, log.byteOffset + 4096 + index * 65_536, 65_536)
const placed = (problems: readonly EvtxProblem[]) =>
  problems.every(({ offset, what }) => Number.isInteger(offset) && offset >= 0 && what.length > 20)

describe('a log that was cut', () => {
  const whole = buildLog(events(5))
  const all = read(whole).records
  const lastEnd = 4096 + (all.at(-1)?.offset ?? 0) + (all.at(-1)?.size ?? 0)

  test('wherever it is cut, the records before the cut are read and a problem says where it ends', () => {
    const cuts = [
      ...Array.from({ length: 256 }, (_, n) => n * 16),
      ...Array.from({ length: lastEnd + 64 - 4096 }, (_, at) => 4096 + at),
      ...Array.from({ length: 200 }, (_, n) => whole.length - 1 - n * 271),
    ]
    for (const cut of cuts) {
      const { records, problems } = read(whole.subarray(0, cut))
      const before = all.filter(({ offset, size }) => 4096 + offset + size <= cut)
      if (records.length !== before.length) expect(records, `cut at ${cut}`).toHaveLength(before.length)
      if (problems.length === 0 || !placed(problems)) expect(problems, `cut at ${cut}`).toBe('with a place')
    }
    const { records } = read(whole.subarray(0, lastEnd))
    expect(records).toEqual(all)
  }, 300_000)

  test('a cut inside a record names the record that is broken', () => {
    const third = all[2] as (typeof all)[number]
    const { records, problems } = read(whole.subarray(0, 4096 + third.offset + 100))
    expect(records).toEqual(all.slice(0, 2))
    expect(problems.map(({ code, chunk, offset }) => [code, chunk, offset])).toEqual([
      ['evtx.chunk.truncated', 0, third.offset + 100],
      ['evtx.record.framing', 0, third.offset],
    ])
  })
})

describe('a chunk that is not what it should be', () => {
  const whole = buildLog(events(400))
  const all = read(whole).records
  const chunks = (whole.length - 4096) / 65_536
  const replaced = (surgery: (chunk: Buffer) => void, index = 1) => {
    const log = whole.slice()
    surgery(chunkOf(log, index))
    return read(log)
  }
  const otherChunks = all.filter(({ chunk }) => chunk !== 1)

  test('the log has chunks before and behind the one that is damaged', () => {
    expect(chunks).toBeGreaterThanOrEqual(3)
  })

  test('a chunk of random bytes costs only itself', () => {
    const { records, problems } = replaced((chunk) => chunk.set(seededBytes(7, 65_536)))
    expect(records).toEqual(otherChunks)
    expect(problems).toMatchObject([{ code: 'evtx.chunk.bad-magic', chunk: 1, offset: 0 }])
  })

  test('a chunk with a good magic and random bytes behind it costs only itself', () => {
    const { records, problems } = replaced((chunk) => {
      chunk.set(seededBytes(8, 65_536))
      chunk.write('ElfChnk\0', 0, 'latin1')
    })
    expect(records).toEqual(otherChunks)
    expect(problems.length).toBeGreaterThan(0)
    expect(problems.every(({ chunk }) => chunk === 1)).toBe(true)
  })

  test('a zeroed chunk is passed over, and the missing count is said', () => {
    const states: string[] = []
    const log = whole.slice()
    chunkOf(log, 1).fill(0)
    const { records } = read(log, { onChunk: (_index, state) => states.push(state) })
    expect(records).toEqual(otherChunks)
    expect(states[1]).toBe('empty')
  })

  test('records of a chunk whose magic is damaged are left out and reported', () => {
    const { records, problems } = replaced((chunk) => chunk.write('XlfChnk', 0, 'latin1'))
    expect(records).toEqual(otherChunks)
    expect(codesOf(problems)).toEqual(['evtx.chunk.bad-magic'])
  })

  test.each([0, 511, 65_537, 0xffff_ffff])(
    'a free offset of %d is reported and the records are read as far as they go',
    (free) => {
      const { records, problems } = replaced((chunk) => {
        chunk.writeUInt32LE(free, 48)
        sealChunk(chunk)
      })
      expect(records).toEqual(all)
      expect(codesOf(problems)).toContain('evtx.chunk.free-offset')
    },
  )

  test('zeros inside the live part are named with their length, and the records behind them are read', () => {
    const ofChunk = all.filter(({ chunk }) => chunk === 1)
    const [first, last] = [ofChunk[10], ofChunk[14]] as [(typeof all)[number], (typeof all)[number]]
    const { records, problems } = replaced((chunk) => chunk.fill(0, first.offset, last.offset + last.size))
    expect(records).toHaveLength(all.length - 5)
    const length = last.offset + last.size - first.offset
    expect(problems).toContainEqual(
      expect.objectContaining({
        code: 'evtx.record.zeroed',
        chunk: 1,
        offset: first.offset,
        what: expect.stringContaining(String(length)),
      }),
    )
  })

  test('records of an older use of the chunk, behind a torn write, are not taken for live ones', () => {
    const stale = buildLog(
      events(40).map((event, index) => ({ ...event, recordId: BigInt(90_000 + index) })),
      { headerIds: 'event-record-id' },
    )
    const log = Buffer.from(buildLog(events(40), { headerIds: 'event-record-id' }))
    const live = read(log).records
    const old = read(stale).records
    const cutAt = live[20] as (typeof live)[number]
    const chunk = chunkOf(log, 0)
    const from = old.find(({ offset }) => offset >= cutAt.offset + 64) as (typeof old)[number]
    chunk.fill(0xee, cutAt.offset, from.offset)
    chunk.set(chunkOf(stale, 0).subarray(from.offset), from.offset)
    const { records, problems } = read(log)
    expect(records.map(({ recordId }) => recordId)).toEqual(live.slice(0, 20).map(({ recordId }) => recordId))
    expect(codesOf(problems)).toEqual([
      'evtx.chunk.data-checksum',
      'evtx.record.framing',
      'evtx.record.stale',
      ...codesOf(problems).slice(3),
    ])
  })
})

describe('what is no log at all', () => {
  const only = (bytes: Uint8Array) => {
    const reading = read(bytes)
    expect(reading.records).toEqual([])
    expect(reading.problems).toHaveLength(1)
    return reading.problems[0]
  }

  test('an empty file is called empty', () => {
    expect(only(new Uint8Array())).toMatchObject({ code: 'evtx.file.empty', severity: 'error' })
  })

  test('a foreign file is refused by what it starts with', () => {
    const problem = only(Buffer.from('MZ\x90\0'.padEnd(9000, 'x'), 'latin1'))
    expect(problem).toMatchObject({ code: 'evtx.file.not-evtx', severity: 'error' })
    expect(problem?.what).toContain('4d 5a 90 00')
  })

  test('the old .evt format is named, with what to do', () => {
    const bytes = Buffer.alloc(4096)
    bytes.writeUInt32LE(0x30, 0)
    bytes.write('LfLe', 4, 'latin1')
    expect(only(bytes)).toMatchObject({ code: 'evtx.file.legacy-evt' })
  })

  test.runIf(haveSamples)('every legacy log of the samples is recognised', () => {
    const found = readdirSync(sample('evt'), { recursive: true, withFileTypes: true }).filter(
      (entry) => entry.isFile() && entry.name.endsWith('.evt'),
    )
    expect(found.length).toBeGreaterThan(0)
    for (const entry of found)
      expect(only(readFileSync(join(entry.parentPath, entry.name)))).toMatchObject({
        code: 'evtx.file.legacy-evt',
      })
  })

  test('a log whose file header is overwritten is read by its chunks', () => {
    const log = buildLog(events(9))
    const all = read(log).records
    log.fill(0, 0, 4096)
    const { records, problems } = read(log)
    expect(records).toEqual(all)
    expect(codesOf(problems)).toContain('evtx.file.header-damaged')
  })

  test('a log whose file header and first chunks are overwritten is read by any chunk that is sound', () => {
    const log = buildLog(events(3000))
    const all = read(log).records
    const first = all.filter(({ chunk }) => chunk < 2).length
    expect(all.length).toBeGreaterThan(first)
    log.fill(0xee, 0, 4096 + 2 * 65_536)
    const { records, problems } = read(log)
    expect(records).toEqual(all.slice(first))
    expect(codesOf(problems)).toEqual(
      expect.arrayContaining(['evtx.file.header-damaged', 'evtx.chunk.bad-magic']),
    )
    // the mark alone may stand in any file
    for (let at = 4096; at < log.length; at += 65_536) log.fill(0xee, at + 8, at + 512)
    expect(read(log).problems.map(({ code }) => code)).toEqual(['evtx.file.not-evtx'])
  })

  test('an unknown version is reported and read all the same', () => {
    const log = Buffer.from(buildLog(events(9)))
    log.writeUInt16LE(4, 38)
    const { records, problems } = read(log)
    expect(records).toHaveLength(9)
    expect(codesOf(problems)).toEqual(expect.arrayContaining(['evtx.file.header-checksum']))
  })

  test('a log without any chunk is whole and empty', () => {
    expect(read(logOf())).toEqual({ records: [], problems: [] })
  })
})
