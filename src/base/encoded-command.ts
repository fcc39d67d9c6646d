/** `powershell -EncodedCommand …`, read for display. Nothing is ever run; the text stays the attacker's. */

/** PowerShell takes any unambiguous beginning of the name: -e, -ec, -en, -enc, … -EncodedCommand; dashes of all kinds, and `/`. */
const encoded =
  /(?:^|\s)[-/\u2013-\u2015](?:e|ec|en|enc|enco|encod|encode|encoded\w{0,7})[\s:]+["']?([A-Za-z0-9+/=]{8,})/i

/** The PowerShell of `-EncodedCommand` in a command line, decoded, only to be looked at; undefined when there is none. */
export function encodedCommand(args: string): string | undefined {
  const text = encoded.exec(args)?.[1]
  const bytes = text === undefined ? undefined : fromBase64(text)
  if (!bytes || bytes.length < 2) return undefined
  const units: string[] = []
  for (let at = 0; at + 1 < bytes.length; at += 2)
    units.push(String.fromCharCode((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)))
  return units.join('')
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** undefined for text that is no base64. */
function fromBase64(text: string): readonly number[] | undefined {
  const clean = text.replace(/=+$/, '')
  const bytes: number[] = []
  let held = 0
  let bits = 0
  for (const sign of clean) {
    const value = alphabet.indexOf(sign)
    if (value < 0) return undefined
    held = ((held << 6) | value) & 0xffffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes.push((held >> bits) & 0xff)
    }
  }
  return clean.length % 4 === 1 ? undefined : bytes
}
