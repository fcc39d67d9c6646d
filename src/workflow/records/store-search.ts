/**
 * Makes the search files of a case that are not there yet: texts and postings of the records of large logs, so that the next who
 * opens the case finds them ready. Needs what one segment holds and the texts of one file in memory, and gives way between parts.
 */
import type { CaseFile } from '../../casefile/case-file.ts'
import { isNoRoom } from '../../casefile/search-files.ts'
import type { EvidenceId } from '../../domain/ids.ts'
import { Postings, placeKeys } from './postings.ts'
import type { RecordIndex } from './record-index.ts'
import { attachVolume, mostSegmentsOfVolume, VolumeWriter } from './search-volume.ts'
import type { Numbers, Segment } from './segment.ts'
import { TextsBuilder } from './texts-builder.ts'

/** Bytes of texts of one file: the next segment begins another. */
const mostTexts = 96 << 20
/** Records of a log from which on it is worth a file: of others it is made quickly enough. */
const leastRecords = 10_000

/**
 * @param isOver gives way to others, and says when to stop
 * @param least records of a log that gets a file
 * @returns false when it was stopped, or when there is no room for them on the disk
 */
export async function storeSearch(
  casefile: CaseFile,
  index: RecordIndex,
  isOver: () => Promise<boolean>,
  least = leastRecords,
): Promise<boolean> {
  for (const [log, segments] of Map.groupBy(index.segments, ({ evidenceId }) => evidenceId)) {
    let rest = segments.filter((one) => !one.stored && !one.recovered)
    if (segments.reduce((sum, { rows }) => sum + rows, 0) < least) continue
    while (rest.length > 0) {
      try {
        const taken = await makeFile(casefile, index, log, rest, isOver)
        if (taken === 0) return false
        rest = rest.slice(taken)
      } catch (error) {
        if (isNoRoom(error)) return false
        throw error
      }
    }
  }
  return true
}

/** @returns how many of the segments the file holds; 0 when it was stopped */
async function makeFile(
  casefile: CaseFile,
  index: RecordIndex,
  log: EvidenceId,
  segments: readonly Segment[],
  isOver: () => Promise<boolean>,
): Promise<number> {
  const first = (segments[0] as Segment).number
  const maker = casefile.search.make(log, first)
  try {
    const writer = new VolumeWriter((bytes) => maker.add(bytes))
    const texts = new TextsBuilder(mostTexts * 2)
    const taken: Segment[] = []
    for (const segment of segments.slice(0, mostSegmentsOfVolume)) {
      if (await isOver()) return 0
      if (taken.length > 0 && texts.bytes > mostTexts) break
      const packed = segment.packedAs
      const ids = texts.add(segment.passingValues(false))
      if (packed === undefined || !ids) break
      const blocks: Numbers[] = []
      const numbersOf = (block: number) => {
        blocks[block] ??= segment.looseNumbers(block)
        return blocks[block] as Numbers
      }
      const postings: Postings[] = []
      for (const key of placeKeys) {
        if (await isOver()) return 0
        postings.push(Postings.of(segment, key, ids.length, numbersOf))
      }
      writer.segment(segment, packed, ids, postings)
      taken.push(segment)
    }
    // one that holds values no file has room for: it is read from its own dictionary, as are those behind it
    if (taken.length === 0) return segments.length
    maker.finish(writer.end(log, texts))
    for (const file of casefile.search.of(log))
      attachVolume(file, taken, ({ packedAs }) => packedAs, index.cache)
    return taken.length
  } finally {
    maker.discard()
  }
}
