import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ChunkWriter, type Instance } from '../../../../src/practice/evtx/chunk-writer.ts'
import { defineTemplate } from '../../../../src/practice/evtx/schema.ts'
import { attribute, type ElementNode, element, text, value } from '../../../../src/practice/evtx/tree.ts'
import type { FieldType, FieldValue } from '../../../../src/practice/evtx/value.ts'
import { haveSamples, manifest, sample } from '../../../samples.ts'
import { logOf } from '../hand-log.ts'
import { compareXml } from './both-paths.ts'

describe('event XML by the program of a template', () => {
  it.runIf(haveSamples)(
    'is the XML of the elements, for every record of every sample',
    () => {
      let records = 0
      let fast = 0
      for (const { file } of manifest().files) {
        if (!/^evtx(-reencoded)?\/.*\.evtx$/.test(file)) continue
        const compared = compareXml(readFileSync(sample(file)))
        expect(compared.wrong, file).toEqual([])
        records += compared.records
        fast += compared.fast
      }
      expect(records).toBeGreaterThan(25_000)
      // what is left over is template-less or odd
      expect(fast / records).toBeGreaterThan(0.9)
    },
    120_000,
  )

  it('is the XML of the elements for templates and values of any form', () => {
    let fast = 0
    fc.assert(
      fc.property(anyEvent, (event) => {
        const compared = compareXml(logWith(event))
        expect(compared.records).toBe(1)
        expect(compared.wrong).toEqual([])
        fast += compared.fast
      }),
      { numRuns: 700 },
    )
    // the law says nothing when everything is left to the slow path
    expect(fast).toBeGreaterThan(400)
  })

  it('is the XML of the elements when an embedded fragment comes back after a record without one', () => {
    const events = [true, false, true, true].map((isThere) => ({ ...withFragment, isThere }))
    const compared = compareXml(logOfEvents(events))
    expect(compared).toEqual({ records: 4, fast: 4, wrong: [] })
  })

  it('is left to the slow path, which tells of it, when the number of a record is none', () => {
    expect(compareXml(logOfEvents([withFragment])).fast).toBe(1)
    const types = systemTypes.with(3, 'binary')
    const odd = logOfEvents([withFragment], types, Buffer.alloc(8, 0x41))
    expect(compareXml(odd)).toMatchObject({ fast: 0, wrong: [] })
  })
})

const withFragment = {
  own: [],
  values: [] as readonly Typed[],
  time: 133_000_000_000_000_000n,
  activity: null,
  inner: element(
    'EventData',
    [],
    [element('Data', [attribute('Name', text('ConnType'))], [value(1, 'u16', true)])],
  ),
  isThere: true,
}

const unit = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...[0, 1, 8, 9, 10, 11, 13, 31, 0x22, 0x26, 0x27, 0x3c, 0x3e, 0x5c, 0x7f]),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...[0x80, 0xe4, 0x7ff, 0x800, 0x20ac, 0xd83d, 0xde00, 0xdbff, 0xdc00, 0xfffd, 0xfffe, 0xffff],
    ),
  },
)
const anyText = fc.array(unit, { maxLength: 24 }).map((units) => String.fromCharCode(...units))
const anyName = fc.constantFrom('Data', 'Name', 'a-b.c', 'x:y', 'with blank', '1st', 'ö', 'Event')

interface Typed {
  readonly type: FieldType
  readonly value: FieldValue
}
const typed = (type: FieldType, values: fc.Arbitrary<FieldValue>): fc.Arbitrary<Typed> =>
  fc.oneof(
    { weight: 5, arbitrary: values.map((one) => ({ type, value: one })) },
    { weight: 1, arbitrary: fc.constant({ type, value: null }) },
  )
