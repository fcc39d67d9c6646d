import { crc32 } from '../base/crc32.ts'
import type { Platform } from './byte-source.ts'

/** Works in any JavaScript engine; Node injects its own (`zlib.crc32`, `Buffer.ucs2Slice`). */
export const plainPlatform: Platform = {
  crc32,
  utf16(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const units = bytes.length >> 1
    let text = ''
    const part: number[] = []
    for (let i = 0; i < units; i++) {
      part.push(view.getUint16(i * 2, true))
      if (part.length === 4096) {
        text += String.fromCharCode(...part)
        part.length = 0
      }
    }
    return text + String.fromCharCode(...part)
  },
}
