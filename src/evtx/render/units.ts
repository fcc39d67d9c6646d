/** UTF-16 code units of the log, escaped and written as UTF-8; four at a time while they are plain ASCII. */
import type { ByteWriter } from './byte-writer.ts'

/** Where a value stands: what has to be escaped depends on it. */
export const inText = 0
export const inAttribute = 1
export const inJson = 2
export type Place = typeof inText | typeof inAttribute | typeof inJson

const ascii = (text: string) => Uint8Array.from(text, (one) => one.charCodeAt(0))
const lowerDigits = ascii('0123456789abcdef')

const replacement = new Uint8Array([0xef, 0xbf, 0xbd])
/** What stands for a code unit below 0x80; undefined: itself. */
function escapes(
  entries: Readonly<Record<string, string>>,
  control: (unit: number) => Uint8Array | undefined,
) {
  return Array.from({ length: 128 }, (_, unit) => {
    const entry = entries[String.fromCharCode(unit)]
    if (entry !== undefined) return ascii(entry)
    return unit < 0x20 ? control(unit) : undefined
  })
}
const xmlText = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' }
const forbidden = (unit: number) => (unit === 9 || unit === 10 ? undefined : replacement)
const textEscapes = escapes(xmlText, forbidden)
const attributeEscapes = escapes({ ...xmlText, '"': '&quot;', '\n': '&#10;', '\t': '&#9;' }, forbidden)
const jsonEscapes = escapes(
  { '"': '\\"', '\\': '\\\\', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t' },
  (unit) => ascii(`\\u${unit.toString(16).padStart(4, '0')}`),
)
const escapesOf = [textEscapes, attributeEscapes, jsonEscapes] as const
/** 1 for what always stands for itself */
const plainOf = escapesOf.map((table) =>
  Uint8Array.from(table, (entry, unit) => (entry === undefined && unit !== 0x7f ? 1 : 0)),
)

/**
 * Writes `units` code units from byte `from` of the log. Room must be reserved: 6 bytes a unit.
 * @param hidden code units JSON escapes beside what it must; undefined for none
 */
export function writeUnits(
  out: ByteWriter,
  source: DataView,
  from: number,
  units: number,
  place: Place,
  hidden: Uint8Array | undefined,
): void {
  const { view } = out
  let at = out.at
  let here = from
  const end = from + units * 2
  // the bytes at fault beside controls, as SWAR masks: & < > and " · " and \; a mask of 0 finds nothing new
  const isJson = place === inJson
  const first = isJson ? 0x22222222 : 0x26262626
  const second = isJson ? 0x5c5c5c5c : 0x3e3e3e3e
  const fold = isJson ? 0 : 0x02020202
  const third = place === inAttribute ? 0x22222222 : 0
  // and DEL, which JSON may have to hide
  const next = isJson ? 0x01010101 : 0
  const plain = plainOf[place] as Uint8Array
  while (here < end) {
    while (here + 8 <= end) {
      const a = source.getInt32(here, true)
      const b = source.getInt32(here + 4, true)
      if (((a | b) & 0xff80ff80) !== 0) break
      const four = ((a | (a >>> 8)) & 0xffff) | ((b | (b >>> 8)) << 16)
      // every byte is below 0x80: a high bit in the differences says that one is a control or equals a mask
      const trouble =
        (four - 0x20202020) |
        ((four ^ first) - 0x01010101) |
        (((four | fold) ^ second) - 0x01010101) |
        ((four ^ third) - 0x01010101) |
        (four + next)
      if ((trouble & 0x80808080) !== 0) break
      view.setInt32(at, four, true)
      at += 4
      here += 8
    }
    // the last few, and short texts
    while (here < end) {
      const unit = source.getUint16(here, true)
      if (unit >= 0x80 || plain[unit] === 0) break
      view.setUint8(at++, unit)
      here += 2
    }
    if (here >= end) break
    out.at = at
    here = slowUnits(out, source, here, end, Math.min(end, here + 16), escapesOf[place], place, hidden)
    at = out.at
  }
  out.at = at
}

/** The next few code units one by one. @returns where it stopped: at or just behind `stop` */
function slowUnits(
  out: ByteWriter,
  source: DataView,
  from: number,
  end: number,
  stop: number,
  table: readonly (Uint8Array | undefined)[],
  place: Place,
  hidden: Uint8Array | undefined,
): number {
  const { bytes } = out
  let at = out.at
  let here = from
  while (here < stop) {
    const unit = source.getUint16(here, true)
    here += 2
    if (unit < 0x80) {
      const entity = table[unit]
      if (entity === undefined && (hidden === undefined || hidden[unit] === 0)) {
        bytes[at++] = unit
        continue
      }
      if (entity !== undefined) {
        for (let i = 0; i < entity.length; i++) bytes[at++] = entity[i] as number
        continue
      }
    }
    out.at = at
    const next = here < end ? source.getUint16(here, true) : 0
    if (writeUnit(out, unit, next, place, hidden)) here += 2
    at = out.at
  }
  out.at = at
  return here
}

/** One unit that is not plain ASCII. @returns true when `next` was taken with it */
function writeUnit(
  out: ByteWriter,
  unit: number,
  next: number,
  place: Place,
  hidden: Uint8Array | undefined,
): boolean {
  const { bytes } = out
  let at = out.at
  if (hidden !== undefined && hidden[unit] === 1) {
    writeEscape(out, unit)
    return false
  }
  if (unit < 0x80) bytes[at++] = unit
  else if (unit < 0x800) {
    bytes[at++] = 0xc0 | (unit >> 6)
    bytes[at++] = 0x80 | (unit & 0x3f)
  } else if ((unit & 0xf800) === 0xd800) {
    if (unit < 0xdc00 && (next & 0xfc00) === 0xdc00) {
      // the invisible tag characters U+E0000 to U+E007F
      if (hidden !== undefined && unit === 0xdb40 && next < 0xdc80) {
        writeEscape(out, unit)
        writeEscape(out, next)
        return true
      }
      const point = 0x10000 + ((unit & 0x3ff) << 10) + (next & 0x3ff)
      bytes[at++] = 0xf0 | (point >> 18)
      bytes[at++] = 0x80 | ((point >> 12) & 0x3f)
      bytes[at++] = 0x80 | ((point >> 6) & 0x3f)
      bytes[at++] = 0x80 | (point & 0x3f)
      out.at = at
      return true
    }
    if (place === inJson) {
      writeEscape(out, unit)
      return false
    }
    bytes.set(replacement, at)
    at += 3
  } else if (unit >= 0xfffe && place !== inJson) {
    bytes.set(replacement, at)
    at += 3
  } else {
    bytes[at++] = 0xe0 | (unit >> 12)
    bytes[at++] = 0x80 | ((unit >> 6) & 0x3f)
    bytes[at++] = 0x80 | (unit & 0x3f)
  }
  out.at = at
  return false
}

function writeEscape(out: ByteWriter, unit: number): void {
  const { bytes } = out
  let { at } = out
  bytes[at++] = 0x5c
  bytes[at++] = 0x75
  for (let shift = 12; shift >= 0; shift -= 4) bytes[at++] = lowerDigits[(unit >> shift) & 15] as number
  out.at = at
}

const scratchSize = 4096
const scratch = new DataView(new ArrayBuffer(scratchSize * 2))

/** The same for a text: for values that seldom come, so that there is one way to escape. Room must be reserved. */
export function writeText(out: ByteWriter, text: string, place: Place, hidden: Uint8Array | undefined): void {
  const large = text.length > scratchSize ? new DataView(new ArrayBuffer(text.length * 2)) : scratch
  for (let i = 0; i < text.length; i++) large.setUint16(i * 2, text.charCodeAt(i), true)
  writeUnits(out, large, 0, text.length, place, hidden)
}
