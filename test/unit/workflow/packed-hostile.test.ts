// Records whose values are not what their types say: the packed form tells them as the reader does, and takes nothing of what
// lies beside them. Each was found by mutating logs (test/fuzz).
import { describe, expect, it } from 'vitest'
import { judgeLog, noTotals } from '../../fuzz/fuzz-log.ts'
import { PackedCase } from '../../fuzz/packed-case.ts'
import { definition, HandChunk, type HandValue, leaf, logOf } from '../evtx/hand-log.ts'
import { read } from '../evtx/reading.ts'

const filetime = 133_000_000_000_000_000n
type Make = (chunk: HandChunk) => HandValue

/** Values by name, in the order of their numbers; a record that says nothing odd. */
const plain: Readonly<Record<string, Make>> = {
  Provider: (chunk) => ({ type: 0x01, write: () => chunk.utf16('Hand-Written') }),
  EventID: (chunk) => ({ type: 0x06, write: () => chunk.u16(4688) }),
  TimeCreated: (chunk) => ({ type: 0x11, write: () => chunk.u64(filetime) }),
  EventRecordID: (chunk) => ({ type: 0x0a, write: () => chunk.u64(77n) }),
  Channel: (chunk) => ({ type: 0x01, write: () => chunk.utf16('Security') }),
  UserID: (chunk) => ({ type: 0x13, write: () => chunk.raw(Buffer.from('010100000000000512000000', 'hex')) }),
  Field: (chunk) => ({ type: 0x01, write: () => chunk.utf16('as it should be') }),
}

/** Two records of one template; the second one has `odd` in the place of what it should have. */
function logWith(odd: Readonly<Record<string, Make>>, literal = 'literal'): Buffer {
  const chunk = new HandChunk()
  const names = Object.keys(plain)
  const put = (name: string, optional = false) =>
    chunk.value(names.indexOf(name), plain[name]?.(chunk).type ?? 1, optional)
  const event = definition(() => {
    const element = (name: string, body?: () => void, attributes?: [string, () => void][]) =>
      chunk.element(name, body, attributes, 0xffff)
    element('Event', () => {
      element('System', () => {
        element('Provider', undefined, [['Name', () => put('Provider')]])
        element('EventID', () => put('EventID'))
        element('TimeCreated', undefined, [['SystemTime', () => put('TimeCreated')]])
        element('EventRecordID', () => put('EventRecordID'))
        element('Channel', () => put('Channel'))
        element('Computer', () => chunk.text('fs01.corp.example'))
        element('Security', undefined, [['UserID', () => put('UserID', true)]])
      })
      element('EventData', () => {
        leaf(chunk, 'Field', () => put('Field'))
        leaf(chunk, 'Literal', () => chunk.text(literal))
      })
    })
  })
  for (const values of [plain, { ...plain, ...odd }, plain])
    chunk.record(BigInt(chunk.records.length + 1), filetime, () => {
      chunk.header()
      chunk.instance(
        event,
        names.map((name) => (values[name] as Make)(chunk)),
      )
      chunk.end()
    })
  return logOf(chunk.finish())
}

const packedCase = new PackedCase()
/** What the packed form says, after it was found to be what the reader says on both paths. */
async function told(log: Buffer) {
  await judgeLog(1, log, packedCase, noTotals())
  const packed = packedCase.read(log)
  expect(packed.records.length + packed.problems.filter(({ lost }) => lost > 0).length).toBe(3)
  return packed
}

