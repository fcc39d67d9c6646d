import { crc32 } from 'node:zlib'
import type { Platform } from '../../evtx/byte-source.ts'

/** Node's own CRC and UTF-16: several times the speed of the plain ones. */
export const nodePlatform: Platform = {
  crc32: (bytes, seed) => crc32(bytes, seed),
  utf16: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf16le'),
}
