/**
 * Names inside a bundle (bundle.md §5.2). The writer obeys them, the verifier treats a violation as UNSAFE.
 * Source names never become paths: a slug shows what it is, the unique number in front keeps names apart.
 */
import { escapeLine } from '../base/escape.ts'

const component = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/
const reserved = /^(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])(?:\.|$)/i
export const longestPath = 200

/** ASCII of `text` for one path component, at most `length` characters; `fallback` when nothing is left. */
export function slug(text: string, fallback: string, length = 40): string {
  const plain = text
    .replace(/[^A-Za-z0-9.-]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .slice(0, length)
    .replace(/^[.-]+|[.-]+$/g, '')
  return plain === '' || reserved.test(plain) ? fallback : plain
}

/** `<case>_<host or multi>_<UTC basic>_<8 hex>`, at most 80 characters: it is the root folder's name too. */
export function bundleName(caseNumber: string, hosts: readonly string[], at: Date, bundleId: string): string {
  const host = hosts.length === 1 ? slug(hosts[0] ?? '', 'host', 24) : hosts.length === 0 ? 'none' : 'multi'
  const utc = at.toISOString().replace(/[-:]/g, '').replace(/\.\d+/, '')
  const id = bundleId
    .replace(/[^0-9a-f]/gi, '')
    .slice(0, 8)
    .toLowerCase()
  const rest = `_${host}_${utc}_${id}`
  return `${slug(caseNumber, 'case', Math.min(40, 80 - rest.length))}${rest}`
}

/** Why an entry path is not one of ours; undefined when it obeys the profile. */
export function profileTrouble(path: string): string | undefined {
  if (path.length > longestPath) return `longer than ${longestPath} characters`
  for (const part of path.split('/')) {
    if (!component.test(part))
      return 'characters outside A-Z a-z 0-9 . _ -, or a part that is empty or too long'
    if (part.endsWith('.')) return 'a part ends with a dot'
    if (reserved.test(part)) return 'a part is a reserved name of Windows'
  }
  return undefined
}

/**
 * Why an entry name is dangerous anywhere, in foreign bags too: it could leave the folder, overwrite, hide or deceive.
 * Tested on the raw bytes, because decoding may hide control characters.
 */
export function dangerInName(raw: Uint8Array): string | undefined {
  if (raw.length === 0) return 'an empty name'
  if (raw.length > 1000) return 'a name of more than 1000 bytes'
  for (const byte of raw) if (byte < 0x20 || byte === 0x7f) return 'control characters in the name'
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(raw)
  } catch {
    return 'a name that is not UTF-8'
  }
  if (text.includes('\\')) return 'a backslash in the name'
  if (/^(?:\/|[A-Za-z]:|~)/.test(text)) return 'an absolute path'
  if (escapeLine(text) !== text) return 'invisible or text-turning characters in the name'
  for (const part of text.replace(/\/$/, '').split('/')) {
    if (part === '' || part === '.' || part === '..') return 'a path that leads elsewhere'
    if (part.includes(':')) return 'a colon in the name (alternate stream or drive)'
    if (reserved.test(part) || reserved.test(part.replace(/\s+\./, '.').trim())) {
      return 'a reserved name of Windows'
    }
    if (/[. ]$/.test(part)) return 'a part ending with a dot or blank'
  }
  return undefined
}

/** Names compared as Windows and macOS would: Unicode form and case folded. */
export const foldedName = (name: string): string => name.normalize('NFC').toLowerCase()
