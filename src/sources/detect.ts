/** Tells what a file is by its first bytes. The extension never decides. Pure. */

import { detectTable } from '../tables/read-table.ts'
import { looksLikeJob } from '../tasks/job-file.ts'
import { detectCollectorLog } from './collector.ts'

export type Detection =
  | {
      readonly kind:
        | 'evtx'
        | 'event-table'
        | 'task-xml'
        | 'task-job'
        | 'registry-hive'
        | 'host-facts'
        | 'collector-log'
        | 'zip'
        | OwnDocument
    }
  /** not for us: `code` of the problem, and what it looks like in words */
  | {
      readonly kind: 'foreign' | 'legacy-evt' | 'empty'
      readonly looksLike: string
      /** no format is known that starts so: it may be a log whose header is damaged */
      readonly isUnknown?: true
    }

/** Documents an acquisition writes; each says its schema first. */
type OwnDocument = 'task-list' | 'task-cache' | 'host-state' | 'acquisition'

/** So many first bytes are enough for `detect`. */
export const headBytes = 64 * 1024

const latin = (bytes: Uint8Array, from: number, to: number) =>
  String.fromCharCode(...bytes.subarray(from, Math.min(to, bytes.length)))

/** What the first bytes of a file (up to `headBytes`) say it is. */
export function detect(head: Uint8Array): Detection {
  if (head.length === 0) return { kind: 'empty', looksLike: 'an empty file' }
  if (latin(head, 0, 8) === 'ElfFile\0') return { kind: 'evtx' }
  if (hasBytes(head, 0, [0x30, 0, 0, 0, 0x4c, 0x66, 0x4c, 0x65])) {
    return { kind: 'legacy-evt', looksLike: 'a Windows NT 5 event log (.evt)' }
  }
  const signature = latin(head, 0, 4)
  if (signature === 'PK\x03\x04' || signature === 'PK\x05\x06') return { kind: 'zip' }
  if (signature === 'regf' && isSoftwareHive(head)) return { kind: 'registry-hive' }
  if (looksLikeJob(head)) return { kind: 'task-job' }
  const known = signatureOf(head)
  if (known !== undefined) return { kind: 'foreign', looksLike: known }
  // a damaged header, and the first chunk where it belongs
  if (latin(head, 4096, 4104) === 'ElfChnk\0') return { kind: 'evtx' }
  const text = textOf(head)
  if (text !== undefined && detectTable(head)) return { kind: 'event-table' }
  if (text !== undefined && detectCollectorLog(head)) return { kind: 'collector-log' }
  if (text === undefined) return { kind: 'foreign', looksLike: binaryLook(head), isUnknown: true }
  return detectText(text)
}

/** A hive tells its own name, as the end of its path in UTF-16; only SOFTWARE holds TaskCache. */
function isSoftwareHive(head: Uint8Array): boolean {
  const name = new TextDecoder('utf-16le').decode(head.subarray(0x30, 0x70)).replace(/\0.*$/s, '')
  return /(^|\\)software$/i.test(name)
}

