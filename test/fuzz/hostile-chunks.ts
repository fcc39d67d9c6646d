/** Chunks that no mutation reaches by chance: each costs as much as its form can, with numbers that vary by seed. */
import { definition, HandChunk, type HandDefinition, type HandValue, leaf } from '../unit/evtx/hand-log.ts'

const time = 133_000_000_000_000_000n

function event(chunk: HandChunk, own: () => void, values: () => readonly HandValue[]): void {
  const outer = definition(() => {
    const body = () => {
      chunk.system(4688, 7n, 0xffff)
      chunk.element('EventData', own, [], 0xffff)
    }
    chunk.element('Event', body, [], 0xffff)
  })
  chunk.record(1n, time, () => {
    chunk.header()
    chunk.instance(outer, values())
    chunk.end()
  })
}
const times = (count: number, work: () => void) => {
  for (let n = 0; n < count; n++) work()
}

type Form = (chunk: HandChunk, next: () => number) => void
const forms: Readonly<Record<string, Form>> = {
  /** one value of up to 50 KB, of any type, referenced up to thousands of times */
  references(chunk, next) {
    const type = [0x01, 0x02, 0x0e, 0x13, 0x81, 0x82, 0x84, 0x88, 0x8a, 0x91, 0x94, 0x95][
      next() % 12
    ] as number
    const size = [100, 3000, 12_000, 30_000, 50_000][next() % 5] as number
    const room = Math.floor((62_000 - size) / 10)
    const fill = next() & 0xff
    event(
      chunk,
      () => times(1 + (next() % room), () => chunk.value(0, type)),
      () => [{ type, write: () => chunk.raw(Buffer.alloc(size, fill)) }],
    )
  },
  /** an array of thousands of elements in elements with long names */
  arrays(chunk, next) {
    const letters = 1 + (next() % 6000)
    event(
      chunk,
      () =>
        times(1 + (next() % 3), () => leaf(chunk, 'N'.repeat(letters), () => chunk.value(0, 0x81), 0xffff)),
      () => [{ type: 0x81, write: () => chunk.utf16('a\0'.repeat(next() % 6000)) }],
    )
  },
  depth(chunk, next) {
    const down = (left: number): void => {
      if (left > 0) chunk.element('D', () => down(left - 1), [], 0xffff)
    }
    event(
      chunk,
      () => down(next() % 1200),
      () => [],
    )
  },
  /** fragments inside fragments; the innermost may be cut */
  fragments(chunk, next) {
    const inner = definition(() => chunk.element('D', () => chunk.value(0, 0x21), [], 0xffff))
    const last = (): HandValue => ({
      type: 0x21,
      write: () => chunk.raw(Buffer.alloc(next() % 40, next() & 0x0f)),
    })
    const value = (left: number): HandValue => ({
      type: 0x21,
      write: () => {
        chunk.header()
        chunk.instance(inner, [left > 0 ? value(left - 1) : last()])
        chunk.end()
      },
    })
    event(
      chunk,
      () => times(1 + (next() % 300), () => chunk.value(0, 0x21)),
      () => [value(next() % 300)],
    )
  },
  /** definitions and names that point at places inside themselves and each other */
  cycles(chunk, next) {
    const inner: HandDefinition = definition(() => {
      chunk.element('D', () => chunk.value(0, 0x21), [], 0xffff)
      chunk.u8(0x0c, 1)
      chunk.raw(inner.guid.subarray(0, 4))
      chunk.u32((inner.at ?? 0) + ([0, 4, 8, 24, 0xffff][next() % 5] as number))
    })
    times(1 + (next() % 40), () =>
      event(
        chunk,
        () => chunk.value(0, 0x21),
        () => [
          {
            type: 0x21,
            write: () => {
              chunk.header()
              chunk.instance(inner, [
                { type: next() % 2 ? 0x21 : 1, write: () => chunk.raw(Buffer.alloc(8, 0x0f)) },
              ])
              chunk.end()
            },
          },
        ],
      ),
    )
  },
  /** instances whose definitions start a few bytes behind one another in the same bytes */
  overlaps(chunk, next) {
    const step = 1 + (next() % 7)
    const shared: HandDefinition = definition(() => times(9000, () => chunk.u8(0x08, 0x41, 0x00)))
    chunk.record(1n, time, () => {
      chunk.header()
      chunk.instance(shared, [])
      chunk.end()
    })
    for (let n = 1; chunk.at < 64_000; n++)
      chunk.record(BigInt(n + 1), time, () => {
        const offset = (shared.at as number) + 4 + n * step
        chunk.header()
        chunk.u8(0x0c, 1)
        chunk.u32(chunk.bytes.readUInt32LE(offset + 4))
        chunk.u32(offset)
        chunk.u32(0)
        chunk.end()
      })
  },
  /** as many values as there may be, and one more or less, most of them empty */
  counts(chunk, next) {
    const count = [0, 1, 4095, 4096, 4097, 8000][next() % 6] as number
    event(
      chunk,
      () => times(1 + (next() % 2000), () => chunk.value(next() % (count + 2), 1, next() % 2 === 0)),
      () => Array.from({ length: count }, () => ({ type: next() % 3 ? 0 : 1, write: () => {} })),
    )
  },
}
const names = Object.keys(forms)

/** One chunk of one of the forms. */
export function hostileChunk(next: () => number): Buffer {
  for (;;) {
    const chunk = new HandChunk()
    try {
      ;(forms[names[next() % names.length] as string] as Form)(chunk, next)
      return chunk.finish()
    } catch (error) {
      // the numbers ask for more than a chunk holds: other numbers
      if (!(error instanceof RangeError)) throw error
    }
  }
}
