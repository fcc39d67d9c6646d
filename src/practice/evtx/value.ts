/** How a field's value becomes bytes of a substitution array (MS-EVEN6 §2.2.12, libyal "EVTX" §value types). */
import { assert } from '../../base/refusal.ts'
import { valueType } from '../../evtx/format.ts'

/** Types a schema may give a field. `pointer` is declared SizeT and stored as HexInt64, as 64-bit Windows does. */
export type FieldType =
  | 'string'
  | 'strings'
  | 'u8'
  | 'u16'
  | 'u32'
  | 'u64'
  | 'i32'
  | 'i64'
  | 'boolean'
  | 'binary'
  | 'guid'
  | 'size'
  | 'pointer'
  | 'filetime'
  | 'sid'
  | 'hex32'
  | 'hex64'

/**
 * Numbers and bigints for integers (also as text, decimal or `0x…`), ticks since 1601 for `filetime`, `{…}` for `guid`,
 * `S-1-…` for `sid`; null and undefined become NULL.
 */
export type FieldValue =
  | string
  | number
  | bigint
  | boolean
  | Uint8Array
  | readonly string[]
  | null
  | undefined

/** Type written in the template's substitution token. */
export const declaredType: Readonly<Record<FieldType, number>> = {
  string: valueType.string,
  strings: valueType.string | valueType.array,
  u8: valueType.uint8,
  u16: valueType.uint16,
  u32: valueType.uint32,
  u64: valueType.uint64,
  i32: valueType.int32,
  i64: valueType.int64,
  boolean: valueType.boolean,
  binary: valueType.binary,
  guid: valueType.guid,
  size: valueType.sizeT,
  pointer: valueType.sizeT,
  filetime: valueType.fileTime,
  sid: valueType.sid,
  hex32: valueType.hex32,
  hex64: valueType.hex64,
}

/** Type written beside the value: what a reader has to trust. */
export const storedType: Readonly<Record<FieldType, number>> = { ...declaredType, pointer: valueType.hex64 }

// every record names its provider: those few GUIDs are kept, the many others pass through
const guidCache = new Map<string, Uint8Array>()

/** Bytes of a GUID text in the mixed byte order of Windows. */
export function guidBytes(text: string): Uint8Array {
  const known = guidCache.get(text)
  if (known) return known
  const digits = text.replace(/[{}-]/g, '')
  assert(/^[0-9a-fA-F]{32}$/.test(digits), `a GUID, not "${text}"`)
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]
  const bytes = Uint8Array.from(order, (at) => Number.parseInt(digits.slice(at * 2, at * 2 + 2), 16))
  if (guidCache.size < 64) guidCache.set(text, bytes)
  return bytes
}

const sidCache = new Map<string, Uint8Array>()
/** Bytes of a SID text: revision, count, 48-bit authority big-endian, sub-authorities. */
export function sidBytes(text: string): Uint8Array {
  const known = sidCache.get(text)
  if (known) return known
  const [letter, revision, authority, ...parts] = text.split('-')
  assert(letter === 'S' && revision === '1' && authority !== undefined, `a SID, not "${text}"`)
  assert(parts.length <= 15, `at most 15 sub-authorities in ${text}`)
  const bytes = new Uint8Array(8 + parts.length * 4)
  const view = new DataView(bytes.buffer)
  bytes[0] = 1
  bytes[1] = parts.length
  view.setBigUint64(0, (view.getBigUint64(0) & 0xffff_0000_0000_0000n) | BigInt(authority))
  parts.forEach((part, index) => {
    view.setUint32(8 + index * 4, Number(part), true)
  })
  if (sidCache.size > 10_000) sidCache.clear()
  sidCache.set(text, bytes)
  return bytes
}

const whole = (value: FieldValue): number => {
  const number = Number(value)
  assert(Number.isSafeInteger(number), `a whole number, not ${String(value)}`)
  return number
}
const large = (value: FieldValue): bigint => {
  assert(
    typeof value === 'bigint' || typeof value === 'number' || typeof value === 'string',
    'a whole number',
  )
  return BigInt(value)
}

/** Bytes the value will take; lets the writer refuse before it writes. */
export function valueLength(type: FieldType, value: FieldValue): number {
  if (value === null || value === undefined) return 0
  switch (type) {
    case 'string':
      return String(value).length * 2
    case 'strings':
      return (value as readonly string[]).reduce((sum, text) => sum + text.length * 2 + 2, 0)
    case 'binary':
      return (value as Uint8Array).length
    case 'sid':
      return sidBytes(String(value)).length
    case 'guid':
      return 16
    case 'u8':
      return 1
    case 'u16':
      return 2
    case 'u32':
    case 'i32':
    case 'hex32':
    case 'boolean':
      return 4
    default:
      return 8
  }
}

/** Writes one value that is not NULL and gives the position behind it. */
export function writeValue(target: Buffer, at: number, type: FieldType, value: FieldValue): number {
  switch (type) {
    case 'string':
      return at + target.write(String(value), at, 'utf16le')
    case 'strings': {
      let end = at
      for (const text of value as readonly string[]) {
        end += target.write(text, end, 'utf16le')
        end = target.writeUInt16LE(0, end)
      }
      return end
    }
    case 'u8':
      return target.writeUInt8(whole(value), at)
    case 'u16':
      return target.writeUInt16LE(whole(value), at)
    case 'u32':
    case 'hex32':
      return target.writeUInt32LE(whole(value), at)
    case 'i32':
      return target.writeInt32LE(whole(value), at)
    case 'boolean':
      return target.writeUInt32LE(value ? 1 : 0, at)
    case 'i64':
      return target.writeBigInt64LE(large(value), at)
    case 'u64':
    case 'hex64':
    case 'size':
    case 'pointer':
    case 'filetime':
      return target.writeBigUInt64LE(large(value), at)
    case 'guid':
      target.set(guidBytes(String(value)), at)
      return at + 16
    case 'sid': {
      const bytes = sidBytes(String(value))
      target.set(bytes, at)
      return at + bytes.length
    }
    case 'binary':
      target.set(value as Uint8Array, at)
      return at + (value as Uint8Array).length
  }
}

const twoDigits = (byte: number) => byte.toString(16).padStart(2, '0').toUpperCase()

/** The text Windows puts into a record that carries no templates. */
export function valueText(type: FieldType, value: FieldValue, time: (ticks: bigint) => string): string {
  if (value === null || value === undefined) return ''
  switch (type) {
    case 'strings':
      return (value as readonly string[]).join('')
    case 'binary':
      return Array.from(value as Uint8Array, twoDigits).join('')
    case 'hex32':
    case 'hex64':
    case 'pointer':
      return `0x${large(value).toString(16)}`
    case 'filetime':
      return time(large(value))
    default:
      return String(value)
  }
}
