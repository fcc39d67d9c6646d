/**
 * Cuts a stream into lines at LF bytes only: U+2028 and the like are not line ends here, since a task may be named so.
 * A line longer than the bound ends the stream with an error rather than filling the memory.
 */
export class LineTooLong extends Error {
  override readonly name = 'LineTooLong'
  readonly bytes: number
  constructor(bytes: number) {
    super(`a line of more than ${bytes} bytes`)
    this.bytes = bytes
  }
}

/** Lines without their LF, as bytes. What no LF ends is torn, by a line that was cut, and is not given out. */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  longest: number,
): AsyncGenerator<Buffer, void> {
  let parts: Buffer[] = []
  let held = 0
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let from = 0
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      const last = bytes.subarray(from, end)
      if (held + last.length > longest) throw new LineTooLong(longest)
      yield parts.length === 0 ? last : Buffer.concat([...parts, last])
      parts = []
      held = 0
      from = end + 1
    }
    if (from < bytes.length) {
      const rest = bytes.subarray(from)
      held += rest.length
      if (held > longest) throw new LineTooLong(longest)
      parts.push(rest)
    }
  }
}
