/** Values of substitutions as text, in the spelling Windows uses in event XML. Raw bytes stay where they are. */
import { hexOf } from '../../base/hex.ts'
import type { ChunkView } from '../chunk-view.ts'
import { valueType } from '../format.ts'

const epochTicks = 116_444_736_000_000_000n

/** FILETIME as UTC ISO 8601 with 7 decimals. */
export function fileTimeText(ticks: bigint): string {
  const sinceEpoch = ticks - epochTicks
  let ms = sinceEpoch / 10_000n
  let rest = sinceEpoch % 10_000n
  if (rest < 0n) {
    rest += 10_000n
    ms -= 1n
  }
  const date = new Date(Number(ms))
  if (Number.isNaN(date.getTime())) return `FILETIME ${ticks}`
  return `${date.toISOString().slice(0, -1)}${rest.toString().padStart(4, '0')}Z`
}

const two = (n: number) => n.toString().padStart(2, '0')

/** `{…}` in upper case, as event XML spells it. */
export function guidText(view: DataView, at: number): string {
  const part = (value: number, digits: number) => value.toString(16).padStart(digits, '0')
  let tail = ''
  for (let i = 8; i < 16; i++) tail += part(view.getUint8(at + i), 2) + (i === 9 ? '-' : '')
  return `{${part(view.getUint32(at, true), 8)}-${part(view.getUint16(at + 4, true), 4)}-${part(view.getUint16(at + 6, true), 4)}-${tail}}`.toUpperCase()
}

export function sidText(view: DataView, at: number, size: number): string | undefined {
  if (size < 8) return undefined
  const count = view.getUint8(at + 1)
  if (8 + count * 4 > size) return undefined
  const high = view.getUint16(at + 2, false)
  const low = view.getUint32(at + 4, false)
  let text = `S-${view.getUint8(at)}-${high * 2 ** 32 + low}`
  for (let i = 0; i < count; i++) text += `-${view.getUint32(at + 8 + i * 4, true)}`
  return text
}

function systemTimeText(view: DataView, at: number): string {
  const field = (i: number) => view.getUint16(at + i * 2, true)
  return `${field(0).toString().padStart(4, '0')}-${two(field(1))}-${two(field(3))}T${two(field(4))}:${two(field(5))}:${two(field(6))}.${field(7).toString().padStart(3, '0')}Z`
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  return Object.is(value, -0) ? '-0' : String(value)
}

/** Bytes per element of a fixed-size type; 0 when it varies. */
const width: Readonly<Record<number, number>> = {
  [valueType.int8]: 1,
  [valueType.uint8]: 1,
  [valueType.int16]: 2,
  [valueType.uint16]: 2,
  [valueType.int32]: 4,
  [valueType.uint32]: 4,
  [valueType.int64]: 8,
  [valueType.uint64]: 8,
  [valueType.float]: 4,
  [valueType.double]: 8,
  [valueType.boolean]: 4,
  [valueType.guid]: 16,
  [valueType.fileTime]: 8,
  [valueType.systemTime]: 16,
  [valueType.hex32]: 4,
  [valueType.hex64]: 8,
}

/**
 * One value that is no array and no embedded BinXML. A size that does not fit its type gives the bytes as hex: nothing is
 * invented and nothing dropped.
 */
