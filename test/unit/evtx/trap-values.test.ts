/** Trap 9 of the format: types, arrays, NULL and names of values, on small logs written for the purpose. */
import { describe, expect, test } from 'vitest'
import { elementsXml } from '../../../src/evtx/xml.ts'
import { buildLog } from '../../builders/evtx.ts'
import { eventLog, type HandChunk, type HandValue, leaf, string } from './hand-log.ts'
import { both, fieldsOf, read } from './reading.ts'

const start = 133_000_000_000_000_000n

describe('trap 9: the value says what it is', () => {
  const one = (
    declared: number,
    stored: HandValue['type'],
    write: (chunk: HandChunk) => void,
    optional = false,
  ) => {
    const log = eventLog(
      (chunk) =>
        chunk.element(
          'EventData',
          () => leaf(chunk, 'V', () => chunk.value(0, declared, optional)),
          [],
          0xffff,
        ),
      (chunk) => [{ type: stored, write: () => write(chunk) }],
    )
    const { records, problems } = both(log)
    expect(problems).toEqual([])
    return fieldsOf(records[0] as (typeof records)[number])
  }

  test('a value is read as the type stored beside it, not as the one its template declares', () => {
    expect(one(0x10, 0x15, (chunk) => chunk.u64(0x3d0n))).toEqual({ V: '0x3d0' })
    expect(one(0x10, 0x14, (chunk) => chunk.u32(0xffff_fffe))).toEqual({ V: '0xfffffffe' })
    expect(one(0x01, 0x07, (chunk) => chunk.u32(0xffff_ffc4))).toEqual({ V: '-60' })
    expect(one(0x0d, 0x0d, (chunk) => chunk.u32(1))).toEqual({ V: 'true' })
  })

  test('a value whose size does not fit its type is shown byte for byte', () => {
    expect(one(0x08, 0x08, (chunk) => chunk.u16(0xabcd))).toEqual({ V: 'CDAB' })
    expect(one(0x08, 0x08, (chunk) => chunk.u64(0x1122_3344_5566_7788n))).toEqual({ V: '8877665544332211' })
    expect(one(0x13, 0x13, (chunk) => chunk.u8(1, 5, 0, 0, 0, 0, 0, 5))).toEqual({ V: '0105000000000005' })
    expect(one(0x01, 0x6e, (chunk) => chunk.u16(0x1234))).toEqual({ V: '3412' })
  })

  test('an array gives one value for each element, and what is left over is kept', () => {
    expect(one(0x81, 0x81, (chunk) => chunk.utf16('a\0\0c\0'))).toEqual({ V: 'a', 'V~1': '', 'V~2': 'c' })
    expect(
      one(0x88, 0x88, (chunk) => {
        chunk.u32(1)
        chunk.u32(2)
        chunk.u16(0xffff)
      }),
    ).toEqual({ V: '1', 'V~1': '2', 'V~2': 'FFFF' })
    expect(
      one(0x93, 0x93, (chunk) => chunk.u8(1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0, 1, 9, 0, 0, 0, 0, 0, 5)),
    ).toEqual({ V: 'S-1-5-18', 'V~1': '0109000000000005' })
    expect(one(0x81, 0x81, () => {})).toEqual({ V: '' })
  })

  test('a text loses its terminating zeros and keeps those inside', () => {
    expect(one(0x01, 0x01, (chunk) => chunk.utf16('cmd.exe\0'))).toEqual({ V: 'cmd.exe' })
    expect(one(0x01, 0x01, (chunk) => chunk.utf16('a\0b'))).toEqual({ V: 'a\0b' })
    expect(one(0x01, 0x01, (chunk) => chunk.utf16('\0'))).toEqual({ V: '' })
  })

  test('a lone surrogate and control characters stay as they were recorded', () => {
    expect(one(0x01, 0x01, (chunk) => chunk.utf16('\ud940\u0001\u202e'))).toEqual({ V: '\ud940\u0001\u202e' })
  })

  test('NULL through a normal substitution is an empty value', () => {
    expect(one(0x01, 0x00, () => {})).toEqual({ V: '' })
  })

  test('NULL through an optional substitution leaves the attribute out', () => {
    const log = buildLog([{ eventId: 4624, time: start }])
    const { records } = both(log)
    expect(records[0]?.system).not.toHaveProperty('ActivityID')
    expect(records[0]?.system).not.toHaveProperty('UserID')
    expect(records[0]?.system).not.toHaveProperty('Qualifiers')
    expect(records[0]?.system.ProcessID).toBe('644')
  })

  test('an element whose value is NULL is a field without text, and not shown in XML', () => {
    const log = eventLog(
      (chunk) =>
        chunk.element(
          'EventData',
          () => {
            chunk.element('Data', () => chunk.value(0, 1, true), [], 0)
            chunk.element('Binary', () => chunk.value(1, 0x0e, true), [], 1)
          },
          [],
          0xffff,
        ),
      (chunk) => [string(chunk, 'shown'), { type: 0, write: () => {} }],
    )
    const { records } = both(log)
    expect(records.map(fieldsOf)).toEqual([{ '#0': 'shown', Binary: '' }])
    let xml = ''
    read(log, {
      onElements: (elements) => {
        xml = elementsXml(elements)
      },
    })
    expect(xml).toContain('<EventData><Data>shown</Data></EventData>')
    expect(xml).not.toContain('Binary')
  })

  test('a value that is a fragment is read although its field is flat', () => {
    const log = eventLog(
      (chunk) => chunk.element('EventData', () => leaf(chunk, 'V', () => chunk.value(0, 0x21)), [], 0xffff),
      (chunk) => {
        const write = () => {
          chunk.header()
          chunk.element('Inner', () => chunk.text('deep'))
          chunk.end()
        }
        return [{ type: 0x21, write }]
      },
    )
    const { records, problems } = both(log)
    expect(problems).toEqual([])
    expect(records.map(fieldsOf)).toEqual([{ Inner: 'deep' }])
  })

  test('repeated names are counted on without giving any name twice', () => {
    const names = ['A', 'A', 'A~1', '', 'A', '#0', '']
    const log = eventLog(
      (chunk) =>
        chunk.element(
          'EventData',
          () => {
            for (const [index, name] of names.entries())
              chunk.element(
                'Data',
                () => chunk.text(String(index)),
                name === '' ? [] : [['Name', () => chunk.text(name)]],
                0xffff,
              )
          },
          [],
          0xffff,
        ),
      () => [],
    )
    const { records } = both(log)
    expect(records[0]?.names.slice(0, 2)).toEqual(['A', 'A~1'])
    const fields = fieldsOf(records[0] as (typeof records)[number])
    expect(Object.values(fields).sort()).toEqual(['0', '1', '2', '3', '4', '5', '6'])
  })
})
