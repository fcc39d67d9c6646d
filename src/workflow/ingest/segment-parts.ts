/** The parts of the segment that is being packed, side by side in memory that is used again for the next one. */
import { GrowingBytes } from './aligned-memory.ts'
import type { BlockColumns } from './columns.ts'
import type { Dictionary } from './dictionary.ts'
import { headBytes, type SegmentOf, type Span } from './packed.ts'

/** bytes of values after which a segment ends early: real ones have 2 MiB */
const largeSegment = 64 << 20

export class SegmentParts {
  readonly #bytes: GrowingBytes
  readonly #heads = new GrowingBytes()
  #blocks: SegmentOf<Span>['blocks'][number][] = []
  #end = 0

  constructor(bytes: GrowingBytes) {
    this.#bytes = bytes
  }

  get isLarge(): boolean {
    return this.#bytes.used > largeSegment
  }

  addBlock(number: number, columns: BlockColumns): void {
    const { rows, valueCount } = columns
    this.#blocks.push({
      number,
      rows,
      heads: { at: columns.packHeads(this.#heads), size: rows * headBytes },
      values: { at: columns.packValues(this.#bytes), size: valueCount * 4 },
    })
  }

  /** Values of all blocks, then their heads, side by side so that they are read in one go, then the dictionary. */
  close(dictionary: Dictionary): Pick<SegmentOf<Span>, 'blocks' | 'dictionary'> {
    const heads = this.#bytes.add(this.#heads.bytes.subarray(0, this.#heads.used))
    const blocks = this.#blocks.map((block) => ({
      ...block,
      heads: { at: block.heads.at + heads, size: block.heads.size },
    }))
    const packed = dictionary.pack(this.#bytes)
    this.#end = this.#bytes.used
    this.#bytes.used = 0
    this.#heads.used = 0
    this.#blocks = []
    return { blocks, dictionary: packed }
  }

  /** What `close` has put together. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.bytes.subarray(0, this.#end)
  }
}
