/** Finds evidence inside a ZIP archive of a foreign collector. Each entry stands for itself: a hostile one costs only itself. */
import { posix } from 'node:path'
import { EntryDamage, type ZipEntry, type ZipReader } from '../archive/read-zip.ts'
import { escapeLine } from '../base/escape.ts'
import { limits } from '../base/limits.ts'
import { bad, good, type Outcome } from '../base/outcome.ts'
import { Cancelled, Refusal } from '../base/refusal.ts'
import type { Problem } from '../domain/problem.ts'
import { originalPath } from './collector.ts'
import { detect, headBytes } from './detect.ts'
import { type FoundFile, SourceTrouble, sourceProblem } from './found-file.ts'
import { leftOut } from './left-out.ts'
import { ZipSource } from './zip-source.ts'

type Found = Outcome<FoundFile, Problem>
interface ZipWalk {
  readonly signal?: AbortSignal | undefined
  readonly scratchDir?: string | undefined
}

/** All evidence in one archive, in order of the names. `level` 1 is an archive inside an archive. */
export async function* findInZip(
  zip: ZipSource,
  origin: string,
  walk: ZipWalk,
  level = 0,
): AsyncGenerator<Found> {
  let reader: ZipReader
  try {
    reader = await zip.use()
  } catch (error) {
    yield bad(archiveProblem(error, origin))
    return
  }
  try {
    yield* walkEntries(zip, reader, origin, walk, level)
  } finally {
    await zip.release()
  }
}

async function* walkEntries(
  zip: ZipSource,
  reader: ZipReader,
  origin: string,
  walk: ZipWalk,
  level: number,
): AsyncGenerator<Found> {
  if (reader.entryCount > limits.archiveEntries) {
    const what = `The archive announces ${reader.entryCount} entries, more than ${limits.archiveEntries}; it was left out. Unpack it and import what is needed.`
    yield bad(sourceProblem('archive.too-many-entries', origin, what, 'error'))
    return
  }
  const entries: ZipEntry[] = []
  try {
    for await (const entry of reader.entries()) entries.push(entry)
  } catch (error) {
    yield bad(archiveProblem(error, origin))
  }
  const whole = wholeArchive(entries, origin)
  if (whole) {
    yield bad(whole)
    return
  }
  const overlapping = overlaps(entries)
  const names = new Set<string>()
  for (const entry of entries.sort(byName)) {
    if (walk.signal?.aborted) throw new Cancelled()
    if (entry.isFolder) continue
    const where = `${origin}!${entry.name}`
    const refused = overlapping.has(entry)
      ? sourceProblem(
          'archive.entry-overlap',
          where,
          'Shares its bytes with another entry: a forged archive. Left out.',
        )
      : refuse(entry, where, names, zip.password !== undefined)
    names.add(entry.name)
    if (refused) yield bad(refused)
    else yield* fromEntry(zip, reader, entry, where, walk, level)
  }
}

async function* fromEntry(
  zip: ZipSource,
  reader: ZipReader,
  entry: ZipEntry,
  where: string,
  walk: ZipWalk,
  level: number,
): AsyncGenerator<Found> {
  let head: Uint8Array
  try {
    head = await reader.head(entry, headBytes, { password: zip.password })
  } catch (error) {
    yield bad(entryProblem(error, where))
    return
  }
  const detection = detect(head)
  if (detection.kind === 'zip') {
    if (level === 0) yield* findInZip(ZipSource.ofEntry(zip, entry, walk.scratchDir), where, walk, 1)
    else {
      const what =
        'An archive in an archive in an archive; only one level is opened. Unpack it and import it by itself.'
      yield bad(sourceProblem('archive.nested-too-deep', where, what))
    }
    return
  }
  const left = leftOut(detection, where)
  if (left) {
    yield bad(left)
    return
  }
  yield good({
    // Velociraptor escapes names; the one it had on the host is meant
    name: originalPath(where)?.split('\\').at(-1) || posix.basename(entry.name),
    origin: where,
    kind: detection.kind as FoundFile['kind'],
    size: entry.size,
    open: async () => withTrouble(zip.read(entry), where),
  })
}

/** Turns what a damaged entry throws into the problem to record. */
async function* withTrouble(bytes: AsyncIterable<Uint8Array>, where: string): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes
  } catch (error) {
    if (error instanceof EntryDamage || error instanceof Refusal)
      throw new SourceTrouble(entryProblem(error, where))
    throw error
  }
}

