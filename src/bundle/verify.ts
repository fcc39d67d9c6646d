/**
 * Verifies a bundle in place, without extracting anything: ZIP, BagIt, hashes, signature, records (bundle.md §6, §8).
 * One bad file does not hide the next; only what is unsafe or unreadable ends the check early.
 */
import { createHash, type Hash, type X509Certificate } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { ByteSource } from '../archive/byte-source.ts'
import { EntryDamage, type ZipEntry, ZipReader } from '../archive/read-zip.ts'
import { diskRefusal } from '../base/disk-trouble.ts'
import { Refusal } from '../base/refusal.ts'
import type { OnProgress } from '../domain/progress.ts'
import { checkBag, type HashedBag } from './bag-check.ts'
import { type Finding, Findings, type Verdict } from './findings.ts'
import { checkListing, type Listing } from './listing.ts'
import { largestKept, largestManifest, manifestName, ourHashes } from './manifests.ts'
import { checkOutside, hashOf, notZipHint } from './outside-check.ts'
import { ByteProgress } from './progress.ts'
import { checkRecords } from './record-check.ts'
import type { BundleRecord, InventoryLine } from './records.ts'
import { type AllowedSigner, allowedSigner, verifySignature } from './sshsig.ts'
import { verifyTimeStamp } from './time-stamp.ts'

export interface VerifyOptions {
  /** keys the receiver knows, with the identity each stands for */
  readonly allowedSigners?: readonly AllowedSigner[] | undefined
  /** SHA-256 of the ZIP as it was told in the ticket */
  readonly ticketSha256?: string | undefined
  /** authorities whose time stamps the receiver trusts */
  readonly timeStampRoots?: readonly X509Certificate[] | undefined
  /** the bundle's plain bytes when the file is encrypted; opened again for each reading, and closed after it */
  readonly plain?: (() => Promise<ByteSource>) | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: OnProgress | undefined
  /** the moment `valid-after` and `valid-before` of allowed signers are held against */
  readonly now?: (() => Date) | undefined
  /** false while sealing: the partial file has no hash file beside it yet */
  readonly sidecar?: boolean
  /** `evidence-structure` leaves the content of evidence files out: while sealing it has just been hashed */
  readonly content?: 'all' | 'evidence-structure'
}

/** The outcome in the shape of design/cli.md. */
export interface VerifyReport {
  readonly verdict: Verdict
  /** SHA-256 of tagmanifest-sha256.txt: the bundle's identity */
  readonly bagDigest: string | null
  readonly zipSha256: string | null
  readonly signer: { readonly fingerprint: string; readonly identity: string | null } | null
  /** the time an authority vouches for (RFC 3161); null when there is none that holds */
  readonly timeStamp: {
    readonly time: string
    readonly authority: string
    readonly isTrusted: boolean
  } | null
  readonly findings: readonly Finding[]
  readonly checked: { readonly files: number; readonly bytes: number }
}

/** Only `verifyBundle` makes one, and only of a Tasktrail bundle with a VALID verdict. */
export interface VerifiedBundle {
  readonly path: string
  readonly root: string
  readonly record: BundleRecord
  readonly inventory: readonly InventoryLine[]
  readonly custody: Uint8Array
  readonly report: VerifyReport
  /** Streams a file of the bundle again; throws EntryDamage or a Refusal when it is no longer what was verified. */
  read(path: string): AsyncIterable<Uint8Array>
}

export interface Verification {
  readonly report: VerifyReport
  readonly bundle: VerifiedBundle | undefined
}

/** Checks the bundle at `path`. Refuses only when the file is missing or must not be read; all else is in the report. */
export async function verifyBundle(path: string, options: VerifyOptions = {}): Promise<Verification> {
  await refuseOddPath(path)
  if (!options.plain) return check(path, path, options)
  const source = await options.plain()
  try {
    return await check(path, source, options)
  } finally {
    await source.close()
  }
}

async function check(
  path: string,
  place: string | ByteSource,
  options: VerifyOptions,
): Promise<Verification> {
  const findings = new Findings()
  const zipSha256 = await hashOf(place, options.signal)
  await checkOutside(path, zipSha256, options, findings)
  const checked = { files: 0, bytes: 0 }
  let reader: ZipReader
  try {
    reader = await ZipReader.open(place)
  } catch (error) {
    if (!(error instanceof Refusal) || error.code.startsWith('disk.')) throw error
    findings.add('unreadable', 'NOT_A_ZIP', null, error.message, await notZipHint(path))
    return { report: reportOf(findings, zipSha256, undefined, undefined, checked), bundle: undefined }
  }
  try {
    const listing = await checkListing(reader, findings, options.signal)
    if (!listing)
      return { report: reportOf(findings, zipSha256, undefined, undefined, checked), bundle: undefined }
    return await checkContent(path, reader, listing, options, findings, zipSha256, checked)
  } finally {
    reader.close()
  }
}

