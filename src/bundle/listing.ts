/**
 * Checks a bundle's ZIP before any content is looked at: names on raw bytes, local against central headers, order of
 * the spans, hidden bytes (bundle.md §6). Everything unsafe is found here, and nothing is ever extracted.
 */
import { EntryDamage, type LocalHeader, type ZipEntry, type ZipReader } from '../archive/read-zip.ts'
import { limits } from '../base/limits.ts'
import { Cancelled, Refusal } from '../base/refusal.ts'
import type { Findings } from './findings.ts'
import { dangerInName, foldedName, profileTrouble } from './path-rules.ts'

export interface Listing {
  /** the one folder everything lies in */
  readonly root: string
  /** files by their path below the root */
  readonly files: ReadonlyMap<string, ZipEntry>
  /** true when it claims to be a Tasktrail bundle; else it is a foreign bag, held to BagIt alone */
  readonly isOurs: boolean
}

/** Sum of declared sizes beyond which nothing is unpacked any more. */
const largestTotal = 64 * 2 ** 40
/** Bytes of the list of contents, all of which is kept: names of the longest form in every entry stay below. */
const largestDirectory = 128 << 20
const maximumTrailer = 22 + 20 + 56

/** Reads the table of contents. Undefined when it is so bad that content must not be looked at. */
export async function checkListing(
  reader: ZipReader,
  findings: Findings,
  signal?: AbortSignal,
): Promise<Listing | undefined> {
  if (reader.entryCount > limits.archiveEntries) {
    const what = `The archive announces ${reader.entryCount} entries; more than ${limits.archiveEntries} are not looked at.`
    findings.add('unsafe', 'TOO_MANY_ENTRIES', null, what)
    return undefined
  }
  const directoryBytes = reader.fileSize - reader.directoryOffset
  if (directoryBytes > largestDirectory) {
    const what = `The archive's list of contents has ${directoryBytes} bytes, more than ${limits.archiveEntries} entries need.`
    findings.add('unsafe', 'TOO_LARGE', null, what)
    return undefined
  }
  const entries: ZipEntry[] = []
  try {
    for await (const entry of reader.entries()) {
      entries.push(entry)
      if (signal?.aborted) throw new Cancelled()
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    findings.add(
      'unreadable',
      'DIRECTORY_DAMAGED',
      null,
      error.message,
      'Probably an incomplete copy: copy it again.',
    )
    return undefined
  }
  if (entries.length === 0) {
    findings.add('unreadable', 'EMPTY_ARCHIVE', null, 'The archive holds nothing.')
    return undefined
  }
  checkNames(entries, findings)
  checkDeclarations(entries, findings)
  if (!findings.has('unsafe')) await checkSpans(reader, entries, findings, signal)
  if (findings.has('unsafe') || findings.has('unreadable')) return undefined
  return arrange(entries, findings)
}

function checkNames(entries: readonly ZipEntry[], findings: Findings): void {
  const exact = new Set<string>()
  const folded = new Map<string, string>()
  for (const entry of entries) {
    const name = entry.name
    const danger = dangerInName(entry.rawName)
    if (danger !== undefined) {
      findings.add('unsafe', 'NAME_UNSAFE', latin(entry.rawName), `The name is dangerous: ${danger}.`)
    }
    if (entry.isSymlink) findings.add('unsafe', 'SYMLINK', name, 'A symbolic link.')
    else if (entry.isSpecial) findings.add('unsafe', 'SPECIAL_FILE', name, 'A device, pipe or socket.')
    const key = foldedName(name.replace(/\/$/, ''))
    const before = folded.get(key)
    if (exact.has(name)) findings.add('unsafe', 'DUPLICATE_NAME', name, 'Two entries have this name.')
    else if (before !== undefined) {
      findings.add(
        'unsafe',
        'NAME_COLLISION',
        name,
        `Windows or macOS would take it for the same file as ${before}.`,
      )
    }
    exact.add(name)
    folded.set(key, name)
  }
  const files = new Set(entries.filter((entry) => !entry.isFolder).map((entry) => foldedName(entry.name)))
  for (const entry of entries) {
    const parts = foldedName(entry.name).split('/')
    for (let depth = 1; depth < parts.length; depth++) {
      if (!files.has(parts.slice(0, depth).join('/'))) continue
      findings.add('unsafe', 'NAME_CONFLICT', entry.name, 'A file lies where this name needs a folder.')
      break
    }
  }
}

function checkDeclarations(entries: readonly ZipEntry[], findings: Findings): void {
  let total = 0
  for (const entry of entries) {
    total += entry.size
    if (entry.encrypted) findings.add('unsafe', 'ENCRYPTED_ENTRY', entry.name, 'The entry is encrypted.')
    if (entry.method !== 0 && entry.method !== 8) {
      findings.add(
        'unsafe',
        'UNKNOWN_METHOD',
        entry.name,
        `Packed with method ${entry.method}; only 0 and 8 are allowed.`,
      )
    }
    if (entry.size > limits.archiveEntryBytes) {
      findings.add('unsafe', 'TOO_LARGE', entry.name, `Declares ${entry.size} bytes.`)
    }
    if (entry.method === 0 && entry.packedSize !== entry.size && !entry.encrypted) {
      findings.add('unsafe', 'SIZE_LIE', entry.name, 'Stored without packing, yet its two sizes differ.')
    }
    if (entry.isFolder && entry.size > 0) {
      findings.add('unsafe', 'FOLDER_WITH_CONTENT', entry.name, 'A folder entry that carries bytes.')
    }
    if (entry.source.extraFields.some((field) => field.id === 0x7075)) {
      findings.add('unsafe', 'SECOND_NAME', entry.name, 'Carries a second name that some programs would use.')
    }
    if (entry.comment.length > 0) findings.add('bad', 'HIDDEN_BYTES', entry.name, 'Carries a comment.')
  }
  if (total > largestTotal) findings.add('unsafe', 'TOO_LARGE', null, `Declares ${total} bytes in all.`)
}

/** Every byte of the file must belong to exactly one entry or to the directory. */
async function checkSpans(
  reader: ZipReader,
  entries: readonly ZipEntry[],
  findings: Findings,
  signal: AbortSignal | undefined,
): Promise<void> {
  const ordered = [...entries].sort((a, b) => a.offset - b.offset)
  if (ordered[0]?.offset !== 0) {
    findings.add(
      'unreadable',
      'PREFIX_BYTES',
      null,
      'Bytes lie in front of the archive: it was put behind another file.',
    )
    return
  }
  for (const [index, entry] of ordered.entries()) {
    if (signal?.aborted) throw new Cancelled()
    const next = ordered[index + 1]?.offset ?? reader.directoryOffset
    let local: LocalHeader
    try {
      local = await reader.localHeader(entry)
    } catch (error) {
      if (!(error instanceof EntryDamage)) throw error
      findings.add(
        'unsafe',
        'LOCAL_HEADER_MISSING',
        entry.name,
        `No file where the list of contents says: ${error.message}.`,
      )
      continue
    }
    const gap = next - (local.dataStart + entry.packedSize)
    if (gap < 0) {
      findings.add('unsafe', 'OVERLAP', entry.name, 'Shares its bytes with another entry: a forged archive.')
      if (index > 20) return
      continue
    }
    if (!Buffer.from(local.rawName).equals(entry.rawName)) {
      findings.add(
        'unsafe',
        'LOCAL_NAME_MISMATCH',
        entry.name,
        `Has another name in front of its bytes: ${latin(local.rawName)}.`,
      )
    }
    if (local.method !== entry.method || ((local.flags ^ entry.flags) & 0x2041) !== 0) {
      findings.add('unsafe', 'LOCAL_HEADER_MISMATCH', entry.name, 'Its two headers contradict each other.')
    }
    for (const extra of [local.extra, entry.source.extraFieldRaw]) {
      if (isKnownExtra(extra)) continue
      findings.add('bad', 'HIDDEN_BYTES', entry.name, `${extra.length} bytes lie hidden in its header.`)
    }
    await checkGap(reader, entry, local, gap, findings)
  }
  await checkTail(reader, findings)
}

/** Sizes of large files, and times and owners as common packers write them; each of them short. */
const knownExtraFields = new Set([0x0001, 0x000a, 0x5455, 0x5855, 0x7875])
const longestExtraField = 36

function isKnownExtra(extra: Uint8Array): boolean {
  const view = new DataView(extra.buffer, extra.byteOffset, extra.byteLength)
  let at = 0
  while (at + 4 <= extra.length) {
    const length = view.getUint16(at + 2, true)
    if (!knownExtraFields.has(view.getUint16(at, true)) || length > longestExtraField) return false
    at += 4 + length
  }
  return at === extra.length && extra.length <= 128
}

/** Between an entry and the next there may be a data descriptor and nothing else. */
async function checkGap(
  reader: ZipReader,
  entry: ZipEntry,
  local: LocalHeader,
  gap: number,
  findings: Findings,
): Promise<void> {
  const hasDescriptor = (local.flags & 8) !== 0
  if (!hasDescriptor) {
    const agrees =
      local.size === 0xffffffff || (local.size === entry.size && local.packedSize === entry.packedSize)
    if (!agrees) findings.add('unsafe', 'SIZE_LIE', entry.name, 'Its two headers declare different sizes.')
    if (gap > 0) findings.add('bad', 'HIDDEN_BYTES', entry.name, `${gap} bytes lie hidden behind this entry.`)
    return
  }
  const bytes = gap <= 24 ? await reader.rawBytes(local.dataStart + entry.packedSize, gap) : new Uint8Array()
  if (gap <= 24 && isDescriptor(bytes, entry)) return
  findings.add(
    'bad',
    'HIDDEN_BYTES',
    entry.name,
    `${gap} bytes behind this entry are not its data descriptor.`,
  )
}

/** Four forms: with and without signature, 32 and 64 bit sizes. */
function isDescriptor(bytes: Uint8Array, entry: ZipEntry): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const signed = bytes.length === 16 || bytes.length === 24
  if (!signed && bytes.length !== 12 && bytes.length !== 20) return false
  if (signed && view.getUint32(0, true) !== 0x08074b50) return false
  const at = signed ? 4 : 0
  if (view.getUint32(at, true) !== entry.crc32) return false
  if (bytes.length - at === 12) {
    return view.getUint32(at + 4, true) === entry.packedSize && view.getUint32(at + 8, true) === entry.size
  }
  return (
    view.getBigUint64(at + 4, true) === BigInt(entry.packedSize) &&
    view.getBigUint64(at + 12, true) === BigInt(entry.size)
  )
}

