/** Logs made to cost time, memory or sense: each costs its own record and no more. */
import { describe, expect, test } from 'vitest'
import { limits } from '../../../src/base/limits.ts'
import { memorySource } from '../../../src/evtx/byte-source.ts'
import { readRecords } from '../../../src/evtx/read-log.ts'
import { elementsXml } from '../../../src/evtx/xml.ts'
import { definition, eventLog, HandChunk, type HandDefinition, type HandValue, logOf } from './hand-log.ts'
import { codesOf, fastPlatform, read } from './reading.ts'

const time = 133_000_000_000_000_000n
const leaf = (chunk: HandChunk, name: string, write: () => void) =>
  chunk.element('Data', write, [['Name', () => chunk.text(name)]], 0xffff)
const eventData = (chunk: HandChunk, body: () => void) => chunk.element('EventData', body, [], 0xffff)
/** CPU time of this thread, so that other work on the machine does not count; generous for eight chunks at 200 ms each. */
const patience = 2500
const cpuMilliseconds = () => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

function timed<T>(work: () => T): T {
  const from = cpuMilliseconds()
  const result = work()
  expect(cpuMilliseconds() - from).toBeLessThan(patience)
  return result
}

/** Both paths and XML, each in time; only the record itself may be lost. */
function survives(log: Uint8Array) {
  const plan = timed(() => read(log))
  const tree = timed(() => read(log, { treeOnly: true }))
  let length = 0
  const onElements: NonNullable<Parameters<typeof readRecords>[1]>['onElements'] = (elements) => {
    length += elementsXml(elements).length
  }
  timed(() => [...readRecords(memorySource(log), { platform: fastPlatform, onElements })])
  const chunks = (log.length - 4096) / 65_536
  // escaping may make six characters of one
  expect(length).toBeLessThanOrEqual(chunks * limits.renderedChunk * 6)
  for (const { records } of [plan, tree]) {
    let units = 0
    for (const { values } of records) for (const value of values) units += value.length
    expect(units).toBeLessThanOrEqual(chunks * limits.renderedChunk)
  }
  return { plan, tree }
}

const refused = (log: Uint8Array, reason: RegExp) => {
  const { plan, tree } = survives(log)
  for (const { records, problems } of [plan, tree]) {
    expect(records).toEqual([])
    const lost = problems.filter(({ severity }) => severity === 'error')
    expect(codesOf(lost)).toEqual(['evtx.record.unreadable'])
    expect(lost[0]?.what).toMatch(reason)
  }
}

describe('output out of proportion', () => {
  const large = (chunk: HandChunk): HandValue => ({ type: 1, write: () => chunk.utf16('A'.repeat(12_000)) })

  test('a long text referenced a thousand times stops at the limit of a record', () => {
    refused(
      eventLog(
        (chunk) =>
          eventData(chunk, () => {
            for (let n = 0; n < 500; n++) leaf(chunk, 'V', () => chunk.value(0, 1))
          }),
        (chunk) => [large(chunk)],
      ),
      /more text than is allowed/,
    )
  })

  test('an array of many elements referenced a thousand times stops at the limit of a record', () => {
    const array = (chunk: HandChunk): HandValue => ({
      type: 0x81,
      write: () => chunk.utf16('ab\0'.repeat(6000)),
    })
    refused(
      eventLog(
        (chunk) =>
          eventData(chunk, () => {
            for (let n = 0; n < 400; n++) leaf(chunk, 'V', () => chunk.value(0, 0x81))
          }),
        (chunk) => [array(chunk)],
      ),
      /more text than is allowed|too many values/,
    )
  })

  // found by test/fuzz: each took several hundred milliseconds for its chunk
  test.each([
    ['a text of single bytes referenced a thousand times', 0x02, 30_000, 'V'],
    ['an array of texts of single bytes', 0x82, 30_000, 'V'],
    ['an array of thousands of elements with a long name', 0x81, 11_900, 'N'.repeat(5000)],
    ['an array of bytes', 0x84, 7000, 'V'],
  ])('%s costs no more than its share of time', (_, type, size, name) => {
    const log = eventLog(
      (chunk) =>
        eventData(chunk, () => {
          chunk.element(name, () => chunk.value(0, type), [], 0xffff)
          for (let n = 0; n < 1000; n++) chunk.value(0, type)
        }),
      (chunk) => [{ type, write: () => chunk.raw(Buffer.alloc(size, type === 0x81 ? 'a\0\0\0' : 0x9c)) }],
    )
    const least = Math.min(
      ...[1, 2, 3, 4].map(() => {
        const from = cpuMilliseconds()
        read(log)
        return cpuMilliseconds() - from
      }),
    )
    expect(least).toBeLessThan(150)
    survives(log)
  })

  test('an array of bytes as large as a record is bounded too', () => {
    const { plan } = survives(
      eventLog(
        (chunk) => eventData(chunk, () => leaf(chunk, 'V', () => chunk.value(0, 0x84))),
        (chunk) => [{ type: 0x84, write: () => chunk.raw(Buffer.alloc(40_000, 7)) }],
      ),
    )
    expect(codesOf(plan.problems)).toEqual(['evtx.record.unreadable'])
  })

  test('a long attribute on every element of an array is counted every time', () => {
    survives(
      eventLog(
        (chunk) =>
          eventData(chunk, () =>
            chunk.element(
              'Data',
              () => chunk.value(0, 0x84),
              [['Name', () => chunk.text('N'.repeat(8000))]],
              0xffff,
            ),
          ),
        (chunk) => [{ type: 0x84, write: () => chunk.raw(Buffer.alloc(8000, 7)) }],
      ),
    )
  })

  test('many records that each stay below the limit of a record stop at the limit of the chunk', () => {
    const chunk = new HandChunk()
    const event = definition(() =>
      chunk.element(
        'Event',
        () => {
          chunk.system(1, 1n, 0xffff)
          eventData(chunk, () => {
            const first = chunk.at
            leaf(chunk, 'V', () => chunk.value(0, 1))
            const once = Buffer.from(chunk.bytes.subarray(first, chunk.at))
            // the copies name the first one's name by its offset, as real definitions do
            for (let n = 0; n < 200; n++) chunk.raw(once)
          })
        },
        [],
        0xffff,
      ),
    )
    for (let id = 1n; chunk.at < 60_000; id++)
      chunk.record(id, time, () => {
        chunk.header()
        chunk.instance(event, [{ type: 1, write: () => chunk.utf16('B'.repeat(300)) }])
        chunk.end()
      })
    survives(logOf(chunk.finish()))
  })
})

