/**
 * The packing kernel: what runs for every record and every value, in WebAssembly. It takes a third of the time that the same takes
 * in JavaScript, has no slow first thousand calls, and threads share what is compiled of it. This is its memory: the chunk at hand
 * at its start, then tables, one behind the other, which are never given back.
 */
import { randomBytes } from 'node:crypto'
import { copyBytes } from '../aligned-memory.ts'
import { assemble } from './assemble.ts'
import { dictionaryText } from './dictionary-text.ts'
import { fields, margin, state, stateEnd } from './layout.ts'
import { recordText } from './record-text.ts'

interface WasmMemory {
  readonly buffer: SharedArrayBuffer
  grow(pages: number): number
}
interface Functions {
  /** what `bytes.fill` does byte by byte where memory is shared */
  fill(at: number, byte: number, size: number): void
  number(dictionary: number, kind: number, at: number, size: number): number
  isSame(dictionary: number, number: number, kind: number, at: number, size: number): number
  inColumn(dictionary: number, column: number, kind: number, at: number, size: number): number
  moveSmall(dictionary: number, from: number, end: number): void
  moveLarge(dictionary: number, from: number, end: number): void
  record(offset: number, size: number, chunkPlace: number): number
}
declare const WebAssembly: {
  readonly Memory: new (size: { initial: number; maximum: number; shared: true }) => WasmMemory
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (
    module: object,
    imports: { readonly host: Readonly<Record<string, unknown>> },
  ) => { readonly exports: unknown }
}

const page = 65_536
/** a gigabyte: segments end long before they have so much in tables */
const mostPages = 16_384

const text = `(module
  (import "host" "memory" (memory 1 ${mostPages}))
  (import "host" "grow" (func $grow (param $d i32) (param $table i32) (param $bytes i32)))
  (import "host" "define" (func $define (param $definition i32) (result i32)))
  ${dictionaryText}
  ${recordText})`
let module: object | undefined

export class Kernel {
  // shared memory stays where it is when it grows, and so do all views of it
  readonly #memory = new WebAssembly.Memory({ initial: 64, maximum: mostPages, shared: true })
  #bytes = new Uint8Array(this.#memory.buffer)
  #view = new DataView(this.#memory.buffer)
  #words = new Int32Array(this.#memory.buffer)
  #next = stateEnd
  readonly run: Functions
  /** makes a table of a dictionary larger; by address of the dictionary */
  readonly growers = new Map<number, (table: number, needed: number) => void>()
  /** gives the address of what is known of the template that is defined at an offset of the chunk, or 0 */
  define: (definition: number) => number = () => 0

  constructor() {
    module ??= new WebAssembly.Module(assemble(text, fields))
    const grow = (dictionary: number, table: number, needed: number) =>
      this.growers.get(dictionary)?.(table, needed)
    const define = (definition: number) => this.define(definition)
    const { exports } = new WebAssembly.Instance(module, { host: { memory: this.#memory, grow, define } })
    this.run = exports as Functions
    // decides where in tables values are looked for, and nothing else: no log can be made so that all of its values meet there
    this.#view.setBigUint64(state.seed, randomBytes(8).readBigUInt64LE(), true)
  }

  /** All of the memory; other views after `reserve`. */
  get bytes(): Uint8Array {
    return this.#bytes
  }
  get view(): DataView {
    return this.#view
  }
  get buffer(): SharedArrayBuffer {
    return this.#memory.buffer
  }
  /** The number at an address that is a multiple of 4. */
  get(at: number): number {
    return this.#words[at >> 2] as number
  }
  set(at: number, value: number): void {
    this.#words[at >> 2] = value
  }

  /** Address of so many bytes, zeros, at a multiple of 16. */
  reserve(size: number): number {
    const at = this.#next
    this.#next = (at + size + 15) & ~15
    const missing = this.#next + margin - this.#bytes.length
    if (missing > 0) {
      try {
        this.#memory.grow(Math.max(Math.ceil(missing / page), 16))
      } catch (error) {
        throw new Error('no memory for the tables of a segment', { cause: error })
      }
      this.#bytes = new Uint8Array(this.#memory.buffer)
      this.#view = new DataView(this.#memory.buffer)
      this.#words = new Int32Array(this.#memory.buffer)
    }
    return at
  }

  /** A copy of the chunk's bytes, at address 0, until the next one is put there. */
  putChunk(bytes: Uint8Array): Uint8Array {
    copyBytes(bytes, this.#bytes, 0)
    return this.#bytes.subarray(0, bytes.length)
  }
}