const anyTyped: fc.Arbitrary<Typed> = fc.oneof(
  { weight: 4, arbitrary: typed('string', anyText) },
  typed(
    'strings',
    fc.array(
      anyText.map((one) => one.replaceAll('\0', '')),
      { maxLength: 4 },
    ),
  ),
  typed('u8', fc.integer({ min: 0, max: 255 })),
  typed('u16', fc.integer({ min: 0, max: 65_535 })),
  typed('u32', fc.integer({ min: 0, max: 0xffff_ffff })),
  typed('i32', fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  typed('u64', fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
  typed('i64', fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  typed('hex32', fc.integer({ min: 0, max: 0xffff_ffff })),
  typed('hex64', fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
  typed('size', fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
  typed('filetime', fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
  typed('filetime', fc.bigInt({ min: 132_000_000_000_000_000n, max: 133_000_000_000_000_000n })),
  typed('boolean', fc.boolean()),
  typed('binary', fc.uint8Array({ maxLength: 20 })),
  typed(
    'guid',
    fc.uuid().map((one) => `{${one}}`),
  ),
  typed('sid', fc.constantFrom('S-1-5-18', 'S-1-5-21-4294967295-1-0-500', 'S-1-15-3-1024')),
)

/** System's own values come first. */
const systemTypes: readonly FieldType[] = ['filetime', 'u16', 'u16', 'u64', 'guid']
const valueCount = 4

/** One value more than there is, now and then, and values used twice. */
const anyIndex = fc.integer({ min: 0, max: valueCount }).map((index) => systemTypes.length + index)
const anyPart = fc.oneof(
  anyText.map((one) => text(one)),
  fc.tuple(anyIndex, fc.boolean()).map(([index, optional]) => value(index, 'string', optional)),
)
const anyElement: fc.Arbitrary<ElementNode> = fc.letrec<{ element: ElementNode }>((tie) => ({
  element: fc
    .record({
      name: anyName,
      attributes: fc.array(
        fc.tuple(anyName, anyPart).map(([name, part]) => attribute(name, part)),
        { maxLength: 3 },
      ),
      content: fc.oneof(
        { weight: 3, arbitrary: fc.array(anyPart, { minLength: 1, maxLength: 1 }) },
        {
          weight: 2,
          arbitrary: fc.array(
            fc.oneof({ depthSize: 'small', withCrossShrink: true }, anyPart, tie('element')),
            { maxLength: 3 },
          ),
        },
      ),
      dependsOn: fc.option(anyIndex, { nil: undefined }),
    })
    .map(({ name, attributes, content, dependsOn }) => element(name, attributes, content, dependsOn)),
})).element

interface AnyEvent {
  readonly own: readonly ElementNode[]
  readonly values: readonly Typed[]
  readonly time: bigint
  readonly activity: string | null
  readonly inner: ElementNode | undefined
}
const anyEvent: fc.Arbitrary<AnyEvent> = fc.record({
  own: fc.array(anyElement, { maxLength: 3 }),
  values: fc.array(anyTyped, { minLength: valueCount, maxLength: valueCount }),
  time: fc.bigInt({ min: 116_444_736_000_000_000n, max: 140_000_000_000_000_000n }),
  activity: fc.option(fc.uuid().map((one) => `{${one}}`)),
  inner: fc.option(anyElement, { nil: undefined }),
})

const logWith = (event: AnyEvent): Uint8Array => logOfEvents([{ ...event, isThere: true }])

/** Records of one template, one after the other; `isThere`: the embedded fragment has a value. */
function logOfEvents(
  events: readonly (AnyEvent & { readonly isThere: boolean })[],
  ofSystem: readonly FieldType[] = systemTypes,
  number: FieldValue = 7n,
): Uint8Array {
  const chunk = new ChunkWriter()
  for (const { own, values, time, activity, inner, isThere } of events) {
    const system = element(
      'System',
      [],
      [
        element('EventID', [attribute('Qualifiers', value(2, 'u16', true))], [value(1, 'u16', true)], 1),
        element('TimeCreated', [attribute('SystemTime', value(0, 'filetime', true))]),
        element('EventRecordID', [], [value(3, 'u64', true)], 3),
        element('Correlation', [attribute('ActivityID', value(4, 'guid', true))]),
      ],
    )
    const types = [...ofSystem, ...values.map(({ type }) => type)]
    const given = [time, 4624, null, number, activity, ...values.map((one) => one.value)]
    const fragment: Instance | undefined = inner && {
      template: defineTemplate(inner),
      types,
      values: given,
    }
    const root = element(
      'Event',
      [attribute('xmlns', text('urn:events'))],
      [system, ...own, ...(fragment ? [value(types.length, 'binxml', true)] : [])],
      fragment ? types.length : undefined,
    )
    const fits = chunk.append(1n, time, {
      template: defineTemplate(root),
      types: fragment ? [...types, 'binxml'] : types,
      values: fragment ? [...given, isThere ? fragment : null] : given,
    })
    if (!fits) throw new Error('the record does not fit a chunk')
  }
  return logOf(chunk.finish())
}