/** Why an entry is not even looked into; undefined when it may be. */
function refuse(
  entry: ZipEntry,
  where: string,
  names: ReadonlySet<string>,
  hasPassword: boolean,
): Problem | undefined {
  const problem = (code: string, what: string) => sourceProblem(`archive.${code}`, where, what)
  if (/^(?:[/\\]|[A-Za-z]:)/.test(entry.name) || entry.name.split('/').includes('..')) {
    const what = `The name leads out of the archive (${escapeLine(entry.name).slice(0, 200)}): an attack or a broken collector. Left out.`
    return problem('entry-unsafe-name', what)
  }
  if (entry.isSymlink) return problem('entry-link', 'A symbolic link, which is not followed. Left out.')
  if (entry.isSpecial)
    return problem('entry-special', 'A device, pipe or socket, not a regular file. Left out.')
  if (names.has(entry.name)) {
    return problem('entry-duplicate', 'The archive holds this name more than once; only the first was taken.')
  }
  if (entry.encrypted && !hasPassword) {
    return problem(
      'entry-encrypted',
      'The entry is encrypted. Give the password of the archive (tasktrail import asks for it, or takes it from $TASKTRAIL_ARCHIVE_PASSWORD), and import it again.',
    )
  }
  if (entry.size > limits.archiveEntryBytes) {
    return problem(
      'entry-too-large',
      `Declares ${entry.size} bytes, more than ${limits.archiveEntryBytes}. Left out.`,
    )
  }
  if (entry.size > bombBytes && entry.size > entry.packedSize * bombRatio) {
    const what = `Would unpack to ${entry.size} bytes from ${entry.packedSize}: probably made to fill the disk. Left out; if it is genuine, unpack it and import it by itself.`
    return problem('entry-bomb', what)
  }
  return undefined
}

/** Real logs pack 14 to 1, nearly empty ones better; only beyond both bounds is an entry taken for a bomb. */
const bombBytes = 2 ** 30
const bombRatio = 200

/** Archives that are something else as a whole. */
function wholeArchive(entries: readonly ZipEntry[], origin: string): Problem | undefined {
  const names = new Set(entries.map((entry) => entry.name))
  const isBundle = entries.some(
    ({ name }) =>
      /^[^/]+\/bagit\.txt$/.test(name) && names.has(name.replace('bagit.txt', 'data/record/bundle.json')),
  )
  if (isBundle) {
    const what =
      'A sealed Tasktrail bundle. It is not imported like an ordinary archive: check it with "verify" and open it with "open".'
    return sourceProblem('file.bundle', origin, what)
  }
  if (names.has('[Content_Types].xml'))
    return leftOut({ kind: 'foreign', looksLike: 'an Office document' }, origin)
  if (names.has('META-INF/MANIFEST.MF'))
    return leftOut({ kind: 'foreign', looksLike: 'a Java archive' }, origin)
  return undefined
}

/** Entries that begin before the one in front of them ends (each of two entries with the same bytes but the first). */
function overlaps(entries: readonly ZipEntry[]): ReadonlySet<ZipEntry> {
  const found = new Set<ZipEntry>()
  let end = 0
  for (const entry of [...entries].sort((a, b) => a.offset - b.offset || byName(a, b))) {
    if (entry.offset < end) found.add(entry)
    end = Math.max(end, entry.offset + 30 + entry.rawName.length + entry.packedSize)
  }
  return found
}

const byName = (a: ZipEntry, b: ZipEntry) =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : a.offset - b.offset

function entryProblem(error: unknown, where: string): Problem {
  if (error instanceof Cancelled) throw error
  if (error instanceof EntryDamage && error.kind === 'password') {
    const what =
      'The password does not open this entry. It was not taken; import it again with the right one.'
    return sourceProblem('archive.entry-password', where, what, 'error')
  }
  if (error instanceof EntryDamage) {
    const what = `The entry is not what the archive declares: ${error.message}. It was not taken; get the archive again.`
    return sourceProblem('archive.entry-damaged', where, what, 'error')
  }
  return archiveProblem(error, where)
}

function archiveProblem(error: unknown, where: string): Problem {
  if (error instanceof EntryDamage) return entryProblem(error, where)
  if (error instanceof Refusal) {
    return sourceProblem('archive.unreadable', where, `${error.message}. ${error.remedy}`, 'error')
  }
  throw error
}
