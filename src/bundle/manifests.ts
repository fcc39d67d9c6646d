/** BagIt's declaration, manifests and bag-info (RFC 8493), written strictly and read with every deviation named. */
import type { Findings } from './findings.ts'

export type HashName = 'md5' | 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512'
const digestLength: Readonly<Record<HashName, number>> = {
  md5: 32,
  sha1: 40,
  sha224: 56,
  sha256: 64,
  sha384: 96,
  sha512: 128,
}
export const ourHashes = ['sha256', 'sha512'] as const

/** No file kept in memory may be larger: 200 000 entries with the longest names stay below. */
export const largestManifest = 80 << 20
/** All files kept in memory together. */
export const largestKept = 256 << 20

export interface Manifest {
  readonly file: string
  readonly hash: HashName
  readonly isTag: boolean
  /** path below the root → lower-case hex */
  readonly digests: ReadonlyMap<string, string>
}

export interface Declaration {
  readonly version: string
  readonly encoding: string
}

export const declarationText = 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n'

/** `manifest-sha256.txt` → sha256, not a tag manifest; undefined for other names and unknown hashes. */
export function manifestName(path: string): { hash: HashName; isTag: boolean } | undefined {
  const found = /^(tag)?manifest-([a-z0-9]+)\.txt$/.exec(path)
  if (!found?.[2] || !(found[2] in digestLength)) return undefined
  return { hash: found[2] as HashName, isTag: found[1] !== undefined }
}

/** Reads `bagit.txt` to the letter: no BOM, no odd blanks. */
export function readDeclaration(
  bytes: Uint8Array,
  isOurs: boolean,
  findings: Findings,
): Declaration | undefined {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  const found =
    /^BagIt-Version: (\d+\.\d+)(?:\r\n|\n|\r)Tag-File-Character-Encoding: (\S+)(?:\r\n|\n|\r)?$/.exec(text)
  if (!found?.[1] || !found[2]) {
    const what = text.startsWith('\ufeff')
      ? 'It starts with a byte order mark.'
      : 'It does not hold the two lines it must hold.'
    findings.add('bad', 'BAGIT_DECLARATION', 'bagit.txt', what)
    return undefined
  }
  const declaration = { version: found[1], encoding: found[2] }
  if (isOurs && (declaration.version !== '1.0' || declaration.encoding !== 'UTF-8')) {
    findings.add('bad', 'BAGIT_DECLARATION', 'bagit.txt', 'A Tasktrail bundle is BagIt 1.0 in UTF-8.')
  }
  return declaration
}

/** Tag files as text; a foreign bag names its encoding. Undefined when the encoding is unknown. */
export function decodeTagFile(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    // `UTF-16` alone means either order; the byte order mark tells which.
    const isBigEndian = /^utf-?16$/i.test(encoding) && bytes[0] === 0xfe && bytes[1] === 0xff
    return new TextDecoder(isBigEndian ? 'utf-16be' : encoding).decode(bytes)
  } catch {
    return undefined
  }
}

export interface ManifestContext {
  readonly file: string
  readonly hash: HashName
  readonly isTag: boolean
  readonly isOurs: boolean
  readonly version: string
  readonly findings: Findings
}

/** Reads one manifest; each line that is wrong is a finding, the others stand. */
export function readManifest(text: string, context: ManifestContext): Manifest {
  const { file, hash, isTag, isOurs, findings } = context
  const digests = new Map<string, string>()
  let number = 0
  for (const line of text.split(/\r\n|\n|\r/)) {
    number++
    if (line === '') continue
    const found = /^([0-9A-Fa-f]+)[ \t]+\*?(.+)$/.exec(line)
    const digest = found?.[1]?.toLowerCase()
    if (!found?.[2] || digest?.length !== digestLength[hash]) {
      findings.add('bad', 'MANIFEST_SYNTAX', file, `Line ${number} is not a hash and a path.`)
      continue
    }
    const path = found[2].replace(/^(?:\.\/)+/, '')
    if (isOurs && !/^[0-9a-f]+ {2}[^ *]/.test(line)) {
      findings.add('bad', 'MANIFEST_SYNTAX', file, `Line ${number} is not in the form of sha256sum.`)
    } else if (path !== found[2])
      findings.add('warning', 'MANIFEST_DOT_PATH', file, `Line ${number} starts with "./".`)
    if (leavesBag(path) || (!isTag && !path.startsWith('data/')) || (isTag && path.startsWith('data/'))) {
      findings.add(
        'bad',
        'MANIFEST_SCOPE',
        file,
        `Line ${number} names a path outside its place: ${path.slice(0, 200)}`,
      )
      continue
    }
    const before = digests.get(path)
    if (before !== undefined) {
      const isBad = before !== digest || isOurs || context.version !== '0.97'
      findings.add(isBad ? 'bad' : 'warning', 'MANIFEST_TWICE', file, `${path} is listed twice.`)
    }
    digests.set(path, digest)
  }
  return { file, hash, isTag, digests }
}

/** Paths that lead out of a bag on any system. No such path is ever opened: they are only compared. */
export function leavesBag(path: string): boolean {
  return /^(?:[/\\~%]|[A-Za-z]:)/.test(path) || path.includes('\\') || path.split('/').includes('..')
}

/** `Payload-Oxum` of bag-info: bytes and number of payload files. */
export function readOxum(bagInfo: string): { bytes: number; files: number } | undefined {
  const found = /^Payload-Oxum[ \t]*:[ \t]*(\d{1,16})\.(\d{1,10})[ \t]*$/im.exec(bagInfo)
  return found ? { bytes: Number(found[1]), files: Number(found[2]) } : undefined
}

/** Paths that `fetch.txt` would get from elsewhere. Nothing is ever fetched. */
export function readFetchPaths(text: string): readonly string[] {
  return text
    .split(/\r\n|\n|\r/)
    .map((line) => /^\S+[ \t]+(?:\d+|-)[ \t]+(.+)$/.exec(line)?.[1])
    .filter((path) => path !== undefined)
}
