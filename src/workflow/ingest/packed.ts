/**
 * The packed form of records in the case file. A segment is up to 16 MiB of one log with its own dictionary, so that segments
 * can be made in parallel and memory stays bounded; a block is 16 chunks of it. All numbers little-endian.
 *
 * heads, one after the other, `rows` entries each: time low u32, time high u32, EventRecordID low u32, high u32,
 * place u32 (chunk << 16 | offset), system u16, event id u16, shape u16.
 * values: u32 dictionary numbers of every row, in row order, as many as the shape has names plus four
 * (process id, thread id, user SID, activity id; 0xffffffff for none).
 */
export const chunksPerBlock = 16
export const chunksPerSegment = 256
export const noValue = 0xffff_ffff
/**
 * Type of a text in the dictionary whose zeros at the end belong to it: in values of type string they do not. The number is
 * that of embedded fragments, the only type of which no value is packed as it lies; any other byte may be one in a log.
 */
export const textAsIs = 0x21
/** System's own values, behind the named ones of each row */
export const systemValues = ['ProcessID', 'ThreadID', 'UserID', 'ActivityID'] as const
export const headBytes = 4 * 5 + 2 * 3

/** One distinct combination of System fields that hardly vary. */
export interface SystemTuple {
  readonly provider: string
  readonly channel: string
  readonly computer: string
  readonly version: number
  readonly level: number
  readonly task: number
  readonly opcode: number
  readonly keywords: string
}

/** Names of the values of one kind of record. `final`: repeated and missing names are already told apart. */
export interface Shape {
  readonly names: readonly string[]
  readonly final: boolean
}

/** A segment whose parts are bytes, or places of them. */
export interface SegmentOf<Part> {
  readonly number: number
  readonly rows: number
  readonly selected: number
  readonly blocks: readonly {
    readonly number: number
    readonly rows: number
    readonly heads: Part
    readonly values: Part
  }[]
  readonly dictionary: Part
  readonly systems: readonly SystemTuple[]
  readonly shapes: readonly Shape[]
}
export type PackedSegment = SegmentOf<Uint8Array>
/** bytes from `at` on */
export interface Span {
  readonly at: number
  readonly size: number
}

/** The same segment with other parts. */
export function withParts<From, To>(segment: SegmentOf<From>, give: (part: From) => To): SegmentOf<To> {
  return {
    ...segment,
    dictionary: give(segment.dictionary),
    blocks: segment.blocks.map(({ number, rows, heads, values }) => ({
      number,
      rows,
      heads: give(heads),
      values: give(values),
    })),
  }
}