async function refuseOddPath(path: string): Promise<void> {
  const stats = await stat(path).catch((error: unknown) => {
    throw diskRefusal(error, 'opening the bundle', path)
  })
  if (stats.isFile()) return
  throw new Refusal(
    'bundle.path.not-a-file',
    `not a file: ${path}`,
    'Name the .zip file of the bundle itself, not a folder it was unpacked into.',
    { path },
  )
}

async function checkContent(
  path: string,
  reader: ZipReader,
  listing: Listing,
  options: VerifyOptions,
  findings: Findings,
  zipSha256: string,
  checked: { files: number; bytes: number },
): Promise<Verification> {
  const bag = await hashAll(reader, listing, options, findings, checked)
  checkBag(listing, bag, findings)
  const tagManifest = bag.kept.get('tagmanifest-sha256.txt')
  const bagDigest = tagManifest && createHash('sha256').update(tagManifest).digest('hex')
  const signature = checkSignature(bag, options, findings)
  const timeStamp = checkTimeStamp(bag, options, findings)
  if (!listing.isOurs) {
    const what =
      'Valid as BagIt, or checked as far as BagIt goes, but not a Tasktrail bundle: it has no record of a case.'
    findings.add('warning', 'FOREIGN_BAG', null, what)
    const report = reportOf(findings, zipSha256, bagDigest, signature, checked, timeStamp)
    return { report, bundle: undefined }
  }
  const custody = bag.kept.get('data/record/custody.jsonl')
  const records = checkRecords(
    {
      bundle: bag.kept.get('data/record/bundle.json'),
      inventory: bag.kept.get('data/record/inventory.jsonl'),
      custody,
    },
    bag.manifests.find((manifest) => manifest.hash === 'sha256' && !manifest.isTag)?.digests ?? new Map(),
    new Map([...listing.files].map(([file, entry]) => [file, entry.size])),
    findings,
  )
  const report = reportOf(findings, zipSha256, bagDigest, signature, checked, timeStamp)
  if (!report.verdict.startsWith('VALID') || !records.bundle || !custody) return { report, bundle: undefined }
  const bundle: VerifiedBundle = {
    path,
    root: listing.root,
    record: records.bundle,
    inventory: records.inventory,
    custody,
    report,
    read: (file) => readAgain(path, options.plain, listing, file),
  }
  return { report, bundle }
}

/** One pass over every file: the hashes its manifests need, and the bytes of tag files and records. */
async function hashAll(
  reader: ZipReader,
  listing: Listing,
  options: VerifyOptions,
  findings: Findings,
  checked: { files: number; bytes: number },
): Promise<HashedBag> {
  const names = [...listing.files.keys()].map(manifestName).filter((name) => name !== undefined)
  const hashes = new Set<string>([...(listing.isOurs ? ourHashes : []), ...names.map((name) => name.hash)])
  const total = [...listing.files.values()].reduce((sum, entry) => sum + entry.size, 0)
  const progress = new ByteProgress(options.onProgress, 'check', total)
  const digests = new Map<string, ReadonlyMap<string, string>>()
  const kept = new Map<string, Uint8Array>()
  let keptBytes = 0
  const inArchiveOrder = [...listing.files].sort(([, a], [, b]) => a.offset - b.offset)
  for (const [file, entry] of inArchiveOrder) {
    progress.phase = `Checking ${basename(file)}`
    if (options.content === 'evidence-structure' && file.startsWith('data/evidence/')) continue
    try {
      const keep = isKept(file)
      if (keep) keptBytes += entry.size
      if (keep && (entry.size > largestManifest || keptBytes > largestKept)) {
        findings.add(
          'unsafe',
          'TOO_LARGE',
          file,
          `Declares ${entry.size} bytes, more than such a file may have.`,
        )
        continue
      }
      const read = await hashEntry(reader, entry, hashes, keep, options.signal, (count) =>
        progress.add(count),
      )
      digests.set(file, read.digests)
      if (read.bytes) kept.set(file, read.bytes)
      checked.files++
      checked.bytes += entry.size
    } catch (error) {
      if (!(error instanceof EntryDamage)) throw error
      if (error.kind === 'trailing') findings.add('bad', 'HIDDEN_BYTES', file, `${error.message}.`)
      else findings.add('bad', 'READ_ERROR', file, `Cannot be unpacked whole: ${error.message}.`)
    }
  }
  progress.finish()
  return { digests, kept, manifests: [], differing: new Set() }
}

/** Tag files and records whose text is looked at. Others are hashed only, so that no archive fills the memory. */
const keptFiles = new Set([
  'bagit.txt',
  'bag-info.txt',
  'fetch.txt',
  'signatures/tagmanifest-sha256.txt.sig',
  'signatures/tagmanifest-sha256.txt.tsr',
  'data/record/bundle.json',
  'data/record/inventory.jsonl',
  'data/record/custody.jsonl',
])
const isKept = (file: string) => keptFiles.has(file) || manifestName(file) !== undefined