/** Behind the last directory entry only the end records may follow, and they must say what is there. */
async function checkTail(reader: ZipReader, findings: Findings): Promise<void> {
  if (reader.comment.length > 0) {
    findings.add(
      'bad',
      'HIDDEN_BYTES',
      null,
      `The archive carries a comment of ${reader.comment.length} bytes.`,
    )
    return
  }
  const start = reader.directoryEnd
  const length = reader.fileSize - start
  const tail = Buffer.from(await reader.rawBytes(start, Math.min(length, maximumTrailer)))
  const end64 = length === maximumTrailer && tail.readUInt32LE(0) === 0x06064b50
  const declared = end64
    ? {
        size: Number(tail.readBigUInt64LE(40)),
        count: Number(tail.readBigUInt64LE(24)),
        record: Number(tail.readBigUInt64LE(4)),
      }
    : {
        size: tail.length >= 22 ? tail.readUInt32LE(12) : -1,
        count: tail.length >= 22 ? tail.readUInt16LE(8) : -1,
        record: 44,
      }
  const isPlain = length === 22 && tail.readUInt32LE(0) === 0x06054b50
  if ((!end64 && !isPlain) || declared.record !== 44) {
    findings.add(
      'unreadable',
      'EXTRA_BYTES',
      null,
      'The list of contents is not followed by its end: two archives in one file, or bytes put behind one.',
    )
    return
  }
  if (declared.size !== start - reader.directoryOffset || declared.count !== reader.entryCount) {
    findings.add('unsafe', 'DIRECTORY_LIE', null, 'The end record contradicts the list of contents.')
  }
}

