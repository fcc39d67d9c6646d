/** Random access to bytes of one log. `read` fills as much of `into` as there is and returns the count; 0 at the end. */
export interface ByteSource {
  readonly size: number
  read(position: number, into: Uint8Array): number
}

export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read(position, into) {
      const part = bytes.subarray(position, position + into.length)
      into.set(part)
      return part.length
    },
  }
}

/** What the plain reader takes from its surroundings: Node's native versions are far faster than ours. */
export interface Platform {
  crc32(bytes: Uint8Array, seed: number): number
  /** UTF-16LE bytes to a string, lone surrogates kept */
  utf16(bytes: Uint8Array): string
}
