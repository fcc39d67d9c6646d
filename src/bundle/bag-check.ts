/** BagIt's rules and our profile's, on a bag whose files are hashed already (RFC 8493, bundle.md §5.2). */
import type { Findings } from './findings.ts'
import type { Listing } from './listing.ts'
import {
  decodeTagFile,
  leavesBag,
  type Manifest,
  manifestName,
  ourHashes,
  readDeclaration,
  readFetchPaths,
  readManifest,
  readOxum,
} from './manifests.ts'

export interface HashedBag {
  /** path → hash name → hex; a file that could not be read is missing */
  readonly digests: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** bytes of tag files and records */
  readonly kept: ReadonlyMap<string, Uint8Array>
  /** filled by `checkBag` */
  readonly manifests: Manifest[]
  /** files already named as differing */
  readonly differing: Set<string>
}

const requiredTagFiles = [
  'bagit.txt',
  'bag-info.txt',
  'READ-ME-FIRST.txt',
  'manifest-sha256.txt',
  'manifest-sha512.txt',
  'tagmanifest-sha256.txt',
  'tagmanifest-sha512.txt',
]
const requiredRecords = ['bundle.json', 'inventory.jsonl', 'custody.jsonl', 'commands.jsonl']
const signatureFiles = new Set([
  'signatures/tagmanifest-sha256.txt.sig',
  'signatures/tagmanifest-sha256.txt.tsr',
  'signatures/signer.pub',
])

/** Runs all checks; whatever is wrong becomes a finding. Fills `bag.manifests`. */
export function checkBag(listing: Listing, bag: HashedBag, findings: Findings): void {
  const declarationBytes = bag.kept.get('bagit.txt')
  if (!declarationBytes && !listing.isOurs)
    findings.add('bad', 'BAGIT_DECLARATION', 'bagit.txt', 'There is no bagit.txt.')
  const declaration = declarationBytes && readDeclaration(declarationBytes, listing.isOurs, findings)
  const version = declaration?.version ?? '1.0'
  const encoding = listing.isOurs ? 'UTF-8' : (declaration?.encoding ?? 'UTF-8')
  if (decodeTagFile(new Uint8Array(), encoding) === undefined) {
    findings.add('bad', 'BAGIT_DECLARATION', 'bagit.txt', `Unknown encoding ${encoding}.`)
    return
  }
  const textOf = (path: string) => {
    const bytes = bag.kept.get(path)
    return bytes && decodeTagFile(bytes, encoding)
  }
  for (const path of listing.files.keys()) {
    const name = manifestName(path)
    if (!name) continue
    if (listing.isOurs && !ourHashes.some((hash) => hash === name.hash)) {
      findings.add(
        'bad',
        'UNEXPECTED_MANIFEST',
        path,
        'A Tasktrail bundle has SHA-256 and SHA-512 manifests only.',
      )
      continue
    }
    const text = textOf(path)
    if (text !== undefined) {
      const context = { file: path, ...name, isOurs: listing.isOurs, version, findings }
      bag.manifests.push(readManifest(text, context))
    }
  }
  const fetched = checkFetch(textOf('fetch.txt'), listing, findings)
  checkTagFiles(listing, bag, findings)
  checkPayload(listing, bag, version, fetched, findings)
  checkOxum(textOf('bag-info.txt'), listing, fetched, findings)
}

/** `fetch.txt` is never followed; in a foreign bag it explains files that are not there. */
function checkFetch(text: string | undefined, listing: Listing, findings: Findings): ReadonlySet<string> {
  if (text === undefined) return new Set()
  if (listing.isOurs) {
    findings.add(
      'bad',
      'UNLISTED_TAG_FILE',
      'fetch.txt',
      'A Tasktrail bundle holds everything itself; nothing is fetched.',
    )
    return new Set()
  }
  const paths = readFetchPaths(text)
  for (const path of paths) {
    if (!leavesBag(path) && path.startsWith('data/')) continue
    findings.add(
      'bad',
      'MANIFEST_SCOPE',
      'fetch.txt',
      `Names a path outside its place: ${path.slice(0, 200)}`,
    )
  }
  findings.add(
    'warning',
    'FETCH_NOT_FOLLOWED',
    'fetch.txt',
    `${paths.length} files are to be fetched from elsewhere; nothing was fetched.`,
  )
  return new Set(paths)
}

