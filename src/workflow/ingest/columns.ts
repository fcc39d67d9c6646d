import type { GrowingBytes } from './aligned-memory.ts'
import { headBytes } from './packed.ts'

/** Growing columns of one block. */
export class BlockColumns {
  rows = 0
  valueCount = 0
  #capacity = 4096
  timeLow = new Uint32Array(4096)
  timeHigh = new Uint32Array(4096)
  idLow = new Uint32Array(4096)
  idHigh = new Uint32Array(4096)
  place = new Uint32Array(4096)
  system = new Uint16Array(4096)
  eventId = new Uint16Array(4096)
  shape = new Uint16Array(4096)
  values = new Uint32Array(65_536)

  clear(): void {
    this.rows = 0
    this.valueCount = 0
  }

  /** Room for one more row. */
  reserveRow(): void {
    if (this.rows < this.#capacity) return
    this.#capacity *= 2
    const wider32 = (old: Uint32Array) => {
      const next = new Uint32Array(this.#capacity)
      next.set(old)
      return next
    }
    const wider16 = (old: Uint16Array) => {
      const next = new Uint16Array(this.#capacity)
      next.set(old)
      return next
    }
    this.timeLow = wider32(this.timeLow)
    this.timeHigh = wider32(this.timeHigh)
    this.idLow = wider32(this.idLow)
    this.idHigh = wider32(this.idHigh)
    this.place = wider32(this.place)
    this.system = wider16(this.system)
    this.eventId = wider16(this.eventId)
    this.shape = wider16(this.shape)
  }

  reserveValues(count: number): void {
    if (this.valueCount + count <= this.values.length) return
    const larger = new Uint32Array(Math.max(this.values.length * 2, this.valueCount + count))
    larger.set(this.values.subarray(0, this.valueCount))
    this.values = larger
  }

  /** Adds the columns of all rows to `bytes`, one after the other. @returns where they begin */
  packHeads(bytes: GrowingBytes): number {
    const { rows } = this
    const at = bytes.reserve(rows * headBytes)
    let next = at
    for (const column of [this.timeLow, this.timeHigh, this.idLow, this.idHigh, this.place]) {
      bytes.bytes.set(new Uint8Array(column.buffer, 0, rows * 4), next)
      next += rows * 4
    }
    for (const column of [this.system, this.eventId, this.shape]) {
      bytes.bytes.set(new Uint8Array(column.buffer, 0, rows * 2), next)
      next += rows * 2
    }
    return at
  }

  packValues(bytes: GrowingBytes): number {
    return bytes.add(new Uint8Array(this.values.buffer, 0, this.valueCount * 4))
  }
}
