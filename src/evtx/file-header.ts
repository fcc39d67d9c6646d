import type { ByteSource, Platform } from './byte-source.ts'
import { isChunkHeaderSound } from './chunk.ts'
import { chunkHeaderSize, chunkSize, fileHeaderBlock } from './format.ts'
import type { EvtxProblem } from './problem.ts'

/** The first 128 bytes of a log. Counters are only claims: dirty logs say too little (evtx.md trap 4). */
export interface FileHeader {
  readonly major: number
  readonly minor: number
  /** chunks as the header says it (u16) */
  readonly statedChunks: number
  readonly firstChunk: bigint
  readonly lastChunk: bigint
  readonly nextRecordId: bigint
  readonly blockSize: number
  /** 0x1 dirty, 0x2 full, 0x4 no checksums kept */
  readonly flags: number
  readonly checksumGood: boolean
}

export interface FileHeaderReading {
  /** undefined: this is no log that can be read */
  readonly header: FileHeader | undefined
  readonly problems: readonly EvtxProblem[]
  /** whole chunks and, last, a cut one */
  readonly chunks: number
}

const inFile = (
  code: EvtxProblem['code'],
  severity: EvtxProblem['severity'],
  what: string,
  offset = 0,
): EvtxProblem => ({ code, severity, chunk: -1, offset, what, lost: 0 })

const ascii = (bytes: Uint8Array, from: number, count: number) =>
  String.fromCharCode(...bytes.subarray(from, from + count))

/**
 * Reads the file header. Damage is reported and read over; only an empty, foreign or legacy file ends here.
 * @param isLog the caller knows that chunks follow; without it a file with a damaged header is searched for one
 */
export function readFileHeader(source: ByteSource, platform: Platform, isLog = false): FileHeaderReading {
  const bytes = new Uint8Array(128)
  const read = source.read(0, bytes)
  const none = (problem: EvtxProblem): FileHeaderReading => ({
    header: undefined,
    problems: [problem],
    chunks: 0,
  })
  if (read === 0)
    return none(inFile('evtx.file.empty', 'error', 'The file is empty (0 bytes). Collect the log again.'))
  if (ascii(bytes, 4, 4) === 'LfLe' || ascii(bytes, 0, 4) === 'LfLe')
    return none(
      inFile(
        'evtx.file.legacy-evt',
        'error',
        'This is a log in the old .evt format of Windows XP and Server 2003, not EVTX. Export it as .evtx with Event Viewer on a spare machine.',
      ),
    )
  const problems: EvtxProblem[] = []
  const chunks = Math.max(0, Math.ceil((source.size - fileHeaderBlock) / chunkSize))
  if (ascii(bytes, 0, 8) !== 'ElfFile\0') {
    if (!isLog && !chunkFollows(source, platform))
      return none(
        inFile(
          'evtx.file.not-evtx',
          'error',
          `Not an EVTX log: it starts with ${hexStart(bytes.subarray(0, Math.min(read, 8)))}, not "ElfFile". Check what the file really is.`,
        ),
      )
    problems.push(
      inFile(
        'evtx.file.header-damaged',
        'warning',
        'The file header is damaged; chunks follow and are read by their own headers.',
      ),
    )
  }
  if (read < 128) {
    problems.push(
      inFile('evtx.file.truncated', 'error', `The file ends after ${read} bytes, inside its header.`),
    )
    return { header: undefined, problems, chunks: 0 }
  }
  const view = new DataView(bytes.buffer)
  const stored = view.getUint32(124, true)
  const flags = view.getUint32(120, true)
  const checksumGood = stored === platform.crc32(bytes.subarray(0, 120), 0)
  if (!checksumGood && problems.length === 0)
    problems.push(
      inFile(
        'evtx.file.header-checksum',
        flags & 4 ? 'info' : 'warning',
        'The checksum of the file header does not match; its counters are not relied on.',
        124,
      ),
    )
  const header: FileHeader = {
    firstChunk: view.getBigUint64(8, true),
    lastChunk: view.getBigUint64(16, true),
    nextRecordId: view.getBigUint64(24, true),
    minor: view.getUint16(36, true),
    major: view.getUint16(38, true),
    blockSize: view.getUint16(40, true),
    statedChunks: view.getUint16(42, true),
    flags,
    checksumGood,
  }
  if (header.major !== 3 && problems.length === 0)
    problems.push(
      inFile(
        'evtx.file.version',
        'warning',
        `Unknown format version ${header.major}.${header.minor}; read as 3.x.`,
        36,
      ),
    )
  return { header, problems, chunks }
}

/** The first chunk by its mark, or any by its mark and the checksum of its header: damage rarely ends with the file's header. */
function chunkFollows(source: ByteSource, platform: Platform): boolean {
  const head = new Uint8Array(chunkHeaderSize)
  for (let at = fileHeaderBlock; at + chunkHeaderSize <= source.size; at += chunkSize) {
    if (source.read(at, head) < chunkHeaderSize) return false
    if (ascii(head, 0, 8) !== 'ElfChnk\0') continue
    if (at === fileHeaderBlock || isChunkHeaderSound(head, platform)) return true
  }
  return false
}

const hexStart = (bytes: Uint8Array) =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
