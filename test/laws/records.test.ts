import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeEvent } from '../../src/domain/describe.ts'
import { classifyAddress, normalAddress } from '../../src/events/addresses.ts'
import { timelineColumns } from '../../src/events/columns.ts'
import { describeRecord } from '../../src/events/describe-record.ts'
import { definedFields } from '../../src/events/fields.ts'
import { chainEventIds, isChainEvent, providers } from '../../src/events/kinds.ts'
import { typedEvent } from '../../src/events/typed-event.ts'
import { decodeText } from '../../src/tasks/decode-text.ts'
import { readTaskBytes, readTaskXml } from '../../src/tasks/read-task.ts'
import { summarizeTask } from '../../src/tasks/summary.ts'
import { recordWith } from '../builders/records.ts'

const known = [...providers].flatMap(([provider, family]) =>
  [...chainEventIds[family]].map((eventId) => ({ provider, eventId })),
)
const value = fc.oneof(
  fc.constantFrom(
    '',
    '-',
    '0',
    '0x0',
    '0x3e7',
    '0x000000000017e2d2',
    '%%1842',
    '::1',
    '::ffff:1.2.3.4',
    '\\',
    '%%',
    '-1',
  ),
  fc.constantFrom(
    '<Task',
    '<!DOCTYPE x>',
    '<Task><Actions><Exec><Command>a',
    '\ud800',
    '\0',
    '99999999999999999999999',
  ),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.bigInt({ min: 0n, max: 2n ** 70n }).map((number) => `0x${number.toString(16)}`),
)

/** A record of a known event whose fields are partly missing, in any order, with any value. */
const hostileRecord = fc.constantFrom(...known).chain(({ provider, eventId }) => {
  const names = [0, 1, 2, 3].flatMap((version) => definedFields(provider, eventId, version) ?? [])
  const name = fc.oneof(
    fc.constantFrom(...(names.length ? names : ['x'])),
    fc.string({ maxLength: 12 }),
    fc.constant('__proto__'),
  )
  return fc
    .record({
      fields: fc.array(fc.tuple(name, value), { maxLength: 40 }),
      version: fc.nat(5),
      channel: fc.constantFrom('', 'Security', 'System', 'x'),
    })
    .map(({ fields, version, channel }) => ({
      ...recordWith(eventId, {}, { provider, version, channel }),
      names: fields.map(([field]) => field),
      values: fields.map(([, text]) => text),
    }))
})

describe('records of any content', () => {
  it('never make the events room throw, and always have bounded words', () => {
    fc.assert(
      fc.property(hostileRecord, (record) => {
        const event = typedEvent(record)
        if (event) {
          expect(event.eventId).toBe(record.eventId)
          expect(isChainEvent(record.provider, record.eventId)).toBe(true)
          expect(describeEvent(event).length).toBeLessThanOrEqual(400)
        }
        expect(describeRecord(record).length).toBeLessThanOrEqual(400)
        expect(timelineColumns(record).logonIds).not.toContain('0x0')
      }),
      { numRuns: 3000 },
    )
  })

  it('mean the same whatever order their fields stand in', () => {
    fc.assert(
      fc.property(hostileRecord, fc.infiniteStream(fc.nat()), (record, stream) => {
        const first = new Map<string, string>()
        record.names.forEach((name, at) => {
          if (!first.has(name)) first.set(name, record.values[at] ?? '')
        })
        const sorted = [...first]
          .map((pair) => ({ pair, by: stream.next().value as number }))
          .sort((a, b) => a.by - b.by)
        const shuffled = {
          ...record,
          names: sorted.map(({ pair }) => pair[0]),
          values: sorted.map(({ pair }) => pair[1]),
        }
        expect(typedEvent(shuffled)).toEqual(typedEvent(record))
        expect(timelineColumns(shuffled)).toEqual(timelineColumns(record))
      }),
      { numRuns: 1000 },
    )
  })
})

describe('addresses', () => {
  it('have one spelling: writing an IPv6 address in any form gives the same text and class', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const normal = normalAddress(address)
        expect(normal).toBeDefined()
        expect(normalAddress(normal ?? '')).toBe(normal)
        expect(normalAddress(address.toUpperCase())).toBe(normal)
        expect(classifyAddress(address)).toBe(classifyAddress(normal))
        // the platform's own URL parser writes IPv6 as RFC 5952 does, but for IPv4-mapped addresses
        const platform = new URL(`http://[${address}]/`).hostname.slice(1, -1)
        if (!platform.startsWith('::ffff:')) expect(normal).toBe(platform)
      }),
      { numRuns: 3000 },
    )
  })

  it('of IPv4 are themselves, mapped or not', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(normalAddress(address)).toBe(address)
        expect(normalAddress(`::ffff:${address}`)).toBe(address)
        expect(classifyAddress(`::ffff:${address}`)).toBe(classifyAddress(address))
      }),
    )
  })
})

describe('task definitions of any content', () => {
  const piece = fc.constantFrom(
    '<Task>',
    '</Task>',
    '<Actions Context="a">',
    '</Actions>',
    '<Exec>',
    '</Exec>',
    '<Command>',
    '</Command>',
    'cmd.exe',
    '&amp;',
    '&x;',
    '&#0;',
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    '<?x ',
    '?>',
    '<',
    '>',
    '"',
    '\u0001',
    '\ud800',
    '\udc00',
    '\r\n',
    '<Triggers><TimeTrigger>',
    '<Principals>',
    '<Settings><Hidden>true</Hidden>',
    '<!DOCTYPE a [',
    'xmlns:a="b"',
    '<a:b/>',
    '\0',
  )
  it('never make the reader throw, and trouble always says where', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 5 })), { maxLength: 30 }),
        (parts) => {
          const { definition, trouble } = readTaskXml(parts.join(''))
          expect(definition !== undefined || trouble !== undefined).toBe(true)
          if (trouble) expect(trouble.where).toMatch(/^line \d+, column \d+$/)
          if (definition) summarizeTask(definition)
        },
      ),
      { numRuns: 5000 },
    )
  })

  it('are decoded from any bytes as the platform decodes UTF-8, and never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        readTaskBytes(bytes)
        const { text, encoding, byteOrderMark, trouble } = decodeText(bytes)
        if (encoding !== 'utf-8') return
        expect(text).toBe(new TextDecoder('utf-8', { ignoreBOM: !byteOrderMark }).decode(bytes))
        expect(trouble !== undefined).toBe(!isValidUtf8(bytes))
      }),
      { numRuns: 3000 },
    )
  })

  function isValidUtf8(bytes: Uint8Array): boolean {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes)
      return true
    } catch {
      return false
    }
  }
})
