/** Bytes that are no plain file, read wherever they are asked for: an archive that is decrypted as it is read. */
import { Readable } from 'node:stream'
import { RandomAccessReader } from 'yauzl'

export interface ByteSource {
  readonly size: number
  /** `length` bytes from `at`, fewer at the end */
  read(at: number, length: number): Promise<Uint8Array>
  close(): Promise<void>
}

const blockBytes = 256 << 10

/** All bytes from `start` to `end`, in blocks. */
export async function* bytesOf(source: ByteSource, start = 0, end = source.size): AsyncGenerator<Uint8Array> {
  for (let at = start; at < end; ) {
    const block = await source.read(at, Math.min(blockBytes, end - at))
    if (block.length === 0) return
    yield block
    at += block.length
  }
}

/** Such bytes in the form yauzl reads from. The source stays open: it is its owner's. */
export class SourceReader extends RandomAccessReader {
  readonly #source: ByteSource

  constructor(source: ByteSource) {
    super()
    this.#source = source
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(bytesOf(this.#source, start, end), { objectMode: false })
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    this.#source.read(position, length).then(
      (bytes) => {
        buffer.set(bytes, offset)
        callback(bytes.length < length ? new Error('unexpected EOF') : null)
      },
      (error: Error) => callback(error),
    )
  }

  override close(callback: (error: Error | null) => void): void {
    setImmediate(callback, null)
  }
}