export function scalarText(chunk: ChunkView, type: number, at: number, size: number): string {
  const view = chunk.view
  if (size === 0) return ''
  const wanted = width[type]
  if (wanted !== undefined && size !== wanted) return hexOf(chunk.bytes.subarray(at, at + size)).toUpperCase()
  switch (type) {
    case valueType.null:
      return ''
    case valueType.string: {
      let units = size >> 1
      // strings often carry their terminating zero (22,110 times in the samples), or fill a fixed buffer with them
      while (units > 0 && view.getUint16(at + (units - 1) * 2, true) === 0) units--
      return chunk.text(at, units)
    }
    case valueType.ansiString: {
      return latinText(chunk, at, view.getUint8(at + size - 1) === 0 ? at + size - 1 : at + size)
    }
    case valueType.int8:
      return String(view.getInt8(at))
    case valueType.uint8:
      return String(view.getUint8(at))
    case valueType.int16:
      return String(view.getInt16(at, true))
    case valueType.uint16:
      return String(view.getUint16(at, true))
    case valueType.int32:
      return String(view.getInt32(at, true))
    case valueType.uint32:
      return String(view.getUint32(at, true))
    case valueType.int64:
      return view.getBigInt64(at, true).toString()
    case valueType.uint64:
      return view.getBigUint64(at, true).toString()
    case valueType.float:
      return floatText(Math.fround(view.getFloat32(at, true)))
    case valueType.double:
      return floatText(view.getFloat64(at, true))
    case valueType.boolean:
      return view.getUint32(at, true) === 0 ? 'false' : 'true'
    case valueType.guid:
      return guidText(view, at)
    case valueType.sizeT:
      if (size === 8) return `0x${view.getBigUint64(at, true).toString(16)}`
      if (size === 4) return `0x${view.getUint32(at, true).toString(16)}`
      break
    case valueType.fileTime:
      return fileTimeText(view.getBigUint64(at, true))
    case valueType.systemTime:
      return systemTimeText(view, at)
    case valueType.sid: {
      const text = sidText(view, at, size)
      if (text !== undefined) return text
      break
    }
    case valueType.hex32:
      return `0x${view.getUint32(at, true).toString(16)}`
    case valueType.hex64:
      return `0x${view.getBigUint64(at, true).toString(16)}`
  }
  return hexOf(chunk.bytes.subarray(at, at + size)).toUpperCase()
}

/** Bytes as text, one unit each; by hundreds, for adding one unit at a time makes a chain of as many strings. */
function latinText(chunk: ChunkView, from: number, to: number): string {
  let text = ''
  for (let at = from; at < to; at += 512) {
    const part = chunk.bytes.subarray(at, Math.min(at + 512, to)) as unknown as number[]
    text += String.fromCharCode.apply(undefined, part)
  }
  return text
}

/** The elements of an array value as texts. Bytes left over at its end that are no whole element come last, as hex. */
export function arrayTexts(chunk: ChunkView, type: number, at: number, size: number): readonly string[] {
  const element = type & 0x7f
  const texts: string[] = []
  if (element === valueType.string) {
    const end = at + (size & ~1)
    let start = at
    for (let here = at; here < end; here += 2) {
      if (chunk.view.getUint16(here, true) !== 0) continue
      texts.push(chunk.text(start, (here - start) >> 1))
      start = here + 2
    }
    if (start < end) texts.push(chunk.text(start, (end - start) >> 1))
    return texts
  }
  if (element === valueType.ansiString) {
    let start = at
    for (let here = at; here < at + size; here++) {
      if (chunk.view.getUint8(here) !== 0) continue
      texts.push(latinText(chunk, start, here))
      start = here + 1
    }
    if (start < at + size) texts.push(latinText(chunk, start, at + size))
    return texts
  }
  if (element === valueType.sid) {
    for (let here = at; here < at + size; ) {
      const length = here + 8 <= at + size ? 8 + chunk.view.getUint8(here + 1) * 4 : 8
      if (here + length > at + size) {
        texts.push(rest(chunk, here, at + size))
        break
      }
      texts.push(sidText(chunk.view, here, length) ?? '')
      here += length
    }
    return texts
  }
  const step = element === valueType.sizeT ? (size % 8 === 0 ? 8 : 4) : width[element]
  if (!step) return [hexOf(chunk.bytes.subarray(at, at + size)).toUpperCase()]
  let here = at
  for (; here + step <= at + size; here += step) texts.push(scalarText(chunk, element, here, step))
  if (here < at + size) texts.push(rest(chunk, here, at + size))
  return texts
}

const rest = (chunk: ChunkView, from: number, to: number) =>
  hexOf(chunk.bytes.subarray(from, to)).toUpperCase()
