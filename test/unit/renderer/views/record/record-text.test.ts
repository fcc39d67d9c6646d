import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csvCell, csvOfRows } from '../../../../../renderer/views/record/csv.ts'
import {
  bytesOfBase64,
  findText,
  hexLine,
  lineCount,
  lineOffset,
  offsetText,
  recordParts,
} from '../../../../../renderer/views/record/hex-layout.ts'

const bytes = Uint8Array.from({ length: 80 }, (_, n) => n + 0x20)

describe('the hex view', () => {
  test('lines begin at multiples of 16 in the file and blanks stand for bytes before the record', () => {
    expect(lineOffset(0x29b8, 0)).toBe(0x29b0)
    expect(lineCount(0x29b8, 80)).toBe(6)
    const first = hexLine(bytes, 0x29b8, 0, undefined)
    expect(first.map((piece) => piece.region)).toEqual(['outside', 'header'])
    expect(first[1]?.hex).toBe('20 21 22 23 24 25 26 27')
    expect(first[1]?.ascii).toBe(' !"#$%&\'')
  })

  test('every line is equally wide, whatever is marked in it, and shows each byte once', () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.uint8Array({ maxLength: 200 }),
        fc.nat(200),
        fc.nat(60),
        (offset, some, start, length) => {
          const picked = { start, end: start + length }
          let shown = ''
          for (let line = 0; line < lineCount(offset, some.length); line++) {
            const pieces = hexLine(some, offset, line, picked)
            expect(pieces.map((piece) => piece.hex).join('')).toHaveLength(16 * 2 + 16)
            expect(pieces.map((piece) => piece.ascii).join('')).toHaveLength(16)
            shown += pieces
              .map((piece) => piece.hex)
              .join('')
              .replaceAll(' ', '')
          }
          expect(shown).toBe(Buffer.from(some).toString('hex'))
        },
      ),
    )
  })

  test('a picked value is found as UTF-16LE behind the record header', () => {
    const record = new Uint8Array(100)
    record.set(Buffer.from('\\bouWFQYO', 'utf16le'), 0)
    record.set(Buffer.from('\\bouWFQYO', 'utf16le'), 41)
    expect(findText(record, '\\bouWFQYO')).toEqual({ start: 41, end: 59 })
    expect(findText(record, 'absent')).toBeUndefined()
    expect(findText(record, '')).toBeUndefined()
  })

  test('the parts of a record say when the repeated size differs', () => {
    const record = new Uint8Array(40)
    const view = new DataView(record.buffer)
    record.set([0x2a, 0x2a, 0, 0])
    view.setUint32(4, 40, true)
    view.setBigUint64(8, 2n ** 63n + 1n, true)
    view.setUint32(36, 40, true)
    const value = (name: string) => recordParts(record, 40).parts.find((part) => part.name === name)?.value
    expect(value('Magic')).toBe('2a 2a 00 00')
    expect(value('Header record id')).toBe('9223372036854775809')
    expect(value('Size, repeated')).toBe('40, the same')
    view.setUint32(36, 39, true)
    expect(value('Size, repeated')).toBe('39, differs from 40')
    expect(recordParts(record.slice(0, 10), 40).parts).toEqual([])
  })

  test('offsets above 4 GB keep all their digits and broken base64 is no crash', () => {
    expect(offsetText(0x2_0000_29b8)).toBe('2000029b8')
    expect(bytesOfBase64('KioAAA==')).toEqual(Uint8Array.of(0x2a, 0x2a, 0, 0))
    expect(bytesOfBase64('*')).toBeUndefined()
  })
})

describe('rows as CSV', () => {
  test('no cell can become a formula in a spreadsheet', () => {
    for (const text of [
      '=1+1',
      '+1',
      '-1',
      '@x',
      '\t=1',
      ' =HYPERLINK("a")',
      '|calc',
      '\r=x',
      '\u00a0=1',
      '"=1',
      '\uff1d1',
      '\n+1',
    ])
      expect(csvCell(text).startsWith('"\'')).toBe(true)
    expect(csvCell('C:\\a "b"')).toBe('"C:\\a ""b"""')
  })

  test('a record stays one line and negative times stay numbers', () => {
    const csv = csvOfRows([
      {
        index: 0,
        time: '2021-06-10T21:21:26.3837263Z',
        eventId: 4698,
        what: 'a\r\nb,"c"',
        host: 'fs01',
        account: null,
        address: '10.0.0.1',
        channel: 'Security',
        provider: 'p',
        citation: { evidenceId: 'e', recordId: '18446744073709551615', chunk: 1, offset: 2 },
        deltaMs: -26.077,
        marks: ['chain', 'anchor'],
      },
    ])
    expect(csv).toBe(
      'time_utc,from_task_ms,event,what_happened,host,account,address,channel,provider,record,evidence_sha256,chunk,offset,marks\r\n' +
        '"2021-06-10T21:21:26.3837263Z","-26.077","4698","a⏎b,""c""","fs01","","10.0.0.1","Security","p","18446744073709551615","e","1","2","chain anchor"\r\n',
    )
  })
})
