/**
 * The first part of a record's output, up to its time, remembered with the values it was made of: records of one event differ
 * there in nothing, so that a comparison stands for a third of the rendering.
 */
import type { Instance } from '../binxml/instance.ts'
import { valueType } from '../format.ts'
import type { ByteWriter } from './byte-writer.ts'

const mostBytes = 4096
const mostPerProgram = 16
/** type of a value that is not there, which is not the same as NULL */
const missing = 0xff

interface Head {
  readonly types: Uint8Array
  readonly sizes: Int32Array
  readonly values: DataView
  readonly output: DataView
  readonly length: number
  readonly cost: number
  readonly skip: number
  readonly attributes: number
}

export class HeadMemory {
  readonly #indexes: Int32Array
  readonly #heads: Head[] = []

  /** @param indexes of the values the output depends on, the most telling first */
  constructor(indexes: readonly number[]) {
    this.#indexes = Int32Array.from(indexes)
  }

  get isFull(): boolean {
    return this.#heads.length >= mostPerProgram
  }

  /** What was written for just these values. */
  find(view: DataView, { types, sizes, offsets, count }: Instance): Head | undefined {
    const indexes = this.#indexes
    next: for (let h = 0; h < this.#heads.length; h++) {
      const head = this.#heads[h] as Head
      let from = 0
      for (let i = 0; i < indexes.length; i++) {
        const index = indexes[i] as number
        const size = head.sizes[i] as number
        if (index >= count) {
          if (head.types[i] !== missing) continue next
          continue
        }
        if (types[index] !== head.types[i] || sizes[index] !== size) continue next
        const at = offsets[index] as number
        let k = 0
        for (const whole = size & ~3; k < whole; k += 4)
          if (view.getInt32(at + k, true) !== head.values.getInt32(from + k, true)) continue next
        for (; k < size; k++) if (view.getUint8(at + k) !== head.values.getUint8(from + k)) continue next
        from += size
      }
      return head
    }
    return undefined
  }

  /** Keeps what has been written since `start`. @returns false when it is too long, or of values that are no plain ones */
  keep(
    view: DataView,
    instance: Instance,
    out: ByteWriter,
    start: number,
    cost: number,
    skip: number,
    attributes: number,
  ): boolean {
    const length = out.at - start
    const types = new Uint8Array(this.#indexes.length)
    const sizes = new Int32Array(this.#indexes.length)
    let total = 0
    for (const [i, index] of this.#indexes.entries()) {
      const type = index < instance.count ? (instance.types[index] as number) : missing
      if (type !== missing && (type & valueType.array || type === valueType.binXml)) return false
      types[i] = type
      sizes[i] = type === missing ? 0 : (instance.sizes[index] as number)
      total += sizes[i] as number
    }
    if (length > mostBytes || total > mostBytes) return false
    const values = new DataView(new ArrayBuffer(total))
    let at = 0
    for (const [i, index] of this.#indexes.entries())
      for (let k = 0; k < (sizes[i] as number); k++)
        values.setUint8(at++, view.getUint8((instance.offsets[index] as number) + k))
    // room for copies that run past the end
    const bytes = new Uint8Array(length + 64)
    bytes.set(out.bytes.subarray(start, out.at))
    const output = new DataView(bytes.buffer)
    this.#heads.push({ types, sizes, values, output, length, cost, skip, attributes })
    return true
  }
}