describe('a packed record', () => {
  it('is read by its template when nothing is odd', async () => {
    const log = logWith({})
    expect(read(log).problems).toEqual([])
    const { records } = await told(log)
    expect(records).toHaveLength(3)
    expect(records[1]).toMatchObject({ eventId: 4688, channel: 'Security', userSid: 'S-1-5-18' })
    expect(records[1]?.values).toEqual(['as it should be', 'literal'])
  })

  it.each([0x81, 0x84, 0x8a, 0x21])(
    'keeps the text of a channel or provider whose type is %d',
    async (type) => {
      const bytes = Buffer.from('Audit\0Log', 'utf16le')
      const make: Make = (chunk) => ({ type, write: () => chunk.raw(bytes) })
      for (const name of ['Channel', 'Provider']) {
        const { records } = await told(logWith({ [name]: make }))
        expect(records[1]?.[name === 'Channel' ? 'channel' : 'provider']).not.toBe('')
      }
    },
  )

  it.each([1, 4, 7, 9, 16])('has no time made of the bytes beside a time of %d bytes', async (size) => {
    const make: Make = (chunk) => ({ type: 0x11, write: () => chunk.raw(Buffer.alloc(size, 0x55)) })
    const { records, problems } = await told(logWith({ TimeCreated: make }))
    expect(records.map(({ time }) => time)).toEqual([filetime, filetime])
    expect(problems.map(({ code }) => code)).toEqual(['evtx.record.incomplete'])
  })

  it.each([1, 4, 9])('has no record number made of the bytes beside a number of %d bytes', async (size) => {
    const make: Make = (chunk) => ({ type: 0x0a, write: () => chunk.raw(Buffer.alloc(size, 0x55)) })
    const { records } = await told(logWith({ EventRecordID: make }))
    expect(records[0]?.locator.recordId).toBe(77n)
    expect(records[1]?.locator.recordId).not.toBe(77n)
  })

  it.each(['seventy', '-1', '18446744073709551616', '0xzz'])(
    'says so when its number is %s',
    async (text) => {
      const make: Make = (chunk) => ({ type: 0x01, write: () => chunk.utf16(text) })
      const log = logWith({ EventRecordID: make })
      const { records, problems } = await told(log)
      expect(records.map(({ locator }) => locator.recordId)).toEqual([77n, 0n, 77n])
      const found = read(log).problems
      for (const list of [problems, found]) {
        expect(list.map(({ code }) => code)).toEqual(['evtx.record.number'])
        expect(list[0]).toMatchObject({ chunk: 0, lost: 0 })
        expect(list[0]?.what).toContain(JSON.stringify(text))
      }
    },
  )

  it('has no problem when it has no number at all', async () => {
    const make: Make = (chunk) => ({ type: 0x01, write: () => chunk.utf16('') })
    expect((await told(logWith({ EventRecordID: make }))).problems).toEqual([])
  })

  it('is incomplete, for the reader too, when its time lies before 1601', async () => {
    const year21: Make = (chunk) => ({
      type: 0x12,
      write: () => chunk.raw(Buffer.from('15000600040005000d00100000000000', 'hex')),
    })
    const log = logWith({ TimeCreated: year21 })
    const { records, problems } = await told(log)
    expect(records).toHaveLength(2)
    expect(problems.map(({ code }) => code)).toEqual(['evtx.record.incomplete'])
    expect(read(log).problems.map(({ code }) => code)).toEqual(['evtx.record.incomplete'])
  })

  it.each([0, 1, 3])('has no event number made of the bytes beside a number of %d bytes', async (size) => {
    const make: Make = (chunk) => ({ type: 0x06, write: () => chunk.raw(Buffer.alloc(size, 0x31)) })
    await told(logWith({ EventID: make }))
  })

  it('keeps the zeros at the end of a text that is written out, and drops those of a value', async () => {
    const value: Make = (chunk) => ({ type: 0x01, write: () => chunk.utf16('value\0\0') })
    const { records } = await told(logWith({ Field: value }, 'text\0\0'))
    expect(records[1]?.values).toEqual(['value', 'text\0\0'])
  })

  it.each([0x21, 0x22, 0x7f, 0xa1, 0xff])(
    'tells a value and a SID of unknown type %d as the reader does',
    async (type) => {
      const make: Make = (chunk) => ({ type, write: () => chunk.utf16('bytes') })
      await told(logWith({ UserID: make }))
      if (type !== 0x21) await told(logWith({ Field: make }))
    },
  )
})