describe('structures that loop or nest', () => {
  const nested = (depth: number) => (chunk: HandChunk) => {
    const down = (left: number): void => {
      if (left > 0) chunk.element('D', () => down(left - 1), [], 0xffff)
    }
    eventData(chunk, () => down(depth))
  }

  test('elements nested deeper than any real event are refused', () => {
    refused(
      eventLog(nested(limits.binXmlDepth + 4), () => []),
      /nested too deep/,
    )
    expect(read(eventLog(nested(40), () => [])).records).toHaveLength(1)
  })

  test('elements nested a thousand deep do not exhaust the stack', () => {
    refused(
      eventLog(nested(1000), () => []),
      /nested too deep/,
    )
  })

  test('fragments inside fragments inside fragments end at the limit', () => {
    for (const depth of [8, 400]) {
      const log = eventLog(
        (chunk) => eventData(chunk, () => chunk.value(0, 0x21)),
        (chunk) => {
          const inner = definition(() => {
            const down = (left: number): void => {
              if (left === 0) chunk.value(0, 0x21)
              else chunk.element('D', () => down(left - 1), [], 0xffff)
            }
            down(20)
          })
          const value = (left: number): HandValue => ({
            type: 0x21,
            write: () => {
              chunk.header()
              chunk.instance(
                inner,
                left > 0 ? [value(left - 1)] : [{ type: 1, write: () => chunk.utf16('x') }],
              )
              chunk.end()
            },
          })
          return [value(depth)]
        },
      )
      const { plan } = survives(log)
      expect(codesOf(plan.problems)).toEqual(['evtx.record.unreadable'])
    }
  })

  test('a fragment of empty fragments referenced thousands of times ends in time', () => {
    survives(
      eventLog(
        (chunk) =>
          eventData(chunk, () => {
            for (let n = 0; n < 3000; n++) chunk.value(0, 0x21)
          }),
        (chunk) => [{ type: 0x21, write: () => chunk.raw(Buffer.from('0f01010000'.repeat(5000), 'hex')) }],
      ),
    )
  })

  test('a definition that says it stands inside itself, or in the record that uses it, is refused', () => {
    for (const shift of [0, 4, 10, 24, 30]) {
      const chunk = new HandChunk()
      chunk.record(1n, time, () => {
        chunk.header()
        const at = chunk.at
        chunk.u8(0x0c, 1)
        chunk.u32(0)
        chunk.u32(at + shift)
        chunk.u32(0)
        chunk.raw(Buffer.alloc(40, 0x0c))
      })
      const { plan } = survives(logOf(chunk.finish()))
      expect(plan.records).toEqual([])
      expect(codesOf(plan.problems)).toEqual(['evtx.record.unreadable'])
    }
  })

  test('a name whose chain points at itself is read once, as chains are never followed', () => {
    const log = eventLog(
      (chunk) => eventData(chunk, () => leaf(chunk, 'Loop', () => chunk.text('v'))),
      () => [],
    )
    const at = log.indexOf(Buffer.from('EventData', 'utf16le')) - 8 - 4096
    log.writeUInt32LE(at, 4096 + at)
    const { plan } = survives(log)
    expect(plan.records).toHaveLength(1)
  })

  test('a name offset outside the chunk is refused', () => {
    for (const offset of [65_530, 65_536, 0x7fff_ffff, 0xffff_ffff]) {
      const log = eventLog(
        (chunk) => eventData(chunk, () => leaf(chunk, 'Name', () => chunk.text('v'))),
        () => [],
      )
      const name = log.indexOf(Buffer.from('EventData', 'utf16le')) - 12
      log.writeUInt32LE(offset, name)
      const { plan } = survives(log)
      expect(plan.records).toEqual([])
    }
  })
})

