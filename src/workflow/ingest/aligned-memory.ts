/** Memory that starts at the border of a page, as writing past the page cache asks for: only WebAssembly promises that. */
interface WasmMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}
declare const WebAssembly: {
  readonly Memory: new (size: { initial: number; maximum?: number; shared?: boolean }) => WasmMemory
}
const wasmPage = 65_536

/** Memory of `size` bytes that threads share. */
export function sharedAligned(size: number): SharedArrayBuffer {
  const pages = Math.ceil(size / wasmPage)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  return memory.buffer as unknown as SharedArrayBuffer
}

/** Copies bytes to `at`. `set` copies shared memory word by word, which takes twice the time. */
export function copyBytes(from: Uint8Array, to: Uint8Array, at: number): void {
  Buffer.from(from.buffer, from.byteOffset, from.length).copy(to, at)
}

/** Bytes in memory that grows and is used again and again. */
export class GrowingBytes {
  readonly #memory: WasmMemory | undefined
  #bytes: Uint8Array<ArrayBuffer>
  /** bytes in use; the next ones may be added behind them */
  used = 0

  /** @param aligned the memory starts at the border of a page */
  constructor(aligned = false) {
    this.#memory = aligned ? new WebAssembly.Memory({ initial: 64 }) : undefined
    this.#bytes = new Uint8Array(this.#memory?.buffer ?? new ArrayBuffer(wasmPage * 2))
  }

  /** All of the memory; another array after each `reserve`. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes
  }

  /** Place for `size` more bytes, at a multiple of 8. */
  reserve(size: number): number {
    const at = (this.used + 7) & ~7
    const end = at + size
    // one page more: what is written past the page cache ends at a border
    if (end + wasmPage > this.#bytes.length) this.#grow(end + wasmPage)
    // what lies between is written out with the rest
    this.#bytes.fill(0, this.used, at)
    this.used = end
    return at
  }

  /** Adds a copy of `bytes`. @returns where it begins */
  add(bytes: Uint8Array): number {
    const at = this.reserve(bytes.length)
    copyBytes(bytes, this.#bytes, at)
    return at
  }

  #grow(needed: number): void {
    const size = Math.ceil(Math.max(needed, this.#bytes.length * 2) / wasmPage) * wasmPage
    if (this.#memory) {
      this.#memory.grow((size - this.#bytes.length) / wasmPage)
      this.#bytes = new Uint8Array(this.#memory.buffer)
      return
    }
    const larger = new Uint8Array(size)
    larger.set(this.#bytes.subarray(0, this.used))
    this.#bytes = larger
  }
}