async function hashEntry(
  reader: ZipReader,
  entry: ZipEntry,
  names: ReadonlySet<string>,
  keep: boolean,
  signal: AbortSignal | undefined,
  onBytes: (count: number) => void,
): Promise<{ digests: ReadonlyMap<string, string>; bytes: Uint8Array | undefined }> {
  const hashes = new Map<string, Hash>([...names].map((name) => [name, createHash(name)]))
  const blocks: Uint8Array[] = []
  for await (const block of reader.read(entry, { signal, noTrailingBytes: true })) {
    for (const hash of hashes.values()) hash.update(block)
    if (keep) blocks.push(block)
    onBytes(block.length)
  }
  const digests = new Map([...hashes].map(([name, hash]) => [name, hash.digest('hex')]))
  return { digests, bytes: keep ? Buffer.concat(blocks) : undefined }
}

interface SignatureState {
  readonly state: 'known' | 'unknown' | 'none'
  readonly fingerprint: string | undefined
  readonly identity: string | undefined
}

function checkSignature(
  bag: HashedBag,
  options: VerifyOptions,
  findings: Findings,
): SignatureState | undefined {
  const file = 'signatures/tagmanifest-sha256.txt.sig'
  const armoured = bag.kept.get(file)
  const message = bag.kept.get('tagmanifest-sha256.txt')
  if (!armoured || !message) return undefined
  const reading = verifySignature(Buffer.from(armoured).toString('latin1'), message)
  if (!reading.ok) {
    const hint = 'The bag was changed after it was signed, or the signature is of another bag.'
    findings.add('bad', 'SIGNATURE_INVALID', file, `The signature does not hold: ${reading.why}.`, hint)
    return undefined
  }
  const { fingerprint } = reading.signer
  const now = (options.now ?? (() => new Date()))()
  const known = allowedSigner(reading.signer, options.allowedSigners ?? [], now)
  if (known) return { state: 'known', fingerprint, identity: known.identity }
  const hint =
    'Compare the fingerprint with the one the sender told you by another way, then add the key to your allowed signers.'
  findings.add(
    'warning',
    'UNKNOWN_SIGNER',
    file,
    `Signed by a key that is not among the allowed signers: ${fingerprint}.`,
    hint,
  )
  return { state: 'unknown', fingerprint, identity: undefined }
}

function checkTimeStamp(
  bag: HashedBag,
  options: VerifyOptions,
  findings: Findings,
): VerifyReport['timeStamp'] {
  const file = 'signatures/tagmanifest-sha256.txt.tsr'
  const stamp = bag.kept.get(file)
  const message = bag.kept.get('tagmanifest-sha256.txt')
  if (!stamp || !message) return null
  const reading = verifyTimeStamp(stamp, message, options.timeStampRoots ?? [])
  if (!reading.ok) {
    const hint = 'The bag was changed after it was stamped, or the stamp is of another bag.'
    findings.add('bad', 'TIMESTAMP_INVALID', file, `The time stamp does not hold: ${reading.why}.`, hint)
    return null
  }
  const { authority, isTrusted } = reading
  const time = reading.time.toISOString()
  if (!isTrusted) {
    const what = `Stamped at ${time} by "${authority}", an authority that none of your roots vouches for.`
    const hint = 'Name the root certificate of the authority, got by another way, to trust its time.'
    findings.add('note', 'TIMESTAMP_UNKNOWN_AUTHORITY', file, what, hint)
  }
  return { time, authority, isTrusted }
}

async function* readAgain(
  path: string,
  plain: VerifyOptions['plain'],
  listing: Listing,
  file: string,
): AsyncGenerator<Uint8Array> {
  const entry = listing.files.get(file)
  if (!entry) throw new EntryDamage('unreadable', `no such file in the bundle: ${file}`)
  const source = await plain?.()
  try {
    const reader = await ZipReader.open(source ?? path)
    try {
      yield* reader.read(entry)
    } finally {
      reader.close()
    }
  } finally {
    await source?.close()
  }
}

function reportOf(
  findings: Findings,
  zipSha256: string,
  bagDigest: string | undefined,
  signature: SignatureState | undefined,
  checked: { files: number; bytes: number },
  timeStamp: VerifyReport['timeStamp'] = null,
): VerifyReport {
  const verdict = findings.verdict(signature?.state ?? 'none')
  if (verdict === 'VALID-UNSIGNED' && bagDigest !== undefined) {
    const what =
      'Nobody signed this bundle: hashes alone prove nothing against somebody who rewrites them all.'
    findings.add('warning', 'UNSIGNED', null, what, 'Does the hash of the file match the one in the ticket?')
  }
  return {
    verdict,
    bagDigest: bagDigest ?? null,
    zipSha256,
    signer: signature?.fingerprint
      ? { fingerprint: signature.fingerprint, identity: signature.identity ?? null }
      : null,
    timeStamp,
    findings: findings.list(),
    checked: { ...checked },
  }
}