function checkTagFiles(listing: Listing, bag: HashedBag, findings: Findings): void {
  const tagManifests = bag.manifests.filter((manifest) => manifest.isTag)
  const listed = new Set(tagManifests.flatMap((manifest) => [...manifest.digests.keys()]))
  const missing = new Set<string>()
  for (const path of listing.isOurs ? [...requiredTagFiles, ...listed] : listed) {
    if (!listing.files.has(path)) missing.add(path)
  }
  for (const path of missing) {
    findings.add('bad', 'MISSING_TAG_FILE', path, 'A file that belongs to the bag itself is missing.')
  }
  for (const manifest of tagManifests) compare(manifest, bag, findings)
  if (!listing.isOurs) return
  for (const path of listing.files.keys()) {
    const isKnown =
      path.startsWith('data/') || listed.has(path) || /^tagmanifest-/.test(path) || signatureFiles.has(path)
    if (isKnown || path === 'fetch.txt' || manifestName(path)) continue
    findings.add('bad', 'UNLISTED_TAG_FILE', path, 'No tag manifest lists this file: it was added later.')
  }
  for (const manifest of tagManifests) {
    for (const path of requiredTagFiles.filter((name) => !name.startsWith('tagmanifest-'))) {
      if (listing.files.has(path) && !manifest.digests.has(path)) {
        findings.add('bad', 'UNLISTED_TAG_FILE', path, `${manifest.file} does not list it.`)
      }
    }
  }
}

function checkPayload(
  listing: Listing,
  bag: HashedBag,
  version: string,
  fetched: ReadonlySet<string>,
  findings: Findings,
): void {
  const manifests = bag.manifests.filter((manifest) => !manifest.isTag)
  if (manifests.length === 0) {
    findings.add('bad', 'NO_MANIFEST', null, 'There is no payload manifest: nothing says what belongs here.')
    return
  }
  const listed = new Map<string, number>()
  for (const manifest of manifests) {
    for (const path of manifest.digests.keys()) listed.set(path, (listed.get(path) ?? 0) + 1)
    compare(manifest, bag, findings)
  }
  for (const [path, count] of listed) {
    if (!present(listing, path)) {
      if (!fetched.has(path)) {
        findings.add(
          'bad',
          'MISSING_FILE',
          path,
          'The manifest lists it and it is not there.',
          'Quarantined by an antivirus program? Look there before you ask for the bundle again.',
        )
      }
    } else if (count < manifests.length && (listing.isOurs || version !== '0.97')) {
      findings.add('bad', 'NOT_IN_ALL_MANIFESTS', path, 'Not every payload manifest lists it.')
    }
  }
  const known = new Set([...listed.keys()].flatMap((path) => [path, decoded(path), normal(path)]))
  for (const path of listing.files.keys()) {
    if (!path.startsWith('data/') || known.has(path) || known.has(normal(path))) continue
    findings.add('bad', 'EXTRA_PAYLOAD_FILE', path, 'No manifest lists this file: it was added later.')
  }
  if (!listing.isOurs) return
  for (const name of requiredRecords) {
    const path = `data/record/${name}`
    if (!listing.files.has(path) && !listed.has(path)) {
      findings.add('bad', 'MISSING_FILE', path, 'A Tasktrail bundle has this record; it is not there.')
    }
  }
}

/** Paths are compared as written, and with CR, LF and % decoded as the RFC would have them. */
const decoded = (path: string) => path.replace(/%0D/gi, '\r').replace(/%0A/gi, '\n').replace(/%25/g, '%')
const normal = (path: string) => path.normalize('NFC')

function present(listing: Listing, path: string): boolean {
  return [path, decoded(path), normal(path)].some((form) => listing.files.has(form))
}

/** Every file of one manifest against the hash computed; a file that differs is named once. */
function compare(manifest: Manifest, bag: HashedBag, findings: Findings): void {
  for (const [path, digest] of manifest.digests) {
    const computed = (bag.digests.get(path) ?? bag.digests.get(decoded(path)))?.get(manifest.hash)
    if (computed === undefined || computed === digest || bag.differing.has(path)) continue
    bag.differing.add(path)
    const bytes = bag.kept.get(path)
    const hasCrLf = bytes !== undefined && path.endsWith('.txt') && Buffer.from(bytes).includes('\r\n')
    const hint = hasCrLf ? 'Its line ends are CR LF: a text editor or mail program converted it.' : null
    findings.add('bad', 'HASH_MISMATCH', path, `It does not have the hash that ${manifest.file} tells.`, hint)
  }
}

function checkOxum(
  bagInfo: string | undefined,
  listing: Listing,
  fetched: ReadonlySet<string>,
  findings: Findings,
): void {
  const oxum = bagInfo === undefined ? undefined : readOxum(bagInfo)
  if (!oxum || fetched.size > 0) return
  const payload = [...listing.files].filter(([path]) => path.startsWith('data/'))
  const bytes = payload.reduce((sum, [, entry]) => sum + entry.size, 0)
  if (bytes === oxum.bytes && payload.length === oxum.files) return
  const what = `bag-info.txt tells ${oxum.files} files with ${oxum.bytes} bytes; there are ${payload.length} with ${bytes}.`
  findings.add('bad', 'OXUM_MISMATCH', 'bag-info.txt', what)
}
