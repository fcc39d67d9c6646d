/** Where the packing kernel has what: offsets in bytes. Everything is an i32 unless said otherwise. */
import { chunkSize } from '../../../evtx/format.ts'

/** what may be read behind a value, and written behind one that is kept */
export const margin = 64
/** the chunk at hand stands at address 0, what the kernel works with behind it */
const here = chunkSize + margin

const inOrder = <Name extends string>(from: number, ...names: readonly Name[]) =>
  Object.fromEntries(names.map((name, i) => [name, from + i * 4])) as Readonly<Record<Name, number>>

/** absolute addresses */
export const state = {
  /** i64 */
  seed: here,
  ...inOrder(
    here + 8,
    // the columns of a block (columns.ts): addresses, rows there are and rows there is room for, values likewise
    'timeLow',
    'timeHigh',
    'idLow',
    'idHigh',
    'places',
    'systems',
    'eventIds',
    'shapes',
    'values',
    'rows',
    'rowRoom',
    'valueCount',
    'valueRoom',
    // dictionaries: of values, and of what is looked at of System
    'dictionary',
    'keys',
    // by number of such a key: the system, or -1; how many records had it; and for how many numbers there is room
    'systemOfKey',
    'countOfKey',
    'keyRoom',
    // by offset in the chunk: the template that is defined there, or 0
    'templates',
    // counts segments: columns of an earlier one mean nothing
    'generation',
    'headsOnly',
    'namelessShape',
    // places of the values of the instance at hand and of the one around it, and room for a key
    'innerPlaces',
    'outerPlaces',
    'keyBytes',
    // what `$instance` has found
    'foundTemplate',
    'foundCount',
    'foundEnd',
    // the key of the record at hand, or -1
    'foundKey',
  ),
} as const
/** where tables may begin */
export const stateEnd = here + 256

export const dictionaryFields = inOrder(
  0,
  'count',
  'used',
  'entries',
  'entriesSize',
  'bytes',
  'bytesSize',
  'small',
  'smallSize',
  'smallCount',
  'large',
  'largeSize',
  'largeCount',
)
export const dictionaryBytes = 48

/** One that is free is zeros. The value of a small one, an i64, stands at its start. */
export const slotFields = {
  smallKind: 8,
  smallNumber: 12,
  largeHash: 0,
  largeKind: 4,
  largeNumber: 8,
  largePlace: 12,
} as const

/** A column: index of its substitution or -1, number of its literal, then what it held last; its value, up to 8 bytes, is an i64. */
export const columnFields = { index: 0, literal: 4, lastKind: 8, lastNumber: 12, lastPlace: 16 } as const
export const columnBytes = 32

/**
 * What the kernel knows of a template. `form`: bits of what it can be (`form` below); `wanted`: of an event, the bit that the
 * template embedded in it must have. Indexes are of substitutions, -1 none.
 */
export const templateFields = inOrder(
  0,
  'form',
  'wanted',
  'number',
  'timeIndex',
  'idIndex',
  'eventIndex',
  'embedded',
  // of a template with data: the first of its pairs, and the segment for which they are good
  'firstPair',
  'ofGeneration',
  'firstKey',
)
export const keyFieldCount = 8
export const templateBytes = 48 + keyFieldCount * 4
export const form = { event: 1, data: 2, content: 4 } as const

/** A template with data and the event it was met in: where the values go. `nextPair` 0: the last. */
export const pairFields = inOrder(0, 'around', 'columns', 'columnCount', 'systemColumns', 'shape', 'nextPair')
export const pairBytes = 32

export const tables = { entries: 0, bytes: 1, small: 2, large: 3 } as const
/** bytes of what is looked at of System beyond which a record is left to the slow path */
export const mostKeyBytes = 1024

export const fields = {
  ...state,
  ...dictionaryFields,
  ...slotFields,
  ...columnFields,
  ...templateFields,
  ...pairFields,
}