/** Archives a receiver may be handed instead of a bundle, by a file in them. */
const foreignZips: readonly (readonly [RegExp, string])[] = [
  [/(?:^|\/)(?:collection_context|client_info|uploads)\.json$/, 'it looks like a collection of Velociraptor'],
  [/_CopyLog\.csv$/, 'it looks like a collection of KAPE'],
  [/(?:^|\/)(?:GetThis\.csv|outcome\.json)$/i, 'it looks like a collection of DFIR-ORC'],
  [/^\[Content_Types\]\.xml$/, 'it looks like an Office document'],
  [/^META-INF\/MANIFEST\.MF$/, 'it looks like a Java archive'],
  [/\.evtx$/i, 'it holds Windows event logs'],
]
const foreignZip = (names: readonly string[]) =>
  foreignZips.find(([mark]) => names.some((name) => mark.test(name)))?.[1] ?? 'it has no bagit.txt'

/** Sorts the entries into one root folder and decides whose rules apply. */
function arrange(entries: readonly ZipEntry[], findings: Findings): Listing | undefined {
  const names = entries.map((entry) => entry.name)
  if (
    !names.some((name) =>
      /^(?:[^/]*\/)?bagit\.txt$|^[^/]*\/(?:data\/record\/|signatures\/tagmanifest-)/.test(name),
    )
  ) {
    const what = `A ZIP archive, but no bundle and no BagIt bag: ${foreignZip(names)}.`
    const hint = 'To examine what is in it, import it as evidence.'
    findings.add('bad', 'NOT_A_BAG', null, what, hint)
    return undefined
  }
  const roots = new Set(entries.map((entry) => entry.name.split('/')[0] ?? ''))
  const root = [...roots][0] ?? ''
  if (roots.size > 1 || entries.some((entry) => !entry.name.includes('/'))) {
    const what = `Everything has to lie in one folder; found ${[...roots].slice(0, 5).join(', ')}.`
    findings.add(
      'bad',
      'NOT_ONE_ROOT',
      null,
      what,
      'Was something added to the archive, or the bag zipped without its folder?',
    )
    return undefined
  }
  const files = new Map<string, ZipEntry>()
  for (const entry of entries) if (!entry.isFolder) files.set(entry.name.slice(root.length + 1), entry)
  const isOurs = [...files.keys()].some(
    (path) =>
      /^data\/record\/(?:bundle\.json|inventory\.jsonl|custody\.jsonl)$/.test(path) ||
      path.startsWith('signatures/tagmanifest-'),
  )
  const needed = new Set<string>([''])
  for (const path of files.keys()) {
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) needed.add(path.slice(0, at))
  }
  for (const entry of entries) {
    const path = entry.name.slice(root.length + 1).replace(/\/$/, '')
    const trouble = isOurs ? profileTrouble(entry.name.replace(/\/$/, '')) : undefined
    if (trouble)
      findings.add(
        'unsafe',
        'NAME_OUTSIDE_PROFILE',
        entry.name,
        `The name breaks the bundle's rules: ${trouble}.`,
      )
    if (isOurs && entry.isFolder && !needed.has(path)) {
      findings.add('bad', 'EXTRA_ENTRY', entry.name, 'An empty folder nobody listed.')
    }
  }
  return findings.has('unsafe') ? undefined : { root, files, isOurs }
}

const latin = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')
