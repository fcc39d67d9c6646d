// Bytes of a record as lines of a hex view. Offsets are those of the file, so lines begin at multiples of 16 in the
// file and the first one may start with blanks.

import { hexOf } from '../../../src/base/hex.ts'

export const bytesPerLine = 16
/** Record header: magic 4, size 4, record id 8, written 8 (MS-EVEN6). */
export const recordHeaderBytes = 24

/** A run of bytes in the record: [start, end). */
export interface ByteRun {
  readonly start: number
  readonly end: number
}
export type ByteRegion = 'header' | 'value' | 'plain' | 'outside'

export interface HexPiece {
  readonly region: ByteRegion
  readonly hex: string
  readonly ascii: string
}

/** How many lines `length` bytes at `fileOffset` take. */
export function lineCount(fileOffset: number, length: number): number {
  if (length === 0) return 0
  return Math.ceil(((fileOffset % bytesPerLine) + length) / bytesPerLine)
}

/** The file offset that line `line` starts at. */
export const lineOffset = (fileOffset: number, line: number): number =>
  fileOffset - (fileOffset % bytesPerLine) + line * bytesPerLine

/** Eight hex digits, more for files above 4 GB. */
export const offsetText = (offset: number): string => offset.toString(16).padStart(8, '0')

/** Line `line` as pieces of one region each. Every piece carries its own blanks, so that the columns stand. */
export function hexLine(
  bytes: Uint8Array,
  fileOffset: number,
  line: number,
  picked: ByteRun | undefined,
  isRecord = true,
): readonly HexPiece[] {
  const lead = fileOffset % bytesPerLine
  const pieces: { region: ByteRegion; hex: string; ascii: string }[] = []
  for (let column = 0; column < bytesPerLine; column++) {
    const at = line * bytesPerLine + column - lead
    const byte = at >= 0 ? bytes[at] : undefined
    const region: ByteRegion =
      byte === undefined
        ? 'outside'
        : picked && at >= picked.start && at < picked.end
          ? 'value'
          : isRecord && at < recordHeaderBytes
            ? 'header'
            : 'plain'
    const gap = column === 0 ? '' : column === 8 ? '  ' : ' '
    const hex = byte === undefined ? '  ' : hexOf(Uint8Array.of(byte))
    const ascii = byte === undefined ? ' ' : byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'
    const last = pieces.at(-1)
    if (last && last.region === region) {
      last.hex += gap + hex
      last.ascii += ascii
    } else {
      // the blank between two pieces belongs to neither mark
      if (last) last.hex += last.region === 'plain' || last.region === 'outside' ? gap : ''
      const before = last && last.region !== 'plain' && last.region !== 'outside' ? gap : ''
      if (before && region !== 'plain' && region !== 'outside')
        pieces.push({ region: 'outside', hex: before, ascii: '' })
      pieces.push({
        region,
        hex: before && (region === 'plain' || region === 'outside') ? before + hex : hex,
        ascii,
      })
    }
  }
  return pieces
}

/** Where `text` stands in the bytes as UTF-16LE, after the record header; undefined when it does not. */
export function findText(bytes: Uint8Array, text: string): ByteRun | undefined {
  if (text.length === 0 || text.length * 2 > bytes.length) return undefined
  const code = (index: number) => text.charCodeAt(index)
  outer: for (let at = recordHeaderBytes; at + text.length * 2 <= bytes.length; at++) {
    for (let index = 0; index < text.length; index++) {
      const unit = code(index)
      if (bytes[at + index * 2] !== (unit & 0xff) || bytes[at + index * 2 + 1] !== unit >> 8) continue outer
    }
    return { start: at, end: at + text.length * 2 }
  }
  return undefined
}

/** What fixed parts of a record mean, by offset in the record. */
export interface BytePart extends ByteRun {
  readonly name: string
  readonly value: string
}

/** The parts every record has. `written` is raw FILETIME ticks for the caller to format. */
export function recordParts(
  bytes: Uint8Array,
  length: number,
): { parts: readonly BytePart[]; written?: bigint } {
  if (bytes.length < recordHeaderBytes) return { parts: [] }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const size = view.getUint32(4, true)
  const parts: BytePart[] = [
    { start: 0, end: 4, name: 'Magic', value: hexOf(bytes.slice(0, 4)).replace(/..(?=.)/g, '$& ') },
    { start: 4, end: 8, name: 'Size', value: String(size) },
    { start: 8, end: 16, name: 'Header record id', value: view.getBigUint64(8, true).toString() },
    { start: 16, end: 24, name: 'Written', value: '' },
    { start: 24, end: Math.max(24, length - 4), name: 'Binary XML', value: '' },
  ]
  if (length >= recordHeaderBytes + 4 && bytes.length >= length) {
    const copy = view.getUint32(length - 4, true)
    parts.push({
      start: length - 4,
      end: length,
      name: 'Size, repeated',
      value: copy === size ? `${copy}, the same` : `${copy}, differs from ${size}`,
    })
  }
  return { parts, written: view.getBigUint64(16, true) }
}

/** Base64 (of the contract) to bytes; undefined when it is none. */
export function bytesOfBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
  } catch {
    return undefined
  }
}