function detectText(text: string): Detection {
  const root = rootElement(text)
  if (root === 'Task') return { kind: 'task-xml' }
  const start = text.trimStart()
  if (start.startsWith('{') && /"schema"\s*:\s*"tasktrail-host\/1"/.test(text)) return { kind: 'host-facts' }
  const own = /^\{\s*"schema"\s*:\s*"tasktrail-(task-list|task-cache|host-state|acquisition)\/1"/.exec(start)
  if (own?.[1]) return { kind: own[1] as OwnDocument }
  if (root !== undefined) return { kind: 'foreign', looksLike: `XML with the root element <${root}>` }
  if (/^<!doctype html/i.test(start)) return { kind: 'foreign', looksLike: 'an HTML page' }
  if (/^[[{]/.test(start)) return { kind: 'foreign', looksLike: 'JSON text' }
  if (/^<\?xml/.test(start)) return { kind: 'foreign', looksLike: 'XML without a root element' }
  return { kind: 'foreign', looksLike: 'plain text' }
}

/** Local name of the first element, also when the text breaks off inside its tag; undefined when there is none. */
function rootElement(text: string): string | undefined {
  let rest = text.trimStart()
  for (;;) {
    const skip = /^(?:<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<![A-Za-z][^[>]*(?:\[[\s\S]*?\])?\s*>)\s*/.exec(rest)
    if (!skip) break
    rest = rest.slice(skip[0].length)
  }
  const tag = /^<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)(?=[\s/>]|$)/.exec(rest)
  return tag?.[1]?.slice(0, 60)
}

/** The head as text: UTF-16 or UTF-8, with or without BOM; undefined when it is not text. */
function textOf(head: Uint8Array): string | undefined {
  const [a, b, c] = head
  if (a === 0xff && b === 0xfe) return decode(head.subarray(2), 'utf-16le')
  if (a === 0xfe && b === 0xff) return decode(head.subarray(2), 'utf-16be')
  if (a === 0xef && b === 0xbb && c === 0xbf) return decode(head.subarray(3), 'utf-8')
  if (a !== 0 && b === 0) return decode(head, 'utf-16le')
  if (a === 0 && b !== 0) return decode(head, 'utf-16be')
  return decode(head, 'utf-8')
}

function decode(bytes: Uint8Array, encoding: 'utf-16le' | 'utf-16be' | 'utf-8'): string | undefined {
  const text = new TextDecoder(encoding).decode(bytes)
  const sample = text.slice(0, 4096)
  let odd = 0
  for (const character of sample) {
    const code = character.codePointAt(0) ?? 0
    if (code === 0) return undefined
    if ((code < 32 && code !== 9 && code !== 10 && code !== 13) || code === 0xfffd) odd++
  }
  return odd * 20 > sample.length ? undefined : text
}

const signatures: readonly (readonly [offset: number, bytes: readonly number[] | string, what: string])[] = [
  [0, 'MZ', 'a Windows program (PE)'],
  [0, '\x7fELF', 'a Linux program (ELF)'],
  [0, '%PDF', 'a PDF document'],
  [0, [0x1f, 0x8b], 'a gzip archive; unpack it first'],
  [0, '7z\xbc\xaf\x27\x1c', 'a 7-Zip archive; unpack it first'],
  [0, 'Rar!', 'a RAR archive; unpack it first'],
  [0, [0x28, 0xb5, 0x2f, 0xfd], 'a Zstandard archive; unpack it first'],
  [0, 'BZh', 'a bzip2 archive; unpack it first'],
  [0, '\xfd7zXZ', 'an xz archive; unpack it first'],
  [0, 'MSCF', 'a Cabinet archive; unpack it first'],
  [257, 'ustar', 'a tar archive; unpack it first'],
  [0, 'regf', 'a registry hive'],
  [4, 'SCCA', 'a prefetch file'],
  [0, 'MAM\x04', 'a compressed prefetch file'],
  [4, [0xef, 0xcd, 0xab, 0x89], 'an ESE database'],
  [0, 'SQLite format 3\0', 'a SQLite database'],
  [0, [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], 'an OLE document or jump list'],
  [0, [0x4c, 0, 0, 0, 0x01, 0x14, 0x02, 0], 'a Windows shortcut'],
  [0, 'FILE0', 'an NTFS master file table'],
  [0, 'BAAD', 'an NTFS master file table'],
  [0, 'EVF\x09', 'a forensic disk image (E01); mount it and import the mounted folder'],
  [0, 'EVF2', 'a forensic disk image (Ex01); mount it and import the mounted folder'],
  [0, 'LVF\x09', 'a logical forensic image (L01)'],
  [0, 'vhdxfile', 'a virtual disk (VHDX); mount it and import the mounted folder'],
  [0, 'conectix', 'a virtual disk (VHD); mount it and import the mounted folder'],
  [0, 'KDMV', 'a virtual disk (VMDK); mount it and import the mounted folder'],
  [0, [0xd4, 0xc3, 0xb2, 0xa1], 'a network capture'],
  [0, [0x0a, 0x0d, 0x0d, 0x0a], 'a network capture'],
  [0, [0x89, 0x50, 0x4e, 0x47], 'a PNG picture'],
  [0, [0xff, 0xd8, 0xff], 'a JPEG picture'],
  [0, 'GIF8', 'a GIF picture'],
  [0, 'PAGEDU', 'a memory dump'],
  [0, 'MDMP', 'a memory dump'],
  [0, 'age-encryption.org/', 'a file encrypted with age; decrypt it first'],
]

function signatureOf(head: Uint8Array): string | undefined {
  return signatures.find(([offset, bytes]) =>
    hasBytes(head, offset, typeof bytes === 'string' ? [...bytes].map((c) => c.charCodeAt(0)) : bytes),
  )?.[2]
}

function binaryLook(head: Uint8Array): string {
  // MS-TSCH 2.4: product version, then file version 1.
  if (head.length > 68 && hasBytes(head, 2, [0x01, 0x00]) && (head[1] === 0x04 || hasJobVersion(head))) {
    return 'a Windows NT 5 task (.job)'
  }
  if (head.every((byte) => byte === 0)) return 'nothing but zeros'
  return 'binary content of an unknown format'
}

const hasJobVersion = (head: Uint8Array) => [0x05, 0x06, 0x0a].includes(head[1] ?? 0)

function hasBytes(head: Uint8Array, offset: number, bytes: readonly number[]): boolean {
  return head.length >= offset + bytes.length && bytes.every((byte, i) => head[offset + i] === byte)
}
