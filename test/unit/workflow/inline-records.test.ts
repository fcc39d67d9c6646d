// Template-less records are packed where their texts lie; what is packed is what the tree path packs, byte for byte.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Templates } from '../../../src/evtx/binxml/templates.ts'
import { ChunkView } from '../../../src/evtx/chunk-view.ts'
import { chunkSize, fileHeaderBlock } from '../../../src/evtx/format.ts'
import { InlineRecord } from '../../../src/evtx/inline-record.ts'
import { LogTally } from '../../../src/workflow/ingest/log-tally.ts'
import { nodePlatform } from '../../../src/workflow/ingest/node-platform.ts'
import { Packer } from '../../../src/workflow/ingest/packer.ts'
import { buildLog } from '../../builders/evtx.ts'
import { corpus, mutatedLog } from '../../laws/evtx-chunks.ts'
import { haveSamples, manifest, sample } from '../../samples.ts'
import { HandChunk, logOf } from '../evtx/hand-log.ts'

const chunksOf = (log: Uint8Array) =>
  Array.from(
    { length: Math.ceil((log.length - fileHeaderBlock) / chunkSize) },
    (_, i) =>
      new ChunkView(
        log.subarray(fileHeaderBlock + i * chunkSize, fileHeaderBlock + (i + 1) * chunkSize),
        nodePlatform,
      ),
  )

/** Segments of a few chunks each, so that what is remembered must also be forgotten. */
function packed(log: Uint8Array, inlineByTree: boolean) {
  const packer = new Packer(nodePlatform, new LogTally(), { inlineByTree })
  const segments = []
  const chunks = chunksOf(log)
  for (const [index, chunk] of chunks.entries()) {
    packer.addChunk(chunk, index)
    if (index % 3 === 2 || index === chunks.length - 1)
      segments.push(packer.endSegment(segments.length, index))
  }
  return { segments, problems: packer.problems }
}

function compare(log: Uint8Array): number {
  const fast = packed(log, false)
  expect(fast).toEqual(packed(log, true))
  return fast.segments.reduce((sum, segment) => sum + segment.rows, 0)
}

/** Records of a log that the inline walk takes on. */
function taken(log: Uint8Array): number {
  const inline = new InlineRecord()
  let count = 0
  for (const chunk of chunksOf(log)) {
    const templates = new Templates()
    for (let at = 512; at + 28 < chunk.view.getUint32(48, true); at += chunk.view.getUint32(at + 4, true))
      if (inline.read(chunk, at + 24, at + chunk.view.getUint32(at + 4, true) - 4, templates)) count++
  }
  return count
}

const time = 132_000_000_000_000_000n
const practice = () =>
  buildLog(
    Array.from({ length: 600 }, (_, i) => ({
      eventId: [4624, 4698, 4688, 5145, 106, 1102][i % 6] as number,
      ...(i % 6 === 4 ? { channel: 'Microsoft-Windows-TaskScheduler/Operational' } : {}),
      time: time + BigInt(i) * 7_654_321n,
      computer: `host${i % 3}.corp.example`,
      ...(i % 5 === 0 ? { userSid: 'S-1-5-18' } : {}),
      data: {},
    })),
    { form: 'inline' },
  )

describe('template-less records', () => {
  it.runIf(haveSamples)('of every sample are packed as the tree path packs them', () => {
    let records = 0
    for (const { file, damage = [], tags = [] } of manifest().files) {
      if (!/\.evtx$/.test(file) || ![...damage, ...tags].some((one) => one.startsWith('templateless')))
        continue
      records += compare(readFileSync(sample(file)))
    }
    expect(records).toBeGreaterThan(500)
  })

  it('of practice logs are packed as the tree path packs them, and none is left to it', () => {
    const log = practice()
    expect(compare(log)).toBe(600)
    expect(taken(log)).toBe(600)
  })

  it('that are damaged are packed, or left out, as by the tree path', () => {
    const all = corpus()
    for (let seed = 5000; seed < 5060; seed++) compare(mutatedLog(seed, all).log)
  }, 60_000)

  const oddities: readonly (readonly [string, (chunk: HandChunk) => void])[] = [
    [
      'a name twice',
      (chunk) => {
        data(chunk, 'Twice', 'one')
        data(chunk, 'Twice', 'two')
      },
    ],
    ['no name', (chunk) => chunk.element('Data', () => chunk.text('unnamed'))],
    [
      'two attributes of one name',
      (chunk) =>
        chunk.element('Data', () => chunk.text('v'), [
          ['Name', () => {}],
          ['Name', () => chunk.text('second')],
        ]),
    ],
    [
      'elements inside a Data element',
      (chunk) =>
        chunk.element('Data', () => data(chunk, 'inner', 'v'), [['Name', () => chunk.text('outer')]]),
    ],
    [
      'text in two parts',
      (chunk) =>
        chunk.element('Data', () => {
          chunk.text('one')
          chunk.text('two')
        }),
    ],
    [
      'a character reference',
      (chunk) =>
        chunk.element('Data', () => {
          chunk.u8(0x08)
          chunk.u16(0x26)
        }),
    ],
    ['an element of another name', (chunk) => chunk.element('Binary', () => chunk.text('00FF'))],
    ['a lone surrogate and a zero', (chunk) => data(chunk, 'Odd', 'a\ud800b\u0000')],
  ]
  const data = (chunk: HandChunk, name: string, value: string) =>
    chunk.element('Data', () => chunk.text(value), [['Name', () => chunk.text(name)]])

  it.each(oddities)('with %s are packed as by the tree path', (_what, write) => {
    const chunk = new HandChunk()
    chunk.record(1n, time, () => {
      chunk.header()
      chunk.element('Event', () => {
        chunk.system(4624, 7n)
        chunk.element('EventData', () => write(chunk))
        chunk.element('RenderingInfo', () => chunk.element('Message', () => chunk.text('shown')))
      })
      chunk.end()
    })
    expect(compare(logOf(chunk.finish()))).toBe(1)
  })

  it.each([
    ['2021-06-10T21:21:20.636Z', 1],
    ['2021-06-10T21:21:20Z', 1],
    ['2021-06-10T21:21:20.123456789012', 1],
    ['2021-02-30T21:21:20.6360299Z', 1],
    ['2021-06-10T21:21:61.6360299Z', 0],
    ['2021-06-10T24:00:00.6360299Z', 1],
    [' 2021-06-10T21:21:20.6360299Z ', 1],
    ['1601-01-01T00:00:00.0000000Z', 1],
    ['1600-12-31T23:59:59.9999999Z', 0],
    ['10000-01-01T00:00:00.0000000Z', 0],
    ['2021-06-10T21:21:20.Z', 0],
  ])('of the time %s have the time of the tree path', (spelling, rows) => {
    const chunk = new HandChunk()
    const leaf = (name: string, content: string) => chunk.element(name, () => chunk.text(content))
    for (const [id, spelt] of ['2021-06-10T21:21:58.1Z', spelling, '2021-06-10T21:21:59.1Z'].entries())
      chunk.record(BigInt(id + 1), time, () => {
        chunk.header()
        chunk.element('Event', () =>
          chunk.element('System', () => {
            leaf('EventID', '1')
            chunk.element('TimeCreated', undefined, [['SystemTime', () => chunk.text(spelt)]])
            leaf('EventRecordID', '18446744073709551615')
          }),
        )
        chunk.end()
      })
    expect(compare(logOf(chunk.finish()))).toBe(2 + rows)
  })
})