describe('counts and sizes that lie', () => {
  const simple = () =>
    eventLog(
      (chunk) => eventData(chunk, () => leaf(chunk, 'V', () => chunk.value(0, 1))),
      (chunk) => [{ type: 1, write: () => chunk.utf16('value') }],
    )
  /** where the number of values stands */
  const countAt = (log: Buffer) => log.indexOf(Buffer.from('value', 'utf16le')) - 8

  test.each([2, 4097, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff])(
    'a count of %d values for one is refused',
    (count) => {
      const log = simple()
      expect(log.readUInt32LE(countAt(log))).toBe(1)
      log.writeUInt32LE(count, countAt(log))
      refused(log, /value/)
    },
  )

  test('a value longer than its record is refused', () => {
    const log = simple()
    log.writeUInt16LE(0xffff, countAt(log) + 4)
    refused(log, /past the end of the record/)
  })

  test('a definition offset outside the chunk is refused', () => {
    for (const offset of [65_520, 65_536, 0x7fff_ffff, 0xffff_fff0]) {
      const log = simple()
      const at = log.indexOf(Buffer.from([0x0c, 0x01]), 4096 + 512)
      log.writeUInt32LE(offset, at + 6)
      refused(log, /outside the chunk/)
    }
  })

  test('a template that is named by a wrong id is refused', () => {
    const log = simple()
    const at = log.indexOf(Buffer.from([0x0c, 0x01]), 4096 + 512)
    log.writeUInt8(log.readUInt8(at + 2) ^ 1, at + 2)
    refused(log, /does not match its definition/)
  })
})

describe('template definitions without end', () => {
  /** Instances of definitions that overlap: each starts a few bytes behind the one before, inside the same long text. */
  const overlapping = (): Buffer => {
    const chunk = new HandChunk()
    const shared: HandDefinition = definition(() => {
      for (let n = 0; n < 9000; n++) chunk.u8(0x08, 0x41, 0x00)
    })
    chunk.record(1n, time, () => {
      chunk.header()
      chunk.instance(shared, [])
      chunk.end()
    })
    const from = shared.at as number
    for (let n = 1; chunk.at < 64_000; n++)
      chunk.record(BigInt(n + 1), time, () => {
        chunk.header()
        const offset = from + 4 + n * 3
        chunk.u8(0x0c, 1)
        chunk.u32(chunk.bytes.readUInt32LE(offset + 4))
        chunk.u32(offset)
        chunk.u32(0)
        chunk.end()
      })
    return logOf(chunk.finish())
  }

  test('definitions laid over one another cost a bounded amount of work for each chunk', () => {
    const one = overlapping()
    const log = logOf(...Array.from({ length: 8 }, () => one.subarray(4096)))
    const before = process.memoryUsage().arrayBuffers
    const { plan } = survives(log)
    expect(plan.records).toEqual([])
    expect(plan.problems.some(({ what }) => what.includes('overlap too often'))).toBe(true)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(400 << 20)
  })

  test('a definition that cannot be read is tried once and reported for every record that uses it', () => {
    const chunk = new HandChunk()
    const broken = definition(() => chunk.u8(0x3f))
    for (let id = 1n; id <= 50n; id++)
      chunk.record(id, time, () => {
        chunk.header()
        chunk.instance(broken, [])
        chunk.end()
      })
    const { plan } = survives(logOf(chunk.finish()))
    expect(plan.problems).toHaveLength(50)
    expect(new Set(plan.problems.map(({ what }) => what.replace(/\d+/g, '')))).toHaveLength(1)
  })
})
