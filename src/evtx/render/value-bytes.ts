/** Values of substitutions as UTF-8 bytes, in the spelling of `scalarText`; whatever is rare goes through it. */
import { scalarText } from '../binxml/value.ts'
import type { ChunkView } from '../chunk-view.ts'
import { valueType } from '../format.ts'
import type { ByteWriter } from './byte-writer.ts'
import { type Place, writeText, writeUnits } from './units.ts'

/** A record that makes more code units than this is left to the slow path: room is reserved for so many. */
export const mostUnits = 1 << 18
/** Bytes to be reserved before a record: no code unit becomes more than 6. */
export const recordRoom = mostUnits * 6 + 4096

/**
 * Writes one value that is no array and no embedded fragment to be rendered.
 * @param room code units that may still be written
 * @returns its length in UTF-16 code units before escaping, or -1 when it is longer than `room` (nothing is written then)
 */
export function writeValue(
  out: ByteWriter,
  chunk: ChunkView,
  type: number,
  from: number,
  size: number,
  place: Place,
  room: number,
  hidden: Uint8Array | undefined,
): number {
  if (size === 0 || type === valueType.null) return 0
  const { view } = chunk
  const start = out.at
  switch (type) {
    case valueType.string: {
      let units = size >> 1
      while (units > 0 && view.getUint16(from + (units - 1) * 2, true) === 0) units--
      if (units > room) return -1
      writeUnits(out, view, from, units, place, hidden)
      return units
    }
    case valueType.uint8:
      if (size !== 1) break
      out.decimal(view.getUint8(from))
      return out.at - start
    case valueType.uint16:
      if (size !== 2) break
      out.decimal(view.getUint16(from, true))
      return out.at - start
    case valueType.uint32:
      if (size !== 4) break
      out.decimal(view.getUint32(from, true))
      return out.at - start
    case valueType.int32: {
      if (size !== 4) break
      const value = view.getInt32(from, true)
      if (value < 0) out.byte(0x2d)
      out.decimal(Math.abs(value))
      return out.at - start
    }
    case valueType.uint64:
      if (size !== 8) break
      out.decimal64(view.getUint32(from, true), view.getUint32(from + 4, true))
      return out.at - start
    case valueType.hex32:
      if (size !== 4) break
      out.hex(view.getUint32(from, true), 0)
      return out.at - start
    case valueType.hex64:
      if (size !== 8) break
      out.hex(view.getUint32(from, true), view.getUint32(from + 4, true))
      return out.at - start
    case valueType.sizeT:
      if (size === 8) out.hex(view.getUint32(from, true), view.getUint32(from + 4, true))
      else if (size === 4) out.hex(view.getUint32(from, true), 0)
      else break
      return out.at - start
    case valueType.guid:
      if (size !== 16) break
      out.guid(view, from)
      return 38
    case valueType.fileTime:
      if (size !== 8 || !out.fileTime(view.getUint32(from, true), view.getUint32(from + 4, true))) break
      return 28
    case valueType.sid:
      if (size < 8 || 8 + view.getUint8(from + 1) * 4 > size) break
      out.sid(view, from)
      return out.at - start
    case valueType.binary:
      if (size * 2 > room) return -1
      out.hexBytes(view, from, size)
      return size * 2
  }
  const text = scalarText(chunk, type, from, size)
  if (text.length > room) return -1
  writeText(out, text, place, hidden)
  return text.length
}
