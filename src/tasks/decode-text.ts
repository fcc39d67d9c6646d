/**
 * Bytes of a task definition to text, without TextDecoder so that it runs in every runtime.
 * Windows writes UTF-16LE with a BOM; collectors and editors leave every other form behind.
 */

export type TextEncodingName = 'utf-16le' | 'utf-16be' | 'utf-8'

export interface DecodedText {
  /** without the byte order mark; lone UTF-16 surrogates are kept, invalid UTF-8 is U+FFFD */
  readonly text: string
  readonly encoding: TextEncodingName
  readonly byteOrderMark: boolean
  /** the first thing that did not decode, and how often it happened; `where` is a byte offset */
  readonly trouble: { readonly code: string; readonly where: string; readonly what: string } | undefined
}

/** Text of `bytes`: by byte order mark, else by where the zero bytes of the first characters lie, else UTF-8. */
export function decodeText(bytes: Uint8Array): DecodedText {
  const marked = markedEncoding(bytes)
  const encoding = marked ?? guessedEncoding(bytes)
  const start = marked === undefined ? 0 : marked === 'utf-8' ? 3 : 2
  const decoded = encoding === 'utf-8' ? decodeUtf8(bytes, start) : decodeUtf16(bytes, start, encoding)
  return { ...decoded, encoding, byteOrderMark: marked !== undefined }
}

function markedEncoding(bytes: Uint8Array): TextEncodingName | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8'
  return undefined
}

/** XML begins with ASCII, so in UTF-16 nearly every second byte of the head is zero. */
function guessedEncoding(bytes: Uint8Array): TextEncodingName {
  const head = Math.min(bytes.length, 128) & ~1
  let evenZeros = 0
  let oddZeros = 0
  for (let at = 0; at < head; at += 2) {
    if (bytes[at] === 0) evenZeros++
    if (bytes[at + 1] === 0) oddZeros++
  }
  const most = (head / 2) * 0.6
  if (head >= 2 && oddZeros > most && oddZeros > evenZeros) return 'utf-16le'
  if (head >= 2 && evenZeros > most && evenZeros > oddZeros) return 'utf-16be'
  return 'utf-8'
}

type Decoded = Pick<DecodedText, 'text' | 'trouble'>

function decodeUtf16(bytes: Uint8Array, start: number, encoding: 'utf-16le' | 'utf-16be'): Decoded {
  const units = new Uint16Array((bytes.length - start) >> 1)
  const [low, high] = encoding === 'utf-16le' ? [0, 1] : [1, 0]
  for (let unit = 0, at = start; unit < units.length; unit++, at += 2) {
    units[unit] = (bytes[at + low] as number) | ((bytes[at + high] as number) << 8)
  }
  const odd = (bytes.length - start) % 2 === 1
  return {
    text: textOf(units, units.length),
    trouble: odd
      ? {
          code: 'tasks.text.cut',
          where: `byte ${bytes.length - 1}`,
          what: 'The text ends in the middle of a UTF-16 character: its last byte is left out, and the end may be missing.',
        }
      : undefined,
  }
}

/** Decodes like the WHATWG decoder: every maximal invalid part becomes one U+FFFD. */
function decodeUtf8(bytes: Uint8Array, start: number): Decoded {
  const units = new Uint16Array(bytes.length - start)
  let count = 0
  let firstBad = -1
  let badCount = 0
  for (let at = start; at < bytes.length; ) {
    const lead = bytes[at] as number
    if (lead < 0x80) {
      units[count++] = lead
      at++
      continue
    }
    const sequence = readSequence(bytes, at, lead)
    if (sequence.codePoint < 0) {
      if (firstBad < 0) firstBad = at
      badCount++
      units[count++] = 0xfffd
    } else if (sequence.codePoint < 0x10000) {
      units[count++] = sequence.codePoint
    } else {
      const beyond = sequence.codePoint - 0x10000
      units[count++] = 0xd800 + (beyond >> 10)
      units[count++] = 0xdc00 + (beyond & 0x3ff)
    }
    at += sequence.length
  }
  return {
    text: textOf(units, count),
    trouble:
      firstBad < 0
        ? undefined
        : {
            code: 'tasks.text.invalid-utf8',
            where: `byte ${firstBad}`,
            what: `${badCount} byte sequence${badCount === 1 ? ' is' : 's are'} not valid UTF-8 and shown as U+FFFD; the stored bytes are unchanged.`,
          },
  }
}

/** One multi-byte sequence: its code point (-1 when invalid) and how many bytes it takes. */
function readSequence(bytes: Uint8Array, at: number, lead: number): { codePoint: number; length: number } {
  let needed = 0
  let codePoint = 0
  let lowest = 0x80
  let highest = 0xbf
  if (lead >= 0xc2 && lead <= 0xdf) {
    needed = 1
    codePoint = lead & 0x1f
  } else if (lead >= 0xe0 && lead <= 0xef) {
    needed = 2
    codePoint = lead & 0x0f
    if (lead === 0xe0) lowest = 0xa0
    if (lead === 0xed) highest = 0x9f
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    needed = 3
    codePoint = lead & 0x07
    if (lead === 0xf0) lowest = 0x90
    if (lead === 0xf4) highest = 0x8f
  } else return { codePoint: -1, length: 1 }
  for (let follow = 1; follow <= needed; follow++) {
    const byte = bytes[at + follow]
    if (byte === undefined || byte < lowest || byte > highest) return { codePoint: -1, length: follow }
    codePoint = (codePoint << 6) | (byte & 0x3f)
    lowest = 0x80
    highest = 0xbf
  }
  return { codePoint, length: needed + 1 }
}

/** Code units to a string, in pieces small enough for an argument list. */
function textOf(units: Uint16Array, count: number): string {
  let text = ''
  for (let at = 0; at < count; at += 8192) {
    text += String.fromCharCode(...units.subarray(at, Math.min(at + 8192, count)))
  }
  return text
}
